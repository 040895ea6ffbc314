"""Papers that were attached to filings lie with the scans of claims: one table tells what is there."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import MomentType, NameType

revision = "0075"
down_revision = "0074"


def upgrade() -> None:
    op.execute(
        "INSERT INTO claim_papers (id, deal_id, store_id, kind, unit_id, name, invoice, sha256, at, person_id)"
        " SELECT o.id, f.deal_id, o.store_id, o.kind, o.unit_id, o.name, '', o.file_sha256, o.added_at, o.added_by_id"
        " FROM oem_papers o JOIN filings f ON f.id = o.filing_id"
        # the same file as the same paper of the same car is one paper
        " WHERE NOT EXISTS (SELECT 1 FROM claim_papers c WHERE c.deal_id = f.deal_id AND c.kind = o.kind"
        " AND c.sha256 = o.file_sha256 AND c.withdrawn_at IS NULL"
        " AND (c.unit_id = o.unit_id OR (c.unit_id IS NULL AND o.unit_id IS NULL)))"
    )
    op.drop_table("oem_papers")


def downgrade() -> None:
    """Scans of a deal with a filing go back to the last one of it; the others stay where they are."""
    op.create_table(
        "oem_papers",
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("file_sha256", NameType(64), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("added_at", MomentType(), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["people.id"], name="fk_oem_papers_added_by_id"),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name="fk_oem_papers_filing_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_oem_papers_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_oem_papers"),
    )
    for column in ("filing_id", "store_id", "unit_id"):
        op.create_index(f"ix_oem_papers_{column}", "oem_papers", [column], unique=False)
    # A withdrawn scan, and one whose invoice is told, stay: only the claim papers know of such things.
    op.execute(
        "INSERT INTO oem_papers (id, filing_id, store_id, kind, unit_id, name, file_sha256, added_at, added_by_id)"
        " SELECT c.id, f.id, c.store_id, c.kind, c.unit_id, c.name, c.sha256, c.at, c.person_id"
        " FROM claim_papers c JOIN filings f ON f.deal_id = c.deal_id"
        " WHERE c.withdrawn_at IS NULL AND c.invoice = ''"
        " AND f.number = (SELECT max(g.number) FROM filings g WHERE g.deal_id = c.deal_id)"
    )
    op.execute("DELETE FROM claim_papers WHERE id IN (SELECT id FROM oem_papers)")
