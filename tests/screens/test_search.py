"""Search: what people know of a deal, a customer or a car leads to it, and to nobody who may not see it."""

from collections.abc import Callable, Iterator

import pytest

from dealer import workflow
from dealer.engine.database import Database
from dealer.stock import vehicles
from dealer.stock.yard import NewUnit
from tests.cast import Shop
from tests.conftest import Lender, at
from tests.databases import KINDS
from tests.desk import Desk
from tests.stories import test_01_government as told

Desks = Callable[[str], Desk]
DEAL, CUSTOMER, CAR, DEMO_CAR = 'href="/deals/1"', 'href="/customers/1"', 'href="/stock/1"', 'href="/democars"'


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, whole_shops: Lender) -> Iterator[Database]:
    """The whole shop, with demo cars."""
    with whole_shops.lend(request.param, "story") as lent:
        yield lent


@pytest.fixture
def known(shop: Shop, desk: Desks) -> Desk:
    """李娜, who has a deal of the police; an X5 with the VIN LYLAA4183T2100011 stands in the yard."""
    li = desk("李娜")
    assert li.submit("/deals/new", told.POLICE).url == "/deals/1"
    model = told.Case(shop, desk).keys()["X5"]
    facts = NewUnit.model_validate({"model": model, "vin": told.VINS[0], "colour": "珠光白"})
    with shop.acting("孙强", at("2026-11-10 09:00"), facts) as ask:
        workflow.begin(vehicles.new_unit(ask), "arrive", ask)
    return li


def test_what_one_knows_leads_to_it(known: Desk) -> None:
    for typed, found in (
        ("公安局", (DEAL, CUSTOMER)),
        ("moushigonganju", (DEAL, CUSTOMER)),
        ("MSGAJ", (DEAL, CUSTOMER)),
        ("0021", (DEAL, CUSTOMER)),  # the end of 杨帆's phone
        ("13888880021", (DEAL, CUSTOMER)),
        ("11530100015112347k", (DEAL, CUSTOMER)),
        ("100011", (CAR,)),
        ("t2100011", (CAR,)),
        ("lylaa4183t2100011", (CAR,)),
        ("A·5X", (DEMO_CAR,)),
        ("021", ()),  # of a phone four digits are asked for, of a VIN four characters
        ("1OOO11", ()),
        ("%", ()),
    ):
        page = known.get(f"/search?q={typed.replace('%', '%25')}")
        assert page.status == 200
        assert {each for each in (DEAL, CUSTOMER, CAR, DEMO_CAR) if each in page.html} == set(found), typed


def test_the_number_of_a_deal_leads_straight_to_it(known: Desk) -> None:
    assert known.get("/search?q=ka-2026-0001").url == "/deals/1"


def test_nobody_finds_what_they_may_not_see(known: Desk, desk: Desks) -> None:
    """A colleague's deal is not 王磊's; reception does not look into the stock, finance not after demo cars."""
    assert DEAL not in desk("王磊").get("/search?q=公安局").html
    assert CAR not in desk("赵敏").get("/search?q=100011").html
    assert DEMO_CAR in desk("赵敏").get("/search?q=A·5X").html
    assert DEMO_CAR not in desk("高洁").get("/search?q=A·5X").html
