"""The delivery calendar: batches by day, what each still lacks before it can be handed over, and what a delay costs.

What a car lacks is answered by the gates of its hand-over (vehicles.GATES) and by nothing else. Cars that are alike in
all that the gates look at get one answer, so that a batch of five hundred is looked at with a handful of questions.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.deliveries import delays
from dealer.deliveries.delays import Damages, Outlook
from dealer.engine.steps import Ask
from dealer.engine.words import Word
from dealer.people import Actor
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch
from dealer.records.money import Invoice
from dealer.records.vehicles import Unit, UnitState
from dealer.stock.allocation import HELD, ON_CONTRACT, TAKING
from dealer.stock.vehicles import GATES

Gate = Callable[[Unit, Ask], Any]
SEEN_BY_GATES = (
    Unit.batch_id, Unit.contract_id, Unit.contract_line_id, Unit.state, Unit.certificate, Unit.invoice,
    Unit.pdi_passed_on, Unit.promised_on,
)  # fmt: skip
"""What a gate looks at in a car, its invoice beside it."""
ALLOCATE = Word("Gate", "allocate")  # a place without a car lacks all that comes later, too: it is told once


@dataclass(frozen=True)
class Lack:
    """Cars of a batch that lack the same: what, in the order of the gates, and the ends of their VINs."""

    what: tuple[Word, ...]
    count: int
    vins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One batch of the calendar."""

    batch: Batch
    delivered: int
    lacks: tuple[Lack, ...]
    late: int  # days since it was due, 0: not late
    outlook: Outlook | None  # what each day of delay will cost; None: nothing was agreed, or all is delivered
    damages: Damages | None  # what it costs so far


# ── which batches ─────────────────────────────────────────────────────────────────────────────────────────────────


def of_days(ask: Ask, first: date, last: date) -> list[Entry]:
    """The batches that are due on some days and not all handed over, by day."""
    return _entries(ask, _open(ask.db, ask.actor, Batch.due_on.between(first, last)))


def late(ask: Ask, most: int = 50) -> list[Entry]:
    """The batches that should have been handed over before today, the oldest first."""
    return _entries(ask, _open(ask.db, ask.actor, Batch.due_on < ask.today)[:most])


def _open(db: Session, who: Actor, when: Any) -> list[Batch]:
    query = people.scoped(select(Batch), Batch, who).where(Batch.state.in_([state.value for state in TAKING]), when)
    query = query.options(
        joinedload(Batch.contract),
        joinedload(Batch.deal).joinedload(Deal.customer),
        joinedload(Batch.deal).joinedload(Deal.owner),
    )
    return list(db.scalars(query.order_by(Batch.due_on, Batch.number)))


def weeks(month: date) -> list[list[date]]:
    """The weeks of a month from Monday to Sunday, with the days around it that fill them."""
    first = month.replace(day=1)
    start = first - timedelta(days=first.weekday())
    following = (first + timedelta(days=32)).replace(day=1)
    days = [start + timedelta(days=each) for each in range((following - start).days)]
    days += [days[-1] + timedelta(days=each) for each in range(1, -len(days) % 7 + 1)]
    return [days[at : at + 7] for at in range(0, len(days), 7)]


# ── what they lack ────────────────────────────────────────────────────────────────────────────────────────────────


def _entries(ask: Ask, batches: Sequence[Batch]) -> list[Entry]:
    keys = [batch.id for batch in batches]
    units, delivered = units_of(ask.db, keys), _delivered(ask.db, keys)
    answers = lacks_of(ask, [unit for found in units.values() for unit in found])
    return [
        _entry(ask, batch, units.get(batch.id, []), delivered.get(batch.id, Counter()), answers) for batch in batches
    ]


def _entry(
    ask: Ask, batch: Batch, units: list[Unit], delivered: Counter[UUID], answers: dict[UUID, tuple[Word, ...]]
) -> Entry:
    empty = batch.quantity - len(units) - delivered.total()
    alike: dict[tuple[Word, ...], list[str]] = {}
    for unit in units:
        alike.setdefault(answers[unit.id], []).append(unit.vin[-6:])
    told = [Lack(what, len(vins), tuple(vins)) for what, vins in alike.items() if what]
    days = max(0, (ask.today - batch.due_on).days)
    costs = delays.outlook(ask.db, batch, delivered)
    return Entry(
        batch,
        delivered.total(),
        tuple([Lack((ALLOCATE,), empty)] if empty > 0 else []) + tuple(sorted(told, key=lambda each: -each.count)),
        days,
        costs,
        delays.delay_damages(ask.db, batch, ask.today) if costs and costs.begins_on <= ask.today else None,
    )


def units_of(db: Session, batches: Iterable[UUID]) -> dict[UUID, list[Unit]]:
    """By batch: its cars that are not handed over yet."""
    query = select(Unit).where(Unit.batch_id.in_(list(batches)), Unit.state.in_([state.value for state in HELD]))
    found: dict[UUID, list[Unit]] = {}
    for unit in db.scalars(query.options(joinedload(Unit.model)).order_by(Unit.number)):
        if unit.batch_id:
            found.setdefault(unit.batch_id, []).append(unit)
    return found


def _delivered(db: Session, batches: Iterable[UUID]) -> dict[UUID, Counter[UUID]]:
    """How many cars of each line of each batch are with the customer."""
    query = select(Unit.batch_id, Unit.contract_line_id, func.count()).where(
        Unit.batch_id.in_(list(batches)), Unit.state == UnitState.DELIVERED
    )
    found: dict[UUID, Counter[UUID]] = {}
    for batch, line, count in db.execute(query.group_by(Unit.batch_id, Unit.contract_line_id)):
        if batch is not None and line is not None:
            found.setdefault(batch, Counter())[line] += count
    return found


def lacks_of(ask: Ask, units: Sequence[Unit]) -> dict[UUID, tuple[Word, ...]]:
    """By car: the gates of its hand-over that are shut, in their order. Cars that are alike are asked about once."""
    invoices = _invoices(ask.db, units)
    known: dict[Any, tuple[Word, ...]] = {}
    answers: dict[UUID, tuple[Word, ...]] = {}
    for unit in units:
        looks = _as_gates_see_it(unit, invoices.get(unit.id))
        if looks not in known:
            known[looks] = tuple(word_for(gate) for gate in GATES if gate(unit, ask) is not None)
        answers[unit.id] = known[looks]
    return answers


def word_for(gate: Any) -> Word:
    """What a car lacks while this gate is shut."""
    return Word("Gate", gate.__name__)


def _as_gates_see_it(unit: Unit, invoice: Any) -> tuple[Any, ...]:
    """All that a gate looks at in a car: two cars of which this is the same have the same gates shut."""
    looks = tuple(getattr(unit, column.key) for column in SEEN_BY_GATES)
    return (*looks, invoice and (invoice.buyer, invoice.price, invoice.vin == unit.vin))


def how_many_lack_only(ask: Ask, lacking: Gate, units: Select[Any]) -> int:
    """How many of some cars without an invoice wait for one gate alone: one car of each group is asked about, and no
    further than to the first other gate that is shut."""
    one_each = units.with_only_columns(func.min(Unit.number), func.count()).group_by(*SEEN_BY_GATES).order_by(None)
    groups: dict[int, int] = dict(ask.db.execute(one_each).all())
    chosen = ask.db.scalars(select(Unit).where(Unit.store_id == ask.actor.store_id, Unit.number.in_(groups)))
    return sum(
        groups[unit.number]
        for unit in chosen
        if all((gate(unit, ask) is None) is (gate is not lacking) for gate in GATES)
    )


def _invoices(db: Session, units: Sequence[Unit]) -> dict[UUID, Any]:
    """What the living invoice of each car says."""
    batches = {unit.batch_id for unit in units}
    query = (
        select(Invoice.unit_id, Invoice.buyer, Invoice.price, Invoice.vin)
        .join(Unit, Unit.id == Invoice.unit_id)
        .where(
            Unit.batch_id.in_(batches), Unit.state.in_([state.value for state in ON_CONTRACT]), Invoice.red_on.is_(None)
        )
    )
    return {row.unit_id: row for row in db.execute(query)}
