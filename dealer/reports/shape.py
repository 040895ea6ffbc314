"""What a report is made of, and what its numbers come to: see the package for how these parts fit together."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from sqlalchemy import Select

from dealer.engine.amounts import half_up
from dealer.engine.words import show_money
from dealer.reports.looking import Column, Look

PERCENT, YUAN, DAYS = "percent", "yuan", "days"

Of = Any
"""A column or condition, or a function of the look that returns one: what depends on the moment or the period."""


def resolved(what: Of, look: Look) -> Any:
    """The column or condition itself."""
    return what(look) if isinstance(what, FunctionType) else what


@dataclass(frozen=True)
class Source:
    """Rows of one kind, each once: those of the period that somebody sees, what tells them apart, how one is told."""

    rows: Callable[[Look], Select[Any]]
    key: Column  # a whole number of each row's own: lists stand newest first
    whose: Column  # who is named beside a row
    ways: Mapping[str, Of]  # way → the column whose values it divides by
    heads: tuple[str, ...]  # English, the keys of their translations
    tell: Callable[..., tuple[Any, ...]]  # what `rows` selects → the cells under these heads: words, days, Yuan, texts
    thing: Callable[..., Any] = lambda row, *more: row  # the thing whose page a row leads to
    more: Of = ()  # columns that only a list needs, after those of `rows`; or a function of the look that returns them
    beside: tuple[Any, ...] = ()  # loader options of a list


@dataclass(frozen=True)
class Figure:
    """A number: which rows it counts, or what of them it adds up. The list behind it is these rows."""

    title: str
    formula: str  # in words, printed beside the number
    source: Source
    holds: Of = None  # None: every row of the source
    sums: Of = None  # None: rows are counted
    unit: str = ""
    middle: bool = False  # the median of `sums` instead of their sum
    shown: bool = True  # False: only rates are made of it
    alarm: bool = False  # any of it is bad


@dataclass(frozen=True)
class Rate:
    """A number made of two figures. Without anything to divide by there is none, and the page says so."""

    title: str
    formula: str
    part: str
    base: tuple[str, ...]  # the sum of these figures
    unit: str = PERCENT
    less: tuple[str, ...] = ()  # without these
    goal: int | None = None  # at least this is good; then it is rounded down: 99.6 % is not all of them
    parts_of: int = 1  # what the part counts in: 10,000 for hundredths of a percent


@dataclass(frozen=True)
class Way:
    """A way to divide: how a value is read from an address, what values are called, in which order they stand."""

    title: str
    read: Callable[[str], Any]  # ValueError for what is no value
    names: Callable[[Look, Iterable[Any], str], Mapping[Any, str]]
    values: Callable[[Look], list[Any]] | None = None  # every value in its order, also those without a row
    order: Callable[[Any], Any] | None = None  # of those that occur; None: the largest first
    nobody: str = "Not named"  # what has no value


@dataclass(frozen=True)
class Report:
    """A table of figures, the rates made of them, and the ways to divide them. Every source knows every way."""

    name: str  # in addresses
    title: str
    answers: str  # which question, in a line
    duty: str
    figures: Mapping[str, Figure]
    ways: Mapping[str, Way]  # the first is how it opens
    rates: Mapping[str, Rate] = field(default_factory=dict)
    top: tuple[str, ...] = ()  # figures and rates that stand large above the table
    charts: tuple[tuple[str, ...], ...] = ()  # figures that are drawn, each time as parts of one bar
    beneath: str = ""  # the figure whose rows are listed on the page itself
    noun: str = "{count} rows"  # what a list says it has

    @property
    def columns(self) -> list[str]:
        """What is shown: figures, then rates."""
        return [*(name for name, figure in self.figures.items() if figure.shown), *self.rates]

    def titled(self, name: str) -> Figure | Rate:
        """A figure or a rate."""
        return self.figures.get(name) or self.rates[name]


# ── numbers ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Counts:
    """The figures of some rows; of medians how often each value occurs."""

    of: Mapping[str, int]
    spread: Mapping[str, Mapping[int, int]] = field(default_factory=dict)

    def value(self, report: Report, name: str) -> int | None:
        """A figure or a rate; None where there is nothing to divide by, or no row to stand in the middle.

        Rates in whole percent, means in fen, means and medians of days in tenths.
        """
        if name in report.rates:
            rate = report.rates[name]
            base = self.base(rate)
            part = {PERCENT: 100, DAYS: 10}.get(rate.unit, 1) * self.of[rate.part]
            if not base:
                return None
            return part // base if rate.goal is not None else half_up(part, base * rate.parts_of)
        return _median(self.spread[name]) if report.figures[name].middle else self.of[name]

    def base(self, rate: Rate) -> int:
        """What a rate divides by."""
        return sum(self.of[each] for each in rate.base) - sum(self.of[each] for each in rate.less)


def _median(spread: Mapping[int, int]) -> int | None:
    """In tenths: between two middle values the half of their sum."""
    values = [value for value, times in sorted(spread.items()) for _ in range(times)]
    if not values:
        return None
    return 5 * (values[(len(values) - 1) // 2] + values[len(values) // 2])


def shown(value: int | None, unit: str) -> str:
    """A number as a screen and a sheet write it."""
    if value is None:
        return "—"
    match unit:
        case "percent":
            return f"{value} %"
        case "yuan":
            return show_money(value)
        case "days":
            return f"{value // 10}.{value % 10}"
        case _:
            return f"{value:,}"
