"""Integrations: programs of others that act in a shop, and their access tokens."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Code,
    Count,
    Document,
    Moment,
    Name,
    NameType,
    OfStore,
    numbered,
)
from dealer.records.people import Person


class Integration(OfStore):
    """A program that reads and acts in one shop. Its `person` has no posting and cannot sign in: it is the name that
    the history gives to what the program did, and the owner of what it brought."""

    __tablename__ = "integrations"
    number: Mapped[Count]
    name: Mapped[Name]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    answers_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))  # the colleague who answers for what it does
    scopes: Mapped[Document]  # list of dealer/integrations/scopes.py
    since: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    version: Mapped[Count] = mapped_column(default=0)
    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined")
    answers: Mapped[Person] = relationship(foreign_keys=[answers_id], lazy="joined")
    tokens: Mapped[list["AccessToken"]] = relationship(order_by="AccessToken.since", back_populates="integration")
    __table_args__ = (numbered(),)


class AccessToken(OfStore):
    """What a program shows with every request. The token itself is told once; here stand its hash and its beginning."""

    __tablename__ = "access_tokens"
    integration_id: Mapped[UUID] = mapped_column(ForeignKey("integrations.id"), index=True)
    prefix: Mapped[Code]  # by which somebody finds it again among others
    token_hash: Mapped[str] = mapped_column(NameType(64), unique=True)
    since: Mapped[Moment]
    until: Mapped[Moment]
    used_at: Mapped[Moment | None]  # to within some minutes
    ended_at: Mapped[Moment | None]
    integration: Mapped[Integration] = relationship(back_populates="tokens", lazy="joined")
