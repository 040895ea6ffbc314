"""Test drives in lists: a day of demo cars, what is free, what a customer has driven, what still has to be driven."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.engine.database import calendar_of
from dealer.house.policies import policy
from dealer.people import Actor
from dealer.records.contracts import Contract, DriveWaiver
from dealer.records.deals import Deal
from dealer.records.prospects import Prospect
from dealer.records.testdrives import DriveState, Experience, Incident, TestDrive
from dealer.records.trips import Trip, TripState
from dealer.records.vehicles import DemoCar, DemoState, Model, Unit, UnitState
from dealer.trips import trip_lists

S = DriveState
HOLDING = (S.REQUESTED, S.BOOKED, S.VERIFIED, S.IN_PROGRESS)  # states in which the slot is taken
OPENS, CLOSES = "09:00", "18:00"
SLOT = timedelta(minutes=30)
MOST = 200
MOST_LISTED = 50


# ── what is taken ─────────────────────────────────────────────────────────────────────────────────────────────────


def overlapping(db: Session, store_id: UUID, start: datetime, end: datetime, at: datetime) -> list[TestDrive]:
    """Drives that hold their slot within a span, earliest first. One under way holds its car until it is back."""
    late = (TestDrive.state == S.IN_PROGRESS) & (start < at)
    query = select(TestDrive).where(
        TestDrive.store_id == store_id,
        TestDrive.state.in_(HOLDING),
        TestDrive.starts_at < end,
        or_(TestDrive.ends_at > start, late),
    )
    return list(db.scalars(query.options(joinedload(TestDrive.car)).order_by(TestDrive.starts_at, TestDrive.number)))


def buffer(db: Session, store_id: UUID, day: date) -> timedelta:
    """What lies between two drives of a car: parking, a look around it, the next customer's seat (house rule)."""
    return timedelta(minutes=policy(db, store_id, "drive_buffer_minutes", day))


def under_way(db: Session, store_id: UUID) -> list[TestDrive]:
    """Who is on the road now."""
    query = select(TestDrive).where(TestDrive.store_id == store_id, TestDrive.state == S.IN_PROGRESS)
    return list(db.scalars(query.order_by(TestDrive.starts_at)))


# ── a day ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class CarDay:
    """One demo car on one day: its drives, and where another could begin."""

    car: DemoCar
    drives: Sequence[TestDrive]
    free: Sequence[datetime]


def day_grid(
    db: Session, store_id: UUID, day: date, at: datetime, length: timedelta = SLOT, but: UUID | None = None
) -> list[CarDay]:
    """Every demo car of the shop with its day, by plate. `but` names a drive that is being moved, of that length."""
    taken = _of_day(db, store_id, day)
    return [
        CarDay(car, [drive for drive in taken if drive.car_id == car.id], free_slots(db, car, day, at, length, but))
        for car in cars(db, store_id)
    ]


def free_slots(
    db: Session, car: DemoCar, day: date, at: datetime, length: timedelta = SLOT, but: UUID | None = None
) -> list[datetime]:
    """The half hours of a day at which this car could leave for a drive of that length. `but` names one to overlook."""
    if car.status is DemoState.REPAIR or lapsed_papers(car, day):
        return []
    calendar, pause = calendar_of(db), buffer(db, car.store_id, day)
    opens, closes = calendar.at(day, OPENS), calendar.at(day, CLOSES)
    span = (opens - pause, closes + pause, at)
    held: list[TestDrive | Trip] = [*overlapping(db, car.store_id, *span), *trip_lists.holding(db, car.store_id, *span)]
    taken = [
        (each.starts_at - pause, _back_at(each, at) + pause)
        for each in held
        if each.car_id == car.id and each.id != but
    ]
    return [
        start
        for start in (opens + SLOT * step for step in range(int((closes - opens) / SLOT)))
        if start + length <= closes
        and start > at - SLOT
        and not any(start < end and begin < start + length for begin, end in taken)
    ]


def _back_at(held: TestDrive | Trip, at: datetime) -> datetime:
    """When its car is back at the earliest: one that is late is on the road now."""
    return max(held.ends_at, at) if held.state in (S.IN_PROGRESS, TripState.OUT) else held.ends_at


def has_demo_car(db: Session, store_id: UUID, model_id: UUID) -> bool:
    """Whether the shop keeps a demo car of a model, wherever it is today."""
    query = select(DemoCar.id).where(DemoCar.store_id == store_id, DemoCar.model_id == model_id)
    return db.scalars(query.limit(1)).first() is not None


def has_cars_of_ours(db: Session, deal: Deal) -> bool:
    """Whether the customer of a deal was handed over a car under another one."""
    query = (
        select(Unit.id)
        .join(Contract, Contract.id == Unit.contract_id)
        .join(Deal, Deal.id == Contract.deal_id)
        .where(Deal.customer_id == deal.customer_id, Deal.id != deal.id, Unit.state == UnitState.DELIVERED)
    )
    return db.scalars(query.limit(1)).first() is not None


def lapsed_papers(car: DemoCar, day: date) -> list[tuple[str, date]]:
    """Which of a car's papers do not last until a day, and when they end."""
    ends = (("plate", car.plate_until), ("insurance", car.insured_until), ("inspection", car.inspected_until))
    return [(paper, end) for paper, end in ends if end is not None and end < day]


def cars(db: Session, store_id: UUID) -> list[DemoCar]:
    """The demo cars of a shop, by plate."""
    query = select(DemoCar).where(DemoCar.store_id == store_id).options(joinedload(DemoCar.model))
    return list(db.scalars(query.order_by(DemoCar.plate)))


def of_day(db: Session, who: Actor, day: date) -> list[TestDrive]:
    """All drives of a day, also those that did not take place, earliest first."""
    return _of_day(db, who.store_id, day, holding=False)


def _of_day(db: Session, store_id: UUID, day: date, holding: bool = True) -> list[TestDrive]:
    calendar = calendar_of(db)
    query = select(TestDrive).where(
        TestDrive.store_id == store_id,
        TestDrive.starts_at >= calendar.start_of(day),
        TestDrive.starts_at < calendar.end_of(day),
    )
    if holding:
        query = query.where(TestDrive.state.in_((*HOLDING, S.COMPLETED)))
    seen = query.options(joinedload(TestDrive.car).joinedload(DemoCar.model), joinedload(TestDrive.companion))
    return list(db.scalars(seen.order_by(TestDrive.starts_at, TestDrive.number).limit(MOST)))


def newest(db: Session, who: Actor, below: int | None = None, most: int = MOST_LISTED) -> list[TestDrive]:
    """The register of test drives, newest first, from below a number on; one more than a page if there is one."""
    query = people.scoped(select(TestDrive), TestDrive, who).options(
        joinedload(TestDrive.car), joinedload(TestDrive.companion)
    )
    if below is not None:
        query = query.where(TestDrive.number < below)
    return list(db.scalars(query.order_by(TestDrive.number.desc()).limit(most + 1)))


# ── a customer's drives ───────────────────────────────────────────────────────────────────────────────────────────


def of_deal(db: Session, deal: Deal) -> list[TestDrive]:
    """The drives of a deal, newest first."""
    query = select(TestDrive).where(TestDrive.deal_id == deal.id)
    return list(db.scalars(query.options(joinedload(TestDrive.car)).order_by(TestDrive.starts_at.desc()).limit(MOST)))


def drives_of_customer(db: Session, deal: Deal) -> list[TestDrive]:
    """The drives of a deal and those of the same customer from elsewhere: another deal, a visit, a card."""
    query = select(TestDrive).where(_by_this_customer(deal)).options(joinedload(TestDrive.car))
    return list(db.scalars(query.order_by(TestDrive.starts_at.desc()).limit(MOST)))


def _by_this_customer(deal: Deal) -> ColumnElement[bool]:
    cards = select(Prospect.id).where(
        Prospect.store_id == deal.store_id,
        or_(Prospect.deal_id == deal.id, Prospect.customer_id == deal.customer_id),
    )
    linked = or_(
        TestDrive.deal_id == deal.id, TestDrive.customer_id == deal.customer_id, TestDrive.prospect_id.in_(cards)
    )
    return (TestDrive.store_id == deal.store_id) & linked


def models_not_driven(db: Session, deal: Deal, model_ids: Iterable[UUID], today: date) -> list[Model]:
    """The models of a contract that nobody of this customer has driven lately, and that nobody waived.

    A drive counts for every configuration of its model with the same gearbox and energy: no shop keeps a demo car of
    each. It counts `drive_counts_days` (house rule); a ride-along does not; after a reopening only what came later.
    """
    wanted = list(db.scalars(select(Model).where(Model.id.in_(set(model_ids))).order_by(Model.code)))
    driven = {_drives_alike(drive.car.model) for drive in _drives_that_count(db, deal, today)}
    waived = _waived(db, deal)
    return [model for model in wanted if _drives_alike(model) not in driven | waived]


def _drives_that_count(db: Session, deal: Deal, today: date) -> list[TestDrive]:
    days = policy(db, deal.store_id, "drive_counts_days", today)
    since = calendar_of(db).start_of(today - timedelta(days=days))
    query = select(TestDrive).where(
        _by_this_customer(deal),
        TestDrive.state == S.COMPLETED,
        TestDrive.experience == Experience.DRIVE,
        TestDrive.ended_at >= max(since, deal.void_before or since),
    )
    return list(db.scalars(query.options(joinedload(TestDrive.car).joinedload(DemoCar.model))))


def _waived(db: Session, deal: Deal) -> set[tuple[str, ...]]:
    query = select(Model).join(DriveWaiver, DriveWaiver.model_id == Model.id).where(DriveWaiver.deal_id == deal.id)
    if deal.void_before is not None:
        query = query.where(DriveWaiver.at >= deal.void_before)
    return {_drives_alike(model) for model in db.scalars(query)}


def waivers_of(db: Session, deal: Deal) -> list[tuple[DriveWaiver, Model]]:
    """What was waived for a deal and by whom, oldest first."""
    query = select(DriveWaiver, Model).join(Model, Model.id == DriveWaiver.model_id)
    rows = db.execute(query.where(DriveWaiver.deal_id == deal.id).order_by(DriveWaiver.at))
    return [(waiver, model) for waiver, model in rows]


def _drives_alike(model: Model) -> tuple[str, ...]:
    return (model.brand, model.name, model.gearbox.value, model.energy.value)


# ── conduct and incidents ─────────────────────────────────────────────────────────────────────────────────────────


def stopped_for_conduct(db: Session, drive: TestDrive) -> TestDrive | None:
    """The latest earlier drive of the same phone or licence number that was stopped for how it was driven."""
    same: list[ColumnElement[bool]] = [TestDrive.phone == drive.phone]
    if drive.number_hash is not None:
        same.append(TestDrive.number_hash == drive.number_hash)
    query = select(TestDrive).where(
        TestDrive.store_id == drive.store_id, TestDrive.bad_conduct, or_(*same), TestDrive.id != drive.id
    )
    return db.scalars(query.order_by(TestDrive.ended_at.desc()).limit(1)).first()


def incidents_of(db: Session, drive: TestDrive) -> list[Incident]:
    """What went wrong on a drive, as it was reported, first report first."""
    return list(db.scalars(select(Incident).where(Incident.drive_id == drive.id).order_by(Incident.id)))
