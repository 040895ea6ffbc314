"""Personal data: which lists left the house, what was emptied when its time had come, what must stay."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import Code, Count, Day, Document, Moment, NameType, OfStore, Prose
from dealer.records.people import Person


class Export(OfStore):
    """A list that somebody took out of the system: which one, why, how many rows. The sheet itself stays for a day."""

    __tablename__ = "exports"
    kind: Mapped[Code]
    at: Mapped[Moment]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[Prose]
    rows: Mapped[Count]
    file_sha256: Mapped[str | None] = mapped_column(NameType(64))
    person: Mapped[Person] = relationship()
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
