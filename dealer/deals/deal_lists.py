"""Which deals somebody sees: lists, the board, what waits for a decision."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.customers import customers
from dealer.people import Actor
from dealer.records.deals import Deal, DealState

S = DealState
BOARD = (S.INQUIRY, S.QUOTATION, S.CONTRACT_REVIEW, S.TEST_DRIVE, S.DELIVERY)
PAGE = 50
CARDS = 20
COUNT_UP_TO = 200  # counting further would cost more than anybody learns from it


def sees_deal(deal: Deal, who: Actor, db: Session) -> bool:
    """Own deals; a supervisor's group's; their sub-dealer's; all of them for those whose duty it is."""
    if any(each.may("see all deals") for each in (who, *who.stands_in_for)):
        return True
    if not who.may_or_stands_in("see deals"):
        return False
    if who.outside:
        return deal.sub_dealer_id is not None and deal.sub_dealer_id == who.sub_dealer_id
    return deal.owner_id in _owners_seen_by(db, who)


def deals_seen_by(db: Session, who: Actor) -> Select[Deal]:
    """The deals a person may look at, as a query to narrow further."""
    query = people.scoped(select(Deal), Deal, who).options(joinedload(Deal.customer), joinedload(Deal.owner))
    if any(each.may("see all deals") for each in (who, *who.stands_in_for)):
        return query
    if not who.may_or_stands_in("see deals"):
        return query.where(Deal.owner_id.is_(None))
    if who.outside:
        return query  # of a sub-dealer's own, as everything they read
    return query.where(Deal.owner_id.in_(_owners_seen_by(db, who)))


def _owners_seen_by(db: Session, who: Actor) -> set[UUID]:
    return {each for one in (who, *who.stands_in_for) for each in people.group_of(db, one)}


@dataclass(frozen=True)
class Column:
    """One phase of the board."""

    state: DealState
    count: int
    deals: list[Deal]


def board(db: Session, who: Actor, owner_id: UUID | None = None) -> list[Column]:
    """Open deals by phase, longest in their phase first; one index read per column."""
    columns = []
    for state in BOARD:
        here = deals_seen_by(db, who).where(Deal.state == state)
        if owner_id is not None:
            here = here.where(Deal.owner_id == owner_id)
        cards = list(db.scalars(here.order_by(Deal.since, Deal.id).limit(CARDS)))
        columns.append(Column(state, _count_up_to(db, here), cards))
    return columns


def _count_up_to(db: Session, query: Select[Deal]) -> int:
    few = query.with_only_columns(Deal.id).options().order_by(None).limit(COUNT_UP_TO).subquery()
    return db.scalar(select(func.count()).select_from(few)) or 0


def deals(
    db: Session,
    who: Actor,
    *,
    states: tuple[DealState, ...] = (),
    owner_id: UUID | None = None,
    typed: str = "",
    below: int | None = None,
) -> list[Deal]:
    """Deals by number, newest first, from below a number on: a keyset page of PAGE rows, and one more if there is."""
    query = deals_seen_by(db, who)
    if states:
        query = query.where(Deal.state.in_([state.value for state in states]))
    if owner_id is not None:
        query = query.where(Deal.owner_id == owner_id)
    if below is not None:
        query = query.where(Deal.number < below)
    if typed:
        query = customers.meant(db, who, typed).newest(query, Deal.customer_id, Deal.number)
    else:
        query = query.order_by(Deal.number.desc())
    return list(db.scalars(query.limit(PAGE + 1)))


def waiting_for_confirmation(db: Session, who: Actor) -> list[Deal]:
    """Deals somebody has asked to give up, to reopen or to rework, or that clash with another: for those who decide."""
    asked = or_(
        Deal.loss_asked_by_id.is_not(None) & Deal.state.not_in([S.LOST.value, S.CLOSED.value, S.CANCELLED.value]),
        Deal.reopen_asked_by_id.is_not(None) & (Deal.state == S.LOST),
        Deal.rework_asked_by_id.is_not(None) & (Deal.state == S.TEST_DRIVE),
        Deal.clash_settled.is_(False),
    )
    return list(db.scalars(deals_seen_by(db, who).where(asked).order_by(Deal.since).limit(PAGE)))
