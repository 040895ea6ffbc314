"""Closing time: a car that is not back by then, without a leader's permission, raises an alarm (V2).

Asked each minute of every car that is out, for colleagues' trips and test drives alike. The alarm is a deadline row in
the lists of the vehicle administrator and the showroom manager; one a car and evening, however often it is asked.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import deadlines, people
from dealer.drives import car_holds
from dealer.engine.database import Database, calendar_of
from dealer.engine.jobs import every_minute
from dealer.engine.steps import Ask, write_down
from dealer.house.policies import policy
from dealer.records.people import Role, Store
from dealer.records.vehicles import DemoCar

ALARM = "car_not_back"
HEAR_OF_IT = (Role.VEHICLES, Role.SHOWROOM)


@every_minute
def raise_alarms(database: Database, at: datetime) -> None:
    """Look in every shop; write only where a car is missing."""
    with database.reading() as db:
        missing = [store_id for store_id in db.scalars(select(Store.id)) if _missing(db, store_id, at)]
    for store_id in missing:
        with database.writing(store_id) as db:
            ask = Ask(db, people.system(store_id), at)
            for car, since in _missing(db, store_id, at):
                _raise(ask, car, since)


def last_closing(db: Session, store_id: UUID, at: datetime) -> datetime:
    """The latest closing time that has passed: today's, or yesterday's as long as the house is open."""
    calendar = calendar_of(db)
    today = calendar.today(at)
    days = (today, today - timedelta(days=1))
    closings = [calendar.at(day, policy(db, store_id, "cars_back_by", day)) for day in days]
    return next(each for each in closings if each <= at or each is closings[-1])


def _missing(db: Session, store_id: UUID, at: datetime) -> list[tuple[DemoCar, datetime]]:
    """Cars that were out when the house closed and whose alarm of that evening has not been raised."""
    closing, found = last_closing(db, store_id, at), []
    for car_id, holder in car_holds.holders(db, store_id).items():
        allowed = holder.may_stay_out_until
        if holder.since >= closing or (allowed is not None and allowed > closing):
            continue
        car = db.get_one(DemoCar, car_id)
        known = deadlines.latest_for(db, car, ALARM)
        if known is None or known.due_at < closing:
            found.append((car, closing))
    return found


def _raise(ask: Ask, car: DemoCar, closing: datetime) -> None:
    for role in HEAR_OF_IT:
        deadlines.plan(ask, ALARM, car, closing, role=role, note=car.plate)
    write_down(ask, "demo_car", car, "not_back")
