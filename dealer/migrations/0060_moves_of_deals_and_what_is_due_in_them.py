"""Which moves of deals a report reads, and what is due in a deal, found without reading all the rest."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"

MOVED = sa.text("kind = 'deal' AND coalesce(was, '') <> now")
OPEN = sa.text("done_at IS NULL AND cancelled_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_history_moves", "history", ["store_id", "at"], sqlite_where=MOVED, postgresql_where=MOVED)
    op.create_index("ix_deadlines_case", "deadlines", ["case_id", "due_at"], sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_index("ix_deadlines_case", "deadlines")
    op.drop_index("ix_history_moves", "history")
