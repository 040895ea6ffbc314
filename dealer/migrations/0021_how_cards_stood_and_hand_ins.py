"""How cards stood from when until when; the hand-ins of a day with their cards."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "hand_ins",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_in_by_id", sa.Uuid(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("returned_remark", sa.Text(), nullable=False),
        sa.Column("signed_by_id", sa.Uuid(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["handed_in_by_id"], ["people.id"], name="fk_hand_ins_handed_in_by_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_hand_ins_owner_id"),
        sa.ForeignKeyConstraint(["signed_by_id"], ["people.id"], name="fk_hand_ins_signed_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_hand_ins"),
        sa.UniqueConstraint("store_id", "number", name="uq_hand_ins_store_id_number"),
        sa.UniqueConstraint("store_id", "owner_id", "day", name="uq_hand_ins_day"),
    )
    op.create_index("ix_hand_ins_case_id", "hand_ins", ["case_id"], unique=False)
    op.create_index("ix_hand_ins_day", "hand_ins", ["store_id", "day"], unique=False)
    op.create_index("ix_hand_ins_store_id", "hand_ins", ["store_id"], unique=False)
    op.create_table(
        "hand_in_lines",
        sa.Column("hand_in_id", sa.Uuid(), nullable=False),
        sa.Column("prospect_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.Column("new", sa.Boolean(), nullable=False),
        sa.Column("level_before", sa.String(length=40), nullable=False),
        sa.Column("level_after", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("next_contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.Column("reason", NameType(200), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("returned_remark", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["hand_in_id"], ["hand_ins.id"], name="fk_hand_in_lines_hand_in_id"),
        sa.ForeignKeyConstraint(["prospect_id"], ["prospects.id"], name="fk_hand_in_lines_prospect_id"),
        sa.PrimaryKeyConstraint("id", name="pk_hand_in_lines"),
    )
    op.create_index("ix_hand_in_lines_hand_in_id", "hand_in_lines", ["hand_in_id"], unique=False)
    op.create_index("ix_hand_in_lines_prospect_id", "hand_in_lines", ["prospect_id"], unique=False)
    op.create_index("ix_hand_in_lines_store_id", "hand_in_lines", ["store_id"], unique=False)
    op.create_table(
        "standings",
        sa.Column("prospect_id", sa.Uuid(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("next_contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("was_level", sa.String(length=40), nullable=True),
        sa.Column("was_state", sa.String(length=40), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_standings_owner_id"),
        sa.ForeignKeyConstraint(["prospect_id"], ["prospects.id"], name="fk_standings_prospect_id"),
        sa.PrimaryKeyConstraint("id", name="pk_standings"),
    )
    op.create_index("ix_standings_from", "standings", ["store_id", "from_at"], unique=False)
    op.create_index("ix_standings_now", "standings", ["prospect_id", "until_at"], unique=False)
    op.create_index("ix_standings_store_id", "standings", ["store_id"], unique=False)
    op.create_index("ix_standings_until", "standings", ["store_id", "until_at", "from_at"], unique=False)
    # What is known of a card before today: that it came to its present state then.
    op.execute(
        "INSERT INTO standings (id, store_id, prospect_id, from_at, owner_id, level, state, next_contact_at, was_level,"
        " was_state) SELECT id, store_id, id, since, owner_id, level, state, next_contact_at, level, state"
        " FROM prospects"
    )


def downgrade() -> None:
    op.drop_table("standings")
    op.drop_table("hand_in_lines")
    op.drop_table("hand_ins")
