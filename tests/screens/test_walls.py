"""Walls: nobody finds a way in without signing in, and nobody of one shop reads or writes anything of another.

Two shops stand in one database, the second a copy of the first (tests/second_shop.py). `./run faults strangers` sends
every role to every door, on both databases; here each door is tried once.
"""

from collections.abc import Callable

import pytest
from flask import Flask

from dealer.engine.database import Database, open_database
from dealer.engine.history import verify
from tests.conftest import KEYS
from tests.databases import Databases
from tests.desk import Page
from tests.screens.browser import NOW
from tests.screens.crawl import Crawl
from tests.second_shop import MARK, Beside, found_beside
from tests.strangers import ID, DeskBeside, Knocking, bonds, rows_of
from web.api.door import OPEN as OPEN_TO_PROGRAMS
from web.app import create_app
from web.session import OPEN_TO_ALL


@pytest.fixture(scope="module")
def two_shops(demo_databases: Databases) -> tuple[Database, Beside, Flask]:
    """A copy of the demo with a second shop beside it."""
    database = open_database(demo_databases.fresh("sqlite", name="demo"), KEYS)
    beside = found_beside(database)
    return database, beside, create_app(database, clock=lambda: NOW)


def doors(crawls: list[Crawl], wanted: Callable[[str], bool]) -> dict[str, list[str]]:
    """By person of the first shop, addresses that open for them: of each row of the url map one."""
    found: dict[str, list[str]] = {}
    seen = set()
    for crawl in crawls:
        for each in crawl.answers["zh"]:
            if each.status == 200 and not each.is_sign_in and each.rule not in seen and wanted(each.rule):
                seen.add(each.rule)
                found.setdefault(crawl.name, []).append(each.url)
    return found


def test_without_a_sign_in_every_address_leads_to_the_sign_in_or_asks_for_a_token(demo_app: Flask) -> None:
    nobody, open_to_all = demo_app.test_client(), set()
    for rule in demo_app.url_map.iter_rules():
        values = {name: _some(rule._converters[name]) for name in rule.arguments}
        _, path = rule.build(values) or ("", "")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = nobody.open(path, method=method)
            if answer.status_code != 401 and not answer.headers.get("Location", "").startswith("/sign-in"):
                open_to_all.add(rule.endpoint)
    by_themselves = {"session.sign_in", "session.sign_out", "session.code_form", "session.show_code"}
    by_themselves |= {"provider.begin", "provider.answer"}
    assert open_to_all == {*OPEN_TO_ALL, *OPEN_TO_PROGRAMS} - by_themselves


def _some(converter: object) -> object:
    """A value that an address takes in this place."""
    match type(converter).__name__:
        case "Number":
            return 1
        case "UUIDConverter":
            return "01a21e9a-87f5-7903-8685-47287135d87b"
        case "AnyConverter":
            return min(converter.items)  # type: ignore[attr-defined]
        case _:
            return "x"


def test_nobody_finds_a_thing_of_another_shop_by_its_address(
    crawls: list[Crawl], two_shops: tuple[Database, Beside, Flask]
) -> None:
    _, beside, app = two_shops
    strangers = []
    for name, urls in doors(crawls, lambda rule: "<" in rule).items():
        stranger = Knocking(app, beside, name)
        for url in urls:
            stranger.knock(url)
        strangers.append(stranger)
    assert not [wrong for each in strangers for wrong in each.wrong]
    assert sum(each.asked for each in strangers) > 100


def test_no_field_takes_a_thing_of_another_shop(crawls: list[Crawl], two_shops: tuple[Database, Beside, Flask]) -> None:
    database, beside, app = two_shops
    before, bound = rows_of(database, beside.first_id), bonds(database, beside)
    takes = {rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    strangers = []
    for name, urls in doors(crawls, lambda rule: rule in takes and rule.endswith(("new", "edit", "<action>"))).items():
        stranger = Knocking(app, beside, name)
        for url in urls:
            stranger.look_and_send(url)
        strangers.append(stranger)
    assert not [wrong for each in strangers for wrong in each.wrong]
    assert sum(each.sent for each in strangers) > 20
    assert rows_of(database, beside.first_id) == before
    assert bonds(database, beside) == bound == []
    with database.reading() as db:
        assert verify(db) == []


@pytest.mark.parametrize("sought", ["云", "1", "139", "云A"])
def test_a_search_finds_the_own_shop_alone(two_shops: tuple[Database, Beside, Flask], sought: str) -> None:
    _, beside, app = two_shops
    desk = DeskBeside(app, lambda: NOW, "周建国")  # type: ignore[arg-type]
    page: Page = desk.get(f"/search?q={sought}")
    assert page.status == 200
    assert MARK not in page.html
    assert not set(ID.findall(page.html)) & beside.others.keys()
