"""The second factor: an app on somebody's phone shows a code that changes every half minute (TOTP, RFC 6238).

Whoever decides on money, or on who may, shows one at each sign-in (duties.py); everybody else may choose to. The secret
lies under seal. A code counts once. Ten recovery codes stand in for a phone that is lost: each counts once, and they
are told once.
"""

import secrets
from datetime import datetime
from typing import Annotated
from uuid import UUID

import pyotp
from argon2.exceptions import VerificationError
from pydantic import Field
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dealer import duties, people
from dealer.engine.database import Database, keys_of
from dealer.engine.fields import Paragraph
from dealer.engine.malformed import half_width
from dealer.engine.steps import Ask, Facts, Refusal, Refused, Unrecorded, no
from dealer.house import passwords, sign_ins, signin
from dealer.house.staff import changed, may_keep_people, refuse, works_elsewhere_too
from dealer.people import Actor
from dealer.records.people import Person
from dealer.records.signing_in import RecoveryCode, SecondFactor, SignInKind

HALF_MINUTE = 30
DIGITS = 6
ASTRAY = 1  # half minutes that the clock of a phone may be wrong by
CODES = 10
PURPOSE = "second factor"  # in the table of tries
NAME = "dealer"  # how the app on the phone lists it, before the shop

# ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────────


class TypedCode(Facts):
    """What the app shows now, or a recovery code."""

    password_code: Annotated[str, Unrecorded()] = Field(title="Code", min_length=1, max_length=40)


class ResetReason(Facts):
    """Why somebody's second factor is taken away, and by what the administrator knew them."""

    reason: Annotated[str, Paragraph] = Field(
        title="Reason",
        description="Such as: phone lost, came to the office in person. It stays in the history.",
        min_length=4,
        max_length=2000,
    )


# ── who has one, who needs one ────────────────────────────────────────────────────────────────────────────────────

IS_CONFIRMED = SecondFactor.confirmed_at.is_not(None)  # before it asks for nothing


def has(db: Session, person_id: UUID) -> bool:
    """Whether somebody's codes are asked for at sign-in."""
    confirmed = select(SecondFactor.id).where(SecondFactor.person_id == person_id, IS_CONFIRMED)
    return db.scalar(confirmed) is not None


def is_needed(db: Session, who: Actor) -> bool:
    """Whether they may not do without one in the shop they act in."""
    return is_asked_of(who, made_up=people.store_of(db, who.store_id).made_up)


def is_asked_of(who: Actor, *, made_up: bool) -> bool:
    """Whether their duties, or those of somebody they stand in for, ask for one; a made-up shop asks nobody."""
    return not made_up and any(who.may_or_stands_in(duty) for duty in duties.WITH_SECOND_FACTOR)


def of(db: Session, person: Person) -> SecondFactor | None:
    """Somebody's, confirmed or only begun."""
    return db.scalars(select(SecondFactor).where(SecondFactor.person_id == person.id)).first()


def codes_left(db: Session, person: Person) -> int:
    """How many recovery codes nobody has used."""
    left = select(func.count()).select_from(RecoveryCode)
    return db.scalar(left.where(RecoveryCode.person_id == person.id, RecoveryCode.used_at.is_(None))) or 0


def secret_of(db: Session, factor: SecondFactor) -> str:
    """What the app turns into codes; shown to its owner until the first code was typed."""
    return keys_of(db).open(factor.secret_sealed, _place(factor))


def address_of(db: Session, person: Person, factor: SecondFactor) -> str:
    """The same as the app reads it from a picture."""
    return str(pyotp.TOTP(secret_of(db, factor)).provisioning_uri(name=person.sign_in, issuer_name=NAME))


def _place(factor: SecondFactor) -> str:
    return f"{SecondFactor.__tablename__}/secret/{factor.id}"


# ── setting it up ─────────────────────────────────────────────────────────────────────────────────────────────────


def begin(ask: Ask, person: Person) -> SecondFactor:
    """A new secret; it asks for nothing until a code of it has been typed."""
    factor = of(ask.db, person)
    refuse(_stands_already(factor))
    if factor is None:
        factor = SecondFactor(person_id=person.id, secret_sealed=b"", begun_at=ask.at, last_step=0)
        ask.db.add(factor)
    factor.begun_at, factor.last_step = ask.at, 0
    factor.secret_sealed = keys_of(ask.db).seal(pyotp.random_base32(), _place(factor))
    return factor


def confirm(ask: Ask, person: Person, facts: TypedCode) -> list[str]:
    """The app shows the right codes: from now on they are asked for. The recovery codes are told this once."""
    factor = of(ask.db, person)
    refuse(_stands_already(factor))
    if factor is None or not _is_shown_now(ask.db, factor, _plain(facts.password_code), ask.at):
        raise Refused([_wrong()])
    factor.confirmed_at = ask.at
    changed(ask, person, "second_factor_on")
    return _new_codes(ask, person)


def renew_codes(ask: Ask, person: Person) -> list[str]:
    """Ten new recovery codes; those of before count no more."""
    refuse(_has_none(ask, person))
    changed(ask, person, "renew_codes")
    return _new_codes(ask, person)


def give_up(ask: Ask, person: Person) -> None:
    """Sign in by password alone again, where the duties allow it."""
    refuse(_has_none(ask, person), _duties_need_it(ask))
    _forget(ask, person)
    changed(ask, person, "second_factor_off")


def reset(ask: Ask, person: Person, facts: ResetReason) -> None:
    """They lost the phone and the codes: they are signed out, and set up another one at their next sign-in."""
    may_keep_people(ask)
    refuse(_is_ones_own(ask, person), works_elsewhere_too(ask, person), _has_none(ask, person))
    _forget(ask, person)
    signin.end_all_of(ask.db, person.id, ask.at)
    changed(ask, person, "reset_second_factor", facts)


def _forget(ask: Ask, person: Person) -> None:
    for table in (SecondFactor, RecoveryCode):
        ask.db.execute(delete(table).where(table.person_id == person.id))


def _new_codes(ask: Ask, person: Person) -> list[str]:
    """59 bits each, and hashed as passwords are (ASVS 6.5.2); the number before it says which hash to compare."""
    ask.db.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    told = [f"{number:02}-{passwords.given()}" for number in range(1, CODES + 1)]
    ask.db.add_all(
        RecoveryCode(person_id=person.id, number=number, code_hash=passwords.hash_of(_plain(code)))
        for number, code in enumerate(told, 1)
    )
    return told


# ── showing a code ────────────────────────────────────────────────────────────────────────────────────────────────


def try_code(database: Database, person_id: UUID, typed: str, device: str, at: datetime) -> Refusal | None:
    """Whether a code counts now. What it used up and a try in vain stay, whatever becomes of the request."""
    with database.writing() as db:
        # Of many at one moment each waits for the one before it, and finds its try counted.
        person = db.get_one(Person, person_id, with_for_update=True)
        if signin.tries(db, PURPOSE, str(person.id), at) >= signin.TRIES:
            return no("Too many failed tries: wait a quarter of an hour, or ask the administrator.", code="E-TRIES")
        if _counts(db, person, _plain(typed), device, at):
            return None
        signin.note_try(db, PURPOSE, str(person.id), at)
        sign_ins.note(db, person, SignInKind.WRONG_CODE, device, at)
    return _wrong()


def may_be_a_code(typed: str) -> bool:
    """Whether it looks like what the app shows; no password is that short."""
    return len(_plain(typed)) == DIGITS


def _counts(db: Session, person: Person, typed: str, device: str, at: datetime) -> bool:
    mine = select(SecondFactor).where(SecondFactor.person_id == person.id, IS_CONFIRMED)
    factor = db.scalars(mine).first()
    if factor is None:
        return False
    if _is_shown_now(db, factor, typed, at):
        return True
    if not _uses_up_a_code(db, person, typed, at):
        return False
    sign_ins.note(db, person, SignInKind.RECOVERY_CODE, device, at)
    return True


def _is_shown_now(db: Session, factor: SecondFactor, typed: str, at: datetime) -> bool:
    shown, now = pyotp.TOTP(secret_of(db, factor)), int(at.timestamp()) // HALF_MINUTE
    for step in range(max(now - ASTRAY, factor.last_step + 1), now + ASTRAY + 1):
        if secrets.compare_digest(shown.generate_otp(step).encode(), typed.encode()):
            factor.last_step = step
            return True
    return False


def _uses_up_a_code(db: Session, person: Person, typed: str, at: datetime) -> bool:
    number = int(typed[:2]) if typed[:2].isascii() and typed[:2].isdecimal() else 0
    code = db.scalars(
        select(RecoveryCode).where(
            RecoveryCode.person_id == person.id, RecoveryCode.number == number, RecoveryCode.used_at.is_(None)
        )
    ).first()
    if code is None:
        return False
    try:
        passwords.HASHER.verify(code.code_hash, typed)
    except VerificationError:
        return False
    code.used_at = at
    return True


def _plain(typed: str) -> str:
    """As it is compared: without what people write between the groups."""
    return "".join(each for each in half_width(typed).lower() if each.isalnum())


# ── what refuses ──────────────────────────────────────────────────────────────────────────────────────────────────


def _wrong() -> Refusal:
    return no(
        "This code does not count: wait for the next one the app shows, and let the phone set its clock by itself.",
        code="E-CODE", field="password_code",
    )  # fmt: skip


def _stands_already(factor: SecondFactor | None) -> Refusal | None:
    if factor is not None and factor.confirmed_at is not None:
        return no("Your second factor is set up already: give it up first, or ask the administrator.", code="E-FACTOR")
    return None


def _has_none(ask: Ask, person: Person) -> Refusal | None:
    if not has(ask.db, person.id):
        return no("There is no second factor: set one up first.", code="E-FACTOR")
    return None


def _duties_need_it(ask: Ask) -> Refusal | None:
    if is_needed(ask.db, ask.actor):
        return no("Your duties ask for a second factor: it stays.", code="E-FACTOR-NEEDED")
    return None


def _is_ones_own(ask: Ask, person: Person) -> Refusal | None:
    if ask.actor.id == person.id:
        return no(
            "Another administrator does this for you, or the command dealer reset-second-factor.", code="E-YOURSELF"
        )
    return None
