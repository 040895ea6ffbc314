"""Complaints of a period 投诉统计: by cause, model, severity and handler; what was in time, what was taken up again.

A complaint belongs to the day it was received; a duplicate is not counted, it leads to the one that is. What is in time
is asked only of what was due by the moment one looks.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.people import Actor
from dealer.privacy import masking
from dealer.records.complaints import Cause, Complaint, ComplaintCall, ComplaintState, Severity
from dealer.records.deadlines import Deadline
from dealer.reports.looking import Column, Look
from dealer.reports.shape import Figure, Rate, Report, Source, Way
from dealer.reports.ways import MODEL, PERSON, words_way

MOST = 5_000  # rows of the sheet
BESIDE = tuple(joinedload(each) for each in (Complaint.customer, Complaint.handler, Complaint.unit, Complaint.model))


def _received(look: Look) -> Select[Any]:
    query = people.scoped(select(Complaint), Complaint, look.who)
    return query.where(look.in_period(Complaint.begun_at), Complaint.merged_into_id.is_(None))


CALLED = exists().where(ComplaintCall.complaint_id == Complaint.id)
CALLED_LATE = CALLED.where(ComplaintCall.at > ComplaintCall.due_at)


def _call_overdue(look: Look) -> ColumnElement[bool]:
    """Whether the customer should have been called back by now."""
    return exists().where(
        Deadline.subject_id == Complaint.id, Deadline.kind == "complaint_callback", Deadline.done_at.is_(None),
        Deadline.cancelled_at.is_(None), Deadline.due_at < look.at,
    )  # fmt: skip


def _told(complaint: Complaint) -> tuple[Any, ...]:
    whose = (complaint.customer.name if complaint.customer else "", complaint.name)
    about = (complaint.model.name if complaint.model else "", complaint.unit.vin[-6:] if complaint.unit else "")
    return (
        " · ".join(filter(None, whose)) or "—", complaint.begun_at, complaint.words[:60], " ".join(filter(None, about)),
        complaint.state,
    )  # fmt: skip


COMPLAINTS = Source(
    _received, Complaint.number, Complaint.owner_id,
    {
        "cause": Complaint.cause, "model": Complaint.model_id, "severity": Complaint.severity,
        "handler": Complaint.owner_id,
    },
    ("Who complains", "Received on", "What the customer says", "What about", "State"), _told, beside=BESIDE,
)  # fmt: skip


def _due(done: Column, limit: Column) -> Callable[[Look], ColumnElement[bool]]:
    return lambda look: done.is_not(None) | (limit < look.at)


NOT_SAID = "Not said yet"
FIGURES = Report(
    "complaints",
    "Complaints",
    "What customers complained of, and what was done in time.",
    duty="see all complaints",
    figures={
        "received": Figure("Complaints", "received in the period, duplicates not counted", COMPLAINTS),
        "grave": Figure(
            "Grave complaints", "safety, somebody hurt, the public, or several cars", COMPLAINTS,
            Complaint.severity == Severity.GRAVE,
        ),
        "to_accept": Figure(
            "To be accepted", "accepted, or the time for it is over", COMPLAINTS,
            _due(Complaint.accepted_at, Complaint.accept_by), shown=False,
        ),
        "accepted_in_time": Figure(
            "Accepted in time", "accepted before its limit", COMPLAINTS, Complaint.accepted_at <= Complaint.accept_by
        ),
        "to_solve": Figure(
            "To be solved", "solved, or the time for it is over", COMPLAINTS,
            _due(Complaint.solved_at, Complaint.solve_by), shown=False,
        ),
        "solved_in_time": Figure(
            "Solved in time", "solved before its limit", COMPLAINTS, Complaint.solved_at <= Complaint.solve_by
        ),
        "to_call": Figure(
            "To be called back", "called back, or the time for it is over", COMPLAINTS,
            lambda look: CALLED | _call_overdue(look), shown=False,
        ),
        "called_in_time": Figure(
            "Called back in time", "every call-back before its limit", COMPLAINTS,
            lambda look: CALLED & ~CALLED_LATE & ~_call_overdue(look),
        ),
        "once": Figure(
            "Not reopened", "settled at the first attempt, or not closed yet", COMPLAINTS, Complaint.round_number == 1,
            shown=False,
        ),
        "reopened": Figure(
            "Taken up again", "taken up again because the customer was not satisfied", COMPLAINTS,
            Complaint.round_number > 1,
        ),
        "rejected": Figure(
            "Rejected", "nothing was done, and the customer was told why", COMPLAINTS, Complaint.rejection != ""
        ),
        "open": Figure("Not closed", "not closed yet", COMPLAINTS, Complaint.state != ComplaintState.CLOSED),
    },
    rates={
        "accepted": Rate(
            "Accepted in time", "accepted in time ÷ to be accepted by now", "accepted_in_time", ("to_accept",)
        ),
        "solved": Rate("Solved in time", "solved in time ÷ to be solved by now", "solved_in_time", ("to_solve",)),
        "called": Rate(
            "Called back in time", "every call-back in time ÷ to be called back by now", "called_in_time", ("to_call",)
        ),
    },
    ways={
        "cause": words_way("By cause", Cause, nobody=NOT_SAID),
        "model": Way(MODEL.title, MODEL.read, MODEL.names, nobody=NOT_SAID),
        "severity": words_way("By severity", Severity),
        "handler": Way("By handler", PERSON.read, PERSON.names, nobody=NOT_SAID),
    },
    top=("received", "grave", "reopened", "rejected", "open", "accepted", "solved", "called"),
    charts=(("once", "reopened"),),
    noun="{count} complaints",
)  # fmt: skip


# ── as a sheet ────────────────────────────────────────────────────────────────────────────────────────────────────

SHEET_HEADS = (
    "Number", "Received on", "Severity", "State", "Customer", "Who complains", "Phone", "How it reached us", "Model",
    "VIN", "What the customer says", "Handled by", "Cause", "Corrective action", "Reopenings",
)  # fmt: skip


def as_rows(db: Session, who: Actor) -> Iterator[Sequence[Any]]:
    """Every complaint, newest first; phones as this person reads them."""
    query = people.scoped(select(Complaint), Complaint, who).options(*BESIDE)
    for each in db.scalars(query.order_by(Complaint.number.desc()).limit(MOST)):
        phone = masking.phone("complaint.phone", each.phone, who, own=each.owner_id == who.id) if each.phone else ""
        yield (
            each.number, each.begun_at, each.severity, each.state, each.customer.name if each.customer else "",
            each.name, phone, each.channel, each.model.name if each.model else "", each.unit.vin if each.unit else "",
            each.words, each.handler.name if each.handler else "", each.cause, each.corrective_action, each.reopened,
        )  # fmt: skip
