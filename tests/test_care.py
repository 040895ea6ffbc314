"""Calls after a hand-over: when they are due, to whom, what is noted of them, and what ends them."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

from sqlalchemy import select, text

from dealer import people, workflow
from dealer.care import call_reach, call_window, care_agents, care_lists, reviews
from dealer.care.care_calls import CALLS, Appointment, NewCaller, Talk, Try, WhyNot
from dealer.care.reviews import ActionDone
from dealer.customers import promises
from dealer.deadlines import escalated_to
from dealer.deals.deals import Comment
from dealer.engine import migrating
from dealer.engine.database import Database, calendar_of
from dealer.engine.history import Entry, append
from dealer.engine.steps import Ask, place
from dealer.engine.words import SHOP_ZONE
from dealer.prospects.cards import CardFacts
from dealer.prospects.prospects import new_card
from dealer.records.care import (
    CareCall,
    CareKind,
    CareState,
    CorrectiveAction,
    MonthlyReview,
    MonthlyReviewState,
    Satisfaction,
)
from dealer.records.customers import Contact, ContactRole, Customer
from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal, DealState
from dealer.records.deliveries import Batch, BatchState
from dealer.records.people import Person, Posting, Role
from dealer.records.privacy import Export
from dealer.records.prospects import Source
from dealer.reports import counting
from dealer.reports.care_coverage import COVERAGE
from dealer.reports.looking import Look
from dealer.reports.periods import Span, period_around
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import batch, delivered, ready, refused, take
from tests.desk import Desk

K, S = CareKind, CareState
HAPPY = Talk(grade=Satisfaction.SATISFIED)
HEARD = Talk(said="一切顺利")
BARE = Talk(grade=Satisfaction.SO_SO)
FULL = Talk(
    grade=Satisfaction.SO_SO, reason="车内有异味", action="安排内饰清洁", score=870, score_most=1000, odometer=912
)


def calls(shop: Shop, *kinds: CareKind) -> list[CareCall]:
    with shop.looking() as db:
        query = select(CareCall).where(CareCall.kind.in_(kinds)) if kinds else select(CareCall)
        return list(db.scalars(query.order_by(CareCall.due_at, CareCall.number)))


def told(found: list[CareCall]) -> list[tuple[str, str]]:
    return [(f"{each.due_at.astimezone(SHOP_ZONE):%m-%d %H:%M}", each.whom) for each in found]


def noted(shop: Shop, who: str, when: str, call: CareCall, action: str, facts: Any) -> CareCall:
    made: CareCall = take(shop, who, when, CareCall, call.number, action, facts)
    return made


def test_driving_off_starts_the_calls_once_for_each_receiver_and_using_unit(shop: Shop) -> None:
    """Three cars, two receivers: the second car of the hour neither doubles nor postpones a call."""
    _, cars = ready(shop, 3)
    delivered(shop, cars[0])
    delivered(shop, cars[1], receiver="杨志远", driven_off_at=at("2026-11-28 15:25"))
    delivered(shop, cars[2], when="2026-11-28 16:00", driven_off_at=at("2026-11-28 15:55"))
    thanks, (back,) = calls(shop, K.THANK_YOU), calls(shop, K.CALLBACK)
    assert told(thanks) == [("11-28 16:20", "杨帆"), ("11-28 16:25", "杨志远")]
    assert {each.agent_id for each in thanks} == {shop.person("李娜").id}
    assert (back.whom, back.agent_id, back.due_at) == ("某市公安局", None, at("2026-12-02 00:00"))
    assert told(calls(shop, K.SECOND_CONTACT, K.FIRST_MONTH)) == [
        ("12-06 00:00", "某市公安局"), ("12-29 00:00", "某市公安局"),
    ]  # fmt: skip
    with shop.looking() as db:
        assert calendar_of(db).last_day(back.due_at) == date(2026, 12, 1)
        assert call_reach.phone_of(db.get_one(CareCall, thanks[0].id)) == "13888880021"
        assert call_reach.phone_of(db.get_one(CareCall, back.id)) == "13888880020"
        late = [len(escalated_to(db, shop.actor("马超"), at(f"2026-11-28 16:{minute}"))) for minute in (20, 21)]
    assert late == [0, 1]  # at +61 minutes the sales manager sees it


def test_customers_rest_at_noon_and_in_the_evening_unless_they_chose_the_time(shop: Shop) -> None:
    edges = {"08:59": True, "09:00": False, "11:59": False, "12:00": True, "14:00": False, "20:00": True}
    with shop.looking() as db:
        for clock, rests in edges.items():
            then = at(f"2026-11-30 {clock}")
            mine = {"store_id": shop.store.id, "planned_at": then}
            back, thanks = CareCall(kind=K.CALLBACK, **mine), CareCall(kind=K.THANK_YOU, **mine)
            chosen = CareCall(kind=K.CALLBACK, agreed=True, **mine)
            assert [call_window.disturbs(db, each, then) for each in (back, thanks, chosen)] == [rests, False, False]


def test_who_is_not_reached_gets_a_message_and_one_more_call_next_morning(shop: Shop) -> None:
    _, cars = ready(shop, 2)
    delivered(shop, cars[0])
    delivered(shop, cars[1], when="2026-11-28 21:10", receiver="杨志远", driven_off_at=at("2026-11-28 21:00"))
    spoken, late = calls(shop, K.THANK_YOU)
    assert refused(shop, "李娜", "2026-11-28 16:00", CareCall, spoken.number, "note_call", Talk()) == ("E-REQ-FIELD",)
    assert noted(shop, "李娜", "2026-11-28 16:00", spoken, "note_call", HEARD).state is S.DONE
    assert refused(shop, "李娜", "2026-11-28 21:20", CareCall, late.number, "not_reached", Try()) == ("E-REQ-FIELD",)
    assert noted(shop, "李娜", "2026-11-28 21:20", late, "not_reached", Try(message=True)).state is S.NOT_REACHED
    (again,) = calls(shop, K.THANK_YOU_RETRY)
    assert (again.due_at, again.agent_id, again.whom) == (at("2026-11-29 09:30"), late.agent_id, "杨志远")
    noted(shop, "李娜", "2026-11-29 09:30", again, "not_reached", Try(message=True))
    assert len(calls(shop, K.THANK_YOU, K.THANK_YOU_RETRY)) == 3
    with shop.looking() as db:
        of_thanks = [row for row in db.scalars(select(Deadline)) if row.kind.startswith("thank_you")]
    assert all(row.done_at for row in of_thanks)


def test_a_promised_call_back_ends_with_an_answer_or_after_several_tries(shop: Shop) -> None:
    """So-so needs a reason and an action; nobody else than customer service asks; a batch closes after it."""
    made, cars = ready(shop, 1)
    delivered(shop, *cars)
    number, day = batch(shop, made), "2026-12-01 10:00"
    (back,) = calls(shop, K.CALLBACK)
    here = (CareCall, back.number)
    assert refused(shop, "陈静", day, Batch, number, "close") == ("E-NO-CALLBACK",)
    assert refused(shop, "林芳", day, *here, "call_back", Talk()) == ("E-REQ-FIELD",)
    assert refused(shop, "林芳", day, *here, "call_back", BARE) == ("E-REQ-FIELD",)
    assert refused(shop, "林芳", day, *here, "call_back", FULL.model_copy(update={"score": 1001})) == ("E-SCORE",)
    assert refused(shop, "李娜", day, *here, "call_back", FULL) == ("E-NOT-YOURS",)
    assert refused(shop, "林芳", day, *here, "note_call", FULL) == ("E-CALL-KIND",)
    assert refused(shop, "冯涛", day, *here, "cancel", WhyNot(comment="不用了")) == ("E-CALL-PROMISED",)
    assert refused(shop, "冯涛", day, *here, "give_up", WhyNot(comment="停机")) == ("E-CALL-TRIES",)
    tried = noted(shop, "林芳", "2026-11-30 19:00", back, "not_reached", Try())
    assert (tried.state, tried.tries, tried.planned_at) == (S.DUE, 1, at("2026-12-01 09:30"))
    too_late = Appointment(at=at("2026-12-02 09:30"))
    assert refused(shop, "林芳", "2026-12-01 09:20", *here, "agree_time", too_late) == ("E-CALL-PROMISED",)
    agreed = noted(shop, "林芳", "2026-12-01 09:30", back, "agree_time", Appointment(at=at("2026-12-01 12:30")))
    assert (agreed.agreed, agreed.due_at) == (True, at("2026-12-02 00:00"))
    done = noted(shop, "林芳", "2026-12-01 12:30", back, "call_back", FULL)
    assert (done.state, done.grade, done.score, done.score_most) == (S.DONE, Satisfaction.SO_SO, 870, 1000)
    assert take(shop, "陈静", "2026-12-01 13:00", Batch, number, "close").state is BatchState.CLOSED
    (service,) = calls(shop, K.MAINTENANCE)  # 300 km a day: 5,000 are reached long before six months are over
    assert (service.due_at, service.planned_at) == (at("2026-12-15 00:00"), at("2026-12-02 09:00"))
    noted(shop, "林芳", "2026-12-02 10:00", service, "note_call", Talk(odometer=1212))
    _, following = calls(shop, K.MAINTENANCE)
    assert (following.again_of_id, following.due_at) == (service.id, at("2027-06-03 00:00"))
    (month,) = calls(shop, K.FIRST_MONTH)
    for tries in range(3):
        noted(shop, "林芳", f"2026-12-2{tries} 10:00", month, "not_reached", Try())
    ended = noted(shop, "冯涛", "2026-12-23 10:00", month, "give_up", WhyNot(comment="号码已停机"))
    assert (ended.state, ended.said) == (S.NOT_REACHED, "号码已停机")


def test_a_closed_revisit_plans_the_next_and_who_declined_hears_only_what_was_promised(shop: Shop) -> None:
    _, cars = ready(shop, 1)
    delivered(shop, *cars)
    (back,) = calls(shop, K.CALLBACK)
    with shop.acting("李娜", at("2026-12-01 09:00")) as ask:
        known = ask.db.get_one(CareCall, back.id)
        visit = CareCall(
            store_id=known.store_id, customer_id=known.customer_id, case_id=known.case_id, kind=K.REVISIT,
            whom="某市公安局", agent_id=ask.actor.id, due_at=at("2026-12-03 00:00"), planned_at=at("2026-12-02 09:30"),
        )  # fmt: skip
        CALLS.begin("plan", visit, Ask(ask.db, people.system(shop.store.id), ask.at))
    noted(shop, "李娜", "2026-12-02 10:00", visit, "note_call", HAPPY)
    _, following = calls(shop, K.REVISIT)
    assert (told([following]), following.agent_id) == ([("03-03 00:00", "某市公安局")], visit.agent_id)
    with shop.acting("李娜", at("2026-12-02 11:00")) as ask:
        told_off = {"name": "某市公安局", "role": ContactRole.USES, "do_not_call": True}
        ask.db.add(Contact(store_id=shop.store.id, customer_id=back.customer_id, **told_off))
    then = "2027-03-02 10:00"
    assert refused(shop, "李娜", then, CareCall, following.number, "note_call", HAPPY) == ("E-DO-NOT-CALL",)
    noted(shop, "冯涛", then, following, "cancel", WhyNot(comment="客户要求不再回访"))
    assert len(calls(shop, K.REVISIT)) == 2
    assert noted(shop, "林芳", then, back, "call_back", HAPPY).state is S.DONE


def test_a_card_that_says_do_not_call_counts_for_a_reminder_and_not_for_what_was_promised(shop: Shop) -> None:
    _, cars = ready(shop, 1)
    delivered(shop, *cars)
    (reminder,), (back,) = calls(shop, K.MAINTENANCE), calls(shop, K.CALLBACK)
    with shop.looking() as db:
        phone = call_reach.phone_of(db.get_one(CareCall, reminder.id))
    quiet = CardFacts(phone=phone, name="杨女士", source=Source.WALK_IN, do_not_call=True)
    with shop.acting("李娜", at("2026-11-29 10:00"), quiet) as ask:
        workflow.begin(new_card(ask), "card", ask)
    then = "2026-12-01 10:00"
    assert refused(shop, "林芳", then, CareCall, reminder.number, "note_call", HAPPY) == ("E-DO-NOT-CALL",)
    assert noted(shop, "林芳", then, back, "call_back", HAPPY).state is S.DONE


def test_customer_service_goes_through_the_calls_of_the_day(shop: Shop, desk: Callable[[str], Desk]) -> None:
    """One opens the first, says how satisfied, saves, and is at the next; the consultant sees only their own."""
    made, cars = ready(shop, 2)
    delivered(shop, cars[0])
    delivered(shop, cars[1], when="2026-11-29 10:00", driven_off_at=at("2026-11-29 10:00"))
    first, second = calls(shop, K.CALLBACK)
    service = desk("林芳")
    service.turn_clock("2026-12-01 12:30")
    service.sign_in()
    page = service.get("/care")
    assert page.text.count("三日回访") == 2
    assert "13888880020" in page.text
    assert f'href="/care/{first.number}"' in page.html
    one = service.get(f"/care/{first.number}")
    assert "现在不在致电时段" in one.text
    assert "530102" not in one.text
    wrong = service.submit(f"/care/{first.number}/call_back", {"grade": "dissatisfied"})
    assert "请写明原因和处理措施" in wrong.text
    assert "13888880020" in wrong.text  # whom to call stands beside the form that came back
    told = {"grade": "dissatisfied", "reason": "异味", "action": "清洁内饰"}
    after = service.submit(f"/care/{first.number}/call_back", told, form_at=f"/care/{first.number}")
    assert after.url == f"/care/{second.number}"
    assert "不满意" in service.get(f"/deliveries/{batch(shop, made)}").text
    consultant = desk("王磊")
    assert consultant.get(f"/care/{second.number}").status == 404
    assert "今天没有要打的电话" in consultant.get("/care").text
    with shop.looking() as db:
        everybodys = care_lists.coming(db, shop.actor("张伟"), at("2026-12-02 00:00"), of_all=True)
    kinds = [each.kind for each in everybodys]
    assert kinds == [K.SECOND_CONTACT] * 2 + [K.FIRST_MONTH] * 2 + [K.MAINTENANCE] * 2


def test_calls_become_deadlines_of_a_batch_and_calls_again(shop: Shop, owned: Database) -> None:
    """Down and up with data: what is due stays due, and what was noted of a talk is found in the history."""
    _, cars = ready(shop, 1)
    delivered(shop, *cars)
    thanks, back, second, *_ = calls(shop)
    noted(shop, "李娜", "2026-11-28 16:00", thanks, "note_call", HEARD)
    with shop.acting("林芳", at("2026-12-01 10:00")) as ask:
        row = ask.db.scalars(select(Deadline).where(Deadline.kind == "callback")).one()
        row.done_at, row.done_by_id = ask.at, ask.actor.id
        said = {"call": str(row.id), "grade": "so_so", "reason": "异味", "action": "清洁内饰"}
        append(ask.db, Entry(ask.at, "batch", row.subject_id, row.case_id, "call_back", None, None, 1, ask.actor.id,
                             None, None, said, {}))  # fmt: skip
    url = owned.engine.url.render_as_string(hide_password=False)
    with owned.engine.begin() as connection:  # the tests' tables were made from the models, at the newest state
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": migrating.head()})
    shop.database.engine.dispose()
    owned.engine.dispose()
    migrating.downgrade(url, "0041")
    migrating.upgrade(url)
    again = {each.kind: each for each in calls(shop)}
    assert set(again) == {K.THANK_YOU, K.CALLBACK, K.SECOND_CONTACT}  # the first month was not known before
    for before, state in ((thanks, S.DONE), (back, S.DONE), (second, S.DUE)):
        after = again[before.kind]
        assert (after.state, after.whom, after.due_at, after.agent_id, after.handover_id, after.customer_id) == (
            state, before.whom, before.due_at, before.agent_id, before.handover_id, before.customer_id,
        )  # fmt: skip
    assert (again[K.CALLBACK].grade, again[K.CALLBACK].reason) == (Satisfaction.SO_SO, "异味")
    assert noted(shop, "李娜", "2026-12-04 10:00", again[K.SECOND_CONTACT], "note_call", HEARD).state is S.DONE
    assert {each.kind for each in calls(shop)} == set(again) | {
        K.FIRST_MONTH,
        K.MAINTENANCE,
    }  # they follow with the next step


def test_customers_are_handed_to_whoever_has_the_fewest(shop: Shop, desk: Callable[[str], Desk]) -> None:
    """The suggestion is there and has the fewest; calls move along; day eight without a word is overdue."""
    _, cars = ready(shop, 1)
    delivered(shop, *cars)
    (back,) = calls(shop, K.CALLBACK)
    with shop.acting("许明", at("2026-11-29 08:00")) as ask:
        second = Person(sign_in="hemei", name="何梅", password_hash="-")
        ask.db.add(second)
        ask.db.flush()
        ask.db.add(Posting(store_id=shop.store.id, person_id=second.id, role=Role.CUSTOMER_SERVICE))
        other = Customer(store_id=shop.store.id, number=90, name="滇行租赁公司", name_pinyin="", name_initials="",
                         customer_class="rental", owner_id=ask.actor.id, since=ask.at)  # fmt: skip
        ask.db.add(other)
        ask.db.flush()
        first, last = shop.person("林芳").id, second.id
    service = desk("冯涛")
    service.turn_clock("2026-11-29 10:00")
    service.sign_in()
    assert service.submit("/care/agents/90", {"agent": str(first)}).status == 200
    with shop.looking() as db:
        loads = care_agents.loads(db, shop.actor("冯涛"), date(2026, 11, 29))
        assert [(each.agent.name, each.customers) for each in loads] == [("何梅", 0), ("林芳", 1)]
        waiting = [each.name for each in care_agents.without_agent(db, shop.actor("冯涛"))]
    assert waiting == ["某市公安局"]
    page = service.get("/care/agents")
    assert f'name="agent" value="{last}"' in page.html
    assert service.submit("/care/agents/1", {"agent": str(last)}).status == 200
    with shop.looking() as db:
        moved = db.get_one(CareCall, back.id)
        contact = db.scalars(select(CareCall).where(CareCall.kind == K.AGENT_CONTACT, CareCall.agent_id == last)).one()
        assert (moved.agent_id, contact.due_at) == (last, at("2026-12-07 00:00"))  # 24:00 of day seven
        (due,) = db.scalars(select(Deadline).where(Deadline.subject_id == back.id, Deadline.cancelled_at.is_(None)))
        assert (due.owner_id, due.role, due.due_at) == (last, None, back.due_at)
    assert desk("林芳").get("/care/agents/90").status == 403
    assert service.submit("/care/agents/90", {"agent": str(shop.person("李娜").id)}).text.count("请选择客服人员") == 1
    noted(shop, "冯涛", "2026-11-29 11:00", back, "hand_over", NewCaller(caller=first))
    wrong = NewCaller(caller=shop.person("李娜").id)
    assert refused(shop, "冯涛", "2026-11-29 11:00", CareCall, back.number, "hand_over", wrong) == ("E-REQ-FIELD",)


def test_the_report_counts_what_its_rows_list(shop: Shop, desk: Callable[[str], Desk]) -> None:
    """Coverage of a month by kind and by person; every number opens as many rows, none of them typed."""
    _, cars = ready(shop, 2)
    delivered(shop, cars[0])
    delivered(shop, cars[1], when="2026-11-28 21:10", receiver="杨志远", driven_off_at=at("2026-11-28 21:00"))
    one, two = calls(shop, K.THANK_YOU)
    noted(shop, "李娜", "2026-11-28 16:00", one, "note_call", HAPPY)
    noted(shop, "李娜", "2026-11-28 22:30", two, "not_reached", Try(message=True))
    noted(shop, "林芳", "2026-12-01 10:00", calls(shop, K.CALLBACK)[0], "call_back", FULL)
    then, who = at("2026-12-10 10:00"), shop.actor("林芳")
    november, december = (period_around(date(2026, month, 28), Span.MONTH) for month in (11, 12))
    with shop.looking() as db:
        looks = [Look(db, who, then, period) for period in (november, december)]
        by_kind = counting.counted_by(COVERAGE, looks[0], "kind")
        thanks, retry = by_kind[K.THANK_YOU].of, by_kind[K.THANK_YOU_RETRY].of
        assert [thanks[name] for name in ("due", "made", "in_time", "missing", "satisfied")] == [2, 2, 1, 0, 1]
        assert (retry["due"], retry["missing"]) == (1, 1)
        later = counting.counted_by(COVERAGE, looks[1], "kind")
        assert (later[K.CALLBACK].value(COVERAGE, "coverage"), later[K.CALLBACK].of["so_so"]) == (100, 1)
        assert (later[K.SECOND_CONTACT].of["missing"], later[K.FIRST_MONTH].of["ahead"]) == (1, 1)
        total = counting.sum_up(COVERAGE, later.values())
        assert (total.value(COVERAGE, "mean"), total.of["surveys"]) == (87, 1)
        for look in looks:
            for way in COVERAGE.ways:
                for value, counts in counting.counted_by(COVERAGE, look, way).items():
                    for figure in COVERAGE.columns[:9]:
                        rows = counting.Slice(figure, way, value)
                        assert counting.how_many(COVERAGE, look, rows) == counts.of[figure]
                        assert len(counting.listed(COVERAGE, look, rows)) == counts.of[figure]
    service = desk("林芳")
    service.turn_clock("2026-12-10 10:00")
    service.sign_in()
    page = service.get("/care/report?span=month&day=2026-12-01&by=person")
    assert "50 % 已完成 ÷ 至今应完成，目标 100 %：1 ÷ 2" in page.text
    missing = service.get(unescape(re.findall(r'href="(/care/report/rows[^"]*figure=missing[^"]*)"', page.html)[0]))
    assert "七日关怀联系" in missing.text
    assert "三日回访" not in missing.text
    assert service.get("/care/report/rows?figure=typed").status == 404
    here = unescape(re.findall(r'href="(/exports/care[^"]*)"', page.html)[0])
    assert here == "/exports/care?from=2026-12-01&to=2026-12-31"
    assert 'value="2026-12-01"' in service.get(here).html
    with shop.looking() as db:
        due = [call.due_at < at("2026-12-01 00:01") for call in db.scalars(select(CareCall))]
    assert 0 < sum(due) < len(due)
    for days, count in (({}, len(due)), ({"first": "2026-12-01", "last": "2026-12-31"}, len(due) - sum(due))):
        service.submit("/exports/care", {"reason": "月度回访总结"} | days)
        with shop.looking() as db:
            assert db.scalars(select(Export).order_by(Export.at.desc(), Export.id.desc())).first().rows == count
    assert desk("王磊").get("/care/report").status == 403


def test_a_month_with_discontent_and_no_action_is_overdue_until_something_is_done(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    """The review begins with the first answer; the key-account manager closes it after the month."""
    _, cars = ready(shop, 2)
    delivered(shop, cars[0])
    (back,) = calls(shop, K.CALLBACK)
    noted(shop, "林芳", "2026-12-01 10:00", back, "call_back", FULL)
    with shop.looking() as db:
        review = db.scalars(select(MonthlyReview)).one()
        (asked,) = db.scalars(select(Deadline).where(Deadline.kind == "review_month"))
        assert (review.month, asked.role) == (date(2026, 12, 1), "key_account_manager")
        assert asked.due_at == at("2027-01-01 00:00")
        overdue = [reviews.is_overdue(db, review, day) for day in (date(2026, 12, 31), date(2027, 1, 1))]
    assert overdue == [False, True]
    here, words = (MonthlyReview, review.number), Comment(comment="十二月无其他问题")
    assert refused(shop, "陈静", "2026-12-20 10:00", *here, "close", words) == ("E-MONTH-OPEN", "E-NO-ACTION")
    chief = desk("陈静")
    chief.turn_clock("2027-01-04 10:00")
    chief.sign_in()
    assert "逾期" in chief.get("/reviews").text
    told = {"what": "内饰供应商更换清洁剂", "owner": str(shop.person("林芳").id), "due_on": "2027-01-10"}
    page = chief.submit(f"/reviews/{review.number}/add_action", told)
    assert "内饰供应商更换清洁剂" in page.text
    with shop.looking() as db:
        open_rows = db.scalars(select(Deadline).where(Deadline.subject_id == review.id, Deadline.done_at.is_(None)))
        assert [(each.kind, each.owner_id) for each in open_rows] == [("corrective_action", shop.person("林芳").id)]
        action = db.scalars(select(CorrectiveAction)).one()
        late = [reviews.is_overdue(db, db.get_one(MonthlyReview, review.id), date(2027, 1, day)) for day in (10, 11)]
        promised = promises.of_customer(db, shop.actor("陈静"), db.get_one(CareCall, back.id).customer)
    assert late == [False, True]
    assert [(each.kind, each.done, each.of, each.is_late(date(2026, 12, 7))) for each in promised] == [
        ("call", 0, 1, True), ("batch", 1, 2, True), ("call", 0, 1, True), ("call", 0, 1, False),
        ("call", 0, 1, False), ("action", 0, 1, False),
    ]  # fmt: skip
    done = ActionDone(done=action.id, result="已更换并抽检")
    assert refused(shop, "李娜", "2027-01-09 10:00", *here, "finish_action", done) == ("E-REQ-FIELD",)
    assert refused(shop, "陈静", "2027-01-09 10:00", *here, "close", words) == ("E-ACTION-OPEN",)
    take(shop, "林芳", "2027-01-09 10:00", *here, "finish_action", done)
    assert take(shop, "陈静", "2027-01-09 11:00", *here, "close", words).state is MonthlyReviewState.CLOSED
    card = chief.get("/customers/1/owner-card").text
    assert "LYLAA4180T2100001" in card
    assert "第1批" in card
    assert "530102" not in card


def test_a_fleet_that_drove_far_is_told_to_its_owner_once_no_deal_is_under_way(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    _, cars = ready(shop, 1)
    delivered(shop, *cars)
    (back,) = calls(shop, K.CALLBACK)
    noted(shop, "林芳", "2026-12-01 10:00", back, "call_back", HAPPY.model_copy(update={"odometer": 120_000}))
    owner = desk("李娜")
    owner.turn_clock("2026-12-02 10:00")
    owner.sign_in()
    assert "目前没有再购提示" in owner.get("/care/signals").text
    with shop.acting("陈静", at("2026-12-02 09:00")) as ask:
        place(ask.db.get_one(Deal, back.case_id), DealState.CLOSED)
    assert "有车辆里程超过 100,000 公里" in owner.get("/care/signals").text
    assert "目前没有再购提示" in desk("王磊").get("/care/signals").text
