"""Competitors: what was seen has a day and a source, what was wrong keeps its first text, customers read only facts."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from dealer.engine.steps import Refused
from dealer.market import competitor_models, model_comparisons, sightings
from dealer.market.model_comparisons import Comparing
from dealer.people import by_number
from dealer.records.deals import Deal
from dealer.records.market import CompetitorModel, SightingSource
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.quoting import deal_at_quotation, model, open_for_business

SEEN = {
    "brand": "丰田", "name": "RAV4", "price": "128,800", "price_kind": "offered_price", "seen_on": "2026-11-08",
    "source": "price_tag", "place": "昆明西山店", "configuration": "2.0L CVT 风尚版，5 座",
}  # fmt: skip
DULL = SEEN | {"price": "", "configuration": ""}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("丰田", "RAV4"), ("丰田 ", "rav 4")),
        (("本田", "CR-V"), ("本田", "\uff23\uff32\uff36")),
        (("BYD", "Song L"), ("byd", "SONG-L")),
    ],
)
def test_a_model_is_recognised_however_it_is_typed(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert competitor_models.key_of(*one) == competitor_models.key_of(*other)
    assert competitor_models.key_of("本田", "CR-V") != competitor_models.key_of("本田", "CR-V e:PHEV")


def test_what_was_seen_has_a_day_and_its_correction_leaves_the_first_text(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    open_for_business(shop)
    number = deal_at_quotation(shop)
    lina, chen = desk("李娜"), desk("陈静")
    assert lina.ask("/sightings/new", DULL).codes == ("E-SIGHTING-EMPTY",)
    assert lina.ask("/sightings/new", SEEN | {"seen_on": "2026-11-11"}).codes == ("E-DAY-AHEAD",)
    assert f"/sightings/new?deal={number}" in lina.get(f"/deals/{number}").html
    form = lina.get(f"/sightings/new?deal={number}")
    chosen = form.html.split('name="deal"')[1].split(" selected")[0].rsplit('value="', 1)[1].split('"')[0]
    noted = lina.post("/sightings/new", SEEN | {"deal": chosen, "file": ("价签.pdf", b"%PDF-1.7 tag")}, form)
    assert noted.url == "/sightings/1"
    assert lina.get("/sightings/1/file").status == 200
    assert "丰田 RAV4" in lina.get(f"/deals/{number}").text
    # somebody else's is not hers to correct; what she corrects keeps how it was
    assert desk("王磊").ask("/sightings/1/correct", SEEN | {"reason": "x"}).codes == ("E-NOT-YOURS",)
    told = lina.submit("/sightings/1/correct", SEEN | {"deal": chosen, "price": "125,800", "reason": "看错一行"})
    assert all(each in told.text for each in ("125,800", "128,800", "看错一行", "已更正"))
    assert lina.get("/sightings/1/file").status == 200  # no other came, so it stays
    assert "/sightings/new" in lina.get("/competitors").html
    assert "以下车型" not in lina.get("/competitors").text
    lina.turn_clock("2027-01-08 09:00")
    lina.sign_in()
    assert "以下车型在 2026年11月9日 之后没有新的信息" in lina.get("/competitors").text
    chen.sign_in()
    # named wrongly: one correction for all that was seen of it
    assert chen.submit("/competitors/1/rename", {"brand": "一汽丰田", "name": "RAV4 荣放"}).status == 200
    assert "一汽丰田 RAV4 荣放" in chen.get("/sightings/1").text
    assert chen.submit("/sightings/1/take_back", {"reason": "不是现行价格"}).status == 200
    assert "RAV4" not in chen.get("/competitors").text
    assert "已作废" in chen.get("/competitors/1").text
    assert desk("高洁").get("/competitors").status == 403


def test_a_loss_names_a_model_of_the_list_or_lists_a_new_one(shop: Shop, desk: Callable[[str], Desk]) -> None:
    open_for_business(shop)
    number = deal_at_quotation(shop)
    lina = desk("李娜")
    lina.ask("/sightings/new", SEEN)
    assert 'list="f-competitor_brand-known"' in lina.get(f"/deals/{number}/ask_to_lose").html
    lost = {"reason": "competitor", "competitor_brand": "丰田", "competitor_model": "rav 4"}
    assert lina.ask(f"/deals/{number}/ask_to_lose", lost).status == 200
    desk("陈静").submit(f"/deals/{number}/lose", form_at=f"/deals/{number}")
    assert "滇行租赁公司" in lina.get("/competitors/1").text
    with shop.looking() as db:
        assert [each.name for each in db.scalars(select(CompetitorModel))] == ["RAV4"]


def _note(shop: Shop, **told: object) -> None:
    facts = sightings.Seen.model_validate(SEEN | {"price": 128_800_00} | told)
    with shop.acting("李娜", at("2026-11-10 09:00"), facts) as ask:
        sightings.SIGHTINGS.begin("record", sightings.recorded(ask), ask)


def _compare(shop: Shop, *names: str) -> model_comparisons.ModelComparison:
    with shop.looking() as db:
        theirs = tuple(db.scalars(select(CompetitorModel.id).where(CompetitorModel.name.in_(names))))
    facts = Comparing(ours=model(shop, "X5").id, theirs=theirs, customer="滇行租赁公司")
    with shop.acting("李娜", at("2026-11-10 10:00"), facts) as ask:
        return model_comparisons.make(ask)


def test_a_customer_reads_only_what_anybody_can_check(shop: Shop) -> None:
    open_for_business(shop)
    _note(shop, seen_on="2026-08-01")
    _note(shop, price=119_000_00, source=SightingSource.THEIR_OFFER, place="另一客户的报价")
    _note(shop, name="汉兰达", price=None, configuration="", policy="两年免息", source=SightingSource.WEBSITE)
    _note(shop, name="皇冠", source=SightingSource.HEARSAY)
    for name in ("汉兰达", "皇冠"):  # a policy alone compares nothing, and hearsay proves nothing
        with pytest.raises(Refused) as refused:
            _compare(shop, name)
        assert [each.code for each in refused.value.refusals] == ["E-COMPARE-EMPTY"]
    sheet = _compare(shop, "RAV4")
    with shop.looking() as db:
        found = model_comparisons.printing.in_both(db, sheet.id)
        assert set(found) == {"zh", "en"}
        terms = found["zh"].terms
    (rival,) = terms["rivals"]
    assert (rival["price"]["amount_fen"], rival["price"]["seen_on"], rival["price"]["old"]) == (
        128_800_00, "2026-08-01", True,
    )  # fmt: skip
    assert "另一客户" not in str(terms)
    assert terms["list_price_fen"] == 139_800_00


def test_an_exception_points_to_what_was_seen_for_its_deal(shop: Shop, desk: Callable[[str], Desk]) -> None:
    open_for_business(shop)
    number = deal_at_quotation(shop)
    lina = desk("李娜")
    with shop.looking() as db:
        deal = by_number(db, Deal, shop.actor("李娜"), number)
        assert deal is not None
    lina.ask("/sightings/new", SEEN)  # for no deal
    lina.ask("/sightings/new", SEEN | {"deal": str(deal.id), "price": "130,100"})
    car = {"model": str(model(shop, "X5").id), "colour": "白", "quantity": 10, "unit_price": "132,000"}
    assert lina.ask(f"/deals/{number}/quotations/new", {"lines": [car]}).status == 200
    form = lina.get("/quotations/1/submit")
    assert "130,100" in form.html
    choices = form.html.split('name="sighting"')[1].split("</select>")[0].split('value="')[2:]
    keys = [each.split('"')[0] for each in choices]
    assert len(keys) == 1
    told = lina.post("/quotations/1/submit", {"reason": "竞品更低", "sighting": keys[0]}, form)
    assert told.status == 200
    assert "130,100" in desk("陈静").get("/approvals/1").text
