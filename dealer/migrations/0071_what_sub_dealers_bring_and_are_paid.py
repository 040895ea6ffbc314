"""What sub-dealers bring and are paid."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DocumentType, NameType

revision = "0071"
down_revision = "0070"


def upgrade() -> None:
    op.create_table(
        "sub_dealer_months",
        sa.Column("sub_dealer_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("figures", DocumentType(), nullable=False),
        sa.Column("weights", DocumentType(), nullable=False),
        sa.Column("points", DocumentType(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name="fk_sub_dealer_months_made_by_id"),
        sa.ForeignKeyConstraint(["sub_dealer_id"], ["sub_dealers.id"], name="fk_sub_dealer_months_sub_dealer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sub_dealer_months"),
        sa.UniqueConstraint("sub_dealer_id", "month", name="uq_sub_dealer_months_sub_dealer_id_month"),
    )
    op.create_index("ix_sub_dealer_months_month", "sub_dealer_months", ["store_id", "month"], unique=False)
    op.create_index("ix_sub_dealer_months_store_id", "sub_dealer_months", ["store_id"], unique=False)
    op.create_table(
        "sub_dealer_reports",
        sa.Column("sub_dealer_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_in_by_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["handed_in_by_id"], ["people.id"], name="fk_sub_dealer_reports_handed_in_by_id"),
        sa.ForeignKeyConstraint(["sub_dealer_id"], ["sub_dealers.id"], name="fk_sub_dealer_reports_sub_dealer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sub_dealer_reports"),
        sa.UniqueConstraint("sub_dealer_id", "month", name="uq_sub_dealer_reports_sub_dealer_id_month"),
    )
    op.create_index("ix_sub_dealer_reports_store_id", "sub_dealer_reports", ["store_id"], unique=False)
    op.create_table(
        "sub_dealer_statements",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("sub_dealer_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("drawn_by_id", sa.Uuid(), nullable=False),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("paid_reference", NameType(200), nullable=False),
        sa.Column("paid_by_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["people.id"], name="fk_sub_dealer_statements_approved_by_id"),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["people.id"], name="fk_sub_dealer_statements_drawn_by_id"),
        sa.ForeignKeyConstraint(["paid_by_id"], ["people.id"], name="fk_sub_dealer_statements_paid_by_id"),
        sa.ForeignKeyConstraint(["sub_dealer_id"], ["sub_dealers.id"], name="fk_sub_dealer_statements_sub_dealer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sub_dealer_statements"),
        sa.UniqueConstraint("store_id", "number", name="uq_sub_dealer_statements_store_id_number"),
    )
    op.create_index("ix_sub_dealer_statements_case_id", "sub_dealer_statements", ["case_id"], unique=False)
    op.create_index("ix_sub_dealer_statements_store_id", "sub_dealer_statements", ["store_id"], unique=False)
    op.create_index("ix_sub_dealer_statements_sub_dealer_id", "sub_dealer_statements", ["sub_dealer_id"], unique=False)
    op.create_table(
        "sub_dealer_statement_lines",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=False),
        sa.Column("came_back", sa.Boolean(), nullable=False),
        sa.Column("pay", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["sub_dealer_statements.id"], name="fk_sub_dealer_statement_lines_statement_id"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_sub_dealer_statement_lines_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sub_dealer_statement_lines"),
    )
    op.create_index(
        "ix_sub_dealer_statement_lines_statement_id", "sub_dealer_statement_lines", ["statement_id"], unique=False
    )
    op.create_index("ix_sub_dealer_statement_lines_store_id", "sub_dealer_statement_lines", ["store_id"], unique=False)
    op.create_index("ix_sub_dealer_statement_lines_unit_id", "sub_dealer_statement_lines", ["unit_id"], unique=False)
    with op.batch_alter_table("deals", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sub_dealer_id", sa.Uuid(), nullable=True))
        batch_op.create_index("ix_deals_sub_dealer_id", ["sub_dealer_id"], unique=False)
        batch_op.create_foreign_key("fk_deals_sub_dealer_id", "sub_dealers", ["sub_dealer_id"], ["id"])
    with op.batch_alter_table("postings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sub_dealer_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key("fk_postings_sub_dealer_id", "sub_dealers", ["sub_dealer_id"], ["id"])


def downgrade() -> None:
    # A role that the code before did not know: those people sold for other houses.
    op.execute("DELETE FROM postings WHERE role = 'sub_dealer_seller'")
    with op.batch_alter_table("postings", schema=None) as batch_op:
        batch_op.drop_constraint("fk_postings_sub_dealer_id", type_="foreignkey")
        batch_op.drop_column("sub_dealer_id")
    with op.batch_alter_table("deals", schema=None) as batch_op:
        batch_op.drop_constraint("fk_deals_sub_dealer_id", type_="foreignkey")
        batch_op.drop_index("ix_deals_sub_dealer_id")
        batch_op.drop_column("sub_dealer_id")
    op.drop_table("sub_dealer_statement_lines")
    op.drop_table("sub_dealer_statements")
    op.drop_table("sub_dealer_reports")
    op.drop_table("sub_dealer_months")
