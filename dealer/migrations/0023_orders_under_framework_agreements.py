"""Which framework agreement a contract is an order under."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    with op.batch_alter_table("contracts") as batch:
        batch.add_column(sa.Column("framework_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_contracts_framework_id", "frameworks", ["framework_id"], ["id"])
        batch.create_index("ix_contracts_framework_id", ["framework_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("contracts") as batch:
        batch.drop_index("ix_contracts_framework_id")
        batch.drop_constraint("fk_contracts_framework_id", type_="foreignkey")
        batch.drop_column("framework_id")
