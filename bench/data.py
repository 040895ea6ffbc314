"""A store with many deals: 10,000 and a million, each with three rows of the history, on SQLite and PostgreSQL.

Written in bulk, past every rule, but in states that the life of a deal leads to by these very steps, and the history is
the real chain: `dealer verify` passes on it. Once made, a store lies in the folder of the measures (_databases.py)
under its size and the newest migration, so that a second run has it at once. SIZE=100000 makes a smaller million.
"""

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, insert, select, text, update
from sqlalchemy.orm import Session

from bench._databases import KINDS, Kept, kept_databases
from bench._measure import Sheet
from dealer.engine import history, migrating, name_starts
from dealer.engine.database import Counter, Database, HistoryHead, keys_of, open_database
from dealer.engine.history import History
from dealer.engine.name_starts import NameStart
from dealer.engine.names import search_keys
from dealer.records.customers import Contact, ContactRole, Customer, CustomerClass
from dealer.records.deals import Deal, DealState
from dealer.records.people import Person, Store
from tests.busy_year.book import Row, in_bulk
from tests.conftest import KEYS

MANY = int(os.environ.get("SIZE", "1000000"))
FEW = min(10_000, MANY // 2)
CUSTOMERS_AT_MOST = 100_000
STEPS = 3  # rows of the history per deal
CHUNK = 20_000
FIRST = datetime(2016, 1, 4, 1, 0, tzinfo=UTC)
LAST = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
SELLERS = ("李娜", "王磊", "陈静", "张伟")
PLACES = (
    "昆明",
    "大理",
    "曲靖",
    "玉溪",
    "保山",
    "昭通",
    "丽江",
    "普洱",
    "临沧",
    "楚雄",
    "红河",
    "文山",
    "重庆",
    "贵阳",
    "成都",
    "长沙",
    "南宁",
    "遵义",
    "西昌",
    "广安",
)
WORDS = (
    "远行",
    "云岭",
    "金马",
    "碧鸡",
    "长安",
    "瑞丰",
    "恒通",
    "华晨",
    "东陆",
    "西南",
    "宏达",
    "永昌",
    "嘉禾",
    "腾越",
    "银河",
    "泰和",
    "兴隆",
    "万顺",
    "中远",
    "翠湖",
)
TRADES = (
    "物流",
    "客运",
    "租赁",
    "建设",
    "能源",
    "医药",
    "食品",
    "教育",
    "通信",
    "环保",
    "农业",
    "旅游",
    "水利",
    "电力",
    "矿业",
    "商贸",
)
S = DealState
# how a deal went on after its registration: two steps and how many of a hundred went this way
WAYS: tuple[tuple[int, tuple[tuple[str, DealState], ...]], ...] = (
    (55, (("ask_to_lose", S.INQUIRY), ("lose", S.LOST))),
    (10, (("hold", S.ON_HOLD), ("resume", S.INQUIRY))),
    (15, (("fill_need", S.INQUIRY), ("start_quotation", S.QUOTATION))),
    (20, (("fill_need", S.INQUIRY), ("hold", S.ON_HOLD))),
)


def main() -> None:
    """Make what is not there; walk the history of the smaller one, as `dealer verify` does."""
    sheet = Sheet("data")
    with kept_databases() as kept:
        for size in dict.fromkeys((FEW, MANY)):
            for kind, took in stores(kept, size).items():
                sheet.row(f"{kind}: seconds until {size:,} deals are there", took, "s")
        for kind in KINDS:
            with a_store(kept, kind, FEW) as database, database.reading() as db:
                sheet.row(f"{kind}: findings in the history of {FEW:,} deals", len(history.verify(db)), "", most=0)
    sheet.end()


def stores(kept: Kept, size: int) -> dict[str, float]:
    """Have a store with so many deals on both databases, made at the same time; how many seconds each took."""
    with ProcessPoolExecutor(len(KINDS)) as both:
        made = {kind: both.submit(_took, kept, kind, size) for kind in KINDS}
        return {kind: each.result() for kind, each in made.items()}


def _took(kept: Kept, kind: str, size: int) -> float:
    began = time.perf_counter()
    with a_store(kept, kind, size):
        return time.perf_counter() - began


@contextmanager
def a_store(kept: Kept, kind: str, size: int) -> Iterator[Database]:
    """A store with so many deals, made unless it lies there already."""
    name = f"deals-{size}-{migrating.head()}"
    if not kept.is_there(kind, name):
        kept.forget(kind, f"deals-{size}-")
        made = kept.founded(kind, f"{name}-unready")
        fill(made, size)
        made.engine.dispose()
        kept.rename(kind, f"{name}-unready", name)
    database = open_database(kept.url(kind, name), KEYS)
    try:
        yield database
    finally:
        database.engine.dispose()


# ── making it up ──────────────────────────────────────────────────────────────────────────────────────────────────


def fill(database: Database, size: int) -> None:
    """Customers, contacts, deals and their history, in an empty shop that has its cast."""
    with database.reading() as db:
        store_id = db.scalars(select(Store.id)).one()
        people = {name: key for key, name in db.execute(select(Person.id, Person.name))}
    with database.writing(store_id) as db:
        if database.is_sqlite:
            db.execute(text("PRAGMA cache_size = -400000"))
        made_up = _MadeUp(store_id, [people[name] for name in SELLERS], Random(size), size)
        for rows in _chunks(made_up.customers()):
            in_bulk(db, Customer.__table__, [customer for customer, _ in rows])
            in_bulk(db, Contact.__table__, [contact for _, contact in rows])
        named = db.execute(select(Customer.id, Customer.store_id, Customer.name)).all()
        kind = Customer.__tablename__
        for begun in _chunks(
            row for each in named for row in name_starts.rows_of(each.id, each.store_id, kind, each.name)
        ):
            in_bulk(db, NameStart.__table__, begun)
        for deals in _chunks(made_up.deals()):
            in_bulk(db, Deal.__table__, deals)
        for told in _chunks(_chained(db, made_up)):
            in_bulk(db, History.__table__, told)
        given = {"deal": size, "customer": made_up.how_many_customers}
        for subject, value in given.items():
            db.execute(insert(Counter).values(store_id=store_id, subject=subject, year=0, value=value))
        head = cast(Table, HistoryHead.__table__)
        moved = {name: db.info["head"][name] for name in ("seq", "hash", "mac")}
        db.execute(update(head).where(HistoryHead.store_id == store_id).values(moved))
        db.execute(text("ANALYZE"))


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    chunk = list[Any]()
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


class _MadeUp:
    """The same every time for a size: what is told of a deal is made again from its number when its steps are."""

    def __init__(self, store_id: UUID, sellers: list[UUID], dice: Random, size: int) -> None:
        self.store_id, self.sellers, self.dice, self.size = store_id, sellers, dice, size
        self.how_many_customers = min(CUSTOMERS_AT_MOST, size)
        self.apart = (LAST - FIRST) / size
        self.ways = bytes(dice.choices(range(len(WAYS)), [share for share, _ in WAYS], k=size))

    def customers(self) -> Iterator[tuple[Row, Row]]:
        """Each with one contact."""
        for number in range(1, self.how_many_customers + 1):
            dice = self.dice
            name = f"{dice.choice(PLACES)}{dice.choice(WORDS)}{dice.choice(WORDS)}{dice.choice(TRADES)}有限公司"
            keys = search_keys(name)
            key = self.key(3, number)
            yield (
                {
                    "id": key, "store_id": self.store_id, "number": number, "name": name, "name_pinyin": keys.pinyin,
                    "name_initials": keys.initials, "customer_class": CustomerClass.COMPANY,
                    "uscc": f"9153{number:014}", "owner_id": self.owner(number), "since": FIRST,
                },
                {
                    "id": self.key(4, number), "store_id": self.store_id, "customer_id": key, "name": "杨帆",
                    "phone": f"139{number:08}", "role": ContactRole.RECEIVES,
                },
            )  # fmt: skip

    def deals(self) -> Iterator[Row]:
        """In the order of their numbers."""
        for number in range(1, self.size + 1):
            steps = self.steps(number)
            action, state = steps[-1]
            row = {
                "id": self.key(5, number), "case_id": self.key(5, number), "store_id": self.store_id,
                "number": number, "state": state, "version": STEPS - 1, "since": self.at(number, STEPS - 1),
                "begun_at": self.at(number, 0), "customer_id": self.customer(number),
                "owner_id": self.owner(number), "contact_id": self.contact(number), "title": "公务用车",
            }  # fmt: skip
            if action == "lose":
                row["lost_at"] = row["since"]
            yield row

    def steps(self, number: int) -> tuple[tuple[str, DealState], ...]:
        """Its steps, each with the state it led to."""
        return ("register", S.INQUIRY), *WAYS[self.ways[number - 1]][1]

    def key(self, kind: int, number: int) -> UUID:
        """An id as new_id makes them: later things have larger ones."""
        return UUID(int=0x0156 << 112 | number << 80 | 0x7 << 76 | 0b10 << 62 | kind)

    def customer(self, number: int) -> UUID:
        """Whose a deal is."""
        return self.key(3, 1 + number * 7919 % self.how_many_customers)

    def contact(self, number: int) -> UUID:
        """Whom one calls about it."""
        return self.key(4, 1 + number * 7919 % self.how_many_customers)

    def owner(self, number: int) -> UUID:
        """In turns."""
        return self.sellers[number % len(self.sellers)]

    def at(self, number: int, step: int) -> datetime:
        """Two minutes from step to step, so that the history of deals that begin at the same time is interwoven."""
        return FIRST + self.apart * (number - 1) + timedelta(minutes=2 * step)


def _chained(db: Session, made_up: _MadeUp) -> Iterator[Row]:
    """The history as engine/history.py would have written it."""
    keys, head = keys_of(db), db.info["head"]
    seqs, last = count(head["seq"] + 1), head["hash"]
    seq = head["seq"]
    facts = json.dumps({}, separators=(",", ":"))
    for number in range(1, made_up.size + 1):
        key, owner, was = made_up.key(5, number), made_up.owner(number), None
        for version, (action, state) in enumerate(made_up.steps(number)):
            seq = next(seqs)
            row: Row = {
                "store_id": made_up.store_id, "seq": seq, "at": made_up.at(number, version), "actor_id": owner,
                "for_whom_id": None, "because_seq": None, "kind": "deal", "thing_id": key, "case_id": key,
                "action": action, "was": was, "now": state.value, "version": version, "facts": facts, "prev": last,
            }  # fmt: skip
            row["hash"] = last = history.chain_hash(keys, row)
            was = state.value
            yield row
    head |= {"seq": seq, "hash": last, "mac": history.head_mac(keys, made_up.store_id, seq, last)}


if __name__ == "__main__":
    main()
