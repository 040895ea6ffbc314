"""Whose a customer is after the sale."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    op.create_table(
        "care_agents",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["people.id"], name="fk_care_agents_agent_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_care_agents_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_care_agents"),
        sa.UniqueConstraint("customer_id", name="uq_care_agents_customer_id"),
    )
    op.create_index("ix_care_agents_agent_id", "care_agents", ["agent_id"], unique=False)
    op.create_index("ix_care_agents_store_id", "care_agents", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("care_agents")
