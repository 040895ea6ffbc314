"""Personal data: which lists left the house, what was emptied when its time had come, what must stay."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Code,
    Count,
    Day,
    Document,
    Living,
    Moment,
    Name,
    NameType,
    OfStore,
    Prose,
    numbered,
    state_of,
    word_of,
)
from dealer.records.customers import Customer
from dealer.records.people import Person


class Export(OfStore):
    """A list that somebody took out of the system: which one, why, how many rows. The sheet itself stays for a day."""

    __tablename__ = "exports"
    kind: Mapped[Code]
    at: Mapped[Moment]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[Prose]  # in their own words; of a copy it is the request
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("data_requests.id"))
    rows: Mapped[Count]
    file_sha256: Mapped[str | None] = mapped_column(NameType(64))
    person: Mapped[Person] = relationship()
    request: Mapped["DataRequest | None"] = relationship()
    __table_args__ = (Index("ix_exports_at", "store_id", "at"),)


class LegalHold(OfStore):
    """What is held about a phone's owner stays, whatever its time: a dispute, an order of an authority."""

    __tablename__ = "legal_holds"
    phone: Mapped[Code]
    reason: Mapped[Prose]
    from_day: Mapped[Day]
    placed_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    lifted_on: Mapped[Day | None]
    lifted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    __table_args__ = (Index("ix_legal_holds_phone", "store_id", "phone"),)


class RetentionRun(OfStore):
    """One night's work of retention, and what it emptied. Unfinished: it stopped in the middle and will go on."""

    __tablename__ = "retention_runs"
    day: Mapped[Day]
    begun_at: Mapped[Moment]
    finished_at: Mapped[Moment | None]
    emptied: Mapped[Document]  # kind → how many
    __table_args__ = (Index("uq_retention_runs_day", "store_id", "day", unique=True),)


class NoticeWay(StrEnum):
    """How somebody was told what becomes of their data."""

    WORDS = "in_words"
    SCREEN = "on_screen"
    PAPER = "on_paper"
    MESSAGE = "by_message"


class NoticeTold(OfStore):
    """Somebody was told a notice: which version, when, by whom, how. Never changed; emptied when its time has come."""

    __tablename__ = "notices_told"
    at: Mapped[Moment]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[Code]
    version: Mapped[Day]
    mark: Mapped[Code]  # of its very words, in the language in which it was told
    language: Mapped[Code]
    how: Mapped[NoticeWay] = mapped_column(word_of(NoticeWay))
    subject_id: Mapped[UUID | None]  # the visit, card or drive about which they were told
    phone: Mapped[Code | None]
    person: Mapped[Person] = relationship()
    __table_args__ = (
        Index("ix_notices_told_subject", "store_id", "subject_id"),
        Index("ix_notices_told_at", "store_id", "at"),
    )


class DestructionState(StrEnum):
    """That a sales file goes is asked, and decided either way."""

    ASKED = "asked"
    DESTROYED = "destroyed"
    KEPT = "kept"


class Destruction(Living):
    """The question whether the file of a customer's purchases may go, and what somebody else decided."""

    __tablename__ = "destructions"
    state: Mapped[DestructionState] = mapped_column(state_of(DestructionState))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    last_delivery: Mapped[Day | None]
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[Prose]
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    emptied: Mapped[Document | None]  # kind → how many
    customer: Mapped[Customer] = relationship()
    __table_args__ = (numbered(),)


class RequestKind(StrEnum):
    """What somebody may ask for (PIPL 44–47)."""

    COPY = "copy"
    CORRECT = "correct"
    OBJECT = "object_to_calls"
    DELETE = "delete"


class RequestState(StrEnum):
    """A request is received, and answered within its days."""

    RECEIVED = "received"
    ANSWERED = "answered"


class DataRequest(Living):
    """Somebody's request about their own data, and what came of it."""

    __tablename__ = "data_requests"
    state: Mapped[RequestState] = mapped_column(state_of(RequestState))
    kind: Mapped[RequestKind] = mapped_column(word_of(RequestKind))
    name: Mapped[Name]
    phone: Mapped[Code | None]
    number_hash: Mapped[str | None] = mapped_column(NameType(64))
    told: Mapped[Prose] = mapped_column(default="")
    due_at: Mapped[Moment | None]
    received_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    identified: Mapped[Name] = mapped_column(default="")  # how it was made sure that it is them
    answer: Mapped[Prose] = mapped_column(default="")
    answered_at: Mapped[Moment | None]
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    outcome: Mapped[Document | None]  # [{kind, at, stays}]: what was found when it was answered, and what stayed
    __table_args__ = (numbered(), Index("ix_data_requests_due", "store_id", "state", "due_at"))
