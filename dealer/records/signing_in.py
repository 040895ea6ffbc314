"""What is remembered of how people signed in, for themselves and for the administrator."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from dealer.engine.database import Moment, Name, OfStore, word_of


class SignInKind(StrEnum):
    """How it ended when somebody wanted to sign in."""

    SIGNED_IN = "signed_in"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a word for what happened, no password


class SignInEvent(OfStore):
    """Somebody signed in, or somebody tried to in their name. Of the place only the browser is kept, no address."""

    __tablename__ = "sign_in_events"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[Moment]
    kind: Mapped[SignInKind] = mapped_column(word_of(SignInKind))
    device: Mapped[Name]
    __table_args__ = (Index("ix_sign_in_events_person", "person_id", "at"),)
