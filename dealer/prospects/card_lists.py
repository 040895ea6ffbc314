"""Prospect cards in lists: which ones somebody sees, what is due, and whose phone they may read."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.engine import name_starts
from dealer.engine.database import calendar_of
from dealer.people import Actor
from dealer.privacy import masking, reveals
from dealer.prospects.cards import GONE, LIVE
from dealer.records.prospects import FollowUp, Prospect, ProspectState, Way

S = ProspectState
LISTED = 50
DAYS_WORK = 200  # cards a consultant goes through; further ones come up as these are done


def with_phone(db: Session, store_id: UUID, phone: str | None) -> Prospect | None:
    """The one card of a phone in a shop; the phone of a merged card leads to the card that stayed."""
    if phone is None:
        return None
    here = select(Prospect).where(Prospect.store_id == store_id, Prospect.phone == phone)
    beside = (joinedload(Prospect.owner), joinedload(Prospect.customer), joinedload(Prospect.merged_into))
    known = list(db.scalars(here.options(*beside)))
    return next((card for card in known if card.merged_into is None), known[0].merged_into if known else None)


def record_of(db: Session, card: Prospect) -> list[FollowUp]:
    """The follow-up record, newest first, with those of merged cards; a correction stands with its own time."""
    query = select(FollowUp).where(FollowUp.prospect_id.in_(one_person(card))).options(joinedload(FollowUp.person))
    return list(db.scalars(query.order_by(FollowUp.at.desc(), FollowUp.id.desc()).limit(500)))


def one_person(card: Prospect) -> Select[UUID]:
    """The card and those that were merged into it: their entries stay where they were written."""
    return select(Prospect.id).where(or_(Prospect.id == card.id, Prospect.merged_into_id == card.id))


def days_in_vain(db: Session, card: Prospect) -> set[date]:
    """The days since the last talk on which a call was not answered."""
    calls = select(FollowUp.at).where(
        FollowUp.prospect_id.in_(one_person(card)),
        FollowUp.how == Way.CALL,
        FollowUp.answered.is_(False),
        FollowUp.corrects_id.is_(None),
        FollowUp.at > card.last_contact_at,
    )
    return {calendar_of(db).today(at) for at in db.scalars(calls)}


def sees(db: Session, who: Actor, card: Prospect) -> bool:
    """One's own cards, a supervisor's group's, all of them for those whose duty it is."""
    seen = owners_seen_by(db, who)
    return card.store_id == who.store_id and (seen is None or card.owner_id in seen)


def can_be_visited(db: Session, who: Actor, card: Prospect) -> bool:
    """A card one sees, of somebody who is still known."""
    return card.state not in GONE and sees(db, who, card)


def seen_by(db: Session, who: Actor) -> Select[tuple[Prospect]]:
    """The cards a person may look at, as a query to narrow further."""
    query = people.scoped(select(Prospect), Prospect, who).options(
        joinedload(Prospect.owner), joinedload(Prospect.model)
    )
    seen = owners_seen_by(db, who)
    return query if seen is None else query.where(Prospect.owner_id.in_(seen))


def owners_seen_by(db: Session, who: Actor) -> set[UUID] | None:
    """Whose cards somebody sees; None: everybody's."""
    hats = (who, *who.stands_in_for)
    if any(each.may("see all cards") for each in hats):
        return None
    return {person for each in hats if each.may("see cards") for person in people.group_of(db, each)}


def due_by(db: Session, who: Actor, until: datetime, most: int = LISTED) -> list[Prospect]:
    """Cards to be contacted before a moment, longest due first: the day's work, or with `until` now what is overdue."""
    query = seen_by(db, who).where(Prospect.next_contact_at < until)
    return list(db.scalars(query.order_by(Prospect.next_contact_at, Prospect.number).limit(most)))


def mine_due(db: Session, who: Actor, until: datetime) -> list[Prospect]:
    """The cards that a person contacts before a moment, and those of whom they stand in for; longest due first."""
    query = people.scoped(select(Prospect), Prospect, who).where(
        Prospect.owner_id.in_(_in_whose_name(who)), Prospect.next_contact_at < until
    )
    return list(db.scalars(query.order_by(Prospect.next_contact_at, Prospect.number).limit(DAYS_WORK)))


def waiting_for_decision(db: Session, who: Actor) -> list[Prospect]:
    """Cards that somebody wants to give up or to let rest, for those who decide; longest waiting first."""
    asked = or_(Prospect.state == S.LOST_PENDING, Prospect.freeze_asked_by_id.is_not(None) & _is_in(LIVE))
    return list(db.scalars(seen_by(db, who).where(asked).order_by(Prospect.since, Prospect.number).limit(LISTED)))


def newest(
    db: Session, who: Actor, states: Iterable[ProspectState], below: int | None = None, most: int = LISTED
) -> list[Prospect]:
    """Cards in some states by number, newest first, from below a number on; one more than a page if there is one."""
    query = seen_by(db, who).where(_is_in(states))
    if below is not None:
        query = query.where(Prospect.number < below)
    return list(db.scalars(query.order_by(Prospect.number.desc()).limit(most + 1)))


def search(db: Session, who: Actor, typed: str, most: int = 10) -> list[Prospect]:
    """The cards whom somebody means: by name (Chinese, pinyin, initials), company, or phone, whole or its end."""
    own = Prospect.owner_id.in_(_in_whose_name(who))
    by_phone = masking.is_meant("card.phone", Prospect.phone, typed, who, own)
    here = select(Prospect.id).where(Prospect.store_id == who.store_id)
    otherwise = [] if by_phone is None else [here.where(by_phone)]
    meant = name_starts.meant(db, who.store_id, Prospect, typed, otherwise)
    query = seen_by(db, who).where(Prospect.state.not_in(GONE))
    return list(db.scalars(meant.newest(query, Prospect.id, Prospect.number).limit(most)))


def _in_whose_name(who: Actor) -> list[UUID | None]:
    return [who.id, *(away.id for away in who.stands_in_for)]


def _is_in(states: Iterable[ProspectState]) -> ColumnElement[bool]:
    return Prospect.state.in_(list(states))


# ── the phone ─────────────────────────────────────────────────────────────────────────────────────────────────────


def phone_for(db: Session, who: Actor, card: Prospect, at: datetime) -> str:
    """The phone as this person may read it: the owner and their stand-in whole, others masked unless just revealed."""
    mine = card.owner_id in _in_whose_name(who)
    shown = not mine and reveals.is_shown(db, who, card, at)
    return masking.phone("card.phone", card.phone, who, own=mine, revealed=shown)
