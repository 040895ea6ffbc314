"""Stories play in the whole shop: people, models, prices, demo cars and routes of DOMAIN's fixture."""

from collections.abc import Iterator

import pytest

from dealer import demo_shop
from dealer.engine.database import Database, open_database
from tests.cast import cheap_hash
from tests.conftest import KEYS, Lender, at, make_tables
from tests.databases import KINDS, Databases


def _found_everything(url: str) -> None:
    database = open_database(url, KEYS)
    make_tables(database)
    demo_shop.found(database, cheap_hash(), at("2026-09-25 09:00"))
    database.engine.dispose()


@pytest.fixture(scope="session")
def whole_shops(databases: Databases, lender: Lender) -> Lender:
    """The two servers with the template of the whole shop."""
    for kind in KINDS:
        databases.template(kind, _found_everything, name="story")
    return lender


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, whole_shops: Lender) -> Iterator[Database]:
    """An own copy of the whole shop for this story."""
    with whole_shops.lend(request.param, "story") as lent:
        yield lent
