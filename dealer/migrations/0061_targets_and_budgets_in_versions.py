"""Targets and budgets in versions."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, NameType

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    op.create_table(
        "plans",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["people.id"], name="fk_plans_approved_by_id"),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name="fk_plans_made_by_id"),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["people.id"], name="fk_plans_submitted_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
        sa.UniqueConstraint("store_id", "number", name="uq_plans_store_id_number"),
    )
    op.create_index("ix_plans_case_id", "plans", ["case_id"], unique=False)
    op.create_index("ix_plans_in_force", "plans", ["store_id", "kind", "year", "state"], unique=False)
    op.create_index("ix_plans_store_id", "plans", ["store_id"], unique=False)
    op.create_table(
        "plan_lines",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("whose", NameType(40), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("weeks", DocumentType(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_plan_lines_plan_id"),
        sa.PrimaryKeyConstraint("id", name="pk_plan_lines"),
        sa.UniqueConstraint("plan_id", "scope", "whose", "month", name="uq_plan_lines_plan_id_scope_whose_month"),
    )
    op.create_index("ix_plan_lines_store_id", "plan_lines", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("plan_lines")
    op.drop_table("plans")
