"""Signing in: argon2 passwords, a throttle in the database, sessions that can be ended from here.

A cookie holds only a random token; the row behind it says whose it is, and ending the row ends it everywhere.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from dealer import roster
from dealer.engine.database import keys_of
from dealer.engine.steps import Refused, no
from dealer.records.people import Person, SignedIn, SignInTry

TRIES = 5  # failed tries per name …
TRIES_OF_AN_ADDRESS = 4 * TRIES  # … or per address, which a shop shares …
WINDOW = timedelta(minutes=15)  # … within this time
IDLE = timedelta(hours=12)  # a working day; the reception PC is shared
ENDS_AFTER = timedelta(days=7)
SHORTEST_PASSWORD = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without i, l, o, 0, 1, which look alike on a slip of paper

HASHER = PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """Compared when there is no such person, so that the answer takes as long."""
    return HASHER.hash(secrets.token_hex(8))


def hash_password(password: str) -> str:
    """argon2id with the library's current parameters."""
    return HASHER.hash(password)


def new_password() -> str:
    """A first password: twelve letters and digits in groups of four, 59 bits; it can be read out over the phone."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def is_password_of(person: Person | None, password: str) -> bool:
    """Whether the password is theirs; as slow for a name that does not exist."""
    try:
        HASHER.verify(person.password_hash if person else _nobodys_hash(), password)
    except VerificationError:
        return False
    return person is not None and person.active


def throttled(db: Session, name: str, address: str, at: datetime) -> bool:
    """Whether this name or this address has failed too often just now."""
    of_the_name, of_the_address = (tries(db, "sign-in", whose, at) for whose in (name, address))
    return of_the_name >= TRIES or of_the_address >= TRIES_OF_AN_ADDRESS


def note_failure(db: Session, name: str, address: str, at: datetime) -> None:
    """One more failed try of this name from this address."""
    for whose in (name, address):
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


def start(db: Session, person: Person, device: str, at: datetime, store_id: UUID | None = None) -> str:
    """Open a session in a shop they work in and return the token for the cookie."""
    postings = roster.postings_of(db, person.id)
    stores = [posting.store_id for posting in postings]
    if not stores:
        raise Refused([no("You are not posted to any shop: ask the administrator.", code="E-NO-POSTING")])
    token = secrets.token_urlsafe(32)
    row = SignedIn(
        token_hash=_hash(token), person_id=person.id, store_id=store_id if store_id in stores else stores[0],
        since=at, seen_at=at, device=device[:200],
    )  # fmt: skip
    db.add(row)
    db.flush()
    return token


# Built once: every request asks it.
_BEHIND_A_TOKEN = select(SignedIn).where(SignedIn.token_hash == bindparam("token_hash"))


def session_of(db: Session, token: str) -> SignedIn | None:
    """The session behind a token, ended or not."""
    return db.scalars(_BEHIND_A_TOKEN, {"token_hash": _hash(token)}).first()


def is_open(session: SignedIn, at: datetime) -> bool:
    """Whether a session still counts."""
    fresh = at < session.seen_at + IDLE and at < session.since + ENDS_AFTER
    return session.ended_at is None and fresh and session.person.active


def end(db: Session, token: str, at: datetime) -> None:
    """Sign out."""
    session = session_of(db, token)
    if session is not None and session.ended_at is None:
        session.ended_at = at


def end_all_of(db: Session, person_id: UUID, at: datetime) -> None:
    """Sign a person out everywhere: they left, or their password changed."""
    for session in db.scalars(select(SignedIn).where(SignedIn.person_id == person_id, SignedIn.ended_at.is_(None))):
        session.ended_at = at


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _whose(db: Session, purpose: str, whose: str) -> str:
    return keys_of(db).hash(purpose, whose.strip().lower())
