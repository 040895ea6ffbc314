"""What kind of contract it is, and which contract it belongs to."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

OF_LEASING_COMPANIES = """
    UPDATE contracts SET kind = 'lease' WHERE deal_id IN (
        SELECT deals.id FROM deals JOIN customers ON customers.id = deals.customer_id
        WHERE customers.customer_class = 'leasing'
    )
"""
# What is known of a procurement is a document: {} until somebody has entered it.
OF_PURCHASERS = """
    UPDATE contracts SET kind = 'procurement' WHERE CAST(procurement AS VARCHAR(2)) NOT IN ('{}', '') OR deal_id IN (
        SELECT deals.id FROM deals JOIN customers ON customers.id = deals.customer_id WHERE customers.procurement
    )
"""


def upgrade() -> None:
    with op.batch_alter_table("contracts") as batch:
        batch.add_column(sa.Column("kind", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("parent_id", sa.Uuid(), nullable=True))
        batch.create_index("ix_contracts_parent_id", ["parent_id"], unique=False)
        batch.create_foreign_key("fk_contracts_parent_id", "contracts", ["parent_id"], ["id"])
    op.execute("UPDATE contracts SET kind = 'sale'")
    op.execute(OF_LEASING_COMPANIES)
    op.execute(OF_PURCHASERS)
    with op.batch_alter_table("contracts") as batch:
        batch.alter_column("kind", existing_type=sa.String(length=40), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("contracts") as batch:
        batch.drop_constraint("fk_contracts_parent_id", type_="foreignkey")
        batch.drop_index("ix_contracts_parent_id")
        batch.drop_column("parent_id")
        batch.drop_column("kind")
