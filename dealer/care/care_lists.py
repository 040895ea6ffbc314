"""Calls in lists: whose they are, which come next, which belong to a batch."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.people import Actor
from dealer.records.care import CareCall, CareState
from dealer.records.deliveries import Batch

LISTED = 200


def sees(who: Actor, call: CareCall) -> bool:
    """Whoever calls, customer service, and those who see all of it."""
    mine = call.agent_id in {who.id, *(away.id for away in who.stands_in_for)}
    return call.store_id == who.store_id and (mine or who.may_or_stands_in("see all care"))


def _is_mine(who: Actor) -> ColumnElement[bool]:
    """One's own, those of who is away, and for customer service those that are nobody's yet."""
    mine: ColumnElement[bool] = CareCall.agent_id.in_([who.id, *(away.id for away in who.stands_in_for)])
    return or_(mine, CareCall.agent_id.is_(None)) if who.may_or_stands_in("call back") else mine


def due(db: Session, who: Actor, until: datetime, *, of_all: bool = False) -> list[CareCall]:
    """Calls to be made by then, by the time for which they are planned."""
    query = _due(db, who, of_all=of_all).where(CareCall.planned_at < until)
    return list(db.scalars(query.limit(LISTED)))


def coming(db: Session, who: Actor, after: datetime, *, of_all: bool = False) -> list[CareCall]:
    """Calls that are planned for later, soonest first."""
    query = _due(db, who, of_all=of_all).where(CareCall.planned_at >= after)
    return list(db.scalars(query.limit(LISTED)))


def _due(db: Session, who: Actor, *, of_all: bool) -> Select[tuple[CareCall]]:
    everybodys = of_all and who.may_or_stands_in("see all care")
    here = and_(CareCall.state == CareState.DUE, *(() if everybodys else (_is_mine(who),)))
    query = people.scoped(select(CareCall).where(here), CareCall, who)
    beside = (joinedload(CareCall.customer), joinedload(CareCall.agent), joinedload(CareCall.handover))
    return query.options(*beside).order_by(CareCall.planned_at, CareCall.number)


def next_after(db: Session, who: Actor, call: CareCall, until: datetime) -> CareCall | None:
    """The next of one's own calls: the one planned after this one, else the first of the day."""
    others = [each for each in due(db, who, until) if each.id != call.id]
    later = (each for each in others if (each.planned_at, each.number) > (call.planned_at, call.number))
    return next(later, others[0] if others else None)


def of_batch(db: Session, batch: Batch) -> list[CareCall]:
    """All calls after the hand-overs of a batch, in the order in which they are due."""
    return _listed(db, CareCall.batch_id == batch.id)


def of_customer(db: Session, customer_id: UUID) -> list[CareCall]:
    """All calls to a customer, in the order in which they are due."""
    return _listed(db, CareCall.customer_id == customer_id)


def _listed(db: Session, whose: ColumnElement[bool]) -> list[CareCall]:
    query = select(CareCall).where(whose).options(joinedload(CareCall.agent))
    return list(db.scalars(query.order_by(CareCall.due_at, CareCall.number).limit(LISTED)))
