"""Orders to the factory: what is missing, by model and colour."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import Code, Count, Day, Living, OfStore, Prose, numbered, state_of
from dealer.records.vehicles import Model


class FactoryOrderState(StrEnum):
    """Drawn up, sent once somebody else agreed, confirmed by the factory, closed when its cars are named."""

    DRAFT = "draft"
    SENT = "sent"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class FactoryOrder(Living):
    """One order to the factory 工厂订单."""

    __tablename__ = "factory_orders"
    state: Mapped[FactoryOrderState] = mapped_column(state_of(FactoryOrderState))
    drawn_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    wanted_by: Mapped[Day]
    remark: Mapped[Prose] = mapped_column(default="")
    sent_on: Mapped[Day | None]
    reference: Mapped[Code] = mapped_column(default="")  # the factory's own number
    expected_on: Mapped[Day | None]  # as the factory confirmed it
    lines: Mapped[list["FactoryOrderLine"]] = relationship(
        order_by="FactoryOrderLine.position", cascade="all, delete-orphan"
    )
    __table_args__ = (numbered(),)


class FactoryOrderLine(OfStore):
    """Cars of one model in one colour. Those that the factory has named are units that point here."""

    __tablename__ = "factory_order_lines"
    factory_order_id: Mapped[UUID] = mapped_column(ForeignKey("factory_orders.id"), index=True)
    position: Mapped[Count]
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    colour: Mapped[Code]
    quantity: Mapped[Count]
    model: Mapped[Model] = relationship()
