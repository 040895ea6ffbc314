"""The terms of an amendment 补充协议: what of a contract changes, from what to what, and what the total becomes."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from dealer.terms.agreement import Party
from dealer.terms.basics import WORDING, Checkable, Count, Fen, Line, Terms, Text, Word
from dealer.terms.contract import Batch, Earnest, Instalment


class AmendedLine(Terms):
    """A line of the contract's list of vehicles whose quantity changes, or that is new.

    `replaces` names the line some of whose vehicles it is now: at another price, of another model or colour.
    """

    line: Count
    brand: Word
    model: Line
    configuration: Line = ""
    exterior: Word = ""
    interior: Word = ""
    unit_price_fen: Fen
    before: Annotated[int, Field(ge=0, le=9_999)]
    after: Annotated[int, Field(ge=0, le=9_999)]
    replaces: Count | None = None

    @property
    def amount_fen(self) -> int:
        """Of the vehicles as they shall be."""
        return self.unit_price_fen * self.after


class Item(StrEnum):
    """Further figures of a contract that an amendment may change."""

    BOND = "performance_bond"
    DAMAGES = "damages_permille"  # in hundredths of a per mille a day
    DAMAGES_CAP = "damages_cap_percent"
    END_AFTER = "end_after_days"
    ODOMETER = "odometer_limit"
    KEYS = "keys"
    INSPECTION = "inspection_days"
    STORAGE = "storage_fee"


class ChangedFigure(Terms):
    """One of them, from what to what."""

    item: Item
    before: Annotated[int, Field(ge=0)]
    after: Annotated[int, Field(ge=0)]


class AmendmentTerms(Checkable):
    """What both sides sign. What is empty does not change; delivery plan and payments are whole when they do."""

    wording: Word = WORDING
    dated: date
    signing_place: Line = ""
    contract_number: Word
    contract_day: date
    reason: Text
    seller: Party
    customers: Annotated[tuple[Party, ...], Field(min_length=1, max_length=3)]
    lines: Annotated[tuple[AmendedLine, ...], Field(max_length=1000)] = ()
    batches: Annotated[tuple[Batch, ...], Field(max_length=60)] = ()
    instalments: Annotated[tuple[Instalment, ...], Field(max_length=60)] = ()
    earnest: Earnest = Earnest.NONE
    parties_change: bool = False
    receivers_change: bool = False
    receivers: Annotated[tuple[Line, ...], Field(max_length=30)] = ()
    figures: Annotated[tuple[ChangedFigure, ...], Field(max_length=20)] = ()
    total_before_fen: Fen
    total_after_fen: Fen
    public: bool = False
    original_fen: Fen
    supplements_fen: Fen = 0
    copies_each: Count = 2

    @model_validator(mode="after")
    def something_changes_and_adds_up(self) -> Self:
        """A paper that changes nothing, or whose payments are not the total, must not exist."""
        changes = (self.lines, self.batches, self.instalments, self.figures, self.parties_change, self.receivers_change)
        if not any(changes):
            raise ValueError("an amendment changes something")
        if self.instalments and sum(each.amount_fen for each in self.instalments) != self.total_after_fen:
            raise ValueError("the instalments are the total")
        return self

    @property
    def copies(self) -> int:
        """For everybody."""
        return self.copies_each * (1 + len(self.customers))
