"""Programs of others and their tokens."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, NameType

revision = "0082"
down_revision = "0081"


def upgrade() -> None:
    op.create_table(
        "integrations",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("answers_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", DocumentType(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["answers_id"], ["people.id"], name="fk_integrations_answers_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_integrations_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_integrations"),
        sa.UniqueConstraint("store_id", "number", name="uq_integrations_store_id_number"),
    )
    op.create_index("ix_integrations_person_id", "integrations", ["person_id"], unique=False)
    op.create_index("ix_integrations_store_id", "integrations", ["store_id"], unique=False)
    op.create_table(
        "access_tokens",
        sa.Column("integration_id", sa.Uuid(), nullable=False),
        sa.Column("prefix", NameType(40), nullable=False),
        sa.Column("token_hash", NameType(64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name="fk_access_tokens_integration_id"),
        sa.PrimaryKeyConstraint("id", name="pk_access_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_access_tokens_token_hash"),
    )
    op.create_index("ix_access_tokens_integration_id", "access_tokens", ["integration_id"], unique=False)
    op.create_index("ix_access_tokens_store_id", "access_tokens", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("access_tokens")
    op.drop_table("integrations")
