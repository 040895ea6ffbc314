"""Money under a contract: recorded facts, and the questions that rules ask of them.

Finance confirms what came in; nothing here moves money. Amounts are fen. Invoices are in invoices.py.
"""

from collections.abc import Callable, Iterable
from datetime import date

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer.engine.database import calendar_of, sum_of
from dealer.engine.fields import Money
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.engine.words import Yuan
from dealer.in_force import is_amendment, text_in_force
from dealer.people import has
from dealer.policies import policy
from dealer.records.contracts import (
    Contract,
    ContractLine,
    ContractState,
    DepositKind,
    Instalment,
    PaymentEvent,
)
from dealer.records.deals import Terms
from dealer.records.deliveries import Batch, BatchShare
from dealer.records.money import Receipt, ReceiptKind
from dealer.records.people import Role
from dealer.records.vehicles import InvoiceState, Unit, UnitState

RECORDS_MONEY = has("record money")
TOWARDS_THE_PRICE = (ReceiptKind.EARNEST, ReceiptKind.PREPAYMENT, ReceiptKind.INSTALMENT, ReceiptKind.BALANCE)
DEPOSITS = {DepositKind.EARNEST: ReceiptKind.EARNEST, DepositKind.PREPAYMENT: ReceiptKind.PREPAYMENT}

# Which instalments must be there before a car leaves. Credit is what the contract lets stand beyond these.
DUE_BEFORE_THE_CAR_LEAVES = {
    Terms.PREPAID: (PaymentEvent.SIGNING, PaymentEvent.BEFORE_COLLECTION),
    Terms.ON_DELIVERY: (PaymentEvent.SIGNING, PaymentEvent.BEFORE_COLLECTION, PaymentEvent.ACCEPTANCE),
    Terms.CREDIT: (PaymentEvent.SIGNING, PaymentEvent.BEFORE_COLLECTION),
}

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class NewReceipt(Facts):
    """Money that came in or went out, as the bank shows it."""

    kind: ReceiptKind = Field(title="What for")
    amount: Money = Field(title="Amount", gt=0)
    overpaid: bool = Field(False, title="The customer has overpaid")
    received_on: date = Field(title="Day of the payment")
    payer: str = Field(title="Payer or payee", min_length=1, max_length=200)
    reference: str = Field("", title="Bank reference", max_length=200)


# ── receipts ──────────────────────────────────────────────────────────────────────────────────────────────────────


def record_receipt(contract: Contract, ask: Ask) -> Receipt:
    """Write down money under a contract. Raises Refused with every reason."""
    ask, facts = _as_finance(contract, ask), ask.facts
    if refusals := [refusal for rule in RECEIPT_RULES if (refusal := rule(contract, ask))]:
        raise Refused(refusals, "record", contract)
    receipt = Receipt(
        store_id=contract.store_id,
        contract_id=contract.id,
        case_id=contract.deal_id,
        confirmed_by_id=ask.actor.id,
        **facts.model_dump(exclude={"overpaid"}),
    )
    ask.db.add(receipt)
    ask.db.flush()
    write_down(ask, "receipt", receipt, "record", facts)
    return receipt


def _as_finance(contract: Contract, ask: Ask) -> Ask:
    answer = RECORDS_MONEY(contract, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer], "record", contract)
    return answer


def contract_was_issued(contract: Contract, ask: Ask) -> Refusal | None:
    """Money belongs to a contract that the customer has in hand, also what its amendments add."""
    if is_amendment(contract):
        return no("An amendment has no account of its own: record the money under its contract.", code="E-CONTRACT")
    if contract.code is None or contract.state in (ContractState.DRAFT, ContractState.IN_REVIEW, ContractState.VOID):
        return no("Money is recorded under an issued contract: issue it first.", code="E-CONTRACT")
    return None


def deposit_keeps_its_word(contract: Contract, ask: Ask) -> Refusal | None:
    """定金 is security, 订金 a prepayment (Civil Code 586): what was agreed as one is never booked as the other."""
    agreed = text_in_force(ask.db, contract).deposit_kind
    if ask.facts.kind in DEPOSITS.values() and DEPOSITS.get(agreed) is not ask.facts.kind:
        return no(
            "The contract agrees “{kind}”: record the money under what was agreed.",
            code="E-DEPOSIT-WORD", field="kind", kind=agreed,
        )  # fmt: skip
    return None


def refund_was_received(contract: Contract, ask: Ask) -> Refusal | None:
    """Nobody pays back more than came in."""
    came = received(ask.db, contract)
    if ask.facts.kind is ReceiptKind.REFUND and ask.facts.amount > came:
        return no("Only {came} came in under this contract.", code="E-REFUND", field="amount", came=Yuan(came))
    return None


def payment_is_past(contract: Contract, ask: Ask) -> Refusal | None:
    """A payment that is announced has not been made."""
    if ask.facts.received_on > ask.today:
        return no("This day is still to come.", code="E-DAY-FUTURE", field="received_on")
    return None


def payment_is_under_the_contract(contract: Contract, ask: Ask) -> Refusal | None:
    """Before there was a contract nobody paid under it."""
    begun = calendar_of(ask.db).today(contract.begun_at)
    if ask.facts.received_on < begun:
        return no(
            "The contract was drawn up on {begun}: choose a day from then on.", code="E-DAY-PAST", field="received_on",
            begun=begun,
        )  # fmt: skip
    return None


def more_than_is_owed_is_confirmed(contract: Contract, ask: Ask) -> Refusal | None:
    """A 万 too many is ten thousand times the money: whoever means it says so."""
    facts, left = ask.facts, outstanding(ask.db, contract)
    if facts.kind in TOWARDS_THE_PRICE and facts.amount > left and not facts.overpaid:
        return no(
            "Only {left} is outstanding: correct the amount, or tick that the customer has overpaid.",
            code="E-OVERPAID", field="amount", left=Yuan(left),
        )  # fmt: skip
    return None


RECEIPT_RULES: tuple[Callable[[Contract, Ask], Refusal | None], ...] = (
    contract_was_issued,
    deposit_keeps_its_word,
    refund_was_received,
    payment_is_past,
    payment_is_under_the_contract,
    more_than_is_owed_is_confirmed,
)

# ── what rules ask of the money ───────────────────────────────────────────────────────────────────────────────────


def received(db: Session, contract: Contract, kinds: Iterable[ReceiptKind] = TOWARDS_THE_PRICE) -> int:
    """What came in towards the price, less what was paid back."""
    came = _sum_of(db, contract, kinds)
    return came - _sum_of(db, contract, (ReceiptKind.REFUND,))


def _sum_of(db: Session, contract: Contract, kinds: Iterable[ReceiptKind]) -> int:
    wanted = [kind.value for kind in kinds]
    return db.scalar(
        select(sum_of(Receipt.amount)).where(Receipt.contract_id == contract.id, Receipt.kind.in_(wanted))
    ) or 0  # fmt: skip


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
    return min(text.deposit, _sum_of(db, contract, (DEPOSITS[text.deposit_kind],)), received(db, contract))


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
