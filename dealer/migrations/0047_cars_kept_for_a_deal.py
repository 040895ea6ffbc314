"""Cars are kept for a deal before there is a contract: until when, by whom, and whether the time was added once."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DayType

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    with op.batch_alter_table("units") as batch:
        batch.add_column(sa.Column("reserved_until", DayType(), nullable=True))
        batch.add_column(sa.Column("reserved_by_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("reservation_extended", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.create_foreign_key("fk_units_reserved_by_id", "people", ["reserved_by_id"], ["id"])
    with op.batch_alter_table("units") as batch:
        batch.alter_column("reservation_extended", server_default=None)


def downgrade() -> None:
    # The older code knows a deal's cars by their contract only: a car that was kept is free.
    op.execute("UPDATE units SET case_id = NULL WHERE reserved_until IS NOT NULL")
    op.execute("UPDATE deadlines SET cancelled_at = due_at WHERE kind = 'reservation_ends' AND done_at IS NULL")
    with op.batch_alter_table("units") as batch:
        batch.drop_constraint("fk_units_reserved_by_id", type_="foreignkey")
        batch.drop_column("reservation_extended")
        batch.drop_column("reserved_by_id")
        batch.drop_column("reserved_until")
