"""The shop and its people, as every test knows them (fictional; all identifiers pass their checks)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.engine.database import Database
from dealer.engine.history import start_chain
from dealer.engine.steps import Ask
from dealer.people import Actor
from dealer.records.people import Person, Posting, Role, StandIn, Store

STORE = {
    "code": "YLYX",
    "name": "昆明云岭远行汽车销售服务有限公司",
    "uscc": "91530100MA6N8YRL9W",
    "legal_representative": "周建国",
    "address": "云南省昆明市官渡区彩云北路1188号",
    "phone": "0871-65551000",
    "after_sales_phone": "0871-65551001",
    "bank": "中国建设银行昆明官渡支行",
    "bank_account": "53001895036051234567",
}
CAST = {
    "王磊": ("wanglei", Role.CONSULTANT),
    "李娜": ("lina", Role.SPECIALIST),
    "张伟": ("zhangwei", Role.SUPERVISOR),
    "陈静": ("chenjing", Role.KEY_ACCOUNT),
    "刘洋": ("liuyang", Role.SHOWROOM),
    "马超": ("machao", Role.SALES),
    "周建国": ("zhoujianguo", Role.GENERAL),
    "赵敏": ("zhaomin", Role.RECEPTION),
    "吴倩": ("wuqian", Role.CLERK),
    "孙强": ("sunqiang", Role.VEHICLES),
    "郑凯": ("zhengkai", Role.TECHNICIAN),
    "冯涛": ("fengtao", Role.SERVICE),
    "何涛": ("hetao", Role.NETWORK),
    "林芳": ("linfang", Role.CUSTOMER_SERVICE),
    "高洁": ("gaojie", Role.FINANCE),
    "许明": ("xuming", Role.ADMIN),
    "普艳": ("puyan", Role.SUB_DEALER),
}
IN_GROUP_OF_ZHANG_WEI = ("王磊", "李娜")
PASSWORD = "kunming-spring-city"  # of every person of the cast


@dataclass(frozen=True)
class Shop:
    """The shop as a test uses it: who works there, and ways to look and to act."""

    database: Database

    @cached_property
    def store(self) -> Store:
        with self.database.reading() as db:
            return db.scalars(select(Store).where(Store.code == "YLYX")).one()

    def person(self, name: str) -> Person:
        """A person of the cast by name."""
        with self.database.reading() as db:
            return db.scalars(select(Person).where(Person.name == name)).one()

    def actor(self, name: str, day: date = date(2026, 11, 10)) -> Actor:
        """The person as somebody who acts, with their stand-ins of that day."""
        with self.database.reading() as db:
            person = db.scalars(select(Person).where(Person.name == name)).one()
            return people.actor(db, person, self.store.id, day)

    @contextmanager
    def acting(self, name: str, at: datetime, facts: Any = None, seen: int | None = None) -> Iterator[Ask]:
        """A write transaction in which this person asks for something: commits at the end of the block."""
        who = self.actor(name, self.database.calendar.today(at))
        with self.database.writing(self.store.id) as db:
            yield Ask(db, who, at, facts, seen)

    @contextmanager
    def looking(self) -> Iterator[Session]:
        """A session that only looks."""
        with self.database.reading() as db:
            yield db

    def send_away(self, away: str, stand_in: str, first: date, last: date) -> None:
        """Let one person stand in for another."""
        with self.database.writing(self.store.id) as db:
            db.add(
                StandIn(
                    store_id=self.store.id,
                    away_id=self.person(away).id,
                    stand_in_id=self.person(stand_in).id,
                    from_day=first,
                    to_day=last,
                    reason="",
                )
            )


def found_shop(database: Database, password_hash: str = "") -> None:
    """Write the shop, its people and their postings into an empty database."""
    with database.writing() as db:
        store = Store(**STORE, made_up=True)
        db.add(store)
        start_chain(db, store.id)
        staff = {
            name: Person(sign_in=sign_in, name=name, password_hash=password_hash or cheap_hash(), language="zh")
            for name, (sign_in, _) in CAST.items()
        }
        for name in ("王磊", "李娜", "陈静", "张伟", "孙强"):
            staff[name].licence_classes, staff[name].licence_since = "C1", date(2019, 5, 1)
        db.add_all(staff.values())
        db.flush()
        for name, (_, role) in CAST.items():
            head = staff["张伟"].id if name in IN_GROUP_OF_ZHANG_WEI else None
            db.add(Posting(store_id=store.id, person_id=staff[name].id, role=role, group_head_id=head))


CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""argon2 with its cheapest parameters, so that tests do not spend their time hashing."""


def cheap_hash() -> str:
    """The hash of PASSWORD."""
    return CHEAP.hash(PASSWORD)
