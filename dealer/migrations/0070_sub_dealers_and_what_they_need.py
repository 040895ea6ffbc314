"""Sub-dealers and what they need."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0070"
down_revision = "0069"


def upgrade() -> None:
    op.create_table(
        "sub_dealers",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_sub_dealers_customer_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_sub_dealers_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sub_dealers"),
        sa.UniqueConstraint("store_id", "number", name="uq_sub_dealers_store_id_number"),
    )
    op.create_index("ix_sub_dealers_case_id", "sub_dealers", ["case_id"], unique=False)
    op.create_index("ix_sub_dealers_store_id", "sub_dealers", ["store_id"], unique=False)
    op.create_index("uq_sub_dealers_customer", "sub_dealers", ["customer_id"], unique=True)
    op.create_table(
        "sub_dealer_agreements",
        sa.Column("sub_dealer_id", sa.Uuid(), nullable=False),
        sa.Column("code", NameType(40), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("scan_sha256", NameType(64), nullable=True),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["people.id"], name="fk_sub_dealer_agreements_confirmed_by_id"),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["people.id"], name="fk_sub_dealer_agreements_recorded_by_id"),
        sa.ForeignKeyConstraint(["sub_dealer_id"], ["sub_dealers.id"], name="fk_sub_dealer_agreements_sub_dealer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sub_dealer_agreements"),
    )
    op.create_index("ix_sub_dealer_agreements_store_id", "sub_dealer_agreements", ["store_id"], unique=False)
    op.create_index("ix_sub_dealer_agreements_sub_dealer_id", "sub_dealer_agreements", ["sub_dealer_id"], unique=False)
    op.create_table(
        "support_requests",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("sub_dealer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["people.id"], name="fk_support_requests_asked_by_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_support_requests_owner_id"),
        sa.ForeignKeyConstraint(["sub_dealer_id"], ["sub_dealers.id"], name="fk_support_requests_sub_dealer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_support_requests"),
        sa.UniqueConstraint("store_id", "number", name="uq_support_requests_store_id_number"),
    )
    op.create_index("ix_support_requests_case_id", "support_requests", ["case_id"], unique=False)
    op.create_index("ix_support_requests_open", "support_requests", ["store_id", "state", "due_on"], unique=False)
    op.create_index("ix_support_requests_owner_id", "support_requests", ["owner_id"], unique=False)
    op.create_index("ix_support_requests_store_id", "support_requests", ["store_id"], unique=False)
    op.create_index("ix_support_requests_sub_dealer_id", "support_requests", ["sub_dealer_id"], unique=False)
    op.create_table(
        "sub_dealer_terms",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.Column("pay", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["sub_dealer_agreements.id"], name="fk_sub_dealer_terms_agreement_id"
        ),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_sub_dealer_terms_model_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sub_dealer_terms"),
    )
    op.create_index("ix_sub_dealer_terms_agreement_id", "sub_dealer_terms", ["agreement_id"], unique=False)
    op.create_index("ix_sub_dealer_terms_store_id", "sub_dealer_terms", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("sub_dealer_terms")
    op.drop_table("support_requests")
    op.drop_table("sub_dealer_agreements")
    op.drop_table("sub_dealers")
