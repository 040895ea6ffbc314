"""The stage of the demo: who acts, how many days before today, and a press that prints while the scenes play."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from threading import Event
from typing import Any

from sqlalchemy import select

from dealer import people, workflow
from dealer.deals.deals import NeedSheet, NewDeal, WantedCar
from dealer.engine.attempts import Attempts, JobRecord, JobState
from dealer.engine.database import Database, calendar_of
from dealer.engine.fields import Uploaded
from dealer.engine.steps import Ask
from dealer.records.deals import Deal, PurchaseMode, Terms, Use
from dealer.records.network import SubDealer
from dealer.records.people import Person, Store
from dealer.records.vehicles import DemoCar, Model, Route

# A small but whole PDF, in the place of the scans that people upload.
SCAN = Uploaded(
    "扫描件.pdf",
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
    b"0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\n"
    b"startxref\n164\n%%EOF\n",
)


class Stage:
    """Where the scenes play: who acts, how many days ago and at what time."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database = database
        self.now = now
        with database.reading() as db:
            self.store_id = db.scalars(select(Store.id)).one()
            self.models = {model.code: model.id for model in db.scalars(select(Model))}
            self.people = {person.name: person for person in db.scalars(select(Person))}
            self.cars = {car.model.code: car.id for car in db.scalars(select(DemoCar))}
            self.routes = {route.code: route.id for route in db.scalars(select(Route))}

    def day(self, days_ago: int) -> date:
        """A day before today; negative ones lie ahead."""
        return self.database.calendar.today(self.now) - timedelta(days=days_ago)

    @contextmanager
    def acting(self, name: str, days_ago: int, clock: str, facts: Any = None) -> Iterator[Ask]:
        """Let somebody act on a day before today."""
        at = min(self.database.calendar.at(self.day(days_ago), clock), self.now)
        with self.database.writing(self.store_id) as db:
            who = people.actor(db, self.people[name], self.store_id, calendar_of(db).today(at))
            yield Ask(db, who, at, facts)

    def take(
        self, name: str, days_ago: int, clock: str, record: Any, number: int, action: str, facts: Any = None
    ) -> None:
        """Let somebody take a step with a thing."""
        with self.acting(name, days_ago, clock, facts) as ask:
            workflow.take(people.by_number(ask.db, record, ask.actor, number), action, ask)

    def register(self, name: str, days_ago: int, facts: NewDeal, sub_dealer: int | None = None) -> int:
        """Let somebody register a deal, or write it down for a sub-dealer; its number."""
        with self.acting(name, days_ago, "09:40", facts) as ask:
            brought_by = people.by_number(ask.db, SubDealer, ask.actor, sub_dealer) if sub_dealer else None
            return workflow.register(ask, sub_dealer=brought_by).number

    def need(self, number: int, name: str, days_ago: int, model: str, quantity: int, **more: Any) -> None:
        """Let the owner fill in the need sheet for cars of one model."""
        car = WantedCar(model=self.models[model], colour="珠光白", quantity=quantity)
        known = {"use": Use.OFFICIAL, "purchase_mode": PurchaseMode.OPEN_TENDER, "terms": Terms.PREPAID} | more
        sheet = NeedSheet(lines=(car,), wanted_by=self.day(-30), **known)
        self.take(name, days_ago, "10:10", Deal, number, "fill_need", sheet)

    def begin(self, name: str, days_ago: int, clock: str, action: str, make: Any, facts: Any = None) -> int:
        """Let somebody begin a thing that `make(ask)` builds; its number."""
        with self.acting(name, days_ago, clock, facts) as ask:
            thing = make(ask)
            workflow.begin(thing, action, ask)
            return int(thing.number)

    def begin_by_itself(self, days_ago: int, clock: str, action: str, thing: Any) -> int:
        """Let a thing begin of which nobody asked; its number."""
        at = self.database.calendar.at(self.day(days_ago), clock)
        with self.database.writing(self.store_id) as db:
            workflow.begin(thing, action, Ask(db, people.system(self.store_id), at))
        return int(thing.number)

    def let_time_pass(self, days_ago: int, clock: str, record: Any, number: int) -> None:
        """What a thing does by itself once a day has come, as the sweep would let it."""
        at, system = self.database.calendar.at(self.day(days_ago), clock), people.system(self.store_id)
        with self.database.writing(self.store_id) as db:
            workflow.settle(people.by_number(db, record, system, number), Ask(db, system, at))

    def print_waiting(self) -> None:
        """Do what waits in the background, as the worker would, so that the scenes can go on with the papers."""
        attempts = Attempts(self.database, "demo", Event(), lambda: self.now, (60,), 0.01)
        with self.database.reading() as db:
            waiting = list(db.scalars(select(JobRecord).where(JobRecord.state == JobState.QUEUED)))
        for job in waiting:
            attempts.make(job.id, job.attempts + 1)
