"""The days of the showroom: one row a day on which somebody came or called, closed and signed when it is over."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import Count, Day, Document, Living, Moment, numbered, state_of
from dealer.records.people import Person


class ShowroomDayState(StrEnum):
    """A day is open while the register is written, then signed; what comes after the signature has to be signed too."""

    OPEN = "open"
    SIGNED = "signed"
    CHANGED = "changed"


class ShowroomDay(Living):
    """展厅日结: the register of one day. A signature covers rows by their number, so that no clock can unlock one."""

    __tablename__ = "showroom_days"
    state: Mapped[ShowroomDayState] = mapped_column(state_of(ShowroomDayState))
    day: Mapped[Day]
    signed_at: Mapped[Moment | None]  # the latest signature, likewise below
    signed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    signed_to: Mapped[Count | None]  # the highest number in the register of this day
    signed_changes: Mapped[Count] = mapped_column(default=0)  # of rows that were covered by an earlier signature
    signatures: Mapped[Count] = mapped_column(default=0)  # more than one: something came after the first
    signed_figures: Mapped[Document | None]  # how the day counted: the fields of showroom.DayFigures
    signed_by: Mapped[Person | None] = relationship()
    __table_args__ = (numbered(), Index("uq_showroom_days_day", "store_id", "day", unique=True))
