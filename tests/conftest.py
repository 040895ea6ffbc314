"""The cast of the shop in Kunming, a database for every test, and a clock that is an argument.

Every test that asks for `shop` runs twice: on SQLite and on PostgreSQL.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import event

from dealer.demo import demo_shop
from dealer.engine import jobs, migrating
from dealer.engine.database import Database, Record, open_database
from dealer.engine.history import create_triggers
from dealer.engine.sealed import Keys
from dealer.house import passwords
from tests.cast import CHEAP, Shop, cheap_hash, found_shop
from tests.databases import KINDS, Databases, Kind, PassedPerDatabase, as_program
from tests.desk import Clock, Desk
from tests.pressing import printed_once
from web.app import create_app

KEYS = Keys(
    current="k1",
    sealing={"k1": bytes(range(32))},
    index=b"index key of the tests, 32 bytes",
    history=b"history key of the tests 32 byte",
    web=b"web key of the tests, 32 bytes !",
)
KUNMING = ZoneInfo("Asia/Shanghai")


def pytest_addoption(parser: pytest.Parser) -> None:
    """What is too slow for every run."""
    parser.addoption("--every-page", action="store_true", help="open every page in both languages, for everybody")


def pytest_configure(config: pytest.Config) -> None:
    """The run ends with how many tests passed on each database."""
    config.pluginmanager.register(PassedPerDatabase())
    passwords.HASHER = CHEAP


def pytest_collection_finish() -> None:
    """What has been imported stays until the end: who looks for rubbish in it, 700 allocations after 700, spends a
    seventh of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def at(text: str) -> datetime:
    """A moment of the shop's clock: at("2026-11-10 10:05")."""
    return datetime.fromisoformat(text).replace(tzinfo=KUNMING)


def make_tables(database: Database) -> None:
    """All tables with the triggers that guard the history, and the queue's own."""
    with database.engine.execution_options(writes=True).begin() as connection:
        Record.metadata.create_all(connection)
        create_triggers(connection)
    url = database.engine.url.render_as_string(hide_password=False)
    jobs.prepare(url)
    migrating.build_walls(url)


def _build(url: str) -> None:
    database = open_database(url, KEYS)
    make_tables(database)
    found_shop(database)
    database.engine.dispose()


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Both database servers, with one template each."""
    with Databases() as both:
        for kind in KINDS:
            both.template(kind, _build)
        yield both


@dataclass(frozen=True)
class Lender:
    """Lends each test a database of its own behind the same engine, which goes on knowing the compiled statements."""

    databases: Databases
    opened: dict[tuple[str, str], Database] = field(default_factory=dict)
    serving: set[int] = field(default_factory=set)  # processes of PostgreSQL behind these engines

    @contextmanager
    def lend(self, kind: Kind, template: str = "migrated") -> Iterator[Database]:
        """A new copy of a template, for as long as a test takes."""
        known = self.opened.get((kind, template))
        if known is None:
            url = as_program(self.databases.fresh(kind, template))
            known = self.opened[kind, template] = open_database(url, KEYS)
            if kind == "postgresql":
                event.listen(
                    known.engine, "connect", lambda connection, _: self.serving.add(connection.info.backend_pid)
                )
        else:
            url = known.engine.url.render_as_string(hide_password=False)
            self.databases.renew(kind, url, template, self.serving)
        with printed_once(self.databases.folder):
            yield known
        if kind == "sqlite":
            known.engine.dispose()  # its file is another one for the next test


@pytest.fixture(scope="session")
def lender(databases: Databases) -> Iterator[Lender]:
    """One a worker."""
    lender = Lender(databases)
    yield lender
    for each in lender.opened.values():
        each.engine.dispose()


def _found_everything(url: str) -> None:
    database = open_database(url, KEYS)
    make_tables(database)
    demo_shop.found(database, cheap_hash(), at("2026-09-25 09:00"))
    database.engine.dispose()


@pytest.fixture(scope="session")
def whole_shops(databases: Databases, lender: Lender) -> Lender:
    """The two servers with the template of the whole shop, where stories play."""
    for kind in KINDS:
        databases.template(kind, _found_everything, name="story")
    return lender


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, lender: Lender) -> Iterator[Database]:
    """An own database for this test: migrated, with the shop and its people in it."""
    with lender.lend(request.param) as lent:
        yield lent


@pytest.fixture
def owned(databases: Databases, database: Database) -> Iterator[Database]:
    """The same database by the role that owns its tables: for whoever migrates it or forges what lies in it."""
    url = databases.as_owner(database.engine.url.render_as_string(hide_password=False))
    opened = open_database(url, KEYS)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def shop(database: Database) -> Shop:
    """The shop 云岭远行 with its staff; see tests/cast.py."""
    return Shop(database)


@pytest.fixture(scope="session")
def built() -> list[Flask]:
    """The application, once a test of this worker has built it: nothing in it belongs to a database but its name."""
    return []


@pytest.fixture
def app(database: Database, built: list[Flask]) -> Flask:
    """The application around this test's database, with a clock the test turns."""
    if not built:
        built.append(create_app(database))
    built[0].config.update(DATABASE=database, CLOCK=Clock(at("2026-11-10 09:00")))
    return built[0]


@pytest.fixture
def desk(app: Flask) -> Callable[[str], Desk]:
    """`desk("李娜")`: that person's signed-in browser; all desks share one clock."""
    return lambda name: Desk(app, app.config["CLOCK"], name)
