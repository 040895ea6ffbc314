"""Stories play in the whole shop: people, models, prices, demo cars and routes of DOMAIN's fixture."""

from collections.abc import Iterator

import pytest

from dealer import demo_shop
from dealer.engine.database import Database, open_database
from tests.cast import cheap_hash
from tests.conftest import KEYS, at, make_tables
from tests.databases import Databases


def _found_everything(url: str) -> None:
    database = open_database(url, KEYS)
    make_tables(database)
    demo_shop.found(database, cheap_hash(), at("2026-09-25 09:00"))
    database.engine.dispose()


@pytest.fixture(scope="session")
def story_databases(databases: Databases) -> Databases:
    """The two servers with the template of the whole shop."""
    for kind in ("sqlite", "postgresql"):
        databases.template(kind, _found_everything, name="story")
    return databases


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, story_databases: Databases) -> Iterator[Database]:
    """An own copy of the whole shop for this story."""
    url = story_databases.fresh(request.param, name="story")
    opened = open_database(url, KEYS)
    yield opened
    opened.engine.dispose()
    story_databases.drop(url)
