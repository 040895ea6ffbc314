"""Comparing two versions of a quotation: what changed line by line, and what that is worth.

Lines have no identity across versions: they are paired by model and colour, then by model alone, and what is left
over was added or taken out. So a new first line does not make all the others look changed.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from dealer.prices import pricing
from dealer.records.quotations import LineExtra, Quotation, QuotationLine

VALUES = ("section", "colour", "quantity", "unit_price", "optional", "taken", "note")


@dataclass(frozen=True)
class Difference:
    """One value in which two versions differ; a missing side is None. `about` names the extra it speaks of."""

    what: str
    before: Any
    after: Any
    about: str = ""


@dataclass(frozen=True)
class Pair:
    """A line as it was and as it is; one side is None for a line that was added or taken out."""

    before: QuotationLine | None
    after: QuotationLine | None
    day: date  # both sides are reckoned on one day, or an allowance that ended between them would look like a change

    @property
    def line(self) -> QuotationLine:
        """The line to speak of: as it is, else as it was."""
        line = self.after or self.before
        if line is None:
            raise ValueError("a pair has at least one side")
        return line

    @property
    def differences(self) -> list[Difference]:
        """What changed within a line that is in both versions."""
        if self.before is None or self.after is None:
            return []
        return [*_differing(_values(self.before), _values(self.after)), *_extras(self.before, self.after)]

    @property
    def paid(self) -> tuple[int, int]:
        """What the customer pays for it, before and after."""
        return _sum(self.before, pricing.paid), _sum(self.after, pricing.paid)

    @property
    def net(self) -> tuple[int, int]:
        """What is left to the shop for the cars after gifts, before and after."""
        figure = partial(pricing.net_total, day=self.day)
        return _sum(self.before, figure), _sum(self.after, figure)


@dataclass(frozen=True)
class Comparison:
    """Two versions side by side."""

    old: Quotation
    new: Quotation
    pairs: tuple[Pair, ...]

    @property
    def terms(self) -> list[Difference]:
        """What changed beside the lines: validity, its force in law, the remark."""
        return list(_differing(_terms(self.old), _terms(self.new)))

    @property
    def paid(self) -> tuple[int, int]:
        """What the customer pays in all."""
        return pricing.totals(self.old).total, pricing.totals(self.new).total

    @property
    def net(self) -> tuple[int, int]:
        """What is left to the shop for all cars after gifts."""
        nets = [pair.net for pair in self.pairs]
        return sum(before for before, _ in nets), sum(after for _, after in nets)


def compare(old: Quotation, new: Quotation, day: date) -> Comparison:
    """The lines of two versions, paired in the order of the new one; lines that were taken out come last."""
    left = list(old.lines)
    found: dict[int, QuotationLine] = {}
    for key in (_model_and_colour, _model):
        for line in new.lines:
            same = next((each for each in left if key(each) == key(line)), None)
            if line.position not in found and same is not None:
                found[line.position] = same
                left.remove(same)
    pairs = [Pair(found.get(line.position), line, day) for line in new.lines]
    return Comparison(old, new, (*pairs, *(Pair(line, None, day) for line in left)))


def _model(line: QuotationLine) -> Any:
    return line.model_id


def _model_and_colour(line: QuotationLine) -> Any:
    return line.model_id, line.colour


def _sum(line: QuotationLine | None, figure: Callable[[Any], int]) -> int:
    """A figure of a line as far as it is in the total: an option nobody took is worth nothing yet."""
    return figure(line) if line is not None and line.is_firm else 0


def _values(line: QuotationLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in VALUES}


def _terms(version: Quotation) -> dict[str, Any]:
    names = ("valid_until", "binding", "tender_valid_until", "remark")
    return {name: getattr(version, name) for name in names}


def _differing(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    for what, value in after.items():
        if before[what] != value:
            yield Difference(what, before[what], value)


def _extras(before: QuotationLine, after: QuotationLine) -> Iterator[Difference]:
    """Extras of a kind and name are summed: two rows of the same thing are one thing."""
    was, now = _by_name(before.extras), _by_name(after.extras)
    for kind, name in dict.fromkeys((*was, *now)):
        if was.get((kind, name)) != now.get((kind, name)):
            yield Difference(kind, was.get((kind, name)), now.get((kind, name)), name)


def _by_name(extras: Iterable[LineExtra]) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = {}
    for extra in extras:
        key = extra.kind.value, extra.name
        sums[key] = sums.get(key, 0) + extra.amount
    return sums
