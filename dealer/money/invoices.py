"""Invoices: one per car, to whom the contract has invoiced, over the contract price.

What the tax software issued is recorded here as a fact of the car. A wrong invoice is ended by a red letter (红冲)
before another is issued; neither is ever deleted. Amounts are fen.
"""

from datetime import date
from fractions import Fraction
from typing import Annotated, NamedTuple

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer.contracts.in_force import text_for
from dealer.engine.amounts import vat_of
from dealer.engine.database import sum_of
from dealer.engine.fields import Money, Paragraph
from dealer.engine.steps import Ask, Facts, Refusal, no, on_facts
from dealer.engine.words import Yuan
from dealer.house.policies import policy
from dealer.records.contracts import Contract, ContractLine, PartyRole
from dealer.records.money import Invoice
from dealer.records.people import Role
from dealer.records.vehicles import InvoiceState, Unit

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────

InvoiceNumber = Annotated[str, Field(pattern=r"^[0-9]{8,20}$", max_length=20)]  # 8 digits on paper, 20 when digital


class NewInvoice(Facts):
    """The invoice of a car, as it was issued."""

    number: InvoiceNumber = Field(title="Invoice number")
    issued_on: date = Field(title="Day of issue")
    buyer: str = Field(title="Buyer on the invoice", min_length=1, max_length=200)
    price: Money = Field(title="Price including VAT", gt=0)


class RedLetterWanted(Facts):
    """Why an invoice has to be ended."""

    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


class RedLetter(Facts):
    """红冲: the red-letter invoice that ends a wrong one."""

    number: InvoiceNumber = Field(title="Number of the red-letter invoice")
    issued_on: date = Field(title="Day of issue")
    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


# ── rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def no_invoice_lives(unit: Unit, ask: Ask) -> Refusal | None:
    """一车一票: one car, one invoice."""
    if unit.invoice is InvoiceState.ISSUED:
        return no("This car has an invoice: red-letter it before issuing another.", code="E-INVOICE-LIVE", quiet=True)
    return None


def an_invoice_lives(unit: Unit, ask: Ask) -> Refusal | None:
    """Only a living invoice can be ended."""
    if unit.invoice is not InvoiceState.ISSUED:
        return no("This car has no invoice to red-letter.", code="E-INVOICE-NONE", quiet=True)
    return None


def red_letter_is_not_asked(unit: Unit, ask: Ask) -> Refusal | None:
    """One request at a time."""
    invoice = living_invoice(ask.db, unit)
    if invoice is not None and invoice.red_asked_by_id is not None:
        return no("A red letter has been asked for: finance does it.", code="E-INVOICE-ASKED", quiet=True)
    return None


def invoice_is_ended(unit: Unit, ask: Ask) -> Refusal | None:
    """A car that leaves its contract takes no invoice along."""
    if unit.invoice is InvoiceState.ISSUED:
        return no(
            "The invoice of this car lives: finance red-letters it first.",
            code="E-INVOICE-LIVE", remover=Role.FINANCE, fix="red_letter",
        )  # fmt: skip
    return None


@on_facts
def invoice_names_the_contract(unit: Unit, ask: Ask) -> Refusal | None:
    """The buyer on the invoice is whom the contract has invoiced: plates and purchase tax follow it."""
    buyer = text_for(ask.db, unit).party(PartyRole.INVOICED).name
    if ask.facts.buyer != buyer:
        return no(
            "The contract has {buyer} invoiced: have the invoice issued to them.",
            code="E-INVOICE-BUYER", field="buyer", buyer=buyer,
        )  # fmt: skip
    return None


@on_facts
def invoice_states_the_contract_price(unit: Unit, ask: Ask) -> Refusal | None:
    """To the fen."""
    price = ask.db.get_one(ContractLine, unit.contract_line_id).unit_price
    if ask.facts.price != price:
        return no(
            "The contract price of this car is {price}: have the invoice issued over it.",
            code="E-INVOICE-PRICE", field="price", price=Yuan(price),
        )  # fmt: skip
    return None


@on_facts
def invoice_number_is_new(unit: Unit, ask: Ask) -> Refusal | None:
    """A number is given once."""
    known = (Invoice.number == ask.facts.number) | (Invoice.red_number == ask.facts.number)
    if ask.db.scalar(select(Invoice.id).where(Invoice.store_id == unit.store_id, known).limit(1)):
        return no("This number is recorded already: look at the invoice again.", code="E-INVOICE-KNOWN", field="number")
    return None


@on_facts
def issue_is_past(unit: Unit, ask: Ask) -> Refusal | None:
    """An invoice is recorded once it is issued."""
    if ask.facts.issued_on > ask.today:
        return no("This day is still to come.", code="E-DAY-FUTURE", field="issued_on")
    return None


@on_facts
def invoice_is_under_the_contract(unit: Unit, ask: Ask) -> Refusal | None:
    """An invoice follows the contract that it invoices."""
    contract = ask.db.get_one(Contract, unit.contract_id)
    begun = contract.effective_on or contract.issued_on
    if begun is not None and ask.facts.issued_on < begun:
        return no(
            "The contract took effect on {begun}: the invoice cannot be older. Look at its day again.",
            code="E-DAY-PAST", field="issued_on", begun=begun,
        )  # fmt: skip
    return None


@on_facts
def red_letter_follows_its_invoice(unit: Unit, ask: Ask) -> Refusal | None:
    """What ends an invoice is not older than the invoice."""
    invoice = living_invoice(ask.db, unit)
    if invoice is not None and ask.facts.issued_on < invoice.issued_on:
        return no(
            "The invoice was issued on {issued}: its red letter cannot be older. Look at its day again.",
            code="E-DAY-PAST", field="issued_on", issued=invoice.issued_on,
        )  # fmt: skip
    return None


def invoice_is_issued(unit: Unit, ask: Ask) -> Refusal | None:
    """Hand-over: the invoice goes to the contract's invoiced party, for this VIN, over the contract price."""
    invoice = living_invoice(ask.db, unit)
    if invoice is None:
        return no(
            "The car has no invoice: finance issues it to {buyer}.",
            code="E-NO-INVOICE", remover=Role.FINANCE, fix="issue_invoice",
            buyer=text_for(ask.db, unit).party(PartyRole.INVOICED).name,
        )  # fmt: skip
    line = ask.db.get_one(ContractLine, unit.contract_line_id)
    wanted = (text_for(ask.db, unit).party(PartyRole.INVOICED).name, line.unit_price, unit.vin)
    if (invoice.buyer, invoice.price, invoice.vin) != wanted:
        return no(
            "Invoice {number} does not agree with contract and car: finance red-letters it and issues another.",
            code="E-NO-INVOICE", remover=Role.FINANCE, fix="red_letter", number=invoice.number,
        )  # fmt: skip
    return None


# ── effects and reading ───────────────────────────────────────────────────────────────────────────────────────────


def record_invoice(unit: Unit, ask: Ask) -> None:
    """Keep what the invoice says; its VAT is taken out of this one car's price."""
    facts: NewInvoice = ask.facts
    party = text_for(ask.db, unit).party(PartyRole.INVOICED)
    rate = Fraction(policy(ask.db, unit.store_id, "vat_permille", facts.issued_on), 1000)
    taxed = vat_of(facts.price, rate)
    invoice = Invoice(
        store_id=unit.store_id,
        unit_id=unit.id,
        contract_id=unit.contract_id,
        buyer_code=party.uscc,
        vin=unit.vin,
        net=taxed.net,
        vat=taxed.vat,
        **facts.model_dump(),
    )
    ask.db.add(invoice)
    unit.invoice = InvoiceState.ISSUED


def end_invoice(unit: Unit, ask: Ask) -> None:
    """The red letter stands beside the invoice it ends; neither is ever deleted."""
    invoice = living_invoice(ask.db, unit)
    if invoice is not None:
        invoice.red_number, invoice.red_on = ask.facts.number, ask.facts.issued_on
        invoice.red_reason = ask.facts.reason
    unit.invoice = InvoiceState.RED


def note_red_request(unit: Unit, ask: Ask) -> None:
    """Who wants it ended, and why: finance finds it on its desk."""
    invoice = living_invoice(ask.db, unit)
    if invoice is not None:
        invoice.red_asked_by_id, invoice.red_asked_for = ask.hat.id, ask.facts.reason


def living_invoice(db: Session, unit: Unit) -> Invoice | None:
    """The car's invoice that no red letter has ended."""
    return db.scalar(select(Invoice).where(Invoice.unit_id == unit.id, Invoice.red_on.is_(None)))


def invoices_of(db: Session, contract: Contract) -> list[Invoice]:
    """Every invoice under a contract, ended ones too, in the order of issue."""
    query = select(Invoice).where(Invoice.contract_id == contract.id)
    return list(db.scalars(query.order_by(Invoice.issued_on, Invoice.number)))


class InvoiceSums(NamedTuple):
    """The living invoices of a contract together: sums of what stands on each, never of a rounded total."""

    cars: int
    price: int
    net: int
    vat: int


def invoice_sums(db: Session, contract: Contract) -> InvoiceSums:
    """How much has been invoiced."""
    row = db.execute(
        select(func.count(), sum_of(Invoice.price), sum_of(Invoice.net), sum_of(Invoice.vat)).where(
            Invoice.contract_id == contract.id, Invoice.red_on.is_(None)
        )
    ).one()
    return InvoiceSums(*(int(value) for value in row))


def invoices_of_unit(db: Session, unit: Unit) -> list[Invoice]:
    """The invoices of a car, the living one and those that were ended."""
    return list(
        db.scalars(select(Invoice).where(Invoice.unit_id == unit.id).order_by(Invoice.issued_on, Invoice.number))
    )
