"""How sub-dealers do month by month: figures from what happened, points, weights as the house set them, and the rank.

Only cars count that were delivered in that month and have not come back. Nothing is typed but the sub-dealer's own
report; once a month is over it is evaluated, and what was found then stays as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.engine.amounts import half_up
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of
from dealer.engine.fields import Paragraph
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.house.policies import policy
from dealer.people import Actor, has
from dealer.records.complaints import Complaint
from dealer.records.deals import Deal
from dealer.records.network import SubDealer, SubDealerMonth, SubDealerReport
from dealer.records.outings import Outing, OutingState
from dealer.records.vehicles import Unit, UnitState

PARTS = ("deliveries", "visits", "complaints", "report")
PER_COMPLAINT = 25  # points that a complaint costs
LATE = 50  # points for a report that came after its day


class MonthReport(Facts):
    """What they report of a month."""

    month: date = Field(title="Month", description="Any day of the month that is reported.")
    stock: int = Field(title="Cars of ours in their showroom", ge=0, le=10_000)
    customers: int = Field(title="Customers they talk to", ge=0, le=100_000)
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)


@dataclass(frozen=True)
class Month:
    """One sub-dealer in one month."""

    sub_dealer: SubDealer
    figures: Mapping[str, int]
    weights: Mapping[str, int]
    points: Mapping[str, int]
    rank: int = 0

    @property
    def score(self) -> int:
        """Hundredths of a point: points by weight, over all weights."""
        whole = sum(self.weights.values())
        return half_up(100 * sum(self.points[part] * self.weights[part] for part in PARTS), whole) if whole else 0


# ── figures ───────────────────────────────────────────────────────────────────────────────────────────────────────


def delivered_in(db: Session, sub_dealer: SubDealer, month: date) -> list[Unit]:
    """The cars of its deals that were delivered in a month and are still with the customer."""
    calendar = calendar_of(db)
    start, end = calendar.start_of(month), calendar.start_of(add_months(month, 1))
    query = select(Unit).join(Deal, Unit.case_id == Deal.id).where(
        Deal.sub_dealer_id == sub_dealer.id, Unit.state == UnitState.DELIVERED,
        Unit.delivered_at >= start, Unit.delivered_at < end,
    )  # fmt: skip
    return list(db.scalars(query.order_by(Unit.delivered_at, Unit.number)))


def figures_of(db: Session, sub_dealer: SubDealer, month: date) -> dict[str, int]:
    """What happened in a month: cars of so many agreed, visits of so many wanted, complaints, and the report."""
    calendar, last = calendar_of(db), add_months(month, 1) - timedelta(days=1)
    start, end = calendar.start_of(month), calendar.end_of(last)
    agreement = sub_dealer.agreement_on(last) or sub_dealer.agreement_on(month)
    between = policy(db, sub_dealer.store_id, "sub_dealer_visit_days", last)
    made = select(func.count()).where(
        Outing.customer_id == sub_dealer.customer_id, Outing.state == OutingState.MADE,
        Outing.made_at >= start, Outing.made_at < end,
    )  # fmt: skip
    of_deals = select(Deal.id).where(Deal.sub_dealer_id == sub_dealer.id)
    complained = select(func.count()).where(
        Complaint.deal_id.in_(of_deals), Complaint.begun_at >= start, Complaint.begun_at < end
    )
    return {
        "capacity": agreement.capacity if agreement else 0,
        "delivered": len(delivered_in(db, sub_dealer, month)),
        "visits": db.scalar(made) or 0,
        "visits_wanted": max(1, last.day // between),
        "complaints": db.scalar(complained) or 0,
        "report": _report_points(db, sub_dealer, month),
    }


def _report_points(db: Session, sub_dealer: SubDealer, month: date) -> int:
    """100 in time, 50 late, 0 not at all."""
    report = report_of(db, sub_dealer, month)
    if report is None:
        return 0
    day = policy(db, sub_dealer.store_id, "sub_dealer_report_day", month)
    until = calendar_of(db).end_of(add_months(month, 1).replace(day=day))
    return 100 if report.handed_in_at < until else LATE


def points_of(figures: Mapping[str, int]) -> dict[str, int]:
    """Each part from 0 to 100; more cars than agreed are no more than all of them."""
    capacity, wanted = figures["capacity"], figures["visits_wanted"]
    return {
        "deliveries": min(100, half_up(100 * figures["delivered"], capacity)) if capacity else 0,
        "visits": min(100, half_up(100 * figures["visits"], wanted)),
        "complaints": max(0, 100 - PER_COMPLAINT * figures["complaints"]),
        "report": figures["report"],
    }


def weights_on(db: Session, store_id: UUID, day: date) -> dict[str, int]:
    """The table of weights that holds on a day."""
    return {part: policy(db, store_id, f"sub_dealer_weight_{part}", day) for part in PARTS}


# ── the ranking ───────────────────────────────────────────────────────────────────────────────────────────────────


def ranking(db: Session, who: Actor, month: date) -> list[Month]:
    """The month as it was evaluated, or, before that, as it stands; best first. Equal scores share a rank."""
    kept = evaluated(db, who, month)
    if kept:
        return [Month(each.sub_dealer, each.figures, each.weights, each.points, each.rank) for each in kept]
    return ranked(db, who, month)


def ranked(db: Session, who: Actor, month: date) -> list[Month]:
    """Everybody who had an agreement in that month, by what happened in it."""
    last = add_months(month, 1) - timedelta(days=1)
    weights = weights_on(db, who.store_id, last)
    query = people.scoped(select(SubDealer), SubDealer, who).options(joinedload(SubDealer.customer))
    found = []
    for sub_dealer in db.scalars(query.order_by(SubDealer.number)):
        if sub_dealer.agreement_on(last) or sub_dealer.agreement_on(month):
            figures = figures_of(db, sub_dealer, month)
            found.append(Month(sub_dealer, figures, weights, points_of(figures)))
    found.sort(key=lambda each: -each.score)
    return [
        Month(
            each.sub_dealer, each.figures, each.weights, each.points, 1 + sum(one.score > each.score for one in found)
        )
        for each in found
    ]


def evaluated(db: Session, who: Actor, month: date) -> list[SubDealerMonth]:
    """What was found when the month was evaluated, best first."""
    query = people.scoped(select(SubDealerMonth), SubDealerMonth, who).where(SubDealerMonth.month == month)
    beside = joinedload(SubDealerMonth.sub_dealer).joinedload(SubDealer.customer)
    return list(db.scalars(query.options(beside).order_by(SubDealerMonth.rank, SubDealerMonth.id)))


def history_of(db: Session, who: Actor, sub_dealer: SubDealer) -> list[SubDealerMonth]:
    """Its months, the latest first."""
    query = people.scoped(select(SubDealerMonth), SubDealerMonth, who).where(
        SubDealerMonth.sub_dealer_id == sub_dealer.id
    )
    return list(db.scalars(query.order_by(SubDealerMonth.month.desc()).limit(24)))


class Evaluated(Facts):
    """What the history keeps of it."""

    month: date
    score: int
    rank: int


def evaluate(ask: Ask, month: date) -> None:
    """Keep the ranking of a month that is over: later visits, complaints and returns change it no more."""
    _may(ask, "keep sub-dealers")
    if refusal := month_is_over(month, ask) or _is_evaluated(ask, month):
        raise Refused([refusal])
    for each in ranked(ask.db, ask.hat, month):
        row = SubDealerMonth(
            store_id=each.sub_dealer.store_id, sub_dealer_id=each.sub_dealer.id, month=month,
            figures=dict(each.figures), weights=dict(each.weights), points=dict(each.points), score=each.score,
            rank=each.rank, made_by_id=ask.hat.id, made_at=ask.at,
        )  # fmt: skip
        ask.db.add(row)
        write_down(
            ask, "sub_dealer", each.sub_dealer, "evaluate", Evaluated(month=month, score=each.score, rank=each.rank)
        )
    ask.db.flush()


def month_is_over(month: date, ask: Ask) -> Refusal | None:
    """A month is judged by all its days."""
    if ask.today < add_months(month, 1):
        return no("This month is not over: wait for its last day.", code="E-MONTH-RUNS", field="month")
    return None


def _is_evaluated(ask: Ask, month: date) -> Refusal | None:
    if evaluated(ask.db, ask.hat, month):
        return no("This month is evaluated already.", code="E-MONTH-KEPT", field="month")
    return None


# ── their report ──────────────────────────────────────────────────────────────────────────────────────────────────


def report_of(db: Session, sub_dealer: SubDealer, month: date) -> SubDealerReport | None:
    """What they reported of a month."""
    here = SubDealerReport.sub_dealer_id == sub_dealer.id, SubDealerReport.month == month
    return db.scalars(select(SubDealerReport).where(*here)).first()


def hand_in(ask: Ask, sub_dealer: SubDealer) -> None:
    """Once for each month, by them or by who looks after them."""
    _may(ask, "report months")
    facts: MonthReport = ask.facts
    month = facts.month.replace(day=1)
    if month > ask.today:
        raise Refused([no("This month has not begun.", code="E-MONTH-RUNS", field="month")])
    if report_of(ask.db, sub_dealer, month) is not None:
        raise Refused([no("This month is reported already.", code="E-MONTH-KEPT", field="month")])
    report = SubDealerReport(
        store_id=sub_dealer.store_id, sub_dealer_id=sub_dealer.id, month=month, stock=facts.stock,
        customers=facts.customers, remark=facts.remark, handed_in_at=ask.at, handed_in_by_id=ask.hat.id,
    )  # fmt: skip
    ask.db.add(report)
    ask.db.flush()
    write_down(ask, "sub_dealer", sub_dealer, "report", facts)


def _may(ask: Ask, duty: str) -> None:
    answer: Any = has(duty)(None, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer])
