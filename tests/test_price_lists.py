"""Price lists before they count: what they change, what they would do to what is open, and to the last quarter."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from dealer import workflow
from dealer.approvals.rulings import Approval
from dealer.engine.steps import Refused
from dealer.house import policies, replay
from dealer.house.proposal_forms import Number
from dealer.house.replay import Turn
from dealer.house.supposing import Supposed, supposing
from dealer.people import by_number
from dealer.prices import list_effects, pricelists
from dealer.prices.pricelists import ListFacts
from dealer.quotations.offers import Extra
from dealer.records.contracts import Contract
from dealer.records.people import Role
from dealer.records.prices import PriceList
from dealer.records.quotations import ExceptionState, QuotationState
from tests import contracts, quoting
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.quoting import WHY, allowance, exception_of, gift, lines, quotation_of, rule, send_until, step, y
from tests.test_policies import proposed, take

S = QuotationState
MONDAY = date(2026, 10, 12)
TUESDAY = date(2026, 10, 13)
DEARER = {
    "X5": (139_800, 136_800, 133_800, 130_000),
    "E3": (169_800, 167_800, 163_800, 160_000),
    "M7": (119_000, 118_800, 114_800, 112_000),
}


@pytest.fixture
def deal(shop: Shop) -> int:
    """A deal of 李娜, at the prices of October."""
    quoting.open_for_business(shop)
    return quoting.deal_at_quotation(shop)


def submitted(shop: Shop, deal: int, *car: Any, why: Any = None, extras: tuple[Extra, ...] = ()) -> int:
    number = quoting.draft(shop, deal, lines(shop, car, extras=extras))  # type: ignore[arg-type]
    step(shop, "李娜", "2026-10-12 10:00", number, "submit", why)
    return number


def approved(shop: Shop, deal: int, *car: Any) -> int:
    """Its exception is the newest, and the key-account manager has agreed."""
    number = submitted(shop, deal, *car, why=WHY)
    with shop.looking() as db:
        newest = max(each.number for each in db.query(type(exception_of(shop, 1))))
    rule(shop, "陈静", "2026-10-12 11:00", newest, "approve", Approval())
    return number


def the_list(db: Any, shop: Shop, number: int) -> PriceList:
    found = by_number(db, PriceList, shop.actor("周建国"), number)
    assert found is not None
    return found


# ── what it would do to what is open ──────────────────────────────────────────────────────────────────────────────


def test_what_a_list_does_is_told_before_it_is_approved_and_happens_on_its_day(
    shop: Shop, deal: int, desk: Callable[[str], Desk]
) -> None:
    own = submitted(shop, deal, "M7", 5, 117_800)
    at_marked = submitted(shop, deal, "M7", 3, 119_800)
    given = approved(shop, deal, "X5", 10, 131_800)
    held = approved(shop, deal, "E3", 5, 161_800)
    step(shop, "李娜", "2026-10-12 12:00", held, "send", send_until(date(2026, 10, 27)))
    number = quoting.write_list(shop, "PV-2026-10B", date(2026, 10, 20), "2026-10-13 09:00", DEARER)
    quoting.step_list(shop, "陈静", "2026-10-13 09:10", number, "submit")

    with shop.looking() as db:
        told = list_effects.effects_of(db, the_list(db, shop, number), TUESDAY)
    assert [each.number for each in told.blocked] == [at_marked]
    assert [each.number for each in told.waiting] == [own, given]
    assert [each.number for each in told.lapsing] == [1]
    assert [each.number for each in told.honoured] == [2]
    assert (told.released, told.count, told.day) == ([], 5, date(2026, 10, 20))

    zhou = desk("周建国")
    zhou.turn_clock("2026-10-13 10:00")
    page = zhou.get(f"/pricelists/{number}")
    for url in (f"/quotations/{own}", f"/quotations/{at_marked}", "/approvals/1", "/approvals/2"):
        assert f'href="{url}"' in page.html, url

    quoting.step_list(shop, "周建国", "2026-10-13 11:00", number, "approve")
    quoting.time_passes(shop, deal, "2026-10-20 00:05")
    assert [quotation_of(shop, each).state for each in (own, given, held)] == [S.PENDING_PRICE, S.PENDING_PRICE, S.SENT]
    assert [exception_of(shop, each).state for each in (1, 2)] == [ExceptionState.LAPSED, ExceptionState.APPROVED]
    with pytest.raises(Refused, match="E-PRICE-ABOVE-LIST"):
        step(shop, "李娜", "2026-10-20 09:00", at_marked, "send", send_until(date(2026, 10, 27)))


def test_lower_floors_release_what_waits_and_what_ends_anyway_is_not_the_lists_doing(shop: Shop, deal: int) -> None:
    waits = submitted(shop, deal, "X5", 10, 135_800, why=WHY)
    approved(shop, deal, "M7", 10, 114_800)  # for fifteen days: it is over before November
    cheaper = {"X5": (139_800, 135_800, 131_800, 128_000)}
    number = quoting.write_list(shop, "PV-2026-11", date(2026, 11, 1), "2026-10-13 09:00", cheaper)
    with shop.looking() as db:
        told = list_effects.effects_of(db, the_list(db, shop, number), TUESDAY)
    assert ([each.number for each in told.released], told.count) == ([waits], 1)


def test_nothing_is_supposed_where_something_is_decided(shop: Shop) -> None:
    with (
        shop.acting("陈静", at("2026-10-13 09:00")) as ask,
        pytest.raises(RuntimeError, match="supposes nothing"),
        supposing(ask.db, Supposed(shop.store.id)),
    ):
        pass


# ── two lists side by side ────────────────────────────────────────────────────────────────────────────────────────


def test_two_lists_are_compared_figure_by_figure(shop: Shop, deal: int, desk: Callable[[str], Desk]) -> None:
    changed = {"X5": (139_800, 136_800, 133_800, 127_500)}
    number = quoting.write_list(shop, "PV-2026-11", date(2026, 11, 1), "2026-10-13 09:00", changed)
    zhou = desk("周建国")
    zhou.turn_clock("2026-10-13 10:00")
    page = zhou.get(f"/pricelists/{number}/compare?with=1")
    assert all(figure in page.text for figure in ("133,800 +2,000", "127,500 −500", "1 个车型有变动", "2 个未变"))
    assert zhou.get(f"/pricelists/{number}/compare?with=99").status == 404
    assert f"/pricelists/{number}/compare" in zhou.get(f"/pricelists/{number}").html

    shorter = ListFacts(name="PV-2026-12", effective_from=date(2026, 12, 1), lines=quoting.rows(shop)[:2])
    with shop.acting("陈静", at("2026-10-13 11:00"), shorter) as ask:
        workflow.begin(pricelists.blank(ask, shorter), "draft", ask)
    with shop.looking() as db:
        old, new, without = (the_list(db, shop, each) for each in (1, number, number + 1))
        assert list_effects.nearest(db, new) is old
        [dropped] = list_effects.changes(db, old, without)
        assert (dropped.after, dropped.line.model.code) == (None, "M7")
        [changed_back, added] = list_effects.changes(db, without, new)
        assert (changed_back.line.model.code, added.before, added.line.model.code) == ("X5", None, "M7")


# ── rule replay ───────────────────────────────────────────────────────────────────────────────────────────────────


def replayed(shop: Shop, today: date = TUESDAY, **values: Any) -> list[tuple[Turn, str, tuple[Any, ...]]]:
    with shop.looking() as db:
        found = replay.replay(db, shop.actor("周建国"), today, Supposed(shop.store.id, values=values))
        return [(case.turn, type(case.thing).__name__, case.after.codes or case.after.deciders) for case in found.cases]


def test_a_draft_list_is_replayed_over_what_was_submitted(shop: Shop, deal: int, desk: Callable[[str], Desk]) -> None:
    submitted(shop, deal, "M7", 5, 118_000)  # would have waited
    submitted(shop, deal, "X5", 10, 132_800, why=WHY)  # would have been the general manager's
    submitted(shop, deal, "M7", 3, 119_500)  # would have been refused
    submitted(shop, deal, "E3", 3, 168_000)  # as before
    number = quoting.write_list(shop, "PV-2026-10B", date(2026, 10, 20), "2026-10-13 09:00", DEARER)
    with shop.looking() as db:
        supposed = Supposed(shop.store.id, the_list(db, shop, number))
        found = replay.replay(db, shop.actor("陈静"), TUESDAY, supposed)
        told = {case.thing.number: (case.turn, case.after.codes, case.after.deciders) for case in found.cases}
    assert (found.quotations, found.contracts) == (4, 0)
    assert told == {
        1: (Turn.ELSEWHERE, (), (Role.KEY_ACCOUNT,)),
        2: (Turn.ELSEWHERE, (), (Role.GENERAL,)),
        3: (Turn.STOPPED, ("E-PRICE-ABOVE-LIST",), ()),
    }
    jing = desk("陈静")
    jing.turn_clock("2026-10-13 10:00")
    page = jing.get(f"/pricelists/{number}/replay")
    assert ('href="/quotations/2"' in page.html, 'href="/quotations/4"' in page.html) == (True, False)


def test_a_proposed_value_is_replayed_with_the_rules_that_read_it(
    shop: Shop, deal: int, desk: Callable[[str], Desk]
) -> None:
    submitted(shop, deal, "X5", 10, 131_800, why=WHY)
    submitted(shop, deal, "E3", 10, 169_800, extras=(gift(20_000),))
    assert replayed(shop, fleet_min_qty=3) == []
    assert replayed(shop, fleet_min_qty=12) == [(Turn.ELSEWHERE, "Quotation", (Role.SHOWROOM,))]
    assert replayed(shop, gift_budget_permille=10) == [(Turn.STOPPED, "Quotation", ("E-GIFT-BUDGET",))]
    assert replayed(shop, date(2027, 3, 1), fleet_min_qty=12) == []  # beyond a quarter

    both = [{"roles": ["key_account_manager", "sales_manager"], "agree": 0}]
    longer_way: Any = policies.DEFAULTS["approval_stages"] | {"fleet": both}
    [(_, _, asked)] = replayed(shop, approval_stages=longer_way)
    assert asked == (Role.KEY_ACCOUNT, Role.SALES)

    larger = Number(value=12, from_day=date(2026, 11, 1), reason="总部要求")
    number = proposed(shop, "fleet_min_qty", larger, when="2026-10-13 09:00")
    longer = Number(value=20, from_day=date(2026, 11, 1), reason="总部要求")
    unread = proposed(shop, "quote_validity_days", longer, when="2026-10-13 09:00")
    zhou = desk("周建国")
    zhou.turn_clock("2026-10-13 10:00")
    page = zhou.get(f"/policies/{number}/replay")
    assert ("展厅经理" in page.text, 'href="/quotations/1"' in page.html) == (True, True)
    assert f'href="/policies/{number}/replay"' in zhou.get(f"/policies/{number}").html
    assert zhou.get(f"/policies/{unread}/replay").status == 404


def test_a_threshold_is_replayed_over_contracts(shop: Shop) -> None:
    deal = contracts.accepted_deal(shop)
    number = contracts.draw_up(shop, deal)
    with shop.acting("李娜", at("2026-11-03 10:00")) as ask:
        drawn = by_number(ask.db, Contract, ask.actor, number)
        assert drawn is not None
        drawn.submitted_by_id = ask.actor.id
        assert drawn.total == y(1_318_000)
    november = date(2026, 11, 10)
    assert replayed(shop, november, general_manager_threshold_fen=y(1_318_000)) == []
    [(turn, kind, reviewers)] = replayed(shop, november, general_manager_threshold_fen=y(1_318_001))
    assert (turn, kind, len(reviewers)) == (Turn.ELSEWHERE, "Contract", 2)


# ── which rules applied ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_deal_says_by_which_list_and_house_rules_it_was_priced(
    shop: Shop, deal: int, desk: Callable[[str], Desk]
) -> None:
    value = Number(value=5, from_day=MONDAY, reason="总部要求")
    number = proposed(shop, "fleet_min_qty", value, when="2026-10-11 09:00")
    take(shop, number, "周建国", "approve", when="2026-10-11 10:00")
    quoted = lines(shop, ("X5", 10, 136_000), extras=[allowance(8_000, date(2026, 10, 16))])
    offer = quoting.draft(shop, deal, quoted)
    quoting.confirm(shop, offer, "2026-10-12 09:30")
    step(shop, "李娜", "2026-10-12 10:00", offer, "submit")
    quoting.put_in_force(shop, "PV-2026-10B", date(2026, 10, 14), "2026-10-13 09:00", DEARER)
    li = desk("李娜")
    li.turn_clock("2026-10-20 09:00")
    told = li.get(f"/deals/{deal}").text
    assert all(words in told for words in ("价格表 2026年10月1日 起，周建国批准 PV-2026-10", "CJ-2026-118"))
    assert "2026年10月12日 起，周建国批准 5 台" in told
