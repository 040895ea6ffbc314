"""Money under a contract: the questions that rules ask of confirmed payments.

How a payment comes about is in receipts.py, what is due when in payment_plans.py, invoices are in invoices.py. Amounts
are fen.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer.contracts.in_force import text_in_force
from dealer.engine.database import sum_of
from dealer.engine.steps import Ask, Refusal, no
from dealer.engine.words import Yuan
from dealer.house.policies import policy
from dealer.records.contracts import (
    Contract,
    ContractLine,
    DepositKind,
    Instalment,
    PaymentEvent,
)
from dealer.records.deals import Terms
from dealer.records.deliveries import Batch, BatchShare
from dealer.records.money import Receipt, ReceiptKind, ReceiptState
from dealer.records.people import Role
from dealer.records.vehicles import InvoiceState, Unit, UnitState

TOWARDS_THE_PRICE = (ReceiptKind.EARNEST, ReceiptKind.PREPAYMENT, ReceiptKind.INSTALMENT, ReceiptKind.BALANCE)
NO_LONGER_THERE = (ReceiptKind.REFUND, ReceiptKind.FORFEITED)
UNDER_WAY = (ReceiptState.ASKED, ReceiptState.APPROVED)
DEPOSITS = {DepositKind.EARNEST: ReceiptKind.EARNEST, DepositKind.PREPAYMENT: ReceiptKind.PREPAYMENT}

# Which instalments must be there before a car leaves. Credit is what the contract lets stand beyond these.
DUE_BEFORE_THE_CAR_LEAVES = {
    Terms.PREPAID: (PaymentEvent.SIGNING, PaymentEvent.BEFORE_COLLECTION),
    Terms.ON_DELIVERY: (PaymentEvent.SIGNING, PaymentEvent.BEFORE_COLLECTION, PaymentEvent.ACCEPTANCE),
    Terms.CREDIT: (PaymentEvent.SIGNING, PaymentEvent.BEFORE_COLLECTION),
}

# ── what rules ask of the money ───────────────────────────────────────────────────────────────────────────────────


def received(db: Session, contract: Contract, kinds: Iterable[ReceiptKind] = TOWARDS_THE_PRICE) -> int:
    """What came in towards the price, less what was paid back or forfeited."""
    came = sum_of_kinds(db, contract, kinds)
    return came - sum_of_kinds(db, contract, NO_LONGER_THERE)


def sum_of_kinds(db: Session, contract: Contract, kinds: Iterable[ReceiptKind]) -> int:
    """All confirmed payments of these kinds."""
    return _sum_in(db, contract, kinds, (ReceiptState.CONFIRMED,))


def under_way(db: Session, contract: Contract, kind: ReceiptKind, but: Receipt | None = None) -> int:
    """What of a kind has been asked for or approved, and has not left yet."""
    asked = _sum_in(db, contract, (kind,), UNDER_WAY)
    return asked - (but.amount if but is not None and but.kind is kind and but.state in UNDER_WAY else 0)


def _sum_in(db: Session, contract: Contract, kinds: Iterable[ReceiptKind], states: Iterable[ReceiptState]) -> int:
    query = select(sum_of(Receipt.amount)).where(
        Receipt.contract_id == contract.id,
        Receipt.kind.in_([kind.value for kind in kinds]),
        Receipt.state.in_([state.value for state in states]),
    )
    return db.scalar(query) or 0


def outstanding(db: Session, contract: Contract, today: date | None = None) -> int:
    """What the customer still owes. With a day, retention money (质保金) that is not due on it is left out, as far as
    the house lets it stand."""
    text = text_in_force(db, contract)
    kept = sum(
        each.amount
        for each in text.payments
        if today and each.event is PaymentEvent.RETENTION_END and each.day and each.day > today
    )
    most = retained_at_most(db, text, today) if kept and today else 0
    return max(0, text.total - min(kept, most) - received(db, contract))


def retained_at_most(db: Session, text: Contract, day: date) -> int:
    """How much of a price may be kept back as retention money (house rule `retention_most_permille`), whole fen."""
    permille: int = policy(db, text.store_id, "retention_most_permille", day)
    return text.total * permille // 1000


def deposit_received(db: Session, contract: Contract) -> bool:
    """Whether the deposit that the contract asks for has come in; 定金 exists only once it is paid."""
    return deposit_paid(db, contract) >= text_in_force(db, contract).deposit


def deposit_paid(db: Session, contract: Contract) -> int:
    """How much of the agreed deposit has come in and was not paid back."""
    text = text_in_force(db, contract)
    if text.deposit_kind is DepositKind.NONE:
        return 0
    # What was paid back came out of other money first, as far as there was any.
    return min(text.deposit, sum_of_kinds(db, contract, (DEPOSITS[text.deposit_kind],)), received(db, contract))


def car_is_paid(unit: Unit, ask: Ask) -> Refusal | None:
    """Hand-over: paid as far as the contract asks for it before the car leaves."""
    missing = missing_for(ask.db, ask.db.get_one(Contract, unit.contract_id), unit)
    if missing:
        return no(
            "{missing} are still to come in before this car leaves.",
            code="E-UNPAID", remover=Role.FINANCE, fix="record_receipt", missing=Yuan(missing),
        )  # fmt: skip
    return None


def paid_per_terms(db: Session, contract: Contract, unit: Unit) -> bool:
    """Whether this car may leave as far as money goes."""
    return missing_for(db, contract, unit) == 0


def missing_for(db: Session, contract: Contract, unit: Unit) -> int:
    """What has to come in before this car leaves.

    An instalment before collection is due in the share of the cars that have been taken, this one included: of a
    batch if it names one, else of the whole contract. The share is rounded up, so that nothing is left at the end.
    """
    due, text = DUE_BEFORE_THE_CAR_LEAVES[contract.terms], text_in_force(db, contract)
    needed = sum(_due_now(db, contract, each, unit) for each in text.payments if each.event in due)
    if not text.payments and contract.terms is not Terms.CREDIT:
        needed = _share(text.total, _taken(db, contract, unit, None), _worth(db, contract, None))
    return max(0, needed - received(db, contract))


def _due_now(db: Session, contract: Contract, payment: Instalment, unit: Unit) -> int:
    if payment.event is PaymentEvent.SIGNING:
        return payment.amount
    taken = _taken(db, contract, unit, payment.batch)
    return _share(payment.amount, taken, _worth(db, contract, payment.batch))


def _share(amount: int, part: int, whole: int) -> int:
    return -(-amount * part // whole) if whole else amount


def _taken(db: Session, contract: Contract, unit: Unit, batch: int | None) -> int:
    """The contract price of the cars that have left and of this one."""
    query = (
        select(sum_of(ContractLine.unit_price))
        .join(Unit, Unit.contract_line_id == ContractLine.id)
        .where(Unit.contract_id == contract.id, (Unit.state == UnitState.DELIVERED) | (Unit.id == unit.id))
    )
    if batch is not None:
        query = query.join(Batch, Batch.id == Unit.batch_id).where(Batch.planned_as == batch)
    return db.scalar(query) or 0


def _worth(db: Session, contract: Contract, batch: int | None) -> int:
    """The contract price of all cars, or of those of a batch."""
    if batch is None:
        return sum(line.unit_price * line.quantity for line in text_in_force(db, contract).lines)
    return db.scalar(
        select(sum_of(BatchShare.quantity * ContractLine.unit_price))
        .join(ContractLine, ContractLine.id == BatchShare.contract_line_id)
        .join(Batch, Batch.id == BatchShare.batch_id)
        .where(Batch.contract_id == contract.id, Batch.planned_as == batch)
    ) or 0  # fmt: skip


def receipts_of(db: Session, contract: Contract) -> list[Receipt]:
    """What came and went, latest first."""
    query = select(Receipt).where(Receipt.contract_id == contract.id)
    return list(db.scalars(query.order_by(Receipt.received_on.desc(), Receipt.id.desc())))


def uninvoiced(db: Session, contract: Contract) -> int:
    """How many cars have been handed over without a living invoice."""
    return db.scalar(
        select(func.count()).where(
            Unit.contract_id == contract.id,
            Unit.state == UnitState.DELIVERED,
            Unit.invoice != InvoiceState.ISSUED,
        )
    ) or 0  # fmt: skip
