"""Who typed and who confirmed an allowance. Nobody has confirmed those of before: none counts until somebody does."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import MomentType, NameType

revision = "0024"
down_revision = "0023"

PEOPLE = ("typed_by_id", "confirmed_by_id")


def upgrade() -> None:
    with op.batch_alter_table("line_extras") as batch:
        for name in PEOPLE:
            batch.add_column(sa.Column(name, sa.Uuid(), nullable=True))
            batch.create_foreign_key(f"fk_line_extras_{name}", "people", [name], ["id"])
        batch.add_column(sa.Column("confirmed_at", MomentType(), nullable=True))
        batch.add_column(sa.Column("confirmed_terms", NameType(64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("line_extras") as batch:
        for name in PEOPLE:
            batch.drop_constraint(f"fk_line_extras_{name}", type_="foreignkey")
        for name in (*PEOPLE, "confirmed_at", "confirmed_terms"):
            batch.drop_column(name)
