"""What complaints, enquiries, appointments, hand-overs and care calls hold of a person: what keeps it, how it goes.

What is about a purchase lies in the file of the sale for ten years (汽车销售管理办法); the rest has its house rules.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from dealer import people
from dealer.engine import history
from dealer.engine.steps import Ask
from dealer.people import Actor
from dealer.privacy.forgetting import forget, is_free
from dealer.records.care import CareCall, CareState
from dealer.records.complaints import Complaint, ComplaintState
from dealer.records.customers import Customer
from dealer.records.deals import GIVEN_UP, Deal
from dealer.records.deliveries import Handover
from dealer.records.enquiries import Appointment, AppointmentState, Enquiry, EnquiryState
from dealer.records.vehicles import Unit

COMPLAINT_OVER = (ComplaintState.CLOSED, ComplaintState.REJECTED)
ATTRIBUTES = {
    Handover: {"name": "receiver", "phone": "receiver_phone"},
    CareCall: {"name": "whom"},
}
"""Where a name and a phone stand in records that call them otherwise."""


def attribute(thing: Any, what: str) -> str:
    """What a record calls a name or a phone."""
    return ATTRIBUTES.get(type(thing), {}).get(what, what)


def told_by(thing: Any, what: str) -> Any:
    """The name or the phone in a record; a care call has no phone of its own (aftercalls.py)."""
    return getattr(thing, attribute(thing, what), None)


# ── what keeps it ─────────────────────────────────────────────────────────────────────────────────────────────────


def _complaint_is_of_sale() -> ColumnElement[bool]:
    """About a deal that was not given up, a car that we sold, or of a customer who has such a deal."""
    deal = or_(Deal.id == Complaint.deal_id, Deal.customer_id == Complaint.customer_id)
    return or_(Complaint.unit_id.is_not(None), exists().where(deal, Deal.state.not_in(GIVEN_UP)))


def _stays(over: bool, of_sale: bool) -> str:
    return "not_settled" if not over else "sale" if of_sale else ""


def held(db: Session, who: Actor, phone: str) -> Iterator[tuple[str, Any, datetime, str]]:
    """What has this phone: its kind, the thing, its time, why it stays."""
    for complaint in db.scalars(people.scoped(select(Complaint).where(Complaint.phone == phone), Complaint, who)):
        of_sale = db.scalar(select(_complaint_is_of_sale()).where(Complaint.id == complaint.id)) or False
        yield "complaint", complaint, complaint.begun_at, _stays(complaint.state in COMPLAINT_OVER, of_sale)
    for enquiry in db.scalars(people.scoped(select(Enquiry).where(Enquiry.phone == phone), Enquiry, who)):
        yield "enquiry", enquiry, enquiry.begun_at, _stays(enquiry.state is EnquiryState.CLOSED, False)
    for booked in db.scalars(people.scoped(select(Appointment).where(Appointment.phone == phone), Appointment, who)):
        over, of_sale = booked.state is not AppointmentState.BOOKED, booked.unit_id is not None
        yield "appointment", booked, booked.at, _stays(over, of_sale)
    handed = people.scoped(select(Handover).where(Handover.receiver_phone == phone), Handover, who)
    for handover in db.scalars(handed):
        yield "handover", handover, handover.driven_off_at, "sale"
    calls = select(CareCall).join(Handover, Handover.id == CareCall.handover_id)
    calls = calls.where(Handover.receiver_phone == phone, Handover.receiver == CareCall.whom)
    for call in db.scalars(people.scoped(calls, CareCall, who)):
        yield "care_call", call, call.due_at, "sale"


def complaints_due(store_id: UUID, before: datetime) -> ColumnElement[bool]:
    """Complaints that ended, about no purchase."""
    told = or_(Complaint.phone.is_not(None), Complaint.name != "", Complaint.words != "")
    return and_(
        Complaint.store_id == store_id, Complaint.state.in_(COMPLAINT_OVER), Complaint.since < before, told,
        ~_complaint_is_of_sale(), is_free(Complaint),
    )  # fmt: skip


def enquiries_due(store_id: UUID, before: datetime) -> ColumnElement[bool]:
    """Enquiries after which the customer asked no more."""
    told = or_(Enquiry.phone.is_not(None), Enquiry.name != "", Enquiry.question != "")
    return and_(
        Enquiry.store_id == store_id, Enquiry.state == EnquiryState.CLOSED, Enquiry.since < before, told,
        is_free(Enquiry),
    )  # fmt: skip


def appointments_due(store_id: UUID, before: datetime) -> ColumnElement[bool]:
    """Appointments that are over, of cars that others have sold."""
    return and_(
        Appointment.store_id == store_id, Appointment.state != AppointmentState.BOOKED, Appointment.at < before,
        Appointment.name != "", Appointment.unit_id.is_(None), is_free(Appointment),
    )  # fmt: skip


def in_file(db: Session, customer: Customer) -> Iterator[tuple[str, Any]]:
    """What of a customer's purchases lies here and still names somebody, for the destruction of the file."""
    deals = select(Deal.id).where(Deal.customer_id == customer.id)
    units = select(Unit.id).where(Unit.case_id.in_(deals))
    about = or_(Complaint.customer_id == customer.id, Complaint.deal_id.in_(deals), Complaint.unit_id.in_(units))
    for kind, record, theirs in (
        ("complaint", Complaint, and_(about, Complaint.words != "")),
        ("appointment", Appointment, and_(Appointment.unit_id.in_(units), Appointment.name != "")),
        ("handover", Handover, and_(Handover.unit_id.in_(units), Handover.receiver != "")),
        ("care_call", CareCall, and_(CareCall.customer_id == customer.id, CareCall.whom != "",
                                     CareCall.state != CareState.DUE)),
    ):  # fmt: skip
        yield from ((kind, each) for each in db.scalars(select(record).where(theirs)))


# ── how it goes ───────────────────────────────────────────────────────────────────────────────────────────────────


def empty_complaint(ask: Ask, complaint: Complaint) -> None:
    """That there was one, how grave, how it ended and what was learned remain; who it was and their words do not."""
    complaint.name, complaint.phone, complaint.words, complaint.wish = "", None, "", ""
    complaint.proposal = complaint.done = complaint.agreed_by = complaint.rejection = ""
    for call in complaint.calls:
        call.reason = ""
    forget(ask, "complaint", complaint)


def empty_enquiry(ask: Ask, enquiry: Enquiry) -> None:
    """That somebody asked, and when they had an answer, remains."""
    enquiry.name, enquiry.phone, enquiry.question, enquiry.answer = "", None, "", ""
    forget(ask, "enquiry", enquiry)


def empty_appointment(ask: Ask, appointment: Appointment) -> None:
    """A car that came to the workshop on a day, without whose it was."""
    appointment.name = appointment.phone = appointment.plate = appointment.remark = ""
    forget(ask, "appointment", appointment)


def empty_handover(ask: Ask, handover: Handover) -> None:
    """That a car was handed over, when and by whom; the step of the car told the receiver as well."""
    handover.receiver = handover.receiver_phone = handover.exceptions = ""
    history.forget(ask.db, handover.store_id, handover.unit_id, ask.at)
    forget(ask, "handover", handover)


def empty_call(ask: Ask, call: CareCall) -> None:
    """That a call was made and its grade; whom it reached and what they said do not."""
    call.whom = call.said = call.reason = call.action = ""
    forget(ask, "care_call", call)


EMPTIES: dict[str, Callable[[Ask, Any], None]] = {
    "complaint": empty_complaint, "enquiry": empty_enquiry, "appointment": empty_appointment,
    "handover": empty_handover, "care_call": empty_call,
}  # fmt: skip
