"""Framework agreements."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "frameworks",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("title", NameType(200), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=False),
        sa.Column("ceiling", sa.Integer(), nullable=True),
        sa.Column("project_approval", NameType(40), nullable=True),
        sa.Column("paper_sha256", NameType(64), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
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
        sa.ForeignKeyConstraint(["approved_by_id"], ["people.id"], name="fk_frameworks_approved_by_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_frameworks_customer_id"),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name="fk_frameworks_made_by_id"),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["people.id"], name="fk_frameworks_submitted_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_frameworks"),
        sa.UniqueConstraint("store_id", "number", name="uq_frameworks_store_id_number"),
    )
    op.create_index("ix_frameworks_case_id", "frameworks", ["case_id"], unique=False)
    op.create_index("ix_frameworks_customer_id", "frameworks", ["customer_id"], unique=False)
    op.create_index("ix_frameworks_in_force", "frameworks", ["store_id", "state", "until_day"], unique=False)
    op.create_index("ix_frameworks_store_id", "frameworks", ["store_id"], unique=False)
    op.create_table(
        "framework_prices",
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("net_price", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["framework_id"], ["frameworks.id"], name="fk_framework_prices_framework_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_framework_prices_model_id"),
        sa.PrimaryKeyConstraint("id", name="pk_framework_prices"),
    )
    op.create_index("ix_framework_prices_framework_id", "framework_prices", ["framework_id"], unique=False)
    op.create_index("ix_framework_prices_store_id", "framework_prices", ["store_id"], unique=False)
    with op.batch_alter_table("deals", schema=None) as batch_op:
        batch_op.add_column(sa.Column("framework_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key("fk_deals_framework_id", "frameworks", ["framework_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("deals", schema=None) as batch_op:
        batch_op.drop_constraint("fk_deals_framework_id", type_="foreignkey")
        batch_op.drop_column("framework_id")
    op.drop_table("framework_prices")
    op.drop_table("frameworks")
