"""Contracts through their addresses: drawn up, filled in, refused with a reason, printed."""

from collections.abc import Callable
from datetime import date

from dealer.records.contracts import ContractState
from dealer.records.deals import DealState
from tests.cast import Shop
from tests.contracts import (
    YARD,
    accepted_deal,
    approved,
    contract_of,
    draw_up,
    in_review,
    issued,
    press_says,
    stand,
    take,
    work,
)
from tests.desk import Desk

Desks = Callable[[str], Desk]


def test_the_owner_draws_a_contract_up_on_the_deals_page(shop: Shop, desk: Desks) -> None:
    deal = accepted_deal(shop)
    li_na = desk("李娜")
    assert f"/deals/{deal}/contract" in li_na.get(f"/deals/{deal}").html
    page = li_na.submit(f"/deals/{deal}/contract")
    assert page.url == "/contracts/1"
    for words in ("某市公安局", "1,318,000", "人民币壹佰叁拾壹万捌仟元整", "请制定交付计划"):
        assert words in page.text
    assert li_na.get(f"/deals/{deal}/contract").url == "/contracts/1"


def test_what_was_typed_comes_back_beside_the_sentence_that_refuses_it(shop: Shop, desk: Desks) -> None:
    draw_up(shop, accepted_deal(shop))
    fields = {
        "deposit_kind": "earnest",
        "deposit": "263,600.01",
        "deposit_days": "5",
        "payments-0-event": "acceptance",
        "payments-0-days": "10",
        "payments-0-amount": "1,054,399.99",
        "performance_bond": "0",
        "end_after_days": "30",
    }
    page = desk("李娜").submit("/contracts/1/edit_payment", fields)
    assert page.status == 409
    assert "定金最高 263,600 元（总价的 20%）" in page.text
    assert 'value="263,600.01"' in page.html
    assert 'value="1,054,399.99"' in page.html
    kept = desk("李娜").submit(
        "/contracts/1/edit_payment", fields | {"deposit": "263,600", "payments-0-amount": "1,054,400"}
    )
    assert kept.url == "/contracts/1"
    assert [row.amount for row in contract_of(shop, 1).payments] == [263_600_00, 1_054_400_00]


def test_a_power_of_attorney_is_attached_and_shown(shop: Shop, desk: Desks) -> None:
    draw_up(shop, accepted_deal(shop))
    letter = b"%PDF-1.7 letter"
    fields = {
        "name": "某市公安局",
        "uscc": "11530100015112347K",
        "agent": "杨帆",
        "authorisation": ("letter.pdf", letter),
    }
    desk("李娜").submit("/contracts/1/edit_buyer", fields)
    shown = desk("陈静").client.get("/contracts/1/authorisations/1")
    assert (shown.status_code, shown.mimetype, shown.data) == (200, "application/pdf", letter)
    assert shown.headers["X-Content-Type-Options"] == "nosniff"


def test_a_plan_is_typed_line_by_line(shop: Shop, desk: Desks) -> None:
    draw_up(shop, accepted_deal(shop))
    fields = {"odometer_limit": "50", "keys": "2", "inspection_days": "7", "storage_fee": "0", "contact": "杨帆"}
    for row, (quantity, day) in enumerate(((6, "2026-11-30"), (4, "2026-12-10"))):
        told = {"batch": row + 1, "line": 1, "quantity": quantity, "due_on": day, "place": YARD}
        fields |= {f"plan-{row}-{name}": str(value) for name, value in told.items()}
    assert desk("李娜").submit("/contracts/1/edit_delivery", fields).url == "/contracts/1"
    assert [(row.quantity, row.due_on) for row in contract_of(shop, 1).plan] == [
        (6, date(2026, 11, 30)),
        (4, date(2026, 12, 10)),
    ]


def test_a_reviewer_passes_from_the_page_and_is_named_there(shop: Shop, desk: Desks) -> None:
    _, number = in_review(shop)
    page = desk("高洁").submit(f"/contracts/{number}/pass_finance", {"comment": "账户无误"})
    assert "账户无误" in page.text
    assert desk("高洁").ask(f"/contracts/{number}/pass_finance", {"comment": ""}).codes == ("E-REVIEWED",)
    assert desk("李娜").ask(f"/contracts/{number}/pass_risk", {"comment": ""}).codes == ("E-NOT-YOURS",)


def test_the_checklist_and_the_answer_name_the_same_obstacle(shop: Shop, desk: Desks) -> None:
    _, number = approved(shop)
    wu_qian = desk("吴倩")
    assert "合同正在试印" in wu_qian.get(f"/contracts/{number}").text
    assert wu_qian.ask(f"/contracts/{number}/issue").codes == ("E-TRIAL-WAITS",)
    fault = {"character": "🚗", "code_point": "U+1F697", "field": ["customers", "1", "name"]}
    press_says(shop, number, trouble={"code": "E-GLYPH", "faults": [fault]})
    assert "“客户方当事人、1、名称”中的“🚗”（U+1F697）无法打印" in wu_qian.get(f"/contracts/{number}").text
    assert wu_qian.ask(f"/contracts/{number}/issue").codes == ("E-GLYPH",)


def test_a_page_that_waits_for_the_press_is_drawn_anew_when_it_has_spoken(shop: Shop, desk: Desks) -> None:
    _, number = approved(shop)
    wu_qian = desk("吴倩")
    assert f'hx-get="/contracts/{number}/press"' in wu_qian.get(f"/contracts/{number}").html
    assert wu_qian.client.get(f"/contracts/{number}/press").status_code == 204
    press_says(shop, number)
    spoken = wu_qian.client.get(f"/contracts/{number}/press")
    assert (spoken.status_code, spoken.headers["HX-Refresh"]) == (200, "true")
    assert "hx-get" not in wu_qian.get(f"/contracts/{number}").html


def test_printing_is_a_post_that_leads_to_the_stored_bytes(shop: Shop, desk: Desks) -> None:
    _, number = approved(shop)
    work(shop, "2026-11-05 10:01")
    take(shop, "吴倩", "2026-11-09 09:00", number, "issue")
    work(shop, "2026-11-09 09:01")
    wu_qian = desk("吴倩")
    page = wu_qian.get(f"/contracts/{number}")
    copies = []
    for _ in range(2):
        blank = wu_qian.get(f"/contracts/{number}")
        data = {name: blank.hidden(name) for name in ("csrf_token", "form_key")}
        gone = wu_qian.client.post(f"/contracts/{number}/print", data=data)
        assert gone.status_code == 303
        copies.append(wu_qian.client.get(gone.headers["Location"]))
    assert "打印第 1 份" in page.text
    assert "打印第 3 份" in wu_qian.get(f"/contracts/{number}").text
    assert copies[0].data == copies[1].data
    assert copies[0].data.startswith(b"%PDF-")
    assert "YLYX-DKH-2026-0001.pdf" in copies[0].headers["Content-Disposition"]
    # A copy is the back office's; the owner reads the trial.
    assert desk("李娜").client.get(gone.headers["Location"]).status_code == 404
    assert desk("李娜").client.get(f"/contracts/{number}/trial").data.startswith(b"%PDF-")
    assert desk("李娜").ask(f"/contracts/{number}/print").codes == ("E-NOT-YOURS",)


def test_a_double_click_prints_one_copy(shop: Shop, desk: Desks) -> None:
    _, number = issued(shop)
    wu_qian = desk("吴倩")
    blank = wu_qian.get(f"/contracts/{number}")
    data = {name: blank.hidden(name) for name in ("csrf_token", "form_key")}
    first, second = (wu_qian.client.post(f"/contracts/{number}/print", data=data) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert "打印第 2 份" in wu_qian.get(f"/contracts/{number}").text


def test_the_list_says_what_each_contract_needs_next(shop: Shop, desk: Desks) -> None:
    in_review(shop)
    draw_up(shop, accepted_deal(shop, customer="滇行租赁公司", public=False))
    text = desk("吴倩").get("/contracts").text
    for words in ("合同 1", "评审中", "财务（付款与账户）", "合同 2", "滇行租赁公司", "完善草稿并提交"):
        assert words in text
    assert "这里没有合同" in desk("吴倩").get("/contracts?state=effective").text
    assert "合同 1" not in desk("王磊").get("/contracts").text
    assert desk("赵敏").get("/contracts").status == 403


def test_somebody_elses_contract_is_no_page(shop: Shop, desk: Desks) -> None:
    number = draw_up(shop, accepted_deal(shop))
    for address in ("", "/trial", "/scan", "/edit_buyer", "/authorisations/1", "/press"):
        assert desk("王磊").get(f"/contracts/{number}{address}").status == 404, address
    assert desk("李娜").get(f"/contracts/{number + 1}").status == 404


def test_every_state_of_a_contract_has_its_page_in_both_languages(shop: Shop, desk: Desks) -> None:
    deal, number = issued(shop)
    stand(shop, deal, DealState.CONTRACT_REVIEW, "2026-11-09 09:30")
    assert contract_of(shop, number).state is ContractState.RETURNED
    for language, words in (("zh", "YLYX-DKH-2026-0001"), ("en", "Numbers of withdrawn texts")):
        page = desk("陈静").get(f"/contracts/{number}?lang={language}")
        assert page.status == 200
        assert words in page.text
