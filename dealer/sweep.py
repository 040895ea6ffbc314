"""The sweep: each minute it sees to what is due and is nobody's task, such as a quotation whose validity has ended.

It decides nothing itself. A warning lets somebody see what is coming; for the rest it settles the thing a deadline
speaks of, at the present time, so that the SYSTEM rows of the thing's own table do what they are there for; each thing
in a transaction of its own.
"""

import logging
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from dealer import deadlines, people, workflow
from dealer.engine.database import Database, calendar_of
from dealer.engine.jobs import every_minute
from dealer.engine.steps import Ask
from dealer.house import signin
from dealer.prospects import hand_ins
from dealer.records.deadlines import Deadline
from dealer.records.people import Store
from dealer.risks import risk_watch
from dealer.stock import arrivals

log = logging.getLogger(__name__)


@every_minute
def fire_due(database: Database, at: datetime) -> None:
    """Everything that is due by now, shop by shop, earliest first."""
    with database.reading() as db:
        stores = list(db.scalars(select(Store.id)))
        due = {store_id: [row.id for row in deadlines.to_fire(db, store_id, at)] for store_id in stores}
    for store_id, keys in due.items():
        for key in keys:
            _fire_apart(database, store_id, key, at)


def _fire_apart(database: Database, store_id: UUID, key: UUID, at: datetime) -> None:
    """One that fails stays due and is tried again in a minute; it must not keep the others waiting."""
    try:
        _fire(database, store_id, key, at)
    except Exception:
        log.exception("deadline %s could not be seen to", key)


def _fire(database: Database, store_id: UUID, key: UUID, at: datetime) -> None:
    with database.writing(store_id) as db:
        row = db.get(Deadline, key)
        if row is None or row.done_at or row.cancelled_at or row.due_at > at:
            return  # somebody moved or cancelled it meanwhile
        row.done_at = at
        if row.kind == deadlines.WARNING:
            deadlines.warn(db, row, at)
            return
        thing = deadlines.subject_of(db, row)
        if thing is not None:
            workflow.settle(thing, Ask(db, people.system(store_id), at))


@every_minute
def follow_expected_days(database: Database, at: datetime) -> None:
    """Whatever has changed of cars on their way, by a sheet or elsewhere, the promised days of batches follow."""
    with database.reading() as db:
        day = calendar_of(db).today(at)
        stores = [store_id for store_id in db.scalars(select(Store.id)) if arrivals.moved(db, store_id, day)]
    for store_id in stores:
        with database.writing(store_id) as db:
            workflow.follow_expected_days(Ask(db, people.system(store_id), at))


@every_minute
def forget_tries(database: Database, at: datetime) -> None:
    """Tries in vain to sign in, or to have a paper verified, once the throttle is over; nothing to do is no writing."""
    with database.reading() as db:
        stale = signin.stale_tries(db, at)
    if stale:
        with database.writing() as db:
            signin.forget_tries(db, at)


@every_minute
def expect_hand_ins(database: Database, at: datetime) -> None:
    """From the beginning of a working day everybody who keeps cards sees that they are due in the evening."""
    with database.reading() as db:
        day = calendar_of(db).today(at)
        waiting = [store for store in db.scalars(select(Store.id)) if hand_ins.not_yet_expected(db, store, day)]
    for store_id in waiting:
        with database.writing(store_id) as db:
            for each in hand_ins.not_yet_expected(db, store_id, day):
                ask = Ask(db, people.system(store_id), at)
                workflow.begin(hand_ins.expected_of(store_id, each.id, day), "expect", ask)


@every_minute
def look_for_risks(database: Database, at: datetime) -> None:
    """What has become a risk of a deal, by a day or by what was done, is raised; what is no longer so closes."""
    with database.reading() as db:
        day = calendar_of(db).today(at)
        changed = [store_id for store_id in db.scalars(select(Store.id)) if any(risk_watch.news(db, store_id, day))]
    for store_id in changed:
        with database.writing(store_id) as db:
            ask = Ask(db, people.system(store_id), at)
            raised, gone = risk_watch.news(db, store_id, day)
            for item in raised:
                workflow.begin(item, "detect", ask)
            for item in gone:
                workflow.settle(item, ask)
