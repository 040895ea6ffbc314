"""Who may buy again: fleets whose cars grow old, have gone far, or that have bought nothing for long."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from dealer import people
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of
from dealer.house.policies import policy
from dealer.people import Actor
from dealer.records.care import CareCall
from dealer.records.customers import Customer
from dealer.records.deals import GIVEN_UP, Deal, DealState
from dealer.records.vehicles import Unit, UnitState

LISTED = 100


@dataclass(frozen=True)
class Fleet:
    """What a customer has of ours."""

    customer: Customer
    cars: int
    oldest: date
    newest: date
    furthest: int  # kilometres, of the car that has gone most, as far as anybody has read it


@dataclass(frozen=True)
class Limits:
    """From when on each of them says something: house rules."""

    months: int
    kilometres: int
    cars: int
    rest_months: int


def limits(db: Session, store_id: UUID, day: date) -> Limits:
    """The house rules of a day."""
    names = ("repurchase_months", "repurchase_kilometres", "repurchase_cars", "repurchase_rest_months")
    return Limits(*(policy(db, store_id, name, day) for name in names))


def signals(fleet: Fleet, by: Limits, today: date) -> list[str]:
    """What speaks for another purchase: age, mileage, size."""
    found = []
    if add_months(fleet.oldest, by.months) <= today:
        found.append("age")
    if fleet.furthest >= by.kilometres:
        found.append("mileage")
    if fleet.cars >= by.cars and add_months(fleet.newest, by.rest_months) <= today:
        found.append("size")
    return found


def listed(db: Session, who: Actor, today: date) -> list[tuple[Fleet, list[str]]]:
    """Fleets with a signal and without a deal under way, the most signals first; owners see their own."""
    by = limits(db, who.store_id, today)
    told = ((fleet, signals(fleet, by, today)) for fleet in _fleets(db, who))
    found = [(fleet, reasons) for fleet, reasons in told if reasons]
    return sorted(found, key=lambda each: (-len(each[1]), each[0].oldest))[:LISTED]


def _fleets(db: Session, who: Actor) -> Iterator[Fleet]:
    counted = _counted(db, who)
    read = _read_by_calls(db, who)
    for customer in _customers(db, who, counted):
        cars, first, last, furthest = counted[customer.id]
        calendar = calendar_of(db)
        yield Fleet(
            customer, cars, calendar.today(first), calendar.today(last), max(furthest, read.get(customer.id, 0))
        )


def _counted(db: Session, who: Actor) -> dict[UUID, Any]:
    facts = (func.count(), func.min(Unit.delivered_at), func.max(Unit.delivered_at), func.max(Unit.odometer))
    query = select(Deal.customer_id, *facts).join(Deal, Deal.id == Unit.case_id)
    here = and_(Unit.store_id == who.store_id, Unit.state == UnitState.DELIVERED, Unit.delivered_at.is_not(None))
    return {row[0]: tuple(row)[1:] for row in db.execute(query.where(here).group_by(Deal.customer_id))}


def _read_by_calls(db: Session, who: Actor) -> dict[UUID, int]:
    query = select(CareCall.customer_id, func.max(CareCall.odometer)).where(CareCall.store_id == who.store_id)
    rows = db.execute(query.where(CareCall.odometer.is_not(None)).group_by(CareCall.customer_id))
    return {customer_id: most or 0 for customer_id, most in rows}


def _customers(db: Session, who: Actor, ids: Iterable[UUID]) -> list[Customer]:
    """Those without a deal under way; a seller's own, unless all of them are theirs to see."""
    over = (DealState.CLOSED.value, *(state.value for state in GIVEN_UP))
    under_way = select(Deal.customer_id).where(Deal.store_id == who.store_id, Deal.state.not_in(over))
    query = select(Customer).where(Customer.id.in_(list(ids)), Customer.id.not_in(under_way))
    if not who.may_or_stands_in("see all care"):
        query = query.where(Customer.owner_id.in_([who.id, *(away.id for away in who.stands_in_for)]))
    return list(db.scalars(people.scoped(query, Customer, who))) if ids else []
