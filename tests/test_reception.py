"""The register of the showroom: who came, who received them, who left a phone, and how the day counts."""

from collections.abc import Callable
from datetime import date

import pytest

from dealer import deadlines, people, workflow
from dealer.customers import customers
from dealer.deals.deals import NewDeal
from dealer.engine.history import of_thing, verify
from dealer.engine.steps import Refused
from dealer.people import by_number
from dealer.records.customers import Contact, ContactRole, CustomerClass
from dealer.records.people import Person, Posting, Role
from dealer.records.prospects import Level, ProspectState, Purpose, Source, Visit, VisitKind, VisitState
from dealer.showroom import reception, showroom
from dealer.showroom.reception import Arriving, Assigned, BecameDeal, Completed, Corrected
from dealer.showroom.showroom import day_figures, recognise, whose_turn
from tests.cast import Shop, cheap_hash
from tests.conftest import at
from tests.desk import Desk

S = VisitState
PHONE = "13888880001"


def arriving(shop: Shop, **told: object) -> Arriving:
    """A party of 2, in the showroom for the first time, passing by, received by 王磊 (story 2); `told` differs."""
    scene = {
        "phone": PHONE,
        "name": "李先生",
        "heads": 2,
        "purpose": Purpose.LOOK,
        "source": Source.PASSING,
        "consultant": shop.person("王磊").id,
    }
    return Arriving.model_validate(scene | told)


def log(shop: Shop, when: str = "2026-11-10 10:05", who: str = "赵敏", **told: object) -> int:
    with shop.acting(who, at(when), arriving(shop, **told)) as ask:
        visit = reception.party_of(ask)
        workflow.begin(visit, "log", ask)
        return visit.number


def take(shop: Shop, when: str, who: str, number: int, action: str, facts: object = None) -> Visit:
    with shop.acting(who, at(when), facts) as ask:
        visit = by_number(ask.db, Visit, ask.actor, number)
        assert visit is not None
        workflow.take(visit, action, ask)
        return visit


def sweep(shop: Shop, when: str, number: int) -> None:
    """What the sweep does with a party whose time has come."""
    with shop.acting("赵敏", at(when)) as ask:
        workflow.settle(by_number(ask.db, Visit, ask.actor, number), ask)


def seen(shop: Shop, number: int) -> Visit:
    with shop.looking() as db:
        visit = by_number(db, Visit, shop.actor("赵敏"), number)
        assert visit is not None
        assert visit.prospect is None or visit.prospect.owner
        return visit


def owed(shop: Shop, who: str, until: str) -> list[str]:
    """What somebody has to do by then."""
    with shop.looking() as db:
        return [due.kind for due in deadlines.due_to(db, shop.actor(who), at(until))]


def refused(shop: Shop, **told: object) -> list[tuple[str, str | None]]:
    """The codes and fields with which a row is refused; nothing of it is kept."""
    with pytest.raises(Refused) as refusal:
        log(shop, **told)  # type: ignore[arg-type]
    with shop.looking() as db:
        assert showroom.parties_of(db, shop.actor("赵敏"), date(2026, 11, 10)) == []
    return [(each.code, each.field) for each in refusal.value.refusals]


def hire(shop: Shop, name: str, role: Role = Role.CONSULTANT) -> Person:
    """Somebody new in the shop."""
    with shop.database.writing() as db:
        person = Person(sign_in=name, name=name, password_hash=cheap_hash(), language="zh")
        db.add(person)
        db.flush()
        db.add(Posting(store_id=shop.store.id, person_id=person.id, role=role))
        return person


# ── the row ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_party_at_the_door_waits_for_its_consultant(shop: Shop) -> None:
    visit = seen(shop, log(shop))
    assert (visit.state, visit.kind, visit.heads, visit.day) == (S.WAITING, VisitKind.VISIT, 2, date(2026, 11, 10))
    assert visit.came_at == at("2026-11-10 10:05")
    with shop.looking() as db:
        assert [due.kind for due in deadlines.due_to(db, shop.actor("王磊"), at("2026-11-10 10:05"))] == [
            "receive_party"
        ]


def test_a_call_is_over_when_it_is_written_down(shop: Shop) -> None:
    assert seen(shop, log(shop, kind=VisitKind.CALL)).state is S.LEFT


@pytest.mark.parametrize(
    "blank, field",
    [
        ({"source": None}, "source"),
        ({"purpose": None}, "purpose"),
        ({"phone": None}, "phone"),
        ({"name": ""}, "name"),
        ({"consultant": None}, "consultant"),
    ],
)
def test_a_mandatory_blank_is_refused_by_name(shop: Shop, blank: dict[str, object], field: str) -> None:
    assert refused(shop, **blank) == [("E-REQ-FIELD", field)]


def test_all_blanks_are_named_at_once(shop: Shop) -> None:
    assert refused(shop, source=None, purpose=None, phone=None) == [
        ("E-REQ-FIELD", "purpose"),
        ("E-REQ-FIELD", "source"),
        ("E-REQ-FIELD", "phone"),
    ]


def test_a_phone_and_the_tick_that_there_is_none_do_not_go_together(shop: Shop) -> None:
    assert refused(shop, no_phone=True) == [("E-PHONE-BOTH", "no_phone")]


def test_nobody_comes_tomorrow(shop: Shop) -> None:
    assert refused(shop, came_at=at("2026-11-10 10:06")) == [("E-TIME", "came_at")]


def test_nobody_is_written_down_for_a_day_that_nobody_remembers(shop: Shop) -> None:
    assert refused(shop, came_at=at("1990-01-01 10:00")) == [("E-TIME", "came_at")]
    assert refused(shop, came_at=at("2026-11-06 23:59")) == [("E-TIME", "came_at")]
    log(shop, came_at=at("2026-11-07 00:00"))


def test_a_party_goes_to_somebody_who_keeps_cards(shop: Shop) -> None:
    assert refused(shop, consultant=shop.person("高洁").id) == [("E-REQ-FIELD", "consultant")]


def test_the_register_is_kept_by_reception_not_by_finance(shop: Shop) -> None:
    assert refused(shop, who="高洁") == [("E-NOT-YOURS", None)]


def test_a_number_with_letters_is_no_phone() -> None:
    with pytest.raises(ValueError, match="digits only"):
        Arriving.model_validate({"phone": "1388888o001"})


# ── first or again, card or no card ───────────────────────────────────────────────────────────────────────────────


def test_who_leaves_a_phone_gets_a_card_of_the_consultant(shop: Shop) -> None:
    card = seen(shop, log(shop)).prospect
    assert card is not None
    assert (card.state, card.level, card.owner.name) == (ProspectState.CARDED, Level.N, "王磊")
    assert (card.name, card.phone, card.source) == ("李先生", PHONE, Source.PASSING)


def test_the_card_is_written_because_of_the_visit(shop: Shop) -> None:
    visit = seen(shop, log(shop))
    with shop.looking() as db:
        rows = of_thing(db, visit.store_id, visit.id)
    assert [(row.action, row.actor_id is None) for row in rows] == [("log", False), ("card", True)]


def test_who_leaves_no_phone_gets_no_card_and_is_counted(shop: Shop) -> None:
    visit = seen(shop, log(shop, phone=None, no_phone=True, name="", consultant=None))
    assert visit.prospect is None
    assert visit.first
    with shop.looking() as db:
        assert day_figures(db, shop.store.id, date(2026, 11, 10)).first == 1


def test_a_phone_left_at_the_service_desk_is_not_for_sales_to_call(shop: Shop) -> None:
    assert seen(shop, log(shop, purpose=Purpose.SERVICE)).prospect is None


def test_the_same_phone_comes_again_and_keeps_its_one_card(shop: Shop) -> None:
    first, again = seen(shop, log(shop)), seen(shop, log(shop, "2026-11-12 15:00"))
    assert (first.first, again.first) == (True, False)
    assert first.prospect_id == again.prospect_id is not None


def test_who_is_still_here_is_written_down_again_only_as_another_visit(shop: Shop) -> None:
    first = log(shop)
    with pytest.raises(Refused) as refusal:
        log(shop, "2026-11-10 10:06")
    assert [(each.code, each.field) for each in refusal.value.refusals] == [("E-STILL-HERE", "phone")]
    log(shop, "2026-11-10 10:07", kind=VisitKind.CALL)
    second = log(shop, "2026-11-10 10:08", another=True)
    for number in (first, second):
        take(shop, "2026-11-10 10:30", "赵敏", number, "leave")
    log(shop, "2026-11-10 10:31")
    log(shop, "2026-11-11 10:00")


def test_the_form_says_who_is_still_here_and_asks_for_a_tick(shop: Shop, desk: Callable[[str], Desk]) -> None:
    log(shop)
    reception_desk = desk("赵敏")
    reception_desk.turn_clock("2026-11-10 10:06")
    known = reception_desk.post("/walkins/lookup", {"phone": PHONE}, reception_desk.get("/walkins/new"))
    assert "尚未离店，由王磊接待" in known.text
    assert 'name="another"' in known.html
    assert 'name="another"' not in reception_desk.get("/walkins/new").html


def test_a_phone_written_in_another_way_is_the_same_phone(shop: Shop) -> None:
    log(shop)
    assert not seen(shop, log(shop, "2026-11-12 15:00", phone="+86 138-8888-0001")).first


def test_a_contact_of_a_fleet_customer_is_not_here_for_the_first_time(shop: Shop) -> None:
    fleet_contact(shop)
    visit = seen(shop, log(shop))
    assert not visit.first
    assert visit.customer_id is not None


def test_a_phone_left_on_the_way_out_makes_the_card_then(shop: Shop) -> None:
    number = log(shop, phone=None, no_phone=True, name="")
    take(shop, "2026-11-10 10:06", "王磊", number, "receive")
    done = take(
        shop, "2026-11-10 11:00", "王磊", number, "complete", Completed(result="留下了电话", phone=PHONE, name="李先生")
    )
    assert (done.phone, done.no_phone) == (PHONE, False)
    assert done.prospect is not None


def test_a_phone_without_a_name_is_refused_on_the_way_out_too(shop: Shop) -> None:
    number = log(shop, phone=None, no_phone=True, name="")
    take(shop, "2026-11-10 10:06", "王磊", number, "receive")
    with pytest.raises(Refused) as refusal:
        take(shop, "2026-11-10 11:00", "王磊", number, "complete", Completed(result="留下了电话", phone=PHONE))
    assert [(each.code, each.field) for each in refusal.value.refusals] == [("E-REQ-FIELD", "name")]


# ── waiting, received, gone ───────────────────────────────────────────────────────────────────────────────────────


def test_a_party_is_received_and_leaves_with_its_times(shop: Shop) -> None:
    number = log(shop)
    take(shop, "2026-11-10 10:06", "王磊", number, "receive")
    gone = take(shop, "2026-11-10 11:20", "王磊", number, "leave")
    assert (gone.state, gone.left_at) == (S.LEFT, at("2026-11-10 11:20"))


def test_nobody_is_received_by_nobody(shop: Shop) -> None:
    number = log(shop, phone=None, no_phone=True, consultant=None)
    with pytest.raises(Refused) as refusal:
        take(shop, "2026-11-10 10:06", "赵敏", number, "receive")
    assert (refusal.value.codes, refusal.value.refusals[0].fix) == (("E-REQ-FIELD",), "assign")
    take(shop, "2026-11-10 10:07", "赵敏", number, "assign", Assigned(consultant=shop.person("王磊").id))
    assert take(shop, "2026-11-10 10:08", "王磊", number, "receive").state is S.RECEIVED


def test_another_consultant_takes_over_and_is_told(shop: Shop) -> None:
    number = log(shop)
    take(shop, "2026-11-10 10:07", "赵敏", number, "assign", Assigned(consultant=shop.person("李娜").id))
    with shop.looking() as db:
        assert deadlines.due_to(db, shop.actor("王磊"), at("2026-11-10 10:30")) == []
        assert [due.kind for due in deadlines.due_to(db, shop.actor("李娜"), at("2026-11-10 10:30"))] == [
            "receive_party"
        ]


def test_the_consultant_owes_the_rest_of_the_row_on_the_same_day(shop: Shop) -> None:
    number = log(shop)
    take(shop, "2026-11-10 10:06", "王磊", number, "receive")
    take(shop, "2026-11-10 11:20", "王磊", number, "leave")
    assert owed(shop, "王磊", "2026-11-10 23:59") == []
    assert owed(shop, "王磊", "2026-11-11 00:00") == ["complete_visit"]
    full = Completed(
        result="看好X5，周末带家人来", customer_class=CustomerClass.INDIVIDUAL, colour="白", competitor="本田 CR-V"
    )
    done = take(shop, "2026-11-10 11:30", "王磊", number, "complete", full)
    assert (done.colour, done.competitor, done.completed_at) == ("白", "本田 CR-V", at("2026-11-10 11:30"))
    assert owed(shop, "王磊", "2026-11-30 00:00") == ["contact_prospect"]


def test_only_the_consultant_completes_the_row(shop: Shop) -> None:
    number = log(shop)
    take(shop, "2026-11-10 10:06", "王磊", number, "receive")
    with pytest.raises(Refused) as refusal:
        take(shop, "2026-11-10 11:00", "赵敏", number, "complete", Completed(result="好"))
    assert refusal.value.codes == ("E-NOT-YOURS",)


def test_who_left_does_not_leave_again(shop: Shop) -> None:
    number = log(shop)
    take(shop, "2026-11-10 10:20", "赵敏", number, "leave")
    with pytest.raises(Refused) as refusal:
        take(shop, "2026-11-10 10:21", "赵敏", number, "leave")
    assert refusal.value.codes == ("E-STATE",)


def test_a_forgotten_party_does_not_stay_over_night(shop: Shop) -> None:
    number = log(shop)
    with shop.looking() as db:
        [due] = deadlines.to_fire(db, shop.store.id, at("2026-11-11 00:00"))
        assert due.kind == "close_visit"
    sweep(shop, "2026-11-10 23:59", number)
    assert seen(shop, number).state is S.WAITING
    sweep(shop, "2026-11-11 00:00", number)
    assert (seen(shop, number).state, seen(shop, number).left_at) == (S.LEFT, None)


def test_a_correction_leaves_the_first_text_in_the_history(shop: Shop) -> None:
    number = log(shop, heads=2)
    right = Corrected.model_validate(
        arriving(shop, heads=3).model_dump(exclude={"kind", "another"}) | {"reason": "又来一位家人"}
    )
    visit = take(shop, "2026-11-10 10:30", "赵敏", number, "correct", right)
    assert visit.heads == 3
    with shop.looking() as db:
        told = {row.action: row.facts for row in of_thing(db, visit.store_id, visit.id)}
        assert '"heads":2' in told["visit_was"]
        assert '"heads":3' in told["correct"]
        assert PHONE not in told["visit_was"] + told["correct"]
        assert verify(db) == []


def test_a_phone_with_a_card_is_corrected_on_the_card(shop: Shop) -> None:
    number = log(shop)
    wrong = arriving(shop, phone="13888880002").model_dump(exclude={"kind", "another"}) | {"reason": "听错"}
    with pytest.raises(Refused) as refusal:
        take(shop, "2026-11-10 10:30", "赵敏", number, "correct", Corrected.model_validate(wrong))
    assert [(each.code, each.field, each.fix) for each in refusal.value.refusals] == [("E-CARDED", "phone", "prospect")]


def test_a_correction_without_a_phone_leaves_the_phone(shop: Shop) -> None:
    number = log(shop)
    told = arriving(shop, phone=None, heads=3).model_dump(exclude={"kind", "another"}) | {"reason": "数错人数"}
    visit = take(shop, "2026-11-10 10:30", "赵敏", number, "correct", Corrected.model_validate(told))
    assert (visit.phone, visit.heads) == (PHONE, 3)
    gone = Corrected.model_validate(told | {"no_phone": True})
    with pytest.raises(Refused) as refusal:
        take(shop, "2026-11-10 10:31", "赵敏", number, "correct", gone)
    assert refusal.value.codes == ("E-CARDED",)


def test_a_wrong_phone_without_a_card_is_corrected_in_the_row(shop: Shop) -> None:
    number = log(shop, purpose=Purpose.SERVICE)
    right = arriving(shop, phone="13888880002", purpose=Purpose.LOOK).model_dump(exclude={"kind", "another"}) | {
        "reason": "听错"
    }
    visit = take(shop, "2026-11-10 10:30", "赵敏", number, "correct", Corrected.model_validate(right))
    assert visit.prospect is not None
    assert visit.prospect.phone == "13888880002"


# ── who is that, and whose turn is it ─────────────────────────────────────────────────────────────────────────────


def fleet_contact(shop: Shop, phone: str = PHONE) -> None:
    """The police of 李娜, with a contact."""
    with shop.acting("李娜", at("2026-10-10 09:00")) as ask:
        police = NewDeal(
            name="某市公安局",
            customer_class=CustomerClass.POLICE,
            uscc="11530100015112347K",
            contact="杨帆",
            phone=phone,
        )
        customer = customers.new_customer(ask, police)
        ask.db.add(
            Contact(store_id=shop.store.id, customer_id=customer.id, name="杨帆", phone=phone, role=ContactRole.DECIDES)
        )


def test_a_returning_customer_is_recognised_with_owner_and_last_visit(shop: Shop) -> None:
    log(shop, company="云岭租车有限公司", customer_class=CustomerClass.RENTAL)
    with shop.looking() as db:
        known = recognise(db, shop.actor("赵敏"), "138 8888 0001")
    assert known is not None
    assert known.owner is not None
    assert (known.name, known.company, known.owner.name) == ("李先生", "云岭租车有限公司", "王磊")
    assert known.last_visit is not None
    assert known.last_visit.came_at == at("2026-11-10 10:05")
    assert (known.customer_class, known.source) == (CustomerClass.RENTAL, Source.PASSING)


def test_a_fleet_customers_contact_is_recognised_with_the_customers_owner(shop: Shop) -> None:
    fleet_contact(shop)
    with shop.looking() as db:
        known = recognise(db, shop.actor("赵敏"), PHONE)
        assert known is not None
        assert known.owner is not None
        assert (known.name, known.company, known.owner.name) == ("杨帆", "某市公安局", "李娜")
        assert known.last_visit is None


@pytest.mark.parametrize("typed", ["", "1388888", "13888880009", "not a phone", None])
def test_who_is_unknown_is_nobody(shop: Shop, typed: str | None) -> None:
    log(shop)
    with shop.looking() as db:
        assert recognise(db, shop.actor("赵敏"), typed) is None


def test_another_shops_customers_are_nobody_here(shop: Shop) -> None:
    log(shop)
    stranger = people.Actor(None, "", people.UUID(int=7), frozenset({Role.RECEPTION}))
    with shop.looking() as db:
        assert recognise(db, stranger, PHONE) is None


def queue(shop: Shop, when: str, own: str | None = None) -> list[tuple[str, bool, bool, bool]]:
    with shop.looking() as db:
        turns = whose_turn(db, shop.store.id, at(when), shop.person(own) if own else None)
        return [(turn.person.name, turn.free, turn.own, turn.next) for turn in turns]


def test_the_one_longest_without_a_party_is_next(shop: Shop) -> None:
    zhou, wu = hire(shop, "周雅"), hire(shop, "吴凯")
    for minute, person in ((0, zhou), (5, wu)):
        number = log(shop, f"2026-11-10 09:0{minute}", phone=None, no_phone=True, consultant=person.id)
        take(shop, f"2026-11-10 09:3{minute}", "赵敏", number, "leave")
    assert queue(shop, "2026-11-10 10:00") == [
        ("王磊", True, False, True),
        ("周雅", True, False, False),
        ("吴凯", True, False, False),
    ]


def test_who_is_with_a_party_comes_after_who_is_free(shop: Shop) -> None:
    hire(shop, "周雅")
    log(shop)
    assert queue(shop, "2026-11-10 10:10") == [("周雅", True, False, True), ("王磊", False, False, False)]


def test_the_customers_own_consultant_comes_first_even_a_specialist(shop: Shop) -> None:
    assert queue(shop, "2026-11-10 10:10", own="李娜") == [("李娜", True, True, False), ("王磊", True, False, True)]


def test_a_party_of_yesterday_keeps_nobody_busy(shop: Shop) -> None:
    log(shop, "2026-11-09 17:00")
    assert queue(shop, "2026-11-10 09:00") == [("王磊", True, False, True)]


def test_who_is_away_gets_no_party(shop: Shop) -> None:
    hire(shop, "周雅")
    shop.send_away("王磊", "周雅", date(2026, 11, 10), date(2026, 11, 11))
    assert [turn[0] for turn in queue(shop, "2026-11-10 10:00", own="王磊")] == ["周雅"]


def test_a_call_is_nobodys_turn(shop: Shop) -> None:
    hire(shop, "周雅")
    number = log(shop, "2026-11-10 09:00", phone=None, no_phone=True)
    take(shop, "2026-11-10 09:30", "赵敏", number, "leave")
    log(shop, "2026-11-10 09:40", kind=VisitKind.CALL, consultant=shop.person("周雅").id)
    assert queue(shop, "2026-11-10 10:00")[0] == ("周雅", True, False, True)


# ── how the day counts ────────────────────────────────────────────────────────────────────────────────────────────


def test_two_first_visits_and_one_phone_keep_half(shop: Shop) -> None:
    log(shop, "2026-11-10 10:05")
    log(shop, "2026-11-10 10:30", phone=None, no_phone=True, name="")
    with shop.looking() as db:
        day = day_figures(db, shop.store.id, date(2026, 11, 10))
    assert (day.first, day.first_with_phone, day.kept_percent) == (2, 1, 50)


def test_a_day_without_first_visits_has_no_rate(shop: Shop) -> None:
    with shop.looking() as db:
        assert day_figures(db, shop.store.id, date(2026, 11, 10)).kept_percent is None


def test_the_figures_add_up_to_the_rows(shop: Shop) -> None:
    log(shop, "2026-11-09 23:59", phone="13888880009")  # another day
    log(shop, "2026-11-10 00:00")
    log(shop, "2026-11-10 11:00", another=True)  # the same phone: again
    log(shop, "2026-11-10 12:00", phone=None, no_phone=True)
    log(shop, "2026-11-10 13:00", phone="13888880003", purpose=Purpose.COLLECT)
    log(shop, "2026-11-10 14:00", phone="13888880004", purpose=Purpose.SERVICE)
    log(shop, "2026-11-10 15:00", phone=None, no_phone=True, purpose=Purpose.ERRAND)
    log(shop, "2026-11-10 16:00", phone="13888880005", kind=VisitKind.CALL)
    with shop.looking() as db:
        day = day_figures(db, shop.store.id, date(2026, 11, 10))
        rows = showroom.parties_of(db, shop.actor("赵敏"), date(2026, 11, 10))
    assert (day.visits, day.calls, day.first, day.again, day.outside_sales, day.kept_percent) == (6, 1, 2, 1, 3, 50)
    assert day.first + day.again + day.outside_sales == day.visits
    assert day.rows == len(rows) == 7


# ── a fleet at the door ───────────────────────────────────────────────────────────────────────────────────────────


FLEET = NewDeal(
    name="滇行租赁公司",
    customer_class=CustomerClass.RENTAL,
    uscc="91530100MA6KCX9U4R",
    contact="李先生",
    phone=PHONE,
)


def deal_from(shop: Shop, number: int, who: str = "王磊") -> Visit:
    """What the workflow does when a visit becomes a deal: register it, then tell the visit."""
    with shop.acting(who, at("2026-11-10 11:00")) as ask:
        visit = by_number(ask.db, Visit, ask.actor, number)
        assert visit is not None
        deal = workflow.register(ask.with_facts(FLEET))
        workflow.take(visit, "become_deal", ask.with_facts(BecameDeal(deal=deal.id)))
        return visit


def test_a_fleet_at_the_door_becomes_a_deal_and_takes_the_card_along(shop: Shop) -> None:
    number = log(shop, company="滇行租赁公司", customer_class=CustomerClass.RENTAL, quantity=30)
    visit = deal_from(shop, number)
    assert visit.deal is not None
    assert visit.prospect is not None
    assert visit.case_id == visit.deal.id == visit.prospect.deal_id == visit.prospect.case_id
    with pytest.raises(Refused) as refusal:
        deal_from(shop, number)
    assert refusal.value.codes == ("E-DEAL-KNOWN",)


def test_one_car_for_oneself_stays_a_card(shop: Shop) -> None:
    number = log(shop, customer_class=CustomerClass.INDIVIDUAL, quantity=1)
    with pytest.raises(Refused) as refusal:
        deal_from(shop, number)
    assert refusal.value.codes == ("E-MIN-QTY",)


def test_a_fleet_without_name_and_phone_tells_what_is_missing(shop: Shop) -> None:
    number = log(shop, phone=None, no_phone=True, name="", customer_class=CustomerClass.COMPANY)
    with pytest.raises(Refused) as refusal:
        deal_from(shop, number)
    assert [(each.code, each.fix) for each in refusal.value.refusals] == [("E-REQ-FIELD", "complete")]


def test_a_visit_fills_the_form_of_its_deal(shop: Shop) -> None:
    fleet_contact(shop)
    number = log(shop)
    with shop.looking() as db:
        visit = by_number(db, Visit, shop.actor("赵敏"), number)
        assert visit is not None
        form = reception.deal_form(visit)
    assert (form["name"], form["uscc"], form["contact"]) == ("某市公安局", "11530100015112347K", "李先生")
