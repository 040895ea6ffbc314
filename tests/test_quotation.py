"""The life of a quotation: from the first line to the customer's yes."""

from datetime import date
from typing import Any

import pytest

from dealer.approvals.rulings import Approval
from dealer.deals.deals import Comment
from dealer.engine.history import of_case, verify
from dealer.engine.steps import Refused
from dealer.people import by_number
from dealer.prices import price_check
from dealer.prices.price_check import LineLook
from dealer.prices.pricing import net_total
from dealer.quotations import quotation
from dealer.quotations.offers import Acceptance, Lines
from dealer.quotations.quotation import QUOTATIONS
from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal, DealState, PurchaseMode
from dealer.records.people import Role
from dealer.records.quotations import ExceptionState, ExtraKind, QuotationState, Tier
from tests import quoting
from tests.cast import Shop
from tests.conftest import at
from tests.quoting import PAPER, WHY, YES, gift, lines, quotation_of, step, y

S = QuotationState
UNTIL = quoting.send_until(date(2026, 10, 27))


@pytest.fixture
def deal(shop: Shop) -> int:
    """A deal of 李娜 for ten X5."""
    quoting.open_for_business(shop)
    return quoting.deal_at_quotation(shop)


def refused(shop: Shop, *request: Any) -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        step(shop, *request)
    return refusal.value.codes


def refused_draft(shop: Shop, deal: int, facts: Lines, **more: str) -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        quoting.draft(shop, deal, facts, **more)
    return refusal.value.codes


def ready(shop: Shop, deal: int, price: int = 136_800, when: str = "2026-10-12 10:00") -> int:
    number = quoting.draft(shop, deal, lines(shop, ("X5", 10, price)), when=when)
    step(shop, "李娜", when, number, "submit")
    return number


def sent(shop: Shop, deal: int, price: int = 136_800) -> int:
    number = ready(shop, deal, price)
    step(shop, "李娜", "2026-10-12 11:00", number, "send", UNTIL)
    return number


# ── drawing up ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_quotation_at_the_floor_is_ready_at_once(shop: Shop, deal: int) -> None:
    number = ready(shop, deal, 136_800)
    found = quotation_of(shop, number)
    assert (found.state, found.series, found.revision) == (S.READY, number, 1)
    assert [(each.marked, each.floor_own, each.net) for each in found.lines] == [
        (y(139_800), y(136_800), y(1_368_000))
    ]  # fmt: skip


def test_a_yuan_below_the_floor_waits_for_its_price_and_asks_why(shop: Shop, deal: int) -> None:
    number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 136_799)))
    assert step(shop, "李娜", "2026-10-12 10:00", number, "submit", WHY).state is S.PENDING_PRICE


def test_a_gift_of_3000_pushes_a_price_at_the_floor_below_it(shop: Shop, deal: int) -> None:
    number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 136_800), extras=[gift(3_000)]))
    assert step(shop, "李娜", "2026-10-12 10:00", number, "submit", WHY).state is S.PENDING_PRICE


def test_an_accessory_the_customer_pays_for_does_not(shop: Shop, deal: int) -> None:
    paid = gift(3_000, kind=ExtraKind.PAID)
    number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 136_800), extras=[paid]))
    assert step(shop, "李娜", "2026-10-12 10:00", number, "submit").state is S.READY


def test_nobody_quotes_above_the_marked_price(shop: Shop, deal: int) -> None:
    assert refused_draft(shop, deal, lines(shop, ("X5", 10, 139_801))) == ("E-PRICE-ABOVE-LIST",)
    number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 139_800)))
    quoting.put_in_force(
        shop, "PV-2026-11", date(2026, 10, 13), "2026-10-12 18:00", {"X5": (138_800, 136_800, 131_800, 128_000)}
    )
    assert refused(shop, "李娜", "2026-10-13 10:00", number, "submit") == ("E-PRICE-ABOVE-LIST",)


def test_a_model_that_is_on_no_list_has_no_price(shop: Shop) -> None:
    quoting.stock_models(shop)
    deal = quoting.deal_at_quotation(shop)
    number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 136_800)))
    assert refused(shop, "李娜", "2026-10-12 10:00", number, "submit") == ("E-PRICE-NONE",)


def test_gifts_worth_more_than_the_cars_are_a_slip(shop: Shop, deal: int) -> None:
    number = quoting.draft(shop, deal, lines(shop, ("X5", 1, 136_800), extras=[gift(136_800)]))
    assert refused(shop, "李娜", "2026-10-12 10:00", number, "submit", WHY) == (
        "E-GIFTS",
        "E-GIFT-BUDGET",
        "E-PRICE-HARD-FLOOR",
    )


def test_a_gift_for_a_line_that_is_not_there_is_refused_beside_the_gifts(shop: Shop, deal: int) -> None:
    with pytest.raises(Refused) as refusal:
        quoting.draft(shop, deal, lines(shop, ("X5", 10, 136_800), extras=[gift(3_000, line=2)]))
    assert [(each.code, each.field) for each in refusal.value.refusals] == [("E-LINE", "extras")]


@pytest.mark.parametrize("quantity", [0, -1, 1_001, 10**9])
def test_impossible_quantities_are_refused_where_they_are_typed(shop: Shop, deal: int, quantity: int) -> None:
    with pytest.raises(ValueError, match="quantity"):
        quoting.car(shop, "X5", quantity, 136_800)


def test_lines_are_edited_while_it_is_a_draft_and_never_after(shop: Shop, deal: int) -> None:
    number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 139_000)))
    better = lines(shop, ("X5", 12, 137_000), extras=[gift(1_000)])
    step(shop, "李娜", "2026-10-12 09:30", number, "edit", better)
    assert [(each.quantity, net_total(each, date(2026, 10, 12))) for each in quotation_of(shop, number).lines] == [
        (12, y(1_643_000))
    ]
    step(shop, "李娜", "2026-10-12 10:00", number, "submit")
    assert refused(shop, "李娜", "2026-10-12 10:30", number, "edit", better) == ("E-STATE",)


def test_only_the_owner_draws_up_and_submits(shop: Shop, deal: int) -> None:
    facts = lines(shop, ("X5", 10, 136_800))
    assert refused_draft(shop, deal, facts, who="王磊") == ("E-NOT-YOURS",)
    assert refused_draft(shop, deal, facts, who="陈静") == ("E-NOT-YOURS",)
    number = quoting.draft(shop, deal, facts)
    assert refused(shop, "陈静", "2026-10-12 10:00", number, "submit") == ("E-NOT-YOURS",)


def test_a_stand_in_draws_up_with_the_floor_of_the_one_away(shop: Shop, deal: int) -> None:
    shop.send_away("李娜", "王磊", date(2026, 10, 12), date(2026, 10, 16))
    number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 136_799)), who="王磊")
    assert step(shop, "王磊", "2026-10-12 10:00", number, "submit", WHY).state is S.PENDING_PRICE


@pytest.mark.parametrize("state", [DealState.INQUIRY, DealState.CONTRACT_REVIEW, DealState.ON_HOLD, DealState.LOST])
def test_offers_are_made_while_the_deal_stands_at_quotation(shop: Shop, deal: int, state: DealState) -> None:
    quoting.move_deal(shop, deal, state, "2026-10-11 09:00")
    assert refused_draft(shop, deal, lines(shop, ("X5", 10, 136_800))) == ("E-DEAL-STATE",)


def test_a_clash_is_settled_before_anybody_quotes(shop: Shop, deal: int) -> None:
    quoting.move_deal(shop, deal, DealState.QUOTATION, "2026-10-11 09:00", clash_settled=False)
    assert refused_draft(shop, deal, lines(shop, ("X5", 10, 136_800))) == ("E-CLASH",)


# ── sending ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "day, codes",
    [
        (date(2026, 10, 11), ("E-VALIDITY",)),
        (date(2026, 10, 12), ()),
        (date(2026, 11, 11), ()),
        (date(2026, 11, 12), ("E-VALIDITY",)),
    ],
)
def test_an_offer_stands_for_thirty_days_at_most(shop: Shop, deal: int, day: date, codes: tuple[str, ...]) -> None:
    number = ready(shop, deal)
    sending = quoting.send_until(day)
    if codes:
        assert refused(shop, "李娜", "2026-10-12 11:00", number, "send", sending) == codes
    else:
        assert step(shop, "李娜", "2026-10-12 11:00", number, "send", sending).state is S.SENT


def test_a_bid_stands_as_long_as_its_tender_asks(shop: Shop) -> None:
    quoting.open_for_business(shop)
    bid = quoting.send_until(date(2027, 1, 18), tender=date(2027, 1, 18))
    direct = ready(shop, quoting.deal_at_quotation(shop))
    assert refused(shop, "李娜", "2026-10-20 09:00", direct, "send", bid) == ("E-VALIDITY",)
    tender = ready(shop, quoting.deal_at_quotation(shop, mode=PurchaseMode.OPEN_TENDER))
    assert step(shop, "李娜", "2026-10-20 09:00", tender, "send", bid).valid_until == date(2027, 1, 18)


@pytest.mark.parametrize(
    "kind, named, codes",
    [
        (ExtraKind.GIFT, False, ("E-GOV-GIFT",)),
        (ExtraKind.FREE_SERVICE, False, ("E-GOV-GIFT",)),
        (ExtraKind.GIFT, True, ()),
        (ExtraKind.PAID, False, ()),
    ],
)
def test_public_buyers_are_given_nothing_that_their_tender_does_not_name(
    shop: Shop, kind: ExtraKind, named: bool, codes: tuple[str, ...]
) -> None:
    quoting.open_for_business(shop)
    deal = quoting.deal_at_quotation(shop, name="某市公安局", procurement=True)
    facts = lines(shop, ("X5", 10, 139_000), extras=[gift(500, kind=kind, named=named)])
    number = quoting.draft(shop, deal, facts)
    step(shop, "李娜", "2026-10-12 10:00", number, "submit")
    if codes:
        assert refused(shop, "李娜", "2026-10-12 11:00", number, "send", UNTIL) == codes
    else:
        assert step(shop, "李娜", "2026-10-12 11:00", number, "send", UNTIL).state is S.SENT


def test_a_price_below_ones_floor_is_not_sent_without_its_approval(shop: Shop, deal: int) -> None:
    number = ready(shop, deal)
    quoting.put_in_force(
        shop, "PV-2026-11", date(2026, 10, 13), "2026-10-12 18:00", {"X5": (139_800, 137_800, 132_800, 129_000)}
    )
    assert refused(shop, "李娜", "2026-10-13 09:00", number, "send", UNTIL) == ("E-APPROVAL-LAPSED",)


def test_a_new_list_takes_an_unsent_quotation_back_to_waiting(shop: Shop, deal: int) -> None:
    number = ready(shop, deal)
    quoting.put_in_force(
        shop, "PV-2026-11", date(2026, 10, 13), "2026-10-12 18:00", {"X5": (139_800, 137_800, 132_800, 129_000)}
    )
    quoting.time_passes(shop, deal, "2026-10-13 00:05")
    assert quotation_of(shop, number).state is S.PENDING_PRICE


def test_what_the_customer_holds_is_honoured_whatever_the_new_list_says(shop: Shop, deal: int) -> None:
    number = sent(shop, deal)
    quoting.put_in_force(
        shop, "PV-2026-11", date(2026, 10, 13), "2026-10-12 18:00", {"X5": (139_800, 138_800, 132_800, 129_000)}
    )
    quoting.time_passes(shop, deal, "2026-10-13 00:05")
    with shop.looking() as db:
        found = quotation_of(shop, number)
        assert found.state is S.SENT
        again = db.merge(found, load=False)
        assert quotation.unauthorised_lines(db, again, date(2026, 10, 20)) == []


# ── the customer's answer ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_last_day_of_validity_belongs_to_it(shop: Shop, deal: int) -> None:
    number = sent(shop, deal)
    quoting.time_passes(shop, deal, "2026-10-27 23:59")
    accepted = step(shop, "李娜", "2026-10-27 23:59", number, "accept", YES)
    assert (accepted.state, accepted.accepted_on) == (S.ACCEPTED, date(2026, 10, 27))
    assert accepted.evidence_sha256 is not None


def test_at_five_past_midnight_of_the_next_day_it_expires(shop: Shop, deal: int) -> None:
    number = sent(shop, deal)
    with shop.looking() as db:
        fires = db.query(Deadline).filter(Deadline.kind == "expire_quotation").one()
        assert (fires.due_at, fires.by_system) == (at("2026-10-28 00:05"), True)
    quoting.time_passes(shop, deal, "2026-10-28 00:05")
    assert quotation_of(shop, number).state is S.EXPIRED


def test_a_yes_after_that_is_refused_and_the_quotation_renewed(shop: Shop, deal: int) -> None:
    number = sent(shop, deal)
    assert refused(shop, "李娜", "2026-10-28 00:01", number, "accept", YES) == ("E-QUOTE-EXPIRED",)
    quoting.time_passes(shop, deal, "2026-10-28 00:05")
    assert refused(shop, "李娜", "2026-10-28 09:00", number, "accept", YES) == ("E-QUOTE-EXPIRED",)
    step(shop, "李娜", "2026-10-28 09:10", number, "renew")
    following = quotation_of(shop, number + 1)
    assert (following.state, following.series, following.revision) == (S.DRAFT, number, 2)
    assert quotation_of(shop, number).state is S.SUPERSEDED


def test_a_yes_needs_evidence() -> None:
    with pytest.raises(ValueError, match="file"):
        Acceptance.model_validate({"evidence": "电话同意"})
    with pytest.raises(ValueError, match="evidence"):
        Acceptance.model_validate({"evidence": " ", "file": PAPER})


def test_one_quotation_per_deal_is_accepted_the_later_one(shop: Shop, deal: int) -> None:
    first, second = sent(shop, deal), sent(shop, deal, 138_000)
    step(shop, "李娜", "2026-10-13 09:00", first, "accept", YES)
    step(shop, "李娜", "2026-10-14 09:00", second, "accept", YES)
    assert [quotation_of(shop, each).state for each in (first, second)] == [S.SUPERSEDED, S.ACCEPTED]
    with shop.looking() as db:
        found = by_number(db, Deal, shop.actor("李娜"), deal)
        assert found is not None
        accepted = quotation.accepted(db, found)
        assert accepted is not None
        assert accepted.number == second


@pytest.mark.parametrize("day, stands", [(date(2026, 11, 12), True), (date(2026, 11, 13), False)])
def test_an_acceptance_stands_for_thirty_days(shop: Shop, deal: int, day: date, stands: bool) -> None:
    number = sent(shop, deal)
    accepted = step(shop, "李娜", "2026-10-13 09:00", number, "accept", YES)
    with shop.looking() as db:
        assert quotation.acceptance_stands(db, accepted, day) is stands


def test_then_the_owner_asks_the_customer_again(shop: Shop, deal: int) -> None:
    number = sent(shop, deal)
    step(shop, "李娜", "2026-10-13 09:00", number, "accept", YES)
    confirmed = step(shop, "李娜", "2026-11-20 09:00", number, "reconfirm", Comment(comment="电话确认"))
    with shop.looking() as db:
        assert quotation.acceptance_stands(db, confirmed, date(2026, 12, 20))


def test_a_no_of_the_customer_ends_it_and_stays_on_record(shop: Shop, deal: int) -> None:
    number = sent(shop, deal)
    assert step(shop, "李娜", "2026-10-13 09:00", number, "reject", Comment(comment="预算不足")).state is S.REJECTED
    assert refused(shop, "李娜", "2026-10-13 10:00", number, "accept", YES) == ("E-STATE",)


# ── versions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_revision_is_a_new_draft_and_supersedes_the_old_version(shop: Shop, deal: int) -> None:
    number = sent(shop, deal)
    step(shop, "李娜", "2026-10-13 09:00", number, "revise")
    old, new = quotation_of(shop, number), quotation_of(shop, number + 1)
    assert (old.state, new.state, new.series, new.revision) == (S.SUPERSEDED, S.DRAFT, number, 2)
    assert [(each.quantity, each.unit_price) for each in new.lines] == [(10, y(136_800))]


def test_a_draft_made_by_mistake_is_discarded(shop: Shop, deal: int) -> None:
    number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 136_800)))
    assert step(shop, "李娜", "2026-10-12 10:00", number, "discard").state is S.WITHDRAWN


# ── the end of the deal ───────────────────────────────────────────────────────────────────────────────────────────


def test_quotations_are_withdrawn_with_a_lost_deal_and_stay_void_after_its_reopening(shop: Shop, deal: int) -> None:
    accepted, open_one = sent(shop, deal), sent(shop, deal, 138_000)
    step(shop, "李娜", "2026-10-13 09:00", accepted, "accept", YES)
    quoting.move_deal(shop, deal, DealState.LOST, "2026-11-16 09:00")
    assert [quotation_of(shop, each).state for each in (accepted, open_one)] == [S.WITHDRAWN, S.WITHDRAWN]
    quoting.move_deal(shop, deal, DealState.INQUIRY, "2026-12-01 09:00", void_before=at("2026-12-01 09:00"))
    assert refused(shop, "李娜", "2026-12-01 10:00", accepted, "accept", YES) == ("E-QUOTE-VOID",)
    with shop.looking() as db:
        found = by_number(db, Deal, shop.actor("李娜"), deal)
        assert found is not None
        assert quotation.accepted(db, found) is None


def test_a_cancelled_deal_withdraws_them_too(shop: Shop, deal: int) -> None:
    number = sent(shop, deal)
    quoting.move_deal(shop, deal, DealState.CANCELLED, "2026-11-16 09:00")
    assert quotation_of(shop, number).state is S.WITHDRAWN


def test_validity_keeps_running_while_the_deal_rests(shop: Shop, deal: int) -> None:
    number = sent(shop, deal)
    quoting.move_deal(shop, deal, DealState.ON_HOLD, "2026-10-15 09:00")
    quoting.time_passes(shop, deal, "2026-10-28 00:05")
    assert quotation_of(shop, number).state is S.EXPIRED


# ── story 1, the price of it ──────────────────────────────────────────────────────────────────────────────────────


def test_a_bid_is_priced_approved_sent_and_won(shop: Shop) -> None:
    quoting.open_for_business(shop)
    deal = quoting.deal_at_quotation(
        shop, name="某市公安局", mode=PurchaseMode.OPEN_TENDER, procurement=True, wanted=[("X5", 10)]
    )
    number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 131_800)), when="2026-10-12 09:00")
    assert step(shop, "李娜", "2026-10-12 09:30", number, "submit", WHY).state is S.PENDING_PRICE
    quoting.rule(shop, "陈静", "2026-10-13 09:00", 1, "approve", Approval())
    assert quotation_of(shop, number).state is S.READY
    bid = quoting.send_until(date(2027, 1, 18), tender=date(2027, 1, 18))
    step(shop, "李娜", "2026-10-20 09:00", number, "send", bid)
    quoting.put_in_force(
        shop, "PV-2026-11", date(2026, 11, 1), "2026-10-25 09:00", {"X5": (139_800, 138_800, 134_800, 131_900)}
    )
    quoting.time_passes(shop, deal, "2026-11-01 00:05")  # the approval's fifteen days are over, its floor has risen
    assert quoting.exception_of(shop, 1).state is ExceptionState.APPROVED
    award = Acceptance(evidence="中标通知书", file=PAPER)
    won = step(shop, "李娜", "2026-11-02 15:00", number, "accept", award)
    assert (won.state, won.accepted_on) == (S.ACCEPTED, date(2026, 11, 2))
    assert sum(net_total(each, date(2026, 10, 20)) for each in won.lines) == y(1_318_000)
    with shop.looking() as db:
        assert verify(db) == []
        told = [(row.kind, row.action) for row in reversed(of_case(db, shop.store.id, won.deal_id))]
    assert told == [
        ("quotation", "draft"),
        ("quotation", "submit"),
        ("exception", "ask"),
        ("exception", "approve"),
        ("quotation", "approve_all"),
        ("quotation", "send"),
        ("quotation", "accept"),
    ]


def test_every_state_of_the_life_is_reached_by_some_step() -> None:
    reached = {row.target for row in QUOTATIONS.steps}
    assert {state for state in S if state not in reached} == set()


# ── while somebody types ──────────────────────────────────────────────────────────────────────────────────────────


def looks(shop: Shop, deal: int, facts: Lines, day: date = date(2026, 10, 12)) -> list[LineLook]:
    with shop.looking() as db:
        found = by_number(db, Deal, shop.actor("李娜"), deal)
        assert found is not None
        return price_check.look_at(db, found, dict(enumerate(facts.lines, 1)), facts.extras, day)


@pytest.mark.parametrize(
    "price, given, tier, decided_by",
    [
        (136_800, 0, Tier.OWN, None),
        (136_800, 3_000, Tier.KEY_ACCOUNT, Role.KEY_ACCOUNT),
        (131_800, 0, Tier.KEY_ACCOUNT, Role.KEY_ACCOUNT),
        (131_799, 0, Tier.GENERAL, Role.GENERAL),
        (127_999, 0, Tier.PROJECT, Role.GENERAL),
    ],
)
def test_the_editor_says_whose_decision_a_price_needs(
    shop: Shop, deal: int, price: int, given: int, tier: Tier, decided_by: Role | None
) -> None:
    extras = [gift(given)] if given else []
    [look] = looks(shop, deal, lines(shop, ("X5", 10, price), extras=extras))
    assert (look.tier, look.decided_by) == (tier, (decided_by,) if decided_by else ())
    assert (look.floor, look.marked, look.net) == (y(136_800), y(139_800), y(price) - given * 10)


def test_a_row_that_is_still_being_typed_is_left_out_and_gifts_stay_with_their_line(shop: Shop, deal: int) -> None:
    facts = lines(shop, ("X5", 10, 136_800), ("E3", 5, 170_000), extras=[gift(1_000, line=3)])
    cars = {1: facts.lines[0], 3: facts.lines[1]}
    with shop.looking() as db:
        found = by_number(db, Deal, shop.actor("李娜"), deal)
        assert found is not None
        told = price_check.look_at(db, found, cars, facts.extras, date(2026, 10, 12))
    assert [(each.number, each.net, each.is_above_marked) for each in told] == [
        (1, y(136_800), False),
        (3, y(169_800), True),
    ]


def test_the_editor_knows_what_was_approved_before(shop: Shop, deal: int) -> None:
    number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 131_800)))
    step(shop, "李娜", "2026-10-12 10:00", number, "submit", WHY)
    quoting.rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval())
    [same] = looks(shop, deal, lines(shop, ("X5", 10, 131_800)))
    [worse] = looks(shop, deal, lines(shop, ("X5", 10, 131_700)))
    assert (same.is_covered, same.decided_by) == (True, ())
    assert (worse.is_covered, worse.decided_by) == (False, (Role.GENERAL,))
