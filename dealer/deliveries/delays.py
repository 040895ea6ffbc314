"""How far a batch is, how late, and what the delay costs.

Delay damages are agreed in the contract: a rate a day on the value of what is late, up to a cap. Days of force majeure
or of the customer's own doing are left out, with evidence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer.contracts.in_force import text_in_force
from dealer.engine import files
from dealer.engine.amounts import half_up
from dealer.engine.database import calendar_of
from dealer.engine.fields import Paragraph, Upload
from dealer.engine.steps import Ask, Facts, Refusal, Unrecorded, no, on_facts
from dealer.records.contracts import ContractLine
from dealer.records.deliveries import Batch, BatchShare
from dealer.records.vehicles import InvoiceState, Unit, UnitState
from dealer.stock.allocation import ON_CONTRACT, TAKING, units_of_batch

# ── days that do not count ────────────────────────────────────────────────────────────────────────────────────────


class Excuse(Facts):
    """Days of delay that are not ours: force majeure, or the customer's doing. With evidence."""

    days: int = Field(title="Days of delay to leave out", ge=0, le=3650)
    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)
    evidence: Annotated[Upload | None, Unrecorded()] = Field(None, title="Proof")


@on_facts
def excuse_has_evidence(batch: Batch, ask: Ask) -> Refusal | None:
    """Days are left out with evidence only; the first evidence stays on record."""
    if ask.facts.days and ask.facts.evidence is None and batch.excuse_sha256 is None:
        return no("Attach the evidence: a notice, a letter, a message.", code="E-REQ-FIELD", field="evidence")
    return None


def note_excuse(batch: Batch, ask: Ask) -> None:
    """The days, why, and the evidence."""
    facts: Excuse = ask.facts
    batch.excused_days, batch.excuse = facts.days, facts.reason
    if facts.evidence:
        batch.excuse_sha256 = files.keep(
            ask.db, batch.store_id, facts.evidence.name, facts.evidence.content, ask.at
        )  # fmt: skip


# ── late, and what it costs ───────────────────────────────────────────────────────────────────────────────────────


def days_late(batch: Batch, until: date) -> int:
    """Days of delay that count, from the day of the contract on."""
    return max(0, (until - batch.original_due_on).days - batch.excused_days)


def is_overdue(batch: Batch, delivered: int, today: date) -> bool:
    """Due, and not all delivered."""
    return batch.state in TAKING and batch.due_on < today and delivered < batch.quantity


@dataclass(frozen=True)
class Damages:
    """What the delay of a batch costs so far: fen, the most days a car is late, and whether the cap is reached."""

    amount: int
    days: int
    capped: bool


def delay_damages(db: Session, batch: Batch, today: date) -> Damages:
    """Value of the late cars × rate × days late, per car up to its day of delivery, together at most the cap.

    The contract states the rate in hundredths of a per mille a day and the cap in percent of the late value.
    """
    contract = text_in_force(db, batch.contract)
    rate, cap = contract.damages_permille or 0, contract.damages_cap_percent or 0
    late = [(price, days) for price, days in _late_cars(db, batch, today) if days > 0]
    grown = sum(half_up(price * rate * days, 100_000) for price, days in late)
    most = half_up(sum(price for price, _ in late) * cap, 100)
    return Damages(min(grown, most), max((days for _, days in late), default=0), grown > most)


@dataclass(frozen=True)
class Outlook:
    """What a delay will cost, said before it does: from which day on, how much a day, and at most (fen)."""

    begins_on: date
    a_day: int
    most: int


def outlook(db: Session, batch: Batch, delivered: Mapping[UUID, int]) -> Outlook | None:
    """The same reckoning ahead, for the places that are not with the customer; None: a delay costs nothing.

    The first day that counts is the one after the day of the contract and the days that are left out.
    """
    contract = text_in_force(db, batch.contract)
    rate, cap = contract.damages_permille or 0, contract.damages_cap_percent or 0
    waiting = [(_price(db, share), share.quantity - delivered.get(share.contract_line_id, 0)) for share in batch.shares]
    a_day = sum(half_up(price * rate, 100_000) * count for price, count in waiting if count > 0)
    if not a_day:
        return None
    most = half_up(sum(price * count for price, count in waiting if count > 0) * cap, 100)
    return Outlook(batch.original_due_on + timedelta(days=batch.excused_days + 1), a_day, most)


def _price(db: Session, share: BatchShare) -> int:
    return db.get_one(ContractLine, share.contract_line_id).unit_price


def _late_cars(db: Session, batch: Batch, today: date) -> Iterable[tuple[int, int]]:
    """(price, days late) of every place of a batch; a place without a car is as late as one in the yard."""
    calendar, units = calendar_of(db), units_of_batch(db, batch)
    for share in batch.shares:
        price = _price(db, share)
        left = [unit.delivered_at for unit in units if unit.contract_line_id == share.contract_line_id]
        ends = [calendar.today(moment) if moment else today for moment in left]
        ends += [today] * (share.quantity - len(ends))
        yield from ((price, days_late(batch, end)) for end in ends)


# ── how far ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Progress:
    """How far the cars of a batch are."""

    allocated: int
    ready: int
    delivered: int
    invoiced: int


def progress(db: Session, batches: Iterable[Batch]) -> dict[UUID, Progress]:
    """How far each of some batches is, in one query."""
    keys = [batch.id for batch in batches]
    query = select(Unit.batch_id, Unit.state, Unit.invoice, func.count()).where(
        Unit.batch_id.in_(keys), Unit.state.in_([state.value for state in ON_CONTRACT])
    )
    rows = db.execute(query.group_by(Unit.batch_id, Unit.state, Unit.invoice)).all()
    return {key: _progress([row for row in rows if row[0] == key]) for key in keys}


def _progress(rows: Iterable[Any]) -> Progress:
    told = list(rows)
    return Progress(
        allocated=sum(count for *_, count in told),
        ready=sum(count for _, state, _, count in told if state is UnitState.READY),
        delivered=sum(count for _, state, _, count in told if state is UnitState.DELIVERED),
        invoiced=sum(count for _, _, invoice, count in told if invoice is InvoiceState.ISSUED),
    )
