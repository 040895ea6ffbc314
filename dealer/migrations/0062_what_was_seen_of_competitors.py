"""What was seen of competitors, and the sheets that compare them with ours."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    op.create_table(
        "competitor_models",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("brand", NameType(200), nullable=False),
        sa.Column("name", NameType(200), nullable=False),
        sa.Column("key", NameType(400), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_competitor_models"),
        sa.UniqueConstraint("store_id", "number", name="uq_competitor_models_store_id_number"),
    )
    op.create_index("ix_competitor_models_store_id", "competitor_models", ["store_id"], unique=False)
    op.create_index("uq_competitor_models_key", "competitor_models", ["store_id", "key"], unique=True)
    op.create_table(
        "model_comparisons",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("customer", NameType(200), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_model_comparisons_deal_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_model_comparisons_model_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_model_comparisons_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_model_comparisons"),
        sa.UniqueConstraint("store_id", "number", name="uq_model_comparisons_store_id_number"),
    )
    op.create_index("ix_model_comparisons_deal_id", "model_comparisons", ["deal_id"], unique=False)
    op.create_index("ix_model_comparisons_store_id", "model_comparisons", ["store_id"], unique=False)
    op.create_table(
        "sightings",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("place", NameType(200), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("price_kind", sa.String(length=40), nullable=False),
        sa.Column("configuration", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("file_sha256", NameType(64), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name="fk_sightings_deal_id"),
        sa.ForeignKeyConstraint(["model_id"], ["competitor_models.id"], name="fk_sightings_model_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_sightings_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sightings"),
        sa.UniqueConstraint("store_id", "number", name="uq_sightings_store_id_number"),
    )
    op.create_index("ix_sightings_case_id", "sightings", ["case_id"], unique=False)
    op.create_index("ix_sightings_deal_id", "sightings", ["deal_id"], unique=False)
    op.create_index("ix_sightings_model_id", "sightings", ["model_id"], unique=False)
    op.create_index("ix_sightings_owner_id", "sightings", ["owner_id"], unique=False)
    op.create_index("ix_sightings_seen", "sightings", ["store_id", "state", "seen_on"], unique=False)
    op.create_index("ix_sightings_store_id", "sightings", ["store_id"], unique=False)
    with op.batch_alter_table("deals", schema=None) as batch_op:
        batch_op.add_column(sa.Column("loss_model_id", sa.Uuid(), nullable=True))
        batch_op.create_index("ix_deals_loss_model_id", ["loss_model_id"], unique=False)
        batch_op.create_foreign_key("fk_deals_loss_model_id", "competitor_models", ["loss_model_id"], ["id"])
    with op.batch_alter_table("price_exceptions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sighting_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key("fk_price_exceptions_sighting_id", "sightings", ["sighting_id"], ["id"])
    with op.batch_alter_table("quotations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sighting_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key("fk_quotations_sighting_id", "sightings", ["sighting_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("quotations", schema=None) as batch_op:
        batch_op.drop_constraint("fk_quotations_sighting_id", type_="foreignkey")
        batch_op.drop_column("sighting_id")
    with op.batch_alter_table("price_exceptions", schema=None) as batch_op:
        batch_op.drop_constraint("fk_price_exceptions_sighting_id", type_="foreignkey")
        batch_op.drop_column("sighting_id")
    with op.batch_alter_table("deals", schema=None) as batch_op:
        batch_op.drop_constraint("fk_deals_loss_model_id", type_="foreignkey")
        batch_op.drop_index("ix_deals_loss_model_id")
        batch_op.drop_column("loss_model_id")
    op.drop_table("sightings")
    op.drop_table("model_comparisons")
    op.drop_table("competitor_models")
