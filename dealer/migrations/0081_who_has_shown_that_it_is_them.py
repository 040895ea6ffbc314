"""A session knows when its person last showed that it is themselves; those that are open did so when they began."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import MomentType

revision = "0081"
down_revision = "0080"


def upgrade() -> None:
    with op.batch_alter_table("signed_in", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proved_at", MomentType(), nullable=True))
    op.execute("UPDATE signed_in SET proved_at = since")
    with op.batch_alter_table("signed_in", schema=None) as batch_op:
        batch_op.alter_column("proved_at", existing_type=MomentType(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("signed_in", schema=None) as batch_op:
        batch_op.drop_column("proved_at")
