"""What customers were promised and what of it is done (U4): cars by their day, defects, corrective actions, calls.

Of one customer for the owner card, of all that somebody looks after for the list of agreements and their execution.
What lies under a framework agreement is promised by its orders: their batches stand here like those of any contract.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.deals import deal_lists
from dealer.deliveries.delivery_lists import OVER
from dealer.engine.database import calendar_of
from dealer.people import Actor
from dealer.records.care import CareCall, CareState, CorrectiveAction, MonthlyReview
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch
from dealer.records.vehicles import Unit, UnitState

LISTED = 200


@dataclass(frozen=True)
class Promise:
    """Something the customer, or the house, was promised: what, until when, how much of it is done."""

    kind: str  # batch, defect, action, call
    thing: Any  # what its page is about
    customer: Customer
    by: date
    done: int
    of: int
    note: str = ""

    def is_late(self, today: date) -> bool:
        """Past its day and not all of it done."""
        return self.done < self.of and self.by < today


def of_customer(db: Session, who: Actor, customer: Customer) -> list[Promise]:
    """What is not done yet for one customer, by its day."""
    return _by_day(db, who, select(Customer.id).where(Customer.id == customer.id))


def of_all(db: Session, who: Actor) -> list[Promise]:
    """Likewise for everybody with a deal that this person sees."""
    seen = deal_lists.deals_seen_by(db, who).options().with_only_columns(Deal.customer_id).order_by(None)
    return _by_day(db, who, seen)


def _by_day(db: Session, who: Actor, theirs: Select[UUID]) -> list[Promise]:
    parts = (_batches, _defects, _actions, _calls)
    return sorted((each for part in parts for each in part(db, who, theirs)), key=lambda each: each.by)


def _batches(db: Session, who: Actor, theirs: Select[UUID]) -> Iterator[Promise]:
    """Deliveries of contracts: cars handed over of those due."""
    query = people.scoped(select(Batch), Batch, who).join(Deal, Deal.id == Batch.deal_id)
    query = query.where(Deal.customer_id.in_(theirs), Batch.state.not_in(OVER))
    query = query.options(joinedload(Batch.deal).joinedload(Deal.customer), joinedload(Batch.contract))
    found = list(db.scalars(query.order_by(Batch.due_on).limit(LISTED)))
    keys = [batch.id for batch in found]
    delivered = select(Unit.batch_id, func.count()).where(Unit.batch_id.in_(keys), Unit.state == UnitState.DELIVERED)
    done: dict[UUID | None, int] = dict(db.execute(delivered.group_by(Unit.batch_id)).all())
    for batch in found:
        customer = batch.deal.customer
        yield Promise("batch", batch, customer, batch.due_on, done.get(batch.id, 0), batch.quantity)


def _defects(db: Session, who: Actor, theirs: Select[UUID]) -> Iterator[Promise]:
    """Cars that the receiver did not take, with the day on which they were to be right."""
    query = select(Unit, Customer).join(Deal, Deal.id == Unit.case_id).join(Customer, Customer.id == Deal.customer_id)
    query = query.where(Deal.customer_id.in_(theirs), Unit.store_id == who.store_id, Unit.promised_on.is_not(None))
    for unit, customer in db.execute(query.limit(LISTED)):
        yield Promise("defect", unit, customer, unit.promised_on or date.max, 0, 1, unit.defect or "")


def _actions(db: Session, who: Actor, theirs: Select[UUID]) -> Iterator[Promise]:
    """What follows from answers that were not content."""
    query = select(CorrectiveAction, MonthlyReview).join(MonthlyReview, MonthlyReview.id == CorrectiveAction.review_id)
    query = query.where(
        MonthlyReview.customer_id.in_(theirs), MonthlyReview.store_id == who.store_id,
        CorrectiveAction.done_at.is_(None),
    )  # fmt: skip
    for action, review in db.execute(query.limit(LISTED)):
        yield Promise("action", review, review.customer, action.due_on, 0, 1, action.what)


def _calls(db: Session, who: Actor, theirs: Select[UUID]) -> Iterator[Promise]:
    """Calls that are due."""
    query = people.scoped(select(CareCall), CareCall, who).where(
        CareCall.customer_id.in_(theirs), CareCall.state == CareState.DUE
    )
    for call in db.scalars(query.order_by(CareCall.due_at).limit(LISTED)):
        yield Promise("call", call, call.customer, calendar_of(db).last_day(call.due_at), 0, 1)
