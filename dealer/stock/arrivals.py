"""Cars on their way: which truck brings which, the inspection of a whole truck, and on which day a batch will have
its cars.

A batch whose cars come later than it is due has another promised day. It follows by itself from the plan of allocation
(allocation_queue.py), which serves whoever came first with what comes first. The day that was agreed stays: delay and
its damages are counted from there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.engine.fields import Kind, Paragraph, Upload
from dealer.engine.malformed import MOST_NUMBER
from dealer.engine.refusals import not_yet
from dealer.engine.steps import Ask, Facts, Refusal, Refused, Unrecorded, no
from dealer.people import Actor
from dealer.records.deliveries import Batch
from dealer.records.vehicles import Certificate, Unit, UnitState
from dealer.stock import allocation_queue
from dealer.stock.allocation import TAKING
from dealer.stock.yard import Arrival

COMING = (UnitState.ORDERED, UnitState.IN_TRANSIT)

# ── trucks ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Truck:
    """Cars that come together: one carrier, one waybill."""

    carrier: str
    waybill: str
    cars: int
    expected_on: date | None


def trucks(db: Session, who: Actor) -> list[Truck]:
    """What is on its way, next first."""
    query = select(Unit.carrier, Unit.waybill, func.count(), func.min(Unit.expected_on)).where(
        Unit.store_id == who.store_id, Unit.state == UnitState.IN_TRANSIT
    )
    rows = db.execute(query.group_by(Unit.carrier, Unit.waybill)).all()
    found = [Truck(carrier or "", waybill or "", count, day) for carrier, waybill, count, day in rows]
    return sorted(found, key=lambda each: (each.expected_on or date.max, each.carrier, each.waybill))


def on_truck(db: Session, who: Actor, carrier: str, waybill: str) -> list[Unit]:
    """The cars of one truck that have not been received yet."""
    query = people.scoped(select(Unit), Unit, who).options(joinedload(Unit.model))
    query = query.where(
        Unit.state == UnitState.IN_TRANSIT,
        func.coalesce(Unit.carrier, "") == carrier,
        func.coalesce(Unit.waybill, "") == waybill,
    )
    return list(db.scalars(query.order_by(Unit.number)))


class CarOfTruck(Facts):
    """One car of a truck: whether it came off it, and how it was found."""

    unit: Annotated[int, Kind("hidden")] = Field(title="Car", ge=1, le=MOST_NUMBER)
    arrived: bool = Field(False, title="Arrived")
    odometer: int | None = Field(None, title="Odometer (km)", ge=0, le=999_999)
    keys: int = Field(2, title="Keys", ge=0, le=9)
    place: str = Field("", title="Place in the yard", max_length=200)
    certificate: Certificate = Field(Certificate.ON_HAND, title="Certificate")
    damage: Annotated[str, Paragraph] = Field("", title="Damage", max_length=2000)
    photos: Annotated[tuple[Upload, ...], Unrecorded()] = Field((), title="Photos", max_length=20)


class TruckArrival(Facts):
    """到店验车 of all cars of one waybill, each with its own check."""

    cars: tuple[CarOfTruck, ...] = Field(title="Cars", min_length=1, max_length=200)


@contextmanager
def beside_car(place: int) -> Iterator[None]:
    """What refuses one car of a truck stands beside this car's fields."""
    try:
        yield
    except Refused as refused:
        told = [replace(each, field=f"cars-{place}-{each.field or 'arrived'}") for each in refused.refusals]
        raise Refused(told, refused.action) from None


def arrival_of(car: CarOfTruck, unit: Unit) -> Arrival:
    """What was found on one car, as its own step takes it."""
    if car.odometer is None:
        raise Refused([no("Read the odometer: the car came off the truck.", code="E-REQ-FIELD", field="odometer")])
    told = {name: getattr(car, name) for name in ("odometer", "keys", "place", "certificate", "damage", "photos")}
    return Arrival(**told, certificate_number=unit.certificate_number)


# ── on which day a batch has its cars ─────────────────────────────────────────────────────────────────────────────


def promised_days(db: Session, store_id: UUID, today: date) -> dict[UUID, date | None]:
    """By batch with empty places: the day on which its last missing car comes, if that is later than the batch is due;
    None: it is in time, or nobody can say, for cars are still to be ordered."""
    days: dict[UUID, list[date | None]] = {}
    due: dict[UUID, date] = {}
    for served in allocation_queue.planned(db, people.system(store_id), today):
        days.setdefault(served.want.batch_id, []).append(served.complete_on(today))
        due[served.want.batch_id] = served.want.due_on
    return {key: last_day(found, due[key]) for key, found in days.items()}


def last_day(days: list[date | None], due_on: date) -> date | None:
    """The latest of some days, where all are known and it is later than the batch is due."""
    known = [day for day in days if day is not None]
    last = max(known, default=due_on)
    return last if len(known) == len(days) and last > due_on else None


def moved(db: Session, store_id: UUID, today: date) -> list[tuple[Batch, date | None]]:
    """Batches whose promised day is no longer the one that is noted, each with the new one.

    A day that has passed without the cars is no news by itself: it moves when somebody names another one.
    """
    days = promised_days(db, store_id, today)
    if not days:
        return []
    query = select(Batch).where(Batch.store_id == store_id, Batch.state.in_([state.value for state in TAKING]))
    told = db.scalars(query.order_by(Batch.number))
    return [(batch, day) for batch in told if (day := days.get(batch.id)) not in (batch.promised_on, today)]


# ── the customer hears of it ──────────────────────────────────────────────────────────────────────────────────────


class Promise(Facts):
    """The day on which a batch can have its cars; None: the day it is due."""

    promised_on: date | None = Field(None, title="Promised day")


class Told(Facts):
    """How the customer heard of the new day, and what they said."""

    told: Annotated[str, Paragraph] = Field(
        title="How the customer was told, and the answer", min_length=1, max_length=2000
    )


def a_day_is_named(batch: Batch, ask: Ask) -> Refusal | None:
    """The day comes from the cars on their way (workflow.py); nothing else moves a promise."""
    if ask.facts is None or ask.facts.promised_on == batch.promised_on:
        return not_yet()
    return None


def there_is_news_to_tell(batch: Batch, ask: Ask) -> Refusal | None:
    """Only a day that has moved is told."""
    if not deadlines.open_for(ask.db, batch, "tell_customer"):
        return no("No day has moved of which the customer has not heard.", code="E-TOLD", quiet=True)
    return None


def move_promise(batch: Batch, ask: Ask) -> None:
    """The new day, and the task of the deal's owner to tell the customer at once; back in time there is no news."""
    was, batch.promised_on = batch.promised_on, ask.facts.promised_on
    deadlines.cancel(ask, batch, "tell_customer")
    if batch.promised_on is not None:
        values = {"was": (was or batch.due_on).isoformat(), "now": batch.promised_on.isoformat()}
        deadlines.plan(ask, "tell_customer", batch, ask.at, owner_id=batch.owner_id, values=values)


def note_told(batch: Batch, ask: Ask) -> None:
    """The customer knows."""
    deadlines.finish(ask, batch, "tell_customer")
