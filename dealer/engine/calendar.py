"""The shop's calendar: which day it is, where a day ends, which days are working days.

A `date` is a day of the shop, a `datetime` is a moment and always knows its zone. What is due "in 3 days" is due by
24:00 of the third day; working days follow the State Council's yearly notice with its swapped weekends.
"""

from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_SATURDAY = 5
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class ShopCalendar:
    """One shop's days. `overrides` says of single days whether they are worked, against the official calendar;
    `entered_years` are years whose notice the shop entered by hand before the product knew it."""

    zone: str = "Asia/Shanghai"
    overrides: Mapping[date, bool] = field(default_factory=dict)
    entered_years: Collection[int] = ()

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    # ── moments and days ──────────────────────────────────────────────────────────────────────────────────────────

    def today(self, at: datetime) -> date:
        """The day on the shop's wall at that moment."""
        return _aware(at).astimezone(self._zone).date()

    def hour(self, at: datetime) -> int:
        """The hour on the shop's wall at that moment, 0 to 23."""
        return _aware(at).astimezone(self._zone).hour

    def at(self, day: date, clock: str) -> datetime:
        """The moment when the shop's clock shows `clock`, such as "09:30", on that day."""
        return datetime.combine(day, time.fromisoformat(clock), self._zone)

    def start_of(self, day: date) -> datetime:
        """0:00 of the day: the first moment that belongs to it."""
        return datetime.combine(day, time.min, self._zone)

    def end_of(self, day: date) -> datetime:
        """24:00 of the day, which is 0:00 of the next: the first moment that is too late."""
        return self.start_of(day + _DAY)

    def due_after(self, day: date, days: int) -> datetime:
        """24:00 of the `days`-th working day after a day: until then it is in time."""
        return self.end_of(self.add_working_days(day, days))

    def within_days(self, event: datetime, days: int) -> datetime:
        """Due `days` days after an event: by 24:00 of that day; the day of the event does not count (Civil Code 201).

        The limit is the first moment that is too late: whoever shows it to people shows `last_day` of it.
        """
        return self.end_of(self.today(event) + days * _DAY)

    def last_day(self, limit: datetime) -> date:
        """The day by which something with this limit must be done: a limit of 0:00 belongs to the day before."""
        return self.today(_aware(limit) - timedelta(microseconds=1))

    # ── working days ──────────────────────────────────────────────────────────────────────────────────────────────

    def is_announced(self, year: int) -> bool:
        """Whether the notice for that year is known. If not, holidays are the statutory ones at their computed days
        and no weekend is swapped: a due date in such a year may still move, and screens say so."""
        return year in _announced_years() or year in self.entered_years

    def is_working_day(self, day: date) -> bool:
        """Whether the shop counts it as 工作日: weekdays but holidays, and the weekends worked in exchange."""
        if day in self.overrides:
            return self.overrides[day]
        off, worked_weekends = _official(day.year)
        return day in worked_weekends or (day.weekday() < _SATURDAY and day not in off)

    def next_working_day(self, day: date) -> date:
        """The day itself if it is worked, else the first working day after it (Civil Code 203)."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def add_working_days(self, day: date, days: int) -> date:
        """The `days`-th working day after `day`, which itself does not count; with 0 the day it may be done at once."""
        if days < 0:
            raise ValueError(f"{days} working days after a day")
        if days == 0:
            return self.next_working_day(day)
        for _ in range(days):
            day = self.next_working_day(day + _DAY)
        return day

    def working_day_before(self, day: date, days: int) -> date:
        """The `days`-th working day before `day`, which itself does not count; with 0 the day it is seen to at last."""
        if days == 0:
            while not self.is_working_day(day):
                day -= _DAY
            return day
        for _ in range(days):
            day = self.working_day_before(day - _DAY, 0)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days `end` is after `start`, which itself does not count; negative if it is before."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working_day(start + n * _DAY) for n in range(1, (end - start).days + 1))


def _aware(at: datetime) -> datetime:
    """A moment without a zone is a bug: it would be read as the clock of whichever machine runs."""
    if at.utcoffset() is None:
        raise ValueError(f"{at} does not say in which zone")
    return at


@lru_cache(maxsize=64)
def _official(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Days off and worked weekends of a year, from the notice or, before there is one, from the law."""
    from holidays import country_holidays

    days = country_holidays("CN", years=year, expand=False)
    return frozenset(days), frozenset(day for day in days.weekend_workdays if day.year == year)


def _announced_years() -> Collection[int]:
    """Years whose swapped days the holidays package holds; every notice since 2001 had some."""
    from holidays.countries.china import ChinaStaticHolidays

    return ChinaStaticHolidays.special_public_holidays.keys()


# ── months ────────────────────────────────────────────────────────────────────────────────────────────────────────


def add_months(day: date, months: int) -> date:
    """The same day of a later (or earlier) month, or that month's last day where it is shorter (Civil Code 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def period_ends(first_day: date, months: int) -> date:
    """The last day of a period of whole months that includes its first day: 2026-03-01 + 12 months = 2027-02-28."""
    same_day = add_months(first_day, months)
    return same_day - _DAY if same_day.day == first_day.day else same_day


def probation_ends(first_issue: date) -> date:
    """The last day of 实习期: 12 months from the first driving licence for cars; a 29 February ends on the 28th."""
    return period_ends(first_issue, 12)


# ── on paper and screen ───────────────────────────────────────────────────────────────────────────────────────────


def show(day: date, language: str) -> str:
    """2026年11月5日 in Chinese, 5 Nov 2026 in English; without the machine's locale, so that papers never differ."""
    if language.startswith("zh"):
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
