"""Appraisals: one person in one month."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType

revision = "0068"
down_revision = "0067"


def upgrade() -> None:
    op.create_table(
        "appraisals",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("figures", DocumentType(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("suggestion", sa.Text(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["manager_id"], ["people.id"], name="fk_appraisals_manager_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_appraisals_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_appraisals"),
        sa.UniqueConstraint("store_id", "number", name="uq_appraisals_store_id_number"),
        sa.UniqueConstraint("store_id", "owner_id", "month", name="uq_appraisals_store_id_owner_id_month"),
    )
    op.create_index("ix_appraisals_case_id", "appraisals", ["case_id"], unique=False)
    op.create_index("ix_appraisals_owner_id", "appraisals", ["owner_id"], unique=False)
    op.create_index("ix_appraisals_store_id", "appraisals", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("appraisals")
