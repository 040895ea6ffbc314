"""What lies on the desk of finance: payments that wait, cars that lack nothing but their invoice, what customers owe.

Reads for lists, in a fixed number of queries. What is owed is read from the payment plans of all contracts that still
have money to come.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from dealer import credit, payment_plans, people
from dealer.payment_plans import Due, Plan
from dealer.people import Actor
from dealer.records.contracts import Contract, ContractKind, ContractLine, ContractState, Instalment, PaymentEvent
from dealer.records.credit import CreditProfile, CreditState
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.money import Invoice, Receipt, ReceiptState
from dealer.records.vehicles import Certificate, InvoiceState, Unit, UnitState

MOST = 200
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


def how_many(db: Session, who: Actor) -> int:
    """How many payments and analyses of credit wait for this person, and invoices to be issued or ended."""
    payments = select(func.count()).select_from(Receipt).where(Receipt.store_id == who.store_id, _waits_for(who))
    cars = select(func.count()).select_from(Unit).where(Unit.store_id == who.store_id, _lacks_its_invoice())
    analyses = (
        select(func.count())
        .select_from(CreditProfile)
        .where(CreditProfile.store_id == who.store_id, CreditProfile.state == CreditState.PROPOSED)
    )
    red = select(func.count()).select_from(Invoice).where(Invoice.store_id == who.store_id, _is_to_be_ended())
    counted = [payments]
    counted += [cars, red] if who.may_or_stands_in("record money") else []
    counted += [analyses] if who.may_or_stands_in("approve credit") else []
    return sum(db.execute(select(*(each.scalar_subquery() for each in counted))).one())


def _waits_for(who: Actor) -> ColumnElement[bool]:
    return Receipt.state.in_([state.value for state, duty in WAITS_FOR.items() if who.may_or_stands_in(duty)])


# ── cars ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class ToInvoice:
    """A car that waits for its invoice, and what it costs."""

    unit: Unit
    contract: Contract
    price: int


def to_invoice(db: Session, who: Actor) -> list[ToInvoice]:
    """Cars that are inspected, have their certificate and have no invoice: by contract, the oldest first."""
    query = (
        select(Unit, Contract, ContractLine.unit_price)
        .join(Contract, Contract.id == Unit.contract_id)
        .join(ContractLine, ContractLine.id == Unit.contract_line_id)
        .options(joinedload(Unit.model), joinedload(Contract.deal).joinedload(Deal.customer))
        .where(Unit.store_id == who.store_id, _lacks_its_invoice())
        .order_by(Contract.number, Unit.number)
    )
    return [ToInvoice(*row) for row in db.execute(query.limit(MOST))]


def _lacks_its_invoice() -> ColumnElement[bool]:
    return and_(
        Unit.state == UnitState.READY,
        Unit.invoice != InvoiceState.ISSUED,
        Unit.certificate.in_([Certificate.ON_HAND.value, Certificate.RELEASED.value]),
        Unit.contract_id.is_not(None),
    )


def red_letters_asked(db: Session, who: Actor) -> list[tuple[Invoice, Unit]]:
    """Living invoices that somebody wants ended, by their numbers."""
    query = select(Invoice, Unit).join(Unit, Unit.id == Invoice.unit_id)
    wanted = query.where(Invoice.store_id == who.store_id, _is_to_be_ended()).order_by(Invoice.number)
    return [(invoice, unit) for invoice, unit in db.execute(wanted.limit(MOST))]


def _is_to_be_ended() -> ColumnElement[bool]:
    return and_(Invoice.red_asked_by_id.is_not(None), Invoice.red_on.is_(None))


# ── receivables ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Owed:
    """What one customer owes under all their contracts: what is open, and what of it is late, by its age."""

    customer: Customer
    plans: list[Plan] = field(default_factory=list)
    limit: int | None = None  # of the credit profile that counts

    @property
    def open(self) -> int:
        """Whatever is still to come."""
        return sum(plan.open for plan in self.plans)

    def aged(self, today: date) -> list[int]:
        """What is late for up to 30, 60, 90 days, and for longer."""
        sums = [0] * (len(AGES) + 1)
        for plan in self.plans:
            for row in plan.rows:
                for day, amount in row.late(today):
                    sums[sum((today - day).days > limit for limit in AGES)] += amount
        return sums

    def overdue(self, today: date) -> int:
        """What is late altogether."""
        return sum(self.aged(today))


def receivables(db: Session, who: Actor, today: date, customer: Customer | None = None) -> list[Owed]:
    """Every customer who owes something, who is furthest behind first."""
    found: dict[object, Owed] = {}
    contracts = list(db.scalars(_with_money_to_come(who, customer)))
    for plan in payment_plans.plans_of(db, contracts) if contracts else ():
        if plan.open:
            buyer = plan.contract.deal.customer
            found.setdefault(buyer.id, Owed(buyer)).plans.append(plan)
    valid = credit.current_of(db, [owed.customer.id for owed in found.values()], today)
    for owed in found.values():
        owed.limit = valid[owed.customer.id].limit if owed.customer.id in valid else None
    return sorted(found.values(), key=lambda owed: (-owed.overdue(today), -owed.open, owed.customer.number))


def _with_money_to_come(who: Actor, customer: Customer | None) -> Select[Contract]:
    """Contracts in effect, performed ones that kept a retention back, and ended ones whose cars stay sold."""
    kept = exists().where(Instalment.contract_id == Contract.id, Instalment.event == PaymentEvent.RETENTION_END)
    sold = exists().where(Unit.contract_id == Contract.id, Unit.state == UnitState.DELIVERED)
    query = (
        select(Contract)
        .join(Contract.deal)
        .join(Deal.customer)
        .options(contains_eager(Contract.deal).contains_eager(Deal.customer))
        .where(
            Contract.kind != ContractKind.AMENDMENT,
            or_(
                Contract.state == ContractState.EFFECTIVE,
                and_(Contract.state == ContractState.PERFORMED, kept),
                and_(Contract.state == ContractState.TERMINATED, sold),
            ),
        )
    )
    if customer is not None:
        query = query.where(Deal.customer_id == customer.id)
    return people.scoped(query, Contract, who).order_by(Contract.number)


def open_rows(owed: Iterable[Owed]) -> list[tuple[Plan, Due]]:
    """The instalments behind a figure: those that are open, by their day; those without one last."""
    rows = [(plan, row) for each in owed for plan in each.plans for row in plan.rows if row.open]
    return sorted(rows, key=lambda pair: (pair[1].due_on or date.max, pair[0].contract.number, pair[1].position))
