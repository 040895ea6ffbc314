"""Beside deciding a price: a colleague is asked too, others get a copy, somebody is reminded, a case goes back."""

from collections.abc import Callable

from dealer import sweep
from dealer.records.quotations import ExceptionState
from tests.cast import Shop
from tests.conftest import at
from tests.stories.test_07_exception import YES, the_exception
from tests.stories.test_09_approval_stages import THREE_EYES, Desks, asked, in_force

__all__ = ["asked"]  # the fixture
S = ExceptionState
Asked = Callable[[str], None]
WHOSE = "滇行租赁公司"


def waits_for(desk: Desks, name: str) -> bool:
    """Whether the case is in somebody's list of what they are asked."""
    return WHOSE in desk(name).get("/approvals?tab=waiting").text


def test_a_colleague_is_asked_before_and_then_it_is_the_managers_again(shop: Shop, desk: Desks, asked: Asked) -> None:
    asked("161800")
    chenjing, finance = desk("陈静"), str(shop.person("高洁").id)
    add = {"colleague": finance, "when": "before", "comment": "请核实账期"}
    assert chenjing.ask("/approvals/1/add_colleague", add | {"comment": ""}).status == 422
    own = add | {"colleague": str(shop.person("李娜").id)}
    assert chenjing.ask("/approvals/1/add_colleague", own).codes == ("E-SELF-APPROVE",)
    herself = add | {"colleague": str(shop.person("陈静").id)}
    assert chenjing.ask("/approvals/1/add_colleague", herself).codes == ("E-COLLEAGUE",)
    # after her nobody decides last whose floor does not reach the price
    assert chenjing.ask("/approvals/1/add_colleague", add | {"when": "after"}).codes == ("E-AUTH-LIMIT",)
    assert chenjing.ask("/approvals/1/add_colleague", add, when="2026-11-10 10:30").status == 200

    assert (waits_for(desk, "高洁"), waits_for(desk, "陈静")) == (True, False)
    assert chenjing.ask("/approvals/1/approve", YES).codes == ("E-ROUTED",)
    card = desk("高洁").get("/approvals/1").text
    assert "陈静加签" in card
    assert "待高洁" in card
    # somebody standing in for her is asked in her place
    desk("高洁").ask(
        "/account/stand-in",
        {"stand_in": str(shop.person("林芳").id), "from_day": "2026-11-10", "to_day": "2026-11-12"},
    )
    assert waits_for(desk, "林芳")
    assert desk("林芳").ask("/approvals/1/approve", {"comment": "款到发车"}, when="2026-11-10 11:00").status == 200
    assert the_exception(shop).state is S.PENDING
    assert "林芳（代高洁）" in chenjing.get("/approvals/1").text.replace(" ", "")
    assert chenjing.ask("/approvals/1/approve", YES, when="2026-11-10 11:30").status == 200
    assert the_exception(shop).state is S.APPROVED


def test_a_colleague_is_asked_after_and_decides_last(shop: Shop, desk: Desks, asked: Asked) -> None:
    asked("161800")
    add = {"colleague": str(shop.person("周建国").id), "when": "after", "comment": "量大，请总经理定"}
    assert desk("陈静").ask("/approvals/1/add_colleague", add, when="2026-11-10 10:30").status == 200
    assert desk("陈静").ask("/approvals/1/approve", YES, when="2026-11-10 10:40").status == 200
    assert the_exception(shop).state is S.PENDING
    assert desk("周建国").ask("/approvals/1/approve", YES, when="2026-11-10 11:00").status == 200
    assert the_exception(shop).state is S.APPROVED


def test_a_colleague_who_leaves_is_asked_no_more(shop: Shop, desk: Desks, asked: Asked) -> None:
    asked("161800")
    add = {"colleague": str(shop.person("张伟").id), "when": "before", "comment": "本组客户，请一并看看"}
    assert desk("陈静").ask("/approvals/1/add_colleague", add, when="2026-11-10 10:30").status == 200
    assert (waits_for(desk, "张伟"), waits_for(desk, "陈静")) == (True, False)
    assert desk("许明").ask(f"/people/{shop.person('张伟').id}/leave", when="2026-11-10 10:40").status == 200
    sweep.fire_due(shop.database, at("2026-11-10 10:41"))
    assert waits_for(desk, "陈静")
    assert desk("陈静").ask("/approvals/1/approve", YES, when="2026-11-10 10:50").status == 200


def test_who_gets_a_copy_sees_the_case_and_decides_nothing(shop: Shop, desk: Desks, asked: Asked) -> None:
    asked("161800")
    zhengkai = desk("郑凯")  # a technician, who sees no deals
    assert zhengkai.get("/approvals/1").status == 404
    copy = {"colleague": str(shop.person("郑凯").id), "comment": "下月到车，请备检测工位"}
    assert desk("李娜").ask("/approvals/1/copy", copy).status == 200
    assert desk("陈静").ask("/approvals/1/copy", copy).codes == ("E-COPIED",)
    assert WHOSE in zhengkai.get("/approvals?tab=copied").text
    assert "161,800" in zhengkai.get("/approvals/1").text
    assert "毛利率" not in zhengkai.get("/approvals/1").text
    assert zhengkai.ask("/approvals/1/approve", YES).codes == ("E-NOT-YOURS",)
    assert the_exception(shop).state is S.PENDING


def test_the_requester_reminds_once_in_two_hours(shop: Shop, desk: Desks, asked: Asked) -> None:
    asked("161800")
    lina, chenjing = desk("李娜"), desk("陈静")
    assert lina.ask("/approvals/1/remind", when="2026-11-10 11:00").status == 200
    assert lina.ask("/approvals/1/remind", when="2026-11-10 12:59").codes == ("E-REMINDED",)
    assert lina.ask("/approvals/1/remind", when="2026-11-10 13:00").status == 200
    assert chenjing.ask("/approvals/1/remind").codes == ("E-NOT-YOURS",)
    assert "已催办" in chenjing.get("/approvals?tab=waiting").text
    assert "已催办 2 次" in chenjing.get("/approvals/1").text
    # whoever is asked next has not been reminded yet
    add = {"colleague": str(shop.person("高洁").id), "when": "before", "comment": "请核实账期"}
    assert chenjing.ask("/approvals/1/add_colleague", add, when="2026-11-10 13:10").status == 200
    assert "已催办" not in desk("高洁").get("/approvals/1").text
    assert lina.ask("/approvals/1/remind", when="2026-11-10 13:20").status == 200


def test_a_case_goes_back_to_an_earlier_stage_and_comes_again(shop: Shop, desk: Desks, asked: Asked) -> None:
    in_force(desk, THREE_EYES)
    asked("158900")
    first, boss = {"stage": 1, "comment": "请财务重新核算"}, desk("周建国")
    assert boss.ask("/approvals/1/send_back", first, when="2026-11-10 10:20").codes[0] == "E-STAGE"
    for name in ("高洁", "马超"):
        assert desk(name).ask("/approvals/1/approve", YES, when="2026-11-10 11:00").status == 200
    assert boss.ask("/approvals/1/send_back", first | {"stage": 2}).codes == ("E-STAGE",)
    assert desk("陈静").ask("/approvals/1/send_back", first).codes == ("E-ROUTED",)
    assert boss.ask("/approvals/1/send_back", first, when="2026-11-10 11:30").status == 200

    assert the_exception(shop).state is S.PENDING
    assert [waits_for(desk, name) for name in ("高洁", "马超", "周建国")] == [True, True, False]
    assert "同意（已作废）" in desk("高洁").get("/approvals/1").text
    for name in ("高洁", "马超", "周建国"):
        assert desk(name).ask("/approvals/1/approve", YES, when="2026-11-10 14:00").status == 200
    assert the_exception(shop).state is S.APPROVED


def test_who_comes_second_hears_who_decided(shop: Shop, desk: Desks, asked: Asked) -> None:
    asked("161800")
    boss = desk("周建国")
    page = boss.get("/approvals/1")  # opened before 陈静 decides
    assert desk("陈静").ask("/approvals/1/approve", YES, when="2026-11-10 11:00").status == 200
    late = boss.ask("/approvals/1/refuse", {"comment": "利润不足"}, when="2026-11-10 11:01")
    assert (late.codes, late.json["refusals"][0]["values"]["name"]) == (("E-STATE",), "陈静")
    shown = boss.post("/approvals/1/approve", {"comment": "同意"}, page)
    assert shown.status == 409
    assert "陈静" in shown.text
    assert the_exception(shop).decided_by_id == shop.person("陈静").id
