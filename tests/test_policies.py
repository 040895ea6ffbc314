"""House rules: proposed by one, approved by another, in force from a day on, never backwards."""

from datetime import date
from typing import Any

import pytest

from dealer import deadlines, workflow
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask, Refused
from dealer.house import proposal_forms, proposals
from dealer.house.policies import DEFAULTS, policy
from dealer.house.proposal_forms import (
    Amount,
    Flag,
    Hours,
    LevelDays,
    LevelName,
    Number,
    Proposal,
    Refusing,
    ServiceRow,
    TimeOfDay,
    Windows,
)
from dealer.people import by_number
from dealer.records.customers import CustomerClass
from dealer.records.people import Policy, PolicyState
from dealer.records.prospects import Level
from tests.cast import Shop
from tests.conftest import at

S = PolicyState
FIRST = date(2026, 12, 1)
WHY = "总部要求"
MORNING = Hours(start="09:00", end="12:00")
EVERY_LEVEL = tuple(LevelDays(level=level, deal_within=30, gap=3) for level in Level)
SLOW = LevelDays(level=Level.C, customer_class=CustomerClass.GOVERNMENT, deal_within=180, gap=20)
EVERY_MODEL = ServiceRow(months=6, km=5000)
TEN_DAYS = Number(value=10, from_day=FIRST, reason=WHY)


def proposed(shop: Shop, name: str, facts: Proposal, who: str = "陈静", when: str = "2026-11-10 09:00") -> int:
    """Somebody proposes a value; the number of the proposal."""
    with shop.acting(who, at(when), facts) as ask:
        proposal = proposals.proposal_of(ask, name)
        workflow.begin(proposal, "propose", ask)
        return proposal.number


def take(shop: Shop, number: int, who: str, action: str, facts: Any = None, when: str = "2026-11-10 10:00") -> Policy:
    """Somebody takes a step with a proposal."""
    with shop.acting(who, at(when), facts) as ask:
        proposal: Policy = by_number(ask.db, Policy, ask.actor, number)
        workflow.take(proposal, action, ask)
        return proposal


def in_force(shop: Shop, name: str, day: date) -> Any:
    """What holds on a day."""
    with shop.looking() as db:
        return policy(db, shop.store.id, name, day)


def test_a_value_counts_from_its_day_on_once_approved(shop: Shop) -> None:
    number = proposed(shop, "quote_validity_days", TEN_DAYS)
    assert in_force(shop, "quote_validity_days", FIRST) == 15
    take(shop, number, "周建国", "approve")
    assert in_force(shop, "quote_validity_days", date(2026, 11, 30)) == 15
    assert in_force(shop, "quote_validity_days", FIRST) == 10


def test_the_later_day_wins_whichever_was_approved_first(shop: Shop) -> None:
    later = Number(value=20, from_day=date(2027, 1, 1), reason=WHY)
    take(shop, proposed(shop, "quote_validity_days", later), "周建国", "approve")
    take(shop, proposed(shop, "quote_validity_days", TEN_DAYS), "周建国", "approve")
    assert in_force(shop, "quote_validity_days", date(2026, 12, 31)) == 10
    assert in_force(shop, "quote_validity_days", date(2027, 1, 1)) == 20


def test_nobody_approves_their_own_proposal_not_even_as_stand_in(shop: Shop) -> None:
    number = proposed(shop, "quote_validity_days", TEN_DAYS, who="陈静")
    shop.send_away("周建国", "陈静", date(2026, 11, 1), date(2026, 11, 30))
    with pytest.raises(Refused) as refused:
        take(shop, number, "陈静", "approve")
    assert refused.value.codes == ("E-SELF-APPROVE",)


@pytest.mark.parametrize("who", ["王磊", "陈静", "马超", "刘洋", "高洁", "许明"])
def test_only_the_general_manager_approves(shop: Shop, who: str) -> None:
    number = proposed(shop, "quote_validity_days", TEN_DAYS, who="陈静")
    with pytest.raises(Refused) as refused:
        take(shop, number, who, "approve")
    assert refused.value.codes == ("E-NOT-YOURS",)


@pytest.mark.parametrize(
    "who, may", [("陈静", True), ("马超", False), ("许明", False), ("王磊", False), ("周建国", False)]
)
def test_who_may_propose(shop: Shop, who: str, may: bool) -> None:
    if may:
        assert proposed(shop, "quote_validity_days", TEN_DAYS, who=who) == 1
    else:
        with pytest.raises(Refused) as refused:
            proposed(shop, "quote_validity_days", TEN_DAYS, who=who)
        assert refused.value.codes == ("E-NOT-YOURS",)


def test_a_proposal_does_not_reach_back(shop: Shop) -> None:
    with pytest.raises(Refused) as refused:
        proposed(shop, "quote_validity_days", Number(value=10, from_day=date(2026, 11, 9), reason=WHY))
    assert refused.value.codes == ("E-DAY-PAST",)


def test_a_proposal_whose_day_has_come_and_gone_is_proposed_anew(shop: Shop) -> None:
    number = proposed(shop, "quote_validity_days", TEN_DAYS)
    with pytest.raises(Refused) as refused:
        take(shop, number, "周建国", "approve", when="2026-12-02 09:00")
    assert refused.value.codes == ("E-DAY-PAST",)
    take(shop, number, "周建国", "approve", when="2026-12-01 09:00")


def test_one_open_proposal_a_rule(shop: Shop) -> None:
    proposed(shop, "quote_validity_days", TEN_DAYS)
    with pytest.raises(Refused) as refused:
        proposed(shop, "quote_validity_days", TEN_DAYS)
    assert refused.value.codes == ("E-POLICY-OPEN",)
    assert proposed(shop, "reservation_days", TEN_DAYS) == 2


def test_only_who_proposed_withdraws(shop: Shop) -> None:
    number = proposed(shop, "quote_validity_days", TEN_DAYS, who="陈静")
    with pytest.raises(Refused):
        take(shop, number, "马超", "withdraw")
    assert take(shop, number, "陈静", "withdraw").state is S.WITHDRAWN
    assert in_force(shop, "quote_validity_days", FIRST) == 15


def test_a_refusal_keeps_its_reason_in_the_history(shop: Shop) -> None:
    number = proposed(shop, "quote_validity_days", TEN_DAYS)
    refused = take(shop, number, "周建国", "refuse", Refusing(comment="客户会来不及走流程"))
    with shop.looking() as db:
        told = of_thing(db, shop.store.id, refused.id)
    assert [(row.action, row.now) for row in told] == [("propose", "proposed"), ("refuse", "refused")]
    assert "客户会来不及走流程" in told[1].facts


def test_the_general_manager_has_it_on_the_list_until_it_is_decided(shop: Shop) -> None:
    number = proposed(shop, "quote_validity_days", TEN_DAYS)
    boss = shop.actor("周建国")
    with shop.looking() as db:
        assert [row.kind for row in deadlines.due_to(db, boss, at("2026-11-12 00:00"))] == ["approve_policy"]
    take(shop, number, "周建国", "approve")
    with shop.looking() as db:
        assert deadlines.due_to(db, boss, at("2026-11-12 00:00")) == []


@pytest.mark.parametrize(
    "name, facts, code",
    [
        ("quote_validity_days", {"value": 0}, "E-POLICY-LIMITS"),
        ("quote_validity_days", {"value": 91}, "E-POLICY-LIMITS"),
        ("vat_permille", {"value": 301}, "E-POLICY-LIMITS"),
        ("general_manager_threshold_fen", {"value": -1}, "E-POLICY-LIMITS"),
        ("call_window", {"value": (MORNING, Hours(start="11:00", end="14:00"))}, "E-POLICY-HOURS"),
        ("call_window", {"value": (Hours(start="12:00", end="09:00"),)}, "E-POLICY-HOURS"),
        ("levels", {"value": (LevelDays(level=Level.H, deal_within=7, gap=2),)}, "E-POLICY-LEVELS"),
        ("levels", {"value": (*EVERY_LEVEL, SLOW, SLOW)}, "E-POLICY-LEVELS"),
        ("maintenance", {"value": (ServiceRow(model="X5", months=12, km=10_000),)}, "E-POLICY-SERVICES"),
        ("maintenance", {"value": (EVERY_MODEL, ServiceRow(model="X9", months=12, km=10_000))}, "E-POLICY-SERVICES"),
        ("levels", {"value": (*EVERY_LEVEL, SLOW.model_copy(update={"brand": "云岭"}))}, "E-POLICY-BRAND"),
    ],
)  # fmt: skip
def test_a_mistyped_value_is_told_beside_its_field(shop: Shop, name: str, facts: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        proposed(shop, name, proposal_forms.form_of(name)(**facts, from_day=FIRST, reason=WHY))
    assert [(each.code, each.field) for each in refused.value.refusals] == [(code, "value")]


@pytest.mark.parametrize(
    "name, facts, kept",
    [
        ("general_manager_threshold_fen", Amount(value="500000.00", from_day=FIRST, reason=WHY), 500_000_00),
        ("conduct_needs_approval", Flag(value=False, from_day=FIRST, reason=WHY), False),
        ("follow_up_from", TimeOfDay(value="１０:００", from_day=FIRST, reason=WHY), "10:00"),
        ("revived_level", LevelName(value="C", from_day=FIRST, reason=WHY), "C"),
        ("call_window", Windows(value=(MORNING,), from_day=FIRST, reason=WHY), ["09:00-12:00"]),
    ],
)  # fmt: skip
def test_each_kind_of_value_is_kept_as_its_readers_expect_it(
    shop: Shop, name: str, facts: Proposal, kept: object
) -> None:
    take(shop, proposed(shop, name, facts), "周建国", "approve")
    assert in_force(shop, name, FIRST) == kept


@pytest.mark.parametrize("name", DEFAULTS)
def test_every_value_goes_through_its_form_and_comes_back(name: str) -> None:
    form = proposal_forms.form_of(name)
    facts = form(value=proposal_forms.shown(name, DEFAULTS[name]), from_day=FIRST, reason=WHY)
    assert proposal_forms.stored(facts) == DEFAULTS[name]
    assert proposals.value_is_sensible(Policy(name=name), Ask(None, None, at("2026-11-10 09:00"), facts)) is None


def test_values_of_another_shop_do_not_count(shop: Shop) -> None:
    take(shop, proposed(shop, "quote_validity_days", TEN_DAYS), "周建国", "approve")
    with shop.looking() as db:
        assert policy(db, shop.person("王磊").id, "quote_validity_days", FIRST) == 15
