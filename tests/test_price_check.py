"""What the editor says beside the rows: distances, who decides and how soon, and what would avoid it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dealer import workflow
from dealer.approvals import approval_lists
from dealer.approvals.rulings import Approval
from dealer.prices import pricelists, pricing
from dealer.prices.pricelists import ListFacts
from dealer.prices.remedies import Remedy, remedy_for
from dealer.records.people import Role
from dealer.records.prices import PriceListLine
from dealer.records.quotations import ExtraKind, LineExtra, QuotationLine, Tier
from tests import quoting
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.quoting import WHY, lines, rule, step, y
from tests.test_pricing import DAY, cases


def with_change(line: QuotationLine, raise_by: int = 0, drop: int = 0) -> QuotationLine:
    """The line once somebody has done as advised."""
    extras = [LineExtra(kind=each.kind, name=each.name, amount=each.amount) for each in line.extras]
    for extra in extras:
        if extra.kind in pricing.GIVEN:
            less = min(drop, extra.amount)
            extra.amount, drop = extra.amount - less, drop - less
    return QuotationLine(unit_price=line.unit_price + raise_by, quantity=line.quantity, extras=extras)


@given(cases(), st.sampled_from([Role.SPECIALIST, Role.KEY_ACCOUNT, Role.GENERAL]))
def test_the_smallest_change_avoids_the_next_tier_and_one_fen_less_does_not(
    case: tuple[QuotationLine, PriceListLine], role: Role
) -> None:
    line, listed = case

    def tier(raise_by: int = 0, drop: int = 0) -> Tier:
        changed = with_change(line, raise_by, drop)
        return pricing.tier_for(pricing.net_total(changed, DAY), line.quantity, listed, {role})

    remedy, before, order = remedy_for(line, listed, {role}, DAY), tier(), list(Tier)
    if remedy is None:
        assert before is Tier.OWN
        return
    assert order.index(remedy.tier) < order.index(before)
    if remedy.raise_by is not None:
        assert tier(raise_by=remedy.raise_by) is remedy.tier
        assert tier(raise_by=remedy.raise_by - 1) is before
        assert line.unit_price + remedy.raise_by <= listed.marked
    if remedy.drop_gifts is not None:
        assert tier(drop=remedy.drop_gifts) is remedy.tier
        assert tier(drop=remedy.drop_gifts - 1) is before


def test_a_gift_that_tips_the_scale_is_named_to_the_fen() -> None:
    gift = LineExtra(kind=ExtraKind.GIFT, name="脚垫", amount=100)
    listed = PriceListLine(marked=500, floor_consultant=400, floor_key_account=300, floor_general=200)
    line = QuotationLine(unit_price=432, quantity=3, extras=[gift])
    assert remedy_for(line, listed, {Role.CONSULTANT}, DAY) == Remedy(Tier.OWN, 2, 4)


def told(shop: Shop, desk: Callable[[str], Desk], deal: int, when: str, **more: str) -> str:
    """What the editor says to 李娜 beside ten X5 at 131,799."""
    li = desk("李娜")
    li.turn_clock(when)
    li.sign_in()
    row = {"model": str(quoting.model(shop, "X5").id), "colour": "白", "quantity": "10", "unit_price": "131,799"}
    typed: dict[str, Any] = {f"lines-0-{name}": value for name, value in row.items()}
    return li.post(f"/deals/{deal}/quotation/check", typed | more, li.get(f"/deals/{deal}/quotations/new")).text


def test_the_usual_wait_is_the_median_of_five_decisions_or_more(shop: Shop, desk: Callable[[str], Desk]) -> None:
    quoting.open_for_business(shop)
    deal = quoting.deal_at_quotation(shop)

    def decided(day: int, hour: int) -> None:
        asked = f"2026-10-{day} 09:00"
        number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 135_000 - day)), when=asked)
        step(shop, "李娜", asked, number, "submit", WHY)
        rule(shop, "陈静", f"2026-10-{day} {hour}:00", day - 11, "approve", Approval())

    def usual() -> approval_lists.UsualWait | None:
        with shop.looking() as db:
            return approval_lists.usual_wait(db, shop.store.id, Tier.KEY_ACCOUNT)

    for day, hour in ((12, 10), (13, 17), (14, 11), (15, 12)):
        decided(day, hour)
    assert usual() is None
    decided(16, 18)
    assert usual() == approval_lists.UsualWait(timedelta(hours=3), 5)

    shown = told(shop, desk, deal, "2026-10-19 09:00")
    assert "大客户经理 −1 · 总经理 +3,799" in shown
    assert "第 1 行：单价提高 1，即由大客户经理决定。" in shown
    assert "毛利" not in shown


def test_what_would_be_refused_beside_the_price_is_told_while_somebody_types(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    quoting.open_for_business(shop)
    deal = quoting.deal_at_quotation(shop)
    extra = {"name": "脚垫", "kind": "gift", "line": "2", "amount": "42,000"}
    typed = {f"extras-0-{name}": value for name, value in extra.items()}
    assert "超出赠品预算" not in told(shop, desk, deal, "2026-10-12 09:00", **typed)
    car = {"model": str(quoting.model(shop, "X5").id), "colour": "黑", "quantity": "10", "unit_price": "139,800"}
    typed |= {f"lines-1-{name}": value for name, value in car.items()}
    assert "第 2 行：赠品与免费服务共 42,000，超出赠品预算 41,940" in told(
        shop, desk, deal, "2026-10-12 09:00", **typed
    )


def test_the_margin_is_for_those_who_see_margins_and_for_who_stands_in_for_them(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    quoting.stock_models(shop)
    costly = tuple(row.model_copy(update={"cost": y(125_000)}) for row in quoting.rows(shop))
    facts = ListFacts(name="PV-2026-10", effective_from=date(2026, 10, 1), lines=costly)
    with shop.acting("陈静", at("2026-09-25 09:00"), facts) as ask:
        workflow.begin(pricelists.blank(ask, facts), "draft", ask)
    quoting.step_list(shop, "陈静", "2026-09-25 09:10", 1, "submit")
    quoting.step_list(shop, "周建国", "2026-09-25 09:20", 1, "approve")
    deal = quoting.deal_at_quotation(shop)
    shop.send_away("陈静", "李娜", date(2026, 10, 19), date(2026, 10, 20))
    assert "毛利" not in told(shop, desk, deal, "2026-10-18 09:00")
    assert "毛利：+67,990，5.2%" in told(shop, desk, deal, "2026-10-19 09:00")
