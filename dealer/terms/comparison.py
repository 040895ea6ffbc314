"""The terms of a comparison sheet: our model beside competitors', nothing on it without a day and a source."""

from datetime import date
from typing import Annotated

from pydantic import Field

from dealer.terms.basics import WORDING, Contact, Count, Fen, Letterhead, Line, Terms, Text, Word


class SeenFact(Terms):
    """What was seen of a competitor's model, when and where."""

    text: Text = ""
    amount_fen: Fen | None = None
    kind: Word = ""  # of an amount: marked or offered
    seen_on: date
    source: Word
    place: Line = ""
    old: bool = False  # seen longer ago than the shop relies on


class ComparedModel(Terms):
    """A competitor's model, as far as anybody can check what is said of it."""

    brand: Line
    model: Line
    price: SeenFact | None = None
    configuration: SeenFact | None = None
    policy: SeenFact | None = None


class ModelComparisonTerms(Terms):
    """车型对比表: for a customer."""

    wording: Word = WORDING
    seller: Letterhead
    customer: Line = ""
    made_on: date
    brand: Line
    model: Line
    configuration: Line = ""
    engine: Line = ""
    manufacturer: Line = ""
    energy: Word
    gearbox: Word
    seats: Count
    list_price_fen: Fen | None = None
    listed_on: date | None = None
    rivals: Annotated[tuple[ComparedModel, ...], Field(min_length=1, max_length=3)]
    old_after_days: Count
    consultant: Contact
