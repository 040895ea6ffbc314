"""What each person is told: alerts, how far the history was read for them, and which tasks were told of."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, MomentType, NameType

revision = "0077"
down_revision = "0076"

UNREAD = sa.text("read_at IS NULL")
UNTOLD = sa.text("told_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "alerts_up_to",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alerts_up_to"),
        sa.UniqueConstraint("store_id", name="uq_alerts_up_to_store_id"),
    )
    op.create_index("ix_alerts_up_to_store_id", "alerts_up_to", ["store_id"], unique=False)
    op.create_table(
        "alerts",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("away_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("thing_kind", NameType(40), nullable=True),
        sa.Column("thing_id", sa.Uuid(), nullable=True),
        sa.Column("sentence", NameType(200), nullable=False),
        sa.Column("values", DocumentType(), nullable=False),
        sa.Column("source", NameType(200), nullable=False),
        sa.Column("made_at", MomentType(), nullable=False),
        sa.Column("read_at", MomentType(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["away_id"], ["people.id"], name="fk_alerts_away_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_alerts_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint("store_id", "person_id", "source", name="uq_alerts_store_id_person_id_source"),
    )
    op.create_index("ix_alerts_person", "alerts", ["store_id", "person_id", "id"], unique=False)
    op.create_index("ix_alerts_store_id", "alerts", ["store_id"], unique=False)
    op.create_index(
        "ix_alerts_unread",
        "alerts",
        ["store_id", "person_id", "id"],
        unique=False,
        sqlite_where=UNREAD,
        postgresql_where=UNREAD,
    )
    with op.batch_alter_table("deadlines", schema=None) as batch_op:
        batch_op.add_column(sa.Column("planned_by_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("told_at", MomentType(), nullable=True))
        batch_op.add_column(sa.Column("late_told", MomentType(), nullable=True))
        batch_op.create_index(
            "ix_deadlines_untold", ["store_id"], unique=False, sqlite_where=UNTOLD, postgresql_where=UNTOLD
        )
        batch_op.create_foreign_key("fk_deadlines_planned_by_id", "people", ["planned_by_id"], ["id"])
    # What happened before is no news.
    op.execute("INSERT INTO alerts_up_to (id, store_id, seq) SELECT store_id, store_id, seq FROM history_heads")
    op.execute("UPDATE deadlines SET told_at = CURRENT_TIMESTAMP")
    op.execute("UPDATE deadlines SET late_told = due_at WHERE due_at <= CURRENT_TIMESTAMP")


def downgrade() -> None:
    with op.batch_alter_table("deadlines", schema=None) as batch_op:
        batch_op.drop_constraint("fk_deadlines_planned_by_id", type_="foreignkey")
        batch_op.drop_index("ix_deadlines_untold", sqlite_where=UNTOLD, postgresql_where=UNTOLD)
        batch_op.drop_column("late_told")
        batch_op.drop_column("told_at")
        batch_op.drop_column("planned_by_id")
    op.drop_table("alerts")
    op.drop_table("alerts_up_to")
