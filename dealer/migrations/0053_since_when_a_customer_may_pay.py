"""The day on which a customer was told that their car is here and not paid: the time to pay counts from it."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DayType

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    with op.batch_alter_table("units") as batch:
        batch.add_column(sa.Column("noticed_on", DayType(), nullable=True))


def downgrade() -> None:
    op.execute(
        "UPDATE deadlines SET cancelled_at = due_at WHERE done_at IS NULL"
        " AND kind IN ('time_to_pay', 'decide_unpaid_car', 'tell_car_is_gone')"
    )
    with op.batch_alter_table("units") as batch:
        batch.drop_column("noticed_on")
