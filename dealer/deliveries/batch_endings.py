"""Ending a single batch of a contract in effect 部分解除 (Civil Code 633): what it has not delivered leaves it.

The general manager decides, with the notice that arrived and its evidence. From then on the text applies without these
cars, as after an amendment; nobody signs it, and what is delivered stays sold. Money is posted by finance later: the
amounts here are proposals, and the decision.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.contracts.amendment_drafts import charged, extras_of, pay_again
from dealer.contracts.contract_drafts import keep_file
from dealer.contracts.in_force import held
from dealer.engine.amounts import half_up
from dealer.engine.fields import Money, Options, Paragraph, Upload
from dealer.engine.steps import Ask, Facts, Refusal, Unrecorded, no, on_facts
from dealer.engine.words import Yuan
from dealer.money import finance
from dealer.money.deposit_outcomes import SHARES, DepositOutcome, only_earnest_is_a_penalty
from dealer.records.contracts import Contract
from dealer.records.deliveries import Batch
from dealer.records.people import Role
from dealer.records.vehicles import InvoiceState, Unit
from dealer.stock.allocation import HELD


class EndingGround(StrEnum):
    """Why a batch ends before its cars are delivered."""

    MUTUAL = "mutual"  # Civil Code 562
    WE_FAILED = "we_failed"  # the buyer ends it: Civil Code 563, 633
    BUYER_FAILED = "buyer_failed"  # we end it


# What the law gives on which ground, in shares of the deposit.
PROPOSED = {
    EndingGround.MUTUAL: DepositOutcome.RETURNED,
    EndingGround.WE_FAILED: DepositOutcome.DOUBLE,
    EndingGround.BUYER_FAILED: DepositOutcome.FORFEITED,
}


class BatchEnding(Facts):
    """Which batch, on what ground, and what becomes of the deposit."""

    batch: Annotated[int, Options("batches_to_end")] = Field(title="Batch")
    ground: EndingGround = Field(title="Ground")
    notice_day: date = Field(title="Day the notice arrived")
    evidence: Annotated[Upload, Unrecorded()] = Field(title="Notice or agreement")
    outcome: DepositOutcome = Field(DepositOutcome.STAYS, title="The deposit for these cars")
    amount: Money = Field(0, title="Amount", description="At most what is proposed; finance pays or books it later.")
    note: Annotated[str, Paragraph] = Field(title="Note", min_length=1, max_length=2000)


# ── what it comes to ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Proposal:
    """A batch that could be ended: its cars that are not delivered, their price, and their share of the deposit."""

    batch: int
    cars: int
    value: int
    share: int  # of the deposit that was paid: by the price of these cars (Civil Code 587, half-up to the fen)

    def amount(self, outcome: DepositOutcome) -> int:
        """What an outcome comes to."""
        return self.share * SHARES[outcome]


def proposals(db: Session, contract: Contract) -> list[Proposal]:
    """The batches of an ending, not yet written down, that still have cars to come."""
    base, parent = contract.base, contract.parent
    if base is None or parent is None:
        return []
    lines = {line.position: line for line in base.lines}
    gone = held(db, parent, delivered=True)
    whole, paid = _secured(base), finance.deposit_paid(db, parent)
    found = []
    for number in sorted({row.batch for row in base.plan}):
        left = [
            (lines[row.line_position], row.quantity - gone[number, lines[row.line_position].root])
            for row in base.plan
            if row.batch == number
        ]
        cars, value = sum(count for _, count in left), sum(line.unit_price * count for line, count in left)
        if cars:
            found.append(Proposal(number, cars, value, half_up(paid * value, whole) if whole else 0))
    return found


def _secured(text: Contract) -> int:
    """The price of the cars the deposit stands for: of those in the text, and of batches ended, which had their share.

    Cars that both sides have taken out by an amendment are no longer agreed: the whole deposit secures the others.
    """
    value = _value(text)
    while text.base is not None:
        if text.ended_batch is not None:
            value += _value(text.base) - _value(text)
        text = text.base
    return value


def _value(text: Contract) -> int:
    return sum(line.unit_price * line.quantity for line in text.lines)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def batch_has_cars_to_come(contract: Contract, ask: Ask) -> Refusal | None:
    """What is delivered is not ended; nor is what is no batch."""
    if _proposal(contract, ask) is None:
        return no("Choose a batch that still has cars to come.", code="E-BATCH-NONE", field="batch")
    return None


@on_facts
def cars_of_the_batch_have_no_invoice(contract: Contract, ask: Ask) -> Refusal | None:
    """A car that leaves its contract takes no invoice along."""
    if contract.parent is None:
        return None
    living = (
        select(Unit.vin)
        .join(Batch, Batch.id == Unit.batch_id)
        .where(Unit.contract_id == contract.parent.id, Batch.planned_as == ask.facts.batch)
        .where(Unit.state.in_([state.value for state in HELD]), Unit.invoice == InvoiceState.ISSUED)
    )
    vins = list(ask.db.scalars(living.order_by(Unit.number)))
    if vins:
        return no(
            "The invoices of {vins} live: finance red-letters them first.", code="E-INVOICE-LIVE",
            remover=Role.FINANCE, vins=vins,
        )  # fmt: skip
    return None


@on_facts
def notice_has_arrived(contract: Contract, ask: Ask) -> Refusal | None:
    """It ends with the arrival of the notice (Civil Code 565)."""
    if ask.facts.notice_day > ask.today:
        return no("The notice has not arrived yet: choose a day up to today.", code="E-DAY-FUTURE", field="notice_day")
    return None


@on_facts
def outcome_fits_the_deposit(contract: Contract, ask: Ask) -> Refusal | None:
    """Only 定金 is forfeited or paid back double; 订金 is paid back, and nothing where nothing was paid."""
    return only_earnest_is_a_penalty(contract, ask.facts.outcome)


@on_facts
def amount_is_within_the_share(contract: Contract, ask: Ask) -> Refusal | None:
    """The part of the deposit that stands for the cars not delivered, once or twice."""
    proposal = _proposal(contract, ask)
    most = proposal.amount(ask.facts.outcome) if proposal else 0
    if ask.facts.amount > most:
        return no(
            "At most {most}: the share of these cars in the deposit that was paid.", code="E-DEPOSIT-SHARE",
            field="amount", most=Yuan(most),
        )  # fmt: skip
    return None


def _proposal(contract: Contract, ask: Ask) -> Proposal | None:
    return next((each for each in proposals(ask.db, contract) if each.batch == ask.facts.batch), None)


ENDING = (
    batch_has_cars_to_come, cars_of_the_batch_have_no_invoice, notice_has_arrived, outcome_fits_the_deposit,
    amount_is_within_the_share,
)  # fmt: skip

# ── effect ────────────────────────────────────────────────────────────────────────────────────────────────────────


def write_ending(contract: Contract, ask: Ask) -> None:
    """The text without the cars of the batch that were not delivered."""
    facts: BatchEnding = ask.facts
    if contract.base is None or contract.parent is None:
        raise LookupError(f"contract {contract.number} ends a batch of nothing")
    contract.ended_batch, contract.amend_reason, contract.effective_on = facts.batch, facts.note, facts.notice_day
    contract.ending = {
        "ground": facts.ground.value, "outcome": facts.outcome.value, "amount": facts.amount, "by": str(ask.actor.id),
        "evidence_sha256": keep_file(ask, facts.evidence),
    }  # fmt: skip
    gone = held(ask.db, contract.parent, delivered=True)
    lines, before = {line.position: line for line in contract.lines}, {line.root: line for line in contract.base.lines}
    for row in contract.plan:
        if row.batch == facts.batch:
            line = lines[row.line_position]
            left = min(row.quantity, gone[row.batch, line.root])
            line.quantity, row.quantity = line.quantity - (row.quantity - left), left
    contract.plan = [row for row in contract.plan if row.quantity]
    for line in contract.lines:
        line.extras = extras_of(before[line.root], line.quantity, with_lump=line.quantity > 0)
    contract.total = sum(line.unit_price * line.quantity + charged(line) for line in contract.lines)
    pay_again(contract, first=facts.batch)
