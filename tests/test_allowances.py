"""The manufacturer's allowance counts when somebody else has confirmed it, on the terms that were confirmed."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from dealer.deals.deals import Comment
from dealer.engine.database import new_id
from dealer.engine.steps import Refused
from dealer.prices import pricing
from dealer.quotations.offers import Extra, Lines
from dealer.records.quotations import ExceptionState, ExtraKind, LineExtra, QuotationLine, QuotationState
from tests import quoting
from tests.cast import Shop
from tests.desk import Desk
from tests.quoting import WHY, allowance, lines, quotation_of, send_until, step, y

S = QuotationState
MONDAY, FRIDAY = date(2026, 10, 12), date(2026, 10, 16)


@pytest.fixture
def deal(shop: Shop) -> int:
    """A deal of 李娜 for ten X5; she may sell down to 136,800."""
    quoting.open_for_business(shop)
    return quoting.deal_at_quotation(shop)


def carried(shop: Shop, amount: int = 8_000, *more: Extra, cars: int = 10) -> Lines:
    """A price of 136,000 per car that an allowance of 8,000 for ten cars lifts to the floor."""
    return lines(shop, ("X5", cars, 136_000), extras=[allowance(amount, FRIDAY), *more])


def refused(act: Callable[..., Any], *request: Any) -> list[str]:
    with pytest.raises(Refused) as refusal:
        act(*request)
    return [each.code for each in refusal.value.refusals]


def nets(shop: Shop, number: int, day: date = MONDAY) -> list[int]:
    return [pricing.net_total(line, day) // 100 for line in quotation_of(shop, number).lines]


# ── what counts ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "changed",
    [
        {"quantity": 9}, {"model_id": new_id()}, {"amount": 8_001_00}, {"reference": "CJ-2"},
        {"good_until": date(2026, 10, 17)}, {"confirmed_by_id": None},
    ],
    ids=lambda changed: next(iter(changed)),
)  # fmt: skip
def test_a_confirmation_is_bound_to_the_terms_that_were_confirmed(changed: dict[str, Any]) -> None:
    paid = LineExtra(
        kind=ExtraKind.ALLOWANCE, name="补贴", amount=8_000_00, reference="CJ-1", good_until=FRIDAY,
        confirmed_by_id=new_id(),
    )  # fmt: skip
    line = QuotationLine(model_id=new_id(), unit_price=y(136_000), quantity=10, extras=[paid])
    paid.confirmed_terms = pricing.promise_of(line, paid)
    assert (pricing.allowance(line, FRIDAY), pricing.waiting_allowance(line, FRIDAY)) == (8_000_00, 0)
    assert pricing.allowance(line, date(2026, 10, 17)) == 0  # its period is over
    for name, value in changed.items():
        setattr(line if hasattr(line, name) else paid, name, value)
    assert (pricing.allowance(line, FRIDAY), pricing.waiting_allowance(line, FRIDAY)) == (0, paid.amount)


def test_typing_an_allowance_lifts_nobodys_price_and_confirming_it_does(shop: Shop, deal: int) -> None:
    number = quoting.draft(shop, deal, carried(shop))
    waits = step(shop, "李娜", "2026-10-12 10:00", number, "submit", WHY)
    assert (waits.state, nets(shop, number)) == (S.PENDING_PRICE, [1_360_000])
    [asked] = quoting.exception_of(shop, 1).asked["extras"]
    assert (quoting.exception_of(shop, 1).net_total, asked["confirmed"]) == (y(1_360_000), False)
    # what finance confirms makes the price the owner's to give: it is ready by itself, nobody is asked any more
    assert quoting.confirm(shop, number, "2026-10-12 11:00").state is S.READY
    assert (nets(shop, number), quoting.exception_of(shop, 1).state) == ([1_368_000], ExceptionState.LAPSED)
    step(shop, "李娜", "2026-10-12 12:00", number, "send", send_until(date(2026, 10, 27)))
    assert nets(shop, number, date(2026, 10, 17)) == [1_360_000]


def test_nobody_confirms_what_they_typed_or_what_lifts_their_own_price(shop: Shop, deal: int) -> None:
    number = quoting.draft(shop, deal, carried(shop))
    assert refused(quoting.confirm, shop, number, "2026-10-12 09:10", "李娜") == ["E-NOT-YOURS"]
    shop.send_away("陈静", "李娜", MONDAY, MONDAY)  # as the manager's stand-in she remains the owner
    assert refused(quoting.confirm, shop, number, "2026-10-12 09:20", "李娜") == ["E-SELF-APPROVE"]
    shop.send_away("李娜", "陈静", date(2026, 10, 13), date(2026, 10, 13))
    step(shop, "陈静", "2026-10-13 09:00", number, "edit", carried(shop, 8_500))
    assert refused(quoting.confirm, shop, number, "2026-10-13 09:30", "陈静") == ["E-SELF-APPROVE"]
    step(shop, "李娜", "2026-10-14 09:00", number, "edit", carried(shop, 8_500))  # saved anew, still 陈静's
    assert refused(quoting.confirm, shop, number, "2026-10-14 09:30", "陈静") == ["E-SELF-APPROVE"]
    assert nets(shop, number) == [1_360_000]
    quoting.confirm(shop, number, "2026-10-14 10:00")
    assert nets(shop, number) == [1_368_500]
    # her own deal: finance it is, not she
    own = quoting.deal_at_quotation(shop, "陈静", name="云岭物流公司")
    hers = quoting.draft(shop, own, carried(shop), who="陈静")
    assert refused(quoting.confirm, shop, hers, "2026-10-12 10:00", "陈静") == ["E-SELF-APPROVE"]
    quoting.confirm(shop, hers, "2026-10-12 10:00")


def test_the_same_promise_stays_confirmed_and_another_one_waits_anew(shop: Shop, deal: int) -> None:
    number = quoting.draft(shop, deal, carried(shop))
    quoting.confirm(shop, number, "2026-10-12 09:10", "陈静")
    again = carried(shop, 8_000, allowance(8_000, FRIDAY))  # typed a second time: one letter pays once
    step(shop, "李娜", "2026-10-12 09:20", number, "edit", again)
    assert nets(shop, number) == [1_368_000]
    step(shop, "李娜", "2026-10-12 09:30", number, "edit", carried(shop))
    step(shop, "李娜", "2026-10-12 09:40", number, "submit")
    step(shop, "李娜", "2026-10-12 09:50", number, "revise")
    assert nets(shop, number + 1) == [1_368_000]
    for amount, cars, net in ((8_001, 10, 1_360_000), (8_000, 9, 1_224_000), (8_000, 10, 1_360_000)):
        step(shop, "李娜", "2026-10-12 10:00", number + 1, "edit", carried(shop, amount, cars=cars))
        assert nets(shop, number + 1) == [net]
    assert refused(quoting.confirm, shop, number + 1, "2026-10-12 11:00", "高洁", (2,)) == ["E-ALLOWANCE-NONE"]
    assert refused(quoting.confirm, shop, number + 1, "2026-10-17 09:00") == ["E-ALLOWANCE-NONE"] * 2  # it has ended


def test_a_confirmation_taken_back_takes_the_price_back(shop: Shop, deal: int) -> None:
    number = quoting.draft(shop, deal, carried(shop))
    quoting.confirm(shop, number, "2026-10-12 09:10")
    assert step(shop, "李娜", "2026-10-12 09:20", number, "submit").state is S.READY
    back = step(shop, "高洁", "2026-10-12 10:00", number, "take_back_allowances", Comment(comment="厂家来电更正"))
    assert (back.state, nets(shop, number)) == (S.PENDING_PRICE, [1_360_000])
    assert quoting.confirm(shop, number, "2026-10-12 11:00").state is S.READY
    step(shop, "李娜", "2026-10-12 12:00", number, "send", send_until(date(2026, 10, 27)))
    late = (shop, "高洁", "2026-10-12 13:00", number, "take_back_allowances", Comment(comment="厂家来电更正"))
    assert refused(step, *late) == ["E-STATE"]  # the customer holds it


# ── on the screens ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_editor_shows_both_figures_and_finance_confirms_from_its_list(
    shop: Shop, deal: int, desk: Callable[[str], Desk]
) -> None:
    number = quoting.draft(shop, deal, carried(shop))
    li, finance = desk("李娜"), desk("高洁")
    li.turn_clock("2026-10-12 09:30")
    both = ("补贴 8,000 尚未确认，暂不计入；确认后单车净价为 136,800，无需审批。", "−800")
    assert all(words in li.get(f"/quotations/{number}/edit").text for words in both)
    assert "未确认，暂不计入" in li.get(f"/quotations/{number}").text
    finance.turn_clock("2026-10-13 09:00")
    assert "确认报价中的厂家补贴" in finance.get("/today").text
    form = finance.get(f"/quotations/{number}/confirm_allowances")
    assert ("¥8,000" in form.text, "checked" in form.html) == (True, True)
    lacking = finance.post(f"/quotations/{number}/confirm_allowances", {"allowances": "1"}, form)
    assert 'id="f-proof-error"' in lacking.html
    typed = {"allowances": "1", "proof": "厂家批复函 DKH-118"}
    done = finance.post(f"/quotations/{number}/confirm_allowances", typed, lacking)
    assert (done.url, "高洁 已确认" in done.text) == (f"/quotations/{number}", True)
    assert "确认报价中的厂家补贴" not in finance.get("/today").text
    li.turn_clock("2026-10-13 10:00")
    page = li.get(f"/quotations/{number}/edit")
    assert ("尚未确认" in page.text, "136,800 0" in page.text) == (False, True)
    assert "尚未确认" not in check(li, shop, deal, number, "8,000")
    assert "补贴 8,100 尚未确认" in check(li, shop, deal, number, "8,100")


def check(li: Desk, shop: Shop, deal: int, number: int, amount: str) -> str:
    """What the editor is told while she types."""
    car = {"model": str(quoting.model(shop, "X5").id), "colour": "白", "quantity": "10", "unit_price": "136,000"}
    promise = {"kind": "allowance", "name": "大客户补贴", "amount": amount, "reference": "CJ-2026-118"}
    typed = {f"lines-0-{name}": value for name, value in car.items()}
    typed |= {f"extras-0-{name}": value for name, value in (promise | {"good_until": "2026-10-16"}).items()}
    return li.post(f"/deals/{deal}/quotation/check?of={number}", typed, li.get(f"/quotations/{number}/edit")).text
