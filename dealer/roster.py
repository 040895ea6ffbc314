"""The roster of a shop: who works where, in whose group, who is away and who stands in for whom."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.records.people import Person, Posting, StandIn


def postings_of(db: Session, person_id: UUID) -> list[Posting]:
    """Where a person works and as what."""
    return list(db.scalars(select(Posting).where(Posting.person_id == person_id).order_by(Posting.id)))


def stand_for_each_other(db: Session, store_id: UUID, one: UUID | None, other: UUID | None, day: date) -> bool:
    """Whether one of two people stands in for the other on a day."""
    pair = (one, other)
    query = select(StandIn.id).where(
        StandIn.store_id == store_id, StandIn.stand_in_id.in_(pair), StandIn.away_id.in_(pair),
        StandIn.from_day <= day, StandIn.to_day >= day,
    )  # fmt: skip
    return one != other and db.scalars(query.limit(1)).first() is not None


def away_on(db: Session, store_id: UUID, day: date) -> set[UUID]:
    """Who is away on a day: somebody stands in for them."""
    query = select(StandIn.away_id).where(StandIn.store_id == store_id, StandIn.from_day <= day, StandIn.to_day >= day)
    return set(db.scalars(query))


def members_of(db: Session, store_id: UUID, head_id: UUID) -> set[UUID]:
    """The same by the supervisor's id."""
    rows = db.scalars(select(Posting.person_id).where(Posting.store_id == store_id, Posting.group_head_id == head_id))
    return {*rows, head_id}


def group_heads(db: Session, store_id: UUID) -> list[Person]:
    """Who leads a group, by name."""
    heads = select(Posting.group_head_id).where(Posting.store_id == store_id, Posting.group_head_id.is_not(None))
    return list(db.scalars(select(Person).where(Person.id.in_(heads)).order_by(Person.name)))
