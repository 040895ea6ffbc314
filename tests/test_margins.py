"""The true margin of a deal: a ladder that adds up to the fen, for those who may see it and for nobody else."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from dealer.deals import margins
from dealer.deals.margins import Ladder
from dealer.engine.history import of_case, of_thing
from dealer.money.credit_interest import Lent
from dealer.people import by_number
from dealer.records.costs import DealCost
from dealer.records.deals import Deal
from dealer.records.prices import PriceListLine
from tests import quoting
from tests.cast import CAST, Shop
from tests.desk import Desk
from tests.quoting import allowance, gift, lines, step, y

MAY_SEE = ("陈静", "马超", "周建国", "高洁")  # key account, sales and general manager, finance


@pytest.fixture
def deal(shop: Shop) -> int:
    """Ten X5 at 136,990 with gifts of 1,900 for all, submitted; a car costs 124,500.55."""
    quoting.open_for_business(shop)
    with shop.database.writing(shop.store.id) as db:
        for price in db.scalars(select(PriceListLine)):
            price.cost = 124_500_55 if price.marked == y(139_800) else None
    number = quoting.deal_at_quotation(shop)
    offer = quoting.draft(shop, number, lines(shop, ("X5", 10, 136_990), extras=[gift(1_900)]), when="2026-11-10 09:00")
    step(shop, "李娜", "2026-11-10 09:10", offer, "submit")
    return number


def ladder(shop: Shop, number: int) -> Ladder:
    with shop.looking() as db:
        deal = by_number(db, Deal, shop.actor("陈静"), number)
        assert deal is not None
        found = margins.ladder(db, deal, date(2026, 11, 10))
        assert found is not None
        return found


AMOUNTS = (
    ("高洁", {"kind": "freight", "amount": "8,000.25"}),
    ("高洁", {"kind": "freight", "amount": "500"}),
    ("高洁", {"kind": "tender_agency", "amount": "9,800"}),
    ("高洁", {"kind": "credit_interest", "amount": "3,210.50", "note": "按实际占用天数"}),
    ("陈静", {"kind": "confirmed_allowance", "amount": "20,000", "note": "DKH-118"}),
)


def test_the_ladder_leads_from_the_price_to_the_margin_and_adds_up(
    shop: Shop, desk: Callable[[str], Desk], deal: int
) -> None:
    for who, amount in AMOUNTS:
        page = desk(who).submit(f"/deals/{deal}/margin", amount)
        assert page.url == f"/deals/{deal}/margin"
    found = ladder(shop, deal)
    assert [(rung.what, rung.amount) for rung in found.rungs] == [
        ("cars", 1_369_900_00),
        ("gifts", -1_900_00),
        ("cost_of_cars", -1_245_005_50),
        ("freight", -8_500_25),
        ("tender_agency", -9_800_00),
        ("credit_interest", -3_210_50),
        ("confirmed_allowance", 20_000_00),
    ]
    assert found.margin == sum(rung.amount for rung in found.rungs) == 121_483_75
    assert (found.per_car, found.permille) == (12_148_38, 89)
    for shown in ("+1,369,900", "−1,245,005.50", "+121,483.75", "8.9 %", "DKH-118"):
        assert shown in page.text
    # a mistake is withdrawn: it stays to be read and counts no more
    with shop.looking() as db:
        freight = db.scalars(select(DealCost).where(DealCost.amount == 8_000_25)).one()
    finance = desk("高洁")
    blank = finance.get(f"/deals/{deal}/margin")
    again = finance.post(f"/deals/{deal}/margin/{freight.id}/withdraw", {}, blank)
    assert "已撤回" in again.text
    assert ladder(shop, deal).margin == 121_483_75 + 8_000_25
    twice = finance.ask(f"/deals/{deal}/margin/{freight.id}/withdraw")
    assert twice.codes == ("E-WITHDRAWN",)
    with shop.looking() as db:
        assert [row.action for row in of_thing(db, shop.store.id, freight.id)] == ["record", "withdraw"]
        # nothing of it is told to those who see the deal
        assert "deal_cost" not in {row.kind for row in of_case(db, shop.store.id, freight.deal_id)}


@pytest.mark.parametrize(
    "amount, days, permille, interest",
    [(1_000_00, 365, 45, 45_00), (1_318_000_00, 14, 45, 2_274_90), (100, 73, 45, 1), (1_000_00, 30, 0, 0)],
)
def test_interest_is_amount_times_days_times_rate_over_a_year(
    amount: int, days: int, permille: int, interest: int
) -> None:
    left_on = date(2026, 11, 30)
    assert Lent(amount, left_on, left_on + timedelta(days=days), permille).interest == interest


def test_what_is_confirmed_in_the_quotation_counts_by_itself_and_only_once(
    shop: Shop, desk: Callable[[str], Desk], deal: int
) -> None:
    promise = allowance(8_000, date(2026, 11, 30))
    offer = quoting.draft(shop, deal, lines(shop, ("X5", 10, 136_990), extras=[promise]), when="2026-11-10 10:00")
    assert "allowance_of_cars" not in {rung.what for rung in ladder(shop, deal).rungs}
    quoting.confirm(shop, offer, "2026-11-10 11:00")
    assert ("allowance_of_cars", 8_000_00) in [(rung.what, rung.amount) for rung in ladder(shop, deal).rungs]
    finance = desk("高洁")
    again = finance.ask(f"/deals/{deal}/margin", {"kind": "confirmed_allowance", "amount": "8,000"})
    assert again.codes == ("E-ALLOWANCE",)
    bare = finance.submit(f"/deals/{deal}/margin", {"kind": "credit_interest", "amount": "1"})
    assert "利息按合同自动计算" in bare.html.split('id="f-note-error"')[1][:200]


def test_nobody_else_sees_or_writes_a_margin(shop: Shop, desk: Callable[[str], Desk], deal: int) -> None:
    for other in (desk(name) for name in CAST if name not in MAY_SEE):
        assert other.get(f"/deals/{deal}/margin").status == 403, other.name
        token = other.get("/account").hidden("csrf_token")
        told = {"kind": "freight", "amount": "1", "csrf_token": token}
        assert other.client.post(f"/deals/{deal}/margin", data=told).status_code == 403, other.name
        page = other.get(f"/deals/{deal}")
        assert ("毛利" in page.text, "124,500" in page.text) == (False, False), other.name
    with shop.looking() as db:
        assert not list(db.scalars(select(DealCost)))


def test_who_sees_margins_without_keeping_them_has_no_form_and_is_refused(
    desk: Callable[[str], Desk], deal: int
) -> None:
    general = desk("周建国")
    page = general.get(f"/deals/{deal}/margin")
    assert (page.status, 'name="amount"' in page.html) == (200, False)
    assert f"/deals/{deal}/margin" in general.get(f"/deals/{deal}").html
    refused = general.ask(f"/deals/{deal}/margin", {"kind": "freight", "amount": "1"})
    assert refused.codes == ("E-NOT-YOURS",)


def test_a_stand_in_of_the_key_account_manager_sees_it_while_standing_in(
    shop: Shop, desk: Callable[[str], Desk], deal: int
) -> None:
    shop.send_away("陈静", "王磊", date(2026, 11, 10), date(2026, 11, 11))
    wang = desk("王磊")
    assert wang.submit(f"/deals/{deal}/margin", {"kind": "plates", "amount": "600"}).url == f"/deals/{deal}/margin"
    wang.turn_clock("2026-11-12 09:00")
    wang.sign_in()
    assert wang.get(f"/deals/{deal}/margin").status == 403


def test_without_a_cost_on_the_list_there_is_no_margin_and_the_model_is_named(
    shop: Shop, desk: Callable[[str], Desk], deal: int
) -> None:
    quoting.draft(shop, deal, lines(shop, ("X5", 5, 137_000), ("M7", 2, 118_000)), when="2026-11-10 10:00")
    found = ladder(shop, deal)
    assert (found.margin, len(found.unknown)) == (None, 1)
    page = desk("陈静").get(f"/deals/{deal}/margin")
    assert "价格表未列成本：云岭 M7 1.5T 手动七座" in page.text


def test_before_an_offer_there_is_nothing_to_reckon_with(shop: Shop, desk: Callable[[str], Desk]) -> None:
    quoting.open_for_business(shop)
    number = quoting.deal_at_quotation(shop)
    page = desk("陈静").get(f"/deals/{number}/margin")
    assert (page.status, "还没有报价" in page.text) == (200, True)
