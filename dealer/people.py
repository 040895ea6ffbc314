"""People: who acts, who stands in for whom, and the rule that nobody approves their own request.

What a role may do stands in duties.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from dealer import outsiders, roster
from dealer.duties import DUTIES
from dealer.engine.steps import Ask, Refusal, no
from dealer.engine.words import Word
from dealer.records.people import Person, Posting, Role, StandIn, Store


@dataclass(frozen=True)
class Actor:
    """A person acting in one shop, with their roles there and the people they may act for today."""

    id: UUID | None
    name: str
    store_id: UUID
    roles: frozenset[Role]
    language: str = "zh"
    group_head_id: UUID | None = None
    sub_dealer_id: UUID | None = None  # somebody of another house reads and does what outsiders.py says
    stands_in_for: tuple["Actor", ...] = field(default=())
    duties: frozenset[str] | None = None  # of a program: it has no roles and may do what is named here

    @property
    def outside(self) -> bool:
        """Whether they are of a sub-dealer and not of our house."""
        return Role.SUB_DEALER in self.roles

    def may(self, duty: str) -> bool:
        """Whether one of the own roles carries the duty, or a program was given it."""
        return bool(self.roles & DUTIES[duty]) or (self.duties is not None and duty in self.duties)

    def may_or_stands_in(self, duty: str) -> bool:
        """Likewise, or as somebody's stand-in today: what a screen asks before it shows itself."""
        return self.may(duty) or any(away.may(duty) for away in self.stands_in_for)


def system(store_id: UUID) -> Actor:
    """What acts by itself, because of something a person did or of the clock."""
    return Actor(None, "", store_id, frozenset())


# ── who may take a step ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Who:
    """The `who` column: the owner, people with a duty, or both. A stand-in acts with the away person's authority."""

    duty: str | None = None
    owner: bool = False

    def __call__(self, thing: Any, ask: Ask) -> Ask | Refusal:
        if ask.actor.id is not None:
            if self._admits(thing, ask.actor, ask):
                return ask
            for away in ask.actor.stands_in_for:
                if self._admits(thing, away, ask):
                    return replace(ask, for_whom=away)
        return self._no()

    def _admits(self, thing: Any, person: Actor, ask: Ask) -> bool:
        """Whether this person, in their own right, may take the step with this thing."""
        if self.owner and thing.owner_id == person.id and (not person.outside or outsiders.owns(thing)):
            return True
        if self.duty is None:
            return False
        return person.may(self.duty) or self._acts_for_owning_manager(thing, person, ask)

    def _acts_for_owning_manager(self, thing: Any, person: Actor, ask: Ask) -> bool:
        # If the key-account manager owns the deal, the sales manager acts in their place (DOMAIN C).
        if Role.KEY_ACCOUNT not in DUTIES[self.duty or ""] or Role.SALES not in person.roles:
            return False
        owner_id = getattr(thing, "owner_id", None)
        return owner_id is not None and Role.KEY_ACCOUNT in roles_of(ask.db, owner_id, person.store_id)

    def _no(self) -> Refusal:
        who: list[Any] = [Word("Duty", "owner")] if self.owner else []
        if self.duty:
            who += sorted(DUTIES[self.duty], key=list(Role).index)
        return no("This is done by: {who}.", code="E-NOT-YOURS", who=who)


@dataclass(frozen=True)
class System:
    """The `who` of steps that follow by themselves."""

    def __call__(self, thing: Any, ask: Ask) -> Ask | Refusal:
        if ask.actor.id is None:
            return ask
        return no("This happens by itself as soon as nothing stands in its way.", code="E-BY-ITSELF")


OWNER = Who(owner=True)
SYSTEM = System()


def has(duty: str) -> Who:
    """Whoever carries the duty."""
    if duty not in DUTIES:
        raise KeyError(duty)
    return Who(duty)


def owner_or(duty: str) -> Who:
    """The owner, or whoever carries the duty."""
    if duty not in DUTIES:
        raise KeyError(duty)
    return Who(duty, owner=True)


def not_their_own(requester_id: UUID | None, ask: Ask) -> Refusal | None:
    """Nobody approves their own request, in any role, nor as stand-in, nor by a stand-in of theirs."""
    involved = {ask.actor.id, ask.for_whom.id if ask.for_whom else None} - {None}
    if requester_id in involved:
        return no("You asked for this yourself: somebody else decides it.", code="E-SELF-APPROVE")
    return None


# ── loading people ────────────────────────────────────────────────────────────────────────────────────────────────


# Built once: asked for everybody who acts.
_OWN_POSTINGS = (
    select(Posting.role, Posting.group_head_id, Posting.sub_dealer_id)
    .where(Posting.person_id == bindparam("person_id"), Posting.store_id == bindparam("store_id"))
    .order_by(Posting.id)
)
IS_TODAY = StandIn.from_day <= bindparam("today"), StandIn.to_day >= bindparam("today")
_AWAY = select(StandIn).where(
    StandIn.store_id == bindparam("store_id"), StandIn.stand_in_id == bindparam("person_id"), *IS_TODAY
)


def actor(db: Session, person: Person, store_id: UUID, today: date) -> Actor:
    """The person as somebody who acts in a shop today, with those they stand in for."""
    return with_those_away(db, _in_own_right(db, person, store_id), today)


def with_those_away(db: Session, mine: Actor, today: date) -> Actor:
    """Somebody with those they stand in for today."""
    away = db.scalars(_AWAY, {"store_id": mine.store_id, "person_id": mine.id, "today": today}).all()
    # Whoever has left has no authority that could be lent.
    there = (each.away for each in away if each.away.active)
    return replace(mine, stands_in_for=tuple(_in_own_right(db, one, mine.store_id) for one in there))


def roles_of(db: Session, person_id: UUID, store_id: UUID) -> frozenset[Role]:
    """What a person is posted as in a shop."""
    rows = select(Posting.role).where(Posting.person_id == person_id, Posting.store_id == store_id)
    return frozenset(db.scalars(rows))


def is_outside(db: Session, person_id: UUID, store_id: UUID) -> bool:
    """Whether somebody is of a sub-dealer and not of our house."""
    return Role.SUB_DEALER in roles_of(db, person_id, store_id)


def _in_own_right(db: Session, person: Person, store_id: UUID) -> Actor:
    postings = db.execute(_OWN_POSTINGS, {"person_id": person.id, "store_id": store_id}).all()
    return as_posted(person.id, person.name, person.language, store_id, postings)


def as_posted(key: UUID, name: str, language: str, store_id: UUID, postings: Iterable[Any]) -> Actor:
    """Somebody in their own right, by the rows that tell their roles in the shop."""
    postings = list(postings)
    head = next((row.group_head_id for row in postings if row.group_head_id), None)
    sub_dealer = next((row.sub_dealer_id for row in postings if row.sub_dealer_id), None)
    roles = frozenset(row.role for row in postings)
    return Actor(key, name, store_id, roles, language, head, sub_dealer)


def with_duty(db: Session, store_id: UUID, duty: str) -> list[Person]:
    """Everybody in a shop whose role carries a duty, by name."""
    roles = [role.value for role in DUTIES[duty]]
    return list(
        db.scalars(
            select(Person)
            .join(Posting, Posting.person_id == Person.id)
            .where(Posting.store_id == store_id, Posting.role.in_(roles), Person.active)
            .order_by(Person.name)
            .distinct()
        )
    )


def names(db: Session, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names by id, for lists and the timeline."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    return {person.id: person.name for person in db.scalars(select(Person).where(Person.id.in_(wanted)))}


def names_here(db: Session, store_id: UUID, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Likewise of people who work in the shop or did: for ids that somebody typed into an address."""
    here = db.scalars(select(Posting.person_id).where(Posting.store_id == store_id))
    return names(db, {each for each in ids if each is not None} & set(here))


def person(db: Session, person_id: UUID) -> Person | None:
    """Somebody by id, in whatever shop."""
    return db.get(Person, person_id)


def store_of(db: Session, store_id: UUID) -> Store:
    """The shop itself."""
    store = db.get(Store, store_id)
    if store is None:
        raise LookupError(f"there is no shop {store_id}")
    return store


def group_of(db: Session, who: Actor) -> set[UUID]:
    """The people of a supervisor's group, and the supervisor."""
    return roster.members_of(db, who.store_id, who.id) if who.id else set()


def scoped(query: Select[Any], record: Any, who: Actor) -> Select[Any]:
    """Limit a query to the shop the person acts in, and for somebody of a sub-dealer to what is theirs; every read of a
    shop's things goes through here."""
    query = query.where(record.store_id == who.store_id)
    return query.where(outsiders.theirs(record, who.sub_dealer_id)) if who.outside else query


def by_number(db: Session, record: Any, who: Actor, number: int) -> Any | None:
    """A thing of this shop by its number, or None: another shop's number is nobody's here."""
    if who.outside:
        return db.scalar(scoped(_numbered(record), record, who), {"number": number, "shop": who.store_id})
    return db.scalar(_numbered(record), {"number": number, "shop": who.store_id})


@cache
def _numbered(record: Any) -> Select[Any]:
    """Built once for each kind of thing: every page and every step of one begins with it."""
    return select(record).where(record.store_id == bindparam("shop"), record.number == bindparam("number"))


def by_id(db: Session, record: Any, who: Actor, key: UUID) -> Any | None:
    """A row of this shop by its id, or None."""
    return db.scalar(scoped(select(record).where(record.id == key), record, who))
