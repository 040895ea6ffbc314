"""The shop of the stories opens: prices in force, cars to drive, everybody at their desk."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from dealer.demo import demo_floor, demo_shop
from dealer.demo.demo_stage import Stage
from dealer.prices import pricing
from dealer.records.testdrives import TestDrive
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk


def test_the_shop_opens_with_prices_in_force(shop: Shop) -> None:
    with shop.looking() as db:
        prices = pricing.list_in_force(db, shop.store.id, at("2026-10-12 09:00").date())
        assert prices is not None
        assert prices.name == "PV-2026-10"
        assert len(prices.lines) == len(demo_shop.MODELS)
        assert pricing.list_in_force(db, shop.store.id, at("2026-09-30 09:00").date()) is None


def test_everybody_of_the_cast_signs_in(desk: Callable[[str], Desk]) -> None:
    assert all(desk(name).get("/today").status == 200 for name in demo_shop.STAFF)


@pytest.mark.parametrize(("hour", "state"), [("02:11", "booked"), ("10:11", "verified"), ("18:11", "booked")])
def test_the_demo_has_its_drive_at_any_hour(shop: Shop, hour: str, state: str) -> None:
    """Whoever tries the demo by night finds the drive of tomorrow, because nobody drives outside the hours."""
    demo_floor.a_drive_only_has_to_be_started(Stage(shop.database, at(f"2026-11-27 {hour}")))
    with shop.looking() as db:
        assert db.scalars(select(TestDrive)).one().state == state
