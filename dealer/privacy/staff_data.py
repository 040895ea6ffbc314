"""What leaves tell of the people of the shop, such as an illness: how long it is kept, and how it goes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists

from dealer.engine.steps import Ask
from dealer.privacy.forgetting import forget
from dealer.records.people import Person
from dealer.records.privacy import LegalHold
from dealer.records.staffing import Leave, LeaveState

LEAVE_ENDED = (LeaveState.OVER, LeaveState.REFUSED, LeaveState.CANCELLED, LeaveState.LAPSED)


def leaves_due(store_id: UUID, before: datetime) -> ColumnElement[bool]:
    """Leaves that ended, whose reason is still told."""
    held = exists().where(
        Person.id == Leave.owner_id, LegalHold.phone == Person.phone, LegalHold.store_id == Leave.store_id,
        LegalHold.lifted_on.is_(None),
    )  # fmt: skip
    return and_(
        Leave.store_id == store_id, Leave.state.in_(LEAVE_ENDED), Leave.since < before, Leave.reason != "", ~held
    )


def empty_leave(ask: Ask, leave: Leave) -> None:
    """Who was away, when, and who stood in remains, for days are counted by it; why does not."""
    leave.reason = ""
    forget(ask, "leave", leave)
