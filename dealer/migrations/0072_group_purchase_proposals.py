"""Group-purchase proposals."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, NameType

revision = "0072"
down_revision = "0071"


def upgrade() -> None:
    op.create_table(
        "group_offers",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("quotation_id", sa.Uuid(), nullable=True),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("code", NameType(40), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("finance", DocumentType(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("handed_to", NameType(200), nullable=False),
        sa.Column("handed_on", sa.Date(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_group_offers_deal_id"),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name="fk_group_offers_made_by_id"),
        sa.ForeignKeyConstraint(["quotation_id"], ["quotations.id"], name="fk_group_offers_quotation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_group_offers"),
        sa.UniqueConstraint("store_id", "number", name="uq_group_offers_store_id_number"),
    )
    op.create_index("ix_group_offers_case_id", "group_offers", ["case_id"], unique=False)
    op.create_index("ix_group_offers_deal_id", "group_offers", ["deal_id"], unique=False)
    op.create_index("ix_group_offers_store_id", "group_offers", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("group_offers")
