"""The demo shop on a screen: one database of it a run, the server before it, and the browser that clicks.

Pages are looked at on the morning of 23 November 2026. Whoever changes something takes a copy of the demo of their own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Thread
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from dealer import demo
from dealer.customers import ContactFacts, CustomerFacts, add_contact, register
from dealer.deals import NewDeal
from dealer.demo_stage import Stage
from dealer.engine.database import open_database
from dealer.records.customers import CustomerClass
from dealer.records.people import Person
from tests.cast import CAST, PASSWORD, cheap_hash
from tests.conftest import KEYS, at, make_tables

NOW: datetime = at("2026-11-23 10:30")
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP, TABLET, PHONE = (1440, 900), (768, 1024), (390, 844)
WIDTHS = (320, 390, 768, 1440)

# As long as their fields allow: one that breaks anywhere, and one without a single place to break.
LONG_CHINESE = "云南省昆明市滇中新区临空产业园公务用车集中采购与统一运营管理服务中心筹备办公室" * 5
LONG_LATIN = "Wolkenbergferngespannfuhrparkbeschaffungsgesellschaft" * 4
LONGEST = 200
# Somebody who sells, and whose own name stands on every page they open.
LONG_NAMED = "何涛"

AXE = Axe()


def found_demo(url: str) -> None:
    """The demo, the longest names that its fields take, and a password that is quick to check."""
    database = open_database(url, KEYS)
    make_tables(database)
    demo.fill(database, NOW)
    _add_longest_names(Stage(database, NOW))
    with database.writing() as db:
        for person in db.scalars(select(Person)):
            person.password_hash = cheap_hash()
            if person.name == LONG_NAMED:
                person.name = LONG_CHINESE[:LONGEST]
    database.engine.dispose()


def _add_longest_names(stage: Stage) -> None:
    chinese, latin = LONG_CHINESE[:LONGEST], LONG_LATIN[:LONGEST]
    for name, contact, uscc, phone in (
        (chinese, latin, "91530100MA6LNGNA1T", "13987650101"),
        (latin, chinese, "91530100MA6LNGNA2X", "13987650102"),
    ):
        told = {"customer_class": CustomerClass.COMPANY, "uscc": uscc, "phone": phone}
        number = stage.register(LONG_NAMED, 2, NewDeal(name=name, contact=contact, title=contact, **told))
        stage.need(number, LONG_NAMED, 1, "X5", 1_000, decision_maker=latin)
    _add_a_customer_of_long_lines(stage, chinese, latin)


def _add_a_customer_of_long_lines(stage: Stage, chinese: str, latin: str) -> None:
    facts = CustomerFacts(
        name=latin[::-1],
        customer_class=CustomerClass.BANK,
        uscc="91530100MA6LNGNA31",
        legal_representative=chinese,
        address=latin,
        bank=latin,
    )
    contact = ContactFacts(name=latin, phone="13987650103", post=latin)
    with stage.acting("陈静", 1, "10:00", facts) as ask:
        add_contact(ask.with_facts(contact), register(ask, facts), contact)


class Silent(WSGIRequestHandler):
    """A server that does not tell the terminal about every request."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the name werkzeug gives it
        """Say nothing."""


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The application on a free port of this machine; the address it answers at."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def launch(playwright: Playwright) -> Browser:
    """Debian's chromium, without a word to anybody outside."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)


def sign_in(page: Page, address: str, name: str, language: str) -> None:
    """Sign in by name and password, as the person would."""
    page.goto(f"{address}/sign-in?lang={language}")
    page.fill("[name=name]", CAST[name][0])
    page.fill("[name=password]", PASSWORD)
    page.click("main button")


def open_page(browser: Browser, address: str, name: str, language: str, **how: Any) -> Page:
    """A signed-in page of a browser that nobody used before; `how` goes to the browser (viewport, no scripts …)."""
    width, height = how.pop("size", DESKTOP)
    page = browser.new_context(viewport={"width": width, "height": height}, locale=language, **how).new_page()
    sign_in(page, address, name, language)
    return page


def axe_faults(page: Page) -> list[str]:
    """What axe-core finds wrong with the page: the rule and where."""
    found = AXE.run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:160]} ({node['target']})" for each in found for node in each["nodes"][:3]]
