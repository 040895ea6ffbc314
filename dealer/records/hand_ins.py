"""The end of a consultant's day: how each card stood and from when, and what was handed in of a day's cards."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Count,
    Day,
    Flag,
    Living,
    Moment,
    Name,
    OfStore,
    Prose,
    numbered,
    state_of,
    word_of,
)
from dealer.records.people import Person
from dealer.records.prospects import Level, Prospect, ProspectState

WORKED = text("state IN ('carded', 'following') OR next_contact_at IS NOT NULL")


class Standing(OfStore):
    """How a card stood from one moment until another, and before: what a report says of any past day.

    A new row whenever owner, level, state or next contact change. `until_at` None: that is how it stands now;
    `was_state` None: the card had just been made.
    """

    __tablename__ = "standings"
    prospect_id: Mapped[UUID] = mapped_column(ForeignKey("prospects.id"))
    from_at: Mapped[Moment]
    until_at: Mapped[Moment | None]  # the first moment at which it stood otherwise
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    level: Mapped[Level] = mapped_column(word_of(Level))
    state: Mapped[ProspectState] = mapped_column(word_of(ProspectState))
    next_contact_at: Mapped[Moment | None]
    was_level: Mapped[Level | None] = mapped_column(word_of(Level))
    was_state: Mapped[ProspectState | None] = mapped_column(word_of(ProspectState))
    prospect: Mapped[Prospect] = relationship()
    __table_args__ = (
        Index("ix_standings_now", "prospect_id", "until_at"),
        Index("ix_standings_until", "store_id", "until_at", "from_at"),
        Index("ix_standings_from", "store_id", "from_at"),
        # What a morning counts of every card, without looking at the cards themselves.
        Index(
            "ix_standings_worked",
            "store_id",
            "until_at",
            "from_at",
            "owner_id",
            "level",
            "state",
            "next_contact_at",
            sqlite_where=WORKED,
            postgresql_where=WORKED,
        ),
    )


class HandInState(StrEnum):
    """Expected of a consultant on a day, handed in, returned with a remark, signed."""

    EXPECTED = "expected"
    HANDED_IN = "handed_in"
    RETURNED = "returned"
    SIGNED = "signed"


class HandIn(Living):
    """One consultant's cards of one day. It covers what was done from `from_at` on and before `until_at`."""

    __tablename__ = "hand_ins"
    state: Mapped[HandInState] = mapped_column(state_of(HandInState))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    day: Mapped[Day]
    from_at: Mapped[Moment | None]
    until_at: Mapped[Moment | None]
    handed_in_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))  # the owner or their stand-in
    remark: Mapped[Prose] = mapped_column(default="")
    returned_remark: Mapped[Prose] = mapped_column(default="")
    signed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    signed_at: Mapped[Moment | None]
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    lines: Mapped[list["HandInLine"]] = relationship(
        order_by="HandInLine.position", cascade="all, delete-orphan", back_populates="hand_in"
    )
    __table_args__ = (
        numbered(),
        UniqueConstraint("store_id", "owner_id", "day", name="uq_hand_ins_day"),
        Index("ix_hand_ins_day", "store_id", "day"),
    )


class HandInLine(OfStore):
    """One card of a hand-in as it stood when it was handed in."""

    __tablename__ = "hand_in_lines"
    hand_in_id: Mapped[UUID] = mapped_column(ForeignKey("hand_ins.id"), index=True)
    prospect_id: Mapped[UUID] = mapped_column(ForeignKey("prospects.id"), index=True)
    position: Mapped[Count]
    from_at: Mapped[Moment]  # entries since then belong to this line; earlier than the hand-in's if the card came back
    contacts: Mapped[Count]
    new: Mapped[Flag]
    level_before: Mapped[Level] = mapped_column(word_of(Level))
    level_after: Mapped[Level] = mapped_column(word_of(Level))
    state: Mapped[ProspectState] = mapped_column(word_of(ProspectState))
    next_contact_at: Mapped[Moment | None]
    missed: Mapped[Flag]  # a contact was due by the end of the day and was not made
    reason: Mapped[Name] = mapped_column(default="")  # why not, or the answer to what the manager had remarked
    asked: Mapped[Prose] = mapped_column(default="")  # the remark with which the card had come back
    returned_remark: Mapped[Prose] = mapped_column(default="")  # the remark with which it goes back now
    hand_in: Mapped[HandIn] = relationship(back_populates="lines")
    prospect: Mapped[Prospect] = relationship()


class MorningPaper(OfStore):
    """A morning report that somebody had printed: of which day, as they saw it."""

    __tablename__ = "morning_papers"
    day: Mapped[Day]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[Moment]
