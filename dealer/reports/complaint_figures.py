"""Figures of the complaints of a period: one table of conditions, for the numbers and for the rows behind them.

A complaint belongs to the day it was received; a duplicate is not counted, it leads to the one that is. What is in time
is asked only of what was due by the moment one looks.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from dealer import people
from dealer.engine.amounts import half_up
from dealer.people import Actor
from dealer.privacy import masking
from dealer.records.complaints import Cause, Complaint, ComplaintState, Severity
from dealer.records.deadlines import Deadline

MOST = 5_000  # of a period; a shop with more has another trouble than its statistics


@dataclass(frozen=True)
class Seen:
    """A complaint as it is looked at: when, and whether its call-back is overdue now."""

    complaint: Complaint
    at: datetime
    call_overdue: bool = False


def _kept(done: datetime | None, limit: datetime) -> bool:
    return done is not None and done <= limit


# figure → which complaints of the period it counts
FIGURES: dict[str, Callable[[Seen], bool]] = {
    "received": lambda seen: True,
    "grave": lambda seen: seen.complaint.severity is Severity.GRAVE,
    "to_accept": lambda seen: seen.complaint.accepted_at is not None or seen.complaint.accept_by < seen.at,
    "accepted_in_time": lambda seen: _kept(seen.complaint.accepted_at, seen.complaint.accept_by),
    "to_solve": lambda seen: seen.complaint.solved_at is not None or seen.complaint.solve_by < seen.at,
    "solved_in_time": lambda seen: _kept(seen.complaint.solved_at, seen.complaint.solve_by),
    "to_call": lambda seen: bool(seen.complaint.calls) or seen.call_overdue,
    "called_in_time": lambda seen: (
        bool(seen.complaint.calls)
        and not seen.call_overdue
        and all(call.at <= call.due_at for call in seen.complaint.calls)
    ),
    "reopened": lambda seen: seen.complaint.reopened > 0,
    "rejected": lambda seen: bool(seen.complaint.rejection),
    "open": lambda seen: seen.complaint.state is not ComplaintState.CLOSED,
}

# rate → the figure it is a share of
RATES = {"accepted_in_time": "to_accept", "solved_in_time": "to_solve", "called_in_time": "to_call"}

# figure → how it is called, and its formula: printed beside it wherever it stands
TITLES: dict[str, tuple[str, str]] = {
    "received": ("Complaints", "received in the period, duplicates not counted"),
    "grave": ("Grave complaints", "safety, somebody hurt, the public, or several cars"),
    "to_accept": ("To be accepted", "accepted, or the time for it is over"),
    "accepted_in_time": ("Accepted in time", "accepted in time ÷ to be accepted by now"),
    "to_solve": ("To be solved", "solved, or the time for it is over"),
    "solved_in_time": ("Solved in time", "solved in time ÷ to be solved by now"),
    "to_call": ("To be called back", "called back, or the time for it is over"),
    "called_in_time": ("Called back in time", "every call-back in time ÷ to be called back by now"),
    "reopened": ("Taken up again", "taken up again because the customer was not satisfied"),
    "rejected": ("Rejected", "nothing was done, and the customer was told why"),
    "open": ("Not closed", "not closed yet"),
}

# dimension → what tells its values apart; None: not said
DIMENSIONS: dict[str, Callable[[Complaint], Any]] = {
    "cause": lambda complaint: complaint.cause,
    "model": lambda complaint: complaint.model_id,
    "severity": lambda complaint: complaint.severity,
    "handler": lambda complaint: complaint.owner_id,
}


@dataclass(frozen=True)
class Counts:
    """How many complaints fall under each figure, and the rates made of them."""

    of: Mapping[str, int]

    def percent(self, rate: str) -> int | None:
        """A rate in whole percent; None where nothing was due."""
        base = self.of[RATES[rate]]
        return half_up(100 * self.of[rate], base) if base else None


def received(db: Session, who: Actor, start: datetime, end: datetime, at: datetime) -> list[Seen]:
    """The complaints of a period, newest first."""
    query = people.scoped(select(Complaint), Complaint, who).where(
        Complaint.begun_at >= start, Complaint.begun_at < end, Complaint.merged_into_id.is_(None)
    )
    beside = (Complaint.customer, Complaint.handler, Complaint.unit, Complaint.model)
    query = query.options(*(joinedload(each) for each in beside), selectinload(Complaint.calls))
    found = list(db.scalars(query.order_by(Complaint.number.desc()).limit(MOST)))
    overdue = _overdue_calls(db, who, at)
    return [Seen(each, at, each.id in overdue) for each in found]


def _overdue_calls(db: Session, who: Actor, at: datetime) -> set[UUID]:
    """Complaints whose customer should have been called back by now."""
    query = people.scoped(select(Deadline.subject_id), Deadline, who).where(
        Deadline.kind == "complaint_callback", Deadline.done_at.is_(None), Deadline.cancelled_at.is_(None),
        Deadline.due_at < at,
    )  # fmt: skip
    return set(db.scalars(query))


def counted(found: Iterable[Seen]) -> Counts:
    """Every figure of some complaints."""
    rows = list(found)
    return Counts({name: sum(map(condition, rows)) for name, condition in FIGURES.items()})


def divided(found: Iterable[Seen], dimension: str) -> dict[Any, list[Seen]]:
    """The complaints by the values of a dimension."""
    tell, parts = DIMENSIONS[dimension], dict[Any, list[Seen]]()
    for seen in found:
        parts.setdefault(tell(seen.complaint), []).append(seen)
    return parts


def value_of(dimension: str, typed: str) -> Any:
    """A value of a dimension as an address writes it; ValueError for what is none."""
    if typed == "none":
        return None
    return {"cause": Cause, "severity": Severity}.get(dimension, UUID)(typed)


# ── as a sheet ────────────────────────────────────────────────────────────────────────────────────────────────────

SHEET_HEADS = (
    "Number", "Received on", "Severity", "State", "Customer", "Who complains", "Phone", "How it reached us", "Model",
    "VIN", "What the customer says", "Handled by", "Cause", "Corrective action", "Reopenings",
)  # fmt: skip


def as_rows(db: Session, who: Actor) -> Iterator[Sequence[Any]]:
    """Every complaint, newest first; phones as this person reads them."""
    beside = (Complaint.customer, Complaint.handler, Complaint.unit, Complaint.model)
    query = people.scoped(select(Complaint), Complaint, who).options(*(joinedload(each) for each in beside))
    for each in db.scalars(query.order_by(Complaint.number.desc()).limit(MOST)):
        phone = masking.phone("complaint.phone", each.phone, who, own=each.owner_id == who.id) if each.phone else ""
        yield (
            each.number, each.begun_at, each.severity, each.state, each.customer.name if each.customer else "",
            each.name, phone, each.channel, each.model.name if each.model else "", each.unit.vin if each.unit else "",
            each.words, each.handler.name if each.handler else "", each.cause, each.corrective_action, each.reopened,
        )  # fmt: skip
