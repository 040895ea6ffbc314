"""Campaigns: approved before they count, one for a model at a time, and never a way below the manager's floor."""

from datetime import date
from typing import Any

import pytest

from dealer import people
from dealer.deals.deals import Comment
from dealer.engine.steps import Ask, Refused
from dealer.market import campaign_effects, campaigns
from dealer.market.campaigns import EffectRow, Plan, Review, Spending
from dealer.people import by_number
from dealer.quotations import quotation
from dealer.quotations.offers import Sending
from dealer.records.market import Campaign, CampaignState, EffectKind
from dealer.records.quotations import Quotation, QuotationState
from dealer.workflow import begin, settle, take
from tests.cast import Shop
from tests.conftest import at
from tests.quoting import WHY, deal_at_quotation, draft, gift, lines, model, open_for_business, step, y

S, Q = CampaignState, QuotationState
FIRST, LAST = date(2026, 10, 12), date(2026, 10, 18)


def row(shop: Shop, amount: int, kind: EffectKind = EffectKind.PRICE, code: str = "X5") -> EffectRow:
    return EffectRow(model=model(shop, code).id, kind=kind, amount=y(amount), gift="脚垫")


def planned(shop: Shop, *effects: EffectRow, name: str = "团购周", limit: int = 50_000, **more: Any) -> int:
    """陈静 plans a campaign for a week of October; its number."""
    days = {"first_day": FIRST, "last_day": LAST} | more
    facts = Plan(name=name, aim="带动团购", budget=y(20_000), effects=effects, grant_limit=y(limit), **days)
    with shop.acting("陈静", at("2026-10-09 09:00"), facts) as ask:
        campaign = campaigns.planned(ask)
        begin(campaign, "draft", ask)
        return campaign.number


def act(shop: Shop, who: str, when: str, number: int, action: str, facts: Any = None) -> Campaign:
    with shop.acting(who, at(when), facts) as ask:
        campaign = by_number(ask.db, Campaign, ask.actor, number)
        assert campaign is not None
        take(campaign, action, ask)
        return campaign


def approved(shop: Shop, *effects: EffectRow, **more: Any) -> int:
    number = planned(shop, *effects, **more)
    act(shop, "陈静", "2026-10-09 10:00", number, "submit")
    act(shop, "周建国", "2026-10-09 11:00", number, "approve")
    return number


def night(shop: Shop, number: int, when: str) -> Campaign:
    """The sweep looks at a campaign."""
    with shop.database.writing(shop.store.id) as db:
        campaign = by_number(db, Campaign, shop.actor("陈静"), number)
        assert campaign is not None
        settle(campaign, Ask(db, people.system(shop.store.id), at(when)))
        return campaign


def offered(shop: Shop, price: int, given: int = 0, quantity: int = 10, when: str = "2026-10-12 09:00") -> Quotation:
    """李娜 submits X5 for a new deal; with reasons where somebody else has to decide."""
    deal = deal_at_quotation(shop)
    extras = [gift(given)] if given else ()
    return submitted(shop, draft(shop, deal, lines(shop, ("X5", quantity, price), extras=extras), when=when), when)


def submitted(shop: Shop, number: int, when: str) -> Quotation:
    with shop.acting("李娜", at(when)) as ask:
        version = by_number(ask.db, Quotation, ask.actor, number)
        assert version is not None
        below = quotation.is_below_floor(version, ask)
    return step(shop, "李娜", when, number, "submit", WHY if below else None)


def test_a_campaign_counts_once_the_general_manager_has_approved_it_and_on_its_days_only(shop: Shop) -> None:
    open_for_business(shop)
    number = planned(shop, row(shop, 1_000))
    act(shop, "陈静", "2026-10-09 10:00", number, "submit")
    assert offered(shop, 136_000).state is Q.PENDING_PRICE  # a consultant's floor is 136,800: not approved yet
    act(shop, "周建国", "2026-10-12 10:00", number, "approve")
    version = offered(shop, 136_000, when="2026-10-12 11:00").number
    with shop.looking() as db:
        campaign = by_number(db, Campaign, shop.actor("陈静"), number)
        assert campaign is not None
        assert campaign.state is S.RUNNING
        assert campaign_effects.given_under(db, campaign) == y(8_000)
    # sent within its days the customer's price stands; one that was never sent has to be approved after them
    other = offered(shop, 136_000, when="2026-10-18 23:00").number
    sent = step(shop, "李娜", "2026-10-13 09:00", version, "send", Sending(valid_until=date(2026, 10, 30)))
    assert sent.lines[0].campaign_relief == y(8_000)
    with shop.acting("李娜", at("2026-10-19 09:00")) as ask:
        for each, state in ((version, Q.SENT), (other, Q.PENDING_PRICE)):
            found = by_number(ask.db, Quotation, ask.actor, each)
            assert found is not None
            settle(found, ask)
            assert found.state is state
    over = night(shop, number, "2026-10-19 00:10")
    assert over.state is S.OVER
    assert offered(shop, 136_000, when="2026-10-19 10:00").state is Q.PENDING_PRICE


@pytest.mark.parametrize(
    ("effect", "price", "given", "limit", "passes"),
    [
        ((1_000, EffectKind.PRICE), 135_800, 0, 10_000, True),
        ((1_000, EffectKind.PRICE), 135_799, 0, 50_000, False),  # more per car than was approved
        ((1_000, EffectKind.PRICE), 135_800, 0, 9_999, False),  # more in all
        ((5_000, EffectKind.PRICE), 131_800, 0, 50_000, True),
        ((2_000, EffectKind.GIFTS), 136_800, 20_000, 20_000, True),
        ((2_000, EffectKind.GIFTS), 136_799, 20_000, 50_000, False),  # it bears gifts, not the price
        ((2_000, EffectKind.GIFTS), 136_800, 20_001, 50_000, False),
        ((4_000, EffectKind.GIFTS), 139_800, 60_000, 50_000, True),  # gifts beyond 3 % of the marked price
        ((2_000, EffectKind.GIFTS), 139_800, 65_000, 50_000, False),
    ],
)
def test_a_campaign_bears_what_was_approved_and_not_a_fen_more(
    shop: Shop, effect: tuple[int, EffectKind], price: int, given: int, limit: int, *, passes: bool
) -> None:
    open_for_business(shop)
    approved(shop, row(shop, *effect), limit=limit)
    if given == 65_000:  # what neither the house rule nor the campaign lets anybody give away
        with pytest.raises(Refused, match="E-GIFT-BUDGET"):
            offered(shop, price, given)
        return
    assert offered(shop, price, given).state is (Q.READY if passes else Q.PENDING_PRICE)


def test_two_quotations_share_the_limit_of_a_campaign(shop: Shop) -> None:
    open_for_business(shop)
    approved(shop, row(shop, 1_000), limit=15_000)
    first = offered(shop, 135_800)
    assert (first.state, offered(shop, 135_800).state) == (Q.READY, Q.PENDING_PRICE)
    assert offered(shop, 135_800, quantity=5).state is Q.READY
    # its own next version does not stand in its way
    step(shop, "李娜", "2026-10-13 09:00", first.number, "revise")
    assert submitted(shop, first.number + 3, "2026-10-13 09:10").state is Q.READY


@pytest.mark.parametrize(
    ("effects", "code"),
    [
        ([(5_001, EffectKind.PRICE, "X5")], "E-CAMPAIGN-FLOOR"),
        ([(1_000, EffectKind.PRICE, "E3")], "E-CAMPAIGN-OVERLAP"),
        ([(1_000, EffectKind.GIFTS, "M7")], None),
    ],
)
def test_a_campaign_is_held_against_floors_and_other_campaigns(
    shop: Shop, effects: list[tuple[int, EffectKind, str]], code: str | None
) -> None:
    open_for_business(shop)
    approved(shop, row(shop, 1_000, code="E3"), name="电车周")
    number = planned(shop, *(row(shop, *each) for each in effects), first_day=LAST, last_day=date(2026, 10, 25))
    if code is None:
        assert act(shop, "陈静", "2026-10-09 12:00", number, "submit").state is S.SUBMITTED
        return
    with pytest.raises(Refused) as refused:
        act(shop, "陈静", "2026-10-09 12:00", number, "submit")
    assert refused.value.codes == (code,)


def test_a_plan_has_days_ahead_and_a_limit_and_somebody_else_approves_it(shop: Shop) -> None:
    open_for_business(shop)
    for wrong, code in (
        ({"last_day": date(2026, 10, 11)}, "E-PERIOD"), ({"last_day": date(2027, 12, 1)}, "E-PERIOD"),
        ({"first_day": date(2026, 10, 1), "last_day": date(2026, 10, 8)}, "E-DAY-PAST"),
        ({"limit": 999}, "E-GRANT-LIMIT"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            planned(shop, row(shop, 1_000), **wrong)
        assert refused.value.codes == (code,)
    with pytest.raises(Refused) as refused:
        planned(shop, row(shop, 1_000), row(shop, 2_000))
    assert refused.value.codes == ("E-MODEL-TWICE",)
    number = planned(shop, row(shop, 1_000))
    act(shop, "陈静", "2026-10-09 10:00", number, "submit")
    with pytest.raises(Refused) as refused:
        act(shop, "陈静", "2026-10-09 10:05", number, "approve")
    assert refused.value.codes == ("E-NOT-YOURS",)
    back = act(shop, "周建国", "2026-10-09 10:10", number, "return", Comment(comment="预算偏高"))
    assert back.state is S.DRAFT


def test_what_it_cost_is_written_down_and_it_ends_with_a_review(shop: Shop) -> None:
    number = approved(shop)
    night(shop, number, "2026-10-12 00:10")
    for amount in (15_000, 8_000):
        told = Spending(what="场地", amount=y(amount), day=date(2026, 10, 12))
        act(shop, "高洁", "2026-10-13 09:00", number, "note_cost", told)
    with shop.looking() as db:
        campaign = by_number(db, Campaign, shop.actor("陈静"), number)
        assert campaign is not None
        assert campaigns.spent(campaign) == y(23_000)  # more than the budget: a fact is told, not refused
        wrong = campaigns.standing_costs(campaign)[0]
    struck = campaigns.StruckOut(cost=wrong.id, reason="记重了")
    assert (
        campaigns.spent(act(shop, "高洁", "2026-10-13 10:00", number, "strike_cost", struck))
        == y(23_000) - wrong.amount
    )
    with pytest.raises(Refused) as refused:
        act(shop, "高洁", "2026-10-13 10:05", number, "strike_cost", struck)
    assert refused.value.codes == ("E-REQ-FIELD",)
    night(shop, number, "2026-10-19 00:10")
    told = Review(review="到店 40 批，订单 3 个", lesson="提前一周邀约")
    assert act(shop, "陈静", "2026-10-20 09:00", number, "review", told).state is S.ENDED
