"""The house seal of papers."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "seal_keys",
        sa.Column("subject", NameType(200), nullable=False),
        sa.Column("certificate_sha256", NameType(64), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_seal_keys"),
    )
    op.create_index("ix_seal_keys_store_id", "seal_keys", ["store_id"], unique=False)
    op.create_table(
        "sealed_papers",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("pdf_sha256", NameType(64), nullable=False),
        sa.Column("sealed_sha256", NameType(64), nullable=False),
        sa.Column("seal_key_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["seal_key_id"], ["seal_keys.id"], name="fk_sealed_papers_seal_key_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_papers"),
        sa.UniqueConstraint("store_id", "pdf_sha256", name="uq_sealed_papers_store_id_pdf_sha256"),
    )
    op.create_index("ix_sealed_papers_file", "sealed_papers", ["sealed_sha256"], unique=False)
    op.create_index("ix_sealed_papers_store_id", "sealed_papers", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("sealed_papers")
    op.drop_table("seal_keys")
