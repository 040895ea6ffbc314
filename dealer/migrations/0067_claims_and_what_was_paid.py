"""Papers, dossiers and sheets for the manufacturer, and its statements of what was paid."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, MomentType, NameType

revision = "0067"
down_revision = "0066"


def upgrade() -> None:
    op.create_table(
        "sheet_layouts",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("brand", NameType(200), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("title", NameType(200), nullable=False),
        sa.Column("file", sa.String(length=40), nullable=False),
        sa.Column("sheet", NameType(40), nullable=False),
        sa.Column("above", sa.Text(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", MomentType(), nullable=True),
        sa.Column("fingerprint", NameType(64), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", MomentType(), nullable=False),
        sa.Column("begun_at", MomentType(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["people.id"], name="fk_sheet_layouts_approved_by_id"),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name="fk_sheet_layouts_made_by_id"),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["people.id"], name="fk_sheet_layouts_submitted_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sheet_layouts"),
        sa.UniqueConstraint(
            "store_id", "brand", "purpose", "edition", name="uq_sheet_layouts_store_id_brand_purpose_edition"
        ),
        sa.UniqueConstraint("store_id", "number", name="uq_sheet_layouts_store_id_number"),
    )
    op.create_index("ix_sheet_layouts_case_id", "sheet_layouts", ["case_id"], unique=False)
    op.create_index("ix_sheet_layouts_store_id", "sheet_layouts", ["store_id"], unique=False)
    op.create_table(
        "statements",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("brand", NameType(200), nullable=False),
        sa.Column("layout_id", sa.Uuid(), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("sha256", NameType(64), nullable=False),
        sa.Column("at", MomentType(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["layout_id"], ["sheet_layouts.id"], name="fk_statements_layout_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_statements_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_statements"),
        sa.UniqueConstraint("store_id", "number", name="uq_statements_store_id_number"),
        sa.UniqueConstraint("store_id", "sha256", name="uq_statements_store_id_sha256"),
    )
    op.create_index("ix_statements_store_id", "statements", ["store_id"], unique=False)
    op.create_table(
        "claim_packs",
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("at", MomentType(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", NameType(64), nullable=False),
        sa.Column("terms", DocumentType(), nullable=False),
        sa.Column("trouble", NameType(40), nullable=True),
        sa.Column("made_at", MomentType(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("sha256", NameType(64), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_claim_packs_deal_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_claim_packs_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_claim_packs"),
        sa.UniqueConstraint("deal_id", "edition", name="uq_claim_packs_deal_id_edition"),
    )
    op.create_index("ix_claim_packs_at", "claim_packs", ["store_id", "at"], unique=False)
    op.create_index("ix_claim_packs_deal_id", "claim_packs", ["deal_id"], unique=False)
    op.create_index("ix_claim_packs_store_id", "claim_packs", ["store_id"], unique=False)
    op.create_table(
        "oem_files",
        sa.Column("layout_id", sa.Uuid(), nullable=False),
        sa.Column("pack_id", sa.Uuid(), nullable=True),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("at", MomentType(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("sha256", NameType(64), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["layout_id"], ["sheet_layouts.id"], name="fk_oem_files_layout_id"),
        sa.ForeignKeyConstraint(["pack_id"], ["claim_packs.id"], name="fk_oem_files_pack_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_oem_files_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_oem_files"),
    )
    op.create_index("ix_oem_files_at", "oem_files", ["store_id", "at"], unique=False)
    op.create_index("ix_oem_files_layout_id", "oem_files", ["layout_id"], unique=False)
    op.create_index("ix_oem_files_pack_id", "oem_files", ["pack_id"], unique=False)
    op.create_index("ix_oem_files_store_id", "oem_files", ["store_id"], unique=False)
    op.create_table(
        "statement_rows",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("rebate_id", sa.Uuid(), nullable=True),
        sa.Column("vin", NameType(40), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("reference", NameType(200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("explained_by_id", sa.Uuid(), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", MomentType(), nullable=False),
        sa.Column("begun_at", MomentType(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["closed_by_id"], ["people.id"], name="fk_statement_rows_closed_by_id"),
        sa.ForeignKeyConstraint(["explained_by_id"], ["people.id"], name="fk_statement_rows_explained_by_id"),
        sa.ForeignKeyConstraint(["rebate_id"], ["rebates.id"], name="fk_statement_rows_rebate_id"),
        sa.ForeignKeyConstraint(["statement_id"], ["statements.id"], name="fk_statement_rows_statement_id"),
        sa.PrimaryKeyConstraint("id", name="pk_statement_rows"),
        sa.UniqueConstraint("store_id", "number", name="uq_statement_rows_store_id_number"),
    )
    op.create_index("ix_statement_rows_case_id", "statement_rows", ["case_id"], unique=False)
    op.create_index("ix_statement_rows_rebate_id", "statement_rows", ["rebate_id"], unique=False)
    op.create_index("ix_statement_rows_statement_id", "statement_rows", ["statement_id"], unique=False)
    op.create_index("ix_statement_rows_store_id", "statement_rows", ["store_id"], unique=False)
    op.create_index("ix_statement_rows_vin", "statement_rows", ["store_id", "vin"], unique=False)
    op.create_table(
        "claim_pack_parts",
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("sha256", NameType(64), nullable=False),
        sa.Column("done_at", MomentType(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("page_sha256", NameType(64), nullable=True),
        sa.Column("trouble", NameType(40), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["pack_id"], ["claim_packs.id"], name="fk_claim_pack_parts_pack_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_claim_pack_parts_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_claim_pack_parts"),
        sa.UniqueConstraint("pack_id", "position", name="uq_claim_pack_parts_pack_id_position"),
    )
    op.create_index("ix_claim_pack_parts_pack_id", "claim_pack_parts", ["pack_id"], unique=False)
    op.create_index("ix_claim_pack_parts_store_id", "claim_pack_parts", ["store_id"], unique=False)
    op.create_table(
        "claim_papers",
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("invoice", NameType(40), nullable=False),
        sa.Column("sha256", NameType(64), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("at", MomentType(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", MomentType(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_claim_papers_deal_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_claim_papers_person_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_claim_papers_unit_id"),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["people.id"], name="fk_claim_papers_withdrawn_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_claim_papers"),
    )
    op.create_index("ix_claim_papers_deal_id", "claim_papers", ["deal_id"], unique=False)
    op.create_index("ix_claim_papers_store_id", "claim_papers", ["store_id"], unique=False)
    op.create_index("ix_claim_papers_unit_id", "claim_papers", ["unit_id"], unique=False)


def downgrade() -> None:
    op.drop_table("claim_papers")
    op.drop_table("claim_pack_parts")
    op.drop_table("statement_rows")
    op.drop_table("oem_files")
    op.drop_table("claim_packs")
    op.drop_table("statements")
    op.drop_table("sheet_layouts")
