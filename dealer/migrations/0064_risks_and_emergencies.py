"""Risks of deals, emergencies and what is done about them."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0064"
down_revision = "0063"


def _life(table: str) -> list[sa.schema.SchemaItem]:
    """What every thing with a life has."""
    return [
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("store_id", "number", name=f"uq_{table}_store_id_number"),
    ]


def upgrade() -> None:
    op.create_table(
        "risk_items",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("watch", NameType(40), nullable=False),
        sa.Column("since_day", sa.Date(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("raised_by_id", sa.Uuid(), nullable=True),
        sa.Column("overridden_by_id", sa.Uuid(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        *_life("risk_items"),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_risk_items_deal_id"),
        sa.ForeignKeyConstraint(["raised_by_id"], ["people.id"], name="fk_risk_items_raised_by_id"),
        sa.ForeignKeyConstraint(["overridden_by_id"], ["people.id"], name="fk_risk_items_overridden_by_id"),
    )
    op.create_index("ix_risk_items_case_id", "risk_items", ["case_id"], unique=False)
    op.create_index("ix_risk_items_deal_id", "risk_items", ["deal_id"], unique=False)
    op.create_index("ix_risk_items_open", "risk_items", ["store_id", "state", "level"], unique=False)
    op.create_index("ix_risk_items_store_id", "risk_items", ["store_id"], unique=False)
    op.create_table(
        "emergencies",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", NameType(200), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("involved", NameType(200), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("reported_by_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        *_life("emergencies"),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_emergencies_deal_id"),
        sa.ForeignKeyConstraint(["reported_by_id"], ["people.id"], name="fk_emergencies_reported_by_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_emergencies_owner_id"),
        sa.ForeignKeyConstraint(["closed_by_id"], ["people.id"], name="fk_emergencies_closed_by_id"),
    )
    op.create_index("ix_emergencies_case_id", "emergencies", ["case_id"], unique=False)
    op.create_index("ix_emergencies_deal_id", "emergencies", ["deal_id"], unique=False)
    op.create_index("ix_emergencies_open", "emergencies", ["store_id", "state", "happened_at"], unique=False)
    op.create_index("ix_emergencies_owner_id", "emergencies", ["owner_id"], unique=False)
    op.create_index("ix_emergencies_store_id", "emergencies", ["store_id"], unique=False)
    op.create_table(
        "emergency_actions",
        sa.Column("emergency_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Uuid(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["emergency_id"], ["emergencies.id"], name="fk_emergency_actions_emergency_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_emergency_actions_owner_id"),
        sa.ForeignKeyConstraint(["done_by_id"], ["people.id"], name="fk_emergency_actions_done_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_emergency_actions"),
    )
    op.create_index("ix_emergency_actions_emergency_id", "emergency_actions", ["emergency_id"], unique=False)
    op.create_index("ix_emergency_actions_store_id", "emergency_actions", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("emergency_actions")
    op.drop_table("emergencies")
    op.drop_table("risk_items")
