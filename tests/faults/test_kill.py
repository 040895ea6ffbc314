"""kill -9: what was acknowledged is done, and done once; nothing is done that nobody ordered. (`./run faults kill`
does it a hundred times.)"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from time import monotonic, sleep
from uuid import UUID

import pytest
from sqlalchemy import select

from dealer.engine.database import open_database
from dealer.papers import bundles
from dealer.people import by_number
from dealer.records.bundles import Bundle, BundlePart
from dealer.records.contracts import Contract, PrintLog
from faults._killing import killed_at_work
from faults._nursery import Nursery, kill
from tests.cast import Shop
from tests.conftest import KEYS, at
from tests.contracts import shelf
from tests.databases import KINDS, Databases

KILLS = 3
PATIENCE = 35  # seconds


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Where web servers and workers come from."""
    with Nursery() as opened:
        yield opened


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """Where the database of a shop with its people is."""
    url = databases.fresh(request.param)
    yield url
    databases.drop(url)


def test_work_that_was_acknowledged_is_done_once_whoever_is_killed(url: str, nursery: Nursery) -> None:
    seen = killed_at_work(url, KILLS, nursery)
    assert len(seen.acknowledged) > KILLS
    assert seen.jobs > 0
    assert (seen.lost, seen.duplicated, seen.broken) == ([], [], [])


def test_a_bundle_goes_on_behind_what_a_killed_worker_has_finished(url: str, nursery: Nursery) -> None:
    database = open_database(url, KEYS)
    shop = Shop(database)
    numbers = shelf(shop, 80)
    with shop.acting("吴倩", at("2026-11-10 09:00"), bundles.WantedBundle()) as ask:
        key = bundles.order(ask, [by_number(ask.db, Contract, ask.actor, number) for number in numbers]).id
    with working(nursery, url, "the first"):
        wait_for(lambda: any(done_parts(shop, key).values()))
    before = done_parts(shop, key)
    finished = {part: at_ for part, at_ in before.items() if at_}
    assert 0 < len(finished) < 80, "the worker was not killed in the middle: the test proves nothing"
    with working(nursery, url, "the second"):
        wait_for(lambda: made(shop, key))
    after = done_parts(shop, key)
    assert all(after.values())
    assert {part: after[part] for part in finished} == finished, "a finished part was done again"
    with shop.acting("吴倩", at("2026-11-10 10:00")) as ask:
        for _ in range(2):
            bundles.hand_out(ask, ask.db.get_one(Bundle, key))
    with shop.looking() as db:
        assert Counter(db.scalars(select(PrintLog.copy))) == {1: 80}
    database.engine.dispose()


@contextmanager
def working(nursery: Nursery, url: str, name: str) -> Iterator[None]:
    """A worker that is killed at the end of the block."""
    worker = nursery.work(url, name)
    try:
        yield
    finally:
        kill(worker)


def wait_for(it: Callable[[], bool]) -> None:
    until = monotonic() + PATIENCE
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
