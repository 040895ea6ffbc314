"""Alerts: what one person is told, how far the history of a shop has been read for them, and where they go."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Uuid

from dealer.engine.database import Bytes, Code, Count, Document, Flag, Moment, Name, OfStore, Sequence, word_of
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


# ── where they reach a person ─────────────────────────────────────────────────────────────────────────────────────


class ChannelKind(StrEnum):
    """Where alerts go beside the app."""

    MAIL = "mail"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"


class Channel(OfStore):
    """A mail address or the robot of a messenger that one person wants alerts at; it counts once its code came back."""

    __tablename__ = "alert_channels"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[ChannelKind] = mapped_column(word_of(ChannelKind))
    address_sealed: Mapped[Bytes]  # a mail address, or a token: whoever has it can write there
    shown: Mapped[Name]  # what of it is shown
    wanted: Mapped[Document]  # the kinds of alerts that go there
    begun_at: Mapped[Moment]
    codes: Mapped[Count] = mapped_column(default=0)  # how many were sent; the last one counts
    code_at: Mapped[Moment | None]
    verified_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    person: Mapped[Person] = relationship()
    __table_args__ = (Index("ix_alert_channels_person", "store_id", "person_id"),)


class QuietHours(OfStore):
    """When one person wants to hear nothing that is not urgent, by the shop's clock; equal hours are none."""

    __tablename__ = "quiet_hours"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    begins: Mapped[Code]
    ends: Mapped[Code]
    __table_args__ = (UniqueConstraint("store_id", "person_id"),)


class Trouble(StrEnum):
    """Why a message did not go."""

    NOT_TAKEN = "not_taken"
    NO_ANSWER = "no_answer"
    NO_SERVER = "no_server"


class AlertDelivery(OfStore):
    """An alert on its way to one channel: sent at least once, and marked when it was."""

    __tablename__ = "alert_deliveries"
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id"), index=True)
    channel_id: Mapped[UUID] = mapped_column(ForeignKey("alert_channels.id"), index=True)
    held_until: Mapped[Moment | None]  # the end of its reader's quiet hours
    attempts: Mapped[Count] = mapped_column(default=0)
    tried_at: Mapped[Moment | None]
    sent_at: Mapped[Moment | None]
    dropped_at: Mapped[Moment | None]  # its reader has left, may no longer know, or has ended the channel
    trouble: Mapped[Trouble | None] = mapped_column(word_of(Trouble))  # of the last attempt
    job_key: Mapped[Name]  # the job that sends it, and whether that was given up
    alert: Mapped[Alert] = relationship()
    channel: Mapped[Channel] = relationship()
    __table_args__ = (
        UniqueConstraint("alert_id", "channel_id"),
        UniqueConstraint("store_id", "job_key"),
    )


class Security(StrEnum):
    """How the line to a mail server is kept from others."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class MailServer(OfStore):
    """The server that sends the shop's mails."""

    __tablename__ = "mail_servers"
    host: Mapped[Name]
    port: Mapped[Count]
    security: Mapped[Security] = mapped_column(word_of(Security))
    account: Mapped[Name]  # empty: it asks for none
    password_sealed: Mapped[Bytes | None]
    sender: Mapped[Name]
    __table_args__ = (UniqueConstraint("store_id"),)
