"""How long it takes to find a customer among a hundred thousand, by what people type: from one character to pinyin.

Each is held against the answer of a plain scan of every name, pinyin and initials: what that finds must be found, where
pinyin counts from the beginning of a syllable. The limit is the time of 95 of 100 searches by the function that the
screens call.
"""

import time
from itertools import islice, product

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bench._databases import KINDS, kept_databases
from bench._measure import MILLI, Sheet, percentile
from bench.data import CUSTOMERS_AT_MOST, MANY, PLACES, TRADES, WORDS, a_store
from dealer.customers import customers
from dealer.engine.database import Database
from dealer.engine.names import needle, starts
from dealer.people import Actor
from dealer.records.customers import Customer
from tests.cast import Shop

MOST = {"sqlite": 2.0, "postgresql": 5.0}
HITS = 20
SIZE = min(MANY, CUSTOMERS_AT_MOST)
TYPED = {
    "one character": ["昆", "翠", "旅", "矿", "银", "淼"],
    "two characters": ["长安", "翠湖", "租赁", "大理", "查无"],
    "three characters and more": ["昆明远行", "嘉禾腾越", "翠湖长安", "有限公司", "查无此人"],
    "pinyin": ["changan", "zhongqing", "kunmingyuanxing", "cuihu", "zulin", "xyz"],
    "initials": ["km", "kmyx", "cqca", "yxgs", "qqqq"],
    "one letter": ["k", "v"],
    "a code": ["915300000000000042"],
}


def main() -> None:
    """On both databases."""
    sheet = Sheet("search")
    with kept_databases() as kept:
        for kind in KINDS:
            with a_store(kept, kind, SIZE) as database:
                measure(sheet, kind, database, 5)
    sheet.end()


def measure(sheet: Sheet, kind: str, database: Database, rounds: int) -> None:
    """Every kind of word, and all names of two parts that there may be; whether each search finds what a scan finds."""
    who = Shop(database).actor("陈静")
    with database.reading() as db:
        how_many = db.scalar(select(func.count()).select_from(Customer))
        everything, missing = list[float](), 0
        for what, words in (TYPED | {"other names": _names()}).items():
            taken = []
            for word in words:
                taken += [_took(db, who, word) for _ in range(rounds)]
                missing += _missing(db, who, word) if what != "other names" else 0
            everything += taken
            sheet.row(f"{kind}: {what}, 95 of 100 within", percentile(taken, 95) * MILLI, "ms")
        sheet.row(f"{kind}: all of them, 95 of 100 within", percentile(everything, 95) * MILLI, "ms", most=MOST[kind])
        sheet.row(f"{kind}: of what a scan finds not found", missing, "", most=0)
    sheet.note(f"{kind}: {how_many:,} customers")


def _names() -> list[str]:
    return ["".join(each) for each in product(PLACES[:6], WORDS[:6])] + [*TRADES]


def _took(db: Session, who: Actor, word: str) -> float:
    began = time.perf_counter()
    customers.search(db, who, word, HITS)
    return time.perf_counter() - began


def _missing(db: Session, who: Actor, word: str) -> int:
    """How many of the newest that a scan finds the search leaves out."""
    key = needle(word)
    places = [Customer.name.contains(word), Customer.uscc == word.upper()]
    if key:
        places += [Customer.name_pinyin.contains(key), Customer.name_initials.contains(key)]
    scan = select(Customer).where(Customer.store_id == who.store_id, or_(*places)).order_by(Customer.number.desc())
    with db.scalars(scan.execution_options(yield_per=200)) as read:
        fitting = {each.number for each in islice((each for each in read if _fits(each, word, key)), HITS)}
    return len(fitting - {each.number for each in customers.search(db, who, word, HITS)})


def _fits(each: Customer, word: str, key: str) -> bool:
    return word in (each.uscc or "") + each.name or any(start.startswith(key) for start in starts(each.name))


if __name__ == "__main__":
    main()
