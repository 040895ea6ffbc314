"""What is said about a price-limit exception by those who are asked, stage by stage; and who else knows of it."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import Code, Count, Moment, OfStore, Prose, word_of
from dealer.records.people import Person


class Lane(StrEnum):
    """Which kind of case it is: each has stages of its own (house rule `approval_stages`)."""

    FLEET = "fleet"  # within the key-account manager's floor, as many cars as a fleet has
    RETAIL = "retail"  # likewise, fewer cars
    GENERAL = "general"  # below it
    PROJECT = "project"  # below every floor, with the manufacturer's project approval


class Verdict(StrEnum):
    """What one of those asked has said."""

    AGREED = "agreed"
    COUNTERED = "countered"
    RETURNED = "returned"
    REFUSED = "refused"


class ApprovalMark(OfStore):
    """What one person said in one stage. A mark that was cleared counts no more and stays where it can be read."""

    __tablename__ = "approval_marks"
    exception_id: Mapped[UUID] = mapped_column(ForeignKey("price_exceptions.id"))
    stage: Mapped[Count]  # its key among the stages of the case
    place: Mapped[Code]  # the role it was said as, or the colleague who was asked
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    for_whom_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))  # the one away, when a stand-in spoke
    verdict: Mapped[Verdict] = mapped_column(word_of(Verdict))
    comment: Mapped[Prose] = mapped_column(default="")
    at: Mapped[Moment]
    cleared_at: Mapped[Moment | None]
    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined")
    for_whom: Mapped[Person | None] = relationship(foreign_keys=[for_whom_id], lazy="joined")
    __table_args__ = (Index("ix_approval_marks_exception", "exception_id", "at"),)


class ApprovalCopy(OfStore):
    """Somebody who is to know of a case without being asked."""

    __tablename__ = "approval_copies"
    exception_id: Mapped[UUID] = mapped_column(ForeignKey("price_exceptions.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[Moment]
    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined")
    __table_args__ = (UniqueConstraint("exception_id", "person_id"),)
