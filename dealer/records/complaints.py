"""Complaints: what a customer is not content with, what was done, and every call that asked whether it helped."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Code,
    Count,
    Fen,
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
from dealer.records.care import Satisfaction
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch
from dealer.records.people import Person
from dealer.records.vehicles import Model, Unit


class ComplaintState(StrEnum):
    """The life of a complaint 投诉 (DOMAIN C7)."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    INVESTIGATING = "investigating"
    PROPOSED = "proposed"
    EXECUTING = "executing"
    CALLBACK = "callback"
    CLOSED = "closed"
    REOPENED = "reopened"
    REJECTED = "rejected"


class ComplaintChannel(StrEnum):
    """How it reached the shop."""

    PHONE = "phone"
    VISIT = "visit"
    MESSAGE = "message"
    LETTER = "letter"
    MANUFACTURER = "manufacturer"
    AUTHORITY = "authority"


class Severity(StrEnum):
    """重大 tells the key-account manager and the general manager within the hour."""

    ORDINARY = "ordinary"
    GRAVE = "grave"


class Cause(StrEnum):
    """Why it came to the complaint, as found in the end."""

    PRODUCT = "product"
    PREPARATION = "preparation"
    DELIVERY = "delivery"
    PROMISE = "promise"
    PAPERS = "papers"
    MANNERS = "manners"
    SERVICE = "service"
    PRICE = "price"
    USE = "use"
    UNFOUNDED = "unfounded"
    OTHER = "other"


class Complaint(Living):
    """One complaint. `owner_id` is who handles it, `case_id` the deal it is about."""

    __tablename__ = "complaints"
    state: Mapped[ComplaintState] = mapped_column(state_of(ComplaintState))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    registered_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    channel: Mapped[ComplaintChannel] = mapped_column(word_of(ComplaintChannel))
    # who complains, and about what
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"), index=True)
    deal_id: Mapped[UUID | None] = mapped_column(ForeignKey("deals.id"), index=True)
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batches.id"))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), index=True)
    model_id: Mapped[UUID | None] = mapped_column(ForeignKey("models.id"))
    name: Mapped[Name] = mapped_column(default="")
    phone: Mapped[Code | None]
    words: Mapped[Prose]
    wish: Mapped[Prose] = mapped_column(default="")
    fleet: Mapped[Flag] = mapped_column(default=False)  # the key-account manager takes part (DOMAIN K8)
    # how grave it is, and why
    safety: Mapped[Flag] = mapped_column(default=False)
    media: Mapped[Flag] = mapped_column(default=False)
    injury: Mapped[Flag] = mapped_column(default=False)
    cars: Mapped[Count] = mapped_column(default=1)
    severity: Mapped[Severity] = mapped_column(word_of(Severity))
    # the clocks of its first round, as the house rules of its day wound them
    accept_by: Mapped[Moment]
    accepted_at: Mapped[Moment | None]
    solve_by: Mapped[Moment]
    solved_at: Mapped[Moment | None]
    # what the customer is offered
    proposal: Mapped[Prose] = mapped_column(default="")
    compensation: Mapped[Fen] = mapped_column(default=0)
    proposed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    compensation_allowed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    agreed_by: Mapped[Name] = mapped_column(default="")
    agreed_at: Mapped[Moment | None]
    done: Mapped[Prose] = mapped_column(default="")
    # what is learned from it
    cause: Mapped[Cause | None] = mapped_column(word_of(Cause))
    analysis: Mapped[Prose] = mapped_column(default="")
    corrective_action: Mapped[Prose] = mapped_column(default="")
    manager_comment: Mapped[Prose] = mapped_column(default="")
    manager_comment_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    rejection: Mapped[Prose] = mapped_column(default="")
    round_number: Mapped[Count] = mapped_column(default=1)  # each reopening begins another
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("complaints.id"))
    handler: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    registered_by: Mapped[Person] = relationship(foreign_keys=[registered_by_id])
    customer: Mapped[Customer | None] = relationship()
    deal: Mapped[Deal | None] = relationship()
    batch: Mapped[Batch | None] = relationship()
    unit: Mapped[Unit | None] = relationship()
    model: Mapped[Model | None] = relationship()
    merged_into: Mapped["Complaint | None"] = relationship(remote_side="Complaint.id")
    calls: Mapped[list["ComplaintCall"]] = relationship(order_by="ComplaintCall.at", cascade="all, delete-orphan")
    __table_args__ = (
        numbered(),
        Index("ix_complaints_open", "store_id", "state"),
        Index("ix_complaints_when", "store_id", "begun_at"),
    )

    @property
    def reopened(self) -> int:
        """How often a call-back has taken it up again."""
        return self.round_number - 1


class ComplaintCall(OfStore):
    """A call-back after a complaint: what the customer says of what was done, and by when it was to be made."""

    __tablename__ = "complaint_calls"
    complaint_id: Mapped[UUID] = mapped_column(ForeignKey("complaints.id"), index=True)
    round_number: Mapped[Count]
    at: Mapped[Moment]
    due_at: Mapped[Moment]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    grade: Mapped[Satisfaction] = mapped_column(word_of(Satisfaction))
    reason: Mapped[Prose] = mapped_column(default="")
    complaint: Mapped[Complaint] = relationship(back_populates="calls")
    __table_args__ = (Index("ix_complaint_calls_when", "store_id", "at"),)
