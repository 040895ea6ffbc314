"""Morning reports on paper."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "morning_papers",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_morning_papers_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_morning_papers"),
    )
    op.create_index("ix_morning_papers_store_id", "morning_papers", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("morning_papers")
