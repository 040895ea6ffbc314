"""Sales files whose years are over: who asked that one goes, and who decided."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    op.create_table(
        "destructions",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("last_delivery", sa.Date(), nullable=True),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("emptied", DocumentType(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["people.id"], name="fk_destructions_asked_by_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_destructions_customer_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["people.id"], name="fk_destructions_decided_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_destructions"),
        sa.UniqueConstraint("store_id", "number", name="uq_destructions_store_id_number"),
    )
    op.create_index("ix_destructions_case_id", "destructions", ["case_id"], unique=False)
    op.create_index("ix_destructions_customer_id", "destructions", ["customer_id"], unique=False)
    op.create_index("ix_destructions_store_id", "destructions", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("destructions")
