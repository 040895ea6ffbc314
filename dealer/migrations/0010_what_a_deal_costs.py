"""What a deal costs."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "deal_costs",
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("note", NameType(200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_deal_costs_deal_id"),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["people.id"], name="fk_deal_costs_recorded_by_id"),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["people.id"], name="fk_deal_costs_withdrawn_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deal_costs"),
    )
    op.create_index("ix_deal_costs_deal_id", "deal_costs", ["deal_id"], unique=False)
    op.create_index("ix_deal_costs_store_id", "deal_costs", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("deal_costs")
