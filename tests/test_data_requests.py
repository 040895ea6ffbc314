"""What somebody asks about their own data: found by phone or number, copied, corrected, deleted; due, and answered."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from dealer import workflow
from dealer.engine.history import HistoryPersonal, of_thing
from dealer.engine.steps import place
from dealer.prospects import twins
from dealer.prospects.cards import CardFacts
from dealer.prospects.prospects import new_card
from dealer.records.customers import Contact
from dealer.records.privacy import DataRequest, LegalHold, RequestState
from dealer.records.prospects import Prospect, ProspectState, Source, Visit
from dealer.records.testdrives import Incident, TestDrive
from tests.desk import Desk, Page
from tests.drives import YANG_FAN, Yard
from tests.test_retention import night, only
from tests.test_retention import yard as yard  # noqa: PLC0414 - a fixture is found by its name

HE, YANG = {"name": "和先生", "phone": "13577001234"}, {"name": "杨帆", "phone": "13888880021"}
SEEN = {"identified": "到店出示身份证", "document_name": "和丽", "reached": "true"}
TOLD = {"answer": "已处理"}
PLACES = ("/prospects/1/follow_up", "/prospects/1/messages", "/outings/new?card=1", "/prospects/1/edit")


def answered(office: Desk, number: int, told: dict[str, str] = TOLD, name: str = "和丽") -> Page:
    """Who it is first, then the answer."""
    office.submit(f"/requests/{number}/identify", SEEN | {"document_name": name})
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


def test_whoever_asks_is_whose_name_and_phone_or_number_are_held_or_reads_what_is_missing(
    yard: Yard, office: Desk
) -> None:
    def identify(number: int, **told: str) -> tuple[str, ...]:
        return office.ask(f"/requests/{number}/identify", SEEN | told).codes

    office.submit("/requests/new", HE | {"kind": "copy", "name": "杨帆"})
    refused = office.submit("/requests/1/identify", SEEN | {"document_name": "杨帆"}).text
    assert "留存信息的姓名是 和先生，请求人姓名是 杨帆。还缺：该姓名的证件" in refused
    assert "同一电话下另有姓名为 和先生 的信息" in office.get("/requests/1").text
    assert office.ask("/requests/1/copy").codes == ("E-NOT-IDENTIFIED",)
    office.submit("/requests/new", HE | {"kind": "copy"})
    assert identify(2, document_name="杨帆") == ("E-NAME-DIFFERS",)
    assert identify(2, reached="") == ("E-NOT-REACHED",)
    assert "还缺：通过 135****1234 联系到本人" in office.submit("/requests/2/identify", SEEN | {"reached": ""}).text
    assert identify(2) == ()
    office.submit("/requests/new", YANG | {"kind": "copy", "number": YANG_FAN})
    assert identify(3, document_name="杨帆", reached="") == (), "their number is held: no call is needed"
    with yard.shop.looking() as db:
        named = [each.name for each in db.scalars(select(DataRequest).order_by(DataRequest.number))]
    assert named == ["杨帆", "和丽", "杨帆"], "from now on it is of whoever the document names"
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
    answered(office, 2, {"answer": "事故处理完毕后删除"}, "杨帆")
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
    answered(office, 1, {"right_name": "何先生"}, "何丽")
    card = only(yard, Prospect)
    assert (only(yard, Visit).name, card.name, "he" in card.name_pinyin) == ("何先生", "何先生", True)
    office.submit("/requests/new", {"kind": "object_to_calls", "name": "段莉", "phone": "13888880031"})
    answered(office, 2, name="段莉")
    assert only(yard, Contact).do_not_call


def test_phone_address_and_licence_facts_are_put_right_where_they_are_held_and_the_history_keeps_the_old(
    yard: Yard, office: Desk
) -> None:
    office.submit("/requests/new", YANG | {"kind": "correct"})
    office.submit("/requests/1/identify", SEEN | {"document_name": "杨帆"})
    right = {
        "right_phone": "13888880099", "right_address": "昆明市盘龙区北京路1号", "right_classes": "c1d",
        "right_since": "2012-05-06",
    }  # fmt: skip
    assert office.ask("/requests/1/answer", {}).codes == ("E-REQ-FIELD",)
    office.submit("/requests/1/answer", TOLD | right)
    drive = only(yard, TestDrive)
    assert (drive.phone, drive.address, drive.name) == ("13888880099", "昆明市盘龙区北京路1号", "杨帆")
    assert (drive.licence_classes, drive.licence_since) == ("C1D", date(2012, 5, 6))
    with yard.shop.looking() as db:
        told = {row.action: row.facts for row in of_thing(db, drive.store_id, drive.id)}
        kept = db.scalars(select(HistoryPersonal).where(HistoryPersonal.value.is_not(None))).all()
    assert "13888880099" not in told["put_right"], "the history holds a hash, the value lies where retention empties it"
    assert told["put_right_was"] != told["put_right"]
    assert len(kept) > 8, "what stood there and what stands there, under seal"

    # a visitor's card: no licence is held, and another card's phone is not taken
    office.submit("/requests/new", HE | {"kind": "correct"})
    office.submit("/requests/2/identify", SEEN)
    assert office.ask("/requests/2/answer", {"right_classes": "C1"}).codes == ("E-NOT-HELD",)
    other = CardFacts(phone="13577009999", name="段先生", source=Source.WALK_IN)
    with yard.shop.acting("李娜", yard.when("16:00"), other) as ask:
        workflow.begin(new_card(ask), "card", ask)
    assert office.ask("/requests/2/answer", {"right_phone": "13577009999"}).codes == ("E-CARD-KNOWN",)
    office.submit("/requests/2/answer", TOLD | {"right_phone": "13577008888"})
    with yard.shop.looking() as db:
        assert {each.phone for each in db.scalars(select(Visit))} == {"13577008888"}
        assert db.scalars(select(Prospect.phone).where(Prospect.name == "和先生")).all() == ["13577008888"]


def test_an_answered_request_is_emptied_three_years_later(yard: Yard, office: Desk) -> None:
    office.submit("/requests/new", HE | {"kind": "copy", "told": "想看看"})
    answered(office, 1)
    assert night(yard, "2029-11-20 03:00").emptied.get("data_request") is None
    assert night(yard, "2029-11-21 03:00").emptied["data_request"] == 1
    request = only(yard, DataRequest)
    emptied = (request.name, request.phone, request.told, request.identified, request.answer)
    assert emptied == ("", None, "", "", "")
    assert request.state is RequestState.ANSWERED
