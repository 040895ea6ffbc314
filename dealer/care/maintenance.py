"""When a car is to be serviced: so many months after its hand-over, or so many kilometres, whichever comes first (SC7).

The kilometres are what somebody has read: at the hand-over, and what the customer says at a call. Between two readings
a car is taken to go on as it went.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from dealer.engine.calendar import add_months
from dealer.house.policies import policy

SLOWEST = 1  # km a day; a car that stands still is served by date


@dataclass(frozen=True)
class Interval:
    """After how many months or kilometres."""

    months: int
    kilometres: int


@dataclass(frozen=True)
class Reading:
    """An odometer as it was read on a day."""

    day: date
    kilometres: int


def interval_of(rows: Iterable[dict[str, Any]], models: Iterable[str]) -> Interval:
    """The shortest of several models; a model without a row of its own has that for every model."""
    known = {row["model"]: Interval(row["months"], row["km"]) for row in rows}
    found = [known.get(model, known[""]) for model in models] or [known[""]]
    return Interval(min(each.months for each in found), min(each.kilometres for each in found))


def interval(db: Session, store_id: UUID, models: Iterable[str], day: date) -> Interval:
    """By the house rule of a day."""
    return interval_of(policy(db, store_id, "maintenance", day), models)


def due_on(start: Reading, latest: Reading | None, by: Interval) -> date:
    """The day of the service: by date, or earlier by the kilometres a day since it was last counted from."""
    by_date = add_months(start.day, by.months)
    days = (latest.day - start.day).days if latest else 0
    if latest is None or days <= 0:
        return by_date
    per_day = max(SLOWEST, (latest.kilometres - start.kilometres) // days)
    left = max(0, start.kilometres + by.kilometres - latest.kilometres)
    return min(by_date, latest.day + timedelta(days=left // per_day))
