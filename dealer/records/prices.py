"""Price lists: marked price and floors per model, dated, in effect only after the general manager approved them."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import Code, Count, Day, Fen, Living, Moment, NameType, OfStore, Prose, numbered, state_of
from dealer.records.vehicles import Model


class PriceListState(StrEnum):
    """A list is written, submitted, approved; an approved one is in force from its day until a later one is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class PriceList(Living):
    """One version of the shop's prices."""

    __tablename__ = "price_lists"
    state: Mapped[PriceListState] = mapped_column(state_of(PriceListState))
    name: Mapped[Code]  # such as PV-2026-10
    effective_from: Mapped[Day]
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    submitted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_at: Mapped[Moment | None]
    remark: Mapped[Prose] = mapped_column(default="")
    source_sha256: Mapped[str | None] = mapped_column(NameType(64))  # the sheet it was imported from
    lines: Mapped[list["PriceListLine"]] = relationship(
        back_populates="price_list", order_by="(PriceListLine.position, PriceListLine.id)", cascade="all, delete-orphan"
    )
    __table_args__ = (numbered(), Index("ix_price_lists_in_force", "store_id", "state", "effective_from"))


class PriceListLine(OfStore):
    """The prices of one model, including VAT, per car."""

    __tablename__ = "price_list_lines"
    price_list_id: Mapped[UUID] = mapped_column(ForeignKey("price_lists.id"), index=True)
    position: Mapped[Count] = mapped_column(default=0)
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    marked: Mapped[Fen]  # 指导价: never to be exceeded
    floor_consultant: Mapped[Fen]
    floor_key_account: Mapped[Fen]
    floor_general: Mapped[Fen]
    cost: Mapped[Fen | None]  # for the margin; seen by those who may see it
    price_list: Mapped[PriceList] = relationship(back_populates="lines")
    model: Mapped[Model] = relationship()
    __table_args__ = (Index("uq_price_list_lines_model", "price_list_id", "model_id", unique=True),)
