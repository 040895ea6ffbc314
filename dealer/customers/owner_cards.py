"""The owner card 保有客户管理卡 of a fleet: its cars, its drives, and what was promised against what is done (U4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.deliveries.delivery_lists import OVER
from dealer.engine.database import calendar_of
from dealer.people import Actor
from dealer.records.care import CareCall, CareState, CorrectiveAction, MonthlyReview
from dealer.records.contracts import Contract, ContractState
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch
from dealer.records.testdrives import TestDrive
from dealer.records.vehicles import Unit, UnitState

LISTED = 200
SIGNED = (ContractState.EFFECTIVE, ContractState.PERFORMED)


@dataclass(frozen=True)
class Promise:
    """Something the customer, or the house, was promised: what, until when, how much of it is done."""

    kind: str  # batch, defect, action, call
    thing: Any  # what its page is about
    by: date
    done: int
    of: int
    note: str = ""

    def is_late(self, today: date) -> bool:
        """Past its day and not all of it done."""
        return self.done < self.of and self.by < today


def cars(db: Session, who: Actor, customer: Customer) -> list[Unit]:
    """What the customer drives of ours, the newest first."""
    query = select(Unit).join(Deal, Deal.id == Unit.case_id).where(Deal.customer_id == customer.id)
    query = people.scoped(query.where(Unit.state == UnitState.DELIVERED), Unit, who).options(joinedload(Unit.model))
    return list(db.scalars(query.order_by(Unit.delivered_at.desc(), Unit.number).limit(LISTED)))


def how_many_cars(db: Session, customer: Customer) -> int:
    """All of them, also beyond the list."""
    query = select(func.count()).select_from(Unit).join(Deal, Deal.id == Unit.case_id)
    return db.scalar(query.where(Deal.customer_id == customer.id, Unit.state == UnitState.DELIVERED)) or 0


def contracts(db: Session, customer: Customer) -> list[Contract]:
    """Contracts that both have signed, the newest first."""
    query = select(Contract).join(Deal, Deal.id == Contract.deal_id).where(Deal.customer_id == customer.id)
    return list(db.scalars(query.where(Contract.state.in_(SIGNED)).order_by(Contract.number.desc()).limit(LISTED)))


def drives(db: Session, customer: Customer) -> list[TestDrive]:
    """Test drives for its deals, the newest first."""
    query = select(TestDrive).join(Deal, Deal.id == TestDrive.deal_id).where(Deal.customer_id == customer.id)
    return list(db.scalars(query.order_by(TestDrive.starts_at.desc()).limit(LISTED)))


# ── promises ──────────────────────────────────────────────────────────────────────────────────────────────────────


def promises(db: Session, who: Actor, customer: Customer) -> list[Promise]:
    """What is not done yet, by its day."""
    found = [*_batches(db, customer), *_defects(db, who, customer), *_actions(db, customer), *_calls(db, customer)]
    return sorted(found, key=lambda each: each.by)


def _batches(db: Session, customer: Customer) -> Iterator[Promise]:
    """Deliveries of contracts: cars handed over of those due."""
    query = select(Batch).join(Deal, Deal.id == Batch.deal_id).where(Deal.customer_id == customer.id)
    for batch in db.scalars(query.where(Batch.state.not_in(OVER)).order_by(Batch.due_on)):
        done = select(func.count()).where(Unit.batch_id == batch.id, Unit.state == UnitState.DELIVERED)
        yield Promise("batch", batch, batch.due_on, db.scalar(done) or 0, batch.quantity)


def _defects(db: Session, who: Actor, customer: Customer) -> Iterator[Promise]:
    """Cars that the receiver did not take, with the day on which they were to be right."""
    query = select(Unit).join(Deal, Deal.id == Unit.case_id).where(Deal.customer_id == customer.id)
    for unit in db.scalars(people.scoped(query.where(Unit.promised_on.is_not(None)), Unit, who)):
        yield Promise("defect", unit, unit.promised_on or date.max, 0, 1, unit.defect or "")


def _actions(db: Session, customer: Customer) -> Iterator[Promise]:
    """What follows from answers that were not content."""
    query = select(CorrectiveAction, MonthlyReview).join(MonthlyReview, MonthlyReview.id == CorrectiveAction.review_id)
    query = query.where(MonthlyReview.customer_id == customer.id, CorrectiveAction.done_at.is_(None))
    for action, review in db.execute(query):
        yield Promise("action", review, action.due_on, 0, 1, action.what)


def _calls(db: Session, customer: Customer) -> Iterator[Promise]:
    """Calls that are due."""
    query = select(CareCall).where(CareCall.customer_id == customer.id, CareCall.state == CareState.DUE)
    for call in db.scalars(query.order_by(CareCall.due_at).limit(LISTED)):
        yield Promise("call", call, calendar_of(db).last_day(call.due_at), 0, 1)
