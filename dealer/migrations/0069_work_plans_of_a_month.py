"""Work plans of a month."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, NameType

revision = "0069"
down_revision = "0068"


def upgrade() -> None:
    op.create_table(
        "work_plans",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("completed_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("focus", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("support", sa.Text(), nullable=False),
        sa.Column("frozen", DocumentType(), nullable=True),
        sa.Column("fingerprint", NameType(64), nullable=True),
        sa.Column("pdf_sha256", NameType(64), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["people.id"], name="fk_work_plans_approved_by_id"),
        sa.ForeignKeyConstraint(["completed_by_id"], ["people.id"], name="fk_work_plans_completed_by_id"),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name="fk_work_plans_made_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_work_plans"),
        sa.UniqueConstraint("store_id", "month", name="uq_work_plans_store_id_month"),
        sa.UniqueConstraint("store_id", "number", name="uq_work_plans_store_id_number"),
    )
    op.create_index("ix_work_plans_case_id", "work_plans", ["case_id"], unique=False)
    op.create_index("ix_work_plans_store_id", "work_plans", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("work_plans")
