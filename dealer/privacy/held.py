"""What is held about one person, found by phone or by the number of an ID or a licence; what of it stays, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dealer import people
from dealer.drives.drive_lists import incidents_of
from dealer.market import outside_contacts
from dealer.people import Actor
from dealer.privacy import after_sales_data, holds
from dealer.privacy.after_sales_data import told_by
from dealer.privacy.retention import BOUGHT, UNDER_WAY
from dealer.records.customers import Contact
from dealer.records.deals import GIVEN_UP, Deal
from dealer.records.prospects import Prospect, Visit
from dealer.records.testdrives import TestDrive


@dataclass(frozen=True)
class Held:
    """One thing that speaks of the person, and why it must stay: a reason's code, or nothing."""

    kind: str  # visit, card, drive, contact, complaint, enquiry, appointment, handover, care_call, outside_contact
    thing: Any
    at: datetime
    stays: str = ""

    @property
    def name(self) -> str:
        """Whom it names."""
        return str(told_by(self.thing, "name") or "")

    @property
    def phone(self) -> str:
        """The phone that stands in it."""
        return str(told_by(self.thing, "phone") or "")


def find(db: Session, who: Actor, phone: str | None, number_hash: str | None = None) -> list[Held]:
    """Everything held about whoever has this phone, or a number of this keyed hash; by its time."""
    held = "" if phone is None or holds.on(db, who.store_id, phone) is None else "legal_hold"
    found = [*_visits(db, who, phone), *_cards(db, who, phone), *_drives(db, who, phone, number_hash),
             *_contacts(db, who, phone), *_after_sales(db, who, phone)]  # fmt: skip
    return sorted(
        (Held(each.kind, each.thing, each.at, held or each.stays) for each in found), key=lambda each: each.at
    )


def _visits(db: Session, who: Actor, phone: str | None) -> Iterator[Held]:
    if phone is None:
        return
    for visit in db.scalars(people.scoped(select(Visit).where(Visit.phone == phone), Visit, who)):
        yield Held("visit", visit, visit.came_at, _of_sale(db, visit.deal_id))


def _cards(db: Session, who: Actor, phone: str | None) -> Iterator[Held]:
    if phone is None:
        return
    for card in db.scalars(people.scoped(select(Prospect).where(Prospect.phone == phone), Prospect, who)):
        yield Held("card", card, card.begun_at, "sale" if card.state in BOUGHT else _of_sale(db, card.deal_id))


def _drives(db: Session, who: Actor, phone: str | None, number_hash: str | None) -> Iterator[Held]:
    theirs = []
    if phone is not None:
        theirs.append(TestDrive.phone == phone)
    if number_hash is not None:
        theirs.append(TestDrive.number_hash == number_hash)
    for drive in db.scalars(people.scoped(select(TestDrive).where(or_(*theirs)), TestDrive, who)):
        yield Held("drive", drive, drive.starts_at, _why_drive_stays(db, drive))


def _why_drive_stays(db: Session, drive: TestDrive) -> str:
    if drive.state in UNDER_WAY:
        return "under_way"
    return "incident" if incidents_of(db, drive) else _of_sale(db, drive.deal_id)


def _contacts(db: Session, who: Actor, phone: str | None) -> Iterator[Held]:
    if phone is None:
        return
    for contact in db.scalars(people.scoped(select(Contact).where(Contact.phone == phone), Contact, who)):
        query = select(Deal.id).where(Deal.customer_id == contact.customer_id, Deal.state.not_in(GIVEN_UP)).limit(1)
        yield Held("contact", contact, contact.customer.since, "sale" if db.scalar(query) else "")


def _after_sales(db: Session, who: Actor, phone: str | None) -> Iterator[Held]:
    if phone is not None:
        yield from (Held(*found) for found in after_sales_data.held(db, who, phone))
        yield from (Held(*found) for found in outside_contacts.held(db, who, phone))


def _of_sale(db: Session, deal_id: Any) -> str:
    """The file of a sale stays ten years (汽车销售管理办法); that of a deal which is still open as well."""
    deal = db.get(Deal, deal_id) if deal_id else None
    return "sale" if deal is not None and deal.state not in GIVEN_UP else ""
