"""The life of a payment: reported by the deal's owner, confirmed by finance; reversed with a reason, never deleted.

A payment counts once it is confirmed. Finance, who reads the bank's statement, records one that nobody reported in one
step. Money goes back to a customer by request: asked for, approved by the general manager, then paid by finance.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from dealer.contracts.in_force import is_amendment, text_in_force
from dealer.engine.database import calendar_of
from dealer.engine.fields import Money, Options, Paragraph
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Step, no, on_facts
from dealer.engine.words import Yuan
from dealer.money import finance, payouts
from dealer.money.finance import DEPOSITS, TOWARDS_THE_PRICE
from dealer.people import OWNER, Actor, has, not_their_own, owner_or
from dealer.records.contracts import Contract, ContractState
from dealer.records.deliveries import Batch
from dealer.records.money import Receipt, ReceiptKind, ReceiptState

S = ReceiptState
RECORDS_MONEY = has("record money")
DEAD = (S.TURNED_DOWN, S.REVERSED)
WITHOUT_REQUEST = tuple(kind for kind in ReceiptKind if kind not in payouts.BY_REQUEST)
Words = Annotated[str, Paragraph]

# ── what the steps ask for ────────────────────────────────────────────────────────────────────────────────────────


class NewReceipt(Facts):
    """Money that came in or went out, as the bank shows it."""

    kind: Annotated[ReceiptKind, Options("receipt_kinds")] = Field(title="What for")
    amount: Money = Field(title="Amount", gt=0)
    received_on: date = Field(title="Day of the payment")
    payer: str = Field(title="Payer or payee", min_length=1, max_length=200)
    reference: str = Field("", title="Bank reference", max_length=200)
    instalment: Annotated[int | None, Options("instalments")] = Field(
        None, title="Instalment", description="Left empty: the oldest that is open."
    )
    batch: Annotated[int | None, Options("paid_batches")] = Field(None, title="Batch")
    overpaid: bool = Field(False, title="The customer has overpaid")
    again: bool = Field(False, title="This is another payment of the same amount")


class NewRefund(Facts):
    """What shall go out to whom, and why."""

    kind: Annotated[ReceiptKind, Options("request_kinds")] = Field(ReceiptKind.REFUND, title="What for")
    amount: Money = Field(title="Amount", gt=0)
    payer: str = Field(title="Payee", min_length=1, max_length=200)
    reason: Words = Field(title="Reason", min_length=1, max_length=2000)
    other_payee: bool = Field(False, title="The payee is no party and did not pay; the reason says why")
    goes_on: bool = Field(False, title="The contract goes on, and this is owed again")


class Paid(Facts):
    """How a refund left the bank."""

    received_on: date = Field(title="Day of the payment")
    reference: str = Field(title="Bank reference", min_length=1, max_length=200)


class CarriedOut(Facts):
    """When what was decided about a deposit was paid or booked, to whom, and by which reference."""

    received_on: date = Field(title="Day of the payment")
    payer: str = Field(title="Payer or payee", min_length=1, max_length=200)
    reference: str = Field(title="Bank reference", min_length=1, max_length=200)


class Why(Facts):
    """A reason in words."""

    reason: Words = Field(title="Reason", min_length=1, max_length=2000)


class Matching(Facts):
    """Which instalment or batch it was paid for."""

    instalment: Annotated[int | None, Options("instalments")] = Field(
        None, title="Instalment", description="Left empty: the oldest that is open."
    )
    batch: Annotated[int | None, Options("paid_batches")] = Field(None, title="Batch")


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def contract_was_issued(receipt: Receipt, ask: Ask) -> Refusal | None:
    """Money belongs to a contract that the customer has in hand, also what its amendments add."""
    return account_is_open(receipt.contract)


def account_is_open(contract: Contract) -> Refusal | None:
    """Why no money can be written down under a contract; its page says so in place of the form."""
    if is_amendment(contract):
        return no("An amendment has no account of its own: record the money under its contract.", code="E-CONTRACT")
    if contract.code is None or contract.state in (ContractState.DRAFT, ContractState.IN_REVIEW, ContractState.VOID):
        return no("Money is recorded under an issued contract: issue it first.", code="E-CONTRACT")
    return None


@on_facts
def deposit_keeps_its_word(receipt: Receipt, ask: Ask) -> Refusal | None:
    """定金 is security, 订金 a prepayment (Civil Code 586): what was agreed as one is never booked as the other."""
    agreed = text_in_force(ask.db, receipt.contract).deposit_kind
    if ask.facts.kind in DEPOSITS.values() and DEPOSITS.get(agreed) is not ask.facts.kind:
        return no(
            "The contract agrees “{kind}”: record the money under what was agreed.",
            code="E-DEPOSIT-WORD", field="kind", kind=agreed,
        )  # fmt: skip
    return None


@on_facts
def payment_is_past(receipt: Receipt, ask: Ask) -> Refusal | None:
    """A payment that is announced has not been made."""
    if ask.facts.received_on > ask.today:
        return no("This day is still to come.", code="E-DAY-FUTURE", field="received_on")
    return None


@on_facts
def payment_is_under_the_contract(receipt: Receipt, ask: Ask) -> Refusal | None:
    """Before there was a contract nobody paid under it."""
    begun = calendar_of(ask.db).today(receipt.contract.begun_at)
    if ask.facts.received_on < begun:
        return no(
            "The contract was drawn up on {begun}: choose a day from then on.", code="E-DAY-PAST", field="received_on",
            begun=begun,
        )  # fmt: skip
    return None


@on_facts
def payment_is_not_known(receipt: Receipt, ask: Ask) -> Refusal | None:
    """The same money twice: by day, amount, payer and reference, under whatever contract of the shop."""
    facts: NewReceipt = ask.facts
    if facts.again:
        return None
    same = select(Receipt.number).where(
        Receipt.store_id == receipt.store_id, Receipt.received_on == facts.received_on,
        Receipt.amount == facts.amount, Receipt.kind != ReceiptKind.REFUND,
        Receipt.payer == facts.payer, Receipt.reference == facts.reference,
        Receipt.state.not_in([state.value for state in DEAD]),
    )  # fmt: skip
    known = ask.db.scalar(same.order_by(Receipt.number).limit(1))
    if known is not None:
        return no(
            "Payment {number} has the same day, amount, payer and reference: tick that this is another one.",
            code="E-PAYMENT-KNOWN", field="again", number=known,
        )  # fmt: skip
    return None


@on_facts
def more_than_is_owed_is_meant(receipt: Receipt, ask: Ask) -> Refusal | None:
    """A 万 too many is ten thousand times the money: whoever means it says so."""
    facts, left = ask.facts, finance.outstanding(ask.db, receipt.contract)
    if facts.kind in TOWARDS_THE_PRICE and facts.amount > left and not facts.overpaid:
        return no(
            "Only {left} is outstanding: correct the amount, or tick that the customer has overpaid.",
            code="E-OVERPAID", field="amount", left=Yuan(left),
        )  # fmt: skip
    return None


@on_facts
def instalment_is_of_the_plan(receipt: Receipt, ask: Ask) -> Refusal | None:
    """A payment stands for a row of the plan in force, or for none."""
    positions = {each.position for each in text_in_force(ask.db, receipt.contract).payments}
    if ask.facts.instalment is not None and ask.facts.instalment not in positions:
        return no("Choose one of the offered values.", code="E-REQ-FIELD", field="instalment")
    return None


@on_facts
def batch_is_of_the_contract(receipt: Receipt, ask: Ask) -> Refusal | None:
    """A payment stands for a batch of its own contract, and for none but that of its instalment."""
    facts, text = ask.facts, text_in_force(ask.db, receipt.contract)
    known = set(ask.db.scalars(select(Batch.planned_as).where(Batch.contract_id == receipt.contract_id)))
    named = {each.batch for each in text.payments if each.position == facts.instalment} - {None}
    if facts.batch is not None and (facts.batch not in known or named - {facts.batch}):
        return no("Choose one of the offered values.", code="E-REQ-FIELD", field="batch")
    return None


def is_towards_the_price(receipt: Receipt, ask: Ask) -> Refusal | None:
    """Only such a payment has a place in the plan."""
    if receipt.kind not in TOWARDS_THE_PRICE:
        return no("This payment is not towards the price.", code="E-PAYMENT-KIND", quiet=True)
    return None


def report_is_not_their_own(receipt: Receipt, ask: Ask) -> Refusal | None:
    """Whoever says that money came in is not the one who finds it in the bank."""
    return not_their_own(receipt.reported_by_id, ask)


def report_is_not_more_than_is_owed(receipt: Receipt, ask: Ask) -> Refusal | None:
    """Between the report and its confirmation other money may have come."""
    left = finance.outstanding(ask.db, receipt.contract)
    if receipt.kind in TOWARDS_THE_PRICE and receipt.amount > left and not receipt.overpaid:
        return no(
            "Only {left} is outstanding by now: turn it down, and record it as overpaid if the money is there.",
            code="E-OVERPAID", left=Yuan(left),
        )  # fmt: skip
    return None


def request_is_not_their_own(receipt: Receipt, ask: Ask) -> Refusal | None:
    """Nobody approves their own request."""
    return not_their_own(receipt.asked_by_id, ask)


def somebody_else_approved(receipt: Receipt, ask: Ask) -> Refusal | None:
    """Whoever approved a refund does not pay it out."""
    return not_their_own(receipt.approved_by_id, ask)


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def note_reporter(receipt: Receipt, ask: Ask) -> None:
    """Who says that the money came in."""
    receipt.reported_by_id = ask.actor.id


def note_request(receipt: Receipt, ask: Ask) -> None:
    """Who asks for the refund, and why."""
    receipt.asked_by_id, receipt.reason = ask.actor.id, ask.facts.reason


def note_approval(receipt: Receipt, ask: Ask) -> None:
    """Who let the money go back."""
    receipt.approved_by_id = ask.actor.id


def note_confirmation(receipt: Receipt, ask: Ask) -> None:
    """Who has seen it on the statement."""
    receipt.confirmed_by_id = ask.hat.id


def note_payment(receipt: Receipt, ask: Ask) -> None:
    """The day it left the bank, and by which reference."""
    receipt.received_on, receipt.reference = ask.facts.received_on, ask.facts.reference


def note_reason(receipt: Receipt, ask: Ask) -> None:
    """Why it does not count."""
    receipt.reason = ask.facts.reason


def match(receipt: Receipt, ask: Ask) -> None:
    """It was paid for this row of the plan, or for this batch."""
    receipt.instalment, receipt.batch = ask.facts.instalment, ask.facts.batch


def was_decided(receipt: Receipt, ask: Ask) -> Refusal | None:
    """What becomes of a deposit is decided by the general manager, and booked once."""
    if receipt.decided_id is None:
        return no("The general manager decides what becomes of a deposit.", code="E-NOT-DECIDED")
    return None


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

ENTERED = (
    contract_was_issued, payouts.kind_needs_no_request, deposit_keeps_its_word, payment_is_past,
    payment_is_under_the_contract, payment_is_not_known, more_than_is_owed_is_meant, instalment_is_of_the_plan,
    batch_is_of_the_contract,
)  # fmt: skip

# fmt: off
STEPS = [
    Step("record", None, S.CONFIRMED, RECORDS_MONEY, NewReceipt, ENTERED, (note_confirmation,)),
    Step("report", None, S.REPORTED, OWNER, NewReceipt, ENTERED, (note_reporter,)),
    Step("confirm", S.REPORTED, S.CONFIRMED, RECORDS_MONEY, None,
         (report_is_not_their_own, report_is_not_more_than_is_owed),
         (note_confirmation,)),
    Step("turn_down", S.REPORTED, S.TURNED_DOWN, RECORDS_MONEY, Why, (), (note_reason,)),
    Step("match", (S.REPORTED, S.CONFIRMED), SAME, RECORDS_MONEY, Matching,
         (is_towards_the_price, instalment_is_of_the_plan, batch_is_of_the_contract),
         (match,)),
    Step("reverse", S.CONFIRMED, S.REVERSED, RECORDS_MONEY, Why,
         (payouts.what_was_paid_back_stays_covered,),
         (note_reason,)),
    # back to the customer
    Step("ask_refund", None, S.ASKED, owner_or("ask for refunds"), NewRefund,
         (contract_was_issued, *payouts.WANTED),
         (note_request,)),
    Step("approve", S.ASKED, S.APPROVED, has("approve refunds"), None,
         (request_is_not_their_own, payouts.refund_is_still_there),
         (note_approval,)),
    Step("refuse", (S.ASKED, S.APPROVED), S.TURNED_DOWN, has("approve refunds"), Why, (), (note_reason,)),
    Step("pay", S.APPROVED, S.CONFIRMED, RECORDS_MONEY, Paid,
         (somebody_else_approved, payouts.refund_is_still_there, payment_is_past),
         (note_confirmation, note_payment)),
    Step("carry_out", None, S.CONFIRMED, RECORDS_MONEY, CarriedOut,
         (was_decided, contract_was_issued, payouts.refund_is_still_there, payment_is_past),
         (note_confirmation,)),
]
# fmt: on

RECEIPTS = Life("receipt", Receipt, ReceiptState, STEPS)


# ── beginning one ─────────────────────────────────────────────────────────────────────────────────────────────────


def enter(contract: Contract, ask: Ask) -> Receipt:
    """Write down money under a contract: recorded by finance, reported by anybody else. Raises Refused."""
    facts: NewReceipt = ask.facts
    receipt = _of(contract, **facts.model_dump(exclude={"again"}))
    recorded = ask.actor.may_or_stands_in("record money")
    RECEIPTS.begin("record" if recorded else "report", receipt, ask)
    return receipt


def ask_refund(contract: Contract, ask: Ask) -> Receipt:
    """Ask for money to go back. Raises Refused."""
    facts: NewRefund = ask.facts
    receipt = _of(
        contract, kind=facts.kind, amount=facts.amount, payer=facts.payer, received_on=ask.today
    )  # fmt: skip
    RECEIPTS.begin("ask_refund", receipt, ask)
    return receipt


def _of(contract: Contract, **values: object) -> Receipt:
    return Receipt(
        store_id=contract.store_id, contract=contract, contract_id=contract.id, case_id=contract.deal_id, **values
    )


def may_enter(contract: Contract, who: Actor) -> bool:
    """Whether somebody may record or report a payment."""
    return who.may_or_stands_in("record money") or _owns(contract.owner_id, who)


def may_ask_refund(contract: Contract, who: Actor) -> bool:
    """Whether somebody may ask for money to go back."""
    return who.may_or_stands_in("ask for refunds") or _owns(contract.owner_id, who)


def _owns(owner_id: UUID, who: Actor) -> bool:
    return owner_id in {who.id, *(away.id for away in who.stands_in_for)}
