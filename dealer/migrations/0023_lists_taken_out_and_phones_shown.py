"""Lists taken out and phones shown."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("kind", NameType(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("file_sha256", NameType(64), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_exports_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_exports"),
    )
    op.create_index("ix_exports_at", "exports", ["store_id", "at"], unique=False)
    op.create_index("ix_exports_store_id", "exports", ["store_id"], unique=False)
    op.create_index(
        "ix_history_reveals",
        "history",
        ["store_id", "seq"],
        unique=False,
        sqlite_where=sa.text("action LIKE 'reveal%'"),
        postgresql_where=sa.text("action LIKE 'reveal%'"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_history_reveals",
        table_name="history",
        sqlite_where=sa.text("action LIKE 'reveal%'"),
        postgresql_where=sa.text("action LIKE 'reveal%'"),
    )
    op.drop_table("exports")
