"""Framework agreements 框架协议: prices agreed with a customer for a period, without a fixed quantity."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Code,
    Count,
    Day,
    Document,
    Fen,
    Living,
    Moment,
    Name,
    NameType,
    OfStore,
    Prose,
    numbered,
    state_of,
)
from dealer.records.customers import Customer
from dealer.records.vehicles import Model


class FrameworkState(StrEnum):
    """An agreement is written, submitted, issued with its number, in force once both have signed, and then ended."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ISSUED = "issued"
    IN_FORCE = "in_force"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class Framework(Living):
    """One agreement. By itself it obliges nobody to deliver: deals call off from it."""

    __tablename__ = "frameworks"
    state: Mapped[FrameworkState] = mapped_column(state_of(FrameworkState))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    title: Mapped[Name]
    from_day: Mapped[Day]
    until_day: Mapped[Day]
    ceiling: Mapped[Count | None]  # how many cars at most, of all models; None: as many as are called off
    project_approval: Mapped[Code | None]  # the manufacturer's, for prices below the general manager's floor
    # what our paper says beside it; the defaults are those of its form
    signing_place: Mapped[Name] = mapped_column(default="")
    arbitration: Mapped[Name] = mapped_column(default="")  # the commission; empty: the court at the seller's domicile
    lead_days: Mapped[Count] = mapped_column(default=30)  # from the order to the delivery
    payment_days: Mapped[Count] = mapped_column(default=10)  # working days from acceptance
    damages: Mapped[Count] = mapped_column(default=5)  # per ten thousand and day, for both sides
    damages_cap_percent: Mapped[Count] = mapped_column(default=5)
    end_after_days: Mapped[Count] = mapped_column(default=30)  # of delay: then the other side may end the order
    remark: Mapped[Prose] = mapped_column(default="")
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    submitted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_at: Mapped[Moment | None]
    in_force_at: Mapped[Moment | None]  # from then on prices of quotations count as agreed
    # our paper: the text as submitted, its number from the approval on, and its stored bytes
    frozen: Mapped[Document | None]
    fingerprint: Mapped[str | None] = mapped_column(NameType(64))  # sha256 of the canonical terms
    code: Mapped[Code | None]
    issued_on: Mapped[Day | None]
    pdf_sha256: Mapped[str | None] = mapped_column(NameType(64))
    # as it was signed
    paper_sha256: Mapped[str | None] = mapped_column(NameType(64))
    other_number: Mapped[Code | None]  # of a paper that is not ours, where that bears one
    seller_signer: Mapped[Name | None]
    seller_signed_on: Mapped[Day | None]
    buyer_signer: Mapped[Name | None]
    buyer_signed_on: Mapped[Day | None]
    filed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))  # who compared it with the issued text
    customer: Mapped[Customer] = relationship()
    prices: Mapped[list["FrameworkPrice"]] = relationship(
        order_by="FrameworkPrice.position", cascade="all, delete-orphan", back_populates="framework"
    )
    __table_args__ = (
        numbered(),
        UniqueConstraint("store_id", "code"),
        Index("ix_frameworks_in_force", "store_id", "state", "until_day"),
    )

    @property
    def signed_on(self) -> date | None:
        """The day of the last signature, once the signed paper is filed."""
        days = (self.seller_signed_on, self.buyer_signed_on)
        return max((day for day in days if day is not None), default=None)

    @property
    def cited_as(self) -> str:
        """The number by which orders name it: the one on the paper that both have."""
        return self.other_number or self.code or ""


class FrameworkPrice(OfStore):
    """The net price of one model, per car with VAT, after gifts."""

    __tablename__ = "framework_prices"
    framework_id: Mapped[UUID] = mapped_column(ForeignKey("frameworks.id"), index=True)
    position: Mapped[Count]
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    net_price: Mapped[Fen]
    framework: Mapped[Framework] = relationship(back_populates="prices")
    model: Mapped[Model] = relationship()
