"""What lies on the desk of finance: payments that wait, cars that lack nothing but their invoice, what customers owe.

Reads for lists, in a fixed number of queries. What is owed is read from the payment plans of all contracts that still
have money to come.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.deliveries import delivery_calendar
from dealer.engine.steps import Ask
from dealer.engine.words import Word
from dealer.money import credit, payment_plans
from dealer.money.invoices import invoice_is_issued
from dealer.money.payment_plans import HEAD, Due, Head, Plan
from dealer.people import Actor
from dealer.records.contracts import Contract, ContractKind, ContractLine, ContractState, Instalment, PaymentEvent
from dealer.records.credit import CreditProfile, CreditState
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch
from dealer.records.money import Invoice, Receipt, ReceiptState
from dealer.records.vehicles import InvoiceState, Unit, UnitState
from dealer.stock.allocation import HELD

MOST = 200
INVOICE_ALONE = (delivery_calendar.word_for(invoice_is_issued),)
AGES = (30, 60, 90)
"""Days after which money that is late moves to the next column of the list of receivables."""

# Who has something to do with a payment that stands there.
WAITS_FOR = {
    ReceiptState.REPORTED: "record money",
    ReceiptState.APPROVED: "record money",
    ReceiptState.ASKED: "approve refunds",
}

# ── payments ──────────────────────────────────────────────────────────────────────────────────────────────────────


def waiting(db: Session, who: Actor) -> list[Receipt]:
    """Payments that wait for this person, oldest first."""
    query = people.scoped(select(Receipt).where(_waits_for(who)), Receipt, who).options(
        joinedload(Receipt.contract).joinedload(Contract.deal).joinedload(Deal.customer)
    )
    return list(db.scalars(query.order_by(Receipt.since, Receipt.number).limit(MOST)))


def how_many(ask: Ask) -> int:
    """How many payments and analyses of credit wait for this person, and invoices to be issued or ended."""
    db, who = ask.db, ask.actor
    payments = select(func.count()).select_from(Receipt).where(Receipt.store_id == who.store_id, _waits_for(who))
    analyses = (
        select(func.count())
        .select_from(CreditProfile)
        .where(CreditProfile.store_id == who.store_id, CreditProfile.state == CreditState.PROPOSED)
    )
    red = select(func.count()).select_from(Invoice).where(Invoice.store_id == who.store_id, _is_to_be_ended())
    counted = [payments]
    books = who.may_or_stands_in("record money")
    counted += [red] if books else []
    counted += [analyses] if who.may_or_stands_in("approve credit") else []
    cars = delivery_calendar.how_many_lack_only(ask, invoice_is_issued, _without_invoice(ask)) if books else 0
    return cars + sum(db.execute(select(*(each.scalar_subquery() for each in counted))).one())


def _waits_for(who: Actor) -> ColumnElement[bool]:
    return Receipt.state.in_([state.value for state, duty in WAITS_FOR.items() if who.may_or_stands_in(duty)])


# ── cars ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class ToInvoice:
    """A car that waits for its invoice, and what it costs."""

    unit: Unit
    contract: Contract
    price: int


@dataclass(frozen=True)
class Later:
    """Cars of a batch that have no invoice and lack more than that before they can be handed over."""

    batch: Batch
    contract: Contract
    count: int
    what: tuple[Word, ...]


def to_invoice(ask: Ask) -> tuple[list[ToInvoice], list[Later]]:
    """Cars without an invoice, by contract: those whose hand-over waits for it alone; how many lack what else."""
    query = _without_invoice(ask).add_columns(Contract, ContractLine.unit_price, Batch)
    query = query.options(joinedload(Unit.model), joinedload(Contract.deal).joinedload(Deal.customer))
    found = ask.db.execute(query).all()
    lacks = delivery_calendar.lacks_of(ask, [unit for unit, *_ in found])
    now, more = [], Counter[tuple[Batch, Contract, tuple[Word, ...]]]()
    for unit, contract, price, batch in found:
        if lacks[unit.id] == INVOICE_ALONE:
            now.append(ToInvoice(unit, contract, price))
        else:
            more[batch, contract, tuple(word for word in lacks[unit.id] if word not in INVOICE_ALONE)] += 1
    return now, [Later(batch, contract, count, what) for (batch, contract, what), count in more.items()]


def _without_invoice(ask: Ask) -> Select[Unit]:
    """Cars on a contract that are not handed over and have no living invoice."""
    return (
        select(Unit)
        .join(Contract, Contract.id == Unit.contract_id)
        .join(ContractLine, ContractLine.id == Unit.contract_line_id)
        .join(Batch, Batch.id == Unit.batch_id)
        .where(
            Unit.store_id == ask.actor.store_id,
            Unit.state.in_([state.value for state in HELD]),
            Unit.invoice != InvoiceState.ISSUED,
        )
        .order_by(Contract.number, Batch.position, Unit.number)
    )


def red_letters_asked(db: Session, who: Actor) -> list[tuple[Invoice, Unit]]:
    """Living invoices that somebody wants ended, by their numbers."""
    query = select(Invoice, Unit).join(Unit, Unit.id == Invoice.unit_id)
    wanted = query.where(Invoice.store_id == who.store_id, _is_to_be_ended()).order_by(Invoice.number)
    return [(invoice, unit) for invoice, unit in db.execute(wanted.limit(MOST))]


def _is_to_be_ended() -> ColumnElement[bool]:
    return and_(Invoice.red_asked_by_id.is_not(None), Invoice.red_on.is_(None))


# ── receivables ───────────────────────────────────────────────────────────────────────────────────────────────────


def by_age(row: Due, today: date) -> list[int]:
    """What of an instalment is late for up to 30, 60, 90 days, and for longer."""
    sums = [0] * (len(AGES) + 1)
    for day, amount in row.late(today):
        sums[sum((today - day).days > limit for limit in AGES)] += amount
    return sums


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who owes."""

    id: UUID
    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Owed:
    """What one customer owes under all their contracts: what is open, and what of it is late, by its age."""

    customer: Buyer
    plans: tuple[Plan, ...]
    limit: int | None  # of the credit profile that counts
    open: int  # whatever is still to come
    aged: tuple[int, ...]  # what of it all is late, for how long

    @property
    def overdue(self) -> int:
        """What is late altogether."""
        return sum(self.aged)


def receivables(db: Session, who: Actor, today: date, customer: Customer | None = None) -> list[Owed]:
    """Every customer who owes something, who is furthest behind first."""
    told = db.execute(_with_money_to_come(who, customer), {"store": who.store_id}).all()
    buyers: dict[UUID, Buyer] = {}
    plans: dict[UUID, list[Plan]] = {}
    heads = [Head(*head) for _, _, _, *head in told]
    for (key, number, name, *_), plan in zip(told, payment_plans.plans_of(db, heads) if heads else (), strict=True):
        if plan.open:
            buyers[key] = Buyer(key, number, name)
            plans.setdefault(key, []).append(plan)
    limits = credit.limits_of(db, who.store_id, today)
    found = [_owed(buyer, plans[key], limits.get(key), today) for key, buyer in buyers.items()]
    return sorted(found, key=lambda owed: (-owed.overdue, -owed.open, owed.customer.number))


def _owed(buyer: Buyer, plans: list[Plan], limit: int | None, today: date) -> Owed:
    ages = (by_age(row, today) for plan in plans for row in plan.rows if row.open)
    aged = tuple(map(sum, zip(*ages, strict=True)))
    return Owed(buyer, tuple(plans), limit, sum(plan.open for plan in plans), aged)


def _with_money_to_come(who: Actor, customer: Customer | None) -> Any:
    """Contracts in effect, performed ones that kept a retention back, and ended ones whose cars stay sold."""
    query: Any = _TO_COME if customer is None else _TO_COME.where(Deal.customer_id == customer.id)
    return people.scoped(query, Contract, who) if who.outside else query


_KEPT_BACK = exists().where(Instalment.contract_id == Contract.id, Instalment.event == PaymentEvent.RETENTION_END)
_STAYS_SOLD = exists().where(Unit.contract_id == Contract.id, Unit.state == UnitState.DELIVERED)
# Built once: the customer, then the columns of a `Head`.
_TO_COME = (
    select(Customer.id, Customer.number, Customer.name, *HEAD)
    .select_from(Contract)
    .join(Contract.deal)
    .join(Deal.customer)
    .where(
        Contract.store_id == bindparam("store"),
        Contract.kind != ContractKind.AMENDMENT,
        or_(
            Contract.state == ContractState.EFFECTIVE,
            and_(Contract.state == ContractState.PERFORMED, _KEPT_BACK),
            and_(Contract.state == ContractState.TERMINATED, _STAYS_SOLD),
        ),
    )
    .order_by(Contract.number)
)


def open_rows(owed: Iterable[Owed]) -> list[tuple[Plan, Due]]:
    """The instalments behind a figure: those that are open, by their day; those without one last."""
    rows = [(plan, row) for each in owed for plan in each.plans for row in plan.rows if row.open]
    return sorted(rows, key=lambda pair: (pair[1].due_on or date.max, pair[0].contract.number, pair[1].position))
