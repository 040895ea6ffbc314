"""The shop of the stories opens: prices in force, cars to drive, everybody at their desk."""

from collections.abc import Callable

from dealer import demo_shop, pricing
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
