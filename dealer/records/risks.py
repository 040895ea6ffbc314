"""Risk items of deals, and emergencies 突发事件 with what was done about them."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import Code, Day, Living, Moment, Name, OfStore, Prose, numbered, state_of, word_of
from dealer.records.deals import Deal
from dealer.records.people import Person


class RiskState(StrEnum):
    """The life of a risk item 风险项."""

    OPEN = "open"
    OVERRIDDEN = "overridden"
    CLOSED = "closed"


class RiskKind(StrEnum):
    """What of a deal is at risk (DOMAIN K3)."""

    CREDIT = "credit"
    DEPOSIT = "deposit"
    DELIVERY = "delivery"
    CERTIFICATE = "certificate"
    OTHER = "other"


class RiskLevel(StrEnum):
    """How grave it is: an open high one keeps a contract from being signed."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class RiskItem(Living):
    """One risk of one deal: seen by a rule (`watch`) or raised by somebody."""

    __tablename__ = "risk_items"
    state: Mapped[RiskState] = mapped_column(state_of(RiskState))
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), index=True)
    kind: Mapped[RiskKind] = mapped_column(word_of(RiskKind))
    level: Mapped[RiskLevel] = mapped_column(word_of(RiskLevel))
    watch: Mapped[Code] = mapped_column(default="")  # the rule that saw it; empty: a person did
    since_day: Mapped[Day | None]  # the day that the rule speaks of, such as when a batch was due
    what: Mapped[Prose] = mapped_column(default="")
    raised_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    overridden_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    override_reason: Mapped[Prose] = mapped_column(default="")
    outcome: Mapped[Prose] = mapped_column(default="")
    deal: Mapped[Deal] = relationship()
    __table_args__ = (numbered(), Index("ix_risk_items_open", "store_id", "state", "level"))

    @property
    def owner_id(self) -> UUID:
        """Its deal's owner."""
        return self.deal.owner_id


class EmergencyState(StrEnum):
    """The life of an emergency 突发事件."""

    OPEN = "open"
    CLOSED = "closed"


class Emergency(Living):
    """Something went wrong: what, when, where, who had a part in it, what was done. It stays for good (DOMAIN K6)."""

    __tablename__ = "emergencies"
    state: Mapped[EmergencyState] = mapped_column(state_of(EmergencyState))
    happened_at: Mapped[Moment]
    place: Mapped[Name]
    what: Mapped[Prose]
    involved: Mapped[Name] = mapped_column(default="")
    deal_id: Mapped[UUID | None] = mapped_column(ForeignKey("deals.id"), index=True)
    reported_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)  # who sees that something is done
    outcome: Mapped[Prose] = mapped_column(default="")
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    deal: Mapped[Deal | None] = relationship()
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    actions: Mapped[list["EmergencyAction"]] = relationship(order_by="EmergencyAction.id", back_populates="emergency")
    __table_args__ = (numbered(), Index("ix_emergencies_open", "store_id", "state", "happened_at"))


class EmergencyAction(OfStore):
    """One thing to do about an emergency: whose it is, by when, what came of it."""

    __tablename__ = "emergency_actions"
    emergency_id: Mapped[UUID] = mapped_column(ForeignKey("emergencies.id"), index=True)
    what: Mapped[Prose]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    due_on: Mapped[Day]
    done_at: Mapped[Moment | None]
    done_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    result: Mapped[Prose] = mapped_column(default="")
    emergency: Mapped[Emergency] = relationship(back_populates="actions")
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
