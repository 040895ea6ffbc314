"""Webhooks and what they were sent."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import BytesType, DocumentType, NameType

revision = "0086"
down_revision = "0085"

OPEN = sa.text("sent_at IS NULL AND dropped_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("integration_id", sa.Uuid(), nullable=False),
        sa.Column("address", NameType(200), nullable=False),
        sa.Column("kinds", DocumentType(), nullable=False),
        sa.Column("secret_sealed", BytesType(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name="fk_webhooks_integration_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
        sa.UniqueConstraint("store_id", "number", name="uq_webhooks_store_id_number"),
    )
    op.create_index("ix_webhooks_integration_id", "webhooks", ["integration_id"], unique=False)
    op.create_index("ix_webhooks_store_id", "webhooks", ["store_id"], unique=False)
    op.create_table(
        "webhook_deliveries",
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("trouble", sa.String(length=40), nullable=True),
        sa.Column("job_key", NameType(200), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name="fk_webhook_deliveries_webhook_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sa.UniqueConstraint("webhook_id", "seq", name="uq_webhook_deliveries_webhook_id_seq"),
    )
    op.create_index(
        "ix_webhook_deliveries_open",
        "webhook_deliveries",
        ["webhook_id", "seq"],
        unique=False,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_webhook_deliveries_store_id", "webhook_deliveries", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
