"""Story 8, the complaint's part: a delivered customer complains, is called back in vain, and is content in the end."""

from collections.abc import Callable

from dealer.people import by_number
from dealer.records.complaints import Complaint, ComplaintState
from tests.cast import Shop
from tests.deliveries import LESSOR, VINS, arrive, batch, contract, delivered, inspected, invoiced, released
from tests.desk import Desk

SAID = {"vin": VINS[0][-6:], "words": "空调异响，开到二档就有", "name": "杨帆", "phone": "13888880021"}
PLAN = {"proposal": "更换鼓风机并清洗风道"}
YES = {"agreed_by": "杨帆", "evidence": "电话同意，约定当日到店"}
LEARNED = {"cause": "preparation", "analysis": "交车前检查未开空调", "corrective_action": "检查表增加空调各档试运行"}


def on(day: str, desk: Callable[[str], Desk], name: str) -> Desk:
    """A person's browser on a later day: everybody signs in again."""
    desk("许明").turn_clock(day)
    return desk(name)


def a_car_is_delivered(shop: Shop) -> None:
    """To 滇行租赁 on 28 November, under a contract over this one car."""
    (car,) = arrive(shop, VINS[0], code="X6")
    made = contract(shop, 1, [(1, "2026-11-30")], customer=LESSOR, code="X6")
    released(shop, batch(shop, made), car)
    inspected(shop, car)
    invoiced(shop, car)
    delivered(shop, car)


def the_december_report(desk: Callable[[str], Desk]) -> None:
    """1 complaint, 1 reopen, called back in time 100 %; each number opens its row."""
    lin = on("2027-01-04 09:00", desk, "林芳")
    december = "/complaints/report?day=2026-12-01"
    told = lin.get(december)
    for figure in ("received", "reopened", "called_in_time"):
        rows = lin.get(f"/complaints/report/rows?day=2026-12-01&span=month&figure={figure}")
        assert "1 件投诉" in rows.text, figure
        assert "/complaints/1" in rows.html
        assert f"figure={figure}" in told.html
    assert "及时回访 100 %" in told.text
    assert "重新处理 1" in told.text
    assert "交车前检查" in told.text
    assert "按车型" in lin.get(f"{december}&by=model").text
    assert "0 件投诉" in lin.get("/complaints/report/rows?day=2026-11-01&figure=received").text
    assert lin.get("/complaints/report/rows?figure=nothing").status == 404
    asked = lin.submit("/exports/complaints", {"reason": "月度质量会议"})
    assert "/exports/" in asked.url
    assert desk("王磊").get("/complaints/report").status == 403


def solved(desk: Callable[[str], Desk], first: str, done: str) -> None:
    """王磊 finds a solution, the customer agrees, and it is done."""
    handler = on(first, desk, "王磊")
    assert handler.ask("/complaints/1/investigate").status == 200
    assert handler.ask("/complaints/1/propose", PLAN).status == 200
    assert handler.ask("/complaints/1/agree", YES).status == 200
    assert on(done, desk, "王磊").ask("/complaints/1/finish", {"done": "已更换鼓风机"}).status == 200


def test_story_8_a_complaint_is_closed_when_the_customer_says_so_and_the_cause_is_known(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    a_car_is_delivered(shop)
    zhao = on("2026-12-03 09:10", desk, "赵敏")
    assert zhao.ask("/complaints/new", SAID | {"vin": "999999"}).codes == ("E-VIN-UNKNOWN",)
    assert zhao.submit("/complaints/new", SAID).url == "/complaints/1"

    lin = desk("林芳")
    assert "空调异响" in lin.get("/complaints").text
    assert "剩余 2 小时 0 分" in lin.get("/complaints").text
    assert lin.ask("/complaints/1/accept", {"handler": str(shop.person("王磊").id)}, "2026-12-03 09:40").status == 200
    assert "提出投诉方案" in desk("王磊").get("/today").text
    solved(desk, "2026-12-03 10:00", "2026-12-04 16:00")

    # nobody closes it unheard, and nobody closes the deal over it
    lin, chen = on("2026-12-04 17:00", desk, "林芳"), desk("陈静")
    refused = lin.ask("/complaints/1/close")
    assert (refused.status, refused.codes) == (409, ("E-NO-CALLBACK", "E-NO-CAUSE", "E-KAM-COMMENT"))
    assert "E-COMPLAINT-OPEN" in chen.ask("/deals/1/close").codes
    assert "/complaints?deal=1" in chen.get("/deals/1").html
    assert "/complaints/1" in chen.get("/complaints?deal=1").html

    lin = on("2026-12-06 10:00", desk, "林芳")
    told = {"grade": "dissatisfied"}
    assert lin.ask("/complaints/1/call_back", told).json["refusals"][0]["field"] == "reason"
    assert lin.ask("/complaints/1/call_back", told | {"reason": "低速时仍有异响"}).status == 200
    with shop.looking() as db:
        complaint = by_number(db, Complaint, shop.actor("林芳"), 1)
        assert complaint is not None
        assert (complaint.state, complaint.reopened) == (ComplaintState.REOPENED, 1)

    solved(desk, "2026-12-07 09:00", "2026-12-08 15:00")
    lin = on("2026-12-09 10:00", desk, "林芳")
    assert lin.ask("/complaints/1/call_back", {"grade": "satisfied"}).status == 200
    assert lin.submit("/complaints/1/file_cause", LEARNED).status == 200
    assert lin.ask("/complaints/1/close").codes == ("E-KAM-COMMENT",)
    chen = desk("陈静")
    assert chen.submit("/complaints/1/comment", {"comment": "已与客户负责人沟通，后续批次加检"}).status == 200
    assert lin.press(lin.get("/complaints/1"), "/complaints/1/close").status == 200
    assert "已结案" in lin.get("/complaints/1").text
    assert "E-COMPLAINT-OPEN" not in chen.ask("/deals/1/close").codes
    assert "投诉" in chen.get("/customers/1").text
    assert "已结案" in chen.get("/customers/1").text
    the_december_report(desk)
