"""A deal that has stood still is handed over or left with its owner: when that was last decided."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import MomentType

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Empty for every deal that is there: nobody has decided yet."""
    op.add_column("deals", sa.Column("owner_decided_at", MomentType(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("deals") as deals:
        deals.drop_column("owner_decided_at")
