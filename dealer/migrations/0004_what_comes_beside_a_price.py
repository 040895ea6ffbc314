"""What comes beside a price: accessories by the shop's list, and the manufacturer's allowances."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("line_extras") as table:
        table.add_column(sa.Column("list_amount", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("reference", NameType(40), nullable=True))
        table.add_column(sa.Column("good_until", sa.Date(), nullable=True))


def downgrade() -> None:
    # What the manufacturer pays has no kind of its own before this: a line priced with it is not worth keeping wrong.
    op.execute("DELETE FROM line_extras WHERE kind = 'allowance'")
    with op.batch_alter_table("line_extras") as table:
        table.drop_column("good_until")
        table.drop_column("reference")
        table.drop_column("list_amount")
