"""The days of the showroom, and the hour of a visit: each day so far is open, and may be signed, though unasked."""

from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import DayType, DocumentType, MomentType

revision = "0031"
down_revision = "0030"

DAYS = sa.table(
    "showroom_days",
    sa.column("id", sa.Uuid()),
    sa.column("store_id", sa.Uuid()),
    sa.column("number", sa.Integer()),
    sa.column("day", DayType()),
    sa.column("state", sa.String()),
    sa.column("since", MomentType()),
    sa.column("begun_at", MomentType()),
    *(sa.column(name, sa.Integer()) for name in ("version", "signed_changes", "signatures")),
)
VISITS = sa.table(
    "visits", sa.column("store_id", sa.Uuid()), sa.column("day", DayType()), sa.column("begun_at", MomentType())
)
COUNTERS = sa.table(
    "counters", sa.column("store_id", sa.Uuid()), *(sa.column(name) for name in ("subject", "year", "value"))
)
HOURS = {
    "sqlite": "UPDATE visits SET hour = CAST(strftime('%H', came_at, '+8 hours') AS INTEGER)",
    "postgresql": "UPDATE visits SET hour = EXTRACT(HOUR FROM came_at AT TIME ZONE 'Asia/Shanghai')",
}


def upgrade() -> None:
    op.create_table(
        "showroom_days",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by_id", sa.Uuid(), nullable=True),
        sa.Column("signed_to", sa.Integer(), nullable=True),
        sa.Column("signed_changes", sa.Integer(), nullable=False),
        sa.Column("signatures", sa.Integer(), nullable=False),
        sa.Column("signed_figures", DocumentType(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["signed_by_id"], ["people.id"], name="fk_showroom_days_signed_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_showroom_days"),
        sa.UniqueConstraint("store_id", "number", name="uq_showroom_days_store_id_number"),
    )
    op.create_index("ix_showroom_days_case_id", "showroom_days", ["case_id"], unique=False)
    op.create_index("ix_showroom_days_store_id", "showroom_days", ["store_id"], unique=False)
    op.create_index("uq_showroom_days_day", "showroom_days", ["store_id", "day"], unique=True)
    with op.batch_alter_table("visits") as batch:
        batch.add_column(sa.Column("late_changes", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("hour", sa.Integer(), nullable=True))
    op.execute("UPDATE visits SET late_changes = 0")
    op.execute(HOURS[op.get_bind().dialect.name])
    with op.batch_alter_table("visits") as batch:
        batch.alter_column("late_changes", existing_type=sa.Integer(), nullable=False)
        batch.alter_column("hour", existing_type=sa.Integer(), nullable=False)
    _open_the_days_so_far()


def _open_the_days_so_far() -> None:
    bind = op.get_bind()
    last: dict[UUID, int] = {}
    columns = (VISITS.c.store_id, VISITS.c.day, sa.func.min(VISITS.c.begun_at, type_=MomentType()))
    so_far = sa.select(*columns).group_by(VISITS.c.store_id, VISITS.c.day).order_by(VISITS.c.store_id, VISITS.c.day)
    for store_id, day, begun_at in bind.execute(so_far).all():
        last[store_id] = number = last.get(store_id, 0) + 1
        row = {"id": uuid4(), "store_id": store_id, "number": number, "day": day, "state": "open"}
        counts = {"version": 0, "signed_changes": 0, "signatures": 0}
        bind.execute(DAYS.insert().values(**row, **counts, since=begun_at, begun_at=begun_at))
    for store_id, number in last.items():
        bind.execute(COUNTERS.insert().values(store_id=store_id, subject="showroom_day", year=0, value=number))


def downgrade() -> None:
    op.execute("DELETE FROM counters WHERE subject = 'showroom_day'")
    with op.batch_alter_table("visits") as batch:
        batch.drop_column("hour")
        batch.drop_column("late_changes")
    op.drop_table("showroom_days")
