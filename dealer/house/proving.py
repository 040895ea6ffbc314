"""Showing once more that it is oneself, before what a stolen session must not do (OWASP ASVS 5.0, 7.5).

Whoever has just signed in has shown it; it holds for ten minutes, so that a morning's work on the staff asks once. The
token of the session is another one afterwards: whoever had copied the old one is out.
"""

from datetime import datetime, timedelta
from uuid import UUID

from dealer.engine.database import Database
from dealer.engine.steps import Refusal, no
from dealer.house import passwords, second_factor, signin
from dealer.records.people import Person

HOLDS = timedelta(minutes=10)
PURPOSE = "prove"  # in the table of tries
AGAIN = no("Show once more that it is you, with your password: this is asked every ten minutes.", code="E-PROVE")


def is_fresh(proved_at: datetime, at: datetime) -> bool:
    """Whether somebody has shown a moment ago that it is themselves."""
    return at < proved_at + HOLDS


def prove(database: Database, token: str, typed: str, device: str, at: datetime) -> Refusal | str:
    """The new token of the session, or why what was typed, a password or a code of the phone, is not theirs."""
    with database.reading() as db:
        session = signin.session_of(db, token)
        if session is None or not signin.is_open(session, at):
            return AGAIN
        person = session.person
        by_code = second_factor.has(db, person.id) and second_factor.may_be_a_code(typed)
    if by_code:
        refused = second_factor.try_code(database, person.id, typed, device, at)
    else:
        refused = why_not(database, person.id, typed, "password", at)
    return refused or _renewed(database, token, at)


def why_not(database: Database, person_id: UUID, password: str, field: str, at: datetime) -> Refusal | None:
    """Why this is not the password of who is signed in: whoever stole their session has five guesses, and no more in
    another field. A guess in vain stays, whatever becomes of the request."""
    with database.reading() as db:
        if signin.tries(db, PURPOSE, str(person_id), at) >= signin.TRIES:
            return no("Too many failed tries: wait a quarter of an hour, or ask the administrator.", code="E-TRIES")
        if passwords.is_of(db.get(Person, person_id), password):
            return None
    with database.writing() as db:
        signin.note_try(db, PURPOSE, str(person_id), at)
    return no("This is not your present password.", code="E-PASSWORD", field=field)


def _renewed(database: Database, token: str, at: datetime) -> Refusal | str:
    with database.writing() as db:
        session = signin.session_of(db, token)
        if session is None or not signin.is_open(session, at):
            return AGAIN
        session.proved_at = session.seen_at = at
        return signin.renew_token(session)
