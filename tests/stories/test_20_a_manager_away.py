"""A manager is away for three days: whoever stands in goes on with what waits, then it is as it was before."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from dealer import deadlines, people, sweep
from dealer.records.people import StandIn
from dealer.records.quotations import ExceptionState
from dealer.records.staffing import Leave, LeaveState
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.stories.test_07_exception import YES, the_exception
from tests.stories.test_09_approval_stages import asked

__all__ = ["asked"]  # the fixture
S = LeaveState
Desks = Callable[[str], Desk]
WHOSE = "滇行租赁公司"
TASK = "接手同事工作"


def leave_of(shop: Shop, number: int) -> Leave:
    """A leave as it stands."""
    with shop.looking() as db:
        return db.scalars(select(Leave).where(Leave.number == number)).one()


def stand_ins(shop: Shop) -> list[tuple[str, str, date, date]]:
    """Who acts for whom, from and until when."""
    with shop.looking() as db:
        rows = db.scalars(select(StandIn).order_by(StandIn.from_day, StandIn.id))
        return [(row.away.name, row.stand_in.name, row.from_day, row.to_day) for row in rows]


def wanted(shop: Shop, stand_in: str, first: str, last: str, **more: str) -> dict[str, str]:
    """What is typed into a request."""
    key = str(shop.person(stand_in).id)
    return {"kind": "annual", "from_day": first, "to_day": last, "stand_in": key, "reason": "回乡探亲"} | more


def test_the_approvals_of_a_manager_away_for_three_days_flow_on(
    shop: Shop, desk: Desks, asked: Callable[[str], None]
) -> None:
    chen, ma, zhou = desk("陈静"), desk("马超"), desk("周建国")
    # Tuesday 10 November: she asks for Wednesday to Friday, and says who goes on with her work
    chen.turn_clock("2026-11-10 09:00")
    three_days = wanted(shop, "马超", "2026-11-11", "2026-11-13")
    offered = chen.get("/leave/new").html
    assert [name for name in ("马超", "刘洋", "周建国", "王磊", "高洁") if f">{name} · " in offered] == [
        "马超", "刘洋", "周建国",
    ]  # fmt: skip
    assert chen.ask("/leave/new", three_days | {"stand_in": str(shop.person("王磊").id)}).codes == ("E-STAND-IN-ROLE",)
    assert chen.submit("/leave/new", three_days).url == "/leave/1"
    # three days are not for her nor for another manager to decide, nor for her stand-in
    assert chen.ask("/leave/1/approve").codes == ("E-SELF-APPROVE", "E-LEAVE-DECIDER")
    assert ma.ask("/leave/1/approve").codes == ("E-LEAVE-DECIDER",)
    assert desk("王磊").get("/leave/1").status == 404
    assert "审批请假" in zhou.get("/today").text
    assert "3 个工作日" in zhou.get("/leave").text
    assert zhou.submit("/leave/1/approve").status == 200
    assert leave_of(shop, 1).state is S.APPROVED
    assert stand_ins(shop) == [("陈静", "马超", date(2026, 11, 11), date(2026, 11, 13))]
    assert "代理：马超" in desk("赵敏").get("/leave?day=2026-11-01").text

    # a price is asked for; it waits for her alone while she is there
    asked("161800")
    assert WHOSE not in ma.get("/approvals?tab=waiting").text
    sweep.fire_due(shop.database, at("2026-11-11 00:01"))
    assert leave_of(shop, 1).state is S.RUNNING
    ma.turn_clock("2026-11-11 09:30")
    ma, chen = desk("马超"), desk("陈静")
    assert TASK in ma.get("/today").text
    assert WHOSE in ma.get("/approvals?tab=waiting").text
    assert "提前返岗" in ma.get("/leave/1").text
    # he cannot go away himself now, and the stand-in belongs to the leave
    away_too = wanted(shop, "刘洋", "2026-11-12", "2026-11-12")
    assert ma.ask("/leave/new", away_too).codes == ("E-STANDS-IN",)
    with shop.looking() as db:
        named = db.scalars(select(StandIn.id)).one()
    assert chen.ask(f"/account/stand-ins/{named}/end").codes == ("E-LEAVE-STANDS",)
    # he decides in her name
    assert ma.ask("/approvals/1/approve", YES, when="2026-11-11 10:00").status == 200
    assert the_exception(shop).state is ExceptionState.APPROVED
    assert "马超（代陈静）" in desk("李娜").get("/approvals/1").text.replace(" ", "")

    # the days are over: it is hers again, and nothing is left with him
    sweep.fire_due(shop.database, at("2026-11-14 00:01"))
    assert leave_of(shop, 1).state is S.OVER
    ma.turn_clock("2026-11-16 09:00")
    assert TASK not in desk("马超").get("/today").text
    with shop.looking() as db:
        assert people.actor(db, shop.person("马超"), shop.store.id, date(2026, 11, 16)).stands_in_for == ()


def test_whoever_comes_back_early_acts_for_themselves_again(shop: Shop, desk: Desks) -> None:
    wang, lina, ma = desk("王磊"), desk("李娜"), desk("马超")
    wang.submit("/prospects/new", {"name": "段先生", "phone": "13888880001", "source": "passing_by"},
                when="2026-11-10 09:00")  # fmt: skip
    # the two compare each other's licence numbers: she cannot be both of them
    one_day = wanted(shop, "李娜", "2026-11-11", "2026-11-11", kind="sick")
    assert wang.ask("/leave/new", one_day).codes == ("E-NO-SECOND",)
    wei = {"stand_in": str(shop.person("张伟").id)}
    assert wang.ask("/leave/new", one_day | wei).status == 200
    # a day is the direct manager's word: the sales manager of a consultant, not the key-account manager
    assert desk("陈静").ask("/leave/1/approve").codes == ("E-LEAVE-DECIDER",)
    assert ma.ask("/leave/1/approve", when="2026-11-10 09:20").status == 200
    # both want to be away: who stands in for him cannot, until somebody else does
    zhang = desk("张伟")
    # why he is away is between him and those who decide
    assert ("回乡探亲" in ma.get("/leave/1").text, "回乡探亲" in zhang.get("/leave/1").text) == (True, False)
    assert "代理人" in zhang.get("/leave/1").text
    zhang_away = wanted(shop, "陈静", "2026-11-11", "2026-11-13")
    assert zhang.ask("/leave/new", zhang_away).codes == ("E-STANDS-IN",)
    liu = {"stand_in": str(shop.person("刘洋").id)}
    assert ma.ask("/leave/1/change_stand_in", liu).status == 200
    assert lina.ask("/leave/new", wanted(shop, "王磊", "2026-11-11", "2026-11-13")).codes == ("E-STAND-IN-AWAY",)
    assert zhang.ask("/leave/new", zhang_away).status == 200
    assert stand_ins(shop) == [("王磊", "刘洋", date(2026, 11, 11), date(2026, 11, 11))]

    # the card stays his, and is seen by who stands in, who hands it in as well
    sweep.fire_due(shop.database, at("2026-11-11 00:01"))
    sweep.expect_hand_ins(shop.database, at("2026-11-11 00:02"))
    ma.turn_clock("2026-11-11 18:00")
    assert "段先生" in desk("刘洋").get("/today").text
    assert "交卡 · 王磊" in desk("刘洋").get("/today").text
    # in the evening he is back, and a day off it was none
    wang = desk("王磊")
    assert wang.ask("/leave/1/come_back").status == 200
    assert leave_of(shop, 1).state is S.OVER
    assert (leave_of(shop, 1).days, leave_of(shop, 1).back_on) == (0, date(2026, 11, 11))
    assert stand_ins(shop) == []
    assert "段先生" in wang.get("/today").text


def test_a_leave_that_is_cancelled_leaves_nobody_in_charge(shop: Shop, desk: Desks) -> None:
    zhou, ma = desk("周建国"), desk("马超")
    ma.turn_clock("2026-11-10 09:00")
    # the general manager has nobody above: who stands in confirms it, and it cannot be who asks for what he approves
    chen = wanted(shop, "陈静", "2026-11-12", "2026-11-17")
    refused = zhou.submit("/leave/new", chen)
    assert refused.status == 409
    assert "没有第二人可办理" in refused.text
    assert zhou.ask("/leave/new", chen).codes == ("E-NO-SECOND",)
    assert zhou.ask("/leave/new", wanted(shop, "马超", "2026-11-12", "2026-11-17")).status == 200
    assert zhou.ask("/leave/1/approve").codes == ("E-SELF-APPROVE", "E-LEAVE-DECIDER")
    # another stand-in is another one to confirm it
    for name in ("刘洋", "马超"):
        assert zhou.ask("/leave/1/change_stand_in", {"stand_in": str(shop.person(name).id)}).status == 200
        with shop.looking() as db:
            asked = [row.owner_id for row in deadlines.open_for(db, leave_of(shop, 1), "decide_leave")]
        assert asked == [shop.person(name).id]
    assert ma.ask("/leave/1/approve").status == 200
    assert leave_of(shop, 1).days == 4
    assert zhou.ask("/leave/1/cancel", {"comment": "行程取消"}).status == 200
    assert (leave_of(shop, 1).state, stand_ins(shop)) == (S.CANCELLED, [])
    sweep.fire_due(shop.database, at("2026-11-12 00:01"))
    ma.turn_clock("2026-11-12 09:00")
    assert TASK not in desk("马超").get("/today").text


def test_bad_days_are_told_beside_their_field(shop: Shop, desk: Desks) -> None:
    lina = desk("李娜")
    lina.turn_clock("2026-11-10 09:00")
    for first, last, code, field in (
        ("2026-11-09", "2026-11-10", "E-DAY-PAST", "from_day"),
        ("2026-11-12", "2026-11-11", "E-LEAVE-DAYS", "to_day"),
        ("2026-11-11", "2036-11-11", "E-LEAVE-DAYS", "to_day"),
        ("2026-11-14", "2026-11-15", "E-LEAVE-OFF", "from_day"),
    ):
        told = lina.ask("/leave/new", wanted(shop, "张伟", first, last)).json["refusals"]
        assert [(each["code"], each["field"]) for each in told] == [(code, field)], (first, last)
    assert lina.ask("/leave/new", wanted(shop, "张伟", "2026-11-12", "2026-11-13")).status == 200
    assert lina.ask("/leave/new", wanted(shop, "张伟", "2026-11-13", "2026-11-16")).codes == ("E-LEAVE-TWICE",)
    assert lina.ask("/leave/new", wanted(shop, "李娜", "2026-11-17", "2026-11-17")).codes == ("E-STAND-IN-ROLE",)
    # nobody decides it: on the day after it is no request any more
    sweep.fire_due(shop.database, at("2026-11-14 00:01"))
    assert leave_of(shop, 1).state is S.LAPSED
    # the shop's only technician, whose service manager is away: nobody carries the inspections
    shop.send_away("冯涛", "林芳", date(2026, 11, 16), date(2026, 11, 20))
    told = desk("郑凯").ask("/leave/new", wanted(shop, "冯涛", "2026-11-16", "2026-11-16")).json["refusals"]
    assert "E-NO-STAND-IN" in [each["code"] for each in told]
    assert "检测" in told[0]["sentence"]
