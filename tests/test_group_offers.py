"""Group-purchase proposals: from a need sheet that says enough, at prices that left the house or are marked."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from dealer.engine.steps import Refused
from dealer.market import group_offers
from dealer.market.group_offers import FinanceRow, Proposing
from dealer.papers import printing
from dealer.people import by_number
from dealer.quotations.offers import Sending
from dealer.records.deals import Deal, DealState, Need, NeedLine, PurchaseMode, Use
from dealer.records.market import FinanceKind, GroupOffer
from dealer.records.quotations import Quotation
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.quoting import deal_at_quotation, draft, gift, lines, move_deal, open_for_business, put_in_force, step

TOLD: dict[str, Any] = {
    "delivery": "合同签订后 30 日内交付。", "service": "售后热线 0871-65551001。",
    "finance": (FinanceRow(kind=FinanceKind.LOAN, down_percent=30, months=36, note="由银行审批"),),
}  # fmt: skip


def want(shop: Shop, number: int, **known: Any) -> None:
    """What the need sheet of a deal says."""
    with shop.acting("李娜", at("2026-10-11 09:00")) as ask:
        deal = by_number(ask.db, Deal, ask.actor, number)
        assert deal is not None
        ask.db.execute(update(Need).where(Need.deal_id == deal.id).values(**known))


def make(shop: Shop, number: int, when: str = "2026-10-20 10:00", **more: Any) -> GroupOffer:
    """李娜 makes a proposal."""
    with shop.acting("李娜", at(when), Proposing(**TOLD | more)) as ask:
        deal = by_number(ask.db, Deal, ask.actor, number)
        assert deal is not None
        offer = group_offers.proposed(deal, ask)
        group_offers.GROUP_OFFERS.begin("make", offer, ask)
        return offer


def said(shop: Shop, offer: GroupOffer, language: str = "zh") -> dict[str, Any]:
    """The terms of its paper."""
    with shop.looking() as db:
        terms: dict[str, Any] = printing.in_both(db, offer.id)[language].terms
        return terms


def test_an_empty_need_sheet_makes_no_proposal_and_the_missing_fields_are_named(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    open_for_business(shop)
    lina = desk("李娜")
    person = {"name": "段莉", "customer_class": "individual", "contact": "段莉", "phone": "13888880031"}
    assert lina.ask("/deals/new", person).json == {"url": "/deals/1"}
    facts = {"delivery": TOLD["delivery"], "service": TOLD["service"]}
    refused = lina.ask("/deals/1/group-offers/new", facts)
    assert refused.codes == ("E-NEED",)
    assert all(
        each in refused.json["refusals"][0]["sentence"] for each in ("使用性质", "意向车辆", "期望交付日", "采购方式")
    )
    page = lina.get("/deals/1/group-offers/new")
    assert "/deals/1/fill_need" in page.html
    # a deal of his is what somebody else does not even see
    assert desk("王磊").get("/deals/1/group-offers/new").status == 404


@pytest.mark.parametrize(
    ("known", "missing"),
    [
        ({}, ["Wanted by"]),
        (
            {"use": Use.UNKNOWN, "purchase_mode": PurchaseMode.UNKNOWN},
            ["Use of the cars", "Wanted by", "Purchase mode"],
        ),
    ],
)
def test_each_missing_field_is_told(known: dict[str, Any], missing: list[str]) -> None:
    need = Need(**{"use": Use.RENTAL, "purchase_mode": PurchaseMode.DIRECT} | known, lines=[NeedLine(quantity=1)])
    assert list(group_offers.missing_in(need)) == missing
    assert len(list(group_offers.missing_in(None))) == 4


def test_a_proposal_repeats_a_quotation_that_is_with_the_customer_and_binds_as_it_does(shop: Shop) -> None:
    open_for_business(shop)
    number = deal_at_quotation(shop)
    want(shop, number, wanted_by=at("2026-12-31 00:00").date())
    quoted = draft(shop, number, lines(shop, ("X5", 10, 138_000), extras=(gift(900),)))
    with shop.looking() as db:
        deal = by_number(db, Deal, shop.actor("李娜"), number)
        assert deal is not None
        assert group_offers.quotations_with_customer(db, deal, at("2026-10-20 00:00").date()) == []
        key = by_number(db, Quotation, shop.actor("李娜"), quoted).id
    with pytest.raises(Refused) as refused:
        make(shop, number, quotation=key)  # a draft has not left the house
    assert refused.value.codes == ("E-QUOTE-NONE",)
    step(shop, "李娜", "2026-10-12 10:00", quoted, "submit")
    step(
        shop,
        "李娜",
        "2026-10-12 11:00",
        quoted,
        "send",
        Sending(valid_until=at("2026-10-30 00:00").date(), binding=True),
    )
    offer = make(shop, number, quotation=key)
    assert offer.code == "YLYX-TG-2026-0001"
    terms, english = said(shop, offer), said(shop, offer, "en")
    assert (terms["offer"], terms["valid_until"]) == ("binding", "2026-10-30")
    assert terms["vehicles"][0]["unit_price_fen"] == 138_000_00
    assert [each["name"] for each in terms["gifts"]] == ["行车记录仪"]
    assert "YLYX-BJ-2026" in terms["quotation"]
    assert (terms["use"], english["use"]) == ("租赁", "Rental")
    assert english["finance"][0]["kind"] == "loan"
    # the next price list changes nothing of what the customer holds
    put_in_force(shop, "PV-2026-11", at("2026-11-01 00:00").date(), "2026-10-25 09:00",
                 {"X5": (149_800, 146_800, 141_800, 138_000)})  # fmt: skip
    assert said(shop, offer) == terms
    with pytest.raises(Refused) as refused:
        make(shop, number, "2026-11-20 10:00", quotation=key)  # its validity is over
    assert refused.value.codes == ("E-QUOTE-NONE",)


def test_without_a_quotation_the_marked_prices_stand_for_information(shop: Shop) -> None:
    open_for_business(shop)
    number = deal_at_quotation(shop, wanted=(("X5", 10), ("E3", 2)))
    want(shop, number, wanted_by=at("2026-12-31 00:00").date())
    terms = said(shop, make(shop, number))
    assert (terms["offer"], terms["valid_until"], terms["list_from"]) == ("invitation", None, "2026-10-01")
    assert [each["unit_price_fen"] for each in terms["vehicles"]] == [139_800_00, 169_800_00]
    move_deal(shop, number, DealState.LOST, "2026-10-21 09:00")
    with pytest.raises(Refused) as refused:
        make(shop, number, "2026-10-22 10:00")
    assert refused.value.codes == ("E-DEAL-STATE",)
