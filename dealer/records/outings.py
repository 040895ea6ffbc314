"""Outbound visits to customers, procurement centres and sub-dealers; notes to the key-account manager."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import Living, Moment, Name, Prose, numbered, state_of, word_of
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.market import OutsideContact
from dealer.records.people import Person
from dealer.records.prospects import Prospect
from dealer.records.vehicles import Model


class OutingKind(StrEnum):
    """Whom a colleague goes to see."""

    CUSTOMER = "customer"
    PROCUREMENT = "procurement_centre"
    SUB_DEALER = "sub_dealer"
    OUTSIDE = "outside_contact"


class OutingState(StrEnum):
    """An outbound visit is planned, made, or called off."""

    PLANNED = "planned"
    MADE = "made"
    CALLED_OFF = "called_off"


class Outing(Living):
    """One outbound visit 外出拜访. `case_id` is the deal it serves."""

    __tablename__ = "outings"
    state: Mapped[OutingState] = mapped_column(state_of(OutingState))
    kind: Mapped[OutingKind] = mapped_column(word_of(OutingKind))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    whom: Mapped[Name] = mapped_column(default="")  # where neither customer, card nor deal says it
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"), index=True)
    prospect_id: Mapped[UUID | None] = mapped_column(ForeignKey("prospects.id"), index=True)
    deal_id: Mapped[UUID | None] = mapped_column(ForeignKey("deals.id"), index=True)
    outside_id: Mapped[UUID | None] = mapped_column(ForeignKey("outside_contacts.id"), index=True)
    planned_at: Mapped[Moment]
    aim: Mapped[Prose]
    met: Mapped[Name] = mapped_column(default="")
    result: Mapped[Prose] = mapped_column(default="")
    next_step: Mapped[Prose] = mapped_column(default="")
    next_at: Mapped[Moment | None]
    made_at: Mapped[Moment | None]
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    customer: Mapped[Customer | None] = relationship()
    prospect: Mapped[Prospect | None] = relationship()
    deal: Mapped[Deal | None] = relationship()
    outside: Mapped[OutsideContact | None] = relationship()
    __table_args__ = (numbered(), Index("ix_outings_planned", "store_id", "planned_at"))


class NoteState(StrEnum):
    """A note is sent, read, answered."""

    SENT = "sent"
    READ = "read"
    ANSWERED = "answered"


class Note(Living):
    """What a colleague tells the key-account manager of a customer or a model 客户反馈."""

    __tablename__ = "notes"
    state: Mapped[NoteState] = mapped_column(state_of(NoteState))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)  # who wrote it
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"))
    model_id: Mapped[UUID | None] = mapped_column(ForeignKey("models.id"))
    text: Mapped[Prose]
    answer: Mapped[Prose] = mapped_column(default="")
    read_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    customer: Mapped[Customer | None] = relationship()
    model: Mapped[Model | None] = relationship()
    __table_args__ = (numbered(), Index("ix_notes_open", "store_id", "state", "since"))
