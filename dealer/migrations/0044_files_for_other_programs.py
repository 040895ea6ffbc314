"""Files for the tax software and the accounts, with what each held; who asks for a red letter."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import MomentType, NameType

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    op.create_table(
        "ledger_exports",
        sa.Column("target", NameType(40), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=False),
        sa.Column("at", MomentType(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("file_sha256", NameType(64), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_ledger_exports_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_exports"),
    )
    op.create_index("ix_ledger_exports_at", "ledger_exports", ["store_id", "at"], unique=False)
    op.create_index("ix_ledger_exports_store_id", "ledger_exports", ["store_id"], unique=False)
    op.create_table(
        "ledger_rows",
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("target", NameType(40), nullable=False),
        sa.Column("what", NameType(40), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["export_id"], ["ledger_exports.id"], name="fk_ledger_rows_export_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_rows"),
        sa.UniqueConstraint("store_id", "target", "what", "source_id", name="uq_ledger_rows_source"),
    )
    op.create_index("ix_ledger_rows_export_id", "ledger_rows", ["export_id"], unique=False)
    op.create_index("ix_ledger_rows_store_id", "ledger_rows", ["store_id"], unique=False)
    with op.batch_alter_table("invoices") as batch:
        batch.add_column(sa.Column("red_asked_by_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("red_asked_for", sa.Text(), nullable=True))
        batch.create_foreign_key("fk_invoices_red_asked_by_id", "people", ["red_asked_by_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("invoices") as batch:
        batch.drop_constraint("fk_invoices_red_asked_by_id", type_="foreignkey")
        batch.drop_column("red_asked_for")
        batch.drop_column("red_asked_by_id")
    op.drop_table("ledger_rows")
    op.drop_table("ledger_exports")
