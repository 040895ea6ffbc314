"""Lists of deliveries: what is due, what each batch still lacks, and the cars of one batch with what holds them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.contracts.in_force import text_in_force
from dealer.deliveries import delays
from dealer.deliveries.delays import Progress
from dealer.engine.steps import Ask, Choice
from dealer.people import Actor
from dealer.records.contracts import Contract
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch, BatchState
from dealer.records.vehicles import Unit
from dealer.stock.allocation import TAKING
from dealer.stock.vehicles import UNITS

PAGE = 50
OVER = (BatchState.ACCEPTED, BatchState.CLOSED)
DELIVER = next(step for step in UNITS.steps if step.action == "deliver")


@dataclass(frozen=True)
class Due:
    """One batch in the list: how far it is, how late."""

    batch: Batch
    progress: Progress
    overdue: bool
    days: int  # until due; below zero: late

    @property
    def lacks(self) -> list[tuple[str, int]]:
        """What is still to be done, in the order in which it is done: (sentence with {count}, how many)."""
        told = self.progress
        gaps = (
            ("{count} to allocate", self.batch.quantity - told.allocated),
            ("{count} to inspect", told.allocated - told.ready - told.delivered),
            ("{count} to invoice", told.allocated - told.invoiced),
            ("{count} to hand over", told.ready),
        )
        return [(sentence, count) for sentence, count in gaps if count > 0]


def due(
    db: Session, who: Actor, today: date, *, over: bool = False, after: tuple[date, int] | None = None
) -> list[Due]:
    """Batches by the day they are due, so that what is overdue comes first; those that are over newest first.

    One page and one more; `after` is day and number of the last one seen.
    """
    states = OVER if over else TAKING
    query = people.scoped(select(Batch), Batch, who).where(Batch.state.in_([state.value for state in states]))
    if after is not None:
        query = query.where(_beyond(after, backwards=over))
    order = (Batch.due_on.desc(), Batch.number.desc()) if over else (Batch.due_on, Batch.number)
    query = query.options(
        joinedload(Batch.contract),
        joinedload(Batch.deal).joinedload(Deal.customer),
        joinedload(Batch.deal).joinedload(Deal.owner),
    )
    return _told(db, list(db.scalars(query.order_by(*order).limit(PAGE + 1))), today)


def _beyond(after: tuple[date, int], *, backwards: bool) -> ColumnElement[bool]:
    day, number = after
    if backwards:
        return or_(Batch.due_on < day, and_(Batch.due_on == day, Batch.number < number))
    return or_(Batch.due_on > day, and_(Batch.due_on == day, Batch.number > number))


def of_contract(db: Session, contract: Contract, today: date) -> list[Due]:
    """The batches of one contract, in their order."""
    query = select(Batch).where(Batch.contract_id == contract.id).order_by(Batch.position)
    return _told(db, list(db.scalars(query)), today)


def of_deal(db: Session, deal: Deal, today: date) -> list[Due]:
    """The batches of a deal, in the order of their days."""
    query = select(Batch).where(Batch.deal_id == deal.id).order_by(Batch.due_on, Batch.number)
    return _told(db, list(db.scalars(query)), today)


def told(db: Session, batch: Batch, today: date) -> Due:
    """One batch."""
    return _told(db, [batch], today)[0]


def _told(db: Session, batches: list[Batch], today: date) -> list[Due]:
    far = delays.progress(db, batches)
    return [
        Due(
            each,
            far[each.id],
            delays.is_overdue(each, far[each.id].delivered, today),
            (each.due_on - today).days,
        )
        for each in batches
    ]


def gates(unit: Unit, ask: Ask) -> Choice:
    """What stands between a car on a contract and its hand-over, wherever it is on its way there."""
    return UNITS.look(unit, DELIVER, ask)


def batch_of(db: Session, unit: Unit) -> Batch | None:
    """The batch a car is in."""
    return db.get(Batch, unit.batch_id) if unit.batch_id else None


def contract_of(db: Session, key: UUID | None) -> Contract | None:
    """A contract by its id."""
    return db.get(Contract, key) if key else None


def text_of(db: Session, key: UUID | None) -> Contract | None:
    """The text of a contract as it applies now."""
    contract = contract_of(db, key)
    return text_in_force(db, contract) if contract is not None else None
