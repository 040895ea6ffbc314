"""Quotations with their lines and extras, and price-limit exceptions."""

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
    NameType,
    OfStore,
    Prose,
    numbered,
    state_of,
    word_of,
)
from dealer.records.approvals import ApprovalCopy, ApprovalMark
from dealer.records.deals import Deal
from dealer.records.market import Campaign, Sighting
from dealer.records.people import Person
from dealer.records.prices import PriceList
from dealer.records.vehicles import Model


class QuotationState(StrEnum):
    """The life of a quotation (DOMAIN C2)."""

    DRAFT = "draft"
    PENDING_PRICE = "pending_price"
    READY = "ready"
    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class EvidenceKind(StrEnum):
    """What shows that the customer said yes."""

    SIGNED = "signed_copy"
    MAIL = "mail"
    PERSON = "in_person"
    NOTICE = "notice_of_award"


class Quotation(Living):
    """One version of an offer. `case_id` is its deal; versions of one offer share `series`."""

    __tablename__ = "quotations"
    state: Mapped[QuotationState] = mapped_column(state_of(QuotationState))
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), index=True)
    series: Mapped[Count]  # the number of its first version
    amendment_id: Mapped[UUID | None]  # the amendment whose prices it asks for; nobody is sent it
    revision: Mapped[Count] = mapped_column(default=1)
    price_list_id: Mapped[UUID | None] = mapped_column(ForeignKey("price_lists.id"))
    valid_until: Mapped[Day | None]
    binding: Mapped[Flag] = mapped_column(default=False)  # a binding offer until its day, or for information
    tender_valid_until: Mapped[Day | None]  # a bid: honoured until the tender's validity ends
    remark: Mapped[Prose] = mapped_column(default="")
    pdf_sha256: Mapped[str | None] = mapped_column(NameType(64))
    submitted_at: Mapped[Moment | None]
    submitted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))  # who did it, stand-in or not
    submitted_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))  # whose deal it was then
    # Why it is below the owner's floor, typed once when it is submitted; each exception takes it over.
    reason: Mapped[Prose | None]
    proof_sha256: Mapped[str | None] = mapped_column(NameType(64))
    sighting_id: Mapped[UUID | None] = mapped_column(ForeignKey("sightings.id"))  # what proves it, if that was seen
    project_approval: Mapped[Code | None]
    project_file_sha256: Mapped[str | None] = mapped_column(NameType(64))
    sent_at: Mapped[Moment | None]
    accepted_on: Mapped[Day | None]
    confirmed_on: Mapped[Day | None]  # an acceptance stands for some days, then the owner asks the customer again
    evidence_kind: Mapped[EvidenceKind | None] = mapped_column(word_of(EvidenceKind))
    accepted_by: Mapped[Name | None]  # who said yes at the customer's
    evidence: Mapped[Prose | None]
    evidence_sha256: Mapped[str | None] = mapped_column(NameType(64))
    deal: Mapped[Deal] = relationship()
    price_list: Mapped[PriceList | None] = relationship()
    lines: Mapped[list["QuotationLine"]] = relationship(
        order_by="QuotationLine.position", cascade="all, delete-orphan", back_populates="quotation"
    )
    __table_args__ = (numbered(), Index("ix_quotations_series", "store_id", "series", "revision"))

    @property
    def owner_id(self) -> UUID:
        """Its deal's owner."""
        return self.deal.owner_id

    @property
    def given_by_id(self) -> UUID:
        """Whose floor its prices are held against: who owned the deal when it was submitted, whoever owns it now."""
        return self.submitted_for_id or self.owner_id

    @property
    def firm_lines(self) -> list["QuotationLine"]:
        """What is bought with a yes: options only as far as the customer took them."""
        return [line for line in self.lines if line.is_firm]

    @property
    def options(self) -> list["QuotationLine"]:
        """What was offered beside, taken or not."""
        return [line for line in self.lines if line.optional]


class ExtraKind(StrEnum):
    """What comes with a car beside its price."""

    GIFT = "gift"  # at store cost, lowers the net price
    FREE_SERVICE = "free_service"  # likewise
    PAID = "paid_accessory"  # the customer pays it, adds to the line total, never lowers a floor
    AGENCY = "agency_fee"  # on behalf of the customer
    ALLOWANCE = "allowance"  # the manufacturer pays it to the shop until a day, once confirmed; on no customer's paper


class QuotationLine(OfStore):
    """Cars of one model and colour. `unit_price` is per car, including VAT, after the cash discount."""

    __tablename__ = "quotation_lines"
    quotation_id: Mapped[UUID] = mapped_column(ForeignKey("quotations.id"), index=True)
    position: Mapped[Count]
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    colour: Mapped[Code]
    quantity: Mapped[Count]
    unit_price: Mapped[Fen]
    # What the list said when the quotation was submitted, and again when it was sent; empty in a draft.
    marked: Mapped[Fen | None]
    floor_own: Mapped[Fen | None]
    section: Mapped[Name] = mapped_column(default="")  # the heading it stands under, such as 巡逻用车
    note: Mapped[Prose] = mapped_column(default="")  # for the customer, under the car
    optional: Mapped[Flag] = mapped_column(default=False)  # 备选: beside the total, bought only if it is chosen
    taken: Mapped[Flag] = mapped_column(default=False)  # an option the customer chose when they accepted
    net: Mapped[Fen | None]  # the net total of that day (pricing.net_total), for figures about past deals
    # What a campaign bears of it, since it was submitted (market/campaign_effects.py).
    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey("campaigns.id"), index=True)
    campaign_relief: Mapped[Fen] = mapped_column(default=0)  # of what it lacks to the floor
    campaign_amount: Mapped[Fen] = mapped_column(default=0)  # in all, counted against the limit of the campaign
    quotation: Mapped[Quotation] = relationship(back_populates="lines")
    model: Mapped[Model] = relationship()
    campaign: Mapped[Campaign | None] = relationship()
    extras: Mapped[list["LineExtra"]] = relationship(
        order_by="LineExtra.position", cascade="all, delete-orphan", back_populates="line"
    )

    @property
    def is_firm(self) -> bool:
        """Whether it is bought with a yes."""
        return not self.optional or self.taken


class LineExtra(OfStore):
    """A gift, a free service, a paid accessory, a fee, an allowance. `amount` is for the whole line, not per car."""

    __tablename__ = "line_extras"
    line_id: Mapped[UUID] = mapped_column(ForeignKey("quotation_lines.id"), index=True)
    position: Mapped[Count]
    kind: Mapped[ExtraKind] = mapped_column(word_of(ExtraKind))
    name: Mapped[Name]
    amount: Mapped[Fen]
    named_in_tender: Mapped[Flag] = mapped_column(default=False)
    list_amount: Mapped[Fen | None]  # what an accessory costs by the shop's list: how far below may be asked of a role
    reference: Mapped[Code | None]  # of an allowance: the manufacturer's approval or policy number
    good_until: Mapped[Day | None]  # of an allowance: the last day on which it counts
    typed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))  # of an allowance, as are the next three
    confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    confirmed_at: Mapped[Moment | None]
    confirmed_terms: Mapped[str | None] = mapped_column(NameType(64))  # pricing.promise_of, as it was confirmed
    line: Mapped[QuotationLine] = relationship(back_populates="extras")


class ExceptionState(StrEnum):
    """The life of a price-limit exception 特价申请 (DOMAIN C3)."""

    DRAFT = "draft"
    PENDING = "pending"
    COUNTERED = "countered"
    APPROVED = "approved"
    CONSUMED = "consumed"
    RETURNED = "returned"
    REFUSED = "refused"
    LAPSED = "lapsed"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Tier(StrEnum):
    """Who may decide a price: the lowest tier whose floor the net price still meets."""

    OWN = "own"
    KEY_ACCOUNT = "key_account"
    GENERAL = "general"
    PROJECT = "project"  # below the general manager's floor: with the manufacturer's project approval only


class PriceException(Living):
    """A request to sell one line below one's own floor. The terms asked for are kept here as they were asked."""

    __tablename__ = "price_exceptions"
    state: Mapped[ExceptionState] = mapped_column(state_of(ExceptionState))
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), index=True)
    quotation_id: Mapped[UUID] = mapped_column(ForeignKey("quotations.id"), index=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("quotation_lines.id"), index=True)
    requester_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    submitted_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))  # a stand-in does not decide either
    tier: Mapped[Tier] = mapped_column(word_of(Tier))
    fleet: Mapped[Flag]  # fleet cases go to the key-account manager, others to the showroom manager
    reason: Mapped[Prose]
    proof_sha256: Mapped[str | None] = mapped_column(NameType(64))
    sighting_id: Mapped[UUID | None] = mapped_column(ForeignKey("sightings.id"))  # what proves it, if that was seen
    project_approval: Mapped[Code | None]  # the manufacturer's approval number
    project_file_sha256: Mapped[str | None] = mapped_column(NameType(64))
    asked: Mapped[Document]  # net line total, quantity, model, colour, extras, floors, price list, customer
    net_total: Mapped[Fen]  # as pricing.net_total said when it was asked for
    quantity: Mapped[Count]
    counter_total: Mapped[Fen | None]
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[Moment | None]
    comment: Mapped[Prose | None]
    returns: Mapped[Count] = mapped_column(default=0)
    approved: Mapped[Document | None]  # the terms approved: list, floor, tier, model, colour, quantity, price, gifts
    approved_total: Mapped[Fen | None]
    valid_until: Mapped[Day | None]
    due_at: Mapped[Moment | None]
    escalated_at: Mapped[Moment | None]
    stages: Mapped[Document] = mapped_column(
        default=list, server_default="[]"
    )  # who is asked, see dealer/approvals/stages.py
    stage: Mapped[Count] = mapped_column(default=0, server_default="0")  # the place in them where it stands
    reminded_at: Mapped[Moment | None]
    reminders: Mapped[Count] = mapped_column(default=0, server_default="0")  # since whoever is asked now was asked
    marks: Mapped[list[ApprovalMark]] = relationship(order_by=[ApprovalMark.at, ApprovalMark.id])
    copies: Mapped[list[ApprovalCopy]] = relationship(order_by=[ApprovalCopy.at, ApprovalCopy.id])
    deal: Mapped[Deal] = relationship()
    quotation: Mapped[Quotation] = relationship()
    line: Mapped[QuotationLine] = relationship()
    sighting: Mapped[Sighting | None] = relationship()
    requester: Mapped[Person] = relationship(foreign_keys=[requester_id])
    __table_args__ = (numbered(), Index("ix_price_exceptions_inbox", "store_id", "state", "tier", "due_at"))

    @property
    def owner_id(self) -> UUID:
        """Its deal's owner."""
        return self.deal.owner_id
