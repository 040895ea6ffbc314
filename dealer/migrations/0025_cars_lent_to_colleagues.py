"""Cars lent to colleagues."""

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import NameType

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "trips",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("car_id", sa.Uuid(), nullable=True),
        sa.Column("model_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", NameType(200), nullable=False),
        sa.Column("destination", NameType(200), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("overnight_reason", sa.Text(), nullable=False),
        sa.Column("overnight_wanted", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overnight_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overnight_by_id", sa.Uuid(), nullable=True),
        sa.Column("key_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("odometer_out", sa.Integer(), nullable=True),
        sa.Column("odometer_in", sa.Integer(), nullable=True),
        sa.Column("fuel_out", sa.Integer(), nullable=True),
        sa.Column("fuel_in", sa.Integer(), nullable=True),
        sa.Column("condition", sa.String(length=40), nullable=True),
        sa.Column("condition_remark", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["car_id"], ["demo_cars.id"], name="fk_trips_car_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["people.id"], name="fk_trips_decided_by_id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_trips_model_id"),
        sa.ForeignKeyConstraint(["overnight_by_id"], ["people.id"], name="fk_trips_overnight_by_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_trips_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_trips"),
        sa.UniqueConstraint("store_id", "number", name="uq_trips_store_id_number"),
    )
    op.create_index("ix_trips_car_id", "trips", ["car_id"], unique=False)
    op.create_index("ix_trips_case_id", "trips", ["case_id"], unique=False)
    op.create_index("ix_trips_day", "trips", ["store_id", "starts_at"], unique=False)
    op.create_index("ix_trips_owner_id", "trips", ["owner_id"], unique=False)
    op.create_index("ix_trips_state", "trips", ["store_id", "state"], unique=False)
    op.create_index("ix_trips_store_id", "trips", ["store_id"], unique=False)
    op.create_table(
        "trip_legs",
        sa.Column("trip_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", NameType(200), nullable=False),
        sa.Column("odometer", sa.Integer(), nullable=False),
        sa.Column("remark", NameType(200), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["trip_id"], ["trips.id"], name="fk_trip_legs_trip_id"),
        sa.PrimaryKeyConstraint("id", name="pk_trip_legs"),
    )
    op.create_index("ix_trip_legs_store_id", "trip_legs", ["store_id"], unique=False)
    op.create_index("ix_trip_legs_trip_id", "trip_legs", ["trip_id"], unique=False)
    op.create_table(
        "mishaps",
        sa.Column("car_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", NameType(200), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("notice_number", NameType(40), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("fine", sa.BigInteger(), nullable=True),
        sa.Column("trip_id", sa.Uuid(), nullable=True),
        sa.Column("drive_id", sa.Uuid(), nullable=True),
        sa.Column("colleague_id", sa.Uuid(), nullable=True),
        sa.Column("reported_by_id", sa.Uuid(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["car_id"], ["demo_cars.id"], name="fk_mishaps_car_id"),
        sa.ForeignKeyConstraint(["colleague_id"], ["people.id"], name="fk_mishaps_colleague_id"),
        sa.ForeignKeyConstraint(["drive_id"], ["test_drives.id"], name="fk_mishaps_drive_id"),
        sa.ForeignKeyConstraint(["reported_by_id"], ["people.id"], name="fk_mishaps_reported_by_id"),
        sa.ForeignKeyConstraint(["settled_by_id"], ["people.id"], name="fk_mishaps_settled_by_id"),
        sa.ForeignKeyConstraint(["trip_id"], ["trips.id"], name="fk_mishaps_trip_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mishaps"),
    )
    op.create_index("ix_mishaps_car_id", "mishaps", ["car_id"], unique=False)
    op.create_index("ix_mishaps_store_id", "mishaps", ["store_id"], unique=False)
    op.create_index("ix_mishaps_when", "mishaps", ["store_id", "happened_at"], unique=False)
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("licence_until", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("licence_until")
    op.drop_table("mishaps")
    op.drop_table("trip_legs")
    op.drop_table("trips")
