"""Who holds a car of the house, and when: test drives and colleagues' trips side by side.

Both ask here before they take a car, inside the transaction that writes: the shop's lock lets one writer in at a time,
so that of two who want the same car one finds it taken.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer.drives import drive_lists
from dealer.engine.database import calendar_of
from dealer.engine.steps import Refusal, no
from dealer.engine.words import SHOP_ZONE, Word
from dealer.records.testdrives import DriveState, Experience, TestDrive
from dealer.records.trips import Trip, TripState
from dealer.records.vehicles import DemoCar, DemoState
from dealer.trips import trip_lists

# ── may it be taken ───────────────────────────────────────────────────────────────────────────────────────────────


def in_repair(car: DemoCar) -> Refusal | None:
    """V1: a car in repair is promised to nobody."""
    if car.status is DemoState.REPAIR:
        return no("{car} is in repair: choose another car.", code="E-CAR-STATUS", fix="move", car=car.plate)
    return None


def papers_lapse(car: DemoCar, day: date) -> Refusal | None:
    """Plate, insurance and inspection last until the day it is on the road."""
    for paper, end in drive_lists.lapsed_papers(car, day):
        return no(
            "{paper} of {car} ends on {end}: choose another car, or enter the renewed one.",
            code="E-CAR-PAPERS", fix="car", paper=Word("CarPaper", paper), car=car.plate, end=end,
        )  # fmt: skip
    return None


def is_taken(db: Session, car: DemoCar, start: datetime, end: datetime, at: datetime, but: UUID) -> Refusal | None:
    """One car, one driver at a time, and a quarter of an hour between two (house rule `drive_buffer_minutes`).

    `but` names the drive or the trip that asks.
    """
    near = drive_lists.buffer(db, car.store_id, calendar_of(db).today(at))
    span = (start - near, end + near, at)
    drives = drive_lists.overlapping(db, car.store_id, *span)
    for drive in (each for each in drives if each.car_id == car.id and each.id != but):
        return no(
            "{car} is taken from {start} to {end} (test drive {number}): choose another time or car.",
            code="E-DOUBLE-BOOKED", fix="move", car=car.plate, start=drive.starts_at, end=_clock(drive),
            number=drive.number,
        )  # fmt: skip
    trips = trip_lists.holding(db, car.store_id, *span)
    for trip in (each for each in trips if each.car_id == car.id and each.id != but):
        return no(
            "{person} has {car} from {start} to {end} (car request {number}): choose another time or car.",
            code="E-DOUBLE-BOOKED", fix="move", person=trip.driver.name, car=car.plate, start=trip.starts_at,
            end=trip.ends_at, number=trip.number,
        )  # fmt: skip
    return None


def _clock(drive: TestDrive) -> str:
    return f"{drive.ends_at.astimezone(SHOP_ZONE):%H:%M}"


# ── who has it ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Holder:
    """Who had a car: a colleague on a trip, or the customer of a test drive beside the colleague who accompanied."""

    thing: Trip | TestDrive
    colleague_id: UUID
    driver: str  # the customer's name where a customer drove
    since: datetime
    until: datetime | None  # None: still out

    @property
    def may_stay_out_until(self) -> datetime | None:
        """Until when a leader lets it be out after closing time."""
        return self.thing.overnight_until if isinstance(self.thing, Trip) else None


def who_had(db: Session, car: DemoCar, at: datetime) -> Holder | None:
    """Who had the car at that minute; None when its key was in the house."""
    trips = select(Trip).where(
        Trip.car_id == car.id, Trip.key_out_at <= at, or_(Trip.key_in_at.is_(None), Trip.key_in_at > at)
    )
    for trip in db.scalars(trips.options(joinedload(Trip.driver)).order_by(Trip.key_out_at.desc()).limit(1)):
        return _of_trip(trip)
    drives = select(TestDrive).where(
        TestDrive.car_id == car.id, TestDrive.started_at <= at,
        or_(TestDrive.ended_at.is_(None), TestDrive.ended_at > at),
    )  # fmt: skip
    seen = drives.options(joinedload(TestDrive.companion)).order_by(TestDrive.started_at.desc()).limit(1)
    return next((_of_drive(drive, drive.started_at or at) for drive in db.scalars(seen)), None)


def holders(db: Session, store_id: UUID) -> dict[UUID, Holder]:
    """Who has which car of the shop now: those on the road, and those whose key is out for a drive about to start."""
    out = {trip.car_id: _of_trip(trip) for trip in trip_lists.out_now(db, store_id) if trip.car_id}
    key_is_out = and_(TestDrive.state == DriveState.VERIFIED, TestDrive.checked_out_by_id.is_not(None))
    query = select(TestDrive).where(
        TestDrive.store_id == store_id, or_(TestDrive.state == DriveState.IN_PROGRESS, key_is_out)
    )
    for drive in db.scalars(query.options(joinedload(TestDrive.companion))):
        out[drive.car_id] = _of_drive(drive, drive.started_at or drive.verified_at or drive.starts_at)
    return out


def _of_trip(trip: Trip) -> Holder:
    return Holder(trip, trip.owner_id, trip.driver.name, trip.key_out_at or trip.starts_at, trip.key_in_at)


def _of_drive(drive: TestDrive, since: datetime) -> Holder:
    driver = drive.name if drive.experience is Experience.DRIVE else drive.companion.name
    return Holder(drive, drive.owner_id, driver, since, drive.ended_at)


def is_on_a_trip(db: Session, car: DemoCar) -> Trip | None:
    """The trip that a car is out on."""
    query = select(Trip).where(Trip.car_id == car.id, Trip.state == TripState.OUT)
    return db.scalars(query.limit(1)).first()
