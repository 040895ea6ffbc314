"""Personal data: which lists left the house."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import Code, Count, Moment, NameType, OfStore, Prose
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
