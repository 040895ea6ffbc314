"""Cards merged into another one; the credit code of who buys; a phone is one live card's."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0029"
down_revision = "0028"

NOT_MERGED = sa.text("state != 'merged'")


def upgrade() -> None:
    with op.batch_alter_table("prospects") as batch:
        batch.add_column(sa.Column("uscc", NameType(40), nullable=True))
        batch.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_prospects_merged_into_id", "prospects", ["merged_into_id"], ["id"])
        batch.drop_index("uq_prospects_phone")
        batch.create_index(
            "uq_prospects_phone",
            ["store_id", "phone"],
            unique=True,
            sqlite_where=NOT_MERGED,
            postgresql_where=NOT_MERGED,
        )
        batch.create_index("ix_prospects_merged_into_id", ["merged_into_id"])
        batch.create_index("ix_prospects_phone", ["store_id", "phone"])
        batch.create_index("ix_prospects_uscc", ["store_id", "uscc"])
        batch.create_index("ix_prospects_initials", ["store_id", "name_initials"])


def downgrade() -> None:
    # The older code knows no merged cards: they come back as put to rest, which nobody calls.
    op.execute("UPDATE prospects SET state = 'frozen' WHERE state = 'merged'")
    with op.batch_alter_table("prospects") as batch:
        for name in ("ix_prospects_initials", "ix_prospects_uscc", "ix_prospects_phone", "ix_prospects_merged_into_id"):
            batch.drop_index(name)
        batch.drop_index("uq_prospects_phone")
        batch.create_index("uq_prospects_phone", ["store_id", "phone"], unique=True)
        batch.drop_constraint("fk_prospects_merged_into_id", type_="foreignkey")
        batch.drop_column("merged_into_id")
        batch.drop_column("uscc")
