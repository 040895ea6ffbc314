"""What a work plan is filled with: how the month before came out, what this month is to bring, what is due in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from dealer import people
from dealer.engine.calendar import add_months
from dealer.engine.steps import Ask
from dealer.engine.words import say, show
from dealer.planning import forecasts
from dealer.planning.against import against
from dealer.planning.spreading import last_of
from dealer.records.care import CorrectiveAction
from dealer.records.deals import Deal, Need
from dealer.records.deliveries import Batch, BatchState
from dealer.records.planning import PlanKind
from dealer.reports.looking import Look
from dealer.reports.periods import Period

MOST = 100  # rows of a list: a department knows which of more it means
DONE = (BatchState.ACCEPTED, BatchState.CLOSED)


@dataclass(frozen=True)
class Fact:
    """One row: its cells in words, and the thing it is about, if it has a page."""

    cells: tuple[str, ...]
    thing: Any = None


@dataclass(frozen=True)
class Block:
    """One list of facts under its heading."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[Fact, ...] = field(default=())
    period: Period | None = None  # whose plan against actual it is


def blocks(ask: Ask, month: date, language: str) -> list[Block]:
    """Everything that is known, as it stands now."""
    before = add_months(month, -1)
    return [
        _outcome(ask, Period(before, last_of(before)), language),
        _targets(ask, Period(month, last_of(month)), language),
        _deals(ask, month, language),
        _deliveries(ask, month, language),
        _actions(ask, month, language),
    ]


def _block(
    title: str, heads: Sequence[str], rows: Iterator[Fact], language: str, period: Period | None = None
) -> Block:
    told = tuple(say(head, language) for head in heads)
    return Block(say(title, language), told, tuple(rows), period)


def _look(ask: Ask, period: Period) -> Look:
    return Look(ask.db, ask.actor, ask.at, period)


def _outcome(ask: Ask, period: Period, language: str) -> Block:
    """The month before by person, and the whole."""
    found = against(_look(ask, period), PlanKind.SALES, "person", language)

    def rows() -> Iterator[Fact]:
        told = [(line.name, line.target, line.counts.of) for line in found.lines]
        for name, target, of in [*told, (say("In all", language), found.target, found.total.of)]:
            missing = max(0, target - of["signed"])
            yield Fact((name, str(target), str(of["signed"]), str(of["delivered"]), str(missing)))

    heads = ("Person", "Target", "Signed cars", "Delivered cars", "Short of target")
    return _block("The month before, against its plan", heads, rows(), language, period)


def _targets(ask: Ask, period: Period, language: str) -> Block:
    """The targets of the month by person, and the store's."""
    found = against(_look(ask, period), PlanKind.SALES, "person", language)
    rows = [Fact((line.name, str(line.target))) for line in found.lines if line.target]
    rows.append(Fact((say("In all", language), str(found.target))))
    return _block("Targets of the month", ("Person", "Target"), iter(rows), language, period)


def _deals(ask: Ask, month: date, language: str) -> Block:
    """Open deals whose cars are wanted by the end of the month."""
    query = (
        people.scoped(select(Deal), Deal, ask.actor)
        .join(Need, Need.deal_id == Deal.id)
        .where(Deal.state.in_([state.value for state in forecasts.PHASES]), Need.wanted_by <= last_of(month))
    )
    beside = (joinedload(Deal.customer), joinedload(Deal.owner), joinedload(Deal.need))
    found = ask.db.scalars(query.options(*beside).order_by(Need.wanted_by, Deal.number).limit(MOST)).all()
    cars = forecasts.cars_of(_look(ask, Period(month, last_of(month))), query)
    rows = (
        Fact(
            (deal.customer.name, show(deal.state, language), deal.owner.name,
             show(deal.need.wanted_by if deal.need else "", language), str(cars.get(deal.id, 0))),
            deal,
        )
        for deal in found
    )  # fmt: skip
    heads = ("Customer", "Phase", "Owner", "Wanted by", "Number of cars")
    return _block("Open deals due by the end of the month", heads, rows, language)


def _deliveries(ask: Ask, month: date, language: str) -> Block:
    """Batches that are due by the end of the month and not accepted."""
    query = people.scoped(select(Batch), Batch, ask.actor).where(
        Batch.due_on <= last_of(month), Batch.state.not_in([state.value for state in DONE])
    )
    beside = joinedload(Batch.deal).joinedload(Deal.customer)
    found = ask.db.scalars(query.options(beside).order_by(Batch.due_on, Batch.number).limit(MOST))
    rows = (
        Fact((batch.deal.customer.name, show(batch.due_on, language), str(batch.quantity), show(batch.state, language)),
             batch)
        for batch in found
    )  # fmt: skip
    return _block("Deliveries due", ("Customer", "Due on", "Number of cars", "State"), rows, language)


def _actions(ask: Ask, month: date, language: str) -> Block:
    """Corrective actions of the monthly reviews that are not done and due by the end of the month."""
    query = people.scoped(select(CorrectiveAction), CorrectiveAction, ask.actor).where(
        CorrectiveAction.done_at.is_(None), CorrectiveAction.due_on <= last_of(month)
    )
    found = ask.db.scalars(
        query.options(joinedload(CorrectiveAction.owner)).order_by(CorrectiveAction.due_on).limit(MOST)
    )
    rows = (Fact((each.what[:120], each.owner.name, show(each.due_on, language))) for each in found)
    return _block("Corrective actions to be done", ("What is to be done", "Owner", "Done by"), rows, language)
