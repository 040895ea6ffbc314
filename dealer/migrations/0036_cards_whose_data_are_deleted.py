"""Cards whose data were deleted have a state of their own; those emptied before come to it in the next night."""

from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """The states are words: no column changes."""


def downgrade() -> None:
    # The older code knows no such cards: they come back as put to rest, which nobody calls.
    op.execute("UPDATE prospects SET state = 'frozen' WHERE state = 'erased'")
    op.execute("UPDATE standings SET state = 'frozen' WHERE state = 'erased'")
