"""Several contracts in one print."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "bundles",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shape", sa.String(length=40), nullable=False),
        sa.Column("trouble", NameType(40), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sha256", NameType(64), nullable=True),
        sa.Column("handed_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_out_by_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["handed_out_by_id"], ["people.id"], name="fk_bundles_handed_out_by_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_bundles_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bundles"),
    )
    op.create_index("ix_bundles_store", "bundles", ["store_id", "at"], unique=False)
    op.create_index("ix_bundles_store_id", "bundles", ["store_id"], unique=False)
    op.create_table(
        "bundle_parts",
        sa.Column("bundle_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pdf_sha256", NameType(64), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("trouble", NameType(40), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundles.id"], name="fk_bundle_parts_bundle_id"),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name="fk_bundle_parts_contract_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bundle_parts"),
        sa.UniqueConstraint("bundle_id", "contract_id", name="uq_bundle_parts_bundle_id_contract_id"),
        sa.UniqueConstraint("bundle_id", "position", name="uq_bundle_parts_bundle_id_position"),
    )
    op.create_index("ix_bundle_parts_store_id", "bundle_parts", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("bundle_parts")
    op.drop_table("bundles")
