"""When customers may be called: the house's hours (CS4), unless the customer has asked for a time."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from dealer.engine.database import calendar_of
from dealer.engine.words import SHOP_ZONE
from dealer.house.policies import policy
from dealer.records.care import CareCall, CareKind

AHEAD = timedelta(days=14)  # a reminder that comes on the day itself finds the workshop full
EXEMPT = (CareKind.THANK_YOU,)  # due within the hour, whatever the hour (SC14)


def hours(db: Session, store_id: UUID, day: date) -> list[str]:
    """Such as ["09:00-12:00", "14:00-20:00"]."""
    found: list[str] = policy(db, store_id, "call_window", day)
    return found


def is_open(db: Session, store_id: UUID, at: datetime) -> bool:
    """Whether customers may be called at a moment."""
    clock = f"{at.astimezone(SHOP_ZONE):%H:%M}"
    slots = (slot.split("-") for slot in hours(db, store_id, calendar_of(db).today(at)))
    return any(start <= clock < end for start, end in slots)


def disturbs(db: Session, call: CareCall, at: datetime) -> bool:
    """Whether calling then would find the customer at rest: not where they chose the time or are thanked."""
    if call.kind in EXEMPT or (call.agreed and at == call.planned_at):
        return False
    return not is_open(db, call.store_id, at)


def opens(db: Session, store_id: UUID, day: date) -> datetime:
    """The first moment of a day at which customers may be called."""
    return calendar_of(db).at(day, min(slot.split("-")[0] for slot in hours(db, store_id, day)))


def reminding(db: Session, store_id: UUID, due_at: datetime, today: date) -> datetime:
    """When to remind of a service: two weeks ahead, while the workshop still has places; not before tomorrow."""
    day = calendar_of(db).last_day(due_at) - AHEAD
    return opens(db, store_id, max(today + timedelta(days=1), day))


def ahead_of(db: Session, store_id: UUID, from_at: datetime, due_at: datetime) -> datetime:
    """When to try first: a day before the limit, so that there is time for a second try, but not the same day."""
    calendar = calendar_of(db)
    first, last = calendar.today(from_at) + timedelta(days=1), calendar.last_day(due_at)
    return opens(db, store_id, max(first, last - timedelta(days=1)))
