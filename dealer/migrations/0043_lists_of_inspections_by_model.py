"""Lists of inspections by model, and what an inspector remarked about the whole car."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, MomentType

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """Empty: every model is inspected by the house list until somebody keeps one of its own."""
    op.create_table(
        "inspection_lists",
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", MomentType(), nullable=False),
        sa.Column("kept_by_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("points", DocumentType(), nullable=False),
        sa.Column("if_fitted", DocumentType(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["kept_by_id"], ["people.id"], name="fk_inspection_lists_kept_by_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_inspection_lists_model_id"),
        sa.PrimaryKeyConstraint("id", name="pk_inspection_lists"),
        sa.UniqueConstraint("store_id", "model_id", "version", name="uq_inspection_lists_store_id_model_id_version"),
    )
    op.create_index("ix_inspection_lists_store_id", "inspection_lists", ["store_id"], unique=False)
    with op.batch_alter_table("inspections") as batch:
        batch.add_column(sa.Column("remark", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("inspections") as batch:
        batch.drop_column("remark")
    op.drop_table("inspection_lists")
