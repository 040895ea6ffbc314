"""Photos of the arrival inspection, several of a car; the promised day of a batch whose cars come late."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    with op.batch_alter_table("units") as batch:
        batch.add_column(sa.Column("photos", DocumentType(), nullable=True))
    with op.batch_alter_table("batches") as batch:
        batch.add_column(sa.Column("promised_on", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("batches") as batch:
        batch.drop_column("promised_on")
    with op.batch_alter_table("units") as batch:
        batch.drop_column("photos")
