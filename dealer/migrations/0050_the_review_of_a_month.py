"""The review of a month."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    op.create_table(
        "monthly_reviews",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_monthly_reviews_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_monthly_reviews"),
        sa.UniqueConstraint("customer_id", "month", name="uq_monthly_reviews_customer_id_month"),
        sa.UniqueConstraint("store_id", "number", name="uq_monthly_reviews_store_id_number"),
    )
    op.create_index("ix_monthly_reviews_case_id", "monthly_reviews", ["case_id"], unique=False)
    op.create_index("ix_monthly_reviews_customer_id", "monthly_reviews", ["customer_id"], unique=False)
    op.create_index("ix_monthly_reviews_store_id", "monthly_reviews", ["store_id"], unique=False)
    op.create_table(
        "corrective_actions",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_corrective_actions_owner_id"),
        sa.ForeignKeyConstraint(["review_id"], ["monthly_reviews.id"], name="fk_corrective_actions_review_id"),
        sa.PrimaryKeyConstraint("id", name="pk_corrective_actions"),
    )
    op.create_index("ix_corrective_actions_owner_id", "corrective_actions", ["owner_id"], unique=False)
    op.create_index("ix_corrective_actions_review_id", "corrective_actions", ["review_id"], unique=False)
    op.create_index("ix_corrective_actions_store_id", "corrective_actions", ["store_id"], unique=False)


def downgrade() -> None:
    op.drop_table("corrective_actions")
    op.drop_table("monthly_reviews")
