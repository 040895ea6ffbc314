"""Several cars of a batch to one receiver in one go: what they share is answered once, what differs car by car.

Nothing of the hand-over's own rules stands here: each car goes through its own step with a form of its own. Either all
that were marked go, or none, and each that cannot says why beside its row.
"""

from dataclasses import replace
from typing import Annotated

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.deliveries.handover import HandingOver, HandingOverTogether
from dealer.engine.fields import Kind
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no
from dealer.records.deliveries import Batch
from dealer.records.vehicles import Unit, UnitState

MOST_AT_ONCE = 60
"""Cars in one round: so many keys one receiver counts, and so many rows a tablet shows."""
SHARED = tuple(HandingOverTogether.model_fields)
OF_A_CAR = ("odometer", "keys", "exceptions")


class CarHanded(Facts):
    """One car of the round: it goes if its odometer was read."""

    unit: Annotated[int, Kind("hidden")] = Field(title="Car")
    odometer: int | None = Field(None, title="Odometer (km)", ge=0, le=999_999)
    keys: int = Field(2, title="Keys", ge=0, le=9)
    exceptions: str = Field("", title="Exceptions and open points", max_length=200)


class BatchHandingOver(HandingOverTogether):
    """交接: one receiver, one round of signatures, and the cars they take."""

    cars: tuple[CarHanded, ...] = Field(title="Cars", min_length=1, max_length=MOST_AT_ONCE)


def cars_taken(batch: Batch, ask: Ask) -> list[tuple[int, Unit, HandingOver]]:
    """(row, car, its form) of every car whose odometer was read. Raises Refused for none, and for one of elsewhere."""
    facts: BatchHandingOver = ask.facts
    shared = {name: getattr(facts, name) for name in SHARED}
    taken, strange = [], []
    for row, car in enumerate(facts.cars):
        if car.odometer is None:
            continue
        unit = people.by_number(ask.db, Unit, ask.actor, car.unit)
        if unit is None or unit.batch_id != batch.id:
            strange.append(
                no("This car is not in the batch: open the page again.", code="E-BATCH-CAR", field=_cell(row))
            )
            continue
        own = {name: getattr(car, name) for name in OF_A_CAR}
        taken.append((row, unit, HandingOver(**shared, **own)))
    if not taken and not strange:
        strange = [no("Enter the odometer of each car that is handed over.", code="E-BATCH-NONE", field="cars")]
    if strange:
        raise Refused(strange)
    return taken


def beside_its_row(refusals: tuple[Refusal, ...], row: int) -> list[Refusal]:
    """What is the car's own stands beside its row; what all share stays where it is, and is said once."""
    return [
        each if each.field in SHARED else replace(each, field=_cell(row, each.field or "odometer")) for each in refusals
    ]


def once_each(refusals: list[Refusal]) -> list[Refusal]:
    """What all cars share is said for the first of them."""
    told: dict[tuple[str | None, str], Refusal] = {}
    for each in refusals:
        told.setdefault((each.field, each.sentence), each)
    return list(told.values())


def _cell(row: int, name: str = "odometer") -> str:
    return f"cars-{row}-{name}"


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def ready(db: Session, batch: Batch) -> list[Unit]:
    """The cars that passed their inspection and wait for their receiver, as many as one round takes."""
    query = select(Unit).where(Unit.batch_id == batch.id, Unit.state == UnitState.READY).order_by(Unit.number)
    return list(db.scalars(query.options(joinedload(Unit.model)).limit(MOST_AT_ONCE)))


def how_many_ready(db: Session, batch: Batch) -> int:
    """How many of a batch wait for their receiver."""
    ready_ones = select(func.count()).where(Unit.batch_id == batch.id, Unit.state == UnitState.READY)
    return db.scalar(ready_ones) or 0
