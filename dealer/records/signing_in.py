"""Signing in: how it ended each time, and the phones and codes that stand beside a password."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from dealer.engine.database import Bytes, Count, Identified, Moment, Name, OfStore, Sequence, word_of


class SignInKind(StrEnum):
    """How it ended when somebody wanted to sign in."""

    SIGNED_IN = "signed_in"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a word for what happened, no password
    WRONG_CODE = "wrong_code"
    RECOVERY_CODE = "recovery_code"  # one of them stood in for the phone


class SignInEvent(OfStore):
    """Somebody signed in, or somebody tried to in their name. Of the place only the browser is kept, no address."""

    __tablename__ = "sign_in_events"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[Moment]
    kind: Mapped[SignInKind] = mapped_column(word_of(SignInKind))
    device: Mapped[Name]
    __table_args__ = (Index("ix_sign_in_events_person", "person_id", "at"),)


class SecondFactor(Identified):
    """A secret under seal that an app on somebody's phone turns into a code every half minute."""

    __tablename__ = "second_factors"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), unique=True)
    secret_sealed: Mapped[Bytes]
    begun_at: Mapped[Moment]
    confirmed_at: Mapped[Moment | None]  # None: shown, and no code of it was typed yet
    last_step: Mapped[Sequence]  # the half minute, since 1970, of the last code that counted: none counts twice


class RecoveryCode(Identified):
    """One of ten codes for the day the phone is lost. Only its hash is kept."""

    __tablename__ = "recovery_codes"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    number: Mapped[Count]
    code_hash: Mapped[Name]
    used_at: Mapped[Moment | None]
