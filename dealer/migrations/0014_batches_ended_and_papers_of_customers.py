"""A batch that was ended, and the customer's own paper."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, NameType

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    with op.batch_alter_table("contracts") as batch:
        batch.add_column(sa.Column("ended_batch", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("ending", DocumentType(), nullable=True))
        batch.add_column(sa.Column("their_paper_sha256", NameType(64), nullable=True))
        batch.add_column(sa.Column("their_terms", DocumentType(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("contracts") as batch:
        batch.drop_column("their_terms")
        batch.drop_column("their_paper_sha256")
        batch.drop_column("ending")
        batch.drop_column("ended_batch")
