"""The batch that a payment was for, where somebody said so."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import CountType

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    with op.batch_alter_table("receipts") as batch:
        batch.add_column(sa.Column("batch", CountType(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("receipts") as batch:
        batch.drop_column("batch")
