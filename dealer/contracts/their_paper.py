"""The customer's own paper: groups and purchasers who insist on their text instead of ours.

Their file is kept as it came, its key terms are typed and compared with the accepted quotation. Total, quantities and
prices have to agree; whatever else differs is put before the reviewers. We print a cover sheet with our number, the
fingerprint of their file and these terms; what both have signed is their text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, model_validator

from dealer.approvals.rulings import kept
from dealer.engine.fields import Money, Options, Paragraph, Upload
from dealer.engine.steps import Ask, Facts, Refusal, Rule, Unrecorded, no, on_facts
from dealer.engine.words import Yuan
from dealer.records.contracts import Contract, DepositKind

Passage = Annotated[str, Paragraph]


class TheirLine(Facts):
    """A line of the quotation as their paper states it."""

    line: Annotated[int, Options("contract_lines")] = Field(title="Line")
    quantity: int = Field(title="Quantity", ge=1, le=9999)
    unit_price: Money = Field(title="Price per car, yuan", ge=1)


class TheirPaper(Facts):
    """Their text as a file, and what it says."""

    file: Annotated[Upload | None, Unrecorded()] = Field(
        None, title="Their contract (PDF)", description="Without a new file the one on record stays."
    )
    their_number: str = Field("", title="Their number", max_length=60)
    lines: tuple[TheirLine, ...] = Field(title="Cars in their text", min_length=1, max_length=1000)
    total: Money = Field(title="Total in their text", ge=1)
    deposit_kind: DepositKind = Field(DepositKind.NONE, title="Deposit")
    deposit: Money = Field(0, title="Amount of the deposit")
    delivery: Passage = Field(title="Delivery in their text", min_length=1, max_length=2000)
    payment: Passage = Field(title="Payment in their text", min_length=1, max_length=2000)
    damages: Passage = Field(title="Damages in their text", min_length=1, max_length=2000)
    dispute: Passage = Field(title="Disputes in their text", min_length=1, max_length=2000)

    @model_validator(mode="after")
    def _deposit_has_a_word(self) -> "TheirPaper":
        if (self.deposit_kind is DepositKind.NONE) != (self.deposit == 0):
            raise ValueError("Choose earnest money (定金) or a prepayment (订金) with its amount, or no deposit.")
        return self


def known_paper(contract: Contract) -> dict[str, Any]:
    """What the form shows when it is opened: what was typed, else what the quotation says."""
    if contract.their_terms:
        return dict(contract.their_terms)
    lines = [
        {"line": line.position, "quantity": line.quantity, "unit_price": line.unit_price} for line in contract.lines
    ]
    return {"lines": lines, "deposit_kind": contract.deposit_kind, "deposit": contract.deposit}


def uses_their_paper(contract: Contract) -> bool:
    """Whether their text is what will be signed."""
    return contract.their_terms is not None


# ── compared with what was accepted ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Point:
    """One key term side by side; `blocks` where a difference may not be signed. A line has its number."""

    what: str  # "quantity", "unit_price", "total", "deposit_kind", "deposit"
    line: int | None
    ours: Any
    theirs: Any
    blocks: bool

    @property
    def differs(self) -> bool:
        """Whether the two texts say different things."""
        return bool(self.ours != self.theirs)


def compared(contract: Contract) -> list[Point]:
    """Their figures beside those of the accepted quotation and of our draft."""
    return list(_points(contract)) if contract.their_terms else []


def _points(contract: Contract) -> Iterator[Point]:
    terms: dict[str, Any] = contract.their_terms or {}
    cars = {line.position: 0 for line in contract.lines}
    prices: dict[int, set[int]] = {}
    for row in terms["lines"]:
        cars[row["line"]] = cars.get(row["line"], 0) + row["quantity"]
        prices.setdefault(row["line"], set()).add(row["unit_price"])
    for line in contract.lines:
        yield Point("quantity", line.position, line.quantity, cars[line.position], True)
        other = sorted(prices.get(line.position, set()) - {line.unit_price})
        yield Point("unit_price", line.position, line.unit_price, other[0] if other else line.unit_price, True)
    yield Point("total", None, contract.total, terms["total"], True)
    yield Point("deposit_kind", None, contract.deposit_kind, DepositKind(terms["deposit_kind"]), False)
    yield Point("deposit", None, contract.deposit, terms["deposit"], False)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def their_file_is_a_pdf(contract: Contract, ask: Ask) -> Refusal | None:
    """Their text as it will be signed, page for page."""
    facts: TheirPaper = ask.facts
    if facts.file is None and contract.their_paper_sha256 is None:
        return no("Attach their contract as a PDF.", code="E-REQ-FIELD", field="file")
    if facts.file is not None and not facts.file.content.startswith(b"%PDF-"):
        return no("Attach their contract as a PDF.", code="E-FILE-KIND", field="file")
    return None


@on_facts
def their_lines_are_those_of_the_contract(contract: Contract, ask: Ask) -> Refusal | None:
    """Cars that were never quoted are quoted first."""
    known = {line.position for line in contract.lines}
    if any(row.line not in known for row in ask.facts.lines):
        return no("Choose lines of this contract.", code="E-PLAN-LINE", field="lines")
    return None


def their_paper_is_used(contract: Contract, ask: Ask) -> Refusal | None:
    """Only their text can be given up for ours."""
    if not uses_their_paper(contract):
        return no("Our own text is used already.", code="E-PAPER-OURS", quiet=True)
    return None


def their_quantities_are_those_accepted(contract: Contract, ask: Ask) -> Refusal | None:
    """As many cars as were quoted, line by line."""
    wrong = _first(contract, "quantity")
    if wrong is not None:
        return no(
            "Line {line}: their text has {theirs} cars, the accepted quotation {ours}. Have it corrected, or quote "
            "anew.",
            code="E-PAPER-QUANTITY", fix="use_their_paper", line=wrong.line, theirs=wrong.theirs, ours=wrong.ours,
        )  # fmt: skip
    return None


def their_prices_are_those_accepted(contract: Contract, ask: Ask) -> Refusal | None:
    """At the prices that were quoted and authorised."""
    wrong = _first(contract, "unit_price")
    if wrong is not None:
        return no(
            "Line {line}: their text has {theirs} per car, the accepted quotation {ours}. Have it corrected, or quote "
            "anew.", code="E-PAPER-PRICE", fix="use_their_paper", line=wrong.line, theirs=Yuan(wrong.theirs),
            ours=Yuan(wrong.ours),
        )  # fmt: skip
    return None


def their_total_is_the_one_accepted(contract: Contract, ask: Ask) -> Refusal | None:
    """To the fen."""
    wrong = _first(contract, "total")
    if wrong is not None:
        return no(
            "Their text comes to {theirs}, the accepted quotation to {ours}. Have it corrected, or quote anew.",
            code="E-PAPER-TOTAL", fix="use_their_paper", theirs=Yuan(wrong.theirs), ours=Yuan(wrong.ours),
        )  # fmt: skip
    return None


def _first(contract: Contract, what: str) -> Point | None:
    return next((point for point in compared(contract) if point.what == what and point.differs), None)


THEIR_FIGURES: tuple[Rule, ...] = (
    their_quantities_are_those_accepted,
    their_prices_are_those_accepted,
    their_total_is_the_one_accepted,
)

# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def take_their_paper(contract: Contract, ask: Ask) -> None:
    """Their file by its fingerprint, and what was typed of it."""
    facts: TheirPaper = ask.facts
    if facts.file is not None:
        contract.their_paper_sha256 = kept(ask, facts.file)
    contract.their_terms = facts.model_dump(mode="json", exclude={"file"})


def drop_their_paper(contract: Contract, ask: Ask) -> None:
    """Our own text is signed after all."""
    contract.their_paper_sha256 = contract.their_terms = None
