"""The terms of an amendment 补充协议: what of a contract changes, from what to what, and what the total becomes."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from dealer.engine import amounts
from dealer.terms.agreement import NOTHING, Agreement, day, listed, sum_of
from dealer.terms.basics import Count, Fen, Line, Terms, Text, Word
from dealer.terms.clauses import Part
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


class ChangedWording(Terms):
    """A clause of the contract worded anew: where it stands, what it said, what it says from then on."""

    key: Word
    article: Line = ""  # its heading, as the contract prints it; the opening has none
    article_en: Line = ""
    number: Word = ""  # as printed: 6.4
    before: Part
    zh: Part
    en: Part = ""


class Particular(StrEnum):
    """What a contract says of the procurement it carries out."""

    PROJECT = "project"
    NUMBER = "number"
    PLAN_NUMBER = "plan_number"
    WAY = "way"
    ITEM = "item"
    AGENCY = "agency"


class ChangedParticular(Terms):
    """One of them, from what to what; empty is printed as ×."""

    what: Particular
    before: Line = ""
    after: Line = ""


class AmendmentTerms(Agreement):
    """What both sides sign. What is empty does not change; delivery plan and payments are whole when they do."""

    LATER: ClassVar[tuple[str, ...]] = (
        "arbitration", "court", "special", "wordings", "particulars", *Agreement.LATER,
    )  # fmt: skip
    THIS: ClassVar[dict[str, str]] = {"zh": "本协议", "en": "this amendment"}

    contract_number: Word
    contract_day: date
    reason: Text
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
    wordings: Annotated[tuple[ChangedWording, ...], Field(max_length=60)] = ()
    particulars: Annotated[tuple[ChangedParticular, ...], Field(max_length=6)] = ()

    @model_validator(mode="after")
    def something_changes_and_adds_up(self) -> Self:
        """A paper that changes nothing, or whose payments are not the total, must not exist."""
        changes = (
            self.lines, self.batches, self.instalments, self.figures, self.parties_change, self.receivers_change,
            self.wordings, self.particulars,
        )  # fmt: skip
        if not any(changes):
            raise ValueError("an amendment changes something")
        if self.instalments and sum(each.amount_fen for each in self.instalments) != self.total_after_fen:
            raise ValueError("the instalments are the total")
        return self

    @property
    def text_kind(self) -> str:
        return "amendment"

    # ── what clauses may speak of ──

    def named(self, language: str) -> dict[str, str]:
        return {
            **super().named(language),
            **sum_of("total_after", self.total_after_fen),
            "total_before": amounts.money(self.total_before_fen),
            "difference": amounts.money(abs(self.total_after_fen - self.total_before_fen)),
            "original": amounts.money(self.original_fen),
            "supplements": amounts.money(self.supplements_fen),
            "contract_number": self.contract_number,
            "contract_day": day(self.contract_day, language),
            "reason": self.reason or NOTHING,
            "receivers": listed(self.receivers, language),
        }

    def holds(self) -> set[str]:
        return super().holds() | {
            name
            for name, so in (
                ("cars_change", bool(self.lines)),
                ("total_rises", self.total_after_fen > self.total_before_fen),
                ("total_falls", self.total_after_fen < self.total_before_fen),
                ("supplemented", self.public and self.supplements_fen > 0),
                ("payments_change", bool(self.instalments)),
                ("plan_changes", bool(self.batches)),
                ("receivers_change", self.receivers_change),
                ("wordings_change", bool(self.wordings)),
                ("parties_change", self.parties_change),
                ("procurement_changes", bool(self.particulars)),
                ("figures_change", bool(self.figures)),
                ("public", self.public),
            )
            if so
        }
