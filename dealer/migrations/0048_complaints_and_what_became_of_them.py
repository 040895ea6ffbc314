"""Complaints and what became of them."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    op.create_table(
        "complaints",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("registered_by_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("model_id", sa.Uuid(), nullable=True),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("phone", NameType(40), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("fleet", sa.Boolean(), nullable=False),
        sa.Column("safety", sa.Boolean(), nullable=False),
        sa.Column("media", sa.Boolean(), nullable=False),
        sa.Column("injury", sa.Boolean(), nullable=False),
        sa.Column("cars", sa.Integer(), nullable=False),
        sa.Column("severity", sa.String(length=40), nullable=False),
        sa.Column("accept_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("solve_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("solved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposal", sa.Text(), nullable=False),
        sa.Column("compensation", sa.BigInteger(), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=True),
        sa.Column("compensation_allowed_by_id", sa.Uuid(), nullable=True),
        sa.Column("agreed_by", NameType(200), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=True),
        sa.Column("analysis", sa.Text(), nullable=False),
        sa.Column("corrective_action", sa.Text(), nullable=False),
        sa.Column("manager_comment", sa.Text(), nullable=False),
        sa.Column("manager_comment_by_id", sa.Uuid(), nullable=True),
        sa.Column("rejection", sa.Text(), nullable=False),
        sa.Column("round_number", sa.Integer(), nullable=False),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_complaints_batch_id"),
        sa.ForeignKeyConstraint(
            ["compensation_allowed_by_id"], ["people.id"], name="fk_complaints_compensation_allowed_by_id"
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_complaints_customer_id"),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_complaints_deal_id"),
        sa.ForeignKeyConstraint(["manager_comment_by_id"], ["people.id"], name="fk_complaints_manager_comment_by_id"),
        sa.ForeignKeyConstraint(["merged_into_id"], ["complaints.id"], name="fk_complaints_merged_into_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_complaints_model_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_complaints_owner_id"),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["people.id"], name="fk_complaints_proposed_by_id"),
        sa.ForeignKeyConstraint(["registered_by_id"], ["people.id"], name="fk_complaints_registered_by_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_complaints_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_complaints"),
        sa.UniqueConstraint("store_id", "number", name="uq_complaints_store_id_number"),
    )
    op.create_index("ix_complaints_case_id", "complaints", ["case_id"], unique=False)
    op.create_index("ix_complaints_customer_id", "complaints", ["customer_id"], unique=False)
    op.create_index("ix_complaints_deal_id", "complaints", ["deal_id"], unique=False)
    op.create_index("ix_complaints_open", "complaints", ["store_id", "state"], unique=False)
    op.create_index("ix_complaints_owner_id", "complaints", ["owner_id"], unique=False)
    op.create_index("ix_complaints_store_id", "complaints", ["store_id"], unique=False)
    op.create_index("ix_complaints_unit_id", "complaints", ["unit_id"], unique=False)
    op.create_index("ix_complaints_when", "complaints", ["store_id", "begun_at"], unique=False)
    op.create_table(
        "complaint_calls",
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("round_number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("grade", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name="fk_complaint_calls_by_id"),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name="fk_complaint_calls_complaint_id"),
        sa.PrimaryKeyConstraint("id", name="pk_complaint_calls"),
    )
    op.create_index("ix_complaint_calls_complaint_id", "complaint_calls", ["complaint_id"], unique=False)
    op.create_index("ix_complaint_calls_store_id", "complaint_calls", ["store_id"], unique=False)
    op.create_index("ix_complaint_calls_when", "complaint_calls", ["store_id", "at"], unique=False)
    # Nothing ever wrote it: whether a complaint is open is asked of the complaints from now on.
    with op.batch_alter_table("deals") as batch:
        batch.drop_column("open_complaint")


def downgrade() -> None:
    with op.batch_alter_table("deals") as batch:
        batch.add_column(sa.Column("open_complaint", sa.Boolean(), nullable=False, server_default=sa.false()))
    deals = sa.table("deals", sa.column("id", sa.Uuid()), sa.column("open_complaint", sa.Boolean()))
    complaints = sa.table("complaints", sa.column("deal_id", sa.Uuid()), sa.column("state", sa.String()))
    of_open_ones = sa.select(complaints.c.deal_id).where(
        complaints.c.state != "closed", complaints.c.deal_id.is_not(None)
    )
    op.execute(sa.update(deals).where(deals.c.id.in_(of_open_ones)).values(open_complaint=True))
    with op.batch_alter_table("deals") as batch:
        batch.alter_column("open_complaint", server_default=None)
    op.drop_table("complaint_calls")
    op.drop_table("complaints")
