"""What somebody asks about their own data: found by phone or number, copied, corrected, deleted; due, and answered."""

from collections.abc import Callable
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from dealer.engine.steps import place
from dealer.records.customers import Contact
from dealer.records.privacy import DataRequest, LegalHold, RequestState
from dealer.records.prospects import Prospect, ProspectState, Visit
from dealer.records.testdrives import Incident, TestDrive
from tests.desk import Desk
from tests.drives import YANG_FAN, Yard
from tests.test_retention import only
from tests.test_retention import yard as yard  # noqa: PLC0414 - a fixture is found by its name

HE, YANG = {"name": "和先生", "phone": "13577001234"}, {"name": "杨帆", "phone": "13888880021"}
SEEN = {"identified": "到店出示身份证"}


@pytest.fixture
def office(yard: Yard, desk: Callable[[str], Desk]) -> Desk:
    """The administrator, a week later."""
    desk("许明").turn_clock("2026-11-20 09:00")
    return desk("许明")


def test_a_request_is_taken_down_at_the_desk_and_due_within_the_days_of_the_house(
    yard: Yard, office: Desk, desk: Callable[[str], Desk]
) -> None:
    reception = desk("赵敏")
    assert "请填写手机号" in reception.submit("/requests/new", {"kind": "copy", "name": "和先生"}).text
    page = reception.submit("/requests/new", HE | {"kind": "copy"})
    assert (page.url, "来店登记" in page.text, "13577001234" in page.html) == ("/requests/1", False, False)
    request = only(yard, DataRequest)
    assert (request.state, request.due_at) == (RequestState.RECEIVED, yard.when("2026-12-06 00:00"))
    assert [row.subject_id for row in yard.due("data_request")] == [request.id]
    assert reception.ask("/requests/1/answer", SEEN).codes == ("E-NOT-YOURS",)
    assert desk("王磊").get("/requests").status == 403


def test_their_copy_is_a_sheet_of_everything_held_whole(yard: Yard, office: Desk) -> None:
    office.submit("/requests/new", HE | {"kind": "copy"})
    ready = office.submit("/requests/1/copy", form_at="/requests/1")
    sheet = CalamineWorkbook.from_filelike(BytesIO(office.client.get(f"{ready.url}/file").data))
    rows = sheet.get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[2:-1]] == ["来店登记", "意向客户卡"]
    assert {row[3] for row in rows[2:-1]} == {"13577001234"}
    assert "个人信息副本" in office.get("/exports").text
    assert "请求 1：" in office.get("/exports").text
    assert "Request 1: " in office.get("/exports?lang=en").text
    office.get("/exports?lang=zh")
    office.submit("/requests/1/answer", SEEN | {"answer": "已当面交付副本"})
    assert yard.due("data_request") == []
    assert only(yard, Visit).name == "和先生", "a copy changes nothing"


def test_a_deletion_empties_what_nothing_keeps_and_names_what_stays(yard: Yard, office: Desk) -> None:
    drive = only(yard, TestDrive)
    with yard.shop.database.writing(drive.store_id) as db:
        db.add(Incident(store_id=drive.store_id, drive_id=drive.id, at=yard.when("10:20"), place="彩云北路",
                        what="与护栏刮擦", reported_by_id=yard.keys["王磊"]))  # fmt: skip
    office.submit("/requests/new", HE | {"kind": "delete"})
    office.submit("/requests/new", YANG | {"kind": "delete", "phone": "", "number": YANG_FAN})
    assert "无保留理由" in office.get("/requests/1").text
    assert "涉及事故" in office.get("/requests/2").text
    told = office.submit("/requests/1/answer", SEEN)
    assert told.text.count("无保留理由") == 2
    office.submit("/requests/2/answer", SEEN | {"answer": "事故处理完毕后删除"})
    visit, card = only(yard, Visit), only(yard, Prospect)
    assert (visit.name, visit.phone, card.name, card.phone) == ("", None, "", "#1")
    assert (only(yard, TestDrive).name, only(yard, TestDrive).number_sealed is None) == ("杨帆", False)
    with yard.shop.looking() as db:
        outcomes = {row.number: row.outcome for row in db.scalars(select(DataRequest))}
    assert [each["stays"] for each in outcomes[2] or []] == ["incident"]


def test_what_a_hold_or_a_sale_keeps_is_not_deleted(yard: Yard, office: Desk) -> None:
    office.submit("/privacy/holds/new", {"phone": "13577001234", "reason": "诉讼中"})
    office.submit("/requests/new", HE | {"kind": "delete"})
    assert office.submit("/requests/1/answer", SEEN).text.count("依法保留中") == 2
    assert only(yard, Visit).name == "和先生"
    hold = only(yard, LegalHold)
    office.submit(f"/privacy/holds/{hold.id}/lift", form_at="/privacy/retention")
    with yard.shop.database.writing(hold.store_id) as db:
        place(db.scalars(select(Prospect)).one(), ProspectState.ORDERED)
    office.submit("/requests/new", HE | {"kind": "delete"})
    assert "销售档案" in office.submit("/requests/2/answer", SEEN).text
    assert (only(yard, Prospect).name, only(yard, Visit).name) == ("和先生", "")


def test_a_wrong_name_is_put_right_everywhere_and_no_more_calls_means_none(yard: Yard, office: Desk) -> None:
    office.submit("/requests/new", HE | {"kind": "correct"})
    assert office.submit("/requests/1/answer", SEEN).status == 409
    office.submit("/requests/1/answer", SEEN | {"right_name": "何先生"})
    card = only(yard, Prospect)
    assert (only(yard, Visit).name, card.name, "he" in card.name_pinyin) == ("何先生", "何先生", True)
    office.submit("/requests/new", {"kind": "object_to_calls", "name": "段莉", "phone": "13888880031"})
    office.submit("/requests/2/answer", SEEN)
    assert only(yard, Contact).do_not_call
