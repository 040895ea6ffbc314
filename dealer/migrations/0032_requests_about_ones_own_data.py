"""Requests about ones own data."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, NameType

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.create_table(
        "data_requests",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("phone", NameType(40), nullable=True),
        sa.Column("number_hash", NameType(64), nullable=True),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by_id", sa.Uuid(), nullable=False),
        sa.Column("identified", NameType(200), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", DocumentType(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by_id"], ["people.id"], name="fk_data_requests_answered_by_id"),
        sa.ForeignKeyConstraint(["received_by_id"], ["people.id"], name="fk_data_requests_received_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_data_requests"),
        sa.UniqueConstraint("store_id", "number", name="uq_data_requests_store_id_number"),
    )
    op.create_index("ix_data_requests_case_id", "data_requests", ["case_id"], unique=False)
    op.create_index("ix_data_requests_due", "data_requests", ["store_id", "state", "due_at"], unique=False)
    op.create_index("ix_data_requests_store_id", "data_requests", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("data_requests")
