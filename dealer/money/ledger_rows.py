"""The rows that leave for other programs: a car that waits for its invoice, and the bookings of what happened.

A booking has two sides or more that add up: debit equals credit for each payment and each invoice. Which account takes
which side stands in a table.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.contracts.in_force import text_in_force
from dealer.engine.amounts import vat_of
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.engine.words import word_of
from dealer.house.policies import policy
from dealer.money import finance_desk
from dealer.people import Actor
from dealer.records.contracts import Contract, PartyRole
from dealer.records.deals import Deal
from dealer.records.money import Invoice, Receipt, ReceiptKind, ReceiptState
from dealer.records.people import Store

K = ReceiptKind
BANK, OWED, IN_ADVANCE, NOT_OURS, LENT = "1002", "1122", "2204", "2241", "1221"
SALES, VAT_OUT, OTHER_INCOME, OTHER_LOSS = "6001", "22210107", "6301", "6711"

# Of each kind of payment: the account that is debited, and the one that is credited.
ACCOUNTS: dict[ReceiptKind, tuple[str, str]] = {
    K.EARNEST: (BANK, IN_ADVANCE),
    K.PREPAYMENT: (BANK, IN_ADVANCE),
    K.INSTALMENT: (BANK, OWED),
    K.BALANCE: (BANK, OWED),
    K.ON_BEHALF: (BANK, NOT_OURS),
    K.ON_BEHALF_PAID: (NOT_OURS, BANK),
    K.REFUND: (OWED, BANK),
    K.FORFEITED: (IN_ADVANCE, OTHER_INCOME),
    K.PENALTY: (OTHER_LOSS, BANK),
    K.BOND_PAID: (LENT, BANK),
}


@dataclass(frozen=True)
class Entry:
    """One row of a file: what it comes from, and its fields by name; amounts are fen."""

    what: str
    source_id: UUID
    fields: dict[str, Any] = field(default_factory=dict)
    reverses: str | None = None  # what must have gone out for this row to follow


def invoices_to_issue(ask: Ask, first: date, last: date) -> Iterator[Entry]:
    """Every car that waits for its invoice now, whatever the period: what stands on the invoice."""
    db, who = ask.db, ask.actor
    permille: int = policy(db, who.store_id, "vat_permille", last)
    waiting, _ = finance_desk.to_invoice(ask)
    ended = _ended(db, [row.unit.id for row in waiting])
    shop = db.get_one(Store, who.store_id)
    seller = {
        "seller": shop.name, "seller_code": shop.uscc, "seller_address": shop.address, "seller_phone": shop.phone,
        "seller_bank": shop.bank, "seller_account": shop.bank_account,
    }  # fmt: skip
    for row in waiting:
        unit, model = row.unit, row.unit.model
        party = text_in_force(db, row.contract).party(PartyRole.INVOICED)
        taxed = vat_of(row.price, Fraction(permille, 1000))
        yield Entry(
            "car", ended.get(unit.id, unit.id),  # after a red letter the car goes out once more
            seller | {
                "buyer": party.name, "buyer_code": party.uscc, "category": word_of(model.category, "zh"),
                "model": f"{model.brand} {model.name} {model.configuration}", "maker": model.maker,
                "certificate": unit.certificate_number, "engine": unit.engine_number, "vin": unit.vin,
                "price": row.price, "net": taxed.net, "rate": Decimal(permille).scaleb(-3), "vat": taxed.vat,
                "seats": model.seats, "contract": row.contract.code, "drawer": who.name,
            },
        )  # fmt: skip


def _ended(db: Session, units: list[UUID]) -> dict[UUID, UUID]:
    """The newest invoice of each car that a red letter has ended."""
    query = select(Invoice.unit_id, Invoice.id).where(Invoice.unit_id.in_(units), Invoice.red_on.is_not(None))
    return dict(db.execute(query.order_by(Invoice.red_on, Invoice.number)).all())


def bookings(ask: Ask, first: date, last: date) -> Iterator[Entry]:
    """Payments confirmed and invoices issued or red-lettered in a period, two sides or more each; what was reversed."""
    yield from _of_invoices(ask.db, ask.actor, first, last)
    yield from _of_payments(ask.db, ask.actor, first, last)


def _of_invoices(db: Session, who: Actor, first: date, last: date) -> Iterator[Entry]:
    inside = or_(Invoice.issued_on.between(first, last), Invoice.red_on.between(first, last))
    found = people.scoped(select(Invoice).where(inside), Invoice, who).order_by(Invoice.issued_on, Invoice.number)
    invoices = list(db.scalars(found))
    keys = {invoice.contract_id for invoice in invoices}
    contracts = {each.id: each for each in db.scalars(select(Contract).where(Contract.id.in_(keys)))}
    for invoice in invoices:
        contract = contracts[invoice.contract_id]
        if first <= invoice.issued_on <= last:
            yield from _invoiced("invoice", invoice, contract, invoice.issued_on, invoice.number, 1)
        if invoice.red_on is not None and first <= invoice.red_on <= last:
            yield from _invoiced("red_letter", invoice, contract, invoice.red_on, invoice.red_number or "", -1)


def _invoiced(what: str, invoice: Invoice, contract: Contract, day: date, number: str, sign: int) -> Iterator[Entry]:
    told = {"day": day, "voucher": number, "text": f"{'销售' if sign > 0 else '红冲'} {invoice.vin}",
            "party": invoice.buyer, "contract": contract.code}  # fmt: skip
    sides = (("debit", OWED, invoice.price), ("credit", SALES, invoice.net), ("credit", VAT_OUT, invoice.vat))
    for side, account, amount in sides:
        yield Entry(what, invoice.id, told | {"account": account, side: sign * amount})


def _of_payments(db: Session, who: Actor, first: date, last: date) -> Iterator[Entry]:
    query = select(Receipt).options(joinedload(Receipt.contract).joinedload(Contract.deal).joinedload(Deal.customer))
    counted = query.where(
        Receipt.state.in_([ReceiptState.CONFIRMED.value, ReceiptState.REVERSED.value]), Receipt.received_on <= last
    )
    today = calendar_of(db).today
    for row in db.scalars(people.scoped(counted, Receipt, who).order_by(Receipt.received_on, Receipt.number)):
        if row.state is ReceiptState.CONFIRMED and (row.received_on >= first or today(row.since) >= first):
            yield from _paid("payment", row, row.received_on, 1)
        elif row.state is ReceiptState.REVERSED and first <= today(row.since) <= last:
            yield from _paid("reversal", row, today(row.since), -1)


def _paid(what: str, row: Receipt, day: date, sign: int) -> Iterator[Entry]:
    told = {"day": day, "voucher": f"收付{row.number}", "party": row.payer, "contract": row.contract.code,
            "text": word_of(row.kind, "zh") if sign > 0 else f"冲销：{row.reason}"}  # fmt: skip
    reverses = "payment" if sign < 0 else None
    for side, account in zip(("debit", "credit"), ACCOUNTS[row.kind], strict=True):
        yield Entry(what, row.id, told | {"account": account, side: sign * row.amount}, reverses)
