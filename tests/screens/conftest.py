"""What tests with a browser share: the demo's database, its server, chromium, and what everybody was answered."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright

from dealer.engine.database import Database, open_database
from tests.cast import CAST
from tests.conftest import KEYS
from tests.databases import Databases, alone
from tests.screens import lived_in
from tests.screens.browser import NOW, launch, serving
from tests.screens.crawl import Crawl, Guide, crawl, once_more
from web.app import create_app


@pytest.fixture(scope="session")
def demo_databases(databases: Databases) -> Databases:
    """The databases with the template of the demo: made once a run."""
    databases.template("sqlite", lived_in.found, name="demo")
    return databases


@pytest.fixture(scope="session")
def demo_shown(demo_databases: Databases) -> Iterator[Database]:
    """A copy of the demo that is only looked at."""
    opened = open_database(demo_databases.fresh("sqlite", name="demo"), KEYS)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="session")
def demo_app(demo_shown: Database) -> Flask:
    """The application before it."""
    return create_app(demo_shown, clock=lambda: NOW)


@pytest.fixture(scope="session")
def address(demo_app: Flask) -> Iterator[str]:
    """Where a browser finds it."""
    with serving(demo_app) as found:
        yield found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a worker; each test opens windows of its own."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def guide(demo_app: Flask, demo_shown: Database) -> Guide:
    """The addresses of the demo."""
    return Guide(demo_app, demo_shown)


@pytest.fixture(scope="session")
def crawl_of(guide: Guide, demo_databases: Databases) -> Callable[[str], Crawl]:
    """`crawl_of("李娜")`: what she was answered everywhere in Chinese, asked once by whichever worker comes first."""
    return lambda name: kept(demo_databases.folder / f"crawl-{CAST[name][0]}.json", lambda: crawl(guide, name))


@pytest.fixture(scope="session")
def english_of(guide: Guide, demo_databases: Databases, crawl_of: Callable[[str], Crawl]) -> Callable[[str], Crawl]:
    """`english_of("李娜")`: likewise in English, where it is not drawn like what somebody before her opens."""

    def again(name: str) -> Crawl:
        return once_more(guide, [crawl_of(each) for each in CAST], name)

    return lambda name: kept(demo_databases.folder / f"english-{CAST[name][0]}.json", lambda: again(name))


def kept(note: Path, found: Callable[[], Crawl]) -> Crawl:
    """What is in the note; whoever comes first writes it."""
    with alone(note.with_suffix(".lock")):
        if not note.exists():
            note.write_text(found().dumped(), encoding="utf-8")
    return Crawl.loaded(note.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def crawls(crawl_of: Callable[[str], Crawl], english_of: Callable[[str], Crawl]) -> list[Crawl]:
    """What everybody was answered everywhere."""
    return [crawl_of(name).beside(english_of(name)) for name in CAST]


@pytest.fixture
def own_demo(demo_databases: Databases) -> Iterator[str]:
    """The address of a server before a copy of the demo that this test may change."""
    url = demo_databases.fresh("sqlite", name="demo")
    opened = open_database(url, KEYS)
    with serving(create_app(opened, clock=lambda: NOW)) as found:
        yield found
    opened.engine.dispose()
    demo_databases.drop(url)
