"""What somebody asks about their own data: found by phone or number, copied, corrected, deleted; due, and answered."""

from collections.abc import Callable
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from dealer import twins
from dealer.engine.steps import place
from dealer.records.customers import Contact
from dealer.records.privacy import DataRequest, LegalHold, RequestState
from dealer.records.prospects import Prospect, ProspectState, Visit
from dealer.records.testdrives import Incident, TestDrive
from tests.desk import Desk, Page
from tests.drives import YANG_FAN, Yard
from tests.test_retention import only
from tests.test_retention import yard as yard  # noqa: PLC0414 - a fixture is found by its name

HE, YANG = {"name": "和先生", "phone": "13577001234"}, {"name": "杨帆", "phone": "13888880021"}
SEEN = {"identified": "到店出示身份证"}
TOLD = {"answer": "已处理"}
PLACES = ("/prospects/1/follow_up", "/prospects/1/messages", "/outings/new?card=1", "/prospects/1/edit")


def answered(office: Desk, number: int, told: dict[str, str] = TOLD) -> Page:
    """Who it is first, then the answer."""
    office.submit(f"/requests/{number}/identify", SEEN)
    return office.submit(f"/requests/{number}/answer", told)


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
    assert reception.ask("/requests/1/answer", TOLD).codes == ("E-NOT-YOURS",)
    assert desk("王磊").get("/requests").status == 403


def test_their_copy_is_a_sheet_of_everything_held_whole(yard: Yard, office: Desk) -> None:
    office.submit("/requests/new", HE | {"kind": "copy"})
    assert office.ask("/requests/1/copy").codes == ("E-NOT-IDENTIFIED",)
    office.submit("/requests/1/identify", SEEN)
    ready = office.submit("/requests/1/copy", form_at="/requests/1")
    sheet = CalamineWorkbook.from_filelike(BytesIO(office.client.get(f"{ready.url}/file").data))
    rows = sheet.get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[2:-1]] == ["来店登记", "意向客户卡"]
    assert {row[3] for row in rows[2:-1]} == {"13577001234"}
    assert "个人信息副本" in office.get("/exports").text
    assert "请求 1：" in office.get("/exports").text
    assert "Request 1: " in office.get("/exports?lang=en").text
    office.get("/exports?lang=zh")
    office.submit("/requests/1/answer", {"answer": "已当面交付副本"})
    assert office.ask("/requests/1/copy").codes == ("E-STATE",)
    assert yard.due("data_request") == []
    assert only(yard, Visit).name == "和先生", "a copy changes nothing"


def test_what_is_held_under_another_name_is_given_out_only_with_words_for_it(yard: Yard, office: Desk) -> None:
    office.submit("/requests/new", HE | {"kind": "copy", "name": "杨帆"})
    assert "留存信息的姓名是 和先生，请求人姓名是 杨帆" in office.submit("/requests/1/identify", SEEN).text
    assert office.ask("/requests/1/copy").codes == ("E-NOT-IDENTIFIED",)
    office.submit("/requests/1/identify", SEEN | {"other_name": "原用友人手机号登记，友人当面确认"})
    assert only(yard, DataRequest).identified == SEEN["identified"]
    assert twins.called_alike("和先生", "和丽")
    assert not twins.called_alike("和先生", "杨先生")


def test_whoever_took_a_deletion_down_does_not_carry_it_out(
    yard: Yard, office: Desk, desk: Callable[[str], Desk]
) -> None:
    office.submit("/requests/new", HE | {"kind": "delete"})
    office.submit("/requests/1/identify", SEEN)
    assert office.ask("/requests/1/answer", TOLD).codes == ("E-SELF-APPROVE",)
    assert desk("周建国").submit("/requests/1/answer", TOLD).text.count("无保留理由") == 2


def test_an_emptied_card_leaves_the_days_work_and_takes_nobody_in(
    yard: Yard, office: Desk, desk: Callable[[str], Desk]
) -> None:
    with yard.shop.database.writing(yard.shop.store.id) as db:
        place(db.scalars(select(Prospect)).one(), ProspectState.CARDED)
    assert yard.due("contact_prospect")
    desk("赵敏").submit("/requests/new", HE | {"kind": "delete"})
    answered(office, 1)
    card = only(yard, Prospect)
    assert (card.state, card.next_contact_at, yard.due("contact_prospect")) == (ProspectState.ERASED, None, [])
    wang = desk("王磊")
    page = wang.get("/prospects/1")
    assert "本卡客户数据已于 11-20 删除" in page.text
    assert [each for each in PLACES if each in page.html] == []
    assert wang.get("/prospects/1/messages").url == "/prospects/1"
    assert 'href="/prospects/1"' not in wang.get("/prospects").html + wang.get("/today").html
    assert wang.ask("/prospects/1/edit", {"phone": "13577005678", "name": "和", "source": "walk_in"}).codes == (
        "E-CARD-EMPTIED",
    )
    wang.submit("/prospects/new", {"phone": "13577005678", "name": "和丽", "source": "walk_in"})
    told = {"into": "1", "owner": str(card.owner_id), "reason": "同一人"}
    assert wang.ask("/prospects/2/merge", told).codes == ("E-MERGE-EMPTIED",)


def test_a_deletion_empties_what_nothing_keeps_and_names_what_stays(
    yard: Yard, office: Desk, desk: Callable[[str], Desk]
) -> None:
    drive = only(yard, TestDrive)
    with yard.shop.database.writing(drive.store_id) as db:
        db.add(Incident(store_id=drive.store_id, drive_id=drive.id, at=yard.when("10:20"), place="彩云北路",
                        what="与护栏刮擦", reported_by_id=yard.keys["王磊"]))  # fmt: skip
    desk("赵敏").submit("/requests/new", HE | {"kind": "delete"})
    desk("赵敏").submit("/requests/new", YANG | {"kind": "delete", "phone": "", "number": YANG_FAN})
    assert "无保留理由" in office.get("/requests/1").text
    assert "涉及事故" in office.get("/requests/2").text
    told = answered(office, 1)
    assert told.text.count("无保留理由") == 2
    answered(office, 2, {"answer": "事故处理完毕后删除"})
    visit, card = only(yard, Visit), only(yard, Prospect)
    assert (visit.name, visit.phone, card.name, card.phone) == ("", None, "", "#1")
    assert (only(yard, TestDrive).name, only(yard, TestDrive).number_sealed is None) == ("杨帆", False)
    with yard.shop.looking() as db:
        outcomes = {row.number: row.outcome for row in db.scalars(select(DataRequest))}
    assert [each["stays"] for each in outcomes[2] or []] == ["incident"]


def test_what_a_hold_or_a_sale_keeps_is_not_deleted(yard: Yard, office: Desk, desk: Callable[[str], Desk]) -> None:
    office.submit("/privacy/holds/new", {"phone": "13577001234", "reason": "诉讼中"})
    desk("赵敏").submit("/requests/new", HE | {"kind": "delete"})
    assert answered(office, 1).text.count("依法保留中") == 2
    assert only(yard, Visit).name == "和先生"
    hold = only(yard, LegalHold)
    office.submit(f"/privacy/holds/{hold.id}/lift", form_at="/privacy/retention")
    with yard.shop.database.writing(hold.store_id) as db:
        place(db.scalars(select(Prospect)).one(), ProspectState.ORDERED)
    desk("赵敏").submit("/requests/new", HE | {"kind": "delete"})
    assert "销售档案" in answered(office, 2).text
    assert (only(yard, Prospect).name, only(yard, Visit).name) == ("和先生", "")


def test_a_wrong_name_is_put_right_everywhere_and_no_more_calls_means_none(yard: Yard, office: Desk) -> None:
    office.submit("/requests/new", HE | {"kind": "correct"})
    assert answered(office, 1).status == 409
    answered(office, 1, {"right_name": "何先生"})
    card = only(yard, Prospect)
    assert (only(yard, Visit).name, card.name, "he" in card.name_pinyin) == ("何先生", "何先生", True)
    office.submit("/requests/new", {"kind": "object_to_calls", "name": "段莉", "phone": "13888880031"})
    answered(office, 2)
    assert only(yard, Contact).do_not_call
