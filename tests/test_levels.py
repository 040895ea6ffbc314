"""The table of levels: which row counts for whom, the working day it leads to, and from when a contact is overdue."""

from datetime import date

import pytest

from dealer.engine.calendar import ShopCalendar
from dealer.prospects.levels import LevelRow, is_late, last_working_day
from dealer.records.customers import CustomerClass
from dealer.records.prospects import Level
from tests.conftest import at

KUNMING = ShopCalendar()
RENTAL, POLICE = CustomerClass.RENTAL, CustomerClass.POLICE


@pytest.mark.parametrize(
    "contact, gap, due",
    [
        ("2026-11-10", 7, "2026-11-17"),
        ("2026-11-10", 5, "2026-11-13"),  # the 15th is a Sunday: on the Friday within the gap
        ("2026-11-13", 1, "2026-11-16"),  # on Friday for the next day: nothing is worked within, so on Monday
        ("2026-11-13", 2, "2026-11-16"),
        ("2026-02-13", 7, "2026-02-14"),  # before the Spring Festival a Saturday is worked in exchange
        ("2026-09-30", 2, "2026-10-08"),  # the National Day holiday fills the gap
        ("2026-09-30", 15, "2026-10-15"),
    ],
)
def test_the_next_contact_is_on_the_last_working_day_of_the_gap(contact: str, gap: int, due: str) -> None:
    assert last_working_day(KUNMING, date.fromisoformat(contact), gap) == date.fromisoformat(due)


@pytest.mark.parametrize(
    "brand, customer_class, counts",
    [
        ("云岭", RENTAL, "both"),
        ("远行", RENTAL, "class"),
        ("云岭", POLICE, "brand"),
        ("云岭", None, "brand"),
        ("远行", None, "everybody"),
        ("", None, "everybody"),
    ],
)
def test_the_row_that_describes_a_prospect_most_closely_counts(
    brand: str, customer_class: CustomerClass | None, counts: str
) -> None:
    table = {
        "everybody": LevelRow(Level.B, 30, 7),
        "brand": LevelRow(Level.B, 30, 6, brand="云岭"),
        "class": LevelRow(Level.B, 60, 14, customer_class=RENTAL),
        "both": LevelRow(Level.B, 60, 13, brand="云岭", customer_class=RENTAL),
    }
    fitting = [row for row in table.values() if row.speaks_of(brand, customer_class)]
    assert max(fitting, key=lambda row: row.closeness) is table[counts]


@pytest.mark.parametrize(
    "due, now, late",
    [
        ("2026-11-10 09:30", "2026-11-10 09:00", False),
        ("2026-11-10 09:30", "2026-11-10 11:30", False),  # planned for the morning's hours: in time until they end
        ("2026-11-10 09:30", "2026-11-10 11:31", True),
        ("2026-11-09 09:30", "2026-11-10 09:00", True),
        ("2026-11-10 15:00", "2026-11-10 15:01", True),  # an hour that its owner chose
    ],
)
def test_a_contact_is_late_when_its_hours_are_over(due: str, now: str, late: bool) -> None:
    assert is_late(at(due), at(now), KUNMING, ("09:30", "11:30")) is late


def test_where_nothing_is_due_nothing_is_late() -> None:
    assert not is_late(None, at("2026-11-10 12:00"), KUNMING, ("09:30", "11:30"))
