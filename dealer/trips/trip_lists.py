"""Car requests in lists: what holds a car, what is open, out or over; violations and accidents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.people import Actor
from dealer.records.trips import Mishap, Trip, TripState

S = TripState
HOLDING = (S.REQUESTED, S.APPROVED, S.OUT)  # states in which the car is held
MOST = 200
MOST_LISTED = 50


def holding(db: Session, store_id: UUID, start: datetime, end: datetime, at: datetime) -> list[Trip]:
    """Requests that hold a car within a span, earliest first. One that is out holds its car until it is back."""
    late = (Trip.state == S.OUT) & (start < at)
    query = select(Trip).where(
        Trip.store_id == store_id, Trip.state.in_(HOLDING), Trip.car_id.is_not(None), Trip.starts_at < end,
        or_(Trip.ends_at > start, late),
    )  # fmt: skip
    return list(db.scalars(query.options(joinedload(Trip.driver)).order_by(Trip.starts_at, Trip.number)))


def out_now(db: Session, store_id: UUID) -> list[Trip]:
    """Which cars colleagues have now."""
    query = select(Trip).where(Trip.store_id == store_id, Trip.state == S.OUT)
    return list(db.scalars(query.order_by(Trip.starts_at)))


def open_ones(db: Session, who: Actor) -> list[Trip]:
    """What is asked for, promised or out, earliest first: everybody's for those who see all, else one's own."""
    query = _seen_by(who).where(Trip.state.in_(HOLDING)).order_by(Trip.starts_at, Trip.number)
    return list(db.scalars(query.limit(MOST)))


def past_ones(db: Session, who: Actor, below: int | None = None, most: int = MOST_LISTED) -> list[Trip]:
    """What is over, newest first, from below a number on; one more than a page if there is one."""
    query = _seen_by(who).where(Trip.state.not_in(HOLDING))
    if below is not None:
        query = query.where(Trip.number < below)
    return list(db.scalars(query.order_by(Trip.number.desc()).limit(most + 1)))


def _seen_by(who: Actor) -> Select[Any]:
    query = people.scoped(select(Trip), Trip, who).options(
        joinedload(Trip.car), joinedload(Trip.model), joinedload(Trip.driver)
    )
    return query if who.may_or_stands_in("see all trips") else query.where(Trip.owner_id == who.id)


def sees(trip: Trip, who: Actor) -> bool:
    """Whoever asked for it; whoever looks after cars, and the leaders."""
    return trip.owner_id == who.id or who.may_or_stands_in("see all trips")


def mishaps(db: Session, who: Actor, car_id: UUID | None = None) -> Sequence[Mishap]:
    """Violations and accidents of the shop's cars, or of one of them, newest first."""
    query = people.scoped(select(Mishap), Mishap, who).options(
        joinedload(Mishap.car), joinedload(Mishap.trip), joinedload(Mishap.drive), joinedload(Mishap.colleague)
    )
    if car_id is not None:
        query = query.where(Mishap.car_id == car_id)
    return db.scalars(query.order_by(Mishap.happened_at.desc()).limit(MOST)).all()
