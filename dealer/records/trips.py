"""Cars lent to colleagues: requests and what became of them, the log of a trip, violations and accidents."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Code,
    Count,
    Fen,
    Living,
    Moment,
    Name,
    OfStore,
    Prose,
    numbered,
    state_of,
    word_of,
)
from dealer.records.people import Person
from dealer.records.testdrives import TestDrive
from dealer.records.vehicles import DemoCar, Model


class TripState(StrEnum):
    """The life of a car request 用车申请."""

    REQUESTED = "requested"
    APPROVED = "approved"
    OUT = "out"
    RETURNED = "returned"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


class Condition(StrEnum):
    """How a car came back."""

    GOOD = "good"
    DIRTY = "dirty"
    DAMAGED = "damaged"


class Trip(Living):
    """One request for a car of the house. The car is held from `starts_at` to `ends_at`, and until it is back."""

    __tablename__ = "trips"
    state: Mapped[TripState] = mapped_column(state_of(TripState))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)  # who asks, and drives
    car_id: Mapped[UUID | None] = mapped_column(ForeignKey("demo_cars.id"), index=True)
    model_id: Mapped[UUID | None] = mapped_column(ForeignKey("models.id"))  # the kind of car, until one is named
    purpose: Mapped[Name]
    destination: Mapped[Name]
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    # out after closing time: asked for with the request or from the road, and until when a leader allows it
    overnight_reason: Mapped[Prose] = mapped_column(default="")
    overnight_wanted: Mapped[Moment | None]
    overnight_until: Mapped[Moment | None]
    overnight_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    # the key
    key_out_at: Mapped[Moment | None]
    key_in_at: Mapped[Moment | None]
    odometer_out: Mapped[Count | None]
    odometer_in: Mapped[Count | None]
    fuel_out: Mapped[Count | None]
    fuel_in: Mapped[Count | None]
    condition: Mapped[Condition | None] = mapped_column(word_of(Condition))
    condition_remark: Mapped[Prose] = mapped_column(default="")
    car: Mapped[DemoCar | None] = relationship()
    model: Mapped[Model | None] = relationship()
    driver: Mapped[Person] = relationship(foreign_keys=[owner_id])
    legs: Mapped[list["TripLeg"]] = relationship(order_by="TripLeg.at", cascade="all, delete-orphan")
    __table_args__ = (
        numbered(),
        Index("ix_trips_day", "store_id", "starts_at"),
        Index("ix_trips_state", "store_id", "state"),
    )


class TripLeg(OfStore):
    """One line of the trip log: where the car was, and what it showed."""

    __tablename__ = "trip_legs"
    trip_id: Mapped[UUID] = mapped_column(ForeignKey("trips.id"), index=True)
    at: Mapped[Moment]
    place: Mapped[Name]
    odometer: Mapped[Count]
    remark: Mapped[Name] = mapped_column(default="")


class MishapKind(StrEnum):
    """What the police or the insurer writes about."""

    VIOLATION = "violation"
    ACCIDENT = "accident"


class Mishap(OfStore):
    """A violation or an accident with a car of the house, and who had the car at that minute."""

    __tablename__ = "mishaps"
    car_id: Mapped[UUID] = mapped_column(ForeignKey("demo_cars.id"), index=True)
    kind: Mapped[MishapKind] = mapped_column(word_of(MishapKind))
    happened_at: Mapped[Moment]
    place: Mapped[Name]
    what: Mapped[Prose]
    notice_number: Mapped[Code] = mapped_column(default="")
    points: Mapped[Count] = mapped_column(default=0)
    fine: Mapped[Fen | None]
    trip_id: Mapped[UUID | None] = mapped_column(ForeignKey("trips.id"))
    drive_id: Mapped[UUID | None] = mapped_column(ForeignKey("test_drives.id"))
    colleague_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))  # who drove, or accompanied the drive
    reported_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    settled_at: Mapped[Moment | None]
    settled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    car: Mapped[DemoCar] = relationship()
    trip: Mapped[Trip | None] = relationship()
    drive: Mapped[TestDrive | None] = relationship()
    colleague: Mapped[Person | None] = relationship(foreign_keys=[colleague_id])
    __table_args__ = (Index("ix_mishaps_when", "store_id", "happened_at"),)
