"""The market: competitors' models, what was seen of them and when, and sheets that compare them with ours."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Count,
    Day,
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
