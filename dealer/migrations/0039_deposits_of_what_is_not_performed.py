"""What was decided about the deposit of a cancelled deal, and which payments carry such a decision out."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    with op.batch_alter_table("deals") as batch:
        batch.add_column(sa.Column("cancel_outcome", NameType(40), nullable=True))
    # An amount was written as paid back, or as nothing.
    op.execute("UPDATE deals SET cancel_outcome = 'returned' WHERE cancel_deposit_outcome > 0")
    with op.batch_alter_table("receipts") as batch:
        batch.add_column(sa.Column("decided_id", sa.Uuid(), nullable=True))
        batch.create_index("ix_receipts_decided_id", ["decided_id"], unique=False)


def downgrade() -> None:
    # The older code knows neither: what was forfeited counted as paid back, the penalty as nothing under the contract.
    op.execute("UPDATE receipts SET kind = 'refund' WHERE kind = 'forfeited'")
    op.execute("DELETE FROM receipts WHERE kind = 'penalty'")
    with op.batch_alter_table("receipts") as batch:
        batch.drop_index("ix_receipts_decided_id")
        batch.drop_column("decided_id")
    with op.batch_alter_table("deals") as batch:
        batch.drop_column("cancel_outcome")
