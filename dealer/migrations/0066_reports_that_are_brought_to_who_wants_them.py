"""Reports that are brought to who wants them."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0066"
down_revision = "0065"

LIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("report", NameType(40), nullable=False),
        sa.Column("pace", sa.String(length=40), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("language", NameType(40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_subscriptions_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    op.create_index(
        "ix_subscriptions_next",
        "subscriptions",
        ["store_id", "next_at"],
        unique=False,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index("ix_subscriptions_store_id", "subscriptions", ["store_id"], unique=False)
    op.create_index(
        "uq_subscriptions_report",
        "subscriptions",
        ["store_id", "person_id", "report"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_table(
        "report_copies",
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("file_sha256", NameType(64), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name="fk_report_copies_subscription_id"),
        sa.PrimaryKeyConstraint("id", name="pk_report_copies"),
        sa.UniqueConstraint("subscription_id", "due_at", name="uq_report_copies_subscription_id_due_at"),
    )
    op.create_index("ix_report_copies_at", "report_copies", ["store_id", "at"], unique=False)
    op.create_index("ix_report_copies_store_id", "report_copies", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("report_copies")
    op.drop_table("subscriptions")
