"""Personal data shown, taken out and emptied."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, NameType

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "retention_runs",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("emptied", DocumentType(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_retention_runs"),
    )
    op.create_index("ix_retention_runs_store_id", "retention_runs", ["store_id"], unique=False)
    op.create_index("uq_retention_runs_day", "retention_runs", ["store_id", "day"], unique=True)
    op.create_table(
        "exports",
        sa.Column("kind", NameType(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("file_sha256", NameType(64), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_exports_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_exports"),
    )
    op.create_index("ix_exports_at", "exports", ["store_id", "at"], unique=False)
    op.create_index("ix_exports_store_id", "exports", ["store_id"], unique=False)
    op.create_table(
        "legal_holds",
        sa.Column("phone", NameType(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("placed_by_id", sa.Uuid(), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("lifted_by_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["people.id"], name="fk_legal_holds_lifted_by_id"),
        sa.ForeignKeyConstraint(["placed_by_id"], ["people.id"], name="fk_legal_holds_placed_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_legal_holds"),
    )
    op.create_index("ix_legal_holds_phone", "legal_holds", ["store_id", "phone"], unique=False)
    op.create_index("ix_legal_holds_store_id", "legal_holds", ["store_id"], unique=False)
    op.create_index(
        "ix_history_reveals",
        "history",
        ["store_id", "seq"],
        unique=False,
        sqlite_where=sa.text("action LIKE 'reveal%'"),
        postgresql_where=sa.text("action LIKE 'reveal%'"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_history_reveals",
        table_name="history",
        sqlite_where=sa.text("action LIKE 'reveal%'"),
        postgresql_where=sa.text("action LIKE 'reveal%'"),
    )
    op.drop_table("legal_holds")
    op.drop_table("exports")
    op.drop_table("retention_runs")
