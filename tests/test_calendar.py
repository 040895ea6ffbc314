"""The shop's calendar: days, their ends, working days, months."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dealer.engine.calendar import ShopCalendar, add_months, period_ends, probation_ends, show

SHOP = ShopCalendar()
DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# ── moments and days ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "moment, day",
    [
        ("2026-11-05 15:59:59", date(2026, 11, 5)),
        ("2026-11-05 16:00", date(2026, 11, 6)),  # midnight in Kunming
        ("2025-12-31 16:00", date(2026, 1, 1)),
    ],
)
def test_today_is_the_day_on_the_shops_wall(moment, day):
    assert SHOP.today(utc(moment)) == day


def test_a_day_runs_from_midnight_to_midnight():
    day = date(2026, 11, 5)
    assert SHOP.start_of(day) == utc("2026-11-04 16:00")
    assert SHOP.end_of(day) == utc("2026-11-05 16:00") == SHOP.start_of(date(2026, 11, 6))
    assert SHOP.today(SHOP.start_of(day)) == day
    assert SHOP.today(SHOP.end_of(day) - timedelta(microseconds=1)) == day


def test_an_appointment_is_a_moment_of_the_shops_clock():
    assert SHOP.at(date(2026, 11, 14), "09:30") == utc("2026-11-14 01:30")
    assert SHOP.at(date(2026, 11, 14), "09:30").isoformat() == "2026-11-14T09:30:00+08:00"
    with pytest.raises(ValueError, match="isoformat"):
        SHOP.at(date(2026, 11, 14), "half past nine")


def test_where_clocks_change_a_day_may_have_23_hours():
    berlin = ShopCalendar(zone="Europe/Berlin")
    day = date(2026, 3, 29)
    assert berlin.end_of(day).astimezone(UTC) - berlin.start_of(day).astimezone(UTC) == timedelta(hours=23)


@pytest.mark.parametrize("ask", [SHOP.today, SHOP.last_day, lambda at: SHOP.within_days(at, 3)])
def test_a_moment_without_a_zone_is_no_moment(ask):
    with pytest.raises(ValueError, match="zone"):
        ask(datetime(2026, 11, 5, 10, 0))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    "event, days, last_day",
    [
        ("2026-11-28 15:20", 3, date(2026, 12, 1)),  # the callback after a hand-over
        ("2026-11-28 00:00", 3, date(2026, 12, 1)),
        ("2026-11-28 23:59", 3, date(2026, 12, 1)),
        ("2026-12-30 10:00", 3, date(2027, 1, 2)),
        ("2026-11-28 15:20", 0, date(2026, 11, 28)),
    ],
)
def test_within_three_days_is_until_midnight_of_the_third(event, days, last_day):
    moment = SHOP.at(date.fromisoformat(event[:10]), event[11:])
    limit = SHOP.within_days(moment, days)
    assert limit == SHOP.end_of(last_day)
    assert SHOP.last_day(limit) == last_day, "people read the day, not midnight of the next"


def test_a_limit_in_the_middle_of_a_day_belongs_to_that_day():
    assert SHOP.last_day(SHOP.at(date(2026, 11, 28), "16:20")) == date(2026, 11, 28)
    assert SHOP.last_day(utc("2026-11-28 16:00")) == date(2026, 11, 28)


# ── working days ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "day, worked",
    [
        (date(2026, 11, 5), True),
        (date(2026, 11, 7), False),  # Saturday
        (date(2026, 11, 8), False),
        (date(2026, 10, 1), False),  # National Day
        (date(2026, 10, 7), False),  # swapped for 10 October
        (date(2026, 10, 8), True),
        (date(2026, 9, 20), True),  # Sundays and Saturdays worked in exchange
        (date(2026, 10, 10), True),
        (date(2026, 2, 14), True),
        (date(2026, 2, 28), True),
        (date(2026, 1, 4), True),
        (date(2026, 2, 23), False),
        (date(2025, 9, 28), True),
        (date(2006, 12, 30), True),  # worked for a holiday of the next year
        (date(2026, 3, 8), False),  # half days off for some are working days, Sundays are not
        (date(2027, 5, 4), False),  # statutory: 1 and 2 May fall on a weekend
    ],
)
def test_working_days_follow_the_yearly_notice(day, worked):
    assert SHOP.is_working_day(day) is worked


def test_a_year_is_announced_by_its_notice_or_by_the_shop():
    assert [year for year in range(2024, 2029) if SHOP.is_announced(year)][:3] == [2024, 2025, 2026]
    assert not SHOP.is_announced(2100)
    assert ShopCalendar(entered_years={2100}).is_announced(2100)


def test_the_shop_knows_better_than_the_calendar():
    shop = ShopCalendar(overrides={date(2100, 2, 6): True, date(2026, 11, 5): False})
    assert shop.is_working_day(date(2100, 2, 6)), "a Saturday the shop works"
    assert not shop.is_working_day(date(2026, 11, 5)), "a Thursday it is closed"
    assert shop.add_working_days(date(2026, 11, 4), 1) == date(2026, 11, 6)


@pytest.mark.parametrize(
    "day, days, due",
    [
        (date(2026, 11, 5), 1, date(2026, 11, 6)),
        (date(2026, 11, 6), 1, date(2026, 11, 9)),  # over a weekend
        (date(2026, 11, 12), 7, date(2026, 11, 23)),  # a government contract is filed in 7 working days
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # over National Day
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # 10 October is worked
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 11, 7), 1, date(2026, 11, 9)),  # from a Saturday
        (date(2026, 11, 5), 0, date(2026, 11, 5)),
        (date(2026, 11, 7), 0, date(2026, 11, 9)),
        (date(2026, 10, 1), 0, date(2026, 10, 8)),
    ],
)
def test_working_days_are_counted_from_the_day_after(day, days, due):
    assert SHOP.add_working_days(day, days) == due


def test_working_days_are_not_counted_backwards():
    with pytest.raises(ValueError, match="working days"):
        SHOP.add_working_days(date(2026, 11, 5), -1)


@pytest.mark.parametrize(
    "start, end, days",
    [
        (date(2026, 11, 5), date(2026, 11, 5), 0),
        (date(2026, 11, 6), date(2026, 11, 9), 1),
        (date(2026, 11, 6), date(2026, 11, 8), 0),
        (date(2026, 9, 30), date(2026, 10, 10), 3),
        (date(2026, 11, 9), date(2026, 11, 6), -1),
    ],
)
def test_working_days_between_two_days(start, end, days):
    assert SHOP.working_days_between(start, end) == days


@settings(deadline=None)  # the first call loads the holidays
@given(DAYS, st.integers(1, 60))
def test_adding_and_counting_working_days_agree(day, days):
    due = SHOP.add_working_days(day, days)
    assert SHOP.is_working_day(due)
    assert SHOP.working_days_between(day, due) == days


@settings(deadline=None)  # the first call loads the holidays
@given(DAYS)
def test_the_next_working_day_skips_holidays_only(day):
    following = SHOP.next_working_day(day)
    assert SHOP.is_working_day(following)
    assert not any(SHOP.is_working_day(day + timedelta(n)) for n in range((following - day).days))


# ── months ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "day, months, later",
    [
        (date(2026, 3, 1), 12, date(2027, 3, 1)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(day, months, later):
    assert add_months(day, months) == later


@pytest.mark.parametrize(
    "first_issue, last_day",
    [
        (date(2026, 3, 1), date(2027, 2, 28)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2027, 3, 1), date(2028, 2, 29)),
        (date(2026, 11, 5), date(2027, 11, 4)),
        (date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_probation_lasts_twelve_months_with_its_first_day(first_issue, last_day):
    assert probation_ends(first_issue) == last_day


@pytest.mark.parametrize(
    "first_day, months, last_day",
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 1, 1), 1, date(2026, 1, 31)),
        (date(2026, 2, 28), 1, date(2026, 3, 27)),
    ],
)
def test_a_period_of_months_ends_the_day_before_its_first_day_comes_again(first_day, months, last_day):
    assert period_ends(first_day, months) == last_day


@pytest.mark.parametrize(
    "language, shown", [("zh", "2026年11月5日"), ("zh_Hans_CN", "2026年11月5日"), ("en", "5 Nov 2026")]
)
def test_a_day_is_shown_in_the_readers_language(language, shown):
    assert show(date(2026, 11, 5), language) == shown
