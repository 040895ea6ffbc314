"""How many of the calls that were due were made: 100 % is the goal (CS3). Every number is a condition on the calls.

A call belongs to the day by which it is due. Calls that were called off are due to nobody; a call of thanks that ended
with a message counts as made (SC14), a call-back that was given up does not.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.care.care_calls import THANKS
from dealer.engine.amounts import half_up
from dealer.engine.database import calendar_of
from dealer.people import Actor
from dealer.records.care import CareCall, CareKind, CareState, Satisfaction
from dealer.reports.periods import Period, period_between

S = CareState
PAGE = 50
MOST_IN_SHEET = 5_000
MADE = or_(CareCall.state == S.DONE, and_(CareCall.kind.in_(THANKS), CareCall.state == S.NOT_REACHED))
WANTED = CareCall.state != S.CANCELLED

# figure → title, how it is reckoned
TITLES: dict[str, tuple[str, str]] = {
    "due": ("Due calls", "calls due in these days that were not called off"),
    "made": ("Made", "spoken or written to; of calls of thanks also those that ended with a message"),
    "in_time": ("In time", "made before their limit"),
    "missing": ("Missing", "overdue and not made, or given up"),
    "ahead": ("Still ahead", "due later, not made yet"),
    "satisfied": ("Satisfied", "made, with this answer"),
    "so_so": ("So-so", "made, with this answer"),
    "dissatisfied": ("Dissatisfied", "made, with this answer"),
    "called_off": ("Cancelled calls", "not to be made"),
}
DIMENSIONS: dict[str, Any] = {"kind": CareCall.kind, "person": CareCall.agent_id}


def figures(at: datetime) -> dict[str, ColumnElement[bool]]:
    """What each figure counts, at a moment: what is ahead and what is missing depends on it."""
    ahead = and_(CareCall.state == S.DUE, CareCall.due_at > at)
    return {
        "due": WANTED,
        "made": MADE,
        "in_time": and_(MADE, CareCall.ended_at <= CareCall.due_at),
        "missing": and_(WANTED, ~MADE, ~ahead),
        "ahead": ahead,
        **{grade.value: and_(CareCall.state == S.DONE, CareCall.grade == grade) for grade in Satisfaction},
        "called_off": CareCall.state == S.CANCELLED,
    }


@dataclass(frozen=True)
class Covered:
    """How many calls fall under each figure."""

    of: Mapping[str, int]

    @property
    def so_far(self) -> int:
        """What is due by now, or was made before: what is still ahead is nobody's fault."""
        return self.of["due"] - self.of["ahead"]

    def percent(self, figure: str) -> int | None:
        """A figure in whole percent of what is due so far, rounded down: 99.6 % is not all of them."""
        return 100 * self.of[figure] // self.so_far if self.so_far else None


@dataclass(frozen=True)
class Slice:
    """Calls that are due in a period: all, or those of one figure and of one kind or person."""

    period: Period
    figure: str | None = None
    dimension: str | None = None
    value: Any = None  # a kind, or a person's id; None: nobody's yet

    def rows_of(self, db: Session, who: Actor, at: datetime) -> ColumnElement[bool]:
        """The one condition that counts and lists share."""
        holds = _due_in(db, who, self.period)
        if self.figure is not None:
            holds = and_(holds, figures(at)[self.figure])
        if self.dimension is not None:
            column = DIMENSIONS[self.dimension]
            holds = and_(holds, column.is_(None) if self.value is None else column == self.value)
        return holds


def _due_in(db: Session, who: Actor, period: Period) -> ColumnElement[bool]:
    """The calls of a period. A limit of 24:00 belongs to the day before."""
    calendar = calendar_of(db)
    return and_(
        CareCall.store_id == who.store_id,
        CareCall.due_at > calendar.start_of(period.first),
        CareCall.due_at <= calendar.end_of(period.last),
    )


def counted_by(db: Session, who: Actor, period: Period, dimension: str, at: datetime) -> dict[Any, Covered]:
    """The calls of a period by kind or by person; only values that occur."""
    sums = [func.count().filter(holds).label(name) for name, holds in figures(at).items()]
    column = DIMENSIONS[dimension]
    rows = select(column.label("value"), *sums).where(Slice(period).rows_of(db, who, at)).group_by(column)
    return {row.value: Covered({name: getattr(row, name) for name in TITLES}) for row in db.execute(rows)}


def sum_up(parts: Iterable[Covered]) -> Covered:
    """What all parts come to: every call is in exactly one of them."""
    total: Counter[str] = Counter(dict.fromkeys(TITLES, 0))
    for part in parts:
        total.update(part.of)
    return Covered(total)


def mean_score(db: Session, who: Actor, period: Period, at: datetime) -> tuple[int, int] | None:
    """The mean of all surveys in percent of their highest score, and how many there are; scales may differ."""
    here = and_(Slice(period, "made").rows_of(db, who, at), CareCall.score.is_not(None))
    rows = db.execute(select(CareCall.score, CareCall.score_most).where(here))
    shares = [half_up(10_000 * score, most) for score, most in rows if score is not None and most]
    return (half_up(sum(shares), 100 * len(shares)), len(shares)) if shares else None


def how_many(db: Session, who: Actor, rows: Slice, at: datetime) -> int:
    """How many rows the list below has in all."""
    return db.scalar(select(func.count()).select_from(CareCall).where(rows.rows_of(db, who, at))) or 0


def listed(db: Session, who: Actor, rows: Slice, at: datetime, below: int | None = None) -> list[CareCall]:
    """The calls behind a number, newest first; one more than a page if there is one."""
    query = select(CareCall).where(rows.rows_of(db, who, at))
    if below is not None:
        query = query.where(CareCall.number < below)
    beside = (joinedload(CareCall.customer), joinedload(CareCall.agent))
    return list(db.scalars(query.options(*beside).order_by(CareCall.number.desc()).limit(PAGE + 1)))


def value_of(dimension: str, typed: str) -> Any:
    """A kind or a person as an address names it; ValueError for what is none."""
    if typed == "none":
        return None
    return CareKind(typed) if dimension == "kind" else UUID(typed)


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
