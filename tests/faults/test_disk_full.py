"""No room on the disk: who sends a form is told so and keeps what they typed, who looks goes on looking.
(`./run faults disk_full` fills a real one, to the last byte.)"""

from collections.abc import Callable
from typing import Any

import pytest
from psycopg.errors import DiskFull
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from dealer.engine.database import Busy, Database, Full
from dealer.records.deals import Deal
from dealer.records.people import Person, SignedIn
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk

ASKED = {"customer_class": "individual", "contact": "杨帆", "phone": "13888880001", "name": "客" * 60}
SAID = {"zh": "服务器磁盘已满", "en": "the server's disk is full"}


def fill_up(database: Database, pages: int) -> None:
    """From now on the file has so many pages and gets no more."""

    def limit(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(database.engine, "connect", limit)
    database.engine.dispose()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_form_that_finds_no_room_keeps_what_was_typed_and_works_again_with_room(
    shop: Shop, desk: Callable[[str], Desk], language: str
) -> None:
    with shop.database.writing() as db:
        db.scalars(select(Person).where(Person.name == "李娜")).one().language = language
    li_na = desk("李娜")
    with shop.database.writing() as db:  # so long ago that the next page would note that she is still here
        db.scalars(select(SignedIn)).one().seen_at = at("2026-11-10 08:00")
    fill_up(shop.database, 1)
    number, answer = 0, li_na.get("/deals/new")
    while answer.status == 200 and number < 100:
        number, blank = number + 1, li_na.get("/deals/new")
        answer = li_na.post("/deals/new", ASKED | {"title": f"第 {number} 单"}, blank)
    assert answer.status == 507
    assert SAID[language] in answer.text
    assert f'value="第 {number} 单"' in answer.html
    assert li_na.get("/deals").status == 200
    told = li_na.ask("/deals/new", ASKED)
    assert (told.status, told.codes) == (507, ("E-DISK-FULL",))
    at_the_door = (Desk(li_na.app, li_na.clock, "赵敏").sign_in() for _ in range(100))
    assert SAID["zh"] in next(page for page in at_the_door if page.status == 507).text
    fill_up(shop.database, 1_000_000)
    assert li_na.post("/deals/new", ASKED | {"title": f"第 {number} 单"}, answer).status == 200
    with shop.looking() as db:
        assert db.scalar(select(func.count()).select_from(Deal)) == number


def test_a_server_without_room_is_told_from_one_that_is_not_there(shop: Shop) -> None:
    with pytest.raises(Full), shop.database.writing():
        raise OperationalError("INSERT", {}, DiskFull())
    with pytest.raises(OperationalError), shop.database.writing():
        raise OperationalError("INSERT", {}, Exception("server closed the connection unexpectedly"))
    assert issubclass(Full, Busy)  # whoever can wait for a writer can wait for room
