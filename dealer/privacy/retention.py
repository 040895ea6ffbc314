"""Retention: each night it empties what its time has come for, and writes down what it did.

Periods are house rules with a date. A thing stays, its state and figures with it; what tells who it was goes, here and
in the history, where a keyed hash remains. Each batch is a transaction of its own that looks again: a run that stops in
the middle goes on where it stopped, and one that runs twice finds nothing left.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from dealer import people
from dealer.engine.calendar import add_months
from dealer.engine.database import Database, calendar_of
from dealer.engine.jobs import every_minute
from dealer.engine.steps import Ask, write_down
from dealer.house.policies import policy
from dealer.market import outside_contacts
from dealer.privacy import after_sales_data, exports, staff_data
from dealer.privacy.forgetting import forget, is_free
from dealer.prospects import emptied_cards
from dealer.prospects.cards import describe
from dealer.prospects.prospects import LIVE, PROSPECTS
from dealer.records.complaints import Complaint
from dealer.records.customers import Contact, Customer
from dealer.records.deals import GIVEN_UP, Deal, DealState
from dealer.records.enquiries import Appointment, Enquiry
from dealer.records.market import OutsideContact
from dealer.records.oem import Filing
from dealer.records.people import SignedIn, Store
from dealer.records.privacy import DataRequest, NoticeTold, RequestState, RetentionRun
from dealer.records.prospects import FollowUp, Prospect, ProspectState, Visit, VisitState
from dealer.records.signing_in import SignInEvent
from dealer.records.staffing import Leave
from dealer.records.testdrives import DriveState, Incident, TestDrive
from dealer.records.vehicles import Unit

log = logging.getLogger(__name__)

BEGINS_AT = "02:00"
BATCH = 50
OVER = (*GIVEN_UP, DealState.CLOSED)
BOUGHT = (ProspectState.ORDERED, ProspectState.OWNER)
UNDER_WAY = (DriveState.REQUESTED, DriveState.BOOKED, DriveState.VERIFIED, DriveState.IN_PROGRESS)
GIVEN_UP_CARDS = (ProspectState.LOST, ProspectState.FROZEN, ProspectState.UNCONTACTABLE)

# ── emptying one thing ────────────────────────────────────────────────────────────────────────────────────────────


def empty_licence(ask: Ask, drive: TestDrive) -> None:
    """Of the licence number the masked form remains, so that the drive can still be told from others."""
    drive.number_sealed = drive.number_hash = drive.number_tail = drive.birth = None
    write_down(ask, "drive", drive, "erase_licence")


def empty_driver(ask: Ask, drive: TestDrive) -> None:
    """Nobody can tell any more who drove; that there was a drive, with which car and when, remains."""
    drive.number_sealed = drive.number_hash = drive.number_tail = drive.number_masked = drive.birth = None
    drive.name, drive.phone = "", ""
    drive.occupation = drive.address = drive.customer_link = ""
    forget(ask, "drive", drive)


def empty_visit(ask: Ask, visit: Visit) -> None:
    """A party that came, without who it was: the figures of the day stay as they are."""
    visit.name, visit.phone, visit.company, visit.area, visit.remark, visit.result = "", None, "", "", "", ""
    forget(ask, "visit", visit)


def empty_card(ask: Ask, card: Prospect) -> None:
    """A prospect that was, without who it was; it leaves the daily work, unless it went into another card before."""
    describe(card, "", emptied_cards.placeholder(card), "")
    card.uscc = None
    card.loss_remark = card.freeze_reason = ""
    for contact in ask.db.scalars(select(FollowUp).where(FollowUp.prospect_id == card.id)):
        contact.what = ""
    forget(ask, "prospect", card)
    if card.state is not ProspectState.MERGED:
        PROSPECTS.advance(card, "end_emptied", Ask(ask.db, people.system(card.store_id), ask.at))


def empty_contact(ask: Ask, contact: Contact) -> None:
    """A contact of a customer, without name and phone; nor does a filing say any more how to reach them."""
    contact.name, contact.phone, contact.post = "", None, ""
    for filing in ask.db.scalars(select(Filing).where(Filing.contact_id == contact.id)):
        filing.landline = filing.fax = filing.email = ""
    forget(ask, "contact", contact)


def empty_request(ask: Ask, request: DataRequest) -> None:
    """That somebody asked, for what and when they had an answer remains; who it was does not."""
    request.name, request.phone, request.number_hash = "", None, None
    request.told = request.identified = request.answer = ""
    forget(ask, "data_request", request)


def empty_notice(ask: Ask, told: NoticeTold) -> None:
    """That somebody was told, when and by whom remains; who it was does not."""
    told.subject_id = told.phone = None


# ── whose time has come ───────────────────────────────────────────────────────────────────────────────────────────


def _licences(store_id: UUID, before: datetime) -> ColumnElement[bool]:
    """Test drives without a sale and without an incident, whose number still lies under seal."""
    sold = exists().where(Deal.id == TestDrive.deal_id, Deal.state.not_in(GIVEN_UP))
    bought = exists().where(Prospect.id == TestDrive.prospect_id, Prospect.state.in_(BOUGHT))
    locked = exists().where(Incident.drive_id == TestDrive.id)
    return and_(
        TestDrive.store_id == store_id, TestDrive.number_sealed.is_not(None), TestDrive.state.not_in(UNDER_WAY),
        TestDrive.starts_at < before, ~sold, ~bought, ~locked, is_free(TestDrive),
    )  # fmt: skip


def _visits(store_id: UUID, before: datetime) -> ColumnElement[bool]:
    """Visits that led to nothing: no deal, no customer, no card that is still worked with or has bought."""
    live = exists().where(Prospect.id == Visit.prospect_id, Prospect.state.not_in(GIVEN_UP_CARDS))
    return and_(
        Visit.store_id == store_id, Visit.state == VisitState.LEFT, Visit.came_at < before, Visit.deal_id.is_(None),
        Visit.customer_id.is_(None), or_(Visit.phone.is_not(None), Visit.name != ""), ~live, is_free(Visit),
    )  # fmt: skip


def _cards(store_id: UUID, before: datetime) -> ColumnElement[bool]:
    """Cards that were given up or rest, without a deal or a customer; and those once emptied yet still worked with."""
    had_its_time = and_(
        Prospect.state.in_(GIVEN_UP_CARDS), Prospect.since < before, Prospect.deal_id.is_(None),
        Prospect.customer_id.is_(None), is_free(Prospect),
    )  # fmt: skip
    without_data = and_(Prospect.state.in_((*LIVE, ProspectState.LOST_PENDING, *GIVEN_UP_CARDS)),
                        Prospect.name == "", Prospect.phone.startswith("#"))  # fmt: skip
    return and_(Prospect.store_id == store_id, or_(had_its_time, without_data))


def _contacts(store_id: UUID, before: datetime) -> ColumnElement[bool]:
    """Contacts of customers who bought nothing, and whose last deal ended that long ago."""
    theirs = aliased(Deal)
    open_or_younger = exists().where(
        theirs.customer_id == Contact.customer_id, or_(theirs.state.not_in(OVER), theirs.since >= before)
    )
    young = exists().where(Customer.id == Contact.customer_id, Customer.since >= before)
    unnamed = and_(Contact.store_id == store_id, Contact.name != "", ~open_or_younger, ~young, is_free(Contact))
    # Who has bought is not emptied by itself: such a file is listed, and two people decide (sales_files.py).
    bought = exists().where(theirs.customer_id == Contact.customer_id, Unit.case_id == theirs.id,
                            Unit.delivered_at.is_not(None))  # fmt: skip
    return and_(unnamed, ~bought)


def _requests(store_id: UUID, before: datetime) -> ColumnElement[bool]:
    """Requests about their own data, once answered."""
    return and_(
        DataRequest.store_id == store_id, DataRequest.state == RequestState.ANSWERED, DataRequest.answered_at < before,
        DataRequest.name != "", is_free(DataRequest),
    )  # fmt: skip


def _notices(store_id: UUID, before: datetime) -> ColumnElement[bool]:
    """Rows that say who was told what becomes of their data; those of a drive with an incident stay with its papers."""
    locked = exists().where(Incident.drive_id == NoticeTold.subject_id)
    return and_(
        NoticeTold.store_id == store_id, NoticeTold.at < before, NoticeTold.subject_id.is_not(None), ~locked,
        is_free(NoticeTold),
    )  # fmt: skip


@dataclass(frozen=True)
class Keeping:
    """One rule of retention: what, how long (a house rule), what happens to it then."""

    name: str
    policy: str
    months: int  # of one unit of the house rule
    record: type[Any]
    is_due: Callable[[UUID, datetime], ColumnElement[bool]]
    empty: Callable[[Ask, Any], None]


#           name              house rule             unit  table      whose time has come  what happens
KEEPINGS = (
    Keeping("licence_number", "keep_licence_months", 1,    TestDrive, _licences,           empty_licence),
    Keeping("visit",          "keep_visit_months",   1,    Visit,     _visits,             empty_visit),
    Keeping("card",           "keep_card_months",    1,    Prospect,  _cards,              empty_card),
    Keeping("sales_contact",  "keep_sales_years",    12,   Contact,   _contacts,           empty_contact),
    Keeping("data_request",   "keep_request_months", 1,    DataRequest, _requests,         empty_request),
    Keeping("notice",         "keep_notice_months",  1,    NoticeTold, _notices,           empty_notice),
    Keeping("complaint",      "keep_complaint_months", 1,  Complaint, after_sales_data.complaints_due,
            after_sales_data.empty_complaint),
    Keeping("enquiry",        "keep_enquiry_months", 1,    Enquiry, after_sales_data.enquiries_due,
            after_sales_data.empty_enquiry),
    Keeping("appointment",    "keep_enquiry_months", 1,    Appointment, after_sales_data.appointments_due,
            after_sales_data.empty_appointment),
    Keeping("outside_contact", "keep_outside_months", 1,   OutsideContact, outside_contacts.due_to_be_emptied,
            outside_contacts.empty),
    Keeping("leave",          "keep_leave_months",   1,    Leave, staff_data.leaves_due, staff_data.empty_leave),
    Keeping("sign_in",        "keep_sign_in_months", 1,    SignInEvent, staff_data.sign_ins_due, staff_data.drop),
    Keeping("session",        "keep_sign_in_months", 1,    SignedIn, staff_data.sessions_due, staff_data.drop),
)  # fmt: skip
SHEETS = "export_sheet"


def limit(db: Session, store_id: UUID, keeping: Keeping, today: date) -> datetime:
    """What is older than this has had its time."""
    units = policy(db, store_id, keeping.policy, today)
    return calendar_of(db).start_of(add_months(today, -units * keeping.months))


def due(db: Session, store_id: UUID, keeping: Keeping, today: date, most: int) -> Sequence[Any]:
    """Things whose time has come, oldest first."""
    query = select(keeping.record).where(keeping.is_due(store_id, limit(db, store_id, keeping, today)))
    return db.scalars(query.order_by(keeping.record.id).limit(most)).all()


# ── the night's work ──────────────────────────────────────────────────────────────────────────────────────────────


@every_minute
def empty_by_night(database: Database, at: datetime) -> None:
    """From two o'clock on, once a night and shop; a run that was broken off goes on."""
    with database.reading() as db:
        calendar = calendar_of(db)
        today = calendar.today(at)
        if at < calendar.at(today, BEGINS_AT):
            return
        waiting = [store_id for store_id in db.scalars(select(Store.id)) if not _is_done(db, store_id, today)]
    for store_id in waiting:
        try:
            run(database, store_id, at)
        except Exception:  # one shop's trouble is not another's; the run stays unfinished and is taken up again
            log.exception("retention of shop %s stopped", store_id)


def _is_done(db: Session, store_id: UUID, today: date) -> bool:
    query = select(RetentionRun.id).where(RetentionRun.store_id == store_id, RetentionRun.day == today)
    return db.scalar(query.where(RetentionRun.finished_at.is_not(None))) is not None


def run(database: Database, store_id: UUID, at: datetime) -> None:
    """One shop's night: batch after batch, each in a transaction of its own."""
    for keeping in KEEPINGS:
        while _batch(database, store_id, at, keeping) == BATCH:
            pass
    with database.writing(store_id) as db:
        night = _night(db, store_id, at)
        _count(night, SHEETS, exports.forget_sheets(db, store_id, at, BATCH * BATCH))
        night.finished_at = at


def _batch(database: Database, store_id: UUID, at: datetime, keeping: Keeping) -> int:
    with database.writing(store_id) as db:
        ask, night = Ask(db, people.system(store_id), at), _night(db, store_id, at)
        found = due(db, store_id, keeping, ask.today, BATCH)
        for thing in found:
            keeping.empty(ask, thing)
        _count(night, keeping.name, len(found))
        return len(found)


def _night(db: Session, store_id: UUID, at: datetime) -> RetentionRun:
    """Tonight's row, begun by whoever comes first."""
    today = calendar_of(db).today(at)
    query = select(RetentionRun).where(RetentionRun.store_id == store_id, RetentionRun.day == today)
    night = db.scalars(query).first()
    if night is None:
        night = RetentionRun(store_id=store_id, day=today, begun_at=at, emptied={})
        db.add(night)
        db.flush()
    return night


def _count(night: RetentionRun, name: str, more: int) -> None:
    if more:
        night.emptied = night.emptied | {name: night.emptied.get(name, 0) + more}
