"""Who asks: the person behind the token of a session, as each request finds them, told by one statement.

Nothing of it is kept from one request to the next: a session that was ended, a role that was taken away or somebody who
has left counts at once.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from dealer import people
from dealer.engine.database import calendar_of
from dealer.house import proving, second_factor, signin
from dealer.people import Actor
from dealer.records.people import Person, Posting, SignedIn, StandIn, Store
from dealer.records.signing_in import SecondFactor


@dataclass(frozen=True)
class Caller:
    """Somebody at work, and what they have to do before anything else."""

    actor: Actor
    is_open: bool  # the session still counts
    seen_at: datetime
    is_fresh: bool  # they have shown a moment ago that it is themselves
    password_given: bool  # by somebody else
    factor_missing: bool  # their duties ask for a second factor, and there is none


# Built once, of columns and not of records: every request asks it. One row for each role in the shop.
_SESSIONS, _PEOPLE, _STORES, _POSTINGS = (
    record.__table__.c for record in (SignedIn, Person, Store, Posting)
)  # fmt: skip
_BEHIND_A_TOKEN = (
    select(
        _SESSIONS.person_id, _SESSIONS.store_id, _SESSIONS.since, _SESSIONS.seen_at, _SESSIONS.proved_at,
        _SESSIONS.ended_at, _PEOPLE.name, _PEOPLE.language, _PEOPLE.active, _PEOPLE.password_given, _STORES.made_up,
        _POSTINGS.role, _POSTINGS.group_head_id, _POSTINGS.sub_dealer_id,
        exists().where(
            StandIn.store_id == _SESSIONS.store_id, StandIn.stand_in_id == _SESSIONS.person_id, *people.IS_TODAY
        ).label("stands_in"),
        exists().where(SecondFactor.person_id == _SESSIONS.person_id, second_factor.IS_CONFIRMED).label("has_factor"),
    )
    .join_from(SignedIn.__table__, Person.__table__, _PEOPLE.id == _SESSIONS.person_id)
    .join(Store.__table__, _STORES.id == _SESSIONS.store_id)
    .outerjoin(
        Posting.__table__,
        (_POSTINGS.person_id == _SESSIONS.person_id) & (_POSTINGS.store_id == _SESSIONS.store_id),
    )
    .where(_SESSIONS.token_hash == bindparam("token_hash"))
    .order_by(_POSTINGS.id)
)  # fmt: skip


def behind(db: Session, token: str, at: datetime) -> Caller | None:
    """The person behind a token, also of a session that has ended; None for what never was a token."""
    today = calendar_of(db).today(at)
    asked = {"token_hash": signin.token_hash(token), "today": today}
    rows = db.connection().execute(_BEHIND_A_TOKEN, asked).all()
    return _told_by(db, rows, today, at) if rows else None


def _told_by(db: Session, rows: Any, today: date, at: datetime) -> Caller:
    first = rows[0]
    postings = (row for row in rows if row.role is not None)
    actor = people.as_posted(first.person_id, first.name, first.language, first.store_id, postings)
    if first.stands_in:
        actor = people.with_those_away(db, actor, today)
    return Caller(
        actor=actor,
        is_open=first.active and signin.counts(first, at),
        seen_at=first.seen_at,
        is_fresh=proving.is_fresh(first.proved_at, at),
        password_given=first.password_given,
        factor_missing=not first.has_factor and second_factor.is_asked_of(actor, made_up=first.made_up),
    )
