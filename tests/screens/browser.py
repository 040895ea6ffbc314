"""The demo shop on a screen: one database of it a run, the server before it, and the browser that clicks.

Pages are looked at on the morning of 23 November 2026. Whoever changes something takes a copy of the demo of their own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Thread
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.cast import CAST, PASSWORD
from tests.conftest import at

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
PATIENCE = 10_000  # milliseconds until something that does not appear is a failure
WIDTHS = (320, 390, 768, 1440)

RUN_AXE = """() => window.axe && axe.run({resultTypes: ['violations']}).then(found => found.violations)"""


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
    with page.expect_navigation():
        page.click("main button[type=submit]")


def open_page(browser: Browser, address: str, name: str, language: str, **how: Any) -> Page:
    """A signed-in page of a browser that nobody used before; `how` goes to the browser (viewport, no scripts …)."""
    width, height = how.pop("size", DESKTOP)
    page = browser.new_context(viewport={"width": width, "height": height}, locale=language, **how).new_page()
    page.set_default_timeout(PATIENCE)
    sign_in(page, address, name, language)
    return page


def take_axe_along(page: Page) -> None:
    """Let every page come with axe-core in it: half a megabyte need not be sent to each."""
    page.add_init_script(AXE_SCRIPT)


def axe_faults(page: Page) -> list[str]:
    """What axe-core finds wrong with the page: the rule and where."""
    found = page.evaluate(RUN_AXE)
    if found is None:
        page.evaluate(AXE_SCRIPT)
        found = page.evaluate(RUN_AXE)
    return [f"{each['id']}: {node['html'][:160]} ({node['target']})" for each in found for node in each["nodes"][:3]]
