"""Who was trained in what, and until when it counts."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0063"
down_revision = "0062"


def upgrade() -> None:
    op.create_table(
        "trainings",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("trainer", NameType(200), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_trainings_person_id"),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["people.id"], name="fk_trainings_recorded_by_id"),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["people.id"], name="fk_trainings_withdrawn_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_trainings"),
    )
    op.create_index("ix_trainings_person_id", "trainings", ["person_id"], unique=False)
    op.create_index("ix_trainings_store_id", "trainings", ["store_id"], unique=False)
    op.create_index("ix_trainings_topic", "trainings", ["store_id", "topic", "person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("trainings")
