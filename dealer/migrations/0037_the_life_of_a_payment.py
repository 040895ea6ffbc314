"""Payments are reported, confirmed, reversed, and numbered. Those of before were confirmed when they were written."""

from collections import Counter
from datetime import UTC, datetime, time
from typing import Any

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import MomentType

revision = "0037"
down_revision = "0036"

PEOPLE = ("reported_by_id", "asked_by_id", "approved_by_id")
NEW: dict[str, Any] = {
    "state": sa.String(length=40), "overpaid": sa.Boolean(), "reason": sa.Text(), "number": sa.Integer(),
    "version": sa.Integer(), "since": MomentType(), "begun_at": MomentType(),
}  # fmt: skip
RECEIPTS = sa.table(
    "receipts",
    *(sa.column(name, sa.Uuid()) for name in ("id", "store_id", "confirmed_by_id")),
    sa.column("received_on", sa.Date()),
    *(sa.column(name, kind) for name, kind in NEW.items()),
)
COUNTERS = sa.table("counters", sa.column("store_id", sa.Uuid()), *map(sa.column, ("subject", "year", "value")))


def upgrade() -> None:
    with op.batch_alter_table("receipts") as batch:
        for name, kind in NEW.items():
            batch.add_column(sa.Column(name, kind, nullable=True))
        batch.add_column(sa.Column("instalment", sa.Integer(), nullable=True))
        for name in PEOPLE:
            batch.add_column(sa.Column(name, sa.Uuid(), nullable=True))
            batch.create_foreign_key(f"fk_receipts_{name}", "people", [name], ["id"])
        batch.alter_column("confirmed_by_id", existing_type=sa.Uuid(), nullable=True)
        batch.alter_column("case_id", existing_type=sa.Uuid(), nullable=True)
    _number()
    with op.batch_alter_table("receipts") as batch:
        for name, kind in NEW.items():
            batch.alter_column(name, existing_type=kind, nullable=False)
        batch.create_index("ix_receipts_case_id", ["case_id"], unique=False)
        batch.create_index("ix_receipts_day", ["store_id", "received_on"], unique=False)
        batch.create_index("ix_receipts_waiting", ["store_id", "state"], unique=False)
        batch.create_unique_constraint("uq_receipts_store_id_number", ["store_id", "number"])


def _number() -> None:
    """In each shop by day; the counters go on from there."""
    connection, given = op.get_bind(), Counter[object]()
    for row in connection.execute(sa.select(RECEIPTS).order_by(RECEIPTS.c.received_on, RECEIPTS.c.id)).all():
        given[row.store_id] += 1
        noon = datetime.combine(row.received_on, time(4), UTC)
        told = {"state": "confirmed", "overpaid": False, "reason": "", "version": 0, "since": noon, "begun_at": noon}
        connection.execute(
            sa.update(RECEIPTS).where(RECEIPTS.c.id == row.id).values(number=given[row.store_id], **told)
        )
    for store_id, value in given.items():
        connection.execute(sa.insert(COUNTERS).values(store_id=store_id, subject="receipt", year=0, value=value))


def downgrade() -> None:
    # The older code counts whatever is there: what nobody confirmed, or what was reversed, goes.
    op.execute("DELETE FROM receipts WHERE state != 'confirmed'")
    op.execute("DELETE FROM counters WHERE subject = 'receipt'")
    with op.batch_alter_table("receipts") as batch:
        batch.drop_constraint("uq_receipts_store_id_number", type_="unique")
        for name in ("ix_receipts_waiting", "ix_receipts_day", "ix_receipts_case_id"):
            batch.drop_index(name)
        for name in PEOPLE:
            batch.drop_constraint(f"fk_receipts_{name}", type_="foreignkey")
        for name in (*NEW, "instalment", *PEOPLE):
            batch.drop_column(name)
        batch.alter_column("case_id", existing_type=sa.Uuid(), nullable=False)
        batch.alter_column("confirmed_by_id", existing_type=sa.Uuid(), nullable=False)
