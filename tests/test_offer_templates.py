"""Offer templates: kept by the key-account manager, offered to customers of a class, held against today's floors."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from dealer.engine.history import of_thing
from dealer.records.offer_templates import OfferTemplate
from dealer.records.quotations import Quotation, QuotationState
from dealer.records.vehicles import Model
from tests import quoting
from tests.cast import Shop
from tests.desk import Desk

Desks = Callable[[str], Desk]


@pytest.fixture
def deal(shop: Shop) -> int:
    """A deal of 李娜 with a rental company."""
    quoting.open_for_business(shop)
    return quoting.deal_at_quotation(shop)


def template(shop: Shop, **changed: Any) -> dict[str, Any]:
    """Two X5 with a gift that one tender named, for rental companies."""
    model = str(quoting.model(shop, "X5").id)
    car = {"model": model, "colour": "黑", "quantity": 2, "unit_price": "136,799", "section": "市区"}
    extra = {"line": 1, "kind": "gift", "name": "脚垫", "amount": "100", "named_in_tender": True}
    facts = {
        "name": "租赁标准配置",
        "customer_class": "rental",
        "lines": [car],
        "extras": [extra],
    }
    return facts | {"remark": "交车前完成上牌。"} | changed


def kept(shop: Shop) -> list[OfferTemplate]:
    with shop.looking() as db:
        return list(db.scalars(select(OfferTemplate)))


def test_the_editor_offers_the_templates_of_the_customers_class_and_checks_what_is_saved(
    shop: Shop, desk: Desks, deal: int
) -> None:
    kam, lina = desk("陈静"), desk("李娜")
    assert kam.ask("/offer-templates/new", template(shop)).json == {"url": "/offer-templates"}
    assert kam.ask("/offer-templates/new", template(shop, name="出租车", customer_class="taxi")).status == 200
    rental, taxi = sorted(kept(shop), key=lambda each: each.customer_class.value)
    editor = lina.get(f"/deals/{deal}/quotations/new")
    assert f"?template={rental.id}" in editor.html
    assert f"?template={taxi.id}" not in editor.html
    begun = lina.get(f"/deals/{deal}/quotations/new?template={rental.id}")
    for shown in ('value="136,799"', 'value="市区"', 'value="脚垫"', "交车前完成上牌。", "这是 租赁标准配置 的明细"):
        assert shown in begun.html, shown
    assert "checked" not in begun.html.partition('name="extras-0-named_in_tender"')[2].partition(">")[0]
    assert quoting_numbers(shop) == []  # nothing is saved by looking
    saved = lina.ask(f"/deals/{deal}/quotations/new", {"lines": template(shop)["lines"]})
    number = int(saved.json["url"].rpartition("/")[2])
    assert lina.ask(f"/quotations/{number}/submit", {"reason": "批量"}).status == 200
    assert quoting.quotation_of(shop, number).state is QuotationState.PENDING_PRICE


def quoting_numbers(shop: Shop) -> list[int]:
    with shop.looking() as db:
        return list(db.scalars(select(Quotation.number)))


def test_models_that_are_no_longer_on_the_list_are_named(shop: Shop, desk: Desks, deal: int) -> None:
    kam = desk("陈静")
    assert kam.ask("/offer-templates/new", template(shop)).status == 200
    [known] = kept(shop)
    assert "已不在价格表内" not in kam.get("/offer-templates").text
    with shop.database.writing(shop.store.id) as db:
        db.scalars(select(Model).where(Model.code == "X5")).one().active = False
    told = "已不在价格表内：云岭 X5"
    for page in (
        kam.get("/offer-templates"),
        kam.get(f"/offer-templates/{known.id}"),
        desk("李娜").get(f"/deals/{deal}/quotations/new?template={known.id}"),
    ):
        assert told in page.text


def test_a_template_is_written_anew_and_dropped_and_both_stay_in_its_history(
    shop: Shop, desk: Desks, deal: int
) -> None:
    kam = desk("陈静")
    kam.ask("/offer-templates/new", template(shop))
    [known] = kept(shop)
    assert kam.ask(f"/offer-templates/{known.id}", template(shop, remark="含首次保养。")).status == 200
    assert "含首次保养。" in kam.get(f"/offer-templates/{known.id}").html
    blank = kam.get(f"/offer-templates/{known.id}")
    assert kam.post(f"/offer-templates/{known.id}/drop", {}, blank).url == "/offer-templates"
    assert kam.get(f"/offer-templates/{known.id}").status == 404
    assert f"?template={known.id}" not in desk("李娜").get(f"/deals/{deal}/quotations/new").html
    assert desk("李娜").get(f"/deals/{deal}/quotations/new?template={known.id}").status == 404
    with shop.looking() as db:
        assert [row.action for row in of_thing(db, shop.store.id, known.id)] == ["write", "write", "drop"]


def test_a_template_that_cannot_be_is_refused_beside_its_field(shop: Shop, desk: Desks, deal: int) -> None:
    kam = desk("陈静")
    kam.ask("/offer-templates/new", template(shop))
    cases = [
        (template(shop), "name", "E-NAME-TAKEN"),
        (template(shop, name="另一套", extras=[template(shop)["extras"][0] | {"line": 2}]), "extras", "E-LINE"),
    ]
    for facts, field, code in cases:
        answer = kam.ask("/offer-templates/new", facts)
        assert [(each["field"], each["code"]) for each in answer.json["refusals"]] == [(field, code)]


def test_only_the_key_account_manager_keeps_templates(shop: Shop, desk: Desks, deal: int) -> None:
    for who in ("李娜", "周建国", "高洁"):
        other = desk(who)
        assert other.get("/offer-templates").status == 403
        answer = other.ask("/offer-templates/new", template(shop))
        assert answer.codes == ("E-NOT-YOURS",)
    assert kept(shop) == []
