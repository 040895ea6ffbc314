"""The stages of an approval: who fills which place, who decides last, and what a house rule may ask for."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from dealer import workflow
from dealer.approvals import approvals, stage_staffing
from dealer.approvals.rulings import Approval, CounterOffer, Remark
from dealer.approvals.stages import planned
from dealer.deals.deals import Comment
from dealer.engine import migrating
from dealer.engine.columns import new_id
from dealer.engine.database import open_database
from dealer.engine.steps import Refused
from dealer.house import proposals
from dealer.house.policies import DEFAULTS
from dealer.house.proposal_forms import StageRow, Stages
from dealer.people import by_number
from dealer.records.approvals import Lane
from dealer.records.people import Policy, Posting, Role
from dealer.records.quotations import ExceptionState, PriceException
from tests import quoting
from tests.cast import Shop, found_shop
from tests.conftest import KEYS, at
from tests.databases import Databases, Kind
from tests.quoting import WHY, exception_of, lines, rule, step, y

S = ExceptionState
TODAY = date(2026, 10, 12)
NO = Comment(comment="利润不足")
RETAIL, GENERAL, PROJECT = (
    StageRow(lane=Lane.RETAIL, showroom_manager=True),
    StageRow(lane=Lane.GENERAL, general_manager=True),
    StageRow(lane=Lane.PROJECT, general_manager=True),
)


def fleet(*roles: Role, agree: int | None = None) -> StageRow:
    """A stage of fleet cases."""
    return StageRow(lane=Lane.FLEET, agree=agree, **{role.value: True for role in roles})


def in_force(shop: Shop, *rows: StageRow) -> None:
    """These stages for fleet cases, the usual ones for the others; from the day of the scene on."""
    facts = Stages(value=(*rows, RETAIL, GENERAL, PROJECT), from_day=TODAY, reason="会签")
    with shop.acting("陈静", at("2026-10-12 08:00"), facts) as ask:
        proposal = proposals.proposal_of(ask, "approval_stages")
        workflow.begin(proposal, "propose", ask)
    with shop.acting("周建国", at("2026-10-12 08:10")) as ask:
        workflow.take(by_number(ask.db, Policy, ask.actor, proposal.number), "approve", ask)


def asked(shop: Shop, price: int = 131_800) -> None:
    """李娜 asks for ten X5 at a price."""
    number = quoting.draft(shop, quoting.deal_at_quotation(shop), lines(shop, ("X5", 10, price)))
    step(shop, "李娜", "2026-10-12 10:00", number, "submit", WHY)


def refused(shop: Shop, who: str, action: str = "approve", facts: Any = None) -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        rule(shop, who, "2026-10-12 11:00", 1, action, facts or Approval())
    return refusal.value.codes


def agree(shop: Shop, who: str) -> ExceptionState:
    return rule(shop, who, "2026-10-12 11:00", 1, "approve", Approval()).state


@pytest.fixture
def trading(shop: Shop) -> Shop:
    """The shop with its models and prices."""
    quoting.open_for_business(shop)
    return shop


K, H, M, F, G = Role.KEY_ACCOUNT, Role.SHOWROOM, Role.SALES, Role.FINANCE, Role.GENERAL


@pytest.mark.parametrize(
    "rows, path",
    [
        ([fleet(K)], [("陈静", S.APPROVED)]),
        ([fleet(K)], [("周建国", S.APPROVED)]),  # the general manager in anybody's place
        ([fleet(F), fleet(K)], [("高洁", S.PENDING), ("陈静", S.APPROVED)]),
        ([fleet(K, M)], [("马超", S.PENDING), ("陈静", S.APPROVED)]),  # all, in any order
        ([fleet(K, M)], [("陈静", S.PENDING), ("周建国", S.APPROVED)]),
        ([fleet(K, M, agree=1)], [("马超", S.APPROVED)]),  # any
        ([fleet(K, M, H, agree=2)], [("刘洋", S.PENDING), ("马超", S.APPROVED)]),  # two of three
        ([fleet(F, M, agree=1), fleet(K, H, agree=1)], [("马超", S.PENDING), ("刘洋", S.APPROVED)]),
    ],
)
def test_a_case_goes_from_stage_to_stage_and_the_last_one_decides(
    trading: Shop, rows: list[StageRow], path: list[tuple[str, ExceptionState]]
) -> None:
    in_force(trading, *rows)
    asked(trading)
    assert [(who, agree(trading, who)) for who, _ in path] == path
    assert exception_of(trading, 1).approved_total == y(1_318_000)


def test_who_is_not_asked_waits_and_nobody_fills_two_places(trading: Shop) -> None:
    in_force(trading, fleet(F, M, H, agree=2), fleet(K))
    asked(trading)
    assert refused(trading, "陈静") == ("E-ROUTED",)
    assert refused(trading, "周建国") == ("E-ROUTED",)  # only the last decision is his
    assert refused(trading, "李娜") == ("E-NOT-YOURS",)
    assert refused(trading, "陈静", "counter", CounterOffer(price=y(133_000), comment="改价")) == (
        "E-STAGE", "E-ROUTED"
    )  # fmt: skip
    until = Approval(valid_until=TODAY)
    assert refused(trading, "马超", facts=until) == ("E-STAGE",)  # for how long, the last one says
    assert agree(trading, "马超") is S.PENDING
    # as the stand-in of the one away 马超 would fill a second place
    trading.send_away("刘洋", "马超", TODAY, TODAY)
    assert refused(trading, "马超") == ("E-AGREED",)
    # and who asked does not agree to it as anybody's stand-in
    trading.send_away("高洁", "李娜", TODAY, TODAY)
    assert refused(trading, "李娜") == ("E-SELF-APPROVE",)
    assert agree(trading, "高洁") is S.PENDING
    assert agree(trading, "陈静") is S.APPROVED


def test_a_stand_in_fills_the_place_of_the_one_away(trading: Shop) -> None:
    in_force(trading, fleet(F), fleet(K))
    asked(trading)
    trading.send_away("高洁", "林芳", TODAY, TODAY)
    with trading.looking() as db:
        waiting = approvals.waiting_for(db, trading.actor("林芳", TODAY))
    assert [each.number for each in waiting] == [1]
    assert agree(trading, "林芳") is S.PENDING
    with trading.looking() as db:
        exception = by_number(db, PriceException, trading.actor("陈静"), 1)
        assert exception is not None
        [mark] = exception.marks
    assert (mark.person.name, mark.for_whom.name, mark.place) == ("林芳", "高洁", "finance")
    # a manager who stands in for the general manager has his authority where his is asked
    trading.send_away("周建国", "陈静", TODAY, TODAY)
    assert agree(trading, "陈静") is S.APPROVED


def test_the_last_one_must_reach_the_price_whoever_agreed_before(trading: Shop) -> None:
    in_force(trading, fleet(K, M))
    asked(trading)
    assert agree(trading, "陈静") is S.PENDING
    quoting.put_in_force(
        trading, "PV-2026-10b", TODAY, "2026-10-12 10:30", {"X5": (139_800, 137_800, 132_800, 129_000)}
    )
    assert refused(trading, "马超") == ("E-AUTH-LIMIT",)
    rule(trading, "马超", "2026-10-12 11:30", 1, "forward", Comment(comment="底价已上调"))
    # forwarded, it begins anew: nobody's word counts any more
    assert [mark.cleared_at is not None for mark in marks(trading)] == [True]
    assert agree(trading, "周建国") is S.APPROVED


def marks(shop: Shop) -> list[Any]:
    with shop.looking() as db:
        exception = by_number(db, PriceException, shop.actor("陈静"), 1)
        assert exception is not None
        return list(exception.marks)


@pytest.mark.parametrize("action, state", [("return", S.RETURNED), ("refuse", S.REFUSED)])
def test_a_no_clears_what_the_others_said_and_keeps_it_to_be_read(
    trading: Shop, action: str, state: ExceptionState
) -> None:
    in_force(trading, fleet(F), fleet(K))
    asked(trading)
    agree(trading, "高洁")
    assert rule(trading, "陈静", "2026-10-12 11:10", 1, action, NO).state is state
    told = [(mark.person.name, mark.verdict.value, mark.cleared_at is None) for mark in marks(trading)]
    assert told == [("高洁", "agreed", False), ("陈静", state.value, True)]


def test_another_price_that_is_declined_lies_with_the_last_stage_again(trading: Shop) -> None:
    in_force(trading, fleet(F), fleet(K))
    asked(trading)
    agree(trading, "高洁")
    rule(trading, "陈静", "2026-10-12 11:10", 1, "counter", CounterOffer(price=y(133_000), comment="改价"))
    assert rule(trading, "李娜", "2026-10-12 12:00", 1, "decline_counter", Remark()).state is S.PENDING
    assert agree(trading, "陈静") is S.APPROVED


def test_each_stage_has_its_own_working_day_and_then_the_general_manager_sees_it(trading: Shop) -> None:
    in_force(trading, fleet(F), fleet(K))
    asked(trading)
    quoting.time_passes(trading, 1, "2026-10-14 00:00")
    assert exception_of(trading, 1).escalated_at == at("2026-10-14 00:00")
    with trading.looking() as db:
        told = [len(approvals.waiting_for(db, trading.actor(name, TODAY))) for name in ("高洁", "陈静", "周建国")]
    assert told == [1, 0, 1]
    rule(trading, "高洁", "2026-10-14 09:00", 1, "approve", Approval())
    found = exception_of(trading, 1)
    assert (found.escalated_at, found.due_at) == (None, at("2026-10-16 00:00"))


def test_a_case_that_nobody_here_can_decide_says_so_and_waits(trading: Shop) -> None:
    """The general manager, the last one who could, has left by another way than the settings."""
    asked(trading, 129_000)
    with trading.database.writing(trading.store.id) as db:
        db.get(type(trading.person("周建国")), trading.person("周建国").id).active = False  # type: ignore[union-attr]
    quoting.time_passes(trading, 1, "2026-10-12 12:00")
    found = exception_of(trading, 1)
    assert (found.state, [stage["roles"] for stage in found.stages]) == (S.PENDING, [["general_manager"]])
    with trading.acting("陈静", at("2026-10-12 12:00")) as ask:
        exception = by_number(ask.db, PriceException, ask.actor, 1)
        assert exception is not None
        assert not stage_staffing.can_go_on(exception, ask)


def test_who_has_left_lends_nobody_their_authority(trading: Shop) -> None:
    trading.send_away("周建国", "林芳", TODAY, TODAY)
    assert [one.name for one in trading.actor("林芳", TODAY).stands_in_for] == ["周建国"]
    with trading.database.writing(trading.store.id) as db:
        db.get(type(trading.person("周建国")), trading.person("周建国").id).active = False  # type: ignore[union-attr]
    assert trading.actor("林芳", TODAY).stands_in_for == ()


# ── what a house rule may ask for ─────────────────────────────────────────────────────────────────────────────────


def told(**lanes: list[dict[str, Any]]) -> dict[str, Any]:
    usual: dict[str, Any] = DEFAULTS["approval_stages"]
    return usual | lanes


def nobody(shop: Shop, value: dict[str, Any]) -> Any:
    with shop.looking() as db:
        return stage_staffing.a_second_person_fills_each_stage(value, db, shop.store.id, TODAY)


def test_the_usual_stages_can_be_gone_through_in_the_whole_shop(shop: Shop) -> None:
    assert nobody(shop, DEFAULTS["approval_stages"]) is None


@pytest.mark.parametrize(
    "general, short",
    [
        ([{"roles": ["key_account_manager"], "agree": 0}, {"roles": ["general_manager"], "agree": 0}], None),
        # 陈静 owns deals: then 马超 sits in her place, and he cannot sit in his own as well
        ([{"roles": ["key_account_manager", "sales_manager"], "agree": 0}], None),
        ([{"roles": ["key_account_manager"], "agree": 0}, {"roles": ["sales_manager"], "agree": 0}], "陈静"),
        ([{"roles": ["supervisor"], "agree": 0}], "张伟"),
    ],
)
def test_whoever_asks_somebody_else_fills_every_stage(
    shop: Shop, general: list[dict[str, Any]], short: str | None
) -> None:
    refusal = nobody(shop, told(general=general))
    assert (refusal and (refusal.code, refusal.values["name"])) == (short and ("E-STAGES-NOBODY", short))


def test_a_second_of_the_role_makes_it_possible(shop: Shop) -> None:
    twice = told(general=[{"roles": ["general_manager"], "agree": 0}] * 2)
    refusal = nobody(shop, twice)
    assert (refusal.code, refusal.values["stage"], refusal.values["roles"]) == ("E-STAGES-NOBODY", 2, [G])
    with shop.database.writing(shop.store.id) as db:
        db.add(Posting(store_id=shop.store.id, person_id=shop.person("何涛").id, role=G))
    assert nobody(shop, twice).values["name"] == "何涛"  # who owns deals: when he asks, one is left for two stages


A, B, C = new_id(), new_id(), new_id()


def bench(needed: int, *places: set[UUID]) -> stage_staffing.Bench:
    return tuple({frozenset({one}) for one in place} for place in places), needed


@pytest.mark.parametrize(
    "benches, taken, possible",
    [
        ([], (), True),
        ([bench(1, {A})], (), True),
        ([bench(1, {A})], (A,), False),
        ([bench(2, {A}, {A, B})], (), True),  # B takes the second place, although A could
        ([bench(2, {A, B}, {A})], (), True),  # likewise in the other order
        ([bench(2, {A}, {A})], (), False),
        ([bench(2, {A}, {A}, {B})], (), True),  # two of three
        ([bench(1, {A, B}), bench(1, {A})], (), True),
        ([bench(1, {A}), bench(1, {A})], (), False),
        ([bench(2, {A, B, C}, {A, B}, {A})], (B,), True),
        ([bench(3, {A, B, C}, {A, B}, {A})], (B,), False),
    ],
)
def test_different_people_sit_in_different_places(
    benches: list[stage_staffing.Bench], taken: tuple[UUID, ...], possible: bool
) -> None:
    assert stage_staffing.can_be_filled(benches, frozenset(taken)) is possible


def test_where_the_key_account_manager_asks_the_sales_manager_sits_in_their_place() -> None:
    [stage] = planned([{"roles": ["key_account_manager", "sales_manager"], "agree": 0}], frozenset({K}))
    assert (stage.roles, stage.agree) == ((M,), 1)


# ── from before ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """A database that came about by migrations."""
    kind: Kind = request.param
    url = databases.empty(kind)
    migrating.upgrade(url)
    yield url
    databases.drop(url)


def test_a_case_from_before_there_were_stages_gets_the_one_it_had(migrated: str) -> None:
    database = open_database(migrated, KEYS)
    found_shop(database)
    shop = Shop(database)
    quoting.open_for_business(shop)
    facts = lines(shop, ("X5", 10, 131_800), ("E3", 5, 160_000))
    number = quoting.draft(shop, quoting.deal_at_quotation(shop), facts)
    step(shop, "李娜", "2026-10-12 10:00", number, "submit", WHY)
    before = [(exception_of(shop, each).stages, exception_of(shop, each).stage) for each in (1, 2)]
    assert [stage["roles"] for told, _ in before for stage in told] == [["key_account_manager"], ["general_manager"]]
    database.engine.dispose()
    [ours] = migrating.FOLDER.glob("*_the_stages_of_an_approval.py")
    migrating.downgrade(migrated, f"{int(ours.name[:4]) - 1:04}")
    migrating.upgrade(migrated)
    assert [(exception_of(shop, each).stages, exception_of(shop, each).stage) for each in (1, 2)] == before
    assert rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval()).state is S.APPROVED
    database.engine.dispose()
