"""The terms of a cover sheet: the customer's own paper by its fingerprint, under our number, with its key terms."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from dealer.terms.agreement import Party
from dealer.terms.basics import WORDING, Count, Fen, Line, Terms, Text, Word
from dealer.terms.contract import Earnest


class TheirVehicles(Terms):
    """A line of vehicles as their paper states it; it agrees with the accepted quotation."""

    line: Count
    brand: Word
    model: Line
    configuration: Line = ""
    exterior: Word = ""
    interior: Word = ""
    quantity: Count
    unit_price_fen: Fen

    @property
    def amount_fen(self) -> int:
        """Of the line."""
        return self.unit_price_fen * self.quantity


class CoverSheetTerms(Terms):
    """What stands on the sheet that lies on top of their paper in our files."""

    wording: Word = WORDING
    dated: date
    seller: Party
    customers: Annotated[tuple[Party, ...], Field(min_length=1, max_length=3)]
    their_number: Word = ""
    their_sha256: Line
    quotation_number: Word
    lines: Annotated[tuple[TheirVehicles, ...], Field(min_length=1, max_length=1000)]
    total_fen: Fen
    earnest: Earnest = Earnest.NONE
    deposit_fen: Fen = 0
    delivery: Text
    payment: Text
    damages: Text
    dispute: Text

    @model_validator(mode="after")
    def deposit_has_a_word(self) -> Self:
        """An amount without 定金 or 订金 is neither."""
        if (self.earnest is Earnest.NONE) != (self.deposit_fen == 0):
            raise ValueError("a deposit has a word and an amount")
        return self
