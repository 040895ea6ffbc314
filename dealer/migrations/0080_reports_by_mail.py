"""Reports whose workbook goes along with a mail."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"


def upgrade() -> None:
    with op.batch_alter_table("subscriptions") as table:
        table.add_column(sa.Column("by_mail", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("subscriptions") as table:
        table.alter_column("by_mail", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("subscriptions") as table:
        table.drop_column("by_mail")
