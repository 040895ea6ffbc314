"""Odometers as customers read them."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    with op.batch_alter_table("care_calls", schema=None) as batch_op:
        batch_op.add_column(sa.Column("odometer", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("care_calls", schema=None) as batch_op:
        batch_op.drop_column("odometer")
