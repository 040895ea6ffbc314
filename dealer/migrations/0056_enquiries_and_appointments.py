"""Enquiries and appointments."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    op.create_table(
        "workshop_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cars", sa.Integer(), nullable=False),
        sa.Column("counted_by_id", sa.Uuid(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["counted_by_id"], ["people.id"], name="fk_workshop_days_counted_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_workshop_days"),
    )
    op.create_index("ix_workshop_days_store_id", "workshop_days", ["store_id"], unique=False)
    op.create_index("uq_workshop_days_day", "workshop_days", ["store_id", "day"], unique=True)
    op.create_table(
        "appointments",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("phone", NameType(40), nullable=False),
        sa.Column("plate", NameType(40), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_appointments_owner_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_appointments_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_appointments"),
        sa.UniqueConstraint("store_id", "number", name="uq_appointments_store_id_number"),
    )
    op.create_index("ix_appointments_case_id", "appointments", ["case_id"], unique=False)
    op.create_index("ix_appointments_day", "appointments", ["store_id", "day"], unique=False)
    op.create_index("ix_appointments_store_id", "appointments", ["store_id"], unique=False)
    op.create_index("ix_appointments_unit_id", "appointments", ["unit_id"], unique=False)
    op.create_table(
        "enquiries",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("taken_by_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("phone", NameType(40), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promised", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("complaint_id", sa.Uuid(), nullable=True),
        sa.Column("prospect_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name="fk_enquiries_complaint_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_enquiries_owner_id"),
        sa.ForeignKeyConstraint(["prospect_id"], ["prospects.id"], name="fk_enquiries_prospect_id"),
        sa.ForeignKeyConstraint(["taken_by_id"], ["people.id"], name="fk_enquiries_taken_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_enquiries"),
        sa.UniqueConstraint("store_id", "number", name="uq_enquiries_store_id_number"),
    )
    op.create_index("ix_enquiries_case_id", "enquiries", ["case_id"], unique=False)
    op.create_index("ix_enquiries_open", "enquiries", ["store_id", "state", "due_at"], unique=False)
    op.create_index("ix_enquiries_owner_id", "enquiries", ["owner_id"], unique=False)
    op.create_index("ix_enquiries_store_id", "enquiries", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("enquiries")
    op.drop_table("appointments")
    op.drop_table("workshop_days")
