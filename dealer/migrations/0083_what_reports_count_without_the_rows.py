"""What reports count in indexes alone: where deals stood, how cards stood, contacts of a day, cars handed over."""

import sqlalchemy as sa
from alembic import op

revision = "0083"
down_revision = "0082"

MOVED = sa.text("kind = 'deal' AND coalesce(was, '') <> now")
WORKED = sa.text("state IN ('carded', 'following') OR next_contact_at IS NOT NULL")
STOOD = ["store_id", "until_at", "from_at", "owner_id", "level", "state", "next_contact_at"]


def upgrade() -> None:
    op.create_index(
        "ix_history_stood", "history", ["store_id", "thing_id", "now"], sqlite_where=MOVED, postgresql_where=MOVED
    )
    op.create_index("ix_standings_worked", "standings", STOOD, sqlite_where=WORKED, postgresql_where=WORKED)
    op.create_index("ix_follow_ups_at", "follow_ups", ["store_id", "at", "person_id", "answered", "corrects_id"])
    op.create_index("ix_units_delivered", "units", ["store_id", "delivered_at", "state", "case_id", "model_id"])


def downgrade() -> None:
    op.drop_index("ix_units_delivered", "units")
    op.drop_index("ix_follow_ups_at", "follow_ups")
    op.drop_index("ix_standings_worked", "standings")
    op.drop_index("ix_history_stood", "history")
