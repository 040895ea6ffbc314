"""Leave, and which stand-ins it named: those that were there before were named by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    op.create_table(
        "leaves",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stand_in_id", sa.Uuid(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("back_on", sa.Date(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["people.id"], name="fk_leaves_decided_by_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_leaves_owner_id"),
        sa.ForeignKeyConstraint(["stand_in_id"], ["people.id"], name="fk_leaves_stand_in_id"),
        sa.PrimaryKeyConstraint("id", name="pk_leaves"),
        sa.UniqueConstraint("store_id", "number", name="uq_leaves_store_id_number"),
    )
    op.create_index("ix_leaves_case_id", "leaves", ["case_id"], unique=False)
    op.create_index("ix_leaves_days", "leaves", ["store_id", "from_day", "to_day"], unique=False)
    op.create_index("ix_leaves_owner_id", "leaves", ["owner_id"], unique=False)
    op.create_index("ix_leaves_store_id", "leaves", ["store_id"], unique=False)
    with op.batch_alter_table("stand_ins") as batch:
        batch.add_column(sa.Column("leave_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_stand_ins_leave_id", "leaves", ["leave_id"], ["id"])
        batch.create_index("ix_stand_ins_leave_id", ["leave_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("stand_ins") as batch:
        batch.drop_index("ix_stand_ins_leave_id")
        batch.drop_constraint("fk_stand_ins_leave_id", type_="foreignkey")
        batch.drop_column("leave_id")
    op.drop_table("leaves")
