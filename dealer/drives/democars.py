"""Demo cars: their papers, where they are, and what the vehicle administrator says about them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.drives import car_holds, drive_lists
from dealer.engine import identifiers
from dealer.engine.fields import Options, checked
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.people import Actor, has
from dealer.records.testdrives import DriveState, TestDrive
from dealer.records.vehicles import DemoCar, DemoState, Model

KEEPS = has("keep demo cars")
WARN_DAYS = 30  # papers that end within this many days stand out in the list


def _plate(typed: str) -> str:
    return identifiers.plate(typed).number


class CarPapers(Facts):
    """A demo car with the ends of its papers."""

    plate: Annotated[str, checked(_plate)] = Field(title="Plate", min_length=1, max_length=20)
    model: Annotated[UUID, Options("models")] = Field(title="Model")
    odometer: int = Field(title="Odometer (km)", ge=0, le=999_999)
    plate_until: date | None = Field(None, title="Temporary plate ends on")
    insured_until: date = Field(title="Insurance ends on")
    inspected_until: date = Field(title="Inspection ends on")


class CarStatus(Facts):
    """Where a car is, and why."""

    status: DemoState = Field(title="Status")
    remark: str = Field("", title="Remark", max_length=200)


def by_plate(db: Session, who: Actor, typed: str) -> list[DemoCar]:
    """Demo cars with these characters in their plate, three at least, however they are written: 云A·5X001, 5x001."""
    part = identifiers.compact(typed)
    if len(part) < 3:
        return []
    query = people.scoped(select(DemoCar), DemoCar, who).options(joinedload(DemoCar.model))
    return list(db.scalars(query.where(DemoCar.plate.contains(part, autoescape=True)).order_by(DemoCar.plate)))


def add(ask: Ask) -> DemoCar:
    """Another car for test drives."""
    _may(ask, None)
    facts: CarPapers = ask.facts
    _refuse(_plate_is_known(ask, facts, None), _model_is_strange(ask, facts))
    car = DemoCar(store_id=ask.actor.store_id, **_columns(facts))
    ask.db.add(car)
    ask.db.flush()
    write_down(ask, "demo_car", car, "add", facts)
    return car


def edit(ask: Ask, car: DemoCar) -> None:
    """Renewed papers, a new plate."""
    _may(ask, car)
    facts: CarPapers = ask.facts
    _refuse(_plate_is_known(ask, facts, car), _model_is_strange(ask, facts))
    for name, value in _columns(facts).items():
        setattr(car, name, value)
    ask.db.flush()
    write_down(ask, "demo_car", car, "edit", facts)


def _columns(facts: CarPapers) -> dict[str, object]:
    told = facts.model_dump()
    return told | {"model_id": told.pop("model")}


def set_status(ask: Ask, car: DemoCar) -> None:
    """Into repair, washed, checked and released. What is on the road comes back through its test drive."""
    _may(ask, car)
    facts: CarStatus = ask.facts
    _refuse(_is_on_the_road(ask.db, car), _comes_by_a_drive(facts))
    car.status = facts.status
    if facts.status in (DemoState.AVAILABLE, DemoState.REPAIR):
        deadlines.finish(ask, car, "car_check")
    ask.db.flush()
    write_down(ask, "demo_car", car, "set_status", facts)


def _may(ask: Ask, car: DemoCar | None) -> None:
    answer = KEEPS(car, ask)
    _refuse(answer if isinstance(answer, Refusal) else None)


def _refuse(*refusals: Refusal | None) -> None:
    if told := [refusal for refusal in refusals if refusal]:
        raise Refused(told)


def _plate_is_known(ask: Ask, facts: CarPapers, car: DemoCar | None) -> Refusal | None:
    here = select(DemoCar.id).where(DemoCar.store_id == ask.actor.store_id, DemoCar.plate == facts.plate)
    known = ask.db.scalar(here)
    if known is not None and (car is None or known != car.id):
        return no("This plate is in the list already: open that car.", code="E-PLATE-KNOWN", field="plate")
    return None


def _model_is_strange(ask: Ask, facts: CarPapers) -> Refusal | None:
    model = ask.db.get(Model, facts.model)
    if model is None or model.store_id != ask.actor.store_id:
        return no("Choose models from the shop's list.", code="E-REQ-FIELD", field="model")
    return None


def _is_on_the_road(db: Session, car: DemoCar) -> Refusal | None:
    for drive in drive_lists.under_way(db, car.store_id):
        if drive.car_id == car.id:
            return no(
                "{car} is on the road with test drive {number}: it comes back through that one.",
                code="E-CAR-STATUS", car=car.plate, number=drive.number,
            )  # fmt: skip
    trip = car_holds.is_on_a_trip(db, car)
    if trip is not None:
        return no(
            "{car} is out with car request {number}: it comes back through that one.",
            code="E-CAR-STATUS", car=car.plate, number=trip.number,
        )  # fmt: skip
    return None


def _comes_by_a_drive(facts: CarStatus) -> Refusal | None:
    if facts.status is DemoState.OUT:
        return no(
            "A key is handed out through a test drive or a car request: open that one.",
            code="E-CAR-STATUS",
            field="status",
        )
    return None


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Paper:
    """One paper of a car: plate, insurance or inspection, and how near its end is."""

    kind: str
    until: date | None  # None: a regular plate has no end
    ended: bool
    ends_soon: bool


def papers_of(car: DemoCar, today: date) -> list[Paper]:
    """A car's papers, as they stand today."""
    ends = (("plate", car.plate_until), ("insurance", car.insured_until), ("inspection", car.inspected_until))
    soon = today + timedelta(days=WARN_DAYS)
    return [
        Paper(kind, until, ended=until is not None and until < today, ends_soon=until is not None and until <= soon)
        for kind, until in ends
    ]


def next_drive_of(db: Session, car: DemoCar) -> TestDrive | None:
    """Who has the car now, or takes it next."""
    states = (DriveState.IN_PROGRESS, DriveState.VERIFIED, DriveState.BOOKED)
    query = select(TestDrive).where(TestDrive.car_id == car.id, TestDrive.state.in_(states))
    return db.scalars(query.options(joinedload(TestDrive.companion)).order_by(TestDrive.starts_at).limit(1)).first()
