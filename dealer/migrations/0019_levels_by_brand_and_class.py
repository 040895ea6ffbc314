"""Levels with days of their own for a brand or a class of customers: the table is kept as rows."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

POLICIES = sa.table("policies", sa.column("id", sa.Uuid), sa.column("name", sa.String), sa.column("value", sa.JSON))


def upgrade() -> None:
    for key, days in _kept():
        _write(key, [{"brand": "", "customer_class": None, "level": level} | row for level, row in days.items()])


def downgrade() -> None:
    for key, rows in _kept():
        for_everybody = [row for row in rows if not row["brand"] and row["customer_class"] is None]
        _write(key, {row["level"]: {"deal_within": row["deal_within"], "gap": row["gap"]} for row in for_everybody})


def _kept() -> list[Any]:
    named = sa.select(POLICIES.c.id, POLICIES.c.value).where(POLICIES.c.name == "levels")
    return list(op.get_bind().execute(named))


def _write(key: Any, value: Any) -> None:
    op.execute(sa.update(POLICIES).where(POLICIES.c.id == key).values(value=value))
