"""The measures run, and say to the database no more than they may; how long it takes is for a quiet machine."""

from collections.abc import Callable

from flask import Flask
from werkzeug.test import Client

from bench import contract, data, deal, fire, growth, http, search, step, users
from bench._bare import Bare, second_shop
from bench._measure import Sheet
from bench._scene import open_deals, registered
from bench._server import bare
from dealer.engine.database import Database
from dealer.engine.history import verify
from tests.cast import Shop
from tests.desk import Desk
from tests.screens.browser import serving

DEALS = 60


def counts_missed(sheet: Sheet) -> list[str]:
    """Targets that are counts and are not kept: whatever else the machine does, they are the same."""
    return [row.what for row in sheet.rows if row.unit == "" and not row.is_met and "bare driver" not in row.what]


def test_a_step_says_five_things_to_the_database_and_commits_once(shop: Shop) -> None:
    sheet = Sheet("step")
    step.measure(sheet, "here", shop.database, rounds=1)
    assert counts_missed(sheet) == []
    assert "statements of the engine's step" in sheet.as_text()


def test_a_deal_of_nine_steps_is_nine_commits(shop: Shop) -> None:
    sheet = Sheet("deal")
    deal.measure(sheet, "here", shop.database, rounds=1)
    assert counts_missed(sheet) == []
    assert next(row.figure for row in sheet.rows if "statements a step" in row.what) < 12


def test_no_request_builds_a_machine(shop: Shop, desk: Callable[[str], Desk]) -> None:
    sheet = Sheet("fire")
    fire.in_memory(sheet, rounds=1)
    fire.measure(sheet, "here", shop, desk("陈静"))
    assert counts_missed(sheet) == []


def test_a_store_made_in_bulk_verifies_is_searched_and_worked_in(shop: Shop, app: Flask, owned: Database) -> None:
    data.fill(owned, DEALS)
    with shop.looking() as db:
        assert verify(db) == []
    sheet = Sheet("store")
    search.measure(sheet, "sqlite", shop.database, rounds=1)
    here = growth.requests(app, DEALS)
    growth.measure(sheet, "sqlite", here, here, rounds=1)
    assert counts_missed(sheet) == []
    assert sheet.as_markdown().count("\n| sqlite: ") == len(sheet.rows)
    held = open_deals(shop.database)
    with serving(app) as address:
        taken = users.work(int(address.rsplit(":", 1)[1]), [held, held], seconds=0.3)
    assert taken.troubles == []


def test_a_request_commits_once_and_the_bare_server_answers_it_too(shop: Shop, desk: Callable[[str], Desk]) -> None:
    sheet, number = Sheet("http"), registered(shop)
    http.count(sheet, "here", desk("陈静"), number)
    contract.printed_again(sheet, "here", shop.database)
    assert counts_missed(sheet) == []
    assert next(row.figure for row in sheet.rows if "statements" in row.what) < 14
    url = shop.database.engine.url.render_as_string(hide_password=False)
    driver = Bare(url, second_shop(shop.database, number))
    answer = Client(bare(lambda: driver, "token")).post("/deals/1/hold", json={})
    driver.close()
    assert answer.json == {"url": "/deals/1"}
