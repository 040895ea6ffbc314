"""kill -9: what was acknowledged is done, and done once; nothing is done that nobody ordered."""

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from uuid import UUID

import pytest
from sqlalchemy import select

import tests.conftest
from dealer.engine import history, jobs, migrating
from dealer.engine.attempts import JobRecord, JobState
from dealer.engine.columns import new_id
from dealer.engine.database import Database, open_database
from dealer.engine.history import History
from dealer.papers import bundles
from dealer.people import by_number
from dealer.records.bundles import Bundle, BundlePart
from dealer.records.contracts import Contract, PrintLog
from tests.cast import Shop
from tests.conftest import at
from tests.contracts import shelf
from tests.databases import Databases, Kind
from tests.faults.hands import KEYS

HOUSE = Path(__file__).parents[2]
KILLS = 6
SLOWEST_START = 20  # seconds
STANDSTILL = 15  # seconds


class Process:
    """One of the two, and what it has said so far."""

    def __init__(self, task: str, url: str, name: str) -> None:
        command = [sys.executable, "-m", "tests.faults.hands", task, url, name]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HOUSE)
        self.said: list[str] = []
        self.listener = Thread(target=self._listen)
        self.listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        self.said.extend(line.strip() for line in self.process.stdout if line.endswith("\n"))

    def has_begun(self) -> None:
        until = monotonic() + SLOWEST_START
        while not self.said:
            assert self.process.poll() is None, "it ended by itself"
            assert monotonic() < until, "it does not begin"
            sleep(0.01)

    def kill(self) -> None:
        self.process.kill()
        self.listener.join()  # it reads to the end before the pipe is closed under it
        with self.process:
            pass


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, databases: Databases) -> Iterator[tuple[Database, str, UUID]]:
    """A migrated database in which one shop may write."""
    kind: Kind = request.param
    url, store_id = databases.empty(kind), new_id()
    migrating.upgrade(url)
    database = open_database(url, KEYS)
    with database.writing() as db:
        history.start_chain(db, store_id)
    yield database, url, store_id
    database.engine.dispose()
    databases.drop(url)


@contextmanager
def process(task: str, url: str, name: str) -> Iterator[Process]:
    """A process that is killed at the end of the block, whatever happens in it."""
    running = Process(task, url, name)
    try:
        running.has_begun()
        yield running
    finally:
        running.kill()


def test_work_that_was_acknowledged_is_done_once_whoever_is_killed(shop: tuple[Database, str, UUID]) -> None:
    database, url, store_id = shop
    acknowledged: list[str] = []
    for round_number in range(KILLS):
        with process("order", url, str(store_id)) as orders, process("carry out", url, f"worker-{round_number}"):
            sleep(random.uniform(0, 0.4))
        acknowledged += orders.said
    with process("carry out", url, "the last"):
        wait_until_nothing_is_open(database)

    with database.reading() as db:
        rows = db.execute(select(History.action, History.thing_id)).all()
        found = {row.key: row for row in db.scalars(select(JobRecord))}
        damage = history.verify(db)
    ordered = {str(row.thing_id) for row in rows if row.action == "ordered"}
    carried_out = Counter(str(row.thing_id) for row in rows if row.action == "carried out")
    assert len(acknowledged) > KILLS
    assert set(acknowledged) <= ordered
    assert set(found) == ordered, "a job without its change, or a change without its job"
    assert {row.state for row in found.values()} == {JobState.DONE}
    assert carried_out == dict.fromkeys(ordered, 1)
    assert max(row.attempts for row in found.values()) > 1, "no worker was killed at work: the test proves nothing"
    assert damage == []


@pytest.fixture(params=["sqlite", "postgresql"])
def whole_shop(request: pytest.FixtureRequest, databases: Databases) -> Iterator[tuple[Shop, str]]:
    """A shop with its people, and where its database is."""
    url = databases.fresh(request.param)
    opened = open_database(url, tests.conftest.KEYS)
    yield Shop(opened), url
    opened.engine.dispose()
    databases.drop(url)


def test_a_bundle_goes_on_behind_what_a_killed_worker_has_finished(whole_shop: tuple[Shop, str]) -> None:
    shop, url = whole_shop
    numbers = shelf(shop, 80)
    with shop.acting("吴倩", at("2026-11-10 09:00"), bundles.WantedBundle()) as ask:
        key = bundles.order(ask, [by_number(ask.db, Contract, ask.actor, number) for number in numbers]).id
    with working(url, "the first"):
        wait_for(lambda: any(done_parts(shop, key).values()))
    before = done_parts(shop, key)
    finished = {part: at_ for part, at_ in before.items() if at_}
    assert 0 < len(finished) < 80, "the worker was not killed in the middle: the test proves nothing"
    with working(url, "the second"):
        wait_for(lambda: made(shop, key))
    after = done_parts(shop, key)
    assert all(after.values())
    assert {part: after[part] for part in finished} == finished, "a finished part was done again"
    with shop.acting("吴倩", at("2026-11-10 10:00")) as ask:
        for _ in range(2):
            bundles.hand_out(ask, ask.db.get_one(Bundle, key))
    with shop.looking() as db:
        assert Counter(db.scalars(select(PrintLog.copy))) == {1: 80}


@contextmanager
def working(url: str, name: str) -> Iterator[None]:
    """A worker that is killed at the end of the block."""
    worker = Process("carry out", url, name)
    try:
        yield
    finally:
        worker.kill()


def wait_for(it: Callable[[], bool]) -> None:
    until = monotonic() + SLOWEST_START + STANDSTILL
    while not it():
        assert monotonic() < until, "it never comes"
        sleep(0.01)


def done_parts(shop: Shop, key: UUID) -> dict[UUID, datetime | None]:
    """When each part was finished."""
    with shop.looking() as db:
        return {part.id: part.done_at for part in db.scalars(select(BundlePart).where(BundlePart.bundle_id == key))}


def made(shop: Shop, key: UUID) -> bool:
    with shop.looking() as db:
        return db.get_one(Bundle, key).made_at is not None


def wait_until_nothing_is_open(database: Database) -> None:
    """Wait as long as there is less to do than before."""
    least, until = sys.maxsize, monotonic() + STANDSTILL
    while least:
        with database.reading() as db:
            still_open = db.scalars(select(JobRecord).where(JobRecord.state != JobState.DONE)).all()
        if len(still_open) < least:
            least, until = len(still_open), monotonic() + STANDSTILL
        assert monotonic() < until, f"{least} jobs are never done"
        # Five workers may have died over the same job: then it waits for a person, and here is one.
        for row in still_open:
            if row.state is JobState.FAILED:
                with database.writing() as db:
                    jobs.retry(db, row.key)
        sleep(0.1)
