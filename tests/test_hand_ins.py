"""Hand-ins at their edges: by a stand-in, the next morning, given back whole, on a day off."""

from datetime import date

import pytest

from dealer import sweep, workflow
from dealer.engine.steps import Refused
from dealer.people import by_number
from dealer.prospects import hand_ins, prospects
from dealer.prospects.cards import CardFacts, Contacted, Grading
from dealer.prospects.hand_ins import CardWords, HandingIn, Remark
from dealer.records.hand_ins import HandIn, HandInState
from dealer.records.people import Posting, Role
from dealer.records.prospects import Level, Prospect, Source, Way
from tests.cast import Shop
from tests.conftest import at

S = HandInState
MONDAY, TUESDAY = date(2026, 11, 9), date(2026, 11, 10)


def _card(shop: Shop, who: str, when: str) -> Prospect:
    facts = CardFacts(phone="13888880001", name="段先生", source=Source.PASSING)
    with shop.acting(who, at(when), facts) as ask:
        card = prospects.new_card(ask)
        workflow.begin(card, "card", ask)
        workflow.take(card, "set_level", ask.with_facts(Grading(level=Level.H)))
        return card


def _take(shop: Shop, who: str, day: date, action: str, when: str, facts: object = None) -> HandIn:
    with shop.acting(who, at(when), facts) as ask:
        hand_in = hand_ins.of_person(ask.db, shop.store.id, shop.person("王磊").id, day)
        assert hand_in is not None
        workflow.take(hand_in, action, ask)
        assert all(line.prospect for line in hand_in.lines)
        return hand_in


def test_a_stand_in_hands_in_for_who_is_away_and_does_not_sign_it(shop: Shop) -> None:
    _card(shop, "王磊", "2026-11-09 10:00")
    shop.send_away("王磊", "马超", MONDAY, MONDAY)
    sweep.expect_hand_ins(shop.database, at("2026-11-09 08:00"))
    with pytest.raises(Refused) as stranger:
        _take(shop, "李娜", MONDAY, "hand_in", "2026-11-09 17:00", HandingIn())
    assert stranger.value.codes == ("E-NOT-YOURS",)
    handed = _take(shop, "马超", MONDAY, "hand_in", "2026-11-09 17:00", HandingIn(remark="代交"))
    assert handed.handed_in_by_id == shop.person("马超").id
    with pytest.raises(Refused) as own:
        _take(shop, "马超", MONDAY, "sign", "2026-11-09 17:10")
    assert own.value.codes == ("E-SELF-APPROVE",)
    shop.send_away("马超", "刘洋", MONDAY, MONDAY)
    with pytest.raises(Refused) as with_their_authority:
        _take(shop, "刘洋", MONDAY, "sign", "2026-11-09 17:15")
    assert with_their_authority.value.codes == ("E-SELF-APPROVE",)
    with shop.database.writing(shop.store.id) as db:
        db.add(Posting(store_id=shop.store.id, person_id=shop.person("刘洋").id, role=Role.SALES))
    assert _take(shop, "刘洋", MONDAY, "sign", "2026-11-09 17:20").state is S.SIGNED


def test_what_is_handed_in_the_next_morning_covers_its_own_day_only(shop: Shop) -> None:
    card = _card(shop, "王磊", "2026-11-06 10:00")  # level H: due on Sunday, that is on Monday
    sweep.expect_hand_ins(shop.database, at("2026-11-09 08:00"))
    with shop.acting("王磊", at("2026-11-10 08:30"), Contacted(how=Way.CALL, what="约周末看车")) as ask:
        workflow.take(by_number(ask.db, Prospect, ask.actor, card.number), "follow_up", ask)
    with pytest.raises(Refused) as silent:
        _take(shop, "王磊", MONDAY, "hand_in", "2026-11-10 08:40", HandingIn())
    assert silent.value.codes == ("E-CARDS-OPEN",)  # the call of this morning was not made on Monday
    told = HandingIn(words=(CardWords(card=card.id, reason="周一全天在外"),))
    late = _take(shop, "王磊", MONDAY, "hand_in", "2026-11-10 08:41", told)
    assert late.until_at == at("2026-11-10 00:00")
    assert [(line.missed, line.contacts, line.reason) for line in late.lines] == [(True, 0, "周一全天在外")]

    sweep.expect_hand_ins(shop.database, at("2026-11-10 09:00"))
    today = _take(shop, "王磊", TUESDAY, "hand_in", "2026-11-10 17:00", HandingIn())
    assert today.from_at == at("2026-11-10 00:00")
    assert [(line.missed, line.contacts) for line in today.lines] == [(False, 1)]
    with pytest.raises(Refused) as covered:
        _take(shop, "王磊", MONDAY, "hand_in", "2026-11-10 17:05", told)
    assert covered.value.codes == ("E-DAY-COVERED",)


def test_what_is_given_back_whole_is_handed_in_again(shop: Shop) -> None:
    _card(shop, "王磊", "2026-11-09 10:00")
    sweep.expect_hand_ins(shop.database, at("2026-11-09 08:00"))
    _take(shop, "王磊", MONDAY, "hand_in", "2026-11-09 17:00", HandingIn())
    back = _take(shop, "马超", MONDAY, "return", "2026-11-09 17:10", Remark(remark="请补写客户预算"))
    assert (back.state, back.returned_remark) == (S.RETURNED, "请补写客户预算")
    again = _take(shop, "王磊", MONDAY, "hand_in", "2026-11-09 17:30", HandingIn())
    assert (again.state, again.returned_remark, len(again.lines)) == (S.HANDED_IN, "", 1)
    with shop.looking() as db:
        assert hand_ins.missing(db, shop.actor("马超", MONDAY), MONDAY, at("2026-11-09 16:59")) == []
        late = hand_ins.missing(db, shop.actor("马超", MONDAY), MONDAY, at("2026-11-09 17:31"))
        assert [each.name for each in late] == ["李娜"]


def test_nobody_is_expected_on_a_day_off_and_who_keeps_cards_is_on_others(shop: Shop) -> None:
    sweep.expect_hand_ins(shop.database, at("2026-11-08 08:00"))  # a Sunday
    with shop.looking() as db:
        assert hand_ins.seen_on(db, shop.actor("马超"), date(2026, 11, 8)) == []
    sweep.expect_hand_ins(shop.database, at("2026-11-09 00:00"))
    with shop.database.writing(shop.store.id) as db:
        db.add(Posting(store_id=shop.store.id, person_id=shop.person("刘洋").id, role=Role.CONSULTANT))
    sweep.expect_hand_ins(shop.database, at("2026-11-09 12:00"))
    with shop.looking() as db:
        expected = hand_ins.seen_on(db, shop.actor("马超", MONDAY), MONDAY)
        assert [(each.owner.name, each.state) for each in expected] == [
            ("刘洋", S.EXPECTED), ("李娜", S.EXPECTED), ("王磊", S.EXPECTED),
        ]  # fmt: skip
