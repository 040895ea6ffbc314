"""What applies now: a contract's text with its amendments 补充协议 in effect.

An amendment is a contract of its own life that holds the whole text as it shall be. The text in force is therefore one
contract's rows: those of the latest amendment in effect, or of the contract itself. Whoever asks for quantities,
totals, payments, batches or parties asks here.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer.engine.steps import Ask, Refusal, no
from dealer.records.contracts import Contract, ContractKind, ContractState
from dealer.records.deliveries import Batch
from dealer.records.quotations import Quotation
from dealer.records.vehicles import Unit, UnitState
from dealer.stock.allocation import ON_CONTRACT

S = ContractState
UNSETTLED = (S.DRAFT, S.IN_REVIEW, S.APPROVED, S.ISSUED, S.RETURNED)

Place = tuple[int, UUID]
"""A batch of the delivery plan, and a line as cars know it."""


def is_amendment(contract: Contract, ask: Any = None) -> bool:
    """Whether it changes another contract. Tells the rows of the contract's life apart."""
    return contract.kind is ContractKind.AMENDMENT


def stands_alone(contract: Contract, ask: Any = None) -> bool:
    """Likewise: a text that changes no other."""
    return not is_amendment(contract)


def is_call_off(contract: Contract, ask: Any = None) -> bool:
    """Likewise: an order under a framework agreement, which says the rest."""
    return contract.kind is ContractKind.CALL_OFF


def says_everything(contract: Contract, ask: Any = None) -> bool:
    """Likewise: a text that leaves nothing to another."""
    return stands_alone(contract) and not is_call_off(contract)


def is_no_order(contract: Contract, ask: Any = None) -> bool:
    """Likewise: whatever agrees on money and delivery of its own."""
    return not is_call_off(contract)


def amendments_of(db: Session, contract: Contract) -> list[Contract]:
    """Every amendment that was ever drawn up to a contract, oldest first."""
    query = select(Contract).where(Contract.parent_id == contract.id, Contract.kind == ContractKind.AMENDMENT)
    return list(db.scalars(query.order_by(Contract.number)))


def open_amendment(db: Session, contract: Contract) -> Contract | None:
    """The one that is neither in effect nor given up: there is one at a time."""
    return next((each for each in amendments_of(db, contract) if each.state in UNSETTLED), None)


def text_in_force(db: Session, contract: Contract) -> Contract:
    """Whose lines, total, plan, payments and parties apply now: its own or those of its latest amendment in effect."""
    query = select(Contract).where(
        Contract.parent_id == contract.id,
        Contract.kind == ContractKind.AMENDMENT,
        Contract.effective_on.is_not(None),
    )
    return db.scalars(query.order_by(Contract.number.desc()).limit(1)).first() or contract


def text_for(db: Session, unit: Unit) -> Contract:
    """The text in force under which a car stands."""
    return text_in_force(db, db.get_one(Contract, unit.contract_id))


def cars_of(contract: Contract) -> int:
    """How many cars a text is about."""
    return sum(line.quantity for line in contract.lines)


def planned(text: Contract) -> Counter[Place]:
    """How many cars of a line each batch of a text holds."""
    roots = {line.position: line.root for line in text.lines}
    places: Counter[Place] = Counter()
    for row in text.plan:
        places[row.batch, roots[row.line_position]] += row.quantity
    return places


def held(db: Session, contract: Contract, *, delivered: bool = False) -> Counter[Place]:
    """How many cars stand on a contract's batches; with `delivered` those that the customer has."""
    states = (UnitState.DELIVERED,) if delivered else ON_CONTRACT
    query = (
        select(Batch.planned_as, Unit.contract_line_id, func.count())
        .join(Batch, Batch.id == Unit.batch_id)
        .where(Unit.contract_id == contract.id, Unit.state.in_([state.value for state in states]))
        .group_by(Batch.planned_as, Unit.contract_line_id)
    )
    return Counter({(batch, line): count for batch, line, count in db.execute(query) if line is not None})


def promised_anew(contract: Contract, rows: Iterable[tuple[int, int, date, int]]) -> Iterable[date]:
    """The days of a plan, as (batch, line, day, quantity), that were not promised before; others may have passed."""
    before: Counter[tuple[int, int, date]] = Counter()
    for row in contract.base.plan if contract.base else ():
        before[row.batch, row.line_position, row.due_on] += row.quantity
    return (day for batch, line, day, quantity in rows if quantity > before[batch, line, day])


def amendment_asks_no_more(quotation: Quotation, ask: Ask) -> Refusal | None:
    """A quotation that carries the prices of an amendment ends when its cars are edited, or it is given up."""
    amendment = ask.db.get(Contract, quotation.amendment_id) if quotation.amendment_id else None
    asked = amendment.price_request or {} if amendment is not None else {}
    asks_still = quotation.submitted_at is not None and asked.get("at") == quotation.submitted_at.timestamp()
    if amendment is None or (asks_still and amendment.state is not S.VOID):
        return no("Nothing has happened that would end it.", code="E-NOT-YET", quiet=True)
    return None
