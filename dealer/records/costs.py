"""What a deal costs the shop beside its cars, and what the manufacturer has confirmed to pay for it."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import Fen, Moment, Name, OfStore, word_of
from dealer.records.deals import Deal
from dealer.records.people import Person


class CostKind(StrEnum):
    """What for. An allowance comes in, everything else goes out."""

    FREIGHT = "freight"
    PLATES = "plates"
    AGENCY = "tender_agency"  # 招标代理服务费, as far as the shop bears it
    INTEREST = "credit_interest"  # until a customer on credit has paid
    OTHER = "other"
    ALLOWANCE = "confirmed_allowance"


class DealCost(OfStore):
    """One amount. It belongs to no deal's timeline: who sees the deal need not see what it costs."""

    __tablename__ = "deal_costs"
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), index=True)
    kind: Mapped[CostKind] = mapped_column(word_of(CostKind))
    amount: Mapped[Fen]
    note: Mapped[Name] = mapped_column(default="")
    recorded_at: Mapped[Moment]
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    withdrawn_at: Mapped[Moment | None]  # entered by mistake; the row stays
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    deal: Mapped[Deal] = relationship()
    recorded_by: Mapped[Person] = relationship(foreign_keys=[recorded_by_id])
