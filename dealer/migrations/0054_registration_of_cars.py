"""How far the registration of each car is that was sold."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0054"
down_revision = "0053"

PLATED = sa.text("plate IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "registrations",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("insured_on", sa.Date(), nullable=True),
        sa.Column("tax_paid_on", sa.Date(), nullable=True),
        sa.Column("inspected_on", sa.Date(), nullable=True),
        sa.Column("plate", NameType(40), nullable=True),
        sa.Column("papers_on", sa.Date(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_registrations_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_registrations"),
        sa.UniqueConstraint("unit_id", name="uq_registrations_unit_id"),
    )
    op.create_index("ix_registrations_store_id", "registrations", ["store_id"], unique=False)
    op.create_index(
        "uq_registrations_plate", "registrations", ["store_id", "plate"], unique=True,
        sqlite_where=PLATED, postgresql_where=PLATED,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("registrations")
