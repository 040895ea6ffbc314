"""What is known of the people of the shop, such as why they were ill and where they signed in: how it goes in time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists

from dealer.engine.steps import Ask
from dealer.privacy.forgetting import forget
from dealer.records.people import Person, SignedIn
from dealer.records.privacy import LegalHold
from dealer.records.signing_in import SignInEvent
from dealer.records.staffing import Leave, LeaveState

LEAVE_ENDED = (LeaveState.OVER, LeaveState.REFUSED, LeaveState.CANCELLED, LeaveState.LAPSED)


def leaves_due(store_id: UUID, before: datetime) -> ColumnElement[bool]:
    """Leaves that ended, whose reason is still told."""
    return and_(
        Leave.store_id == store_id,
        Leave.state.in_(LEAVE_ENDED),
        Leave.since < before,
        Leave.reason != "",
        _is_free(Leave, Leave.owner_id),
    )


def _is_free(record: Any, person_id: Any) -> ColumnElement[bool]:
    """No legal hold names the person."""
    return ~exists().where(
        Person.id == person_id, LegalHold.phone == Person.phone, LegalHold.store_id == record.store_id,
        LegalHold.lifted_on.is_(None),
    )  # fmt: skip


def empty_leave(ask: Ask, leave: Leave) -> None:
    """Who was away, when, and who stood in remains, for days are counted by it; why does not."""
    leave.reason = ""
    forget(ask, "leave", leave)


def sign_ins_due(store_id: UUID, before: datetime) -> ColumnElement[bool]:
    """How somebody signed in, long ago."""
    return and_(SignInEvent.store_id == store_id, SignInEvent.at < before, _is_free(SignInEvent, SignInEvent.person_id))


def sessions_due(store_id: UUID, before: datetime) -> ColumnElement[bool]:
    """Browsers in which somebody was last seen long ago; no session lasts that long."""
    return and_(SignedIn.store_id == store_id, SignedIn.seen_at < before, _is_free(SignedIn, SignedIn.person_id))


def drop(ask: Ask, row: SignInEvent | SignedIn) -> None:
    """Nothing of it remains; the run of the night says how many there were."""
    ask.db.delete(row)
