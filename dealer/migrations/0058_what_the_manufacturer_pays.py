"""What the manufacturer pays: its policies, filings of deals with their papers, rebates with their cars."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    op.create_table(
        "oem_policies",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("brand", NameType(200), nullable=False),
        sa.Column("title", NameType(200), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("source_sha256", NameType(64), nullable=True),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["people.id"], name="fk_oem_policies_approved_by_id"),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name="fk_oem_policies_made_by_id"),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["people.id"], name="fk_oem_policies_submitted_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_oem_policies"),
        sa.UniqueConstraint("store_id", "number", name="uq_oem_policies_store_id_number"),
    )
    op.create_index("ix_oem_policies_case_id", "oem_policies", ["case_id"], unique=False)
    op.create_index("ix_oem_policies_period", "oem_policies", ["store_id", "state", "until_day"], unique=False)
    op.create_index("ix_oem_policies_store_id", "oem_policies", ["store_id"], unique=False)
    op.create_index("uq_oem_policies_revision", "oem_policies", ["store_id", "series", "revision"], unique=True)
    op.create_table(
        "oem_allowances",
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_oem_allowances_model_id"),
        sa.ForeignKeyConstraint(["policy_id"], ["oem_policies.id"], name="fk_oem_allowances_policy_id"),
        sa.PrimaryKeyConstraint("id", name="pk_oem_allowances"),
    )
    op.create_index("ix_oem_allowances_policy_id", "oem_allowances", ["policy_id"], unique=False)
    op.create_index("ix_oem_allowances_store_id", "oem_allowances", ["store_id"], unique=False)
    op.create_table(
        "oem_classes",
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("customer_class", sa.String(length=40), nullable=False),
        sa.Column("least", sa.Integer(), nullable=True),
        sa.Column("before_invoice", sa.Boolean(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["oem_policies.id"], name="fk_oem_classes_policy_id"),
        sa.PrimaryKeyConstraint("id", name="pk_oem_classes"),
    )
    op.create_index("ix_oem_classes_policy_id", "oem_classes", ["policy_id"], unique=False)
    op.create_index("ix_oem_classes_store_id", "oem_classes", ["store_id"], unique=False)
    op.create_table(
        "oem_demands",
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("customer_class", sa.String(length=40), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["oem_policies.id"], name="fk_oem_demands_policy_id"),
        sa.PrimaryKeyConstraint("id", name="pk_oem_demands"),
    )
    op.create_index("ix_oem_demands_policy_id", "oem_demands", ["policy_id"], unique=False)
    op.create_index("ix_oem_demands_store_id", "oem_demands", ["store_id"], unique=False)
    op.create_table(
        "filings",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=True),
        sa.Column("filing_no", NameType(40), nullable=True),
        sa.Column("dealer_code", NameType(40), nullable=False),
        sa.Column("principal", NameType(200), nullable=False),
        sa.Column("principal_phone", NameType(40), nullable=False),
        sa.Column("customer_class", sa.String(length=40), nullable=False),
        sa.Column("nature", sa.String(length=40), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("landline", NameType(40), nullable=False),
        sa.Column("fax", NameType(40), nullable=False),
        sa.Column("email", NameType(200), nullable=False),
        sa.Column("sale_type", sa.String(length=40), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("claim_expected_on", sa.Date(), nullable=True),
        sa.Column("resources_wanted", sa.Boolean(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("auditor", NameType(200), nullable=False),
        sa.Column("audited_on", sa.Date(), nullable=True),
        sa.Column("audit_remark", sa.Text(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("claim_until", sa.Date(), nullable=True),
        sa.Column("warned", sa.Integer(), nullable=False),
        sa.Column("claimed_on", sa.Date(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_filings_contact_id"),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_filings_deal_id"),
        sa.ForeignKeyConstraint(["policy_id"], ["oem_policies.id"], name="fk_filings_policy_id"),
        sa.PrimaryKeyConstraint("id", name="pk_filings"),
        sa.UniqueConstraint("store_id", "number", name="uq_filings_store_id_number"),
    )
    op.create_index("ix_filings_case_id", "filings", ["case_id"], unique=False)
    op.create_index("ix_filings_deal_id", "filings", ["deal_id"], unique=False)
    op.create_index("ix_filings_policy_id", "filings", ["policy_id"], unique=False)
    op.create_index("ix_filings_state", "filings", ["store_id", "state", "claim_until"], unique=False)
    op.create_index("ix_filings_store_id", "filings", ["store_id"], unique=False)
    op.create_index(
        "uq_filings_live",
        "filings",
        ["deal_id"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('refused', 'lapsed', 'withdrawn')"),
        postgresql_where=sa.text("state NOT IN ('refused', 'lapsed', 'withdrawn')"),
    )
    op.create_index(
        "uq_filings_no",
        "filings",
        ["store_id", "filing_no"],
        unique=True,
        sqlite_where=sa.text("filing_no IS NOT NULL"),
        postgresql_where=sa.text("filing_no IS NOT NULL"),
    )
    op.create_table(
        "filed_lines",
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("colour", NameType(40), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name="fk_filed_lines_filing_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_filed_lines_model_id"),
        sa.PrimaryKeyConstraint("id", name="pk_filed_lines"),
    )
    op.create_index("ix_filed_lines_filing_id", "filed_lines", ["filing_id"], unique=False)
    op.create_index("ix_filed_lines_store_id", "filed_lines", ["store_id"], unique=False)
    op.create_table(
        "rebates",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("claim_no", NameType(40), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("auditor", NameType(200), nullable=False),
        sa.Column("audited_on", sa.Date(), nullable=True),
        sa.Column("audit_remark", sa.Text(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("approved_amount", sa.BigInteger(), nullable=True),
        sa.Column("paid_amount", sa.BigInteger(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("paid_reference", NameType(200), nullable=False),
        sa.Column("taken_back", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name="fk_rebates_filing_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rebates"),
        sa.UniqueConstraint("store_id", "number", name="uq_rebates_store_id_number"),
    )
    op.create_index("ix_rebates_case_id", "rebates", ["case_id"], unique=False)
    op.create_index("ix_rebates_filing_id", "rebates", ["filing_id"], unique=False)
    op.create_index("ix_rebates_state", "rebates", ["store_id", "state", "answer_by"], unique=False)
    op.create_index("ix_rebates_store_id", "rebates", ["store_id"], unique=False)
    op.create_table(
        "oem_papers",
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("file_sha256", NameType(64), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["people.id"], name="fk_oem_papers_added_by_id"),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name="fk_oem_papers_filing_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_oem_papers_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_oem_papers"),
    )
    op.create_index("ix_oem_papers_filing_id", "oem_papers", ["filing_id"], unique=False)
    op.create_index("ix_oem_papers_store_id", "oem_papers", ["store_id"], unique=False)
    op.create_index("ix_oem_papers_unit_id", "oem_papers", ["unit_id"], unique=False)
    op.create_table(
        "rebate_cars",
        sa.Column("rebate_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("vin", NameType(40), nullable=False),
        sa.Column("allowance", sa.BigInteger(), nullable=False),
        sa.Column("freed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["rebate_id"], ["rebates.id"], name="fk_rebate_cars_rebate_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_rebate_cars_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rebate_cars"),
    )
    op.create_index("ix_rebate_cars_rebate_id", "rebate_cars", ["rebate_id"], unique=False)
    op.create_index("ix_rebate_cars_store_id", "rebate_cars", ["store_id"], unique=False)
    op.create_index("ix_rebate_cars_unit_id", "rebate_cars", ["unit_id"], unique=False)
    op.create_index(
        "uq_rebate_cars_vin",
        "rebate_cars",
        ["store_id", "vin"],
        unique=True,
        sqlite_where=sa.text("freed_at IS NULL"),
        postgresql_where=sa.text("freed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("rebate_cars")
    op.drop_table("oem_papers")
    op.drop_table("rebates")
    op.drop_table("filed_lines")
    op.drop_table("filings")
    op.drop_table("oem_demands")
    op.drop_table("oem_classes")
    op.drop_table("oem_allowances")
    op.drop_table("oem_policies")
