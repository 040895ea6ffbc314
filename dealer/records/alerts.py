"""Alerts: what one person is told, and how far the history of a shop has been read for them."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Uuid

from dealer.engine.database import Code, Document, Flag, Moment, Name, OfStore, Sequence, word_of
from dealer.records.people import Person

UNREAD = text("read_at IS NULL")


class AlertKind(StrEnum):
    """What an alert is about; a person chooses by it what reaches them where."""

    INCIDENT = "incident"
    DECISION = "decision"
    TASK = "task"
    ANSWER = "answer"
    CONTRACT = "contract"
    CARS = "cars"
    COMPLAINT = "complaint"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    AWAY = "away"
    REPORT = "report"
    HOUSE = "house"


class Alert(OfStore):
    """One thing that one person is told. It names a thing by kind and number, never a customer's phone or papers."""

    __tablename__ = "alerts"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    away_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))  # told in their stead, as their stand-in
    kind: Mapped[AlertKind] = mapped_column(word_of(AlertKind))
    urgent: Mapped[Flag] = mapped_column(default=False)
    thing_kind: Mapped[Code | None]  # its table
    thing_id: Mapped[UUID | None] = mapped_column(Uuid)
    sentence: Mapped[Name]  # English: the key of its translation
    values: Mapped[Document]
    source: Mapped[Name]  # what it came from; nobody is told twice of it
    made_at: Mapped[Moment]
    read_at: Mapped[Moment | None]
    away: Mapped[Person | None] = relationship(foreign_keys=[away_id])
    __table_args__ = (
        UniqueConstraint("store_id", "person_id", "source"),
        Index("ix_alerts_unread", "store_id", "person_id", "id", sqlite_where=UNREAD, postgresql_where=UNREAD),
        Index("ix_alerts_person", "store_id", "person_id", "id"),
    )


class AlertsUpTo(OfStore):
    """Up to which place the history of a shop has been read for alerts."""

    __tablename__ = "alerts_up_to"
    seq: Mapped[Sequence]
    __table_args__ = (UniqueConstraint("store_id"),)
