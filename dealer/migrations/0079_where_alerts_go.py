"""Where alerts go beside the app: channels, quiet hours, what was sent, the mail server."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import BytesType, DocumentType, MomentType, NameType

revision = "0079"
down_revision = "0078"


def upgrade() -> None:
    op.create_table(
        "mail_servers",
        sa.Column("host", NameType(200), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("security", sa.String(length=40), nullable=False),
        sa.Column("account", NameType(200), nullable=False),
        sa.Column("password_sealed", BytesType(), nullable=True),
        sa.Column("sender", NameType(200), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mail_servers"),
        sa.UniqueConstraint("store_id", name="uq_mail_servers_store_id"),
    )
    op.create_index("ix_mail_servers_store_id", "mail_servers", ["store_id"], unique=False)
    op.create_table(
        "alert_channels",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("address_sealed", BytesType(), nullable=False),
        sa.Column("shown", NameType(200), nullable=False),
        sa.Column("wanted", DocumentType(), nullable=False),
        sa.Column("begun_at", MomentType(), nullable=False),
        sa.Column("codes", sa.Integer(), nullable=False),
        sa.Column("code_at", MomentType(), nullable=True),
        sa.Column("verified_at", MomentType(), nullable=True),
        sa.Column("ended_at", MomentType(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_alert_channels_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_channels"),
    )
    op.create_index("ix_alert_channels_person", "alert_channels", ["store_id", "person_id"], unique=False)
    op.create_index("ix_alert_channels_store_id", "alert_channels", ["store_id"], unique=False)
    op.create_table(
        "quiet_hours",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("begins", NameType(40), nullable=False),
        sa.Column("ends", NameType(40), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_quiet_hours_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_quiet_hours"),
        sa.UniqueConstraint("store_id", "person_id", name="uq_quiet_hours_store_id_person_id"),
    )
    op.create_index("ix_quiet_hours_store_id", "quiet_hours", ["store_id"], unique=False)
    op.create_table(
        "alert_deliveries",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("held_until", MomentType(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", MomentType(), nullable=True),
        sa.Column("sent_at", MomentType(), nullable=True),
        sa.Column("dropped_at", MomentType(), nullable=True),
        sa.Column("trouble", sa.String(length=40), nullable=True),
        sa.Column("job_key", NameType(200), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_alert_deliveries_alert_id"),
        sa.ForeignKeyConstraint(["channel_id"], ["alert_channels.id"], name="fk_alert_deliveries_channel_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_deliveries"),
        sa.UniqueConstraint("alert_id", "channel_id", name="uq_alert_deliveries_alert_id_channel_id"),
        sa.UniqueConstraint("store_id", "job_key", name="uq_alert_deliveries_store_id_job_key"),
    )
    op.create_index("ix_alert_deliveries_alert_id", "alert_deliveries", ["alert_id"], unique=False)
    op.create_index("ix_alert_deliveries_channel_id", "alert_deliveries", ["channel_id"], unique=False)
    op.create_index("ix_alert_deliveries_store_id", "alert_deliveries", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("alert_deliveries")
    op.drop_table("quiet_hours")
    op.drop_table("alert_channels")
    op.drop_table("mail_servers")
