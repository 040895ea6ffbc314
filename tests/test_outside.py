"""People of a sub-dealer: who they are, what they may do, how low they sell, and who goes on with their deals."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from dealer import people, workflow
from dealer.engine.database import new_id
from dealer.network import own_floors
from dealer.people import by_number
from dealer.prices import pricing
from dealer.prices.pricing import Agreed
from dealer.quotations import quotation
from dealer.quotations.offers import Lines
from dealer.records.deals import Deal
from dealer.records.network import SubDealer
from dealer.records.people import Posting, Role
from dealer.records.prices import PriceListLine
from dealer.records.quotations import ExceptionState, PriceException, Quotation, QuotationState, Tier
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.quoting import model, open_for_business
from tests.test_network import YILIANG, agreement

COOP = {
    "name": "宜良县供销社", "customer_class": "state_owned_group", "uscc": "91530129MA6P7T4R24", "contact": "张茂",
    "phone": "13888880073", "title": "业务用车 3 台",
}  # fmt: skip
WHY = {"reason": "竞品报价更低"}


@pytest.mark.parametrize(
    ("agreed", "floor"),
    [(137_300, 137_300), (136_800, 136_800), (130_000, 136_800), (None, 139_800)],
)
def test_a_sub_dealer_sells_down_to_what_is_agreed_and_never_below_a_consultants_floor(
    agreed: int | None, floor: int
) -> None:
    car = new_id()
    price = PriceListLine(
        model_id=car, marked=139_800_00, floor_consultant=136_800_00, floor_key_account=131_800_00,
        floor_general=128_000_00,
    )  # fmt: skip
    held = Agreed({} if agreed is None else {car: agreed * 100})
    assert pricing.floor_of(held, price) == floor * 100
    assert pricing.tier_for(floor * 300, 3, price, held) is Tier.OWN
    assert pricing.tier_for(floor * 300 - 1, 3, price, held) is Tier.KEY_ACCOUNT


@pytest.fixture
def network(shop: Shop, desk: Callable[[str], Desk]) -> Desk:
    """何涛's desk, with one active sub-dealer, whose seller is 普艳."""
    open_for_business(shop)
    he = desk("何涛")
    he.submit("/network/new", YILIANG)
    he.submit("/network/1/record_agreement", agreement(shop))
    desk("周建国").ask("/network/1/confirm_agreement")
    assert he.ask("/network/1/activate").status == 200
    with shop.database.writing(shop.store.id) as db:
        posted = db.scalars(select(Posting).where(Posting.role == Role.SUB_DEALER)).one()
        posted.sub_dealer_id = db.scalars(select(SubDealer.id)).one()
    return he


def _quoted(shop: Shop, seller: Desk, price: str) -> int:
    """Three X5 at a price, written by the seller; the number of the quotation."""
    car = {"model": str(model(shop, "X5").id), "colour": "白", "quantity": 3, "unit_price": price}
    with shop.acting(seller.name, seller.clock.now, Lines.model_validate({"lines": [car]})) as ask:
        deal = by_number(ask.db, Deal, ask.actor, 1)
        assert deal is not None
        offer = quotation.blank(deal)
        workflow.begin(offer, "draft", ask)
        return offer.number


def _state(shop: Shop, number: int) -> QuotationState:
    with shop.looking() as db:
        offer = by_number(db, Quotation, shop.actor("何涛"), number)
        assert offer is not None
        return offer.state


def test_a_seller_brings_a_customer_quotes_within_the_agreement_and_our_house_goes_on(
    shop: Shop, desk: Callable[[str], Desk], network: Desk
) -> None:
    pu = desk("普艳")
    assert "林芳" not in pu.get("/account/stand-in").text, "nobody stands in for her: she is offered nobody of ours"
    assert pu.submit("/deals/new", COOP).url == "/deals/1"
    wanted: dict[str, Any] = {"model": str(model(shop, "X5").id), "colour": "白", "quantity": 3}
    assert pu.ask("/deals/1/fill_need", {"use": "business", "lines": [wanted]}).status == 200
    assert pu.ask("/deals/1/start_quotation").status == 200

    # as agreed it is hers to give; a yuan less is an exception that the key-account manager decides
    number = _quoted(shop, pu, "137300")
    assert pu.ask(f"/quotations/{number}/submit", WHY).status == 200
    assert _state(shop, number) is QuotationState.READY
    assert pu.ask(f"/quotations/{number}/send", {"valid_until": "2026-11-20"}).status == 200
    lower = _quoted(shop, pu, "137299")
    assert pu.ask(f"/quotations/{lower}/submit", WHY).status == 200
    with shop.looking() as db:
        case = db.scalars(select(PriceException)).one()
        assert (case.state, case.tier, case.asked["floor_own"]) == (
            ExceptionState.PENDING, Tier.KEY_ACCOUNT, 137_300_00,
        )  # fmt: skip
    assert pu.get("/approvals/1").status == 404, "what is normal in our house is not hers to read"
    assert desk("陈静").ask("/approvals/1/approve", {"comment": "同意"}).status == 200
    assert _state(shop, lower) is QuotationState.READY

    # the contract is our house's: the network manager takes the deal over, and she goes on seeing it
    assert "E-OUR-HOUSE" in pu.ask("/deals/1/submit_review").codes
    assert pu.ask("/deals/1/accompany").codes == ("E-NOT-YOURS",)
    assert network.submit("/deals/1/accompany").status == 200
    assert "E-OUR-HOUSE" not in network.ask("/deals/1/submit_review").codes
    assert pu.get("/deals/1").status == 200
    assert pu.ask("/deals/1/fill_need", {"use": "business", "lines": [wanted]}).codes == ("E-NOT-YOURS",)
    assert "来自宜良滇行汽贸" in desk("陈静").get("/deals/1").text


def test_a_seller_learns_nothing_of_customers_whom_our_house_knows(
    shop: Shop, desk: Callable[[str], Desk], network: Desk
) -> None:
    lina, pu = desk("李娜"), desk("普艳")
    ours = {"name": "滇行租赁公司", "customer_class": "rental", "uscc": "91530100MA6KCX9U4R", "contact": "段莉",
            "phone": "13888880031"}  # fmt: skip
    assert lina.submit("/deals/new", ours).url == "/deals/1"
    refused = pu.submit("/deals/new", COOP | {"uscc": ours["uscc"]})
    assert refused.status == 409
    assert "本店已有该客户" in refused.text
    assert "滇行租赁" not in refused.text
    assert pu.submit("/deals/new", COOP).url == "/deals/2"
    for url in (
        "/deals/1",
        "/customers/2",
        "/approvals/1",
        "/contracts",
        "/stock",
        "/prospects",
        "/outings",
        "/people",
    ):
        assert pu.get(url).status in (403, 404), url
    for url in ("/deals?view=list", "/customers?q=滇行", "/search?q=13888880031", "/search?q=滇行", "/today"):
        assert "滇行租赁" not in pu.get(url).text, url
        assert "李娜" not in pu.get(url).text, url
    # what she brought she reads whole, others of our house masked as everywhere
    assert "13888880073" in pu.get("/deals/2").text
    assert "138****0073" in desk("高洁").get("/deals/2").text


def test_what_the_network_manager_writes_down_for_them_is_seen_by_them(
    shop: Shop, desk: Callable[[str], Desk], network: Desk
) -> None:
    pu = desk("普艳")
    assert desk("李娜").submit("/network/1/deals", COOP).status == 403
    assert network.submit("/network/1/deals", COOP).url == "/deals/1"
    assert "宜良县供销社" in pu.get("/deals").text
    assert "宜良县供销社" in pu.get("/network/1").text
    assert pu.ask("/deals/1/start_quotation").codes == ("E-NOT-YOURS",)
    assert "138****0073" in pu.get("/deals/1").text, "whom our house brought she reads masked"
    network.submit("/network/1/suspend", {"comment": "展厅整改"})
    stopped = pu.submit("/deals/new", COOP | {"name": "宜良客运站", "uscc": "91530124MA6Q3W9E1U"})
    assert "目前未在合作中" in stopped.text
    with shop.looking() as db:
        held = own_floors.authority_of(db, shop.person("普艳").id, shop.store.id, at("2026-11-10 09:00").date())
        assert held == Agreed({}), "at the marked price only"


def test_nobody_is_of_our_house_and_of_a_sub_dealer(shop: Shop, desk: Callable[[str], Desk], network: Desk) -> None:
    xu = desk("许明")
    with shop.looking() as db:
        key = str(db.scalars(select(SubDealer.id)).one())
    new = {"name": "普文斌", "sign_in": "puwenbin", "role": "sub_dealer_seller"}
    assert xu.ask("/people/new", new).codes == ("E-SUB-DEALER-ROLE",)
    assert xu.ask("/people/new", new | {"role": "consultant", "sub_dealer": key}).codes == ("E-SUB-DEALER-ROLE",)
    assert xu.ask("/people/new", new | {"sub_dealer": key}).status == 200
    pu, wang = shop.person("普艳").id, shop.person("王磊").id
    assert xu.ask(f"/people/{pu}/post", {"role": "consultant"}).codes == ("E-SUB-DEALER-ROLE",)
    absent = {"from_day": "2026-11-10", "to_day": "2026-11-12"}
    for away, other in ((pu, wang), (wang, pu)):
        assert xu.ask(f"/people/{away}/stand-in", absent | {"stand_in": str(other)}).codes == ("E-SUB-DEALER-ROLE",)
    assert "普文斌" in network.get("/network/1").text
    with shop.looking() as db:
        assert people.is_outside(db, pu, shop.store.id)
