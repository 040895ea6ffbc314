"""The week of the demo cars at a glance, and whom a speeding letter means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.drives.drive_lists import HOLDING, MOST, SLOT, S, cars, free_slots
from dealer.engine.database import calendar_of
from dealer.people import Actor
from dealer.records.testdrives import TestDrive
from dealer.records.vehicles import DemoCar

DAYS = 7


@dataclass(frozen=True)
class DayOfCar:
    """One car on one day of the week: who has it, and where it could leave next."""

    day: date
    drives: Sequence[TestDrive]
    free: Sequence[datetime]


@dataclass(frozen=True)
class WeekOfCar:
    """One demo car from Monday to Sunday."""

    car: DemoCar
    days: Sequence[DayOfCar]


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def week_grid(
    db: Session, store_id: UUID, day: date, at: datetime, length: timedelta = SLOT, but: UUID | None = None
) -> list[WeekOfCar]:
    """Every demo car of the shop with its week, by plate. `but` names a drive that is being moved."""
    calendar, first = calendar_of(db), monday_of(day)
    days = [first + timedelta(days=ahead) for ahead in range(DAYS)]
    query = select(TestDrive).where(
        TestDrive.store_id == store_id,
        TestDrive.state.in_((*HOLDING, S.COMPLETED)),
        TestDrive.starts_at >= calendar.start_of(first),
        TestDrive.starts_at < calendar.end_of(days[-1]),
    )
    found = list(db.scalars(query.order_by(TestDrive.starts_at, TestDrive.number).limit(MOST * DAYS)))
    return [
        WeekOfCar(
            car,
            [
                DayOfCar(
                    each,
                    [drive for drive in found if drive.car_id == car.id and calendar.today(drive.starts_at) == each],
                    free_slots(db, car, each, at, length, but),
                )
                for each in days
            ],
        )
        for car in cars(db, store_id)
    ]


# ── who drove ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Sought:
    """What somebody looks for in the register: a car, a day, a moment of that day."""

    car: UUID | None = None
    day: date | None = None
    moment: datetime | None = None


def found_in_register(db: Session, who: Actor, sought: Sought) -> list[TestDrive]:
    """The drives that a car went on, that day, at that moment; newest first.

    What counts is when it really left and came back, where it did; else the slot, which says whose it would have been.
    """
    query = people.scoped(select(TestDrive), TestDrive, who).options(
        joinedload(TestDrive.car).joinedload(DemoCar.model), joinedload(TestDrive.companion)
    )
    if sought.car is not None:
        query = query.where(TestDrive.car_id == sought.car)
    if sought.moment is not None:
        query = query.where(_on_the_road(sought.moment))
    elif sought.day is not None:
        query = query.where(_within(db, sought.day))
    return list(db.scalars(query.order_by(TestDrive.starts_at.desc(), TestDrive.number.desc()).limit(MOST)))


def _on_the_road(moment: datetime) -> ColumnElement[bool]:
    ended = func.coalesce(TestDrive.ended_at, moment)
    return (TestDrive.started_at <= moment) & (ended >= moment)


def _within(db: Session, day: date) -> ColumnElement[bool]:
    """Over midnight a drive belongs to both days."""
    calendar = calendar_of(db)
    left = func.coalesce(TestDrive.started_at, TestDrive.starts_at)
    back = func.coalesce(TestDrive.ended_at, TestDrive.ends_at)
    return (left < calendar.end_of(day)) & (back >= calendar.start_of(day))
