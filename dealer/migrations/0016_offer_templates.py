"""Offer templates."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, NameType

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "offer_templates",
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("customer_class", sa.String(length=40), nullable=False),
        sa.Column("content", DocumentType(), nullable=False),
        sa.Column("kept_by_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["kept_by_id"], ["people.id"], name="fk_offer_templates_kept_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_offer_templates"),
    )
    op.create_index("ix_offer_templates_class", "offer_templates", ["store_id", "customer_class"], unique=False)
    op.create_index("ix_offer_templates_store_id", "offer_templates", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("offer_templates")
