"""What becomes of a deposit when cars are not delivered after all: proposals of the law, the decision, its booking.

定金 is forfeited by the buyer who fails and paid back double by the seller who fails (Civil Code 587), for the part
that is not performed (the Supreme People's Court on contracts, art. 68); 订金 is paid back (Civil Code 566). The
general manager decides, with a note; finance books what was decided, and nothing is booked before.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from dealer import people
from dealer.contracts.in_force import text_in_force
from dealer.engine.amounts import half_up
from dealer.engine.database import sum_of
from dealer.engine.steps import Ask, Refusal, Refused, no, on_facts
from dealer.engine.words import Yuan
from dealer.money import finance
from dealer.money.receipts import RECEIPTS, CarriedOut
from dealer.people import Actor
from dealer.records.contracts import Contract, ContractKind, ContractLine, ContractState, DepositKind
from dealer.records.deals import Deal, DealState
from dealer.records.money import Receipt, ReceiptKind, ReceiptState
from dealer.records.vehicles import Unit, UnitState

BOUND = (ContractState.EFFECTIVE, ContractState.PERFORMED, ContractState.TERMINATED)


class DepositOutcome(StrEnum):
    """What becomes of the deposit for the part that is not performed."""

    STAYS = "stays"  # it counts towards the price of the other cars
    RETURNED = "returned"
    DOUBLE = "double_back"  # we failed: Civil Code 587
    FORFEITED = "forfeited"  # the buyer failed


SHARES = {
    DepositOutcome.STAYS: 0, DepositOutcome.RETURNED: 1, DepositOutcome.DOUBLE: 2, DepositOutcome.FORFEITED: 1,
}  # fmt: skip
PENALTIES = (DepositOutcome.DOUBLE, DepositOutcome.FORFEITED)

# ── what it comes to ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Share:
    """The part of a deposit that stands for what is not performed: by the price of those cars, half-up to the fen."""

    paid: int  # of the deposit
    undelivered: int  # the price of the cars that are still to come
    whole: int  # the price of all cars of the contract

    @property
    def amount(self) -> int:
        """The share itself."""
        return half_up(self.paid * self.undelivered, self.whole) if self.whole else 0

    def comes_to(self, outcome: DepositOutcome) -> int:
        """What an outcome comes to."""
        return self.amount * SHARES[outcome]


def contract_of(db: Session, deal: Deal) -> Contract | None:
    """The contract that bound dealer and buyer, also once it is terminated."""
    query = select(Contract).where(
        Contract.deal_id == deal.id,
        Contract.kind != ContractKind.AMENDMENT,
        Contract.state.in_([state.value for state in BOUND]),
    )
    return db.scalars(query.order_by(Contract.number.desc()).limit(1)).first()


def share_of(db: Session, deal: Deal) -> Share:
    """What a cancellation of the whole deal leaves unperformed."""
    contract = contract_of(db, deal)
    if contract is None:
        return Share(0, 0, 0)
    whole = sum(line.unit_price * line.quantity for line in text_in_force(db, contract).lines)
    delivered = db.scalar(
        select(sum_of(ContractLine.unit_price))
        .join(Unit, Unit.contract_line_id == ContractLine.id)
        .where(Unit.contract_id == contract.id, Unit.state == UnitState.DELIVERED)
    )
    return Share(finance.deposit_paid(db, contract), whole - (delivered or 0), whole)


# ── rules of the cancellation ─────────────────────────────────────────────────────────────────────────────────────


@on_facts
def cancelled_deposit_keeps_its_word(deal: Deal, ask: Ask) -> Refusal | None:
    """Only 定金 is forfeited or paid back double."""
    contract = contract_of(ask.db, deal)
    return only_earnest_is_a_penalty(contract, ask.facts.outcome) if contract else None


def only_earnest_is_a_penalty(contract: Contract, outcome: DepositOutcome) -> Refusal | None:
    """订金 is paid back and no more (Civil Code 586 speaks of 定金 alone): for a whole contract and for one batch."""
    if outcome in PENALTIES and contract.deposit_kind is not DepositKind.EARNEST:
        return no(
            "Only earnest money (定金) is forfeited or paid back double: the contract agrees “{kind}”.",
            code="E-DEPOSIT-WORD", field="outcome", kind=contract.deposit_kind,
        )  # fmt: skip
    return None


@on_facts
def cancelled_deposit_is_within_its_share(deal: Deal, ask: Ask) -> Refusal | None:
    """At most what the law proposes for the cars that were not delivered."""
    most = share_of(ask.db, deal).comes_to(ask.facts.outcome)
    if ask.facts.deposit_outcome > most:
        return no(
            "At most {most}: the share of these cars in the deposit that was paid.", code="E-DEPOSIT-SHARE",
            field="deposit_outcome", most=Yuan(most),
        )  # fmt: skip
    return None


CANCELLATION = (cancelled_deposit_keeps_its_word, cancelled_deposit_is_within_its_share)

# ── carrying it out ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Decision:
    """An outcome that was decided: of a cancelled deal, or of a batch that was ended."""

    key: UUID  # of the deal, or of the text that ended the batch
    contract: Contract
    outcome: DepositOutcome
    amount: int

    @property
    def bookings(self) -> list[tuple[ReceiptKind, int]]:
        """What finance books: half of a double goes back, the other half is our penalty."""
        match self.outcome:
            case DepositOutcome.FORFEITED:
                return [(ReceiptKind.FORFEITED, self.amount)]
            case DepositOutcome.DOUBLE:
                parts = (ReceiptKind.REFUND, self.amount - self.amount // 2), (ReceiptKind.PENALTY, self.amount // 2)
                return [part for part in parts if part[1]]
        return [(ReceiptKind.REFUND, self.amount)]


def decisions(db: Session, who: Actor) -> list[Decision]:
    """What was decided and not yet booked, oldest first."""
    booked = exists().where(Receipt.state == ReceiptState.CONFIRMED)
    cancelled = select(Deal).where(
        Deal.state == DealState.CANCELLED, Deal.cancel_deposit_outcome > 0, ~booked.where(Receipt.decided_id == Deal.id)
    )
    ended = select(Contract).where(
        Contract.ended_batch.is_not(None), Contract.effective_on.is_not(None),
        ~booked.where(Receipt.decided_id == Contract.id),
    )  # fmt: skip
    deals = db.scalars(people.scoped(cancelled, Deal, who).order_by(Deal.since))
    texts = db.scalars(people.scoped(ended, Contract, who).order_by(Contract.number))
    found = [*(_of_deal(db, deal) for deal in deals), *(_of_ending(text) for text in texts)]
    return [each for each in found if each is not None and each.amount and each.outcome is not DepositOutcome.STAYS]


def _of_deal(db: Session, deal: Deal) -> Decision | None:
    contract = contract_of(db, deal)
    if contract is None or deal.cancel_outcome is None:
        return None
    return Decision(deal.id, contract, DepositOutcome(deal.cancel_outcome), deal.cancel_deposit_outcome or 0)


def _of_ending(text: Contract) -> Decision | None:
    told = text.ending or {}
    if text.parent is None or not told:
        return None
    return Decision(text.id, text.parent, DepositOutcome(told["outcome"]), int(told["amount"]))


def carry_out(decision: Decision, ask: Ask) -> None:
    """Book what was decided. Raises Refused with every reason."""
    facts: CarriedOut = ask.facts
    if all(each.key != decision.key for each in decisions(ask.db, ask.actor)):
        raise Refused([no("This has been booked already: look at the payments.", code="E-PAYMENT-KNOWN")])
    contract = decision.contract
    for kind, amount in decision.bookings:
        receipt = Receipt(
            store_id=contract.store_id, contract=contract, contract_id=contract.id, case_id=contract.deal_id,
            kind=kind, amount=amount, decided_id=decision.key, **facts.model_dump(),
        )  # fmt: skip
        RECEIPTS.begin("carry_out", receipt, ask)
