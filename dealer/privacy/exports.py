"""Lists as Excel sheets: each says who took it, when, and how many rows, on the sheet itself and in a list of its own.

Whatever list is exported goes through `take_out`; personal fields in it are masked as on the person's screen.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from dealer import people
from dealer.deliveries import agency
from dealer.drives import drive_lists
from dealer.engine import files
from dealer.engine.fields import Paragraph
from dealer.engine.steps import Ask, Facts, Refusal, Refused, write_down
from dealer.engine.words import SHOP_ZONE, Word, say, show
from dealer.money import money_sheets
from dealer.people import Actor, has
from dealer.privacy import masking
from dealer.prospects import card_lists
from dealer.prospects.cards import GONE
from dealer.records.customers import Contact, Customer
from dealer.records.privacy import DataRequest, Export
from dealer.records.prospects import ProspectState
from dealer.reports import care_coverage, complaint_figures, progress
from dealer.sheets.sheets import MEDIA_TYPE
from dealer.showroom import showroom
from dealer.stock import catalogue, vehicles
from dealer.trips import trip_lists

KEPT_FOR = timedelta(days=1)  # the sheet; the row about it stays
MOST_ROWS = 5_000
MOST_LISTED = 50


class Reason(Facts):
    """What the list is needed for."""

    reason: Annotated[str, Paragraph] = Field(title="What it is needed for", min_length=1, max_length=2000)


class ReasonAndDays(Reason):
    """The same, and of which days; without any the whole list."""

    first: date | None = Field(None, title="From")
    last: date | None = Field(None, title="Until")


@dataclass(frozen=True)
class Taken:
    """A list that may be taken out: by whom, its heads, and its rows as this person reads them."""

    duty: str
    title: str  # English: the key of its translation
    heads: Sequence[str]  # likewise
    rows: Callable[..., Iterable[Sequence[Any]]]  # of a database, for a person, and of some days if it asks for them
    asks: type[Reason] = Reason
    of_now: bool = False  # its rows say what is overdue: they are also given the moment


def _customers(db: Session, who: Actor) -> Iterable[Sequence[Any]]:
    query = people.scoped(select(Customer), Customer, who).options(selectinload(Customer.contacts))
    for customer in db.scalars(query.order_by(Customer.number.desc()).limit(MOST_ROWS)):
        for contact in customer.contacts or [None]:
            yield (customer.name, customer.customer_class, customer.uscc or "", *_of_contact(contact, who))


def _of_contact(contact: Contact | None, who: Actor) -> tuple[str, str]:
    if contact is None:
        return "", ""
    return contact.name, masking.phone("contact.phone", contact.phone, who)


def _drives(db: Session, who: Actor) -> Iterable[Sequence[Any]]:
    for drive in drive_lists.newest(db, who, None, MOST_ROWS)[:MOST_ROWS]:
        shown = masking.phone("drive.phone", drive.phone, who, own=drive.owner_id == who.id)
        yield (drive.number, drive.name, shown, drive.starts_at, drive.car.plate, drive.experience,
               drive.companion.name, drive.state)  # fmt: skip


def _cards(db: Session, who: Actor) -> Iterable[Sequence[Any]]:
    kept = [state for state in ProspectState if state not in GONE]
    for card in card_lists.newest(db, who, kept, most=MOST_ROWS)[:MOST_ROWS]:
        shown = masking.phone("card.phone", card.phone, who, own=card.owner_id == who.id)
        quiet = Word("Tick", "yes") if card.do_not_call else ""
        yield (card.number, card.name, shown, quiet, card.company, card.level, card.state,
               card.model.name if card.model else "", card.source, card.last_contact_at, card.next_contact_at,
               card.owner.name)  # fmt: skip


def _visits(db: Session, who: Actor) -> Iterable[Sequence[Any]]:
    for visit in showroom.newest(db, who, MOST_ROWS):
        shown = masking.phone("visit.phone", visit.phone, who, own=visit.owner_id == who.id)
        consultant = visit.consultant.name if visit.consultant else ""
        yield (visit.number, visit.kind, visit.came_at, visit.left_at, visit.heads,
               Word("Party", "first" if visit.first else "again"), visit.name, shown, visit.company, visit.purpose,
               visit.source, visit.model.name if visit.model else "", consultant, visit.result)  # fmt: skip


def _trips(db: Session, who: Actor) -> Iterable[Sequence[Any]]:
    for trip in [*trip_lists.open_ones(db, who), *trip_lists.past_ones(db, who, None, MOST_ROWS)][:MOST_ROWS]:
        plate = trip.car.plate if trip.car else ""
        yield (trip.number, trip.driver.name, plate, trip.destination, trip.purpose, trip.starts_at, trip.ends_at,
               trip.odometer_out, trip.odometer_in, trip.state)  # fmt: skip


def _stock(db: Session, who: Actor) -> Iterable[Sequence[Any]]:
    for unit in vehicles.present(db, who, MOST_ROWS):
        yield (unit.vin, unit.model.code, catalogue.full_name(unit.model), unit.colour, unit.state, unit.place,
               unit.arrived_on, unit.expected_on if unit.arrived_on is None else None,
               unit.certificate, unit.certificate_number, unit.engine_number, unit.invoice, unit.damage)  # fmt: skip


LISTS = {
    "customers": Taken(
        "keep customers", "Customers",
        ("Customer", "Customer class", "Unified social credit code", "Contact", "Phone"), _customers,
    ),
    "drives": Taken(
        "see drives", "Register of test drives",
        ("Number", "Driver's name", "Phone", "Time", "Demo car", "Drive or ride along", "Accompanied by", "State"),
        _drives,
    ),
    "complaints": Taken(
        "see all complaints", "Complaints", complaint_figures.SHEET_HEADS, complaint_figures.as_rows
    ),
    "receivables": Taken(
        "see the money", "Receivables", money_sheets.OPEN_HEADS, money_sheets.open_instalments, of_now=True
    ),
    "receipts": Taken("see the money", "Payments", money_sheets.PAYMENT_HEADS, money_sheets.payments),
    "prospects": Taken(
        "see cards", "Prospect cards",
        ("Number", "Name", "Phone", "Do not call", "Company or authority", "Level", "State", "Model", "Source",
         "Last contact", "Next contact", "Owner"),
        _cards,
    ),
    "walkins": Taken(
        "see visits", "Register of visits and calls",
        ("Number", "Visit or call", "Time in", "Time out", "People", "First or again", "Name", "Phone",
         "Company or authority", "Purpose", "Source", "Model", "Consultant", "Result"),
        _visits,
    ),
    "stock": Taken(
        "see stock", "Stock",
        ("VIN", "Model code", "Model", "Colour", "State", "Place in the yard", "Arrived on", "Expected on",
         "Certificate", "Certificate number", "Engine or motor number", "Invoice", "Damage"),
        _stock,
    ),
    "care": Taken("see all care", "Care calls", care_coverage.HEADS, care_coverage.sheet_rows, ReasonAndDays),
    "progress": Taken(
        "see sales reports", "Sales progress", (*progress.HEADS, "Person"), progress.sheet_rows, ReasonAndDays,
        of_now=True,
    ),
    "trips": Taken(
        "see all trips", "Car requests",
        ("Number", "Driver", "Car", "Where to", "Purpose of the trip", "From", "Until", "Odometer out (km)",
         "Odometer in (km)", "State"),
        _trips,
    ),
}  # fmt: skip


PERSON = "person"
ABOUT_ONE = ("Kind of record", "When", "Name", "Phone", "Other particulars", "Kept because")
FLEET = "fleet"
OF_FLEET = Taken("see contracts", "Cars of a fleet", agency.FLEET_HEADS, lambda db, who: ())
REPORT = "report"
OF_REPORT = Taken("see reports", "Report by mail", (), lambda db, who: ())
OF_ONE = Taken("guard personal data", "What is held about one person", ABOUT_ONE, lambda db, who: ())


def take_out(ask: Ask, kind: str, language: str) -> Export:
    """Make the sheet of a list, keep it for a day for whoever asked, and write down that it was taken."""
    taken, facts = LISTS[kind], ask.facts
    allowed = has(taken.duty)(None, ask)
    if isinstance(allowed, Refusal):
        raise Refused([allowed], "export")
    now = {"at": ask.at} if taken.of_now else {}
    rows = taken.rows(ask.db, ask.actor, **facts.model_dump(exclude={"reason"}), **now)
    return _keep(ask, kind, taken, [list(row) for row in rows], language, facts.reason)


def take_out_of_one(ask: Ask, rows: Sequence[Sequence[Any]], language: str, request: DataRequest) -> Export:
    """The same for what is held about one person: their copy (PIPL 45)."""
    export = _keep(ask, PERSON, OF_ONE, rows, language, "")
    export.request_id = request.id  # why it was made: told in the language of whoever reads the log
    return export


def take_out_of_fleet(ask: Ask, rows: Sequence[Sequence[Any]], language: str) -> Export:
    """The same for the cars of one contract: the list for the buyer's fleet office."""
    return _keep(ask, FLEET, OF_FLEET, rows, language, ask.facts.reason)


def _keep(ask: Ask, kind: str, taken: Taken, rows: Sequence[Sequence[Any]], language: str, reason: str) -> Export:
    export = Export(
        store_id=ask.actor.store_id, kind=kind, at=ask.at, person_id=ask.actor.id, reason=reason, rows=len(rows)
    )
    ask.db.add(export)
    ask.db.flush()
    content = sheet(taken, rows, watermark(ask, export, language), language)
    export.file_sha256 = files.keep(ask.db, export.store_id, f"{kind}.xlsx", content, ask.at, MEDIA_TYPE)
    write_down(ask, "export", export, "take_out", ask.facts)
    return export


def note_mailed(ask: Ask, figures: int) -> None:
    """A report went to its reader's mailbox: it is in the log like a list, though the reader has the workbook."""
    export = Export(
        store_id=ask.actor.store_id, kind=REPORT, at=ask.at, person_id=ask.actor.id, reason="", rows=figures
    )
    ask.db.add(export)
    ask.db.flush()
    write_down(ask, "export", export, "take_out")


def title_of(kind: str) -> str:
    """What a kind of list is called; English: the key of its translation."""
    return (LISTS | {PERSON: OF_ONE, FLEET: OF_FLEET, REPORT: OF_REPORT})[kind].title


def watermark(ask: Ask, export: Export, language: str) -> str:
    """Who took the list, when, how long it is, and which row of the log speaks of it."""
    return say(
        "Taken out by {person} on {at}, {rows} rows, {mark}: for the stated purpose only, not to be passed on.",
        language, person=ask.actor.name, at=f"{ask.at.astimezone(SHOP_ZONE):%Y-%m-%d %H:%M}", rows=export.rows,
        mark=str(export.id)[-12:],
    )  # fmt: skip


def sheet(taken: Taken, rows: Sequence[Sequence[Any]], mark: str, language: str) -> bytes:
    """The sheet: its mark above and below the rows and on every printed page; nothing in it is a formula."""
    from xlsxwriter import Workbook

    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet()
    bold, grey = book.add_format({"bold": True, "bg_color": "#EAF0FF"}), book.add_format({"font_color": "#8A4B00"})
    page.write_string(0, 0, mark, grey)
    for at, head in enumerate(taken.heads):
        page.write_string(1, at, say(head, language), bold)
        page.set_column(at, at, 20)
    for number, row in enumerate(rows, 2):
        for at, cell in enumerate(row):
            _write(page, number, at, cell, language)
    page.write_string(len(rows) + 2, 0, mark, grey)
    page.set_footer("&C&8" + mark.replace("&", "&&")[:240])
    page.freeze_panes(2, 0)
    book.set_properties({"title": say(taken.title, language), "comments": mark})
    book.close()
    return out.getvalue()


def _write(page: Any, number: int, at: int, cell: Any, language: str) -> None:
    match cell:
        case None:
            return
        case int() | Decimal():
            page.write_number(number, at, cell)
        case datetime():
            page.write_string(number, at, f"{cell.astimezone(SHOP_ZONE):%Y-%m-%d %H:%M}")
        case str() if type(cell) is str:
            page.write_string(number, at, cell)
        case _:
            page.write_string(number, at, show(cell, language))


# ── the log ───────────────────────────────────────────────────────────────────────────────────────────────────────


def mine(db: Session, who: Actor, key: UUID) -> Export | None:
    """An export that this person took themselves."""
    export = people.by_id(db, Export, who, key)
    return export if export is not None and export.person_id == who.id else None


def newest(db: Session, who: Actor) -> list[Export]:
    """Which lists left the house, newest first."""
    query = people.scoped(select(Export), Export, who).options(joinedload(Export.person), joinedload(Export.request))
    return list(db.scalars(query.order_by(Export.at.desc()).limit(MOST_LISTED)))


def forget_sheets(db: Session, store_id: UUID, at: datetime, most: int) -> int:
    """Let go of sheets older than a day; how many."""
    query = select(Export).where(
        Export.store_id == store_id, Export.file_sha256.is_not(None), Export.at < at - KEPT_FOR
    )
    old = list(db.scalars(query.order_by(Export.at).limit(most)))
    for export in old:
        files.drop(db, store_id, export.file_sha256 or "")
        export.file_sha256 = None
    return len(old)
