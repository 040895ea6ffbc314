"""The people of a shop: who is away and who stands in, who was trained in what, how a month is appraised."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Count,
    Day,
    Document,
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


class LeaveState(StrEnum):
    """The life of a leave 请假."""

    REQUESTED = "requested"
    APPROVED = "approved"
    RUNNING = "running"
    OVER = "over"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


class LeaveKind(StrEnum):
    """Why somebody is away, as far as the shop has to know."""

    ANNUAL = "annual"
    PERSONAL = "personal"
    SICK = "sick"
    COMPENSATORY = "compensatory"
    FAMILY = "family"  # marriage, birth, a death in the family
    DUTY = "duty"  # a training or a fair elsewhere


class Leave(Living):
    """One absence. Both days are included; `days` are the working days among them, by the shop's calendar."""

    __tablename__ = "leaves"
    state: Mapped[LeaveState] = mapped_column(state_of(LeaveState))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)  # who is away
    kind: Mapped[LeaveKind] = mapped_column(word_of(LeaveKind))
    from_day: Mapped[Day]
    to_day: Mapped[Day]
    days: Mapped[Count]
    reason: Mapped[Prose] = mapped_column(default="")
    stand_in_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    back_on: Mapped[Day | None]  # came back before the last day
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    stand_in: Mapped[Person] = relationship(foreign_keys=[stand_in_id])
    __table_args__ = (numbered(), Index("ix_leaves_days", "store_id", "from_day", "to_day"))


class TrainingTopic(StrEnum):
    """What somebody was trained in."""

    COMPANION = "companion"  # going along on test drives
    INSPECTION = "inspection"  # PDI
    HIGH_VOLTAGE = "high_voltage"
    PRODUCT = "product"
    CONTRACTS = "contracts"
    PERSONAL_DATA = "personal_data"
    OTHER = "other"


class Training(OfStore):
    """One training of one person, and until when it counts."""

    __tablename__ = "trainings"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    topic: Mapped[TrainingTopic] = mapped_column(word_of(TrainingTopic))
    held_on: Mapped[Day]
    valid_until: Mapped[Day | None]  # None: without an end
    trainer: Mapped[Name]
    remark: Mapped[Prose] = mapped_column(default="")
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    withdrawn_at: Mapped[Moment | None]
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    __table_args__ = (Index("ix_trainings_topic", "store_id", "topic", "person_id"),)


class AppraisalState(StrEnum):
    """The life of an appraisal 月度考核."""

    OPEN = "open"
    COMPLETED = "completed"
    SIGNED = "signed"
    SEEN = "seen"


class Appraisal(Living):
    """One person in one month: figures from the facts, words and signature of the manager, seen by the person."""

    __tablename__ = "appraisals"
    state: Mapped[AppraisalState] = mapped_column(state_of(AppraisalState))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)  # whom it is about
    month: Mapped[Day]  # its first day
    figures: Mapped[Document | None]  # as they were when it was completed: [{name, done, of, weight}]
    score: Mapped[Count | None]  # of 100
    remark: Mapped[Prose] = mapped_column(default="")
    suggestion: Mapped[Prose] = mapped_column(default="")  # reward or penalty, as a proposal in words
    manager_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    signed_at: Mapped[Moment | None]
    seen_at: Mapped[Moment | None]
    answer: Mapped[Prose] = mapped_column(default="")  # what the person says to it
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    manager: Mapped[Person] = relationship(foreign_keys=[manager_id])
    __table_args__ = (numbered(), UniqueConstraint("store_id", "owner_id", "month"))
