"""Tenders and parties of a deal."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, NameType

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "deal_parties",
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("uscc", NameType(40), nullable=True),
        sa.Column("roles", DocumentType(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_deal_parties_customer_id"),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_deal_parties_deal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deal_parties"),
    )
    op.create_index("ix_deal_parties_deal_id", "deal_parties", ["deal_id"], unique=False)
    op.create_index("ix_deal_parties_store_id", "deal_parties", ["store_id"], unique=False)
    op.create_table(
        "tenders",
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("questions_until", sa.Date(), nullable=True),
        sa.Column("bond", sa.BigInteger(), nullable=True),
        sa.Column("bond_due", sa.Date(), nullable=True),
        sa.Column("bond_paid_on", sa.Date(), nullable=True),
        sa.Column("bond_back_on", sa.Date(), nullable=True),
        sa.Column("bids_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("awarded_on", sa.Date(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_tenders_deal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tenders"),
        sa.UniqueConstraint("deal_id", name="uq_tenders_deal_id"),
    )
    op.create_index("ix_tenders_store_id", "tenders", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("tenders")
    op.drop_table("deal_parties")
