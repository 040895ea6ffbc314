"""Reading one's alerts: how many are new, the list with the unread ones first, and that they were read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, select, update
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines
from dealer.engine.steps import Ask
from dealer.people import Actor
from dealer.records.alerts import Alert

PAGE = 50
MOST_COUNTED = 99

_THEIRS = (Alert.store_id == bindparam("store_id"), Alert.person_id == bindparam("person_id"))
# Built once: every page asks it, and the index of what is unread answers it.
_UNREAD = select(func.count()).select_from(
    select(Alert.id).where(*_THEIRS, Alert.read_at.is_(None)).limit(MOST_COUNTED).subquery()
)


def how_many_unread(db: Session, who: Actor) -> int:
    """How many alerts a person has not read, at most 99: the figure at the bell."""
    return db.scalar(_UNREAD, {"store_id": who.store_id, "person_id": who.id}) or 0


def page(db: Session, who: Actor, before: UUID | None = None) -> list[Alert]:
    """A page and one more: the unread ones first, then those that were read, each newest first; after `before`."""
    last = mine(db, who, before) if before is not None else None
    found: list[Alert] = []
    for is_read in (False, True):
        if last is not None and (last.read_at is not None) and not is_read:
            continue  # the page before ended among those that were read
        query = _some(who, Alert.read_at.is_not(None) if is_read else Alert.read_at.is_(None))
        if last is not None and (last.read_at is not None) == is_read:
            query = query.where(Alert.id < last.id)
        found += db.scalars(query.limit(PAGE + 1 - len(found)))
        if len(found) > PAGE:
            break
    return found


def _some(who: Actor, which: ColumnElement[bool]) -> Select[Any]:
    query = select(Alert).where(Alert.store_id == who.store_id, Alert.person_id == who.id, which)
    return query.options(joinedload(Alert.away)).order_by(Alert.id.desc())


def mine(db: Session, who: Actor, key: UUID) -> Alert | None:
    """An alert of this person's own; nobody reads another's."""
    row = db.get(Alert, key)
    return row if row is not None and (row.store_id, row.person_id) == (who.store_id, who.id) else None


def thing_of(db: Session, alert: Alert) -> Any:
    """What an alert speaks of; None for what is no thing, or is gone."""
    record = deadlines.record_of(alert.thing_kind) if alert.thing_kind else None
    return db.get(record, alert.thing_id) if record is not None else None


def mark_read(alert: Alert, at: datetime) -> None:
    """It was opened; the first time counts."""
    alert.read_at = alert.read_at or at


def mark_all_read(ask: Ask, up_to: UUID) -> None:
    """All that its reader had before them; what came meanwhile stays new."""
    ask.db.execute(
        update(Alert)
        .where(
            Alert.store_id == ask.actor.store_id,
            Alert.person_id == ask.actor.id,
            Alert.read_at.is_(None),
            Alert.id <= up_to,
        )
        .values(read_at=ask.at)
    )
