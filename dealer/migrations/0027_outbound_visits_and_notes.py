"""Outbound visits and notes."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "notes",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("model_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("read_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by_id"], ["people.id"], name="fk_notes_answered_by_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_notes_customer_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_notes_model_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_notes_owner_id"),
        sa.ForeignKeyConstraint(["read_by_id"], ["people.id"], name="fk_notes_read_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sa.UniqueConstraint("store_id", "number", name="uq_notes_store_id_number"),
    )
    op.create_index("ix_notes_case_id", "notes", ["case_id"], unique=False)
    op.create_index("ix_notes_open", "notes", ["store_id", "state", "since"], unique=False)
    op.create_index("ix_notes_owner_id", "notes", ["owner_id"], unique=False)
    op.create_index("ix_notes_store_id", "notes", ["store_id"], unique=False)
    op.create_table(
        "outings",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("whom", NameType(200), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("prospect_id", sa.Uuid(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("aim", sa.Text(), nullable=False),
        sa.Column("met", NameType(200), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_outings_customer_id"),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_outings_deal_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_outings_owner_id"),
        sa.ForeignKeyConstraint(["prospect_id"], ["prospects.id"], name="fk_outings_prospect_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outings"),
        sa.UniqueConstraint("store_id", "number", name="uq_outings_store_id_number"),
    )
    op.create_index("ix_outings_case_id", "outings", ["case_id"], unique=False)
    op.create_index("ix_outings_customer_id", "outings", ["customer_id"], unique=False)
    op.create_index("ix_outings_deal_id", "outings", ["deal_id"], unique=False)
    op.create_index("ix_outings_owner_id", "outings", ["owner_id"], unique=False)
    op.create_index("ix_outings_planned", "outings", ["store_id", "planned_at"], unique=False)
    op.create_index("ix_outings_prospect_id", "outings", ["prospect_id"], unique=False)
    op.create_index("ix_outings_store_id", "outings", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("outings")
    op.drop_table("notes")
