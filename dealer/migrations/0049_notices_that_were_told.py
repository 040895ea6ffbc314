"""Who was told which notice about their data: when, by whom, how."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    """Nobody knows of those who came before: their rows begin with the next notice."""
    op.create_table(
        "notices_told",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", NameType(40), nullable=False),
        sa.Column("version", sa.Date(), nullable=False),
        sa.Column("mark", NameType(40), nullable=False),
        sa.Column("language", NameType(40), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("phone", NameType(40), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_notices_told_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notices_told"),
    )
    op.create_index("ix_notices_told_at", "notices_told", ["store_id", "at"], unique=False)
    op.create_index("ix_notices_told_store_id", "notices_told", ["store_id"], unique=False)
    op.create_index("ix_notices_told_subject", "notices_told", ["store_id", "subject_id"], unique=False)


def downgrade() -> None:
    op.drop_table("notices_told")
