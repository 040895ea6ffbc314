"""The market: competitors' models, what was seen of them and when, and sheets that compare them with ours."""

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
from dealer.records.deals import Deal
from dealer.records.people import Person
from dealer.records.vehicles import Model


class CompetitorModel(OfStore):
    """A model that customers compare ours with. `key` is brand and model as they are recognised, however typed."""

    __tablename__ = "competitor_models"
    number: Mapped[Count]
    brand: Mapped[Name]
    name: Mapped[Name]
    key: Mapped[str] = mapped_column(NameType(400))
    listed_at: Mapped[Moment]
    __table_args__ = (numbered(), Index("uq_competitor_models_key", "store_id", "key", unique=True))


class SightingState(StrEnum):
    """What was seen stands, or was taken back because it was never so."""

    STANDS = "stands"
    TAKEN_BACK = "taken_back"


class SightingSource(StrEnum):
    """Where a fact about a competitor comes from."""

    PRICE_TAG = "price_tag"
    WEBSITE = "their_website"
    ADVERTISEMENT = "advertisement"
    AWARD = "published_award"
    THEIR_OFFER = "offer_shown_by_customer"
    HEARSAY = "hearsay"


class SeenPrice(StrEnum):
    """What a price was: as it is marked, or as somebody would have it."""

    MARKED = "marked_price"
    OFFERED = "offered_price"


class Sighting(Living):
    """What a colleague saw of a competitor's model on a day 竞品信息. `case_id` is the deal it was noted for."""

    __tablename__ = "sightings"
    state: Mapped[SightingState] = mapped_column(state_of(SightingState))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)  # who saw it
    model_id: Mapped[UUID] = mapped_column(ForeignKey("competitor_models.id"), index=True)
    seen_on: Mapped[Day]
    source: Mapped[SightingSource] = mapped_column(word_of(SightingSource))
    place: Mapped[Name] = mapped_column(default="")  # the address, the paper, the showroom
    price: Mapped[Fen | None]
    price_kind: Mapped[SeenPrice] = mapped_column(word_of(SeenPrice))
    configuration: Mapped[Prose] = mapped_column(default="")
    policy: Mapped[Prose] = mapped_column(default="")
    file_sha256: Mapped[str | None] = mapped_column(NameType(64))
    deal_id: Mapped[UUID | None] = mapped_column(ForeignKey("deals.id"), index=True)
    corrected_at: Mapped[Moment | None]
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    model: Mapped[CompetitorModel] = relationship()
    deal: Mapped[Deal | None] = relationship()
    __table_args__ = (numbered(), Index("ix_sightings_seen", "store_id", "state", "seen_on"))


class ModelComparison(OfStore):
    """A sheet for a customer 车型对比表: a model of ours beside competitors'; its papers are kept."""

    __tablename__ = "model_comparisons"
    number: Mapped[Count]
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    customer: Mapped[Name] = mapped_column(default="")
    deal_id: Mapped[UUID | None] = mapped_column(ForeignKey("deals.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[Moment]
    model: Mapped[Model] = relationship()
    person: Mapped[Person] = relationship()
    __table_args__ = (numbered(),)


class GroupOfferState(StrEnum):
    """A proposal is made with its paper, given to the customer, or withdrawn."""

    MADE = "made"
    HANDED_OVER = "handed_over"
    WITHDRAWN = "withdrawn"


class FinanceKind(StrEnum):
    """Ways to pay that a proposal shows."""

    FULL = "full_payment"
    LOAN = "loan"
    FINANCE_LEASE = "finance_lease"
    OPERATING_LEASE = "operating_lease"


class GroupOffer(Living):
    """A group-purchase proposal 团购方案 of a deal: what its papers say is frozen with them. `case_id` is the deal."""

    __tablename__ = "group_offers"
    state: Mapped[GroupOfferState] = mapped_column(state_of(GroupOfferState))
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), index=True)
    quotation_id: Mapped[UUID | None] = mapped_column(ForeignKey("quotations.id"))  # None: the prices of the list
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    code: Mapped[Code]
    valid_until: Mapped[Day | None]  # as the quotation says; None: no offer, for information
    delivery: Mapped[Prose]
    service: Mapped[Prose]
    finance: Mapped[Document]  # the ways to pay, as they were typed
    remark: Mapped[Prose] = mapped_column(default="")
    handed_to: Mapped[Name] = mapped_column(default="")
    handed_on: Mapped[Day | None]
    deal: Mapped[Deal] = relationship()
    made_by: Mapped[Person] = relationship()
    __table_args__ = (numbered(),)

    @property
    def owner_id(self) -> UUID:
        """Its deal's owner."""
        return self.deal.owner_id


class CampaignState(StrEnum):
    """A campaign is planned, approved by the general manager, runs, is over, and ends with its review."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RUNNING = "running"
    OVER = "over"
    ENDED = "ended"
    CALLED_OFF = "called_off"


class CampaignKind(StrEnum):
    """What a campaign is."""

    PROMOTION = "promotion"
    SHOWROOM = "showroom_event"
    MOTOR_SHOW = "motor_show"
    ROADSHOW = "roadshow"
    DRIVE_EVENT = "test_drive_event"
    ADVERTISING = "advertising"


class EffectKind(StrEnum):
    """What a campaign lets a consultant give without asking: gifts, or a part of the price."""

    GIFTS = "gifts"
    PRICE = "price"


class Campaign(Living):
    """A campaign of a promotion plan 促销活动: its days, its budget, what it allows, what came of it."""

    __tablename__ = "campaigns"
    state: Mapped[CampaignState] = mapped_column(state_of(CampaignState))
    kind: Mapped[CampaignKind] = mapped_column(word_of(CampaignKind))
    name: Mapped[Name]
    first_day: Mapped[Day]
    last_day: Mapped[Day]
    aim: Mapped[Prose]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    submitted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_at: Mapped[Moment | None]
    budget: Mapped[Fen]  # what it may cost the shop, without what is given to customers
    grant_limit: Mapped[Fen] = mapped_column(default=0)  # what may be given to customers under it, in all
    wanted_visits: Mapped[Count | None]
    wanted_deals: Mapped[Count | None]
    review: Mapped[Prose] = mapped_column(default="")
    lesson: Mapped[Prose] = mapped_column(default="")
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    effects: Mapped[list["CampaignEffect"]] = relationship(
        order_by="CampaignEffect.position", cascade="all, delete-orphan", back_populates="campaign"
    )
    costs: Mapped[list["CampaignCost"]] = relationship(order_by="CampaignCost.day", back_populates="campaign")
    __table_args__ = (numbered(), Index("ix_campaigns_days", "store_id", "state", "first_day"))


class CampaignEffect(OfStore):
    """What a campaign allows for one model, per car, while it runs."""

    __tablename__ = "campaign_effects"
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"), index=True)
    position: Mapped[Count]
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    kind: Mapped[EffectKind] = mapped_column(word_of(EffectKind))
    amount: Mapped[Fen]
    gift: Mapped[Name] = mapped_column(default="")  # what customers are told they get
    campaign: Mapped[Campaign] = relationship(back_populates="effects")
    model: Mapped[Model] = relationship()


class CampaignCost(OfStore):
    """What was spent on a campaign; what was noted in error is struck out and stays."""

    __tablename__ = "campaign_costs"
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"), index=True)
    day: Mapped[Day]
    what: Mapped[Name]
    amount: Mapped[Fen]
    file_sha256: Mapped[str | None] = mapped_column(NameType(64))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    struck_at: Mapped[Moment | None]
    campaign: Mapped[Campaign] = relationship(back_populates="costs")
    person: Mapped[Person] = relationship()


class OutsideKind(StrEnum):
    """Where somebody works with whom the house stays in touch."""

    ASSOCIATION = "association"
    MANUFACTURER = "manufacturer"
    PROCUREMENT = "procurement_centre"
    MEDIA = "media"
    OTHER = "other"


class OutsideState(StrEnum):
    """Somebody the house is in touch with, or was."""

    ACTIVE = "active"
    ENDED = "ended"


class OutsideContact(Living):
    """Somebody at an association, the manufacturer, a procurement centre or a medium 外部联系人; no customer."""

    __tablename__ = "outside_contacts"
    state: Mapped[OutsideState] = mapped_column(state_of(OutsideState))
    kind: Mapped[OutsideKind] = mapped_column(word_of(OutsideKind))
    organisation: Mapped[Name]
    name: Mapped[Name]
    post: Mapped[Name] = mapped_column(default="")
    phone: Mapped[Code | None]
    remark: Mapped[Prose] = mapped_column(default="")
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)  # who stays in touch
    owner: Mapped[Person] = relationship()
    __table_args__ = (numbered(), Index("ix_outside_contacts_phone", "store_id", "phone"))
