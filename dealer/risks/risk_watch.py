"""The table of what raises a risk by itself: each row looks for deals in which something is the case today.

The sweep asks it each minute: what is newly the case becomes an item, what is no longer so closes its item. A row
answers deals with the day it speaks of, such as when a batch was due.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer.customers.customers import PROCUREMENT_CLASSES
from dealer.house.policies import policy
from dealer.money import credit, finance
from dealer.records.contracts import Contract, ContractKind, ContractState
from dealer.records.customers import Customer
from dealer.records.deals import Deal, DealState, Terms
from dealer.records.deliveries import Batch, BatchState
from dealer.records.risks import RiskItem, RiskKind, RiskLevel, RiskState
from dealer.records.vehicles import Certificate, Unit, UnitState

BOUND = (DealState.CONTRACT_REVIEW, DealState.TEST_DRIVE, DealState.DELIVERY)
UNDELIVERED = (BatchState.PLANNED, BatchState.RELEASED, BatchState.IN_HANDOVER, BatchState.PARTLY_ACCEPTED)
PROMISED = (UnitState.ALLOCATED, UnitState.PDI, UnitState.PDI_FAILED, UnitState.READY)
LIVE = (RiskState.OPEN, RiskState.OVERRIDDEN)
Found = dict[UUID, date | None]  # deal → the day of which the rule speaks


def _credit_has_lapsed(db: Session, store_id: UUID, today: date) -> Found:
    """Payment is not in advance, and the customer has no current credit profile any more."""
    query = (
        select(Deal.id, Deal.customer_id)
        .join(Customer, Customer.id == Deal.customer_id)
        .where(
            Deal.store_id == store_id, Deal.state.in_(BOUND), Deal.terms != Terms.PREPAID,
            Customer.customer_class.not_in(PROCUREMENT_CLASSES),
        )
    )  # fmt: skip
    found = [(deal, customer) for deal, customer in db.execute(query)]
    current = credit.current_of(db, {customer for _, customer in found}, today)
    return {deal: None for deal, customer in found if customer not in current}


def _deposit_is_unpaid(db: Session, store_id: UUID, today: date) -> Found:
    """Signed some days ago (house rule `risk_deposit_days`), and the deposit has not come in."""
    last = today - timedelta(days=policy(db, store_id, "risk_deposit_days", today))
    query = (
        select(Contract)
        .join(Deal, Deal.id == Contract.deal_id)
        .where(
            Contract.store_id == store_id, Contract.state == ContractState.EFFECTIVE, Contract.deposit > 0,
            Contract.kind != ContractKind.AMENDMENT, Contract.effective_on < last,
            Deal.state == DealState.TEST_DRIVE,  # delivery does not begin without it
        )
    )  # fmt: skip
    unpaid = (each for each in db.scalars(query) if not finance.deposit_received(db, each))
    return {each.deal_id: each.effective_on for each in unpaid}


def _a_batch_is_late(db: Session, store_id: UUID, today: date) -> Found:
    """Its day has passed, or its cars were promised for a later one."""
    late = (Batch.due_on < today) | (Batch.promised_on > Batch.due_on)
    query = (
        select(Batch.deal_id, func.min(Batch.due_on))
        .join(Deal, Deal.id == Batch.deal_id)
        .where(Batch.store_id == store_id, Batch.state.in_(UNDELIVERED), late, Deal.state == DealState.DELIVERY)
        .group_by(Batch.deal_id)
    )
    return dict(db.execute(query).all())


def _a_certificate_is_pledged(db: Session, store_id: UUID, today: date) -> Found:
    """A car is due soon (house rule `risk_certificate_days`) and its certificate lies at the bank."""
    until = today + timedelta(days=policy(db, store_id, "risk_certificate_days", today))
    query = (
        select(Batch.deal_id, func.min(Batch.due_on))
        .join(Unit, Unit.batch_id == Batch.id)
        .where(
            Unit.store_id == store_id, Unit.certificate == Certificate.PLEDGED, Unit.state.in_(PROMISED),
            Batch.due_on <= until,
        )
        .group_by(Batch.deal_id)
    )  # fmt: skip
    return dict(db.execute(query).all())


@dataclass(frozen=True)
class Watch:
    """One row: what it looks for, as which kind and how grave it is."""

    name: str  # has words in both languages
    kind: RiskKind
    level: RiskLevel
    found: Callable[[Session, UUID, date], Found]


WATCHES = (
    Watch("credit_has_lapsed", RiskKind.CREDIT, RiskLevel.HIGH, _credit_has_lapsed),
    Watch("deposit_is_unpaid", RiskKind.DEPOSIT, RiskLevel.MEDIUM, _deposit_is_unpaid),
    Watch("a_batch_is_late", RiskKind.DELIVERY, RiskLevel.MEDIUM, _a_batch_is_late),
    Watch("a_certificate_is_pledged", RiskKind.CERTIFICATE, RiskLevel.MEDIUM, _a_certificate_is_pledged),
)
BY_NAME = {watch.name: watch for watch in WATCHES}

# ── what the sweep asks ───────────────────────────────────────────────────────────────────────────────────────────


def still_holds(db: Session, item: RiskItem, today: date) -> bool:
    """Whether what the rule saw is still the case; what a person raised holds until a person closes it."""
    if item.watch not in BY_NAME:
        return True
    return item.deal_id in BY_NAME[item.watch].found(db, item.store_id, today)


def _known(db: Session, store_id: UUID, watch: Watch) -> dict[UUID, RiskItem]:
    query = select(RiskItem).where(
        RiskItem.store_id == store_id, RiskItem.watch == watch.name, RiskItem.state.in_(LIVE)
    )
    return {item.deal_id: item for item in db.scalars(query)}


def news(db: Session, store_id: UUID, today: date) -> tuple[list[RiskItem], list[RiskItem]]:
    """Items to be raised, not yet begun, and those whose fact is gone."""
    raised: list[RiskItem] = []
    gone: list[RiskItem] = []
    for watch in WATCHES:
        found, known = watch.found(db, store_id, today), _known(db, store_id, watch)
        raised += _items(db, store_id, watch, {deal: day for deal, day in found.items() if deal not in known})
        gone += [item for deal, item in known.items() if deal not in found]
    return raised, gone


def _items(db: Session, store_id: UUID, watch: Watch, found: Found) -> Iterator[RiskItem]:
    for deal_id, day in found.items():
        item = RiskItem(
            store_id=store_id, deal_id=deal_id, case_id=deal_id, kind=watch.kind, level=watch.level,
            watch=watch.name, since_day=day,
        )  # fmt: skip
        item.deal = db.get_one(Deal, deal_id)
        yield item
