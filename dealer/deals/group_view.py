"""What a supervisor sees of the own group, and of no other (U6): prices below the floor, what waits, what is late."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.approvals import authority
from dealer.deals import deal_lists, idle
from dealer.engine.steps import Ask
from dealer.people import Actor
from dealer.records.deadlines import Deadline
from dealer.records.deals import GIVEN_UP, Deal, DealState
from dealer.records.people import Person
from dealer.records.prospects import Prospect
from dealer.records.quotations import ExceptionState, PriceException, Quotation, QuotationLine

MOST = 200
ENDED = (*GIVEN_UP, DealState.CLOSED)


@dataclass(frozen=True)
class BelowFloor:
    """A quotation with lines below the floor of whoever gave it."""

    quotation: Quotation
    lines: list[QuotationLine]
    approved: bool  # each of them by an exception that holds, or that the contract has taken up


def members(db: Session, who: Actor) -> list[Person]:
    """The people of the groups of a supervisor, and of those they stand in for, by name."""
    keys = _keys(db, who)
    return list(db.scalars(select(Person).where(Person.id.in_(keys)).order_by(Person.name)))


def _keys(db: Session, who: Actor) -> set[UUID]:
    leading = (one for one in (who, *who.stands_in_for) if one.may("lead a group"))
    return {each for one in leading for each in people.group_of(db, one)}


def below_floor(ask: Ask) -> list[BelowFloor]:
    """Quotations of the group with a price below the consultant's floor, as far as they still count; newest first."""
    query = (
        people.scoped(select(Quotation), Quotation, ask.actor)
        .join(Deal, Deal.id == Quotation.deal_id)
        .where(
            Deal.owner_id.in_(_keys(ask.db, ask.actor)), Deal.state.not_in(ENDED),
            Quotation.state.in_(authority.SUBMITTED),
        )
        .options(joinedload(Quotation.deal).joinedload(Deal.customer))
        .order_by(Quotation.number.desc())
        .limit(MOST)
    )  # fmt: skip
    found = []
    for quotation in ask.db.scalars(query):
        lines = authority.lines_below_own_floor(ask.db, quotation, ask.today)
        if lines:
            open_lines = authority.unauthorised_lines(ask.db, quotation, ask.today)
            found.append(BelowFloor(quotation, lines, not open_lines or _was_used(ask.db, quotation)))
    return found


def _was_used(db: Session, quotation: Quotation) -> bool:
    """Whether a contract in effect has taken up an approval of it: one approval, one use."""
    used = select(PriceException.id).where(
        PriceException.quotation_id == quotation.id, PriceException.state == ExceptionState.CONSUMED
    )
    return db.scalars(used.limit(1)).first() is not None


def pending(ask: Ask) -> list[PriceException]:
    """Prices that somebody of the group has asked for and nobody has decided; the most urgent first."""
    query = (
        people.scoped(select(PriceException), PriceException, ask.actor)
        .join(Deal, Deal.id == PriceException.deal_id)
        .where(Deal.owner_id.in_(_keys(ask.db, ask.actor)), PriceException.state == ExceptionState.PENDING)
        .options(joinedload(PriceException.deal).joinedload(Deal.customer))
        .order_by(PriceException.due_at, PriceException.number)
        .limit(MOST)
    )
    return list(ask.db.scalars(query))


def late_cards(ask: Ask) -> list[Prospect]:
    """Cards of the group that should have been contacted, longest overdue first."""
    query = (
        people.scoped(select(Prospect), Prospect, ask.actor)
        .where(Prospect.owner_id.in_(_keys(ask.db, ask.actor)), Prospect.next_contact_at < ask.at)
        .options(joinedload(Prospect.owner))
        .order_by(Prospect.next_contact_at, Prospect.number)
        .limit(MOST)
    )
    return list(ask.db.scalars(query))


def late_tasks(ask: Ask) -> list[Deadline]:
    """Other tasks of the group that are overdue, longest first."""
    query = (
        people.scoped(select(Deadline), Deadline, ask.actor)
        .where(
            Deadline.owner_id.in_(_keys(ask.db, ask.actor)), Deadline.done_at.is_(None),
            Deadline.cancelled_at.is_(None), Deadline.by_system.is_(False), Deadline.due_at < ask.at,
            Deadline.subject_kind != Prospect.__tablename__,
        )
        .order_by(Deadline.due_at)
        .limit(MOST)
    )  # fmt: skip
    return list(ask.db.scalars(query))


def idle_deals(ask: Ask) -> list[Deal]:
    """Deals of the group that have stood in their phase for longer than the house rules allow; longest first."""
    limits = idle.limits(ask.db, ask.actor.store_id, ask.today)
    query = (
        people.scoped(select(Deal), Deal, ask.actor)
        .where(Deal.owner_id.in_(_keys(ask.db, ask.actor)), Deal.state.in_(deal_lists.BOARD))
        .options(joinedload(Deal.customer), joinedload(Deal.owner))
        .order_by(Deal.since, Deal.number)
        .limit(MOST)
    )
    return [deal for deal in ask.db.scalars(query) if idle.is_idle(deal, ask.at, limits)]
