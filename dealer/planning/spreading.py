"""How a target is spread: a year over its months, a month over its weeks and days. The parts always sum to the whole.

Only working days of the shop's calendar take a part. Whole cars do not divide evenly: what a day falls short of, a
later day of the same stretch makes up, so that until any day the days before it are never ahead of their share.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from dealer.engine.calendar import ShopCalendar, add_months

MONTHS = 12


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount over parts by their weights, exactly; evenly where no part has any weight."""
    shares = list(weights) if any(weights) else [1] * len(weights)
    whole, before, so_far = sum(shares), 0, 0
    parts = []
    for share in shares:
        so_far += share
        until = amount * so_far // whole
        parts.append(until - before)
        before = until
    return parts


def months_of(year: int) -> list[date]:
    """The first days of its months."""
    return [date(year, month, 1) for month in range(1, MONTHS + 1)]


def last_of(month: date) -> date:
    """The last day of a month."""
    return add_months(month, 1) - timedelta(days=1)


def days_between(first: date, last: date) -> list[date]:
    """Every day from the first to the last."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def days_of(month: date) -> list[date]:
    """Every day of a month."""
    return days_between(month, last_of(month))


def weeks_of(month: date) -> list[tuple[date, date]]:
    """The weeks of a month from Monday on, cut where the month begins and ends."""
    weeks, first, last = [], month, last_of(month)
    while first <= last:
        sunday = min(first + timedelta(days=6 - first.weekday()), last)
        weeks.append((first, sunday))
        first = sunday + timedelta(days=1)
    return weeks


def worked(calendar: ShopCalendar, days: Sequence[date]) -> list[int]:
    """1 for a working day, 0 for a day off."""
    return [int(calendar.is_working_day(day)) for day in days]


def over_months(amount: int, months: Sequence[date], calendar: ShopCalendar) -> list[int]:
    """A year over some months, by their working days."""
    return spread(amount, [sum(worked(calendar, days_of(month))) for month in months])


def over_weeks(amount: int, month: date, calendar: ShopCalendar) -> list[int]:
    """A month over its weeks: what their days come to."""
    by_day = dict(zip(days_of(month), over_days(amount, None, month, calendar), strict=True))
    return [sum(by_day[day] for day in days_between(first, last)) for first, last in weeks_of(month)]


def over_days(amount: int, weeks: Sequence[int] | None, month: date, calendar: ShopCalendar) -> list[int]:
    """A month over its days; each week by itself where the weeks were divided by hand."""
    if not weeks:
        return spread(amount, worked(calendar, days_of(month)))
    parts = []
    for part, (first, last) in zip(weeks, weeks_of(month), strict=True):
        parts += spread(part, worked(calendar, days_between(first, last)))
    return parts
