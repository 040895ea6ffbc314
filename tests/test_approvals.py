"""Price-limit exceptions: who decides what, and what an approval is worth."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from dealer import deadlines
from dealer.approvals import approvals
from dealer.approvals.approvals import EXCEPTIONS
from dealer.approvals.rulings import Approval, CounterOffer, Reasons, Remark
from dealer.deals.deals import Comment, NewOwner
from dealer.engine.fields import Uploaded
from dealer.engine.steps import Refused, place
from dealer.people import by_number
from dealer.quotations import quotation
from dealer.records.contracts import Contract, ContractState
from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal, DealState
from dealer.records.quotations import ExceptionState, PriceException, QuotationState, Tier
from tests import quoting
from tests.cast import Shop
from tests.conftest import at
from tests.quoting import WHY, YES, exception_of, gift, lines, quotation_of, rule, step, y

S = ExceptionState
Q = QuotationState
NO = Comment(comment="利润不足")
PROJECT = Reasons(
    reason="厂家项目", project_approval="XM-2026-118", project_file=Uploaded("批文.pdf", b"%PDF-1.7 project")
)


@pytest.fixture
def deal(shop: Shop) -> int:
    """A deal of 李娜 for ten X5."""
    quoting.open_for_business(shop)
    return quoting.deal_at_quotation(shop)


def asked(
    shop: Shop, deal: int, price: int, *, code: str = "X5", quantity: int = 10, who: str = "李娜", why: Reasons = WHY
) -> int:
    """A quotation submitted below its owner's floor; its exception is the newest."""
    when = "2026-10-12 10:00"
    number = quoting.draft(shop, deal, lines(shop, (code, quantity, price)), who=who, when=when)
    step(shop, who, when, number, "submit", why)
    return number


def refused(shop: Shop, *request: Any) -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        rule(shop, *request)
    return refusal.value.codes


def waiting(shop: Shop, who: str) -> list[int]:
    with shop.looking() as db:
        return [each.number for each in approvals.waiting_for(db, shop.actor(who, date(2026, 10, 12)))]


def hand_over(shop: Shop, who: str, deal: int, to: str) -> None:
    facts = NewOwner(owner=shop.person(to).id, comment="交接")
    quoting.take(shop, who, "2026-10-12 11:00", Deal, deal, "change_owner", facts)


def next_version(shop: Shop, number: int, *cars: tuple[str, int, int], when: str, extras: Any = ()) -> int:
    """The quotation revised to other lines; not yet submitted."""
    step(shop, "李娜", when, number, "revise")
    step(shop, "李娜", when, number + 1, "edit", lines(shop, *cars, extras=extras))
    return number + 1


# ── asking and routing ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "price, tier",
    [(136_799, Tier.KEY_ACCOUNT), (131_800, Tier.KEY_ACCOUNT), (131_799, Tier.GENERAL), (128_000, Tier.GENERAL)],
)
def test_a_price_goes_to_the_lowest_tier_that_reaches_it(shop: Shop, deal: int, price: int, tier: Tier) -> None:
    asked(shop, deal, price)
    exception = exception_of(shop, 1)
    assert (exception.state, exception.tier, exception.net_total) == (S.PENDING, tier, y(price) * 10)


def test_one_exception_is_born_for_each_line_below_the_floor(shop: Shop, deal: int) -> None:
    facts = lines(shop, ("X5", 10, 131_800), ("E3", 5, 166_800), ("M7", 3, 114_800))
    number = quoting.draft(shop, deal, facts)
    step(shop, "李娜", "2026-10-12 10:00", number, "submit", WHY)
    with shop.looking() as db:
        found = by_number(db, Deal, shop.actor("李娜"), deal)
        told = [(each.asked["model"], each.quantity) for each in approvals.of_deal(db, found)]
    assert told == [("云岭 M7 1.5T 手动七座", 3), ("云岭 X5 1.5T CVT 舒适版", 10)]


def test_below_the_general_managers_floor_a_project_approval_is_named(shop: Shop, deal: int) -> None:
    number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 127_999)))
    with pytest.raises(Refused) as refusal:
        step(shop, "李娜", "2026-10-12 10:00", number, "submit", WHY)
    assert refusal.value.codes == ("E-PRICE-HARD-FLOOR",)
    assert quotation_of(shop, number).state is Q.DRAFT
    step(shop, "李娜", "2026-10-12 10:00", number, "submit", PROJECT)
    assert exception_of(shop, 1).tier is Tier.PROJECT


def test_the_decision_is_due_at_the_end_of_the_next_working_day(shop: Shop, deal: int) -> None:
    asked(shop, deal, 131_800)  # a Monday
    assert exception_of(shop, 1).due_at == at("2026-10-14 00:00")
    with shop.looking() as db:
        [task] = db.scalars(select(Deadline).where(Deadline.kind == "decide_exception"))
        assert task.role == "key_account_manager"


def test_an_overdue_case_is_shown_to_the_general_manager_as_well(shop: Shop, deal: int) -> None:
    asked(shop, deal, 131_800)
    assert [waiting(shop, name) for name in ("陈静", "周建国", "刘洋")] == [[1], [], []]
    quoting.time_passes(shop, deal, "2026-10-14 00:00")
    assert [waiting(shop, name) for name in ("陈静", "周建国", "刘洋")] == [[1], [1], []]
    assert exception_of(shop, 1).escalated_at == at("2026-10-14 00:00")
    assert rule(shop, "周建国", "2026-10-14 09:00", 1, "approve", Approval()).state is S.APPROVED


def test_two_cars_are_no_fleet_and_the_showroom_managers(shop: Shop, deal: int) -> None:
    asked(shop, deal, 131_800, quantity=2)
    assert refused(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval()) == ("E-ROUTED",)
    assert waiting(shop, "刘洋") == [1]
    assert rule(shop, "刘洋", "2026-10-12 11:00", 1, "approve", Approval()).state is S.APPROVED


def test_a_fleet_case_is_not_the_showroom_managers(shop: Shop, deal: int) -> None:
    asked(shop, deal, 131_800)
    assert refused(shop, "刘洋", "2026-10-12 11:00", 1, "approve", Approval()) == ("E-ROUTED",)
    assert refused(shop, "刘洋", "2026-10-12 11:00", 1, "refuse", NO) == ("E-ROUTED",)
    assert refused(shop, "马超", "2026-10-12 11:00", 1, "approve", Approval()) == ("E-NOT-YOURS",)


def test_what_the_key_account_manager_asks_goes_to_the_general_manager(shop: Shop) -> None:
    quoting.open_for_business(shop)
    asked(shop, quoting.deal_at_quotation(shop, "陈静"), 131_700, who="陈静")
    assert exception_of(shop, 1).tier is Tier.GENERAL
    # 131,700 is below her own floor too: both reasons are told
    assert refused(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval()) == ("E-SELF-APPROVE", "E-AUTH-LIMIT")
    assert refused(shop, "马超", "2026-10-12 11:00", 1, "approve", Approval()) == ("E-ROUTED", "E-AUTH-LIMIT")
    assert rule(shop, "周建国", "2026-10-12 11:00", 1, "approve", Approval()).state is S.APPROVED


def test_who_submitted_as_a_stand_in_does_not_decide_either(shop: Shop, deal: int) -> None:
    shop.send_away("李娜", "陈静", date(2026, 10, 12), date(2026, 10, 16))
    number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 131_800)), who="陈静")
    step(shop, "陈静", "2026-10-12 10:00", number, "submit", WHY)
    assert exception_of(shop, 1).tier is Tier.GENERAL
    assert "E-SELF-APPROVE" in refused(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval())


def test_a_new_owner_lends_a_waiting_price_no_authority(shop: Shop, deal: int) -> None:
    number = asked(shop, deal, 131_800)  # within 陈静's floor, beneath 李娜's
    hand_over(shop, "陈静", deal, "陈静")
    assert quotation_of(shop, number).state is Q.PENDING_PRICE
    case = exception_of(shop, 1)
    assert (case.state, case.requester_id) == (S.PENDING, shop.person("李娜").id)


def test_a_price_that_was_its_givers_to_give_stays_so_under_another_owner(shop: Shop) -> None:
    quoting.open_for_business(shop)
    deal = quoting.deal_at_quotation(shop, "陈静")
    number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 131_800)), who="陈静", when="2026-10-12 10:00")
    step(shop, "陈静", "2026-10-12 10:00", number, "submit")
    hand_over(shop, "陈静", deal, "李娜")
    assert quotation_of(shop, number).state is Q.READY
    step(shop, "李娜", "2026-10-12 12:00", number, "send", quoting.send_until(date(2026, 10, 20)))
    assert quotation_of(shop, number).lines[0].floor_own == y(131_800)


@pytest.mark.parametrize(
    ("who", "away", "stand_in", "to", "codes"),
    [
        ("李娜", "陈静", "李娜", "陈静", ("E-STAND-IN",)),  # her own price, to the manager whose floor she would use
        ("王磊", "陈静", "王磊", "陈静", ("E-STAND-IN",)),  # a colleague's price that still waits
        ("陈静", "王磊", "陈静", "王磊", ("E-STAND-IN",)),
        ("李娜", "陈静", "李娜", "王磊", ()),
        ("陈静", "陈静", "李娜", "王磊", ()),
    ],
)
def test_no_price_is_handed_to_a_stand_in(
    shop: Shop, deal: int, who: str, away: str, stand_in: str, to: str, codes: tuple[str, ...]
) -> None:
    asked(shop, deal, 131_800)
    shop.send_away(away, stand_in, date(2026, 10, 12), date(2026, 10, 16))
    if not codes:
        hand_over(shop, who, deal, to)
        return
    with pytest.raises(Refused) as refusal:
        hand_over(shop, who, deal, to)
    assert refusal.value.codes == codes


def test_the_requester_does_not_decide_as_somebodys_stand_in(shop: Shop, deal: int) -> None:
    asked(shop, deal, 131_800)
    shop.send_away("陈静", "李娜", date(2026, 10, 12), date(2026, 10, 16))
    assert refused(shop, "李娜", "2026-10-12 11:00", 1, "approve", Approval()) == ("E-SELF-APPROVE",)


def test_a_stand_in_decides_with_the_authority_of_the_one_away(shop: Shop, deal: int) -> None:
    asked(shop, deal, 131_800)
    shop.send_away("陈静", "王磊", date(2026, 10, 12), date(2026, 10, 16))
    assert waiting(shop, "王磊") == [1]
    assert rule(shop, "王磊", "2026-10-12 11:00", 1, "approve", Approval()).state is S.APPROVED


# ── deciding ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_story_7_thirty_electric_cars_are_beyond_the_key_account_manager(shop: Shop) -> None:
    quoting.open_for_business(shop)
    deal = quoting.deal_at_quotation(shop, wanted=[("E3", 30)])
    number = asked(shop, deal, 158_900, code="E3", quantity=30)
    assert exception_of(shop, 1).tier is Tier.GENERAL
    assert refused(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval()) == ("E-AUTH-LIMIT",)
    assert refused(shop, "李娜", "2026-10-12 11:00", 1, "approve", Approval()) == ("E-NOT-YOURS",)
    approved = rule(shop, "周建国", "2026-10-12 15:00", 1, "approve", Approval(comment="同意，年内再订 20 台"))
    assert (approved.state, approved.approved_total, approved.valid_until) == (
        S.APPROVED,
        y(4_767_000),
        date(2026, 10, 27),
    )
    assert (approved.approved["floor"], approved.approved["price_list"]) == (y(158_000), "PV-2026-10")
    assert quotation_of(shop, number).state is Q.READY


@pytest.mark.parametrize("price, codes", [(131_800, ()), (131_799, ("E-AUTH-LIMIT",))])
def test_the_key_account_manager_decides_down_to_her_own_floor(
    shop: Shop, deal: int, price: int, codes: tuple[str, ...]
) -> None:
    asked(shop, deal, price)
    if codes:
        assert refused(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval()) == codes
    else:
        assert rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval()).state is S.APPROVED


def test_the_floor_of_the_day_of_the_decision_counts(shop: Shop, deal: int) -> None:
    asked(shop, deal, 131_800)
    quoting.put_in_force(
        shop, "PV-2026-11", date(2026, 10, 13), "2026-10-12 18:00", {"X5": (139_800, 137_800, 132_800, 129_000)}
    )
    assert refused(shop, "陈静", "2026-10-13 09:00", 1, "approve", Approval()) == ("E-AUTH-LIMIT",)
    rule(shop, "陈静", "2026-10-13 09:05", 1, "forward", Comment(comment="底价已上调，请总经理定"))
    assert exception_of(shop, 1).tier is Tier.GENERAL
    assert rule(shop, "周建国", "2026-10-13 10:00", 1, "approve", Approval()).state is S.APPROVED


@pytest.mark.parametrize("with_file, codes", [(False, ("E-AUTH-LIMIT",)), (True, ())])
def test_below_every_floor_the_general_manager_needs_number_and_file(
    shop: Shop, deal: int, with_file: bool, codes: tuple[str, ...]
) -> None:
    why = PROJECT if with_file else PROJECT.model_copy(update={"project_file": None})
    number = asked(shop, deal, 126_000, why=why)
    if codes:
        assert refused(shop, "周建国", "2026-10-12 11:00", 1, "approve", Approval()) == codes
    else:
        assert rule(shop, "周建国", "2026-10-12 11:00", 1, "approve", Approval()).state is S.APPROVED
        assert quotation_of(shop, number).state is Q.READY


@pytest.mark.parametrize("day, codes", [(date(2026, 10, 27), ()), (date(2026, 10, 28), ("E-VALIDITY",))])
def test_an_approval_is_valid_for_fifteen_days_at_most(
    shop: Shop, deal: int, day: date, codes: tuple[str, ...]
) -> None:
    asked(shop, deal, 131_800)
    until = Approval(valid_until=day)
    if codes:
        assert refused(shop, "陈静", "2026-10-12 11:00", 1, "approve", until) == codes
    else:
        assert rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", until).valid_until == day


def test_the_second_to_decide_is_told_that_it_is_decided(shop: Shop, deal: int) -> None:
    asked(shop, deal, 131_800)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval())
    assert refused(shop, "周建国", "2026-10-12 11:01", 1, "refuse", NO) == ("E-STATE",)


def test_a_return_is_answered_with_better_reasons_and_the_third_is_a_refusal(shop: Shop, deal: int) -> None:
    asked(shop, deal, 131_800)
    for _ in range(2):
        assert rule(shop, "陈静", "2026-10-12 11:00", 1, "return", NO).state is S.RETURNED
        assert rule(shop, "李娜", "2026-10-12 12:00", 1, "submit", Reasons(reason="附竞品报价单")).state is S.PENDING
    assert rule(shop, "陈静", "2026-10-12 13:00", 1, "return", NO).state is S.REFUSED


def test_nobody_returns_or_refuses_without_a_word() -> None:
    with pytest.raises(ValueError, match="comment"):
        Comment(comment="  ")


def test_a_refusal_is_final_for_its_price_and_not_for_a_better_one(shop: Shop, deal: int) -> None:
    number = asked(shop, deal, 131_800)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "refuse", NO)
    same = next_version(shop, number, ("X5", 10, 131_800), when="2026-10-13 09:00")
    with pytest.raises(Refused) as refusal:
        step(shop, "李娜", "2026-10-13 09:30", same, "submit", WHY)
    assert refusal.value.codes == ("E-PRICE-REFUSED",)
    step(shop, "李娜", "2026-10-13 09:40", same, "edit", lines(shop, ("X5", 10, 132_500)))
    assert step(shop, "李娜", "2026-10-13 09:45", same, "submit", WHY).state is Q.PENDING_PRICE


def test_withdrawn_it_lies_with_the_owner_who_may_ask_again(shop: Shop, deal: int) -> None:
    asked(shop, deal, 131_800)
    assert rule(shop, "李娜", "2026-10-12 11:00", 1, "withdraw").state is S.DRAFT
    assert rule(shop, "李娜", "2026-10-12 12:00", 1, "submit", WHY).state is S.PENDING
    assert refused(shop, "陈静", "2026-10-12 12:00", 1, "withdraw") == ("E-NOT-YOURS",)


# ── another price 改价 ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_owner_takes_the_managers_price_and_the_quotation_shows_it(shop: Shop, deal: int) -> None:
    number = asked(shop, deal, 131_800)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "counter", CounterOffer(price=y(133_000), comment="最低 133,000"))
    assert quotation_of(shop, number).state is Q.PENDING_PRICE
    taken = rule(shop, "李娜", "2026-10-12 12:00", 1, "accept_counter")
    assert (taken.state, taken.approved_total) == (S.APPROVED, y(1_330_000))
    found = quotation_of(shop, number)
    assert (found.state, found.lines[0].unit_price) == (Q.READY, y(133_000))


def test_with_gifts_the_price_per_car_rises_until_the_net_price_is_the_approved_one(shop: Shop, deal: int) -> None:
    number = quoting.draft(shop, deal, lines(shop, ("X5", 3, 133_000), extras=[gift(1_000)]))
    step(shop, "李娜", "2026-10-12 10:00", number, "submit", WHY)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "counter", CounterOffer(price=y(134_000), comment="含礼品"))
    rule(shop, "李娜", "2026-10-12 12:00", 1, "accept_counter")
    [line] = quotation_of(shop, number).lines
    assert (line.unit_price, line.net) == (134_333_34, 134_333_34 * 3 - 1_000_00)  # rounded up to the fen


@pytest.mark.parametrize(
    "price, codes",
    [(131_800, ("E-COUNTER",)), (139_801, ("E-COUNTER",)), (131_801, ())],
)
def test_a_counter_offer_lies_between_what_was_asked_and_the_marked_price(
    shop: Shop, deal: int, price: int, codes: tuple[str, ...]
) -> None:
    asked(shop, deal, 131_800)
    offer = CounterOffer(price=y(price), comment="改价")
    if codes:
        assert refused(shop, "陈静", "2026-10-12 11:00", 1, "counter", offer) == codes
    else:
        assert rule(shop, "陈静", "2026-10-12 11:00", 1, "counter", offer).state is S.COUNTERED


def test_nobody_offers_a_price_they_could_not_approve(shop: Shop, deal: int) -> None:
    asked(shop, deal, 129_000)
    low, own = (CounterOffer(price=y(price), comment="改价") for price in (131_000, 131_800))
    assert refused(shop, "陈静", "2026-10-12 11:00", 1, "counter", low) == ("E-AUTH-LIMIT",)
    assert rule(shop, "陈静", "2026-10-12 11:00", 1, "counter", own).state is S.COUNTERED


def test_a_declined_offer_lies_with_the_manager_again(shop: Shop, deal: int) -> None:
    number = asked(shop, deal, 131_800)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "counter", CounterOffer(price=y(133_000), comment="改价"))
    assert refused(shop, "陈静", "2026-10-12 11:30", 1, "accept_counter") == ("E-NOT-YOURS",)
    assert rule(shop, "李娜", "2026-10-12 12:00", 1, "decline_counter", Remark()).state is S.PENDING
    assert rule(shop, "陈静", "2026-10-12 13:00", 1, "approve", Approval()).approved_total == y(1_318_000)
    assert quotation_of(shop, number).state is Q.READY


def test_an_offered_price_does_not_outlive_a_floor_that_rises(shop: Shop, deal: int) -> None:
    asked(shop, deal, 131_800)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "counter", CounterOffer(price=y(132_000), comment="改价"))
    quoting.put_in_force(
        shop, "PV-2026-11", date(2026, 10, 13), "2026-10-12 18:00", {"X5": (139_800, 137_800, 132_800, 129_000)}
    )
    assert refused(shop, "李娜", "2026-10-13 09:00", 1, "accept_counter") == ("E-APPROVAL-LAPSED",)


# ── what an approval is worth ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "cars, gifts, state, ruling",
    [
        ((("X5", 10, 131_800),), (), Q.READY, S.APPROVED),  # the same
        ((("X5", 10, 132_000),), (), Q.READY, S.APPROVED),  # a better price
        ((("X5", 8, 131_800),), (), Q.READY, S.APPROVED),  # fewer cars
        ((("X5", 10, 132_000),), (gift(2_000),), Q.READY, S.APPROVED),  # a gift within the approved price
        ((("X5", 10, 131_800),), (gift(1),), Q.PENDING_PRICE, S.LAPSED),  # a gift on top
        ((("X5", 10, 131_799),), (), Q.PENDING_PRICE, S.LAPSED),  # a lower price
        ((("X5", 11, 131_800),), (), Q.PENDING_PRICE, S.LAPSED),  # more cars
        ((("M7", 10, 115_000),), (), Q.PENDING_PRICE, S.APPROVED),  # another model: this approval has no part in it
        ((("X5", 10, 136_800),), (), Q.READY, S.APPROVED),  # no approval needed any more
    ],
)
def test_an_approval_holds_for_its_terms_and_better_ones(
    shop: Shop, deal: int, cars: Any, gifts: Any, state: QuotationState, ruling: ExceptionState
) -> None:
    number = asked(shop, deal, 131_800)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval())
    again = next_version(shop, number, *cars, extras=gifts, when="2026-10-13 09:00")
    found = quotation_of(shop, again)
    with shop.looking() as db:
        loaded = by_number(db, type(found), shop.actor("李娜"), again)
        assert loaded is not None
        needs = bool(quotation.unauthorised_lines(db, loaded, date(2026, 10, 13)))
    step(shop, "李娜", "2026-10-13 09:30", again, "submit", WHY if needs else None)
    assert (quotation_of(shop, again).state, exception_of(shop, 1).state) == (state, ruling)


def test_one_approval_does_not_cover_two_lines_of_its_size(shop: Shop, deal: int) -> None:
    number = asked(shop, deal, 131_800)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval())
    twice = next_version(shop, number, ("X5", 10, 131_800), ("X5", 10, 131_800), when="2026-10-13 09:00")
    step(shop, "李娜", "2026-10-13 09:30", twice, "submit", WHY)
    assert quotation_of(shop, twice).state is Q.PENDING_PRICE
    assert (exception_of(shop, 1).state, exception_of(shop, 2).state) == (S.APPROVED, S.PENDING)


def test_an_approval_nobody_was_sent_lapses_when_its_floor_rises(shop: Shop, deal: int) -> None:
    number = asked(shop, deal, 131_800)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval())
    quoting.put_in_force(
        shop, "PV-2026-11", date(2026, 10, 14), "2026-10-13 18:00", {"X5": (139_800, 137_800, 132_800, 129_000)}
    )
    with shop.looking() as db:
        [again] = db.scalars(select(Deadline).where(Deadline.kind == "recheck_exception"))
        assert (again.due_at, again.by_system) == (at("2026-10-14 00:05"), True)
    quoting.time_passes(shop, deal, "2026-10-14 00:05")
    assert (exception_of(shop, 1).state, quotation_of(shop, number).state) == (S.LAPSED, Q.PENDING_PRICE)


def test_a_floor_that_falls_leaves_approvals_as_they_are(shop: Shop, deal: int) -> None:
    asked(shop, deal, 131_800)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval())
    quoting.put_in_force(
        shop, "PV-2026-11", date(2026, 10, 14), "2026-10-13 18:00", {"X5": (139_800, 135_800, 130_800, 127_000)}
    )
    quoting.time_passes(shop, deal, "2026-10-14 00:05")
    assert exception_of(shop, 1).state is S.APPROVED


def test_an_approval_not_used_in_time_expires(shop: Shop, deal: int) -> None:
    number = asked(shop, deal, 131_800)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval())
    quoting.time_passes(shop, deal, "2026-10-27 23:59")
    assert exception_of(shop, 1).state is S.APPROVED
    quoting.time_passes(shop, deal, "2026-10-28 00:05")
    assert (exception_of(shop, 1).state, quotation_of(shop, number).state) == (S.EXPIRED, Q.PENDING_PRICE)


def test_sent_in_time_it_is_honoured_until_the_quotation_ends(shop: Shop, deal: int) -> None:
    number = asked(shop, deal, 131_800)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval())
    step(shop, "李娜", "2026-10-20 09:00", number, "send", quoting.send_until(date(2026, 11, 10)))
    quoting.put_in_force(
        shop, "PV-2026-11", date(2026, 11, 1), "2026-10-25 09:00", {"X5": (139_800, 138_800, 134_800, 131_900)}
    )
    quoting.time_passes(shop, deal, "2026-11-01 00:05")
    assert exception_of(shop, 1).state is S.APPROVED
    quoting.time_passes(shop, deal, "2026-11-11 00:05")
    assert (quotation_of(shop, number).state, exception_of(shop, 1).state) == (Q.EXPIRED, S.LAPSED)


def test_an_approval_is_taken_back_until_the_quotation_is_sent(shop: Shop, deal: int) -> None:
    number = asked(shop, deal, 131_800)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval())
    assert refused(shop, "马超", "2026-10-12 12:00", 1, "revoke", NO) == ("E-NOT-YOURS",)
    assert rule(shop, "陈静", "2026-10-12 12:00", 1, "revoke", NO).state is S.REVOKED
    assert quotation_of(shop, number).state is Q.PENDING_PRICE


def test_a_price_the_customer_holds_is_not_taken_back(shop: Shop, deal: int) -> None:
    number = asked(shop, deal, 131_800)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval())
    step(shop, "李娜", "2026-10-12 12:00", number, "send", quoting.send_until(date(2026, 10, 27)))
    assert refused(shop, "陈静", "2026-10-12 13:00", 1, "revoke", NO) == ("E-SENT",)
    assert refused(shop, "周建国", "2026-10-12 13:00", 1, "revoke", NO) == ("E-SENT",)


def test_undecided_cases_end_with_the_version_they_were_asked_for(shop: Shop, deal: int) -> None:
    number = asked(shop, deal, 131_800)
    next_version(shop, number, ("X5", 10, 136_800), when="2026-10-13 09:00")
    assert exception_of(shop, 1).state is S.LAPSED
    with shop.looking() as db:
        assert [row.kind for row in deadlines.open_for(db, exception_of(shop, 1))] == []


@pytest.mark.parametrize("state", [DealState.LOST, DealState.CANCELLED])
def test_exceptions_are_void_when_the_deal_is_over(shop: Shop, deal: int, state: DealState) -> None:
    asked(shop, deal, 131_800)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval())
    quoting.move_deal(shop, deal, state, "2026-11-16 09:00")
    assert exception_of(shop, 1).state is S.LAPSED


def test_a_contract_in_effect_uses_an_approval_up(shop: Shop, deal: int) -> None:
    number = asked(shop, deal, 131_800)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval())
    step(shop, "李娜", "2026-10-12 12:00", number, "send", quoting.send_until(date(2026, 10, 27)))
    accepted = step(shop, "李娜", "2026-10-13 12:00", number, "accept", YES)
    with shop.acting("陈静", at("2026-11-12 09:00")) as ask:
        contract = Contract(
            store_id=shop.store.id, number=1, since=ask.at, begun_at=ask.at, deal_id=accepted.deal_id,
            quotation_id=accepted.id, total=y(1_318_000), terms="prepaid", procurement={},
        )  # fmt: skip
        place(contract, ContractState.EFFECTIVE)
        ask.db.add(contract)
    quoting.time_passes(shop, deal, "2026-11-12 10:00")
    assert exception_of(shop, 1).state is S.CONSUMED


# ── the inbox ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_sees_what_waits_for_them_what_they_decided_and_what_they_asked(shop: Shop, deal: int) -> None:
    asked(shop, deal, 131_800)
    asked(shop, deal, 129_000)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "refuse", NO)
    assert (waiting(shop, "周建国"), waiting(shop, "陈静")) == ([2], [])
    with shop.looking() as db:
        assert [each.number for each in approvals.decided_by(db, shop.actor("陈静"))] == [1]
        assert [each.number for each in approvals.asked_by(db, shop.actor("李娜"))] == [2, 1]
        assert [each.number for each in approvals.asked_by(db, shop.actor("王磊"))] == []


def test_the_card_says_what_is_normal(shop: Shop, deal: int) -> None:
    first = asked(shop, deal, 131_800)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval())
    step(shop, "李娜", "2026-10-12 12:00", first, "send", quoting.send_until(date(2026, 10, 27)))
    step(shop, "李娜", "2026-10-13 12:00", first, "accept", YES)
    other = quoting.deal_at_quotation(shop, name="云岭租车有限公司")
    number = quoting.draft(shop, other, lines(shop, ("X5", 5, 138_800)), when="2026-10-14 09:00")
    step(shop, "李娜", "2026-10-14 09:00", number, "submit")
    step(shop, "李娜", "2026-10-14 09:00", number, "send", quoting.send_until(date(2026, 10, 27)))
    step(shop, "李娜", "2026-10-14 10:00", number, "accept", YES)
    asked(shop, other, 130_000)
    with shop.looking() as db:
        exception = by_number(db, PriceException, shop.actor("陈静"), 2)
        assert exception is not None
        told = approvals.references(db, exception, date(2026, 10, 15))
    assert (told.last_of_customer, told.last_on) == (y(138_800), date(2026, 10, 14))
    assert told.mean == 134_133_33  # ten at 131,800 and five at 138,800
    assert told.lowest_approved == y(131_800)


def test_every_state_of_the_life_is_reached_by_some_step() -> None:
    reached = {row.target for row in EXCEPTIONS.steps}
    assert {state for state in S if state not in reached} == set()
