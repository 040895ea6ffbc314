"""Orders to the factory, and which line of one a car was named for."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    op.create_table(
        "factory_orders",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("drawn_by_id", sa.Uuid(), nullable=False),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("wanted_by", sa.Date(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("reference", NameType(40), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["people.id"], name="fk_factory_orders_approved_by_id"),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["people.id"], name="fk_factory_orders_drawn_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_factory_orders"),
        sa.UniqueConstraint("store_id", "number", name="uq_factory_orders_store_id_number"),
    )
    op.create_index("ix_factory_orders_case_id", "factory_orders", ["case_id"], unique=False)
    op.create_index("ix_factory_orders_store_id", "factory_orders", ["store_id"], unique=False)
    op.create_table(
        "factory_order_lines",
        sa.Column("factory_order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("colour", NameType(40), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["factory_order_id"], ["factory_orders.id"], name="fk_factory_order_lines_factory_order_id"
        ),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_factory_order_lines_model_id"),
        sa.PrimaryKeyConstraint("id", name="pk_factory_order_lines"),
    )
    op.create_index(
        "ix_factory_order_lines_factory_order_id", "factory_order_lines", ["factory_order_id"], unique=False
    )
    op.create_index("ix_factory_order_lines_store_id", "factory_order_lines", ["store_id"], unique=False)
    with op.batch_alter_table("units") as batch:
        batch.add_column(sa.Column("factory_line_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_units_factory_line_id", "factory_order_lines", ["factory_line_id"], ["id"])
        batch.create_index("ix_units_factory_line_id", ["factory_line_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("units") as batch:
        batch.drop_index("ix_units_factory_line_id")
        batch.drop_constraint("fk_units_factory_line_id", type_="foreignkey")
        batch.drop_column("factory_line_id")
    op.drop_table("factory_order_lines")
    op.drop_table("factory_orders")
