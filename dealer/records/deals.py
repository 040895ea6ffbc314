"""Deals: a fleet customer's purchase from the first inquiry to the last car: need, tender, who has a part in it."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Code,
    Count,
    Day,
    Document,
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
from dealer.records.customers import Customer
from dealer.records.frameworks import Framework
from dealer.records.network import SubDealer
from dealer.records.people import Person
from dealer.records.vehicles import Model


class DealState(StrEnum):
    """Where a deal stands: five phases, the end, and three places beside the path (DOMAIN C1)."""

    INQUIRY = "inquiry"
    QUOTATION = "quotation"
    CONTRACT_REVIEW = "contract_review"
    TEST_DRIVE = "test_drive"
    DELIVERY = "delivery"
    CLOSED = "closed"
    ON_HOLD = "on_hold"
    LOST = "lost"
    CANCELLED = "cancelled"


GIVEN_UP = (DealState.LOST, DealState.CANCELLED)


class Use(StrEnum):
    """使用性质: what the cars are for; it decides plates, insurance and scrappage."""

    OFFICIAL = "official"
    BUSINESS = "business"
    RENTAL = "rental"
    PASSENGER = "passenger_transport"
    TRAINING = "training"
    PRIVATE = "private"
    UNKNOWN = "unknown"


class PurchaseMode(StrEnum):
    """How the customer buys (DOMAIN B1)."""

    DIRECT = "direct"
    OPEN_TENDER = "open_tender"
    INVITED_TENDER = "invited_tender"
    NEGOTIATION = "competitive_negotiation"
    CONSULTATION = "competitive_consultation"
    SINGLE_SOURCE = "single_source"
    PRICE_INQUIRY = "price_inquiry"
    FRAMEWORK = "framework"
    UNKNOWN = "unknown"


class Terms(StrEnum):
    """When the customer pays; anything but prepaid is credit."""

    PREPAID = "prepaid"
    ON_DELIVERY = "on_delivery"
    CREDIT = "credit"


class LossReason(StrEnum):
    """Why a deal was lost."""

    COMPETITOR = "competitor"
    PRICE = "price"
    BUDGET = "budget_cut"
    POSTPONED = "postponed"
    DELIVERY_TIME = "delivery_time"
    PRODUCT = "product"
    TENDER_LOST = "tender_lost"
    DUPLICATE = "duplicate"  # another deal of the same customer goes on in its place
    OTHER = "other"


class Deal(Living):
    """A fleet deal. Its own state says only where it stands; quotation, contract, drives and cars live beside it."""

    __tablename__ = "deals"
    state: Mapped[DealState] = mapped_column(state_of(DealState))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contacts.id"))
    title: Mapped[Name] = mapped_column(default="")
    held_from: Mapped[DealState | None] = mapped_column(state_of(DealState))
    held_until: Mapped[Day | None]
    terms: Mapped[Terms] = mapped_column(word_of(Terms), default=Terms.PREPAID)
    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey("campaigns.id"), index=True)  # why they came
    clash_with_id: Mapped[UUID | None] = mapped_column(ForeignKey("deals.id"))  # 撞单
    clash_settled: Mapped[Flag] = mapped_column(default=True)  # False: 撞单待定, the key-account manager decides
    loss_asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    loss_reason: Mapped[LossReason | None] = mapped_column(word_of(LossReason))
    loss_competitor: Mapped[Name | None]
    loss_model_id: Mapped[UUID | None] = mapped_column(ForeignKey("competitor_models.id"), index=True)
    loss_remark: Mapped[Prose | None]
    lost_at: Mapped[Moment | None]
    rework_asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    rework_to: Mapped[DealState | None] = mapped_column(state_of(DealState))
    rework_reason: Mapped[Prose | None]
    reopen_asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    reopened_count: Mapped[Count] = mapped_column(default=0)
    framework_id: Mapped[UUID | None] = mapped_column(ForeignKey("frameworks.id"))  # the agreement it calls off from
    void_before: Mapped[Moment | None]  # quotations, approvals and checks older than the reopening stay void
    cancel_ground: Mapped[Code | None]
    cancel_notice_day: Mapped[Day | None]
    cancel_outcome: Mapped[Code | None]  # a word of DepositOutcome
    cancel_deposit_outcome: Mapped[Fen | None]
    sub_dealer_id: Mapped[UUID | None] = mapped_column(ForeignKey("sub_dealers.id"), index=True)  # who brought it
    owner_decided_at: Mapped[Moment | None]  # when a manager last said whose it is: handed it over or left it
    customer: Mapped[Customer] = relationship()
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    framework: Mapped[Framework | None] = relationship()
    sub_dealer: Mapped[SubDealer | None] = relationship()
    need: Mapped["Need | None"] = relationship(back_populates="deal", uselist=False)
    tender: Mapped["Tender | None"] = relationship(back_populates="deal", uselist=False)
    parties: Mapped[list["DealParty"]] = relationship(
        order_by="DealParty.position", cascade="all, delete-orphan", back_populates="deal"
    )
    __table_args__ = (
        numbered(),
        Index("ix_deals_board", "store_id", "state", "since"),
        Index("ix_deals_owner", "store_id", "owner_id", "state"),
    )


class Need(OfStore):
    """The need sheet: what the cars are for, when, how bought and who decides."""

    __tablename__ = "needs"
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), unique=True)
    use: Mapped[Use] = mapped_column(word_of(Use))
    wanted_by: Mapped[Day | None]
    budget: Mapped[Fen | None]
    decision_maker: Mapped[Name] = mapped_column(default="")
    purchase_mode: Mapped[PurchaseMode] = mapped_column(word_of(PurchaseMode))
    remark: Mapped[Prose] = mapped_column(default="")
    deal: Mapped[Deal] = relationship(back_populates="need")
    lines: Mapped[list["NeedLine"]] = relationship(
        order_by="NeedLine.position", cascade="all, delete-orphan", back_populates="need"
    )


class NeedLine(OfStore):
    """One wanted car: model, configuration, colour, how many."""

    __tablename__ = "need_lines"
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"), index=True)
    position: Mapped[Count]
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    colour: Mapped[Code]
    quantity: Mapped[Count]
    need: Mapped[Need] = relationship(back_populates="lines")
    model: Mapped[Model] = relationship()


class Tender(OfStore):
    """The calendar of a tender as its documents give it. What is due of it are deadlines of the deal."""

    __tablename__ = "tenders"
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), unique=True)
    budget: Mapped[Fen | None]  # as the documents name it: a bid bond is a share of it
    issued_on: Mapped[Day | None]
    questions_until: Mapped[Day | None]
    bond: Mapped[Fen | None]  # 投标保证金
    bond_due: Mapped[Day | None]
    bond_paid_on: Mapped[Day | None]
    bond_back_on: Mapped[Day | None]
    bids_until: Mapped[Moment | None]
    opens_at: Mapped[Moment | None]
    valid_until: Mapped[Day | None]
    awarded_on: Mapped[Day | None]
    deal: Mapped[Deal] = relationship(back_populates="tender")


class DealParty(OfStore):
    """Who beside the buyer has a part in a purchase: is invoiced, pays, uses the cars (三方合同)."""

    __tablename__ = "deal_parties"
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), index=True)
    position: Mapped[Count]
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"))  # known in this shop
    name: Mapped[Name]
    uscc: Mapped[Code | None]
    roles: Mapped[Document]  # words of PartyRole; each is held by one party
    deal: Mapped[Deal] = relationship(back_populates="parties")
    customer: Mapped[Customer | None] = relationship()
