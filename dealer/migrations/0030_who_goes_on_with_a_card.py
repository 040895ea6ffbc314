"""Since when a card is back among those who are followed, and when a manager left it with its owner."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import MomentType

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    with op.batch_alter_table("prospects") as batch:
        batch.add_column(sa.Column("revived_at", MomentType(), nullable=True))
        batch.add_column(sa.Column("left_at", MomentType(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("prospects") as batch:
        batch.drop_column("left_at")
        batch.drop_column("revived_at")
