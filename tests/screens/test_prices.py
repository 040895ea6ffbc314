"""Prices on screen: the editor that prices while one types, the inbox, price lists, models and imports."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from dealer.records.deals import PurchaseMode
from dealer.records.quotations import ExceptionState, QuotationState
from tests import quoting
from tests.cast import Shop
from tests.desk import Desk, Page
from tests.quoting import exception_of, quotation_of, y
from tests.test_importing import PRICE_HEAD, X5, sheet

Desks = Callable[[str], Desk]
MONDAY = "2026-10-12 09:00"


@pytest.fixture
def deal(shop: Shop) -> int:
    """A deal of 李娜 for ten X5."""
    quoting.open_for_business(shop)
    return quoting.deal_at_quotation(shop, mode=PurchaseMode.DIRECT)


def line(shop: Shop, price: str, quantity: str = "10", at: int = 0, code: str = "X5") -> dict[str, str]:
    """One row of the editor as a browser sends it."""
    row = {"model": str(quoting.model(shop, code).id), "colour": "白", "quantity": quantity, "unit_price": price}
    return {f"lines-{at}-{name}": value for name, value in row.items()}


def drawn_up(li: Desk, shop: Shop, deal: int, price: str, when: str = MONDAY, **extra: str) -> Page:
    """A draft saved in the editor."""
    return li.submit(f"/deals/{deal}/quotations/new", line(shop, price) | extra, when=when)


def asked(li: Desk, shop: Shop, deal: int, price: str) -> Page:
    """A quotation below the floor, submitted with its reasons."""
    drawn_up(li, shop, deal, price)
    return li.submit("/quotations/1/submit", {"reason": "竞品报价更低"}, when="2026-10-12 09:30")


def xlsx(rows: list[tuple[Any, ...]]) -> tuple[str, bytes]:
    return ("价格.xlsx", sheet(PRICE_HEAD, *rows))


# ── the editor ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_editor_begins_with_the_need_sheet_at_marked_prices(desk: Desks, deal: int) -> None:
    li = desk("李娜")
    li.turn_clock(MONDAY)
    page = li.get(f"/deals/{deal}/quotations/new")
    assert 'value="139,800"' in page.html
    assert "在权限内" in page.text
    assert "1,398,000" in page.text


def test_a_row_that_nobody_touched_is_no_row_although_its_number_is_filled_in(
    desk: Desks, shop: Shop, deal: int
) -> None:
    li = desk("李娜")
    untouched = {"extras-0-name": "", "extras-0-kind": "", "extras-0-line": "1", "extras-0-amount": ""}
    assert drawn_up(li, shop, deal, "139800", **untouched).url == "/quotations/1"
    half = drawn_up(li, shop, deal, "139800", **untouched | {"extras-0-name": "脚垫"})
    assert half.status == 422
    assert 'value="脚垫"' in half.html


def test_floor_and_needed_decision_are_told_while_somebody_types(desk: Desks, shop: Shop, deal: int) -> None:
    li = desk("李娜")
    li.turn_clock(MONDAY)
    blank = li.get(f"/deals/{deal}/quotations/new")
    told = li.post(f"/deals/{deal}/quotation/check", line(shop, "131,799"), blank)
    assert (told.status, 'id="main"' in told.html) == (200, False)
    assert ("136,800" in told.text, "−5,001" in told.text, "需总经理审批" in told.text) == (True, True, True)
    unfinished = li.post(f"/deals/{deal}/quotation/check", line(shop, ""), blank)
    assert "需总经理审批" not in unfinished.text


def test_without_javascript_a_button_looks_at_the_prices_and_keeps_what_was_typed(
    desk: Desks, shop: Shop, deal: int
) -> None:
    li = desk("李娜")
    li.turn_clock(MONDAY)
    blank = li.get(f"/deals/{deal}/quotations/new")
    page = li.post(f"/deals/{deal}/quotations/new", line(shop, "131,800") | {"add_row": "check"}, blank)
    assert ("需大客户经理审批" in page.text, 'value="131,800"' in page.html) == (True, True)
    assert li.get("/quotations/1").status == 404


def test_a_button_for_each_kind_adds_a_row_of_that_kind_without_javascript_too(
    desk: Desks, shop: Shop, deal: int
) -> None:
    li = desk("李娜")
    blank = li.get(f"/deals/{deal}/quotations/new")
    assert 'data-add-row="kind=gift"' in blank.html
    typed = line(shop, "131,800") | {
        "extras-0-name": "脚垫",
        "extras-0-kind": "gift",
        "add_row": "extras:kind=allowance",
    }
    page = li.post(f"/deals/{deal}/quotations/new", typed, blank)
    first, second = page.html.split('name="extras-1-kind"')[0], page.html.split('name="extras-1-kind"')[1][:900]
    assert ('value="脚垫"' in first, 'value="allowance" selected' in second) == (True, True)


def test_a_gift_lowers_the_net_price_that_is_shown(desk: Desks, shop: Shop, deal: int) -> None:
    gift = {"extras-0-name": "行车记录仪", "extras-0-kind": "gift", "extras-0-line": "1", "extras-0-amount": "3,000"}
    page = drawn_up(desk("李娜"), shop, deal, "136,800", **gift)
    assert (page.url, page.status) == ("/quotations/1", 200)
    assert ("136,500" in page.text, "−300" in page.text, "行车记录仪" in page.text) == (True, True, True)


@pytest.mark.parametrize(
    "fields, sentence",
    [
        ({"lines-0-quantity": "0"}, "1"),
        ({"lines-0-quantity": "-1"}, "1"),
        ({"lines-0-quantity": "1000000000"}, "1000"),
        ({"lines-0-unit_price": "131,800.005"}, "最多两位小数"),
        ({"lines-0-unit_price": "139,801"}, "高于指导价 139,800"),
        ({"lines-0-model": "00000000-0000-0000-0000-000000000000"}, "请从本店车型表中选择"),
        ({"remark": "长" * 2001}, "2000"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(
    desk: Desks, shop: Shop, deal: int, fields: Mapping[str, str], sentence: str
) -> None:
    page = drawn_up(desk("李娜"), shop, deal, "136,800", **fields)
    errors = re.findall(r'class="field-error"[^>]*>(.*?)</p>', page.html, re.DOTALL)
    assert page.status in (409, 422)
    assert any(sentence in re.sub(r"<[^>]+>", "", each) for each in errors), errors
    assert 'value="136,800"' in page.html or fields["lines-0-unit_price"] in page.html


def test_a_colleague_sees_no_editor_for_another_ones_deal(desk: Desks, deal: int) -> None:
    assert desk("王磊").get(f"/deals/{deal}/quotations/new").status == 404


# ── from draft to yes ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_price_within_authority_goes_out_in_three_clicks(desk: Desks, shop: Shop, deal: int) -> None:
    li = desk("李娜")
    drawn_up(li, shop, deal, "136,800")
    assert "可发送" in li.submit("/quotations/1/submit", when="2026-10-12 09:30").text
    sent = li.submit("/quotations/1/send", {"valid_until": "2026-10-27"}, when="2026-10-12 10:00")
    assert "已发送" in sent.text
    yes = {"evidence": "客户盖章回传", "file": ("回传.pdf", b"%PDF-1.7 yes")}
    assert "已接受" in li.submit("/quotations/1/accept", yes, when="2026-10-13 10:00").text
    assert li.get("/quotations/1/evidence").html.startswith("%PDF-1.7 yes")


def test_a_late_yes_is_answered_with_the_code_and_the_renewal(desk: Desks, shop: Shop, deal: int) -> None:
    li = desk("李娜")
    drawn_up(li, shop, deal, "136,800")
    li.submit("/quotations/1/submit", when="2026-10-12 09:30")
    li.submit("/quotations/1/send", {"valid_until": "2026-10-27"}, when="2026-10-12 10:00")
    yes = {"evidence": "电话同意", "file": ("回传.pdf", b"%PDF-1.7 yes")}
    late = li.submit("/quotations/1/accept", yes, when="2026-10-28 00:01")
    assert (late.status, "请按现价续报" in late.text, "电话同意" in late.html) == (409, True, True)


def test_a_revision_opens_the_editor_of_the_next_version(desk: Desks, shop: Shop, deal: int) -> None:
    li = desk("李娜")
    asked(li, shop, deal, "131,800")
    assert li.submit("/quotations/1/revise").url == "/quotations/2/edit"
    assert quotation_of(shop, 1).state is QuotationState.SUPERSEDED
    page = li.submit("/quotations/2/edit", line(shop, "133,000"))
    beside = li.get("/quotations/2/compare")
    assert ("BJ-2026-0001 V2" in page.text, "131,800 → 133,000" in beside.text) == (True, True)


def test_two_windows_on_one_draft_lose_nothing(desk: Desks, shop: Shop, deal: int) -> None:
    li = desk("李娜")
    drawn_up(li, shop, deal, "136,800")
    first, second = li.get("/quotations/1/edit"), li.get("/quotations/1/edit")
    li.post("/quotations/1/edit", line(shop, "137,000"), first)
    page = li.post("/quotations/1/edit", line(shop, "138,000"), second)
    assert (page.status, 'value="138,000"' in page.html) == (409, True)
    assert quotation_of(shop, 1).lines[0].unit_price == y(137_000)


# ── the inbox ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_case_is_decided_with_one_press_of_the_big_button(desk: Desks, shop: Shop, deal: int) -> None:
    asked(desk("李娜"), shop, deal, "131,800")
    chen = desk("陈静")
    card = chen.get("/approvals/1")
    for figure in ("131,800", "−5,000", "−50,000", "在您的权限内", "竞品报价更低", "同意 131,800"):
        assert figure in card.text
    done = chen.post("/approvals/1/approve", {"comment": ""}, card)
    assert (done.url, "已同意" in done.text) == ("/approvals", True)
    assert quotation_of(shop, 1).state is QuotationState.READY
    assert "没有待您审批的申请" in done.text


def test_story_7_through_its_own_addresses(desk: Desks, shop: Shop) -> None:
    quoting.open_for_business(shop)
    deal = quoting.deal_at_quotation(shop, wanted=[("E3", 30)])
    li, chen, zhou = desk("李娜"), desk("陈静"), desk("周建国")
    facts = {
        "lines": [{"model": str(quoting.model(shop, "E3").id), "colour": "白", "quantity": 30, "unit_price": "158,900"}]
    }
    assert li.ask(f"/deals/{deal}/quotations/new", facts, when=MONDAY).json == {"url": "/quotations/1"}
    assert li.ask("/quotations/1/submit", {"reason": "三年 100 台"}).status == 200
    refused = chen.ask("/approvals/1/approve", {"comment": "同意"}, when="2026-10-12 11:00")
    assert (refused.status, refused.codes) == (409, ("E-AUTH-LIMIT",))
    assert "158,900" in refused.json["refusals"][0]["sentence"]
    assert "转总经理" not in chen.get("/approvals/1").text  # it lies with him already
    assert zhou.ask("/approvals/1/approve", {"comment": "同意"}).status == 200
    assert exception_of(shop, 1).approved_total == y(4_767_000)
    assert chen.ask("/approvals/1/refuse", {"comment": "晚了"}).codes == ("E-STATE",)


def test_a_return_needs_a_word_and_says_so_beside_the_comment(desk: Desks, shop: Shop, deal: int) -> None:
    asked(desk("李娜"), shop, deal, "131,800")
    chen = desk("陈静")
    card = chen.get("/approvals/1")
    wordless = chen.post("/approvals/1/return", {"comment": " "}, card)
    assert (wordless.status, "请填写" in wordless.text) == (422, True)
    assert exception_of(shop, 1).state is ExceptionState.PENDING
    back = chen.post("/approvals/1/return", {"comment": "请附竞品报价单"}, card)
    assert back.url == "/approvals"
    assert "请附竞品报价单" in desk("李娜").get("/approvals/1").text


def test_another_price_is_offered_taken_and_shown(desk: Desks, shop: Shop, deal: int) -> None:
    li, chen = desk("李娜"), desk("陈静")
    asked(li, shop, deal, "131,800")
    chen.submit("/approvals/1/counter", {"price": "133,000", "comment": "最低 133,000"})
    offered = li.get("/approvals/1")
    assert ("接受改价" in offered.text, "每台 133,000" in offered.text) == (True, True)
    li.submit("/approvals/1/accept_counter")
    assert quotation_of(shop, 1).lines[0].unit_price == y(133_000)


@pytest.mark.parametrize("who, status", [("王磊", 404), ("赵敏", 404), ("李娜", 200), ("刘洋", 200), ("周建国", 200)])
def test_a_case_is_shown_to_those_it_concerns(desk: Desks, shop: Shop, deal: int, who: str, status: int) -> None:
    asked(desk("李娜"), shop, deal, "131,800")
    assert desk(who).get("/approvals/1").status == status


def test_the_tabs_hold_what_one_decided_and_what_one_asked(desk: Desks, shop: Shop, deal: int) -> None:
    li, chen = desk("李娜"), desk("陈静")
    asked(li, shop, deal, "131,800")
    chen.submit("/approvals/1/refuse", {"comment": "利润不足"})
    assert "滇行租赁公司" in chen.get("/approvals?tab=decided").text
    assert "滇行租赁公司" in li.get("/approvals?tab=asked").text
    assert "没有待您审批的申请" in chen.get("/approvals?tab=waiting").text


# ── price lists and models ────────────────────────────────────────────────────────────────────────────────────────


def test_a_list_is_written_submitted_and_approved_on_screen(desk: Desks, shop: Shop) -> None:
    quoting.stock_models(shop)
    chen, zhou = desk("陈静"), desk("周建国")
    prices = {"marked": "139,800", "floor_consultant": "136,800", "floor_key_account": "131,800"}
    row = {f"lines-0-{name}": value for name, value in prices.items()}
    row |= {"lines-0-model": str(quoting.model(shop, "X5").id), "name": "PV-2026-12", "effective_from": "2026-12-01"}
    wrong = chen.submit("/pricelists/new", row | {"lines-0-floor_general": "131,801"}, when="2026-11-10 09:00")
    assert (wrong.status, "后一项价格不得高于前一项" in wrong.text) == (422, True)
    assert chen.submit("/pricelists/new", row | {"lines-0-floor_general": "128,000"}).url == "/pricelists/1"
    assert "待批准" in chen.submit("/pricelists/1/submit", when="2026-11-10 10:00").text
    zhou.turn_clock("2026-11-10 11:00")
    assert "已批准" in zhou.submit("/pricelists/1/approve").text
    assert "PV-2026-12" in chen.get("/pricelists").text


def test_a_new_list_shows_what_it_changes_and_which_approvals_it_overtakes(desk: Desks, shop: Shop, deal: int) -> None:
    li, chen = desk("李娜"), desk("陈静")
    asked(li, shop, deal, "131,800")
    chen.submit("/approvals/1/approve")
    number = quoting.write_list(
        shop, "PV-2026-11", date(2026, 10, 20), "2026-10-13 09:00", {"X5": (139_800, 137_800, 132_800, 128_000)}
    )
    page = chen.get(f"/pricelists/{number}")
    for told in ("132,800 +1,000", "将失效的批准", "滇行租赁公司"):
        assert told in page.text


def test_a_model_is_added_once_and_an_electric_one_has_no_clutch(desk: Desks, shop: Shop) -> None:
    chen = desk("陈静")
    model = {
        "code": "e3", "brand": "云岭", "name": "E3", "configuration": "510km", "gearbox": "manual",
        "energy": "electric", "category": "small_passenger", "seats": "5", "colours": "白，黑", "active": "1",
    }  # fmt: skip
    assert "请选择自动挡" in chen.submit("/models/new", model).text
    assert chen.submit("/models/new", model | {"gearbox": "automatic"}).url == "/models"
    assert "白、黑" in chen.get("/models").text
    again = chen.submit("/models/new", model | {"gearbox": "automatic"})
    assert (again.status, "已用于 云岭 E3 510km" in again.text) == (409, True)


# ── imports ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_bad_sheet_is_shown_cell_by_cell_and_a_good_one_before_it_is_imported(desk: Desks, shop: Shop) -> None:
    quoting.stock_models(shop)
    chen = desk("陈静")
    bad = chen.submit("/imports/price-list", {"file": xlsx([X5, ("X9", "100", 90, 80, 70)])})
    assert bad.status == 409
    for told in ("A3", "本店车型表中没有 X9", "B3", "此数字按文本存储", "有 2 处需要更正"):
        assert told in bad.text
    good = chen.submit("/imports/price-list", {"file": xlsx([X5])})
    assert (good.url.startswith("/imports/price-list/"), "139,800" in good.text) == (True, True)
    done = chen.submit(good.url, {"name": "PV-2026-12", "effective_from": "2026-12-01"})
    assert (done.url, "草稿" in done.text) == ("/pricelists/1", True)


@pytest.mark.parametrize("content, sentence", [(b"model;price", "这不是未加密的 .xlsx"), (b"", "请填写")])
def test_what_is_no_sheet_is_said_to_be_none(desk: Desks, shop: Shop, content: bytes, sentence: str) -> None:
    page = desk("陈静").submit("/imports/price-list", {"file": ("价格.csv" if content else "", content)})
    assert (page.status, sentence in page.text) == (422 if not content else 409, True)


def test_stock_comes_in_from_a_sheet(desk: Desks, shop: Shop) -> None:
    quoting.stock_models(shop)
    sun = desk("孙强")
    cars = sheet(("VIN", "Model code", "Colour"), ("LYLAA4180T2100001", "X5", "白"))
    looked = sun.submit("/imports/stock", {"file": ("库存.xlsx", cars)})
    assert "LYLAA4180T2100001" in looked.text
    assert "已入库或变更 1 台" in sun.submit(looked.url).text
    again = sun.submit("/imports/stock", {"file": ("库存.xlsx", cars)})
    assert "已有记录，不再导入 1" in again.text
    assert "A2" in again.text


@pytest.mark.parametrize(
    "who, name, status", [("陈静", "price-list", 200), ("孙强", "stock", 200), ("王磊", "stock", 403)]
)
def test_templates_are_for_those_who_import(desk: Desks, shop: Shop, who: str, name: str, status: int) -> None:
    client = desk(who).client
    answer = client.get(f"/imports/{name}/template")
    assert answer.status_code == status
    if status == 200:
        assert answer.data.startswith(b"PK")
    assert desk(who).get("/imports/houses").status == 404
