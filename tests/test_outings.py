"""Outbound visits and notes: no visit without a result and a next step, no note that nobody reads."""

from collections.abc import Callable

from dealer import deadlines, workflow
from dealer.customers.customers import CustomerFacts, register
from dealer.engine.database import new_id
from dealer.people import by_number
from dealer.prospects import card_lists
from dealer.prospects.cards import CardFacts, Grading
from dealer.prospects.outings import Report
from dealer.prospects.prospects import new_card
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal
from dealer.records.outings import Outing
from dealer.records.prospects import Level, Prospect, Source, Way
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk

PLAN = {
    "kind": "procurement_centre",
    "whom": "某市公共资源交易中心",
    "at": "2026-11-12T10:00",
    "aim": "了解年度车辆采购计划",
}
REPORT = {
    "met": "段主任",
    "result": "十二月发布采购公告",
    "next_step": "提前准备资格文件",
    "next_at": "2026-11-20T09:30",
}


def _a_sub_dealer(shop: Shop) -> int:
    facts = CustomerFacts(name="宜良滇行汽贸", customer_class=CustomerClass.SUB_DEALER, uscc="91530100MA6KCX9U4R")
    with shop.acting("何涛", at("2026-11-02 10:00"), facts) as ask:
        return register(ask, facts).number


def test_a_visit_is_planned_overdue_and_reported_with_person_result_and_next_step(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    lina = desk("李娜")
    assert lina.ask("/outings/new", PLAN | {"whom": ""}).json["refusals"][0]["field"] == "whom"
    assert lina.ask("/outings/new", PLAN | {"at": "2026-11-09T10:00"}).codes == ("E-VISIT-PAST",)
    assert lina.ask("/outings/new", PLAN | {"deal": str(new_id())}).json["refusals"][0]["field"] == "deal"
    planned = lina.submit("/outings/new", PLAN)
    assert planned.url == "/outings/1"
    assert lina.ask("/outings/1/report", REPORT).codes == ("E-VISIT-AHEAD",)
    assert "某市公共资源交易中心" in lina.get("/outings?day=2026-11-01").text

    # the day passes without a word: it is overdue, also for the supervisor, and stands in her day
    lina.turn_clock("2026-11-13 09:00")
    lina.sign_in()
    assert "尚未填写结果" in lina.get("/outings").text
    zhang = desk("张伟")
    assert "某市公共资源交易中心" in zhang.get("/outings?kind=procurement_centre").text
    assert "某市公共资源交易中心" not in zhang.get("/outings?kind=sub_dealer").text
    assert "外出拜访" in lina.get("/today").text
    assert zhang.ask("/outings/1/report", REPORT).codes == ("E-NOT-YOURS",)

    # all three are asked for, and what was typed stays
    for name in ("met", "result", "next_step"):
        refused = lina.submit("/outings/1/report", REPORT | {name: ""})
        assert refused.status == 422, name
        assert "请填写此项" in refused.text
        assert all(value in refused.html for field, value in REPORT.items() if field != name)
    assert lina.ask("/outings/1/report", REPORT | {"next_at": "2026-11-12T10:00"}).codes == ("E-CONTACT-PAST",)
    told = lina.submit("/outings/1/report", REPORT)
    assert "段主任" in told.text
    assert "尚未填写结果" not in lina.get("/outings").text
    lina.turn_clock("2026-11-20 10:00")
    lina.sign_in()
    assert "提前准备资格文件" in lina.get("/today").text  # the next step is due


def test_a_sub_dealer_whom_nobody_visits_is_listed_until_somebody_does(shop: Shop, desk: Callable[[str], Desk]) -> None:
    number, he = _a_sub_dealer(shop), desk("何涛")
    assert "宜良滇行汽贸" in he.get("/outings?kind=sub_dealer").text
    form = he.get(f"/outings/new?customer={number}")
    chosen = form.html.split('name="customer"')[1].split(" selected")[0].rsplit('value="', 1)[1].split('"')[0]
    he.submit("/outings/new", PLAN | {"kind": "sub_dealer", "whom": "", "customer": chosen, "at": "2026-11-10T10:00"})
    assert "宜良滇行汽贸" in he.get("/outings/1").text
    facts = Report(met="老杨", result="销量平稳", next_step="下月培训")
    with shop.acting("何涛", at("2026-11-10 11:00"), facts) as ask:
        workflow.take(by_number(ask.db, Outing, ask.actor, 1), "report", ask)
    he.turn_clock("2026-12-09 09:00")
    he.sign_in()
    assert "待拜访的二级网点" not in he.get("/outings?kind=sub_dealer").text
    he.turn_clock("2026-12-12 09:00")
    he.sign_in()
    assert "待拜访的二级网点" in he.get("/outings?kind=sub_dealer").text


def test_a_visit_for_a_deal_stands_on_its_page_and_in_its_story(shop: Shop, desk: Callable[[str], Desk]) -> None:
    lina = desk("李娜")
    deal = lina.submit(
        "/deals/new", {"name": "段莉", "customer_class": "individual", "contact": "段莉", "phone": "13888880031"}
    )
    assert "/outings/new?deal=1" in deal.html
    form = lina.get("/outings/new?deal=1")
    chosen = form.html.split('name="deal"')[1].split(" selected")[0].rsplit('value="', 1)[1].split('"')[0]
    lina.post("/outings/new", PLAN | {"whom": "", "kind": "customer", "deal": chosen}, form)
    told = lina.get("/deals/1").text
    assert "了解年度车辆采购计划" in told
    assert "已计划拜访" in told  # in what happened


def test_a_visit_is_to_one_customer_with_its_own_card_and_deal(shop: Shop, desk: Callable[[str], Desk]) -> None:
    facts = CardFacts(phone="13888880001", name="段先生", source=Source.PASSING, company="昆明长风物流")
    with shop.acting("李娜", at("2026-11-10 08:00"), facts) as ask:
        card = new_card(ask)
        workflow.begin(card, "card", ask)
    lina = desk("李娜")
    for name in ("段莉", "杨帆"):
        person = {"name": name, "customer_class": "individual", "contact": name, "phone": "13888880031"}
        lina.submit("/deals/new", person | {"phone": "13888880032"} if name == "杨帆" else person)
    with shop.looking() as db:
        first, second = (by_number(db, Deal, shop.actor("李娜"), number) for number in (1, 2))
        assert first is not None
        assert second is not None
        keys = {"customer": str(first.customer_id), "deal": str(second.id), "card": str(card.id)}
    for chosen, field in ((("customer", "deal"), "deal"), (("customer", "card"), "card"), (("deal", "card"), "card")):
        told = lina.ask("/outings/new", PLAN | {name: keys[name] for name in chosen})
        assert [each["field"] for each in told.json["refusals"]] == [field]
    assert lina.ask("/outings/new", PLAN | {"customer": keys["customer"], "deal": str(first.id)}).status == 200


def test_a_visit_that_was_made_is_a_contact_of_the_card_it_names(shop: Shop, desk: Callable[[str], Desk]) -> None:
    facts = CardFacts(phone="13888880001", name="段先生", source=Source.PASSING, company="昆明长风物流")
    with shop.acting("王磊", at("2026-11-09 10:00"), facts) as ask:
        card = new_card(ask)
        workflow.begin(card, "card", ask)
    with shop.acting("王磊", at("2026-11-09 10:05"), Grading(level=Level.B)) as ask:
        workflow.take(by_number(ask.db, Prospect, ask.actor, 1), "set_level", ask)
    wang = desk("王磊")
    assert wang.ask("/outings/new", PLAN | {"card": str(card.id), "at": "2026-11-10T10:00"}).status == 200
    wang.turn_clock("2026-11-10 16:00")
    wang.sign_in()
    wang.submit("/outings/1/report", REPORT | {"next_at": "2026-11-13T09:30"})
    told = wang.get("/prospects/1").text
    assert "上门" in told
    assert "段主任 十二月发布采购公告 提前准备资格文件" in told
    with shop.looking() as db:
        card = by_number(db, Prospect, shop.actor("王磊"), 1)
        (entry,) = card_lists.record_of(db, card)
        assert (entry.how, entry.at, entry.person.name) == (Way.HOUSE_CALL, at("2026-11-10 16:00"), "王磊")
        # the level asks for the seventeenth, the consultant has promised an earlier day
        assert card.next_contact_at == entry.next_at == at("2026-11-13 09:30")
        assert card.last_contact_at == at("2026-11-10 16:00")
        assert [each.kind for each in deadlines.open_for(db, card)] == ["contact_prospect"]
    wang.submit("/prospects/1/contact", {"how": "call", "result": "later"}, form_at="/prospects/1")
    with shop.looking() as db:
        assert len(card_lists.record_of(db, by_number(db, Prospect, shop.actor("王磊"), 1))) == 2, "written once"


def test_a_card_is_found_by_who_may_see_it(shop: Shop, desk: Callable[[str], Desk]) -> None:
    facts = CardFacts(phone="13888880001", name="段先生", source=Source.PASSING, company="昆明长风物流")
    with shop.acting("王磊", at("2026-11-10 08:00"), facts) as ask:
        workflow.begin(new_card(ask), "card", ask)
    wang, lina = desk("王磊"), desk("李娜")
    for typed in ("段先生", "dxs", "duanxian", "长风", "0001", "138 8888 0001"):
        assert ("/prospects/1" in wang.get(f"/search?q={typed}").html, typed) == (True, typed)
        assert "/prospects/1" not in lina.get(f"/search?q={typed}").html
    assert "/prospects/1" not in wang.get("/search?q=88880001").html


def test_nobody_links_a_visit_to_a_card_they_may_not_see(shop: Shop, desk: Callable[[str], Desk]) -> None:
    facts = CardFacts(phone="13888880001", name="段先生", source=Source.PASSING)
    with shop.acting("王磊", at("2026-11-10 08:00"), facts) as ask:
        card = new_card(ask)
        workflow.begin(card, "card", ask)
    refused = desk("李娜").ask("/outings/new", PLAN | {"card": str(card.id)})
    assert [(each["code"], each["field"]) for each in refused.json["refusals"]] == [("E-REQ-FIELD", "card")]
    wang = desk("王磊").ask("/outings/new", PLAN | {"card": str(card.id)})
    assert wang.status == 200


def test_a_note_comes_to_the_key_account_manager_and_is_answered_by_name(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    number, lina, chen = _a_sub_dealer(shop), desk("李娜"), desk("陈静")
    told = {"text": "网点反映 X5 交车周期过长"}
    assert lina.ask("/notes/new", told).json["refusals"][0]["field"] == "customer"
    page = lina.get(f"/notes/new?customer={number}")
    chosen = page.html.split('name="customer"')[1].split(" selected")[0].rsplit('value="', 1)[1].split('"')[0]
    sent = lina.post("/notes/new", told | {"customer": chosen}, page)
    assert sent.url == "/notes/1"
    assert desk("王磊").get("/notes/1").status == 404
    inbox = chen.get("/notes").text
    assert "未读" in inbox
    assert "网点反映 X5 交车周期过长" in inbox
    assert "查阅客户反馈" in chen.get("/today").text or "查阅客户反馈" in chen.submit("/today").text
    assert lina.ask("/notes/1/answer", {"answer": "好"}).codes == ("E-NOT-YOURS",)
    chen.submit("/notes/1/read", form_at="/notes/1")
    assert "已读" in lina.get("/notes/1").text
    assert chen.submit("/notes/1/answer", {"answer": "已协调厂家优先排产"}).status == 200
    answered = lina.get("/notes/1").text
    assert "已协调厂家优先排产" in answered
    assert "陈静" in answered
