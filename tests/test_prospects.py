"""Prospect cards: graded, followed up, won, given up by two, put to rest by two; and what a visit does to them."""

from datetime import date, datetime

import pytest

from dealer import deadlines, workflow
from dealer.deals.deals import NewDeal
from dealer.engine.database import Conflict
from dealer.engine.history import of_thing, verify
from dealer.engine.steps import Facts, Refused, place
from dealer.house import proposals
from dealer.house.proposal_forms import LevelDays, Levels
from dealer.people import by_number
from dealer.privacy import reveals
from dealer.prospects import card_lists, cards, prospects
from dealer.prospects.cards import CardFacts, CheckCall, Contacted, Grading, Handing, Loss, Order, Rewritten, Why
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal, DealState, LossReason
from dealer.records.prospects import Level, Prospect, ProspectState, Purpose, Source, Visit, VisitKind, Way
from dealer.showroom import reception
from dealer.showroom.reception import Arriving, BecameDeal
from tests.cast import Shop
from tests.conftest import at

S = ProspectState
PHONE = "13888880001"
CARD = CardFacts(phone=PHONE, name="李先生", source=Source.PASSING)
TALKED = Contacted(how=Way.CALL, what="周末带家人来看车")
IN_VAIN = Contacted(how=Way.CALL, what="无人接听", in_vain=True)
TO_HONDA = Loss(reason=LossReason.COMPETITOR, competitor_brand="本田", competitor_model="CR-V")


def carded(shop: Shop, when: str = "2026-11-10 10:05", who: str = "王磊", facts: CardFacts = CARD) -> int:
    """A card that a consultant writes."""
    with shop.acting(who, at(when), facts) as ask:
        card = prospects.new_card(ask)
        workflow.begin(card, "card", ask)
        return card.number


def visited(shop: Shop, when: str, who: str = "王磊", kind: VisitKind = VisitKind.VISIT) -> int:
    """They come to the shop, or call."""
    party = Arriving(
        phone=PHONE,
        name="李先生",
        purpose=Purpose.LOOK,
        source=Source.PASSING,
        consultant=shop.person(who).id,
        kind=kind,
    )
    with shop.acting("赵敏", at(when), party) as ask:
        visit = reception.party_of(ask)
        workflow.begin(visit, "log", ask)
        return visit.number


def take(
    shop: Shop, when: str, action: str, facts: Facts | None = None, who: str = "王磊", number: int = 1
) -> Prospect:
    with shop.acting(who, at(when), facts) as ask:
        card = by_number(ask.db, Prospect, ask.actor, number)
        assert card is not None
        workflow.take(card, action, ask)
        return card


def seen(shop: Shop, number: int = 1) -> Prospect:
    with shop.looking() as db:
        card = by_number(db, Prospect, shop.actor("王磊"), number)
        assert card is not None
        assert card.owner
        return card


def refused(shop: Shop, when: str, action: str, facts: Facts | None = None, who: str = "王磊") -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        take(shop, when, action, facts, who)
    return refusal.value.codes


def owed(shop: Shop, who: str, until: str) -> list[tuple[str, datetime]]:
    """What somebody has to do by then."""
    with shop.looking() as db:
        return [(due.kind, due.due_at) for due in deadlines.due_to(db, shop.actor(who), at(until))]


# ── levels and the next contact ───────────────────────────────────────────────────────────────────────────────────


def test_story_2_up_to_the_card(shop: Shop) -> None:
    with shop.acting("赵敏", at("2026-11-10 10:05"), Arriving(heads=2, purpose=Purpose.LOOK, no_phone=True)) as ask:
        with pytest.raises(Refused) as refusal:
            workflow.begin(reception.party_of(ask), "log", ask)
        assert [(each.code, each.field) for each in refusal.value.refusals] == [("E-REQ-FIELD", "source")]
        ask.db.expunge_all()
    visited(shop, "2026-11-10 10:05")
    card = seen(shop)
    assert (card.state, card.level, card.owner.name) == (S.CARDED, Level.N, "王磊")
    card = take(shop, "2026-11-10 10:40", "set_level", Grading(level=Level.B))
    assert (card.state, card.level, card.next_contact_at) == (S.FOLLOWING, Level.B, at("2026-11-17 09:30"))
    assert ("contact_prospect", at("2026-11-17 09:30")) in owed(shop, "王磊", "2026-11-17 09:30")


@pytest.mark.parametrize(
    "level, due",
    [("H", "2026-11-12 09:30"), ("A", "2026-11-13 09:30"), ("B", "2026-11-17 09:30"), ("C", "2026-11-25 09:30")],
)
def test_the_level_says_how_soon(shop: Shop, level: str, due: str) -> None:
    carded(shop)
    assert take(shop, "2026-11-10 10:40", "set_level", Grading(level=Level(level))).next_contact_at == at(due)


def test_a_new_card_is_due_on_the_next_morning(shop: Shop) -> None:
    carded(shop)
    assert seen(shop).next_contact_at == at("2026-11-11 09:30")


def test_the_gap_counts_from_the_last_contact_not_from_the_grading(shop: Shop) -> None:
    carded(shop)
    take(shop, "2026-11-10 18:00", "follow_up", TALKED)
    late = take(shop, "2026-11-12 09:00", "set_level", Grading(level=Level.B))
    assert late.next_contact_at == at("2026-11-17 09:30")


def test_the_gaps_are_the_shops_own_from_a_day_on(shop: Shop) -> None:
    rows = tuple(LevelDays(level=level, deal_within=90, gap=3) for level in Level)
    slow = LevelDays(level=Level.C, customer_class=CustomerClass.RENTAL, deal_within=180, gap=10)
    facts = Levels(value=(*rows, slow), from_day=date(2026, 11, 10), reason="三天一访")
    with shop.acting("陈静", at("2026-11-01 09:00"), facts) as ask:
        proposal = proposals.proposal_of(ask, "levels")
        workflow.begin(proposal, "propose", ask)
    with shop.acting("周建国", at("2026-11-01 09:30")) as ask:
        workflow.take(ask.db.merge(proposal), "approve", ask)
    carded(shop)
    assert take(shop, "2026-11-10 10:40", "set_level", Grading(level=Level.C)).next_contact_at == at("2026-11-13 09:30")
    carded(shop, facts=CARD.model_copy(update={"phone": "13888880002", "customer_class": CustomerClass.RENTAL}))
    rental = take(shop, "2026-11-10 10:40", "set_level", Grading(level=Level.C), number=2)
    assert rental.next_contact_at == at("2026-11-20 09:30")


@pytest.mark.parametrize(
    "before, after, codes",
    [
        ("H", "A", ("E-REQ-FIELD",)),
        ("H", "C", ("E-REQ-FIELD",)),
        ("A", "B", ("E-REQ-FIELD",)),
        ("A", "H", ()),
        ("B", "C", ()),
        ("B", "H", ()),
    ],
)
def test_a_step_down_from_h_or_a_needs_a_reason(shop: Shop, before: str, after: str, codes: tuple[str, ...]) -> None:
    carded(shop)
    take(shop, "2026-11-10 10:40", "set_level", Grading(level=Level(before)))
    if codes:
        assert refused(shop, "2026-11-10 11:00", "set_level", Grading(level=Level(after))) == codes
    reasoned = Grading(level=Level(after), reason="预算推迟到明年")
    assert take(shop, "2026-11-10 11:10", "set_level", reasoned).level is Level(after)


def test_a_judged_card_is_not_unjudged(shop: Shop) -> None:
    carded(shop)
    assert refused(shop, "2026-11-10 10:40", "set_level", Grading(level=Level.N)) == ("E-LEVEL",)


@pytest.mark.parametrize(
    "next_at, codes",
    [
        ("2026-11-13 15:00", ()),
        ("2026-11-17 23:59", ()),
        ("2026-11-18 00:00", ("E-CONTACT-LATE",)),
        ("2026-11-10 10:40", ("E-CONTACT-PAST",)),
    ],
)
def test_the_owner_chooses_an_earlier_hour_not_a_later_day(shop: Shop, next_at: str, codes: tuple[str, ...]) -> None:
    carded(shop)
    chosen = Grading(level=Level.B, next_at=at(next_at))
    if codes:
        assert refused(shop, "2026-11-10 10:40", "set_level", chosen) == codes
    else:
        assert take(shop, "2026-11-10 10:40", "set_level", chosen).next_contact_at == at(next_at)


def test_only_the_owner_grades(shop: Shop) -> None:
    carded(shop)
    assert refused(shop, "2026-11-10 11:00", "set_level", Grading(level=Level.A), who="李娜") == ("E-NOT-YOURS",)


# ── the follow-up record ──────────────────────────────────────────────────────────────────────────────────────────


def record(shop: Shop) -> list[tuple[str, bool, bool]]:
    with shop.looking() as db:
        return [(row.what, row.answered, row.corrects_id is not None) for row in card_lists.record_of(db, seen(shop))]


def test_a_talk_is_written_down_and_the_next_one_planned(shop: Shop) -> None:
    carded(shop)
    told = TALKED.model_copy(update={"level": Level.A})
    card = take(shop, "2026-11-11 10:00", "follow_up", told)
    assert (card.state, card.level, card.last_contact_at) == (S.FOLLOWING, Level.A, at("2026-11-11 10:00"))
    assert card.next_contact_at == at("2026-11-16 09:30")
    assert owed(shop, "王磊", "2026-11-30 00:00") == [("contact_prospect", at("2026-11-16 09:30"))]
    assert record(shop) == [("周末带家人来看车", True, False)]


def test_a_correction_keeps_the_first_text(shop: Shop) -> None:
    carded(shop)
    take(shop, "2026-11-11 10:00", "follow_up", TALKED)
    with shop.looking() as db:
        [entry] = card_lists.record_of(db, seen(shop))
    take(shop, "2026-11-11 10:30", "correct_entry", Rewritten(follow_up=entry.id, what="周六带家人来看车"))
    assert record(shop) == [("周六带家人来看车", True, True), ("周末带家人来看车", True, False)]


def test_a_correction_names_an_entry_of_this_card(shop: Shop) -> None:
    carded(shop)
    carded(shop, facts=CARD.model_copy(update={"phone": "13888880002"}))
    take(shop, "2026-11-11 10:00", "follow_up", TALKED, number=2)
    with shop.looking() as db:
        [entry] = card_lists.record_of(db, seen(shop, 2))
    assert refused(shop, "2026-11-11 11:00", "correct_entry", Rewritten(follow_up=entry.id, what="x")) == (
        "E-REQ-FIELD",
    )


def test_a_call_in_vain_is_no_contact_and_is_tried_again_tomorrow(shop: Shop) -> None:
    carded(shop)
    take(shop, "2026-11-10 10:40", "set_level", Grading(level=Level.B))
    card = take(shop, "2026-11-12 09:40", "follow_up", IN_VAIN)
    assert (card.last_contact_at, card.next_contact_at) == (at("2026-11-10 10:05"), at("2026-11-13 09:30"))


def test_calls_in_vain_on_three_days_make_a_card_uncontactable(shop: Shop) -> None:
    carded(shop)
    for when in ("2026-11-11 09:30", "2026-11-11 16:00", "2026-11-12 09:30"):
        take(shop, when, "follow_up", IN_VAIN)
    assert refused(shop, "2026-11-12 10:00", "give_up_calling") == ("E-CALLS-MISSING",)
    take(shop, "2026-11-13 09:30", "follow_up", IN_VAIN)
    card = take(shop, "2026-11-13 09:40", "give_up_calling")
    assert (card.state, card.next_contact_at) == (S.UNCONTACTABLE, None)
    assert owed(shop, "王磊", "2026-12-31 00:00") == []


def test_a_talk_between_two_calls_in_vain_starts_the_count_again(shop: Shop) -> None:
    carded(shop)
    for when, told in (
        ("2026-11-11 09:30", IN_VAIN),
        ("2026-11-12 09:30", IN_VAIN),
        ("2026-11-13 09:30", TALKED),
        ("2026-11-14 09:30", IN_VAIN),
    ):
        take(shop, when, "follow_up", told)
    assert refused(shop, "2026-11-14 10:00", "give_up_calling") == ("E-CALLS-MISSING",)


def test_who_asked_not_to_be_called_is_not_called(shop: Shop) -> None:
    carded(shop)
    card = take(shop, "2026-11-10 10:40", "edit", CARD.model_copy(update={"do_not_call": True}))
    assert card.next_contact_at is None
    assert owed(shop, "王磊", "2026-12-31 00:00") == []
    assert refused(shop, "2026-11-11 10:00", "follow_up", TALKED) == ("E-DO-NOT-CALL",)
    came = Contacted(how=Way.SHOWROOM, what="自己来店看车")
    assert take(shop, "2026-11-12 10:00", "follow_up", came).next_contact_at is None


# ── one phone, one card ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_card_of_a_phone_is_refused_with_the_first_ones_owner(shop: Shop) -> None:
    carded(shop)
    with pytest.raises(Refused) as refusal:
        carded(shop, who="李娜")
    [reason] = refusal.value.refusals
    assert (reason.code, reason.values) == ("E-CARD-KNOWN", {"number": 1, "owner": "王磊"})


def test_a_card_does_not_take_another_cards_phone(shop: Shop) -> None:
    carded(shop)
    carded(shop, facts=CARD.model_copy(update={"phone": "13888880002"}))
    with pytest.raises(Refused) as refusal:
        take(shop, "2026-11-10 11:00", "edit", CARD, number=2)
    assert refusal.value.codes == ("E-CARD-KNOWN",)


def write_twin(shop: Shop) -> None:
    """A second card of the same phone, past all rules."""
    with shop.acting("李娜", at("2026-11-10 11:00"), CARD) as ask:
        twin = prospects.new_card(ask)
        place(twin, S.CARDED)
        twin.number, twin.since, twin.begun_at = 99, ask.at, ask.at
        ask.db.add(twin)


def test_the_database_itself_refuses_a_second_card(shop: Shop) -> None:
    carded(shop)
    with pytest.raises(Conflict) as conflict:
        write_twin(shop)
    assert conflict.value.constraint == "uq_prospects_phone"


def test_an_edit_keeps_the_old_phone_in_the_history_sealed(shop: Shop) -> None:
    carded(shop)
    card = take(shop, "2026-11-10 11:00", "edit", CARD.model_copy(update={"phone": "13888880009", "name": "李建国"}))
    assert (card.phone, card.name_initials) == ("13888880009", "ljg")
    with shop.looking() as db:
        rows = of_thing(db, card.store_id, card.id)
        assert [row.action for row in rows] == ["card", "card_was", "edit"]
        assert not any(PHONE in row.facts or "13888880009" in row.facts for row in rows)
        assert verify(db) == []


# ── given up, at rest, back again ─────────────────────────────────────────────────────────────────────────────────


def test_lost_to_a_competitor_names_brand_and_model(shop: Shop) -> None:
    carded(shop)
    nameless = TO_HONDA.model_copy(update={"competitor_model": ""})
    assert refused(shop, "2026-11-16 09:00", "ask_to_lose", nameless) == ("E-REQ-FIELD",)


def test_a_loss_takes_a_second_person_and_a_check_call(shop: Shop) -> None:
    carded(shop)
    asked = take(shop, "2026-11-16 09:00", "ask_to_lose", TO_HONDA)
    assert (asked.state, asked.next_contact_at) == (S.LOST_PENDING, None)
    assert owed(shop, "马超", "2026-11-18 00:00") == [("check_lost_prospect", at("2026-11-18 00:00"))]
    called = CheckCall(outcome="已在他店提车")
    assert refused(shop, "2026-11-16 09:10", "confirm_lost", called) == ("E-NOT-YOURS",)
    assert take(shop, "2026-11-16 15:00", "confirm_lost", called, who="马超").state is S.LOST
    assert owed(shop, "马超", "2026-12-31 00:00") == []


def test_nobody_confirms_the_loss_of_their_own_card(shop: Shop) -> None:
    carded(shop)
    shop.send_away("陈静", "王磊", date(2026, 11, 16), date(2026, 11, 20))
    take(shop, "2026-11-16 09:00", "ask_to_lose", TO_HONDA)
    called = CheckCall(outcome="已在他店提车")
    assert refused(shop, "2026-11-16 09:10", "confirm_lost", called, who="王磊") == ("E-SELF-APPROVE",)
    assert take(shop, "2026-11-16 15:00", "confirm_lost", called, who="马超").state is S.LOST


def test_a_check_call_may_find_the_customer_still_interested(shop: Shop) -> None:
    carded(shop)
    take(shop, "2026-11-16 09:00", "ask_to_lose", TO_HONDA)
    card = take(shop, "2026-11-16 15:00", "keep", Why(reason="客户说还在比较"), who="马超")
    assert (card.state, card.loss_reason, card.next_contact_at) == (S.FOLLOWING, None, at("2026-11-11 09:30"))


def test_a_card_rests_when_the_owner_asks_and_a_manager_agrees(shop: Shop) -> None:
    carded(shop)
    assert refused(shop, "2026-11-16 09:00", "freeze", who="马超") == ("E-FREEZE-NOT-ASKED",)
    take(shop, "2026-11-16 09:00", "ask_to_freeze", Why(reason="明年三月再买"))
    assert refused(shop, "2026-11-16 09:10", "ask_to_freeze", Why(reason="再问一次")) == ("E-FREEZE-ASKED",)
    assert refused(shop, "2026-11-16 09:20", "freeze") == ("E-NOT-YOURS",)
    card = take(shop, "2026-11-16 10:00", "freeze", who="马超")
    assert (card.state, card.next_contact_at) == (S.FROZEN, None)


def test_a_manager_may_refuse_the_rest(shop: Shop) -> None:
    carded(shop)
    take(shop, "2026-11-16 09:00", "ask_to_freeze", Why(reason="明年再买"))
    card = take(shop, "2026-11-16 10:00", "refuse_freeze", Why(reason="先请他来试驾"), who="马超")
    assert (card.state, card.freeze_asked_by_id) == (S.CARDED, None)
    assert refused(shop, "2026-11-16 11:00", "freeze", who="马超") == ("E-FREEZE-NOT-ASKED",)


def lost(shop: Shop) -> None:
    carded(shop)
    take(shop, "2026-11-16 09:00", "ask_to_lose", TO_HONDA)
    take(shop, "2026-11-16 15:00", "confirm_lost", CheckCall(outcome="已订他店"), who="马超")


@pytest.mark.parametrize("kind", [VisitKind.VISIT, VisitKind.CALL])
def test_a_lost_customer_who_comes_or_calls_is_followed_again_at_level_b(shop: Shop, kind: VisitKind) -> None:
    lost(shop)
    visited(shop, "2026-12-01 10:00", kind=kind)
    card = seen(shop)
    assert (card.state, card.level, card.loss_reason) == (S.FOLLOWING, Level.B, None)
    assert card.next_contact_at == at("2026-12-08 09:30")
    with shop.looking() as db:
        last = of_thing(db, card.store_id, card.id)[-1]
    assert (last.action, last.actor_id) == ("come_back", None)


@pytest.mark.parametrize(
    "comes, owner",
    [("2026-12-16 15:00", "王磊"), ("2026-12-16 15:01", "李娜")],
)
def test_the_owner_keeps_a_lost_card_for_thirty_days(shop: Shop, comes: str, owner: str) -> None:
    lost(shop)
    visited(shop, comes, who="李娜")
    assert seen(shop).owner.name == owner


def test_a_visit_between_giving_up_and_the_check_call_settles_it(shop: Shop) -> None:
    carded(shop)
    take(shop, "2026-11-16 09:00", "ask_to_lose", TO_HONDA)
    visited(shop, "2026-11-16 11:00")
    assert seen(shop).state is S.FOLLOWING
    assert refused(shop, "2026-11-16 15:00", "confirm_lost", CheckCall(outcome="x"), who="马超") == ("E-STATE",)


def test_a_visit_is_a_contact(shop: Shop) -> None:
    carded(shop)
    take(shop, "2026-11-10 10:40", "set_level", Grading(level=Level.B))
    visited(shop, "2026-11-14 16:00")
    card = seen(shop)
    assert (card.last_contact_at, card.next_contact_at) == (at("2026-11-14 16:00"), at("2026-11-20 09:30"))


def test_the_owner_takes_a_resting_card_up_again(shop: Shop) -> None:
    lost(shop)
    card = take(shop, "2026-11-20 09:00", "revive", Why(reason="客户来电说他店交不了车"))
    assert (card.state, card.level, card.next_contact_at) == (S.FOLLOWING, Level.B, at("2026-11-27 09:30"))


# ── whose card ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_card_changes_hands_and_the_history_names_both(shop: Shop) -> None:
    carded(shop)
    handing = Handing(owner=shop.person("李娜").id, reason="王磊休假")
    assert refused(shop, "2026-11-10 12:00", "hand_over", handing) == ("E-NOT-YOURS",)
    card = take(shop, "2026-11-10 12:00", "hand_over", handing, who="刘洋")
    assert card.owner.name == "李娜"
    assert owed(shop, "王磊", "2026-12-31 00:00") == []
    assert owed(shop, "李娜", "2026-12-31 00:00") == [("contact_prospect", at("2026-11-11 09:30"))]
    with shop.looking() as db:
        told = {row.action: row.facts for row in of_thing(db, card.store_id, card.id)}
    assert str(shop.person("王磊").id) in told["owner_was"]
    assert str(shop.person("李娜").id) in told["hand_over"]


@pytest.mark.parametrize("to", ["王磊", "高洁"])
def test_a_card_goes_to_another_one_who_keeps_cards(shop: Shop, to: str) -> None:
    carded(shop)
    handing = Handing(owner=shop.person(to).id, reason="x")
    assert refused(shop, "2026-11-10 12:00", "hand_over", handing, who="刘洋") == ("E-REQ-FIELD",)


@pytest.mark.parametrize(
    "who, cards_seen",
    [("王磊", [1]), ("李娜", [2]), ("张伟", [2, 1]), ("陈静", [2, 1]), ("马超", [2, 1]), ("赵敏", []), ("高洁", [])],
)
def test_everybody_sees_the_cards_that_are_theirs_to_see(shop: Shop, who: str, cards_seen: list[int]) -> None:
    carded(shop)
    carded(shop, who="李娜", facts=CARD.model_copy(update={"phone": "13888880002"}))
    with shop.looking() as db:
        listed = card_lists.newest(db, shop.actor(who, date(2026, 11, 10)), cards.LIVE)
    assert [card.number for card in listed] == cards_seen


def test_overdue_cards_come_longest_due_first(shop: Shop) -> None:
    carded(shop, "2026-11-05 10:00")
    carded(shop, "2026-11-03 10:00", facts=CARD.model_copy(update={"phone": "13888880002"}))
    carded(shop, "2026-11-10 10:00", facts=CARD.model_copy(update={"phone": "13888880003"}))
    with shop.looking() as db:
        overdue = card_lists.due_by(db, shop.actor("马超"), at("2026-11-10 17:00"))
    assert [card.number for card in overdue] == [2, 1]


def test_the_phone_is_whole_for_its_owner_and_masked_for_others(shop: Shop) -> None:
    carded(shop)
    with shop.looking() as db:
        for who, shown in (("王磊", PHONE), ("马超", "138****0001"), ("李娜", "138****0001")):
            assert card_lists.phone_for(db, shop.actor(who), seen(shop), at("2026-11-10 11:00")) == shown


def test_a_revealed_phone_leaves_a_row_and_is_masked_again_soon(shop: Shop) -> None:
    carded(shop)
    with shop.acting("马超", at("2026-11-10 11:00"), Why(reason="核实战败")) as ask:
        reveals.reveal_phone(ask, "prospect", ask.db.get_one(Prospect, seen(shop).id))
    with shop.looking() as db:
        boss = shop.actor("马超")
        assert card_lists.phone_for(db, boss, seen(shop), at("2026-11-10 11:09")) == PHONE
        assert card_lists.phone_for(db, boss, seen(shop), at("2026-11-10 11:10")) == "138****0001"
        assert of_thing(db, boss.store_id, seen(shop).id)[-1].action == "reveal_phone"


def test_a_colleague_reveals_nothing(shop: Shop) -> None:
    carded(shop)
    with pytest.raises(Refused) as refusal, shop.acting("李娜", at("2026-11-10 11:00"), Why(reason="好奇")) as ask:
        reveals.reveal_phone(ask, "prospect", ask.db.get_one(Prospect, seen(shop).id))
    assert refusal.value.codes == ("E-NOT-YOURS",)


# ── won ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_orders_is_no_longer_due_and_becomes_an_owner(shop: Shop) -> None:
    carded(shop)
    card = take(shop, "2026-11-20 10:00", "order", Order(what="X5 CVT 白 1 台"))
    assert (card.state, card.next_contact_at) == (S.ORDERED, None)
    assert take(shop, "2026-12-01 10:00", "take_delivery").state is S.OWNER
    cared = take(shop, "2026-12-05 10:00", "follow_up", TALKED)
    assert (cared.state, cared.next_contact_at) == (S.OWNER, None)


def test_an_order_that_falls_through_is_followed_at_level_a(shop: Shop) -> None:
    carded(shop)
    take(shop, "2026-11-20 10:00", "order", Order(what="X5 CVT 白 1 台"))
    card = take(shop, "2026-11-25 10:00", "fall_through", Why(reason="贷款未批"))
    assert (card.state, card.level, card.next_contact_at) == (S.FOLLOWING, Level.A, at("2026-11-30 09:30"))


def card_with_deal(shop: Shop) -> None:
    """A fleet at the door: visit, card and deal belong together."""
    number = visited(shop, "2026-11-10 10:05")
    fleet = NewDeal(
        name="滇行租赁公司",
        customer_class=CustomerClass.RENTAL,
        uscc="91530100MA6KCX9U4R",
        contact="李先生",
        phone=PHONE,
    )
    with shop.acting("王磊", at("2026-11-10 11:00"), fleet) as ask:
        visit = by_number(ask.db, Visit, ask.actor, number)
        assert visit is not None
        visit.customer_class = CustomerClass.RENTAL
        deal = workflow.register(ask)
        workflow.take(visit, "become_deal", ask.with_facts(BecameDeal(deal=deal.id)))


def deal_comes_to(shop: Shop, when: str, state: DealState, reopened: int = 0) -> ProspectState:
    """Put the deal somewhere and let follow what follows."""
    with shop.acting("陈静", at(when)) as ask:
        deal = by_number(ask.db, Deal, ask.actor, 1)
        assert deal is not None
        place(deal, state)
        deal.since, deal.reopened_count = ask.at, reopened
        ask.db.flush()
        workflow.settle(deal, ask)
    return seen(shop).state


def test_a_card_follows_its_deal_to_order_and_owner(shop: Shop) -> None:
    card_with_deal(shop)
    assert deal_comes_to(shop, "2026-11-12 10:00", DealState.QUOTATION) is S.CARDED
    assert deal_comes_to(shop, "2026-11-20 10:00", DealState.DELIVERY) is S.ORDERED
    assert refused(shop, "2026-11-21 10:00", "take_delivery") == ("E-CARD-HAS-DEAL",)
    assert deal_comes_to(shop, "2026-12-20 10:00", DealState.CLOSED) is S.OWNER


def test_a_cancelled_deal_puts_its_card_back_at_level_a(shop: Shop) -> None:
    card_with_deal(shop)
    deal_comes_to(shop, "2026-11-20 10:00", DealState.DELIVERY)
    assert deal_comes_to(shop, "2026-11-25 10:00", DealState.CANCELLED) is S.FOLLOWING
    assert seen(shop).level is Level.A


def test_a_reopened_deal_takes_its_lost_card_along_at_level_a_once(shop: Shop) -> None:
    card_with_deal(shop)
    take(shop, "2026-11-16 09:00", "ask_to_lose", TO_HONDA)
    take(shop, "2026-11-16 15:00", "confirm_lost", CheckCall(outcome="已订他店"), who="马超")
    assert deal_comes_to(shop, "2026-12-01 09:00", DealState.INQUIRY, reopened=1) is S.FOLLOWING
    assert seen(shop).level is Level.A
    take(shop, "2026-12-01 10:00", "set_level", Grading(level=Level.B, reason="预算还没批"))
    assert seen(shop).level is Level.B
