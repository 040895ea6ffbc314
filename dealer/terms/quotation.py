"""The terms of a quotation."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Self

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
    Text,
    Vehicles,
    Word,
)


class Offer(StrEnum):
    """What a quotation is in law: an offer that binds until a day (Civil Code 476), or an invitation (473)."""

    BINDING = "binding"
    INVITATION = "invitation"


class QuotedVehicles(Vehicles):
    """A quoted line also shows the list price and what the tax office will probably ask for one vehicle."""

    LATER: ClassVar[tuple[str, ...]] = ("section", "note")

    list_price_fen: Fen | None = None
    purchase_tax_fen: Fen | None = None
    section: Line = ""
    note: Text = ""


class QuotedOption(QuotedVehicles):
    """Vehicles offered beside the total, with what would come with them: bought only where the customer chooses so."""

    extras: Annotated[tuple[Extra, ...], Field(max_length=100)] = ()
    gifts: Annotated[tuple[Gift, ...], Field(max_length=100)] = ()

    @property
    def total_fen(self) -> int:
        """What choosing it adds to the total of the quotation."""
        return self.amount_fen + sum(extra.amount_fen for extra in self.extras)


class QuotationTerms(Goods):
    """One version of a quotation as the customer receives it."""

    LATER: ClassVar[tuple[str, ...]] = ("options",)

    wording: Word = WORDING
    vehicles: Annotated[tuple[QuotedVehicles, ...], Field(min_length=1, max_length=1000)]
    options: Annotated[tuple[QuotedOption, ...], Field(max_length=1000)] = ()
    version: Count = 1
    quoted_on: date
    offer: Offer
    valid_until: date | None = None
    seller: Letterhead
    customer: Line
    contact: Contact | None = None
    consultant: Contact
    project: Line = ""
    tax_month: date | None = None
    delivery: Text = ""
    payment: Text = ""
    remarks: Annotated[tuple[Text, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def a_binding_offer_ends_on_a_day(self) -> Self:
        if self.offer is Offer.BINDING and self.valid_until is None:
            raise ValueError("a binding offer names the day it ends")
        return self

    @property
    def purchase_tax_fen(self) -> int | None:
        """The estimate for all vehicles, or None where one of them has no estimate."""
        taxes = [(line.purchase_tax_fen, line.quantity) for line in self.vehicles]
        return sum((tax or 0) * quantity for tax, quantity in taxes) if all(t is not None for t, _ in taxes) else None
