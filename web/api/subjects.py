"""The subjects of the API: a row says which things it is about, which scopes open them, and how one is told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import g

from dealer.integrations.scopes import Scope
from dealer.prices import pricing
from dealer.privacy import masking, reveals
from dealer.privacy.after_sales_data import told_by
from dealer.records.contracts import Contract
from dealer.records.customers import Contact, CustomerClass
from dealer.records.deals import Deal
from dealer.records.prospects import Visit
from dealer.records.quotations import PriceException, Quotation
from dealer.records.testdrives import TestDrive
from dealer.records.vehicles import Unit
from web.api import answers
from web.api.answers import Reached, Thing, yuan
from web.approvals import approvals
from web.asking import looking, me
from web.contracts import contracts
from web.deals import deals
from web.drives import drives
from web.quotations import quotations
from web.showroom import walkins
from web.steps import Kind
from web.stock import stock

S = Scope
HOME = "/api/v1"


@dataclass(frozen=True)
class Subject:
    """Things of a kind, under /api/v1/<name>."""

    name: str
    kind: Kind
    answer: type[Thing]
    tell: Callable[[Any], dict[str, Any]]  # what it says beside what every thing says
    read: Scope
    step: Scope | None = None  # None: nobody's program moves these
    person: Callable[[Any], Any] = lambda thing: None  # who of the customer's stands masked in it
    masked: str = ""  # what the history calls that person's row

    def url(self, thing: Any) -> str:
        """Its address here."""
        return f"{HOME}/{self.name}/{thing.number}"

    def told(self, thing: Any) -> Thing:
        """A thing as an answer tells it."""
        return self.answer.model_validate(
            {
                "number": thing.number, "state": str(thing.state.value), "version": thing.version,
                "since": thing.since, "begun_at": thing.begun_at, "deal": _deal_of(thing), "url": self.url(thing),
            } | self.tell(thing)
        )  # fmt: skip


def _deal_of(thing: Any) -> int | None:
    deal = looking().get(Deal, thing.case_id) if thing.case_id else None
    return deal.number if deal is not None else None


# ── people at a customer's ────────────────────────────────────────────────────────────────────────────────────────


def _reached(thing: Any, field: str, name: str | None, phone: str | None) -> Reached:
    """As the mask table says, and their name likewise: whole for some minutes after a reveal."""
    shown = reveals.is_shown(looking(), me(), thing, g.now)
    name = name or ""
    return Reached(
        name=name if shown or not name else f"{name[:1]}**",
        phone=masking.phone(field, phone, me(), revealed=shown) if phone else "",
        masked=not shown,
    )


def _contact(deal: Deal) -> Contact | None:
    return looking().get(Contact, deal.contact_id) if deal.contact_id else None


def _customer(deal: Deal) -> str:
    """The name of a company is no personal data; that of somebody who buys for themselves is."""
    contact, customer = _contact(deal), deal.customer
    private = customer.customer_class is CustomerClass.INDIVIDUAL
    shown = contact is not None and reveals.is_shown(looking(), me(), contact, g.now)
    return f"{customer.name[:1]}**" if private and not shown else customer.name


# ── how one is told ───────────────────────────────────────────────────────────────────────────────────────────────


def _deal(deal: Deal) -> dict[str, Any]:
    contact = _contact(deal)
    return {
        "code": deals.code_of(deal), "title": deal.title, "customer": _customer(deal),
        "customer_class": deal.customer.customer_class.value, "uscc": deal.customer.uscc, "owner": deal.owner.name,
        "contact": _reached(contact, "contact.phone", contact.name, contact.phone) if contact else None,
    }  # fmt: skip


def _quotation(quotation: Quotation) -> dict[str, Any]:
    lines = [
        {"position": line.position, "model": line.model.code, "name": line.model.name, "colour": line.colour,
         "quantity": line.quantity, "unit_price": yuan(line.unit_price), "optional": line.optional}
        for line in quotation.lines
    ]  # fmt: skip
    return {
        "revision": quotation.revision, "valid_until": quotation.valid_until, "lines": lines,
        "total": yuan(pricing.totals(quotation).total),
    }  # fmt: skip


def _contract(contract: Contract) -> dict[str, Any]:
    return {
        "code": contract.code, "kind": contract.kind.value, "total": yuan(contract.total),
        "issued_on": contract.issued_on, "effective_on": contract.effective_on,
        "paper": contract.pdf_sha256 is not None,
    }  # fmt: skip


def _exception(exception: PriceException) -> dict[str, Any]:
    return {
        "quotation": exception.quotation.number, "tier": exception.tier.value, "quantity": exception.quantity,
        "net_total": yuan(exception.net_total), "approved_total": yuan(exception.approved_total),
        "valid_until": exception.valid_until,
    }  # fmt: skip


def _drive(drive: TestDrive) -> dict[str, Any]:
    return {
        "starts_at": drive.starts_at, "ends_at": drive.ends_at, "car": drive.car.plate,
        "companion": drive.companion.name, "driver": _reached(drive, "drive.phone", drive.name, drive.phone),
    }  # fmt: skip


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "vin": unit.vin, "model": unit.model.code, "colour": unit.colour, "place": unit.place,
        "expected_on": unit.expected_on, "arrived_on": unit.arrived_on,
    }  # fmt: skip


def _visit(visit: Visit) -> dict[str, Any]:
    return {
        "kind": visit.kind.value, "came_at": visit.came_at, "left_at": visit.left_at, "heads": visit.heads,
        "purpose": visit.purpose.value, "source": visit.source.value,
        "consultant": visit.consultant.name if visit.consultant else None,
        "party": _reached(visit, "visit.phone", visit.name, visit.phone),
    }  # fmt: skip


def _itself(thing: Any) -> Any:
    return thing if told_by(thing, "phone") else None


# fmt: off
SUBJECTS = (
    #       name         whose steps       answer                   told by     read               step
    Subject("deals",      deals.KIND,      answers.DealAnswer,      _deal,      S.READ_DEALS,      S.STEP_DEALS,
            _contact, "contact"),
    Subject("quotations", quotations.KIND, answers.QuotationAnswer, _quotation, S.READ_QUOTATIONS, S.STEP_QUOTATIONS),
    Subject("exceptions", approvals.KIND,  answers.ExceptionAnswer, _exception, S.READ_EXCEPTIONS),
    Subject("contracts",  contracts.KIND,  answers.ContractAnswer,  _contract,  S.READ_CONTRACTS),
    Subject("drives",     drives.KIND,     answers.DriveAnswer,     _drive,     S.READ_DRIVES,     S.STEP_DRIVES,
            _itself, "drive"),
    Subject("units",      stock.KIND,      answers.UnitAnswer,      _unit,      S.READ_UNITS,      S.STEP_UNITS),
    Subject("visits",     walkins.KIND,    answers.VisitAnswer,     _visit,     S.READ_VISITS,     S.WRITE_VISITS,
            _itself, "visit"),
)
# fmt: on
