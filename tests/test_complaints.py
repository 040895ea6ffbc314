"""Complaints at their edges: who may promise money, who may call back, what is grave, what is the same one twice."""

from collections.abc import Callable

from sqlalchemy import select

from dealer import deadlines, workflow
from dealer.customers.customers import CustomerFacts, register
from dealer.people import by_number
from dealer.records.complaints import Complaint, ComplaintState
from dealer.records.customers import CustomerClass
from dealer.records.people import Posting, Role
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk

S = ComplaintState
SAID = {"words": "提车时承诺的脚垫没有给", "name": "段莉", "phone": "13888880031"}


def _number(shop: Shop, number: int) -> Complaint:
    with shop.looking() as db:
        found = by_number(db, Complaint, shop.actor("林芳"), number)
        assert found is not None
        return found


def _due(shop: Shop, complaint: Complaint) -> set[tuple[str, str | None]]:
    with shop.looking() as db:
        return {(row.kind, row.role) for row in deadlines.open_for(db, complaint)}


def _accepted(shop: Shop, lin: Desk, number: int, handler: str) -> None:
    told = {"handler": str(shop.person(handler).id)}
    assert lin.ask(f"/complaints/{number}/accept", told).status == 200


def test_a_complaint_is_somebodys_and_about_something_one_sees(shop: Shop, desk: Callable[[str], Desk]) -> None:
    facts = CustomerFacts(name="滇行租赁公司", customer_class=CustomerClass.RENTAL, uscc="91530100MA6KCX9U4R")
    with shop.acting("陈静", at("2026-11-10 09:00"), facts) as ask:
        customer = register(ask, facts)
    zhao = desk("赵敏")
    for told, field in (({"name": ""}, "name"), ({"phone": ""}, "phone"), ({"words": " "}, "words")):
        refused = zhao.ask("/complaints/new", SAID | told)
        assert refused.json["refusals"][0]["field"] == field
    kept = zhao.submit("/complaints/new", SAID | {"phone": "", "wish": "补发脚垫"})
    assert "提车时承诺的脚垫没有给" in kept.html
    assert "补发脚垫" in kept.html
    page = zhao.get(f"/complaints/new?customer={customer.number}")
    assert f'value="{customer.id}" selected' in page.html
    sent = zhao.post("/complaints/new", SAID | {"name": "", "phone": "", "customer": str(customer.id)}, page)
    assert sent.url == "/complaints/1"
    assert _number(shop, 1).fleet
    assert desk("高洁").get("/complaints/1").status == 404, "who neither handles nor registered it and sees no deal"
    assert desk("许明").get("/complaints").status == 403
    masked = desk("马超").get("/complaints/1")
    assert masked.status == 200


def test_what_is_grave_is_known_to_two_managers_within_the_hour_and_told_of_daily(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    zhao, lin = desk("赵敏"), desk("林芳")
    grave = ({"safety": "1"}, {"injury": "1"}, {"media": "1"}, {"cars": "3"})
    for number, danger in enumerate(({"cars": "2"}, *grave), 1):
        assert zhao.ask("/complaints/new", SAID | danger).status == 200
        told = {("complaint_grave", "key_account_manager"), ("complaint_grave", "general_manager")}
        assert (told <= _due(shop, _number(shop, number))) == (danger in grave), danger
    assert "知悉重大投诉" in desk("周建国").get("/today").text
    _accepted(shop, lin, 1, "李娜")
    assert ("complaint_note", None) not in _due(shop, _number(shop, 1))
    before = _number(shop, 1).solve_by
    assert lin.ask("/complaints/1/reassess", {"safety": "1", "reason": "技师检查发现制动管路渗油"}).status == 200
    assert ("complaint_note", None) in _due(shop, _number(shop, 1))
    assert (_number(shop, 1).solve_by - before).days == 4  # from three days to seven
    assert desk("李娜").ask("/complaints/1/note", {"comment": "车辆已拖回检查"}).status == 200


def test_money_is_promised_within_ones_limit_or_with_somebody_elses_leave(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    lin, lina, chen = desk("林芳"), desk("李娜"), desk("陈静")
    yes = {"agreed_by": "段莉", "evidence": "短信确认"}
    for number, amount, refusals in ((1, "500", ()), (2, "500.01", ("E-COMPENSATION",)), (3, "5000.01", ())):
        assert lin.ask("/complaints/new", SAID).status == 200
        _accepted(shop, lin, number, "李娜")
        assert lina.ask(f"/complaints/{number}/investigate").status == 200
        facts = {"proposal": "补发脚垫并补偿", "compensation": amount}
        assert lina.ask(f"/complaints/{number}/propose", facts).status == 200
        if number < 3:
            assert lina.ask(f"/complaints/{number}/agree", yes).codes == refusals
    # 1: hers to give; 2: the manager's; 3: the general manager's
    assert "allow_compensation" not in {kind for kind, _ in _due(shop, _number(shop, 1))}
    assert ("allow_compensation", "key_account_manager") in _due(shop, _number(shop, 2))
    assert ("allow_compensation", "general_manager") in _due(shop, _number(shop, 3))
    assert lina.ask("/complaints/2/allow_compensation").codes == ("E-NOT-YOURS",)
    assert chen.ask("/complaints/3/allow_compensation").codes == ("E-AUTH-LIMIT",)
    assert chen.ask("/complaints/2/allow_compensation").status == 200
    assert lina.ask("/complaints/2/agree", yes).status == 200
    assert desk("周建国").ask("/complaints/3/refuse_compensation", {"comment": "请另拟方案"}).status == 200
    assert _number(shop, 3).state is S.INVESTIGATING
    # nobody allows their own, whatever their role
    assert chen.ask("/complaints/3/reassign", {"handler": str(shop.person("陈静").id), "reason": "我来"}).status == 200
    assert chen.ask("/complaints/3/propose", facts).status == 200
    with shop.database.writing(shop.store.id) as db:
        db.add(Posting(store_id=shop.store.id, person_id=shop.person("陈静").id, role=Role.GENERAL))
    assert chen.ask("/complaints/3/allow_compensation").status == 409


def test_who_handled_it_does_not_call_back_and_the_second_failure_goes_to_the_general_manager(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    lin, chen = desk("林芳"), desk("陈静")
    assert lin.ask("/complaints/new", SAID).status == 200
    _accepted(shop, lin, 1, "林芳")
    for failed in (1, 2):
        assert lin.ask("/complaints/1/investigate").status == 200
        assert lin.ask("/complaints/1/propose", {"proposal": "补发脚垫"}).status == 200
        assert lin.ask("/complaints/1/agree", {"agreed_by": "段莉", "evidence": "电话"}).status == 200
        assert lin.ask("/complaints/1/finish", {"done": "已寄出"}).status == 200
        assert ("complaint_callback", "key_account_manager") in _due(shop, _number(shop, 1))
        assert lin.ask("/complaints/1/call_back", {"grade": "satisfied"}).codes == ("E-SELF-CALLBACK",)
        assert chen.ask("/complaints/1/call_back", {"grade": "so_so", "reason": "颜色不对"}).status == 200
        assert (_number(shop, 1).state, _number(shop, 1).reopened) == (S.REOPENED, failed)
    assert lin.ask("/complaints/1/investigate").codes == ("E-GM-DECIDES",)
    told = {"handler": str(shop.person("李娜").id), "comment": "当天换新并登门致歉"}
    assert desk("周建国").ask("/complaints/1/direct", told).status == 200
    assert _number(shop, 1).owner_id == shop.person("李娜").id
    # having handed it on makes nobody a stranger to it, neither in this round nor in an earlier one
    lina, wang = desk("李娜"), desk("王磊")
    assert lina.ask("/complaints/1/propose", {"proposal": "登门更换脚垫"}).status == 200
    told = {"handler": str(shop.person("王磊").id), "reason": "李娜休假"}
    assert chen.ask("/complaints/1/reassign", told).status == 200
    assert wang.ask("/complaints/1/agree", {"agreed_by": "段莉", "evidence": "电话"}).status == 200
    assert wang.ask("/complaints/1/finish", {"done": "已更换"}).status == 200
    assert lin.ask("/complaints/1/call_back", {"grade": "satisfied"}).codes == ("E-SELF-CALLBACK",)
    assert chen.ask("/complaints/1/call_back", {"grade": "satisfied"}).status == 200


def test_a_rejection_tells_why_and_is_asked_after_and_a_duplicate_leads_to_the_one_that_stays(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    lin = desk("林芳")
    for more in ({}, {}, {"safety": "1"}, {"name": "杨帆", "phone": "13888880021"}):
        assert lin.ask("/complaints/new", SAID | more).status == 200
    assert lin.ask("/complaints/1/merge", {"into": 1}).codes == ("E-MERGE-COMPLAINT",)
    assert lin.ask("/complaints/1/merge", {"into": 4}).codes == ("E-MERGE-COMPLAINT",)
    assert lin.ask("/complaints/3/merge", {"into": 1}).codes == ("E-MERGE-COMPLAINT",)
    assert lin.ask("/complaints/2/merge", {"into": 1}).status == 200
    assert (_number(shop, 2).state, _number(shop, 2).merged_into_id) == (S.CLOSED, _number(shop, 1).id)
    assert _due(shop, _number(shop, 2)) == set()
    assert "/complaints/1" in lin.get("/complaints/2").html
    assert "/complaints/2" in lin.get("/complaints/1").html

    assert lin.ask("/complaints/1/reject", {"reason": "合同未约定脚垫"}).json["refusals"][0]["field"] == "told"
    assert lin.ask("/complaints/1/reject", {"reason": "合同未约定脚垫", "told": "电话说明"}).status == 200
    assert lin.ask("/complaints/1/close").codes == ("E-NO-CALLBACK",)
    assert lin.ask("/complaints/1/call_back", {"grade": "satisfied"}).status == 200
    assert lin.ask("/complaints/1/close").status == 200
    with shop.looking() as db:
        assert len(list(db.scalars(select(Complaint)))) == 4
        assert [row.number for row in workflow.things_of_case(db, _number(shop, 1))] == [1]
