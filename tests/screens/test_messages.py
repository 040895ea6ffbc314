"""Messages to paste into a chat: what they say, that one tap copies and writes down, and to whom none is sent."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from dealer.engine.steps import Ask
from dealer.prospects import messages
from dealer.prospects.cards import CardFacts, Order
from dealer.records.prospects import Prospect, Source
from dealer.stock import catalogue
from tests import quoting
from tests.cast import STORE, Shop
from tests.conftest import at
from tests.desk import Desk
from tests.screens.browser import PHONE, open_page
from tests.test_prospects import carded, seen, take

Desks = Callable[[str], Desk]


def worded(shop: Shop, language: str) -> dict[str, str]:
    who = shop.actor("王磊")
    with shop.looking() as db:
        card = db.get_one(Prospect, seen(shop).id)
        told = messages.messages_for(db, card, who, Ask(db, who, at("2026-11-10 12:00")), language)
    return {each.subject.value: each.text for each in told}


def test_a_message_says_what_is_known_and_gives_nobody_away(shop: Shop) -> None:
    quoting.stock_models(shop)
    with shop.looking() as db:
        x5 = next(model.id for model in catalogue.all_models(db, shop.actor("王磊")) if model.code == "X5")
    who = {"phone": "13888880001", "name": "李建国", "company": "滇行租赁公司"}
    carded(shop, facts=CardFacts(**who, source=Source.OTHER, model=x5))
    assert set(worded(shop, "zh")) == {"thanks"}
    take(shop, "2026-11-10 11:00", "order", Order(what="X5 1 台"))
    chinese, english = worded(shop, "zh"), worded(shop, "en")
    assert set(chinese) == {"arrival", "thanks"}
    assert chinese["arrival"].startswith("李建国，您好！您订购的 X5 已经到店。")
    assert english["arrival"].startswith("Hello 李建国, the X5 that you ordered has arrived.")
    for text in (*chinese.values(), *english.values()):
        assert "王磊" in text
        assert STORE["name"] in text
        assert "13888880001" not in text
        assert "滇行租赁公司" not in text


def test_the_tap_writes_it_down_and_who_wants_none_gets_none(shop: Shop, desk: Desks) -> None:
    carded(shop)
    wang = desk("王磊")
    assert "/prospects/1/messages" in wang.get("/prospects/1").html
    blank = wang.get("/prospects/1/messages?in=en")
    assert "Hello 李先生" in blank.text
    page = wang.post("/prospects/1/messages", {"subject": "thanks", "language": "en"}, blank)
    assert page.url == "/prospects/1"
    assert "微信短信" in page.text
    assert "thank you for your time" in page.text
    nothing_booked = wang.get("/prospects/1/messages")
    assert wang.post("/prospects/1/messages", {"subject": "booking", "language": "zh"}, nothing_booked).status == 404
    quiet = CardFacts(phone="13888880001", name="李先生", source=Source.PASSING, do_not_call=True)
    take(shop, "2026-11-10 12:00", "edit", quiet)
    blank = wang.get("/prospects/1/messages")
    assert "客户要求不再联系" in blank.text
    assert "复制并记录" not in blank.text
    refused = wang.ask("/prospects/1/messages", {"subject": "thanks", "language": "zh"})
    assert refused.codes == ("E-DO-NOT-CALL",)


@pytest.mark.parametrize("who", ["李娜", "赵敏", "高洁"])
def test_words_for_a_customer_are_for_who_sees_the_card(shop: Shop, desk: Desks, who: str) -> None:
    carded(shop)
    assert desk(who).get("/prospects/1/messages").status == 404


def test_one_tap_copies_and_writes_down(chromium: Browser, own_demo: str) -> None:
    page = open_page(chromium, own_demo, "王磊", "zh", size=PHONE, permissions=["clipboard-read"])
    page.locator("main a", has_text="开始联系").click()
    card = page.url
    page.locator("main a", has_text="消息模板").click()
    text = page.locator("textarea").last.input_value()
    page.locator("button", has_text="复制并记录").last.click()
    page.wait_for_url(card)
    assert page.evaluate("navigator.clipboard.readText()") == text
    assert text in page.inner_text("#record")
    page.context.close()
