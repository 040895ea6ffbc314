"""Whose deal it was when a quotation was submitted; whom a reviewer stood in for."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    with op.batch_alter_table("quotations") as batch:
        batch.add_column(sa.Column("submitted_for_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_quotations_submitted_for_id", "people", ["submitted_for_id"], ["id"])
    op.execute(
        "UPDATE quotations SET submitted_for_id = (SELECT owner_id FROM deals WHERE deals.id = quotations.deal_id)"
        " WHERE submitted_at IS NOT NULL"
    )
    with op.batch_alter_table("reviews") as batch:
        batch.add_column(sa.Column("for_whom_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_reviews_for_whom_id", "people", ["for_whom_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("reviews") as batch:
        batch.drop_constraint("fk_reviews_for_whom_id", type_="foreignkey")
        batch.drop_column("for_whom_id")
    with op.batch_alter_table("quotations") as batch:
        batch.drop_constraint("fk_quotations_submitted_for_id", type_="foreignkey")
        batch.drop_column("submitted_for_id")
