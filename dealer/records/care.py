"""Care of those who have bought: the calls after a delivery and later, as records of their own."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import Count, Day, Flag, Living, Moment, Name, OfStore, Prose, numbered, state_of, word_of
from dealer.records.customers import Customer
from dealer.records.deliveries import Batch, Handover
from dealer.records.people import Person


class CareKind(StrEnum):
    """Why a customer is called."""

    THANK_YOU = "thank_you_call"
    THANK_YOU_RETRY = "thank_you_retry"
    CALLBACK = "callback"
    SECOND_CONTACT = "second_contact"
    FIRST_MONTH = "first_month"
    MAINTENANCE = "maintenance_reminder"
    REVISIT = "revisit"
    AGENT_CONTACT = "agent_contact"


class CareState(StrEnum):
    """A call is due until it was made, ended in vain, or is not made at all."""

    DUE = "due"
    DONE = "done"
    NOT_REACHED = "not_reached"
    CANCELLED = "cancelled"


class Channel(StrEnum):
    """How somebody was spoken to."""

    PHONE = "phone"
    MESSAGE = "message"
    MAIL = "mail"


class Satisfaction(StrEnum):
    """Three grades; so-so counts as not satisfied."""

    SATISFIED = "satisfied"
    SO_SO = "so_so"
    DISSATISFIED = "dissatisfied"


class CareCall(Living):
    """One call 关怀电话 and what came of it. `case_id` is the deal whose cars it is about."""

    __tablename__ = "care_calls"
    state: Mapped[CareState] = mapped_column(state_of(CareState))
    kind: Mapped[CareKind] = mapped_column(word_of(CareKind))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batches.id"), index=True)
    handover_id: Mapped[UUID | None] = mapped_column(ForeignKey("handovers.id"))  # the one it follows: T0
    again_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("care_calls.id"))  # the call it repeats or follows
    whom: Mapped[Name]  # the receiver, the using unit, the customer
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)  # None: customer service
    due_at: Mapped[Moment]  # the first moment that is too late; neither tries nor appointments move it
    planned_at: Mapped[Moment]  # when it is to be tried
    agreed: Mapped[Flag] = mapped_column(default=False)  # the customer asked to be called at that time
    tries: Mapped[Count] = mapped_column(default=0)  # in vain
    channel: Mapped[Channel | None] = mapped_column(word_of(Channel))
    grade: Mapped[Satisfaction | None] = mapped_column(word_of(Satisfaction))
    score: Mapped[Count | None]  # of a survey with a scale of its own: 8 of 10, 870 of 1000
    score_most: Mapped[Count | None]
    odometer: Mapped[Count | None]  # km, as the customer reads it of the car that is driven most
    reason: Mapped[Prose] = mapped_column(default="")
    action: Mapped[Prose] = mapped_column(default="")
    said: Mapped[Prose] = mapped_column(default="")
    ended_at: Mapped[Moment | None]
    ended_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    customer: Mapped[Customer] = relationship()
    batch: Mapped[Batch | None] = relationship()
    handover: Mapped[Handover | None] = relationship()
    agent: Mapped[Person | None] = relationship(foreign_keys=[agent_id])
    ended_by: Mapped[Person | None] = relationship(foreign_keys=[ended_by_id])
    __table_args__ = (
        numbered(),
        Index("ix_care_calls_planned", "store_id", "state", "planned_at"),
        Index("ix_care_calls_due", "store_id", "due_at"),
    )

    @property
    def owner_id(self) -> UUID | None:
        """Whoever is to call."""
        return self.agent_id


class CareAgent(OfStore):
    """Who looks after a customer: one each."""

    __tablename__ = "care_agents"
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), unique=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    assigned_at: Mapped[Moment]
    customer: Mapped[Customer] = relationship()
    agent: Mapped[Person] = relationship()


class MonthlyReviewState(StrEnum):
    """The review of a month is open until the key-account manager closes it."""

    OPEN = "open"
    CLOSED = "closed"


class MonthlyReview(Living):
    """What a customer answered in one month, and what is done about it. `case_id` stays empty."""

    __tablename__ = "monthly_reviews"
    state: Mapped[MonthlyReviewState] = mapped_column(state_of(MonthlyReviewState))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    month: Mapped[Day]  # its first day
    asked_at: Mapped[Moment | None]  # when the key-account manager was asked for an action
    customer: Mapped[Customer] = relationship()
    actions: Mapped[list["CorrectiveAction"]] = relationship(order_by="CorrectiveAction.id")
    __table_args__ = (numbered(), UniqueConstraint("customer_id", "month"))


class CorrectiveAction(OfStore):
    """What is done about an answer: by whom, until when, with what result."""

    __tablename__ = "corrective_actions"
    review_id: Mapped[UUID] = mapped_column(ForeignKey("monthly_reviews.id"), index=True)
    what: Mapped[Prose]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    due_on: Mapped[Day]
    done_at: Mapped[Moment | None]
    result: Mapped[Prose] = mapped_column(default="")
    owner: Mapped[Person] = relationship()
