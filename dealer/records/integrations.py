"""Integrations: programs of others that act in a shop, their access tokens, and how they hear of what happens."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Bytes,
    Code,
    Count,
    Document,
    Moment,
    Name,
    NameType,
    OfStore,
    Sequence,
    numbered,
    word_of,
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


# ── webhooks ──────────────────────────────────────────────────────────────────────────────────────────────────────

OPEN = text("sent_at IS NULL AND dropped_at IS NULL")


class Webhook(OfStore):
    """An address of a program that hears of what happens to things of some kinds, in the order of the history."""

    __tablename__ = "webhooks"
    number: Mapped[Count]
    integration_id: Mapped[UUID] = mapped_column(ForeignKey("integrations.id"), index=True)
    address: Mapped[Name]
    kinds: Mapped[Document]  # list of dealer/integrations/events.py
    secret_sealed: Mapped[Bytes | None]  # signs what is sent; None: removed
    seq: Mapped[Sequence]  # how far the history has been read for it
    since: Mapped[Moment]
    paused_at: Mapped[Moment | None]
    removed_at: Mapped[Moment | None]
    integration: Mapped[Integration] = relationship(lazy="joined")
    __table_args__ = (numbered(),)


class NotHeard(StrEnum):
    """Why an event was not taken."""

    ANSWER = "answer"  # any but 2xx
    SILENCE = "silence"
    INSIDE = "inside"  # the name leads to an address that is not of the public network


class WebhookDelivery(OfStore):
    """A row of the history on its way to a webhook: sent at least once, one after the other."""

    __tablename__ = "webhook_deliveries"
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id"))
    seq: Mapped[Sequence]  # of the history
    queued_at: Mapped[Moment]
    attempts: Mapped[Count] = mapped_column(default=0)
    tried_at: Mapped[Moment | None]
    sent_at: Mapped[Moment | None]
    dropped_at: Mapped[Moment | None]  # the webhook was removed, or may not hear of this kind any more
    status: Mapped[Count | None]  # of the last answer
    trouble: Mapped[NotHeard | None] = mapped_column(word_of(NotHeard))  # of the last attempt
    job_key: Mapped[Name | None]  # the job that sends it; None: its turn has not come
    webhook: Mapped[Webhook] = relationship(lazy="joined")
    __table_args__ = (
        UniqueConstraint("webhook_id", "seq"),
        Index("ix_webhook_deliveries_open", "webhook_id", "seq", sqlite_where=OPEN, postgresql_where=OPEN),
    )
