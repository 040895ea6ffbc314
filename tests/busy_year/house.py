"""Who works in a busy store, what it sells and at which prices; and the clock of the year."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.records.people import Person, Posting, Role, Store
from dealer.records.prices import PriceList, PriceListLine, PriceListState
from dealer.records.vehicles import Category, Energy, Gearbox, Model
from tests.busy_year.book import Book, Row

FIRST_DAY, LAST_DAY = date(2025, 11, 1), date(2026, 10, 31)
NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
"""Monday morning after the year, nine o'clock in Kunming: what would have happened later has not happened."""
EAST = timedelta(hours=8)  # the shop's clock; it knows no summer time

# sign-in → name, role, the head of the group; beside the cast of tests/cast.py
MORE_PEOPLE = {
    "luojun": ("罗军", Role.SUPERVISOR, None),
    "tangyu": ("唐宇", Role.CONSULTANT, "罗军"),
    "caomin": ("曹敏", Role.CONSULTANT, "罗军"),
    "xiefei": ("谢飞", Role.SPECIALIST, "罗军"),
    "dengli": ("邓丽", Role.CONSULTANT, "张伟"),
    "fanlei": ("范磊", Role.CONSULTANT, "张伟"),
    "panyue": ("潘悦", Role.CONSULTANT, None),
}
SELLERS = ("王磊", "李娜", "唐宇", "曹敏", "谢飞", "邓丽", "范磊", "潘悦")
# code → configuration, gearbox, energy, marked price and floors of consultant, key account, general manager, in yuan
MODELS = {
    "X5": ("1.5T CVT 舒适版", Gearbox.AUTOMATIC, Energy.PETROL, 139_800, 136_800, 131_800, 128_000),
    "X7": ("2.0T 七座公务版", Gearbox.AUTOMATIC, Energy.PETROL, 189_800, 184_800, 179_800, 174_000),
    "E3": ("510km 精英版", Gearbox.AUTOMATIC, Energy.ELECTRIC, 169_800, 166_800, 161_800, 158_000),
    "E5": ("620km 旗舰版", Gearbox.AUTOMATIC, Energy.ELECTRIC, 209_800, 205_800, 199_800, 195_000),
    "M7": ("1.5T 手动七座", Gearbox.MANUAL, Energy.PETROL, 119_800, 117_800, 114_800, 112_000),
    "H6": ("1.5L 双擎版", Gearbox.AUTOMATIC, Energy.HYBRID, 149_800, 146_800, 142_800, 139_000),
}
LISTS = (date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1))
COLOURS = ("珍珠白", "曜石黑", "星河银")


def y(yuan: int) -> int:
    """Yuan as fen."""
    return yuan * 100


def day_of(at: datetime) -> date:
    """The shop's day at a moment."""
    return (at + EAST).date()


def moment(day: date, minute: int) -> datetime:
    """So many minutes after midnight of a day of the shop."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - EAST + timedelta(minutes=minute)


def end_of(day: date) -> datetime:
    """24:00."""
    return moment(day, 24 * 60)


def later(dice: Random, at: datetime, least: int, most: int) -> datetime:
    """Some days later, within the hours of the shop; on the same day some minutes later."""
    then = moment(day_of(at) + timedelta(days=dice.randint(least, most)), 9 * 60 + dice.randrange(9 * 60))
    return then if then > at else at + timedelta(minutes=dice.randint(3, 50))


@dataclass
class House:
    """The store of the year."""

    book: Book
    people: dict[str, UUID]
    models: dict[str, UUID] = field(default_factory=dict)
    lists: list[tuple[date, UUID, dict[str, Row]]] = field(default_factory=list)  # from a day on, newest first
    heads: dict[str, str] = field(default_factory=dict)  # who works in whose group

    def prices(self, day: date) -> tuple[UUID, dict[str, Row]]:
        """The list in force on a day, and its lines by model."""
        return next((key, lines) for first, key, lines in self.lists if first <= day)

    @property
    def code_of(self) -> dict[UUID, str]:
        """Models by their ids."""
        return {key: code for code, key in self.models.items()}


def furnish(db: Session) -> House:
    """People, models and price lists of the year, in an empty shop that has its cast."""
    store_id = db.scalars(select(Store.id)).one()
    book = Book(store_id)
    house = House(book, {name: key for key, name in db.execute(select(Person.id, Person.name))})
    hashed = db.scalars(select(Person.password_hash).limit(1)).one()
    for sign_in, (name, role, head) in MORE_PEOPLE.items():
        person = book.add(Person, sign_in=sign_in, name=name, password_hash=hashed)
        house.people[name] = person["id"]
        head_id = house.people[head] if head else None
        book.add(Posting, person_id=person["id"], role=role, group_head_id=head_id)
    house.heads = {name: head for name, _, head in MORE_PEOPLE.values() if head} | {"王磊": "张伟", "李娜": "张伟"}
    for code, (configuration, gearbox, energy, *_) in MODELS.items():
        model = book.add(
            Model, code=code, brand="云岭", name=code, configuration=configuration, gearbox=gearbox, energy=energy,
            category=Category.SMALL_PASSENGER, seats=5, colours=list(COLOURS),
        )  # fmt: skip
        house.models[code] = model["id"]
    for place, first in enumerate(LISTS):
        _price_list(house, first, 300 * (place % 3))
    return house


def _price_list(house: House, first: date, dearer: int) -> None:
    """A list, written and approved ten days before it counts."""
    at, kam = moment(first - timedelta(days=10), 9 * 60), house.people["陈静"]
    drawn = house.book.begin(
        PriceList, "draft", PriceListState.DRAFT, at, kam, name=f"PV-{first:%Y-%m}", effective_from=first,
        made_by_id=kam, submitted_by_id=kam, approved_by_id=house.people["周建国"],
        approved_at=at + timedelta(hours=2),
    )  # fmt: skip
    drawn.take("submit", at + timedelta(hours=1), kam)
    drawn.take("approve", at + timedelta(hours=2), house.people["周建国"])
    lines = {code: _line(house, drawn.id, place, code, dearer) for place, code in enumerate(MODELS, 1)}
    house.lists.insert(0, (first, drawn.id, lines))


def _line(house: House, price_list: UUID, place: int, code: str, dearer: int) -> Row:
    marked, own, key_account, general = (y(yuan + dearer) for yuan in MODELS[code][3:])
    prices: dict[str, Any] = {
        "marked": marked, "floor_consultant": own, "floor_key_account": key_account, "floor_general": general,
        "cost": general - y(4_000),
    }  # fmt: skip
    return house.book.add(
        PriceListLine, price_list_id=price_list, position=place, model_id=house.models[code], **prices
    )
