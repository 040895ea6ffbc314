"""When a car is to be serviced, and what says that a fleet may buy again: arithmetic without a database."""

from datetime import date

import pytest

from dealer.care import maintenance
from dealer.care.maintenance import Interval, Reading
from dealer.customers import repurchase
from dealer.customers.repurchase import Fleet, Limits
from dealer.records.customers import Customer


@pytest.mark.parametrize(
    ("latest", "day"),
    [
        (None, date(2027, 5, 28)),
        (Reading(date(2026, 12, 28), 3_012), date(2027, 1, 17)),  # 100 km a day, 2,000 left
        (Reading(date(2026, 12, 28), 6_000), date(2026, 12, 28)),  # past it already
        (Reading(date(2026, 12, 28), 42), date(2027, 5, 28)),  # hardly driven: by date
        (Reading(date(2026, 11, 28), 12), date(2027, 5, 28)),  # read on the day itself
    ],
)
def test_a_service_is_due_by_date_or_by_mileage_whichever_comes_first(latest: Reading | None, day: date) -> None:
    assert maintenance.due_on(Reading(date(2026, 11, 28), 12), latest, Interval(6, 5_000)) == day


def test_a_model_without_an_interval_of_its_own_has_that_of_every_model() -> None:
    rows = [{"model": "", "months": 6, "km": 5_000}, {"model": "E3", "months": 12, "km": 20_000}]
    found = [maintenance.interval_of(rows, models) for models in (["X5"], ["E3"], ["E3", "X5"], [])]
    assert found == [Interval(6, 5_000), Interval(12, 20_000), Interval(6, 5_000), Interval(6, 5_000)]


@pytest.mark.parametrize(
    ("cars", "oldest", "newest", "furthest", "told"),
    [
        (3, date(2022, 11, 28), date(2022, 11, 28), 0, ["age"]),
        (3, date(2022, 11, 29), date(2022, 11, 29), 100_000, ["mileage"]),
        (10, date(2025, 1, 1), date(2025, 11, 28), 0, ["size"]),
        (9, date(2025, 1, 1), date(2025, 11, 28), 99_999, []),
        (10, date(2022, 1, 1), date(2025, 11, 29), 100_000, ["age", "mileage"]),
    ],
)
def test_age_mileage_and_size_of_a_fleet_are_signals(
    cars: int, oldest: date, newest: date, furthest: int, told: list[str]
) -> None:
    fleet = Fleet(Customer(), cars, oldest, newest, furthest)
    assert repurchase.signals(fleet, Limits(48, 100_000, 10, 12), date(2026, 11, 28)) == told
