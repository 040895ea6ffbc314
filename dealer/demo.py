"""The demo: the fictional shop with deals standing in every phase, so that each role finds something to do.

Everything in it came about by the same steps that people take, only earlier: each scene turns the clock to a day
before today and lets somebody act.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from dealer import demo_shop, people, signin, workflow
from dealer.deals import Hold, Loss, NeedSheet, NewDeal, WantedCar
from dealer.engine.database import Database, calendar_of
from dealer.engine.steps import Ask
from dealer.engine.words import word_of
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal, LossReason, PurchaseMode, Terms, Use
from dealer.records.people import Person, Store
from dealer.records.vehicles import Model

PASSWORD = "yunling-2026"  # noqa: S105 - of the demo's people only, printed at its start; no other command makes them


def sign_ins() -> list[tuple[str, str, str]]:
    """Role, sign-in name and password of everybody in the demo."""
    return [
        (f"{word_of(role, 'zh')} {word_of(role, 'en')}", sign_in, PASSWORD)
        for sign_in, role in demo_shop.STAFF.values()
    ]


def fill(database: Database, now: datetime) -> None:
    """Write the demo into an empty database, as of `now`."""
    demo_shop.found(database, signin.hash_password(PASSWORD), now - timedelta(days=60))
    stage = Stage(database, now)
    for scene in SCENES:
        scene(stage)


def _customer(name: str, kind: CustomerClass, uscc: str, contact: str, phone: str, title: str) -> NewDeal:
    return NewDeal(name=name, customer_class=kind, uscc=uscc, contact=contact, phone=phone, title=title)


C = CustomerClass
SCHOOL = _customer("昆明市翠湖中学", C.INSTITUTION, "12530100431201170Y", "何静", "13987650011", "教学用车 4 台")
HOTEL = _customer(
    "云南滇池度假酒店有限公司", C.HOTEL_AIRLINE, "91530100MA6P2H3K09", "周敏", "13987650022", "接送商务车 5 台"
)
BANK = _customer("云岭农村商业银行股份有限公司", C.BANK, "91530100MA6Q8T5R7J", "沈岚", "13987650033", "网点巡查车 8 台")
SCHOOL_OF_DRIVING = _customer(
    "昆明顺达驾驶培训学校", C.DRIVING_SCHOOL, "52530100MJ0012342W", "罗刚", "13987650044", "教练车 12 台"
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

    def register(self, name: str, days_ago: int, facts: NewDeal) -> int:
        """Let somebody register a deal; its number."""
        with self.acting(name, days_ago, "09:40", facts) as ask:
            return workflow.register(ask).number

    def need(self, number: int, name: str, days_ago: int, model: str, quantity: int, **more: Any) -> None:
        """Let the owner fill in the need sheet for cars of one model."""
        car = WantedCar(model=self.models[model], colour="珠光白", quantity=quantity)
        known = {"use": Use.OFFICIAL, "purchase_mode": PurchaseMode.OPEN_TENDER, "terms": Terms.PREPAID} | more
        sheet = NeedSheet(lines=(car,), wanted_by=self.day(-30), **known)
        self.take(name, days_ago, "10:10", Deal, number, "fill_need", sheet)


# ── scenes: who comes, and how far they got ───────────────────────────────────────────────────────────────────────


def a_school_asked_yesterday(stage: Stage) -> None:
    """Inquiry: nobody has written down yet what it needs."""
    stage.register("王磊", 1, SCHOOL)


def a_hotel_waits_for_a_quotation(stage: Stage) -> None:
    """Inquiry with a need sheet: the quotation can start."""
    number = stage.register("王磊", 4, HOTEL)
    need = {"use": Use.BUSINESS, "purchase_mode": PurchaseMode.DIRECT, "decision_maker": "行政总监 周敏"}
    stage.need(number, "王磊", 3, "M7", 5, **need)


def a_bank_rests_until_its_budget(stage: Stage) -> None:
    """On hold, with the day on which it goes on."""
    number = stage.register("李娜", 20, BANK)
    stage.take("李娜", 12, "16:00", Deal, number, "hold", Hold(until=stage.day(-14), comment="等待总行年度预算批复"))


def a_driving_school_went_to_a_competitor(stage: Stage) -> None:
    """A loss that waits for the key-account manager's confirmation."""
    number = stage.register("李娜", 15, SCHOOL_OF_DRIVING)
    loss = Loss(
        reason=LossReason.COMPETITOR, competitor_brand="大众", competitor_model="捷达 VA3", remark="单价低 4,000 元"
    )
    stage.take("李娜", 1, "15:20", Deal, number, "ask_to_lose", loss)


SCENES = (
    a_school_asked_yesterday,
    a_hotel_waits_for_a_quotation,
    a_bank_rests_until_its_budget,
    a_driving_school_went_to_a_competitor,
)
