"""How the sign-ins of each person ended: what they would notice somebody else by."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import MomentType, NameType

revision = "0076"
down_revision = "0075"


def upgrade() -> None:
    op.create_table(
        "sign_in_events",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", MomentType(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("device", NameType(200), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_sign_in_events_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_events"),
    )
    op.create_index("ix_sign_in_events_person", "sign_in_events", ["person_id", "at"], unique=False)
    op.create_index("ix_sign_in_events_store_id", "sign_in_events", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("sign_in_events")
