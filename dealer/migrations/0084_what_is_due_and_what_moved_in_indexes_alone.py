"""What is due to somebody, counted on every page, and which moves deals made: read from indexes alone."""

import sqlalchemy as sa
from alembic import op

revision = "0084"
down_revision = "0083"

OPEN = sa.text("done_at IS NULL AND cancelled_at IS NULL")
MOVED = sa.text("kind = 'deal' AND coalesce(was, '') <> now")
MENU = ["store_id", "done_at", "cancelled_at", "by_system", "due_at", "warned_at", "owner_id", "role"]
STOOD = ["store_id", "thing_id", "now", "was", "kind"]
MOVES = ["store_id", "at", "thing_id", "seq", "now", "was", "kind"]


def upgrade() -> None:
    op.create_index("ix_deadlines_menu", "deadlines", MENU, sqlite_where=OPEN, postgresql_where=OPEN)
    op.drop_index("ix_history_moves", "history")
    op.create_index("ix_history_moves", "history", MOVES, sqlite_where=MOVED, postgresql_where=MOVED)
    op.drop_index("ix_history_stood", "history")
    op.create_index("ix_history_stood", "history", STOOD, sqlite_where=MOVED, postgresql_where=MOVED)


def downgrade() -> None:
    op.drop_index("ix_history_stood", "history")
    op.create_index("ix_history_stood", "history", STOOD[:3], sqlite_where=MOVED, postgresql_where=MOVED)
    op.drop_index("ix_history_moves", "history")
    op.create_index("ix_history_moves", "history", ["store_id", "at"], sqlite_where=MOVED, postgresql_where=MOVED)
    op.drop_index("ix_deadlines_menu", "deadlines")
