"""How many of the calls that were due were made: 100 % is the goal (CS3). Every number is a condition on the calls.

A call belongs to the day by which it is due. Calls that were called off are due to nobody; a call of thanks that ended
with a message counts as made (SC14), a call-back that was given up does not.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.care.care_calls import THANKS
from dealer.engine.database import calendar_of
from dealer.people import Actor
from dealer.records.care import CareCall, CareKind, CareState, Satisfaction
from dealer.reports.looking import Look
from dealer.reports.periods import Period, period_between
from dealer.reports.shape import Figure, Rate, Report, Source, Way
from dealer.reports.ways import PERSON, words_way

S, G = CareState, Satisfaction
MOST_IN_SHEET = 5_000
MADE = or_(CareCall.state == S.DONE, and_(CareCall.kind.in_(THANKS), CareCall.state == S.NOT_REACHED))
WANTED = CareCall.state != S.CANCELLED
SURVEYED = and_(MADE, CareCall.score.is_not(None), CareCall.score_most > 0)


def _due_in(db: Session, who: Actor, period: Period) -> ColumnElement[bool]:
    """The calls of a period. A limit of 24:00 belongs to the day before."""
    calendar = calendar_of(db)
    return and_(
        CareCall.store_id == who.store_id,
        CareCall.due_at > calendar.start_of(period.first),
        CareCall.due_at <= calendar.end_of(period.last),
    )


def _calls(look: Look) -> Select[Any]:
    return select(CareCall).where(_due_in(look.db, look.who, look.period))


def _ahead(look: Look) -> ColumnElement[bool]:
    return and_(CareCall.state == S.DUE, CareCall.due_at > look.at)


def _missing(look: Look) -> ColumnElement[bool]:
    return and_(WANTED, ~MADE, ~_ahead(look))


def _told(call: CareCall) -> tuple[Any, ...]:
    return call.customer.name, call.kind, call.whom, call.due_at, call.state, call.grade


CALLS = Source(
    _calls, CareCall.number, CareCall.agent_id, {"kind": CareCall.kind, "person": CareCall.agent_id},
    ("Customer", "Kind of call", "Whom", "By", "State", "Satisfaction"), _told, beside=(joinedload(CareCall.customer),),
)  # fmt: skip


def _answer(title: str, grade: Satisfaction) -> Figure:
    return Figure(title, "made, with this answer", CALLS, and_(CareCall.state == S.DONE, CareCall.grade == grade))


ANSWERS = ("satisfied", "so_so", "dissatisfied")
# Each survey by its own scale, in hundredths of a percent of its highest score, rounded half up.
SHARE = (20_000 * CareCall.score + CareCall.score_most) // (2 * CareCall.score_most)
COVERAGE = Report(
    "care",
    "Care report",
    "How many of the calls that were due were made, and how satisfied customers are.",
    duty="see all care",
    figures={
        "due": Figure("Due calls", "calls due in these days that were not called off", CALLS, WANTED),
        "made": Figure(
            "Made", "spoken or written to; of calls of thanks also those that ended with a message", CALLS, MADE
        ),
        "in_time": Figure(
            "In time", "made before their limit", CALLS, and_(MADE, CareCall.ended_at <= CareCall.due_at)
        ),
        "missing": Figure("Missing", "overdue and not made, or given up", CALLS, _missing, alarm=True),
        "ahead": Figure("Still ahead", "due later, not made yet", CALLS, _ahead),
        "satisfied": _answer("Satisfied", G.SATISFIED),
        "so_so": _answer("So-so", G.SO_SO),
        "dissatisfied": _answer("Dissatisfied", G.DISSATISFIED),
        "called_off": Figure("Cancelled calls", "not to be made", CALLS, CareCall.state == S.CANCELLED),
        "surveys": Figure("Surveys", "made, with a score", CALLS, SURVEYED, shown=False),
        "score": Figure("Scores", "the sum of all scores, each by its own scale", CALLS, SURVEYED, SHARE, shown=False),
    },
    rates={
        "coverage": Rate(
            "Coverage", "made ÷ due so far, the goal is 100 %", "made", ("due",), less=("ahead",), goal=100
        ),
        "kept": Rate("In time", "in time ÷ due so far", "in_time", ("due",), less=("ahead",), goal=100),
        "content": Rate("Satisfied", "satisfied ÷ all answers", "satisfied", ANSWERS),
        "mean": Rate(
            "Mean score of surveys", "mean of the scores, each by its own scale", "score", ("surveys",), parts_of=10_000
        ),
    },
    ways={
        "kind": words_way("By kind of call", CareKind),
        "person": Way(PERSON.title, PERSON.read, PERSON.names, nobody="Customer service"),
    },
    top=("coverage", "missing", "kept", "content", "mean"),
    charts=(("made", "missing", "ahead"), ANSWERS),
    noun="{count} calls",
)  # fmt: skip


# ── as a sheet ────────────────────────────────────────────────────────────────────────────────────────────────────

HEADS = (
    "Number", "Kind of call", "Customer", "Whom", "By", "State", "Caller", "Channel", "Satisfaction",
    "Score of a survey", "Highest score", "What the customer said", "Reason", "What is done about it", "Called by",
)  # fmt: skip


def sheet_rows(db: Session, who: Actor, first: date | None = None, last: date | None = None) -> Iterable[Sequence[Any]]:
    """The record of all calls 回访记录表, or of those due in some days, newest first."""
    beside = (joinedload(CareCall.customer), joinedload(CareCall.agent), joinedload(CareCall.ended_by))
    query = people.scoped(select(CareCall), CareCall, who).options(*beside)
    if days := [day for day in (first, last) if day]:
        query = query.where(_due_in(db, who, period_between(days[0], days[-1])))
    for call in db.scalars(query.order_by(CareCall.number.desc()).limit(MOST_IN_SHEET)):
        yield (call.number, call.kind, call.customer.name, call.whom, call.due_at, call.state,
               call.agent.name if call.agent else "", call.channel, call.grade, call.score, call.score_most, call.said,
               call.reason, call.action, call.ended_by.name if call.ended_by else "")  # fmt: skip
