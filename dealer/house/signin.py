"""Signing in: a throttle in the database, sessions that can be ended from here. Passwords are in passwords.py.

A cookie holds only a random token; the row behind it says whose it is, and ending the row ends it everywhere.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dealer import roster
from dealer.engine.database import keys_of
from dealer.engine.steps import Refused, no
from dealer.house import sign_ins
from dealer.records.people import Person, SignedIn, SignInTry
from dealer.records.signing_in import SignInKind

TRIES = 5  # failed tries per name …
TRIES_OF_AN_ADDRESS = 4 * TRIES  # … or per address, which a shop shares …
WINDOW = timedelta(minutes=15)  # … within this time
IDLE = timedelta(hours=12)  # a working day; the reception PC is shared
ENDS_AFTER = timedelta(days=7)
KNOWN_FOR = timedelta(days=180)  # a browser in which somebody has signed in


Counted = dict[str, int]
"""Under which names tries are counted, and how many in vain each may have just now."""


def counted(db: Session, name: str, address: str, known: str) -> Counted:
    """Whose tries count: of the name and of the address; of a browser that the person knows, its own alone.

    Whoever only knows a colleague's sign-in name can lock that name, but not the colleague's own browsers.
    """
    mark = known.partition(".")[0]
    if known and secrets.compare_digest(known.encode(), _marked(db, name, mark).encode()):
        return {f"{name} in {mark}": TRIES}
    return {name: TRIES, address: TRIES_OF_AN_ADDRESS}


def known_browser(db: Session, name: str) -> str:
    """What a browser keeps once this person has signed in there."""
    return _marked(db, name, secrets.token_urlsafe(16))


def _marked(db: Session, name: str, mark: str) -> str:
    return f"{mark}.{keys_of(db).hash('known browser', f'{name.strip().lower()} {mark}')}"


def throttled(db: Session, tried_as: Counted, at: datetime) -> bool:
    """Whether one of these has failed too often just now."""
    return any(tries(db, "sign-in", whose, at) >= most for whose, most in tried_as.items())


def note_failure(db: Session, tried_as: Counted, at: datetime) -> None:
    """One more failed try."""
    for whose in tried_as:
        note_try(db, "sign-in", whose, at)


def tries(db: Session, purpose: str, whose: str, at: datetime) -> int:
    """How often a name or an address has tried something in vain just now."""
    here = (SignInTry.whose_hash == _whose(db, purpose, whose), SignInTry.at > at - WINDOW)
    return db.scalar(select(func.count()).select_from(SignInTry).where(*here)) or 0


def note_try(db: Session, purpose: str, whose: str, at: datetime) -> None:
    """One more try in vain."""
    db.add(SignInTry(whose_hash=_whose(db, purpose, whose), at=at))


def stale_tries(db: Session, at: datetime) -> bool:
    """Whether there are tries that no throttle counts any more."""
    return db.scalar(select(SignInTry.id).where(SignInTry.at <= at - WINDOW).limit(1)) is not None


def forget_tries(db: Session, at: datetime) -> None:
    """What no throttle counts is nobody's business."""
    db.execute(delete(SignInTry).where(SignInTry.at <= at - WINDOW))


def by_sign_in(db: Session, name: str) -> Person | None:
    """The person who signs in by that name."""
    return db.scalars(select(Person).where(Person.sign_in == name.strip().lower())).first()


def start(db: Session, person: Person, device: str, at: datetime, store_id: UUID | None = None) -> tuple[str, UUID]:
    """Open a session in a shop they work in; return the token for the cookie, and the shop."""
    postings = roster.postings_of(db, person.id)
    stores = [posting.store_id for posting in postings]
    if not stores:
        raise Refused([no("You are not posted to any shop: ask the administrator.", code="E-NO-POSTING")])
    token = secrets.token_urlsafe(32)
    sign_ins.note(db, person, SignInKind.SIGNED_IN, device, at)
    row = SignedIn(
        token_hash=token_hash(token), person_id=person.id, store_id=store_id if store_id in stores else stores[0],
        since=at, seen_at=at, proved_at=at, device=device[:200],
    )  # fmt: skip
    db.add(row)
    db.flush()
    return token, row.store_id


def session_of(db: Session, token: str) -> SignedIn | None:
    """The session behind a token, ended or not."""
    return db.scalars(select(SignedIn).where(SignedIn.token_hash == token_hash(token))).first()


def is_open(session: SignedIn, at: datetime) -> bool:
    """Whether a session still counts."""
    return session.person.active and counts(session, at)


def counts(session: Any, at: datetime) -> bool:
    """Whether a session, of whatever row tells its moments, was neither ended nor has grown too old."""
    return session.ended_at is None and at < session.seen_at + IDLE and at < session.since + ENDS_AFTER


def renew_token(session: SignedIn) -> str:
    """Another token for the cookie; the one of before opens nothing any more."""
    token = secrets.token_urlsafe(32)
    session.token_hash = token_hash(token)
    return token


def end(db: Session, token: str, at: datetime) -> None:
    """Sign out."""
    session = session_of(db, token)
    if session is not None and session.ended_at is None:
        session.ended_at = at


def end_all_of(db: Session, person_id: UUID, at: datetime) -> None:
    """Sign a person out everywhere: they left, or their password changed."""
    for session in db.scalars(select(SignedIn).where(SignedIn.person_id == person_id, SignedIn.ended_at.is_(None))):
        session.ended_at = at


def token_hash(token: str) -> str:
    """By which the database knows a token it has never kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def _whose(db: Session, purpose: str, whose: str) -> str:
    return keys_of(db).hash(purpose, whose.strip().lower())
