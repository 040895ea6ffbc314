"""Money that leaves under a contract by request: what for, how much of it is there, and to whom.

A refund pays back what came towards the price, 代收款 goes on to whom it was collected for or back, a performance
bond 履约保证金 goes to the purchaser as far as the contract agrees one. Each is asked for, approved and paid.
"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.contracts.in_force import text_in_force
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.engine.words import Sentence, Yuan
from dealer.money import finance, payment_plans
from dealer.records.contracts import Contract, ContractState
from dealer.records.money import Receipt, ReceiptKind, ReceiptState

K = ReceiptKind
ASKED_FOR = (K.REFUND, K.ON_BEHALF_PAID, K.BOND_PAID)
BY_REQUEST = (*ASKED_FOR, K.FORFEITED, K.PENALTY)
OUT_OF = dict.fromkeys(finance.TOWARDS_THE_PRICE, K.REFUND) | {K.ON_BEHALF: K.ON_BEHALF_PAID}  # came as, leaves as

# ── what there is ─────────────────────────────────────────────────────────────────────────────────────────────────


def left_to_pay(db: Session, contract: Contract, kind: ReceiptKind, but: Receipt | None = None) -> int:
    """How much may still leave for this; what is asked for or approved already is spoken for."""
    if kind not in (K.BOND_PAID, K.ON_BEHALF_PAID):
        return finance.received(db, contract) - finance.under_way(db, contract, K.REFUND, but)
    bond = kind is K.BOND_PAID
    there = agreed_bond(db, contract) if bond else finance.sum_of_kinds(db, contract, (K.ON_BEHALF,))
    return there - finance.sum_of_kinds(db, contract, (kind,)) - finance.under_way(db, contract, kind, but)


def something_is_left(db: Session, contract: Contract) -> bool:
    """Whether anything may leave under this contract at all."""
    return any(left_to_pay(db, contract, kind) > 0 for kind in ASKED_FOR)


def agreed_bond(db: Session, contract: Contract) -> int:
    """The bond that the text in force has us pay; a bank's letter of guarantee moves no money."""
    text = text_in_force(db, contract)
    return 0 if text.bond_by_guarantee else text.performance_bond


def is_a_stranger(db: Session, contract: Contract, payee: str) -> bool:
    """Whether a payee is neither a party of the contract nor somebody whose money came in under it."""
    if payee in {party.name for party in text_in_force(db, contract).parties}:
        return False
    paid = select(Receipt.id).where(
        Receipt.contract_id == contract.id, Receipt.payer == payee, Receipt.state == ReceiptState.CONFIRMED,
        Receipt.kind.in_([kind.value for kind in OUT_OF]),
    )  # fmt: skip
    return db.scalar(paid.limit(1)) is None


def owed_again(db: Session, contract: Contract, amount: int, but: Receipt | None = None) -> int:
    """How much of a refund the customer owes anew, because the contract goes on and has not been overpaid by it."""
    if contract.state is not ContractState.EFFECTIVE:
        return 0
    over = payment_plans.plan_of(db, contract).overpaid - finance.under_way(db, contract, K.REFUND, but)
    return amount - max(0, min(amount, over))


def warnings(db: Session, receipt: Receipt) -> Iterator[Sentence]:
    """What whoever approves or pays a request should see before."""
    if receipt.kind not in ASKED_FOR or receipt.state not in finance.UNDER_WAY:
        return
    if is_a_stranger(db, receipt.contract, receipt.payer):
        yield Sentence("{payee} is neither a party of the contract nor paid under it.", {"payee": receipt.payer})
    again = owed_again(db, receipt.contract, receipt.amount, receipt) if receipt.kind is K.REFUND else 0
    if again:
        yield Sentence("The contract goes on: {again} yuan of this are owed again.", {"again": Yuan(again)})


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def kind_needs_no_request(receipt: Receipt, ask: Ask) -> Refusal | None:
    """Money leaves by two people only."""
    if ask.facts.kind in BY_REQUEST:
        return no(
            "Money is paid out by request: ask for it, and the general manager approves it.",
            code="E-REFUND", field="kind",
        )  # fmt: skip
    return None


@on_facts
def kind_is_asked_for(receipt: Receipt, ask: Ask) -> Refusal | None:
    """What a cancelled deal costs is decided elsewhere, and money that comes in needs no leave."""
    if ask.facts.kind not in ASKED_FOR:
        return no("Choose one of the offered values.", code="E-REQ-FIELD", field="kind")
    return None


@on_facts
def refund_was_received(receipt: Receipt, ask: Ask) -> Refusal | None:
    """Nobody pays out more than came in or is agreed, whatever else is asked for or approved already."""
    return _more_than_there_is(receipt, ask, ask.facts.kind, ask.facts.amount)


def refund_is_still_there(receipt: Receipt, ask: Ask) -> Refusal | None:
    """Asked again when it is approved and when it is paid; a penalty is our own money."""
    return None if receipt.kind is K.PENALTY else _more_than_there_is(receipt, ask, receipt.kind, receipt.amount)


def _more_than_there_is(receipt: Receipt, ask: Ask, kind: ReceiptKind, amount: int) -> Refusal | None:
    left = max(0, left_to_pay(ask.db, receipt.contract, kind, but=receipt))
    if amount <= left:
        return None
    if kind is K.BOND_PAID and not agreed_bond(ask.db, receipt.contract):
        return no(
            "The contract agrees no performance bond to be transferred: agree it by an amendment first.",
            code="E-BOND", field="kind",
        )  # fmt: skip
    if kind is K.BOND_PAID:
        return no(
            "{left} of the agreed performance bond can still be paid: correct the amount.",
            code="E-BOND", field="amount", left=Yuan(left),
        )  # fmt: skip
    return no(
        "{left} can still be paid out for this: the rest did not come in, or is paid or asked for already.",
        code="E-REFUND", field="amount", left=Yuan(left),
    )  # fmt: skip


@on_facts
def other_payee_is_meant(receipt: Receipt, ask: Ask) -> Refusal | None:
    """Money to a stranger is how money is lost; 代收款 goes on to insurers and offices by its nature."""
    facts = ask.facts
    if facts.kind is K.ON_BEHALF_PAID or facts.other_payee or not is_a_stranger(ask.db, receipt.contract, facts.payer):
        return None
    return no(
        "{payee} is neither a party of the contract nor paid under it: correct it, or tick it and say why.",
        code="E-PAYEE", field="payer", payee=facts.payer,
    )  # fmt: skip


@on_facts
def owing_again_is_meant(receipt: Receipt, ask: Ask) -> Refusal | None:
    """An instalment that goes back while the contract goes on is owed once more: whoever asks says so."""
    facts = ask.facts
    again = owed_again(ask.db, receipt.contract, facts.amount) if facts.kind is K.REFUND else 0
    if again and not facts.goes_on:
        return no(
            "The contract goes on, and {again} of this would be owed again: correct the amount, or tick it.",
            code="E-OWED-AGAIN", field="goes_on", again=Yuan(again),
        )  # fmt: skip
    return None


def what_was_paid_back_stays_covered(receipt: Receipt, ask: Ask) -> Refusal | None:
    """Money that left must have come: its payment is not reversed beneath it."""
    kind = OUT_OF.get(receipt.kind)
    left = left_to_pay(ask.db, receipt.contract, kind) if kind else receipt.amount
    if receipt.amount > left:
        return no(
            "{paid} of what came in were paid back or are to be: reverse the refund first.",
            code="E-REFUND", paid=Yuan(receipt.amount - left),
        )  # fmt: skip
    return None


WANTED = (kind_is_asked_for, refund_was_received, other_payee_is_meant, owing_again_is_meant)
