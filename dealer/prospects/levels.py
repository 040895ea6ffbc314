"""How soon a prospect is contacted again: the shop's table of levels, which row of it counts, and the day it leads to.

A row may speak of one brand, of one class of customers, or of both; the rows that name neither hold for everybody else.
The table is a house rule with a date (policies.py), for no two shops agree on the days.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from dealer.engine.calendar import ShopCalendar
from dealer.engine.database import calendar_of
from dealer.house.policies import policy
from dealer.records.customers import CustomerClass
from dealer.records.prospects import Level, Prospect
from dealer.records.vehicles import Model


@dataclass(frozen=True)
class LevelRow:
    """One row of the table. An empty brand or class means every one."""

    level: Level
    deal_within: int  # days until the purchase is expected
    gap: int  # days from one contact to the next, at most
    brand: str = ""
    customer_class: CustomerClass | None = None

    def speaks_of(self, brand: str, customer_class: CustomerClass | None) -> bool:
        """Whether it holds for a prospect who wants this brand and is of this class."""
        return self.brand in ("", brand) and self.customer_class in (None, customer_class)

    @property
    def closeness(self) -> tuple[bool, bool]:
        """How closely it describes a prospect. The class goes before the brand: it is the buyer's own procedure that
        takes the time, whatever they buy."""
        return self.customer_class is not None, self.brand != ""


def rows_of(value: list[dict[str, Any]]) -> list[LevelRow]:
    """The table as the house rule keeps it."""
    return [
        LevelRow(
            level=Level(row["level"]),
            deal_within=row["deal_within"],
            gap=row["gap"],
            brand=row["brand"],
            customer_class=CustomerClass(row["customer_class"]) if row["customer_class"] else None,
        )
        for row in value
    ]


def row_for(db: Session, card: Prospect, level: Level, day: date) -> LevelRow:
    """The row that counts for a card at a level on a day: of those that speak of it, the closest."""
    model = db.get(Model, card.model_id) if card.model_id else None
    table = rows_of(policy(db, card.store_id, "levels", day))
    fitting = [
        row for row in table if row.level is level and row.speaks_of(model.brand if model else "", card.customer_class)
    ]
    return max(fitting, key=lambda row: row.closeness)


# ── the next contact ──────────────────────────────────────────────────────────────────────────────────────────────


def next_contact(db: Session, card: Prospect, level: Level, contact: datetime, day: date) -> datetime:
    """When a prospect of a level is contacted after a contact, by the table of a day: at the shop's hour."""
    calendar = calendar_of(db)
    chosen = last_working_day(calendar, calendar.today(contact), row_for(db, card, level, day).gap)
    return calendar.at(chosen, slot(db, card.store_id, day)[0])


def last_working_day(calendar: ShopCalendar, contact: date, gap: int) -> date:
    """The last working day within the gap, since the gap is a most; over a holiday that fills it, the first after."""
    chosen = calendar.working_day_before(contact + timedelta(days=gap), 0)
    return chosen if chosen > contact else calendar.next_working_day(contact + timedelta(days=gap))


def next_try(db: Session, card: Prospect, day: date) -> datetime:
    """When somebody who did not answer on a day is called again: on the next working day, at the shop's hour."""
    calendar = calendar_of(db)
    return calendar.at(calendar.add_working_days(day, 1), slot(db, card.store_id, day)[0])


def latest_day(db: Session, card: Prospect, level: Level, contact: datetime, day: date) -> date:
    """The last day that the owner may choose: the gap to its end, though it be a Sunday. What is overdue is made good
    by the next working day."""
    calendar = calendar_of(db)
    counted = calendar.today(contact) + timedelta(days=row_for(db, card, level, day).gap)
    planned = calendar.today(next_contact(db, card, level, contact, day))
    return max(counted, planned, calendar.add_working_days(day, 1))


def slot(db: Session, store_id: UUID, day: date) -> tuple[str, str]:
    """From when until when prospects are contacted, unless their owner chooses another hour."""
    start, end = (str(policy(db, store_id, name, day)) for name in ("follow_up_from", "follow_up_until"))
    return start, end


def is_late(due: datetime | None, at: datetime, calendar: ShopCalendar, hours: tuple[str, str]) -> bool:
    """Whether a contact is overdue: what is planned for the shop's hours has until they end."""
    if due is None or due >= at:
        return False
    start, end = (calendar.at(calendar.today(due), clock) for clock in hours)
    return at > end if start <= due <= end else True
