"""Campaigns: what they cost, what they allow, and who came because of them."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0073"
down_revision = "0072"


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("aim", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("budget", sa.BigInteger(), nullable=False),
        sa.Column("grant_limit", sa.BigInteger(), nullable=False),
        sa.Column("wanted_visits", sa.Integer(), nullable=True),
        sa.Column("wanted_deals", sa.Integer(), nullable=True),
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("lesson", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["people.id"], name="fk_campaigns_approved_by_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_campaigns_owner_id"),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["people.id"], name="fk_campaigns_submitted_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_campaigns"),
        sa.UniqueConstraint("store_id", "number", name="uq_campaigns_store_id_number"),
    )
    op.create_index("ix_campaigns_case_id", "campaigns", ["case_id"], unique=False)
    op.create_index("ix_campaigns_days", "campaigns", ["store_id", "state", "first_day"], unique=False)
    op.create_index("ix_campaigns_owner_id", "campaigns", ["owner_id"], unique=False)
    op.create_index("ix_campaigns_store_id", "campaigns", ["store_id"], unique=False)
    op.create_table(
        "campaign_costs",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("what", NameType(200), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("file_sha256", NameType(64), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_campaign_costs_campaign_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_campaign_costs_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_costs"),
    )
    op.create_index("ix_campaign_costs_campaign_id", "campaign_costs", ["campaign_id"], unique=False)
    op.create_index("ix_campaign_costs_store_id", "campaign_costs", ["store_id"], unique=False)
    op.create_table(
        "campaign_effects",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("gift", NameType(200), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_campaign_effects_campaign_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_campaign_effects_model_id"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_effects"),
    )
    op.create_index("ix_campaign_effects_campaign_id", "campaign_effects", ["campaign_id"], unique=False)
    op.create_index("ix_campaign_effects_store_id", "campaign_effects", ["store_id"], unique=False)
    with op.batch_alter_table("deals", schema=None) as batch_op:
        batch_op.add_column(sa.Column("campaign_id", sa.Uuid(), nullable=True))
        batch_op.create_index("ix_deals_campaign_id", ["campaign_id"], unique=False)
        batch_op.create_foreign_key("fk_deals_campaign_id", "campaigns", ["campaign_id"], ["id"])
    with op.batch_alter_table("prospects", schema=None) as batch_op:
        batch_op.add_column(sa.Column("campaign_id", sa.Uuid(), nullable=True))
        batch_op.create_index("ix_prospects_campaign_id", ["campaign_id"], unique=False)
        batch_op.create_foreign_key("fk_prospects_campaign_id", "campaigns", ["campaign_id"], ["id"])
    with op.batch_alter_table("quotation_lines", schema=None) as batch_op:
        batch_op.add_column(sa.Column("campaign_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("campaign_relief", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("campaign_amount", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.create_index("ix_quotation_lines_campaign_id", ["campaign_id"], unique=False)
        batch_op.create_foreign_key("fk_quotation_lines_campaign_id", "campaigns", ["campaign_id"], ["id"])
    with op.batch_alter_table("quotation_lines", schema=None) as batch_op:
        for name in ("campaign_relief", "campaign_amount"):  # lines of before relied on no campaign
            batch_op.alter_column(name, existing_type=sa.BigInteger(), server_default=None)
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.add_column(sa.Column("campaign_id", sa.Uuid(), nullable=True))
        batch_op.create_index("ix_visits_campaign_id", ["campaign_id"], unique=False)
        batch_op.create_foreign_key("fk_visits_campaign_id", "campaigns", ["campaign_id"], ["id"])


def downgrade() -> None:
    op.execute("UPDATE deadlines SET cancelled_at = due_at WHERE done_at IS NULL AND subject_kind = 'campaigns'")
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.drop_constraint("fk_visits_campaign_id", type_="foreignkey")
        batch_op.drop_index("ix_visits_campaign_id")
        batch_op.drop_column("campaign_id")
    with op.batch_alter_table("quotation_lines", schema=None) as batch_op:
        batch_op.drop_constraint("fk_quotation_lines_campaign_id", type_="foreignkey")
        batch_op.drop_index("ix_quotation_lines_campaign_id")
        batch_op.drop_column("campaign_amount")
        batch_op.drop_column("campaign_relief")
        batch_op.drop_column("campaign_id")
    with op.batch_alter_table("prospects", schema=None) as batch_op:
        batch_op.drop_constraint("fk_prospects_campaign_id", type_="foreignkey")
        batch_op.drop_index("ix_prospects_campaign_id")
        batch_op.drop_column("campaign_id")
    with op.batch_alter_table("deals", schema=None) as batch_op:
        batch_op.drop_constraint("fk_deals_campaign_id", type_="foreignkey")
        batch_op.drop_index("ix_deals_campaign_id")
        batch_op.drop_column("campaign_id")
    op.drop_table("campaign_effects")
    op.drop_table("campaign_costs")
    op.drop_table("campaigns")
