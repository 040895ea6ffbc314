"""Framework agreements as they were signed: by whom, when, who compared it; since when their prices count."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0020"
down_revision = "0019"

TEXTS = {"other_number": NameType(40), "seller_signer": NameType(200), "buyer_signer": NameType(200)}
DAYS = ("issued_on", "seller_signed_on", "buyer_signed_on")


def upgrade() -> None:
    with op.batch_alter_table("frameworks") as batch:
        batch.add_column(sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("filed_by_id", sa.Uuid(), nullable=True))
        for name, kind in TEXTS.items():
            batch.add_column(sa.Column(name, kind, nullable=True))
        for name in DAYS:
            batch.add_column(sa.Column(name, sa.Date(), nullable=True))
        batch.create_foreign_key("fk_frameworks_filed_by_id", "people", ["filed_by_id"], ["id"])
        batch.create_unique_constraint("uq_frameworks_store_id_code", ["store_id", "code"])
    # Until now an agreement was in force from its approval on, and was printed the same day.
    op.execute("UPDATE frameworks SET in_force_at = approved_at WHERE state IN ('in_force', 'ended')")
    op.execute("UPDATE frameworks SET issued_on = DATE(approved_at) WHERE code IS NOT NULL")


def downgrade() -> None:
    op.execute("UPDATE frameworks SET state = 'in_force' WHERE state = 'issued'")
    with op.batch_alter_table("frameworks") as batch:
        batch.drop_constraint("uq_frameworks_store_id_code", type_="unique")
        batch.drop_constraint("fk_frameworks_filed_by_id", type_="foreignkey")
        for name in ("in_force_at", "filed_by_id", *TEXTS, *DAYS):
            batch.drop_column(name)
