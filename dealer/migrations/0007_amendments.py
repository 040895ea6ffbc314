"""Amendments: the text they change, the lines they continue, the quotation that carries their prices."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType

revision = "0007"
down_revision = "0006"

# A line that an amendment added came from no quotation; before, every line had to.
NAME_SOME_QUOTATION_LINE = """
    UPDATE contract_lines SET quotation_line_id = (
        SELECT other.quotation_line_id FROM contract_lines AS other
        WHERE other.contract_id = contract_lines.contract_id AND other.quotation_line_id IS NOT NULL LIMIT 1
    ) WHERE quotation_line_id IS NULL
"""


def upgrade() -> None:
    with op.batch_alter_table("contract_lines") as batch:
        batch.add_column(sa.Column("root_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("replaces", sa.Integer(), nullable=True))
        batch.alter_column("quotation_line_id", existing_type=sa.Uuid(), nullable=True)
        batch.create_foreign_key("fk_contract_lines_root_id", "contract_lines", ["root_id"], ["id"])
    with op.batch_alter_table("contracts") as batch:
        batch.add_column(sa.Column("base_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("amend_reason", sa.Text(), nullable=True))
        batch.add_column(sa.Column("price_request", DocumentType(), nullable=True))
        batch.add_column(sa.Column("signed_confirmed_by_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_contracts_signed_confirmed_by_id", "people", ["signed_confirmed_by_id"], ["id"])
        batch.create_foreign_key("fk_contracts_base_id", "contracts", ["base_id"], ["id"])
    with op.batch_alter_table("quotations") as batch:
        batch.add_column(sa.Column("amendment_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.execute(NAME_SOME_QUOTATION_LINE)
    with op.batch_alter_table("quotations") as batch:
        batch.drop_column("amendment_id")
    with op.batch_alter_table("contracts") as batch:
        batch.drop_constraint("fk_contracts_base_id", type_="foreignkey")
        batch.drop_constraint("fk_contracts_signed_confirmed_by_id", type_="foreignkey")
        batch.drop_column("signed_confirmed_by_id")
        batch.drop_column("price_request")
        batch.drop_column("amend_reason")
        batch.drop_column("base_id")
    with op.batch_alter_table("contract_lines") as batch:
        batch.drop_constraint("fk_contract_lines_root_id", type_="foreignkey")
        batch.alter_column("quotation_line_id", existing_type=sa.Uuid(), nullable=False)
        batch.drop_column("replaces")
        batch.drop_column("root_id")
