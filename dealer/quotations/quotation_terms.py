"""From a quotation's rows to the paper the customer receives: ordered when it is sent, printed in the background."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from dealer import people, terms
from dealer.contracts.contract_terms import described, extras_of, gifts_of, lines_of, printed, shop_party, taxed, use_of
from dealer.engine.amounts import purchase_tax
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.engine.words import SHOP_ZONE, word_of
from dealer.money.purchase_tax import is_relieved
from dealer.papers import printing
from dealer.prices.pricing import vat_rate
from dealer.records.customers import Contact
from dealer.records.people import Person
from dealer.records.quotations import Quotation, QuotationLine
from dealer.terms import Offer, QuotationTerms, QuotedOption, QuotedVehicles


def order_offer(quotation: Quotation, ask: Ask) -> None:
    """An effect of sending: have the quotation printed as it was sent."""
    offer = quotation_terms(ask.db, quotation, ask.today)
    printing.order_paper(ask, quotation, "quotation", offer, number=number_of(ask.db, quotation))


def number_of(db: Session, quotation: Quotation) -> str:
    """YLYX-BJ-2026-0012: all versions of an offer share it."""
    store = people.store_of(db, quotation.store_id)
    return f"{store.code}-BJ-{quotation.begun_at.astimezone(SHOP_ZONE).year}-{quotation.series:04}"


def quotation_terms(db: Session, quotation: Quotation, today: date) -> QuotationTerms:
    """What the paper says, on the day it is sent or, for a look before, today."""
    deal = quotation.deal
    sent_on = calendar_of(db).today(quotation.sent_at) if quotation.sent_at else today
    vat = vat_rate(db, quotation.store_id, sent_on)
    contact = db.get(Contact, deal.contact_id) if deal.contact_id else None
    firm = [line for line in quotation.lines if not line.optional]
    return QuotationTerms(
        vehicles=tuple(QuotedVehicles(**_line(line, vat, sent_on)) for line in firm),
        extras=tuple(extra for line in firm for extra in _extras(line)),
        gifts=tuple(gift for line in firm for gift in _gifts(line)),
        options=tuple(
            QuotedOption(**_line(line, vat, sent_on), extras=tuple(_extras(line)), gifts=tuple(_gifts(line)))
            for line in quotation.options
        ),
        vat_percent=int(vat * 100),
        version=quotation.revision,
        quoted_on=sent_on,
        offer=Offer.BINDING if quotation.binding and quotation.valid_until else Offer.INVITATION,
        valid_until=quotation.valid_until,
        seller=shop_party(people.store_of(db, quotation.store_id)),
        customer=deal.customer.name,
        contact=terms.Contact(name=contact.name, phone=contact.phone or "") if contact else None,
        consultant=_consultant(db, quotation),
        project=deal.title,
        tax_month=sent_on.replace(day=1),
        payment=word_of(deal.terms, "zh"),
        remarks=_remarks(quotation),
    )


def _remarks(quotation: Quotation) -> tuple[str, ...]:
    """One line, one note; a remark of many short lines stays one note, so that nothing of it is lost."""
    notes = lines_of(quotation.remark)
    return notes if len(notes) <= 20 else (quotation.remark,)


def _line(line: QuotationLine, vat: Fraction, day: date) -> dict[str, Any]:
    return {
        **described(line.model, line.colour, use_of(line.quotation.deal)),
        **taxed(line.unit_price, vat),
        "quantity": line.quantity,
        "list_price_fen": line.marked,
        "purchase_tax_fen": purchase_tax(line.unit_price, vat, day, new_energy=is_relieved(line.model)).due,
        "section": line.section,
        "note": line.note,
    }


def _extras(line: QuotationLine) -> Iterator[terms.Extra]:
    return extras_of(printed(line), line.quantity)


def _gifts(line: QuotationLine) -> Iterator[terms.Gift]:
    return gifts_of(printed(line), line.quantity)


def _consultant(db: Session, quotation: Quotation) -> terms.Contact:
    owner = db.get_one(Person, quotation.owner_id)
    return terms.Contact(name=owner.name, phone=owner.phone or "")
