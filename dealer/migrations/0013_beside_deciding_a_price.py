"""Beside deciding a price: who has a copy of the case, and when somebody was reminded of it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "approval_copies",
        sa.Column("exception_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name="fk_approval_copies_by_id"),
        sa.ForeignKeyConstraint(["exception_id"], ["price_exceptions.id"], name="fk_approval_copies_exception_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_approval_copies_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_approval_copies"),
        sa.UniqueConstraint("exception_id", "person_id", name="uq_approval_copies_exception_id_person_id"),
    )
    op.create_index("ix_approval_copies_person_id", "approval_copies", ["person_id"], unique=False)
    op.create_index("ix_approval_copies_store_id", "approval_copies", ["store_id"], unique=False)
    with op.batch_alter_table("price_exceptions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reminders", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("price_exceptions", schema=None) as batch_op:
        batch_op.drop_column("reminders")
        batch_op.drop_column("reminded_at")
    op.drop_table("approval_copies")
