"""The terms of a group-purchase proposal: goods at their prices, what that is in law, delivery, service, finance."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from dealer.terms.basics import (
    WORDING,
    Contact,
    Count,
    Extra,
    Fen,
    Gift,
    Goods,
    Letterhead,
    Line,
    Percent,
    Terms,
    Text,
    Word,
)
from dealer.terms.quotation import Offer, QuotedVehicles


class FinanceOption(Terms):
    """A way to pay; a finance company decides on it, never the shop."""

    kind: Word
    down_percent: Percent | None = None
    months: Count | None = None
    note: Line = ""


class CampaignGift(Terms):
    """What a campaign that runs on the day of the paper gives with the cars of a model."""

    model: Line
    gift: Line
    campaign: Line
    until: date


class GroupOfferTerms(Goods):
    """团购方案: as the customer receives it."""

    wording: Word = WORDING
    vehicles: Annotated[tuple[QuotedVehicles, ...], Field(min_length=1, max_length=100)]
    extras: Annotated[tuple[Extra, ...], Field(max_length=100)] = ()
    gifts: Annotated[tuple[Gift, ...], Field(max_length=100)] = ()
    made_on: date
    offer: Offer
    valid_until: date | None = None
    quotation: Line = ""  # the number and version its prices come from
    list_from: date | None = None  # else the first day of the price list
    seller: Letterhead
    customer: Line
    contact: Contact | None = None
    consultant: Contact
    project: Line = ""
    use: Word
    wanted_by: date
    purchase_mode: Word
    payment: Word
    budget_fen: Fen | None = None
    delivery: Text
    service: Text
    finance: Annotated[tuple[FinanceOption, ...], Field(max_length=10)] = ()
    campaign_gifts: Annotated[tuple[CampaignGift, ...], Field(max_length=100)] = ()
    remarks: Annotated[tuple[Text, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def a_binding_offer_ends_on_a_day(self) -> Self:
        if self.offer is Offer.BINDING and self.valid_until is None:
            raise ValueError("a binding offer names the day it ends")
        return self
