"""What customers ask beside buying: enquiries, appointments in the workshop, and how many cars it took in a day."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Code,
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
from dealer.records.complaints import Complaint, ComplaintChannel
from dealer.records.people import Person
from dealer.records.prospects import Prospect
from dealer.records.vehicles import Unit


class EnquiryState(StrEnum):
    """An enquiry is open until it is answered, and closed once the customer asks no more."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Enquiry(Living):
    """Something a customer wants to know 咨询. `owner_id` is who answers."""

    __tablename__ = "enquiries"
    state: Mapped[EnquiryState] = mapped_column(state_of(EnquiryState))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    taken_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    channel: Mapped[ComplaintChannel] = mapped_column(word_of(ComplaintChannel))
    name: Mapped[Name] = mapped_column(default="")
    phone: Mapped[Code | None]
    question: Mapped[Prose]
    due_at: Mapped[Moment]
    promised: Mapped[Flag] = mapped_column(default=False)  # the customer was told this time
    answer: Mapped[Prose] = mapped_column(default="")
    answered_at: Mapped[Moment | None]
    complaint_id: Mapped[UUID | None] = mapped_column(ForeignKey("complaints.id"))
    prospect_id: Mapped[UUID | None] = mapped_column(ForeignKey("prospects.id"))
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    taken_by: Mapped[Person] = relationship(foreign_keys=[taken_by_id])
    complaint: Mapped[Complaint | None] = relationship()
    prospect: Mapped[Prospect | None] = relationship()
    __table_args__ = (numbered(), Index("ix_enquiries_open", "store_id", "state", "due_at"))


class AppointmentState(StrEnum):
    """An appointment is booked, then kept or missed, unless it was cancelled before."""

    BOOKED = "booked"
    KEPT = "kept"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Job(StrEnum):
    """What a car comes to the workshop for."""

    MAINTENANCE = "maintenance"
    REPAIR = "repair"
    INSPECTION = "inspection"
    BODY = "body"
    ACCESSORIES = "accessories"


class Appointment(Living):
    """A car that an owner brings to the workshop 预约. `owner_id` is the colleague who booked it."""

    __tablename__ = "appointments"
    state: Mapped[AppointmentState] = mapped_column(state_of(AppointmentState))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[Moment]
    day: Mapped[Day]  # of `at`, on the shop's wall
    job: Mapped[Job] = mapped_column(word_of(Job))
    name: Mapped[Name]
    phone: Mapped[Code]
    plate: Mapped[Code] = mapped_column(default="")
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), index=True)  # one that we sold
    remark: Mapped[Prose] = mapped_column(default="")
    booked_by: Mapped[Person] = relationship(foreign_keys=[owner_id])
    unit: Mapped[Unit | None] = relationship()
    __table_args__ = (numbered(), Index("ix_appointments_day", "store_id", "day"))


class WorkshopDay(OfStore):
    """How many cars the workshop took in on a day 进站台次, as counted there."""

    __tablename__ = "workshop_days"
    day: Mapped[Day]
    cars: Mapped[Count]
    counted_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    counted_at: Mapped[Moment]
    counted_by: Mapped[Person] = relationship()
    __table_args__ = (Index("uq_workshop_days_day", "store_id", "day", unique=True),)
