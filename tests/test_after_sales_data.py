"""Whoever complained, asked, booked the workshop, took a car over or was called: found, put right, emptied."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from dealer.engine.history import HistoryPersonal
from dealer.engine.steps import place
from dealer.privacy import retention
from dealer.records.care import CareCall, CareKind
from dealer.records.complaints import Complaint, ComplaintChannel, ComplaintState, Severity
from dealer.records.deliveries import Handover
from dealer.records.enquiries import Appointment, AppointmentState, Enquiry, EnquiryState, Job
from dealer.records.privacy import LegalHold, RetentionRun
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import delivered, ready
from tests.desk import Desk
from tests.test_data_requests import SEEN, TOLD, answered

DUAN, YANG = {"name": "段先生", "phone": "13577001234"}, {"name": "杨帆", "phone": "13888880021"}
RECORDS = (Complaint, Enquiry, Appointment)


def came_to_us(shop: Shop) -> None:
    """段先生, who drives a car from elsewhere, complained, asked, and brought it in; 杨帆 took a car of ours over."""
    store, who, when = shop.store.id, shop.person("林芳").id, at("2026-11-10 09:00")
    with shop.database.writing(store) as db:
        told: dict[str, Any] = {"store_id": store, "number": 1, "since": when, "begun_at": when, **DUAN}
        complaint = Complaint(**told, registered_by_id=who, channel=ComplaintChannel.PHONE, words="等了两小时",
                              severity=Severity.ORDINARY, accept_by=when, solve_by=when)  # fmt: skip
        enquiry = Enquiry(**told, owner_id=who, taken_by_id=who, channel=ComplaintChannel.PHONE, question="保养多少钱",
                          due_at=when + timedelta(hours=4))  # fmt: skip
        appointment = Appointment(**told, owner_id=who, at=when, day=when.date(), job=Job.REPAIR, plate="云A12345")
        place(complaint, ComplaintState.CLOSED)
        place(enquiry, EnquiryState.CLOSED)
        place(appointment, AppointmentState.KEPT)
        db.add_all([complaint, enquiry, appointment])
    _, cars = ready(shop, 1)
    delivered(shop, *cars)


def emptied(shop: Shop, when: str) -> dict[str, int]:
    """What the night of a day emptied."""
    retention.empty_by_night(shop.database, at(when))
    with shop.looking() as db:
        return db.scalars(select(RetentionRun).order_by(RetentionRun.day.desc())).all()[0].emptied


def kept(shop: Shop) -> list[tuple[str, str | None]]:
    """Name and phone as they stand in the three records."""
    with shop.looking() as db:
        return [(each.name, each.phone) for record in RECORDS for each in db.scalars(select(record))]


def test_what_is_done_after_a_sale_is_shown_for_a_reason_found_put_right_and_emptied(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    came_to_us(shop)
    desk("许明").turn_clock("2026-11-29 10:00")
    office, reception, boss = desk("许明"), desk("赵敏"), desk("周建国")

    # who reads a phone masked has it shown with a reason
    with shop.looking() as db:
        handover = db.scalars(select(Handover)).one()
        call = db.scalars(select(CareCall).where(CareCall.kind == CareKind.THANK_YOU)).one()
        keys = {f"complaints/{db.scalars(select(Complaint.id)).one()}": ("/complaints/1", DUAN["phone"]),
                f"enquiries/{db.scalars(select(Enquiry.id)).one()}": ("/enquiries/1", DUAN["phone"]),
                f"appointments/{db.scalars(select(Appointment.id)).one()}": ("/appointments/1", DUAN["phone"]),
                f"handovers/{handover.id}": ("/stock/1", YANG["phone"]),
                f"care/{call.id}": (f"/care/{call.number}", YANG["phone"])}  # fmt: skip
    for key, (page, phone) in keys.items():
        before = boss.get(page)
        assert (phone in before.html, f"/reveal/{key}" in before.html) == (False, True), page
        assert phone in boss.submit(f"/reveal/{key}", {"reason": "客户来电核对"}).html, page
    assert office.get("/privacy").text.count("客户来电核对") == len(keys)

    # found, and put right; what belongs to the purchase stays
    reception.submit("/requests/new", DUAN | {"kind": "correct"})
    page = office.get("/requests/1").text
    assert (page.count("无保留理由"), "投诉" in page, "咨询" in page, "服务预约" in page) == (3, True, True, True)
    answered(office, 1, TOLD | {"right_name": "段明", "right_phone": "13577005678"}, "段明")
    assert kept(shop) == [("段明", "13577005678")] * 3
    reception.submit("/requests/new", YANG | {"kind": "correct"})
    assert office.get("/requests/2").text.count("属于销售档案") == 2
    answered(office, 2, TOLD | {"right_name": "杨凡"}, "杨凡")
    with shop.looking() as db:
        assert db.scalars(select(Handover.receiver)).one() == db.get_one(CareCall, call.id).whom == "杨凡"
    reception.submit("/requests/new", YANG | {"kind": "delete", "name": "杨凡"})
    answered(office, 3, name="杨凡")
    with shop.looking() as db:
        assert db.scalars(select(Handover.receiver_phone)).one() == YANG["phone"], "ten years by law"

    # a hold keeps what its time has come for
    told = {"phone": "13577005678", "reason": "诉讼中"}
    office.submit("/privacy/holds/new", told)
    assert not set(emptied(shop, "2030-01-10 03:00")) & {"complaint", "enquiry", "appointment"}
    with shop.looking() as db:
        hold = db.scalars(select(LegalHold)).one()
    office.sign_in()  # that night the sessions of three years before went as well
    office.submit(f"/privacy/holds/{hold.id}/lift", form_at="/privacy/retention")
    done = emptied(shop, "2030-01-11 03:00")
    assert {name: done[name] for name in ("complaint", "enquiry", "appointment")} == {
        "complaint": 1, "enquiry": 1, "appointment": 1,
    }  # fmt: skip
    assert kept(shop) == [("", None), ("", None), ("", "")]
    assert emptied(shop, "2030-01-12 03:00") == {}
    boss.sign_in()
    for page in ("/complaints/1", "/enquiries/1", "/appointments/1"):
        assert boss.get(page).status == 200, "it is still counted, without who it was"


def test_a_request_to_be_deleted_empties_an_enquiry_at_once_and_its_history(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    reception, office = desk("赵敏"), desk("许明")
    assert reception.ask("/enquiries/new", DUAN | {"question": "保养多少钱"}).status == 200
    reception.submit("/requests/new", DUAN | {"kind": "delete"})
    office.submit("/requests/1/identify", SEEN | {"document_name": "段先生"})
    assert "尚未办结" in office.get("/requests/1").text
    with shop.database.writing(shop.store.id) as db:
        place(db.scalars(select(Enquiry)).one(), EnquiryState.CLOSED)
    office.submit("/requests/1/answer", TOLD)
    with shop.looking() as db:
        enquiry = db.scalars(select(Enquiry)).one()
        left = db.scalars(select(HistoryPersonal.field).where(HistoryPersonal.value.is_not(None))).all()
    assert (enquiry.name, enquiry.phone, enquiry.question) == ("", None, "")
    assert "question" not in left
