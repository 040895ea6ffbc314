"""The enquiry desk and the workshop: promises have a time, nothing is told twice, a day takes so many cars."""

from collections.abc import Callable
from datetime import date

from dealer.engine.steps import place
from dealer.people import by_number
from dealer.records.complaints import Complaint
from dealer.records.enquiries import Appointment, AppointmentState, Enquiry, EnquiryState
from dealer.records.people import Policy, PolicyState
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.test_importing import sheet

ASKED = {"question": "质保期内更换电瓶是否收费", "name": "段先生", "phone": "13888880061"}
BOOKED = {"job": "maintenance", "name": "段先生", "phone": "13888880061", "plate": "云A5X061"}


def _state(shop: Shop, number: int) -> EnquiryState:
    with shop.looking() as db:
        found = by_number(db, Enquiry, shop.actor("林芳"), number)
        assert found is not None
        return found.state


def test_an_enquiry_is_answered_by_the_time_that_was_promised(shop: Shop, desk: Callable[[str], Desk]) -> None:
    zhao, lin, wang = desk("赵敏"), desk("林芳"), desk("王磊")
    promised = ASKED | {"at": "2026-11-10T11:00", "owner": str(shop.person("王磊").id)}
    assert zhao.ask("/enquiries/new", promised | {"phone": ""}).json["refusals"][0]["field"] == "phone"
    assert zhao.ask("/enquiries/new", promised | {"at": "2026-11-10T08:00"}).codes == ("E-SLOT-PAST",)
    kept = zhao.submit("/enquiries/new", promised | {"question": "", "name": "段先生"})
    assert "段先生" in kept.html
    assert zhao.submit("/enquiries/new", promised).url == "/enquiries/1"
    assert "答复咨询" in wang.get("/today").text
    assert desk("李娜").get("/enquiries/1").status == 404
    wang.turn_clock("2026-11-10 11:30")
    assert "已超时 30 分" in lin.get("/enquiries").text
    later = {"at": "2026-11-10T15:00", "reason": "等技师回复"}
    assert wang.ask("/enquiries/1/promise", later).status == 200
    assert "已超时" not in lin.get("/enquiries").text
    passed = wang.submit("/enquiries/1/pass_on", {"owner": str(shop.person("李娜").id)})
    assert passed.url == "/enquiries", "it is somebody else's now"
    assert desk("李娜").submit("/enquiries/1/answer", {"answer": "质保期内免费"}).status == 200
    assert lin.ask("/enquiries/1/ask_again", {"comment": "问是否需要带发票"}).status == 200
    assert _state(shop, 1) is EnquiryState.OPEN
    assert lin.ask("/enquiries/1/answer", {"answer": "请带购车发票"}).status == 200
    assert lin.press(lin.get("/enquiries/1"), "/enquiries/1/close").status == 200
    assert _state(shop, 1) is EnquiryState.CLOSED


def test_an_enquiry_becomes_a_complaint_or_a_prospect_with_a_tap(shop: Shop, desk: Callable[[str], Desk]) -> None:
    zhao, wang = desk("赵敏"), desk("王磊")
    for more in ({}, {"owner": str(shop.person("王磊").id)}, {"name": "", "phone": ""}):
        assert zhao.ask("/enquiries/new", ASKED | more).status == 200
    zhao.press(zhao.get("/enquiries/1"), "/enquiries/1/become_complaint")
    with shop.looking() as db:
        complaint = by_number(db, Complaint, shop.actor("林芳"), 1)
        assert complaint is not None
        assert (complaint.words, complaint.phone) == (ASKED["question"], ASKED["phone"])
    assert "/complaints/1" in zhao.get("/enquiries/1").html
    assert zhao.ask("/enquiries/2/become_prospect").codes == ("E-NOT-YOURS",)
    wang.press(wang.get("/enquiries/2"), "/enquiries/2/become_prospect")
    assert "段先生" in wang.get("/prospects/1").text
    assert zhao.ask("/enquiries/3/become_complaint").codes == ("E-REQ-FIELD",)
    assert [_state(shop, number) for number in (1, 2, 3)] == [
        EnquiryState.CLOSED, EnquiryState.CLOSED, EnquiryState.OPEN,
    ]  # fmt: skip


def test_the_workshop_takes_so_many_appointments_a_day_and_says_who_came(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    with shop.database.writing(shop.store.id) as db:
        rule = Policy(
            store_id=shop.store.id, name="workshop_appointments", value=2, from_day=at("2026-11-01 09:00").date(),
            approved_at=at("2026-11-01 09:00"), owner_id=shop.person("陈静").id, number=1, since=at("2026-11-01 09:00"),
            begun_at=at("2026-11-01 09:00"), reason="",
        )  # fmt: skip
        place(rule, PolicyState.APPROVED)
        db.add(rule)
    lin, feng = desk("林芳"), desk("冯涛")
    assert lin.ask("/appointments/new", BOOKED | {"at": "2026-11-10T08:00"}).codes == ("E-SLOT-PAST",)
    assert lin.ask("/appointments/new", BOOKED | {"at": "2026-11-10T10:00", "vin": "000000"}).codes == (
        "E-VIN-UNKNOWN",
    )
    for time in ("10:00", "14:00"):
        assert lin.submit("/appointments/new", BOOKED | {"at": f"2026-11-10T{time}"}).status == 200
    full = lin.submit("/appointments/new", BOOKED | {"at": "2026-11-10T15:00"})
    assert "车间 2026年11月10日 已有 2 个预约" in full.text.replace("2026-11-10", "2026年11月10日")
    assert lin.ask("/appointments/1/move", {"at": "2026-11-10T11:00"}).status == 200, "its room is its own"
    assert "还可预约 0 台" in feng.get("/appointments").text
    assert feng.ask("/appointments/2/miss").codes == ("E-NOT-YET",)
    assert feng.press(feng.get("/appointments/1"), "/appointments/1/keep").status == 200
    feng.turn_clock("2026-11-10 16:00")
    feng.sign_in()
    assert feng.ask("/appointments/2/miss").status == 200
    with shop.looking() as db:
        states = [by_number(db, Appointment, shop.actor("冯涛"), number) for number in (1, 2)]
        assert [each.state for each in states if each] == [AppointmentState.KEPT, AppointmentState.MISSED]
    # the day's count, typed and corrected
    assert feng.submit("/workshop", {"day": "2026-11-11", "cars": 30}).status == 409
    assert feng.submit("/workshop", {"day": "2026-11-09", "cars": 31}).url == "/workshop"
    assert "13" in feng.submit("/workshop", {"day": "2026-11-09", "cars": 13}).text
    assert "31" not in feng.get("/workshop").text.split("登记台次")[-1].split("登记人员")[-1]
    # a sheet: what is wrong is named, what is known is told, nothing is written before
    head = ("日期", "进站台次")
    wrong = sheet(head, (date(2026, 11, 12), 20), (date(2026, 11, 8), -1))
    assert "未导入" in feng.submit("/imports/workshop", {"file": ("台次.xlsx", wrong)}).text
    good = sheet(head, (date(2026, 11, 9), 14), (date(2026, 11, 8), 17))
    shown = feng.submit("/imports/workshop", {"file": ("台次.xlsx", good)})
    assert "原登记台次" in shown.text
    done = feng.press(shown, shown.url)
    assert done.url == "/workshop"
    assert "合计 31" in done.text
    assert desk("赵敏").ask("/workshop", {"day": "2026-11-09", "cars": 1}).status in (403, 409)
