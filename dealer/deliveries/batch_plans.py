"""From the delivery plan of the text in force to the batches: what an amendment gives to each and takes from it.

A batch of the plan may have become several (`planned_as` says of which). Places that cars stand on are never taken;
the rules of amendments have seen to it that there are enough others.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import deadlines
from dealer.contracts.in_force import held, planned, text_in_force
from dealer.engine.database import calendar_of
from dealer.engine.refusals import not_yet
from dealer.engine.steps import Ask, Refusal
from dealer.records.contracts import Contract, PlannedBatch
from dealer.records.deliveries import Batch, BatchShare, BatchState
from dealer.records.vehicles import Unit
from dealer.stock.allocation import TAKING, units_of_batch


@dataclass(frozen=True)
class Planned:
    """A batch of the plan: its number, one of its rows for day and place, and its cars by line."""

    number: int
    first: PlannedBatch
    cars: Counter[UUID]


def plan_of(text: Contract) -> list[Planned]:
    """The batches of a text, in their order."""
    roots = {line.position: line.root for line in text.lines}
    told = []
    for number, grouped in groupby(sorted(text.plan, key=lambda row: (row.batch, row.position)), lambda row: row.batch):
        rows, cars = list(grouped), Counter[UUID]()
        for row in rows:
            cars[roots[row.line_position]] += row.quantity
        told.append(Planned(number, rows[0], cars))
    return told


def without_batch(db: Session, contract: Contract) -> list[Planned]:
    """What of the plan no batch holds and none that still waits for its cars can take."""
    found = []
    for plan in plan_of(text_in_force(db, contract)):
        siblings = _siblings(db, contract, plan.number)
        missing = plan.cars - _cars(siblings)
        if missing and not any(each.state is BatchState.PLANNED for each in siblings):
            found.append(Planned(plan.number, plan.first, missing))
    return found


@dataclass(frozen=True)
class Change:
    """What becomes of a batch: more or fewer cars of its lines, and another day."""

    cars: dict[UUID, int]
    due_on: date | None

    def __bool__(self) -> bool:
        return bool(self.cars) or self.due_on is not None


def changes(db: Session, batch: Batch) -> Change:
    """What the text in force asks of a batch that still takes cars."""
    text = text_in_force(db, batch.contract)
    if text is batch.contract or batch.state not in TAKING:
        return Change({}, None)
    plan = next((each for each in plan_of(text) if each.number == batch.planned_as), None)
    siblings = _siblings(db, batch.contract, batch.planned_as)
    wanted, there = plan.cars if plan else Counter[UUID](), _cars(siblings)
    cars = {
        line: -part for line in there if (part := min(there[line] - wanted[line], _empty_places(db, batch, line))) > 0
    }
    first_waiting = next((each for each in siblings if each.state is BatchState.PLANNED), None)
    if first_waiting is batch:
        cars |= dict(wanted - there)
    moved = plan is not None and plan.first.due_on != batch.original_due_on
    return Change(cars, plan.first.due_on if plan and moved else None)


def take_over(batch: Batch, ask: Ask) -> None:
    """The batch as the text in force has it; a new day is the one that delay is counted from."""
    change = changes(ask.db, batch)
    shares = {share.contract_line_id: share for share in batch.shares}
    for line, more in change.cars.items():
        if line not in shares:
            batch.shares.append(BatchShare(store_id=batch.store_id, contract_line_id=line, quantity=more))
            continue
        shares[line].quantity += more
        if not shares[line].quantity:
            batch.shares.remove(shares[line])
    batch.quantity = sum(share.quantity for share in batch.shares)
    if change.due_on is not None:
        batch.due_on = batch.original_due_on = change.due_on
        for row in deadlines.open_for(ask.db, batch, "deliver_batch"):
            row.due_at = calendar_of(ask.db).end_of(change.due_on)


def place_is_gone(unit: Unit, ask: Ask) -> Refusal | None:
    """A car whose batch was ended has no place in the text in force any more: it is free."""
    batch, contract = ask.db.get_one(Batch, unit.batch_id), ask.db.get_one(Contract, unit.contract_id)
    if unit.contract_line_id is not None:
        place = (batch.planned_as, unit.contract_line_id)
        if held(ask.db, contract)[place] > planned(text_in_force(ask.db, contract))[place]:
            return None
    return not_yet()


def _siblings(db: Session, contract: Contract, number: int) -> list[Batch]:
    query = select(Batch).where(Batch.contract_id == contract.id, Batch.planned_as == number)
    return list(db.scalars(query.order_by(Batch.position)))


def _cars(batches: list[Batch]) -> Counter[UUID]:
    held: Counter[UUID] = Counter()
    for share in (share for batch in batches for share in batch.shares):
        held[share.contract_line_id] += share.quantity
    return held


def _empty_places(db: Session, batch: Batch, line: UUID) -> int:
    places = sum(share.quantity for share in batch.shares if share.contract_line_id == line)
    return places - sum(unit.contract_line_id == line for unit in units_of_batch(db, batch))
