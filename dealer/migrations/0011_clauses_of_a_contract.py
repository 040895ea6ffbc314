"""Clauses that a contract words otherwise than the house, and what reviewers remark on them."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "own_clauses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("key", NameType(40), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name="fk_own_clauses_contract_id"),
        sa.PrimaryKeyConstraint("id", name="pk_own_clauses"),
        sa.UniqueConstraint("contract_id", "key", name="uq_own_clauses_contract_id_key"),
    )
    op.create_index("ix_own_clauses_contract_id", "own_clauses", ["contract_id"], unique=False)
    op.create_index("ix_own_clauses_store_id", "own_clauses", ["store_id"], unique=False)
    op.create_table(
        "remarks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("key", NameType(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["people.id"], name="fk_remarks_answered_by_id"),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name="fk_remarks_contract_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_remarks_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_remarks"),
        sa.UniqueConstraint("contract_id", "number", name="uq_remarks_contract_id_number"),
    )
    op.create_index("ix_remarks_contract_id", "remarks", ["contract_id"], unique=False)
    op.create_index("ix_remarks_store_id", "remarks", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("remarks")
    op.drop_table("own_clauses")
