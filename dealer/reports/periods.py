"""Which days a report speaks of: a day, a week, a month around a day, or days that somebody chose."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dealer.engine.calendar import add_months
from dealer.engine.steps import Refusal, no

MOST_DAYS = 366
MOST_YEARS = 10


class Span(StrEnum):
    """How long a stretch of days is looked at."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    FREE = "free"


_MONTHS = {Span.MONTH: 1, Span.QUARTER: 3, Span.YEAR: 12}


@dataclass(frozen=True)
class Period:
    """From a first to a last day, both included."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """Each of its days."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def months(self) -> list[date]:
        """The first day of each month it has a part in."""
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        return [add_months(self.first.replace(day=1), n) for n in range(months + 1)]


def period_around(day: date, span: Span) -> Period:
    """The day, its week from Monday on, or its month, quarter or year."""
    if span is Span.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    if span in _MONTHS:
        months = _MONTHS[span]
        first = day.replace(month=(day.month - 1) // months * months + 1, day=1)
        return Period(first, add_months(first, months) - timedelta(days=1))
    return Period(day, day)


def period_between(one: date, other: date) -> Period:
    """A free period, whichever day is named first; at most a year and a day, counted back from its end."""
    first, last = sorted((one, other))
    return Period(max(first, last - timedelta(days=MOST_DAYS - 1)), last)


def what_is_wrong(first: date | None, last: date | None) -> Iterator[Refusal]:
    """Why two days make no period; each beside the field that removes it."""
    for name, day in (("from", first), ("to", last)):
        if day is None:
            yield no("Enter a date that exists, such as 2026-11-05.", code="E-DAY", field=name)
    if first is None or last is None:
        return
    if last < first:
        yield no("The last day comes before the first: exchange them.", code="E-PERIOD", field="to")
    elif add_months(first, 12 * MOST_YEARS) <= last:
        yield no(
            "A report covers {years} years at most: choose a later first day.",
            code="E-PERIOD", field="from", years=MOST_YEARS,
        )  # fmt: skip
