"""A generated year of a busy store, the same every time: for tests that count it again, and for measures.

`made_up(db)` throws the dice; `write(database, year)` brings what came of it into an empty shop with its cast. What an
independent count works on are the plain values: `year.book.of(Deal)` and so on, rows as dicts. Nothing of the program's
own counting is used here.

By steps of the program: the founding of the shop and of its cast (tests/cast.py). All the rest is written in bulk,
about 120,000 rows and twice as many of the history, past every rule. But no thing takes a step that its life has not,
and the history is chained as the door chains it (book.py), so that states, versions and history rows agree. Left out
or short, because no figure reads them: the points of inspections and hand-overs, frozen terms and papers of contracts,
what the facts of a step say in words, personal values, and most deadlines that are done.
"""

from collections.abc import Collection
from dataclasses import dataclass
from random import Random

from sqlalchemy import insert
from sqlalchemy.orm import Session

from dealer.engine.database import Counter, Database
from dealer.records.deals import Deal
from dealer.records.prospects import Visit
from dealer.records.vehicles import Unit
from tests.busy_year import book
from tests.busy_year.after import Care, complaints
from tests.busy_year.book import Book
from tests.busy_year.deliveries import Delivery, Yard, credit, number_contracts
from tests.busy_year.house import FIRST_DAY, LAST_DAY, NOW, House, furnish
from tests.busy_year.sales import Sale, deals
from tests.busy_year.showroom import showroom

__all__ = ["FIRST_DAY", "LAST_DAY", "NOW", "Book", "Year", "made_up", "write"]

SEED = 20251101


@dataclass(eq=False)
class Year:
    """What was made up; itself and no other, so that counts about it may be remembered."""

    house: House
    sales: list[Sale]

    @property
    def book(self) -> Book:
        return self.house.book


def made_up(db: Session) -> Year:
    """The year, as plain values. Each part has dice of its own: a change in one leaves the others as they are."""
    house = furnish(db)
    sales = deals(house, Random(SEED))
    yard, care = Yard(house, Random(SEED + 1)), Care(house, Random(SEED + 2))
    deliveries = []
    for sale in sales:
        if sale.run():
            deliveries.append(Delivery(sale, yard))
            deliveries[-1].run()
            care.after(deliveries[-1])
    yard.fill()
    credit(house, Random(SEED + 3), sales)
    complaints(house, Random(SEED + 4), deliveries)
    showroom(house, Random(SEED + 5))
    assert len(house.book.of(Deal)) == 2_000
    assert len(house.book.of(Unit)) == 12_000
    assert len(house.book.of(Visit)) == 20_000
    return Year(house, sales)


def write(database: Database, year: Year, kinds: Collection[str] | None = None) -> None:
    """The year in a database that holds nothing but the shop and its cast; the history of some kinds, or all of it."""
    given = number_contracts(year.house)
    book.write(database, year.book, kinds)
    with database.writing(year.book.store_id) as db:
        for each, count in given.items():
            db.execute(insert(Counter).values(store_id=year.book.store_id, subject="contract", year=each, value=count))
