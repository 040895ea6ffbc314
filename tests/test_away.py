"""The database is changing over: whoever pressed a button is told so, and the same form with its key settles it."""

import re
from collections.abc import Callable, Iterator
from html import unescape

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from dealer.engine.database import is_away, open_database
from tests.cast import Shop
from tests.conftest import KEYS
from tests.desk import Desk

GONE = "server closed the connection unexpectedly"


def error(orig: Exception, kind: type[DBAPIError] = OperationalError) -> DBAPIError:
    return kind("SELECT 1", {}, orig)


@pytest.mark.parametrize(
    ("told", "away"),
    [
        (error(psycopg.OperationalError(GONE)), True),
        (error(psycopg.errors.AdminShutdown()), True),
        (error(psycopg.errors.CannotConnectNow()), True),
        (error(psycopg.errors.ReadOnlySqlTransaction(), DBAPIError), True),
        (error(psycopg.errors.TooManyConnections()), True),
        (error(psycopg.errors.LockNotAvailable()), False),
        (error(psycopg.errors.DiskFull()), False),
        (error(psycopg.errors.UniqueViolation(), IntegrityError), False),
        (error(Exception("database or disk is full")), False),  # of SQLite
    ],
    ids=lambda each: type(each.orig).__name__ if isinstance(each, DBAPIError) else "",
)
def test_which_faults_say_that_nobody_is_there(told: DBAPIError, away: bool) -> None:
    assert is_away(told) is away


def test_a_url_may_say_otherwise_how_to_connect() -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/dealer?connect_timeout=1&host=127.0.0.1:1&host=127.0.0.1:2"
    opened = open_database(url, KEYS)
    with pytest.raises(OperationalError) as refused, opened.reading() as db:
        db.connection()
    assert is_away(refused.value)


@pytest.fixture
def breaking(shop: Shop) -> Iterator[Callable[[str], None]]:
    """`breaking(part)`: the line breaks at the next statement that has the part in it, once."""
    waiting: list[str] = []

    def at_statement(_: object, __: object, statement: str, *___: object) -> None:
        if waiting and waiting[0] in statement:
            waiting.clear()
            raise error(psycopg.OperationalError(GONE))

    event.listen(shop.database.engine, "before_cursor_execute", at_statement)
    yield waiting.append
    event.remove(shop.database.engine, "before_cursor_execute", at_statement)


def test_a_form_met_by_the_change_is_sent_once_more_from_the_page_that_says_so(
    desk: Callable[[str], Desk], breaking: Callable[[str], None], shop: Shop
) -> None:
    lina = desk("李娜")
    blank = lina.get("/deals/new")
    fields = {
        "name": "游客",
        "customer_class": "individual",
        "contact": "杨帆",
        "phone": "13888880001",
        "title": "七座",
    }
    breaking("INSERT INTO history ")
    told = lina.post("/deals/new", fields, blank)
    assert (told.status, "数据库正在切换" in told.text) == (503, True)
    assert "只会生效一次" in told.text
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', told.html))
    assert again["title"] == "七座"
    sent = {name: unescape(value) for name, value in again.items()}
    for _ in range(2):
        assert lina.client.post("/deals/new", data=sent).status_code == 303
    assert [lina.get(f"/deals/{number}").status for number in (1, 2)] == [200, 404]

    breaking("FROM signed_in")
    assert "重新打开页面" in lina.get("/deals").text
    lina.token = blank.hidden("csrf_token")
    breaking("FROM signed_in")
    refused = lina.ask("/deals/1/keep", {"comment": "x"})
    assert (refused.status, refused.codes) == (503, ("E-AWAY",))
