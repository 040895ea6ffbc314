"""What was changed in a row of the register: who, when, why, and each value as it was and as it became.

The history is the source: before a change it keeps the row as it stood (`visit_was`), then the step with what was
typed. Values of a person come from the sealed part beside it, as long as retention has left them there.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from dealer.engine.history import History, of_thing, personal_of
from dealer.records.prospects import Visit

WAS = "visit_was"
NOT_SAID = (None, "")
MOMENTS = {"came_at", "left_at"}
STAYS_IF_NOT_SAID = {"phone", "name", "came_at", "left_at"}
"""Fields of a correction that may be left empty: then the value stays as it was."""


@dataclass(frozen=True)
class Changed:
    """One value of a row, as the history keeps it: codes and ids are texts."""

    field: str
    was: Any
    now: Any


@dataclass(frozen=True)
class Change:
    """One change of a row, as somebody made it."""

    seq: int
    at: datetime
    by_id: UUID | None
    reason: str
    fields: tuple[Changed, ...]


def changes_of(db: Session, visit: Visit) -> list[Change]:
    """Every change of a row since it was first written, oldest first."""
    rows = of_thing(db, visit.store_id, visit.id)
    return [_change(db, was, became) for was, became in pairwise(rows) if was.action == WAS]


def _change(db: Session, was: History, became: History) -> Change:
    before, after = _told(db, was), _told(db, became)
    return Change(
        became.seq,
        became.at,
        became.actor_id,
        str(after.pop("reason", "")),
        tuple(Changed(name, before.get(name), now) for name, now in after.items() if _differs(name, before, now)),
    )


def _differs(name: str, before: dict[str, Any], now: Any) -> bool:
    if now in NOT_SAID and name in STAYS_IF_NOT_SAID:
        return False
    was = before.get(name)
    return was != now and not (was in NOT_SAID and now in (*NOT_SAID, False))


def _told(db: Session, row: History) -> dict[str, Any]:
    """The facts of a row, the personal ones among them in plain text; one that was erased is not told at all."""
    sealed = personal_of(db, row)
    facts = {name: value for name, value in json.loads(row.facts).items() if not isinstance(value, dict)}
    return {name: _read(name, value) for name, value in (facts | sealed).items()}


def _read(name: str, value: Any) -> Any:
    """Moments as moments, to the minute: more a form does not know."""
    return datetime.fromisoformat(value).replace(second=0, microsecond=0) if name in MOMENTS and value else value
