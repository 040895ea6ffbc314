"""Framework agreements: from the customer's page to the last car that is called off."""

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select

from dealer.approvals import authority
from dealer.deals.deals import Comment
from dealer.engine.steps import Refused
from dealer.frameworks import call_offs
from dealer.people import by_number
from dealer.records.contracts import Rendering
from dealer.records.deals import Deal, DealState
from dealer.records.frameworks import Framework, FrameworkState
from dealer.records.quotations import Quotation, QuotationState
from dealer.sweep import fire_due
from tests import quoting
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.quoting import PAPER, WHY, gift, lines, quotation_of, step

S, F = QuotationState, FrameworkState
UNTIL = quoting.send_until(date(2026, 11, 25))
Desks = Callable[[str], Desk]


@pytest.fixture
def deal(shop: Shop) -> int:
    """A deal of 李娜 with 滇行租赁公司, who pays 132,000 for an X5 by agreement, for twenty cars at most."""
    quoting.open_for_business(shop)
    return quoting.deal_at_quotation(shop)


def agreement(shop: Shop, price: str = "132,000", **changed: str) -> dict[str, Any]:
    """The form of an agreement as 陈静 fills it in."""
    head = {"title": "2026–2027 年度租赁用车", "from_day": "2026-11-01", "until_day": "2027-10-31", "ceiling": "20"}
    row = {"prices-0-model": str(quoting.model(shop, "X5").id), "prices-0-net_price": price}
    return head | row | changed


def in_force(shop: Shop, desk: Desks, **changed: str) -> None:
    """Written, submitted, approved and filed as it was signed, over the screens."""
    kam = desk("陈静")
    drawn = kam.submit("/customers/1/frameworks/new", agreement(shop, **changed))
    assert drawn.url == "/frameworks/1", drawn.text
    assert kam.ask("/frameworks/1/submit").status == 200
    press_says_yes(shop)
    assert desk("周建国").ask("/frameworks/1/approve").status == 200
    press_says_yes(shop)
    filed = desk("吴倩").submit("/frameworks/1/file_paper", signed())
    assert filed.url == "/frameworks/1", filed.text


def signed(**changed: Any) -> dict[str, Any]:
    """The form of filing an agreement that came back signed, as 吴倩 fills it in."""
    days = {"seller_signed_on": "2026-11-10", "buyer_signed_on": "2026-11-10"}
    people = {"seller_signer": "周建国", "buyer_signer": "杨志远"}
    return people | days | {"scan": ("协议.pdf", PAPER.content), "same_text": "on"} | changed


def press_says_yes(shop: Shop) -> None:
    """A press that these tests need not wait for; tests/test_framework_papers.py starts the real one."""
    with shop.database.writing(shop.store.id) as db:
        for rendering in db.scalars(select(Rendering).where(Rendering.subject_kind == Framework.__tablename__)):
            rendering.passed = True
        for framework in db.scalars(select(Framework).where(Framework.state == F.ISSUED)):
            framework.pdf_sha256 = "0" * 64


def called_off(shop: Shop, desk: Desks, deal: int, quantity: int = 10, price: int = 132_000, **more: Any) -> int:
    """The deal calls off and a quotation is drawn up and submitted; its number."""
    assert desk("李娜").ask(f"/deals/{deal}/call_off", {"framework": 1}).status == 200
    number = quoting.draft(shop, deal, lines(shop, ("X5", quantity, price), **more), when="2026-11-10 09:00")
    below = quoting.y(price) * quantity < quoting.y(132_000) * quantity or more
    step(shop, "李娜", "2026-11-10 09:10", number, "submit", WHY if below else None)
    return number


# ── its life ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_agreement_is_written_on_its_customers_page_and_approved_by_the_general_manager(
    shop: Shop, desk: Desks, deal: int
) -> None:
    kam = desk("陈静")
    assert "/customers/1/frameworks/new" in kam.get("/customers/1").html
    assert kam.submit("/customers/1/frameworks/new", agreement(shop, price="133,000")).url == "/frameworks/1"
    page = kam.submit("/frameworks/1/edit", agreement(shop))
    assert ("132,000" in page.text, "剩余 20 台，共 20 台" in page.text) == (True, True)
    assert kam.ask("/frameworks/1/submit").status == 200
    # nobody approves their own
    assert kam.ask("/frameworks/1/approve").codes == ("E-NOT-YOURS",)
    general = desk("周建国")
    assert "批准框架协议" in general.get("/today").text
    assert general.ask("/frameworks/1/approve").codes == ("E-TRIAL-WAITS",)
    press_says_yes(shop)
    assert general.ask("/frameworks/1/approve").status == 200
    # approved is not signed: nobody calls off from it yet
    assert desk("李娜").ask(f"/deals/{deal}/call_off", {"framework": 1}).status == 409
    clerk = desk("吴倩")
    assert "归档双方签署的框架协议" in clerk.get("/today").text
    assert "协议正在生成" in clerk.get("/frameworks/1").text
    press_says_yes(shop)
    page = clerk.submit("/frameworks/1/file_paper", signed(same_text="", buyer_signed_on="2026-11-11"))
    assert ("核对并勾选确认" in page.text, "之间的日期" in page.text) == (True, True)
    page = clerk.submit("/frameworks/1/file_paper", signed())
    assert ("周建国 11-10" in page.text, "杨志远 11-10" in page.text, "吴倩" in page.text) == (True, True, True)
    assert clerk.get("/frameworks/1/paper").status == 200
    for found in (desk("李娜").get("/frameworks"), desk("李娜").get("/customers/1")):
        assert ("2026–2027 年度租赁用车" in found.text, "生效" in found.text) == (True, True)
    assert desk("林芳").get("/frameworks/1").status == 404
    # it ends by itself
    fire_due(shop.database, at("2027-11-01 00:06"))
    with shop.looking() as db:
        assert db.scalars(select(Framework)).one().state is F.ENDED


@pytest.mark.parametrize(
    "until, models, field, code",
    [("2026-10-31", 1, "until_day", "E-FRAMEWORK"), ("2027-10-31", 2, "prices", "E-MODEL-TWICE")],
)
def test_an_agreement_that_cannot_be_is_refused_beside_its_field(
    shop: Shop, desk: Desks, deal: int, until: str, models: int, field: str, code: str
) -> None:
    rows = [{"model": str(quoting.model(shop, "X5").id), "net_price": "132000"}] * models
    facts = {"title": "年度用车", "from_day": "2026-11-01", "until_day": until, "prices": rows}
    answer = desk("陈静").ask("/customers/1/frameworks/new", facts)
    assert [(each["field"], each["code"]) for each in answer.json["refusals"]] == [(field, code)]


def test_below_the_last_floor_it_names_the_manufacturers_approval(shop: Shop, desk: Desks, deal: int) -> None:
    kam = desk("陈静")
    kam.submit("/customers/1/frameworks/new", agreement(shop, price="127,999.99"))
    assert kam.ask("/frameworks/1/submit").codes == ("E-PRICE-HARD-FLOOR",)
    kam.submit("/frameworks/1/edit", agreement(shop, price="127,999.99", project_approval="DKH-2026-7"))
    assert kam.ask("/frameworks/1/submit").status == 200


# ── calling off ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_at_the_agreed_price_nobody_is_asked_and_the_pages_say_what_is_left(shop: Shop, desk: Desks, deal: int) -> None:
    in_force(shop, desk)
    assert f"/deals/{deal}/call_off" in desk("李娜").get(f"/deals/{deal}").html
    number = called_off(shop, desk, deal, 12)
    assert quotation_of(shop, number).state is S.READY  # far below 李娜's floor of 136,800
    step(shop, "李娜", "2026-11-10 09:20", number, "send", UNTIL)
    lina = desk("李娜")
    for page in (lina.get(f"/deals/{deal}"), lina.get(f"/quotations/{number}"), lina.get("/frameworks/1")):
        assert "剩余 8 台，共 20 台" in page.text
    assert f"/deals/{deal}" in lina.get("/frameworks/1").html


def test_a_fen_below_the_agreed_price_or_a_gift_asks_as_always(shop: Shop, desk: Desks, deal: int) -> None:
    in_force(shop, desk)
    number = called_off(shop, desk, deal, 5, extras=[gift(1)])
    assert quotation_of(shop, number).state is S.PENDING_PRICE


def test_another_model_is_not_agreed(shop: Shop, desk: Desks, deal: int) -> None:
    in_force(shop, desk)
    assert desk("李娜").ask(f"/deals/{deal}/call_off", {"framework": 1}).status == 200
    number = quoting.draft(shop, deal, lines(shop, ("X5", 5, 132_000), ("E3", 2, 162_000)), when="2026-11-10 09:00")
    step(shop, "李娜", "2026-11-10 09:10", number, "submit", WHY)
    with shop.looking() as db:
        version = by_number(db, Quotation, shop.actor("李娜"), number)
        assert version is not None
        assert [line.position for line in authority.unauthorised_lines(db, version, date(2026, 11, 10))] == [2]


def test_beyond_the_ceiling_and_after_its_end_the_floors_count_again(shop: Shop, desk: Desks, deal: int) -> None:
    in_force(shop, desk)
    first = called_off(shop, desk, deal, 15)
    step(shop, "李娜", "2026-11-10 09:20", first, "send", UNTIL)
    other = _another_deal(shop)
    assert desk("李娜").ask(f"/deals/{other}/call_off", {"framework": 1}).status == 200
    number = quoting.draft(shop, other, lines(shop, ("X5", 6, 132_000)), when="2026-11-10 09:30")
    step(shop, "李娜", "2026-11-10 09:40", number, "submit", WHY)
    assert quotation_of(shop, number).state is S.PENDING_PRICE  # five are left
    # the first customer says no: their cars come back, and the second offer is ready by itself
    step(shop, "李娜", "2026-11-10 09:50", first, "reject", Comment(comment="预算不足"))
    quoting.time_passes(shop, other, "2026-11-10 10:00")
    assert quotation_of(shop, number).state is S.READY
    assert desk("陈静").ask("/frameworks/1/end", {"comment": "客户违约"}).status == 200
    quoting.time_passes(shop, other, "2026-11-10 10:10")
    assert quotation_of(shop, number).state is S.PENDING_PRICE


def test_what_the_customer_holds_is_honoured_after_the_agreement_has_ended(shop: Shop, desk: Desks, deal: int) -> None:
    in_force(shop, desk)
    number = called_off(shop, desk, deal, 20)
    step(shop, "李娜", "2026-11-10 09:20", number, "send", UNTIL)
    assert desk("陈静").ask("/frameworks/1/end", {"comment": "另订新协议"}).status == 200
    accepted = step(shop, "李娜", "2026-11-11 09:00", number, "accept", quoting.YES)
    with shop.looking() as db:
        again = by_number(db, Quotation, shop.actor("李娜"), accepted.number)
        assert again is not None
        assert authority.unauthorised_lines(db, again, date(2026, 12, 1)) == []


def test_only_agreements_of_the_customer_in_force_are_called_off_from(shop: Shop, desk: Desks, deal: int) -> None:
    lina = desk("李娜")
    assert lina.ask(f"/deals/{deal}/call_off", {}).codes == ("E-FRAMEWORK",)
    in_force(shop, desk)
    stranger = quoting.deal_at_quotation(shop, name="某市公安局")
    assert "E-FRAMEWORK" in lina.ask(f"/deals/{stranger}/call_off", {"framework": 1}).codes
    assert lina.ask(f"/deals/{deal}/call_off", {"framework": 7}).codes == ("E-FRAMEWORK",)
    assert lina.ask(f"/deals/{deal}/call_off", {"framework": 1}).status == 200
    assert lina.ask(f"/deals/{deal}/call_off", {}).status == 200  # and leaves it again
    with shop.looking() as db:
        assert db.scalars(select(Deal).where(Deal.number == deal)).one().framework is None


def test_of_two_offers_for_the_last_cars_one_is_sent(shop: Shop, desk: Desks, deal: int) -> None:
    in_force(shop, desk, ceiling="10")
    other = _another_deal(shop)
    numbers = [called_off(shop, desk, each, 10) for each in (deal, other)]
    assert [quotation_of(shop, each).state for each in numbers] == [S.READY, S.READY]
    told: dict[int, str] = {}
    together = Barrier(len(numbers))

    def send(number: int) -> None:
        together.wait()
        try:
            step(shop, "李娜", "2026-11-10 10:00", number, "send", UNTIL)
            told[number] = "sent"
        except Refused as refused:
            told[number] = refused.codes[0]

    threads = [Thread(target=send, args=(number,)) for number in numbers]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(told.values()) == ["E-APPROVAL-LAPSED", "sent"]
    with shop.looking() as db:
        framework = db.scalars(select(Framework)).one()
        assert (call_offs.called_off(db, framework), call_offs.left(db, framework)) == (10, 0)


def test_a_lost_deal_gives_its_cars_back(shop: Shop, desk: Desks, deal: int) -> None:
    in_force(shop, desk)
    number = called_off(shop, desk, deal, 12)
    step(shop, "李娜", "2026-11-10 09:20", number, "send", UNTIL)
    quoting.move_deal(shop, deal, DealState.LOST, "2026-11-12 09:00")
    with shop.looking() as db:
        assert call_offs.left(db, db.scalars(select(Framework)).one()) == 20


def _another_deal(shop: Shop) -> int:
    """Another deal of the same customer."""
    number = quoting.deal_at_quotation(shop)
    with shop.database.writing(shop.store.id) as db:
        first, second = db.scalars(select(Deal).order_by(Deal.number))
        second.customer_id = first.customer_id
    return number
