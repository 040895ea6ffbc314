"""Deadlines: what is due, to whom, until when. People see, move and cancel them; a sweep fires what is due."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import Code, Count, Document, Flag, Moment, OfStore, Prose
from dealer.records.people import Person

OPEN = text("done_at IS NULL AND cancelled_at IS NULL")
UNTOLD = text("told_at IS NULL")
MENU = ("store_id", "done_at", "cancelled_at", "by_system", "due_at", "warned_at", "owner_id", "role")


class Deadline(OfStore):
    """One thing due. `kind` has a word in both languages; `role` is set when it is due to whoever has that role."""

    __tablename__ = "deadlines"
    kind: Mapped[Code]
    due_at: Mapped[Moment]
    subject_kind: Mapped[Code]
    subject_id: Mapped[UUID]
    case_id: Mapped[UUID | None]
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[Code | None]
    note: Mapped[Prose] = mapped_column(default="")
    values: Mapped[Document | None]
    by_system: Mapped[Flag] = mapped_column(default=False)  # fired by the sweep, not shown as a task
    done_at: Mapped[Moment | None]
    done_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    cancelled_at: Mapped[Moment | None]
    escalated_at: Mapped[Moment | None]
    warned_at: Mapped[Moment | None]  # seen by its owner from then on, although it is not yet due
    moved: Mapped[Count] = mapped_column(default=0)
    planned_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))  # None: it came about by itself
    told_at: Mapped[Moment | None]  # when its people were told of it, or when that was found needless
    late_told: Mapped[Moment | None]  # the time it was due at when they were told that it is overdue
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    __table_args__ = (
        Index("ix_deadlines_due", "store_id", "done_at", "due_at"),
        Index("ix_deadlines_subject", "subject_id"),
        Index("ix_deadlines_untold", "store_id", sqlite_where=UNTOLD, postgresql_where=UNTOLD),
        # What the menu of every page counts; SQLite prefers it for the columns that are always the same.
        Index("ix_deadlines_menu", *MENU, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_deadlines_case", "case_id", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),
    )
