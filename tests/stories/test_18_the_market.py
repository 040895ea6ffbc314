"""Story 18: a competitor is seen, a deal negotiates during a campaign, and the campaign knows what came of it."""

from collections.abc import Callable

from sqlalchemy import select

from dealer.engine import history
from dealer.papers import printing
from dealer.people import by_number
from dealer.records.contracts import Rendering
from dealer.records.deals import Deal
from dealer.records.market import Campaign, GroupOffer
from dealer.records.quotations import Quotation
from dealer.records.vehicles import Model
from tests.cast import Shop
from tests.desk import Desk

PLAN = {
    "name": "十一月团购周", "kind": "promotion", "first_day": "2026-11-10", "last_day": "2026-11-16",
    "aim": "企业团购到店", "budget": "20000", "wanted_visits": "30", "grant_limit": "30000",
}  # fmt: skip
PARTY = {
    "phone": "13888880031", "name": "段莉", "company": "滇行租赁公司", "customer_class": "rental", "purpose": "quote",
    "source": "showroom_event", "quantity": "10",
}  # fmt: skip
CUSTOMER = {
    "name": "滇行租赁公司", "customer_class": "rental", "uscc": "91530100MA6KCX9U4R", "contact": "段莉", "visit": "1",
}  # fmt: skip
SEEN = {
    "brand": "远景", "name": "H6", "price": "135,900", "seen_on": "2026-11-10", "source": "price_tag",
}  # fmt: skip
PROPOSAL = {"delivery": "合同签订后 30 日内交付。", "service": "售后热线 0871-65551001。"}


def test_story_18_from_a_competitors_price_to_the_figures_of_a_campaign(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    chen, zhou, zhao, lina = desk("陈静"), desk("周建国"), desk("赵敏"), desk("李娜")
    with shop.looking() as db:
        x5 = str(db.scalars(select(Model.id).where(Model.code == "X5")).one())

    # the campaign of the week: gifts of 2,000 a car for X5, approved by the general manager and by nobody else
    gifts = {"model": x5, "kind": "gifts", "amount": "2000", "gift": "行车记录仪"}
    assert chen.ask("/campaigns/new", PLAN | {"effects": [gifts]}).json == {"url": "/campaigns/1"}
    assert chen.ask("/campaigns/1/submit").status == 200
    assert chen.ask("/campaigns/1/approve").codes == ("E-NOT-YOURS",)
    assert zhou.ask("/campaigns/1/approve").status == 200
    assert chen.ask("/campaigns/new", PLAN | {"name": "另一个", "effects": [gifts]}).status == 200
    assert chen.ask("/campaigns/2/submit").codes == ("E-CAMPAIGN-OVERLAP",)
    with shop.looking() as db:
        campaign = str(db.scalars(select(Campaign.id).where(Campaign.number == 1)).one())

    # reception asks what brought them: the card and the deal know it from the visit
    assert "十一月团购周" in zhao.get("/walkins/new").text
    me = str(shop.person("李娜").id)
    assert zhao.ask("/walkins/new", PARTY | {"campaign": campaign, "consultant": me}).status == 200
    assert lina.ask("/deals/new", CUSTOMER).json == {"url": "/deals/1"}

    # what the competitor asks for is noted for the deal; an empty need sheet makes no proposal
    with shop.looking() as db:
        deal = by_number(db, Deal, shop.actor("李娜"), 1)
        assert deal is not None
        assert str(deal.campaign_id) == campaign
    assert lina.ask("/sightings/new", SEEN | {"deal": str(deal.id)}).status == 200
    assert lina.ask("/deals/1/group-offers/new", PROPOSAL).codes == ("E-NEED",)
    need = {
        "use": "rental", "wanted_by": "2026-12-20", "purchase_mode": "direct",
        "lines": [{"model": x5, "colour": "白", "quantity": 10}],
    }  # fmt: skip
    assert lina.ask("/deals/1/fill_need", need).status == 200
    # before there is a quotation, the proposal tells what the campaign gives
    assert lina.ask("/deals/1/group-offers/new", PROPOSAL).json == {"url": "/group-offers/1"}
    with shop.looking() as db:
        first = by_number(db, GroupOffer, shop.actor("李娜"), 1)
        assert first is not None
        (given,) = printing.in_both(db, first.id)["zh"].terms["campaign_gifts"]
    assert (given["gift"], given["campaign"], given["until"]) == ("行车记录仪", "十一月团购周", "2026-11-16")
    assert lina.ask("/deals/1/start_quotation").status == 200

    # at the floor with gifts of 1,500 a car: the campaign bears them, so nobody has to be asked
    offer = {
        "lines": [{"model": x5, "colour": "白", "quantity": 10, "unit_price": "136800"}],
        "extras": [{"line": 1, "kind": "gift", "name": "行车记录仪", "amount": "15000"}],
    }  # fmt: skip
    assert lina.ask("/deals/1/quotations/new", offer).status == 200
    assert "十一月团购周" in lina.get("/quotations/1/submit").text
    assert lina.ask("/quotations/1/submit").status == 200
    assert lina.ask("/quotations/1/send", {"valid_until": "2026-11-20", "binding": True}).status == 200
    assert "十一月团购周" in lina.get("/quotations/1").text

    # the proposal repeats that offer, and binds as it does
    with shop.looking() as db:
        version = by_number(db, Quotation, shop.actor("李娜"), 1)
        assert version is not None
    made = lina.ask("/deals/1/group-offers/new", PROPOSAL | {"quotation": str(version.id)})
    assert made.json == {"url": "/group-offers/2"}
    with shop.looking() as db:
        proposal = by_number(db, GroupOffer, shop.actor("李娜"), 2)
        assert proposal is not None
        papers: dict[str, Rendering] = printing.in_both(db, proposal.id)
        assert {papers[each].terms["offer"] for each in ("zh", "en")} == {"binding"}
        assert papers["zh"].terms["gifts"] == [{"name": "行车记录仪", "quantity": 10}]
        told = [row.action for row in history.of_case(db, deal.store_id, deal.id)]
    assert {"record", "make"} <= set(told)  # in the story of the deal

    # what came of the campaign: one party, one deal, 15,000 given, each number with its rows
    page = chen.get("/campaigns/1")
    assert "15,000" in page.text
    assert chen.client.get("/campaigns/report/sheet").data[:2] == b"PK"
    for figure, rows in (("visits", "段莉"), ("deals", "滇行租赁公司"), ("given", "15,000")):
        address = next(each for each in page.html.split('href="') if f"figure={figure}&" in each.replace("&amp;", "&"))
        assert rows in chen.get(address.split('"')[0].replace("&amp;", "&")).text
