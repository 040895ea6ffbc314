"""Stories play in the whole shop: people, models, prices, demo cars and routes of DOMAIN's fixture."""

from collections.abc import Iterator

import pytest

from dealer.engine.database import Database
from tests.conftest import Lender
from tests.databases import KINDS


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, whole_shops: Lender) -> Iterator[Database]:
    """An own copy of the whole shop for this story."""
    with whole_shops.lend(request.param, "story") as lent:
        yield lent
