"""Interest on what a customer pays after the cars have left: days of credit × amount × the rate of the house.

The shop finances a car from the day on which it leaves until its payment is due. Both days come from the contract: the
delivery plan and the payment plan. What is due before the cars leave costs nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from dealer.engine.amounts import half_up
from dealer.engine.calendar import ShopCalendar
from dealer.engine.database import calendar_of
from dealer.house.policies import policy
from dealer.records.contracts import Contract, Instalment, PaymentEvent

DAYS_OF_A_YEAR = 365


@dataclass(frozen=True)
class Lent:
    """What the customer owes from the day cars leave until it is due; interest is the product, in whole fen."""

    amount: int
    since: date
    until: date
    permille: int  # a year

    @property
    def days(self) -> int:
        """How long, in calendar days."""
        return (self.until - self.since).days

    @property
    def interest(self) -> int:
        """Amount × days × rate ÷ 365."""
        return half_up(self.amount * self.days * self.permille, 1000 * DAYS_OF_A_YEAR)


def lent(db: Session, text: Contract) -> list[Lent]:
    """Every part of the price that is paid after its cars, by the plans of a text; nothing while it has no plans."""
    calendar = calendar_of(db)
    signed = text.effective_on or calendar.today(text.begun_at)
    rate: int = policy(db, text.store_id, "credit_rate_permille", signed)
    found = (
        Lent(part, left_on, _due(text, row, calendar), rate)
        for row in text.payments
        for left_on, part in _parts(text, row)
        if row.event in (PaymentEvent.ACCEPTANCE, PaymentEvent.RETENTION_END)
    )
    return [each for each in found if each.days > 0]


def _due(text: Contract, row: Instalment, calendar: ShopCalendar) -> date:
    """The day of a retention; else so many working days after the last of its cars."""
    if row.day is not None:
        return row.day
    last = max(day for day, _ in _leaving(text, row.batch))
    return calendar.add_working_days(last, row.days) if row.days else last


def _parts(text: Contract, row: Instalment) -> Iterator[tuple[date, int]]:
    """A payment shared out over the days on which its cars leave, by their price; the parts add up to the fen."""
    leaving = _leaving(text, row.batch)
    worth, reached, paid = sum(price for _, price in leaving), 0, 0
    for day, price in leaving:
        reached += price
        part = row.amount * reached // worth - paid
        paid += part
        yield day, part


def _leaving(text: Contract, batch: int | None) -> list[tuple[date, int]]:
    """When cars leave and what they cost: of a batch, or of all."""
    prices = {line.position: line.unit_price for line in text.lines}
    days: dict[date, int] = {}
    for place in text.plan:
        if batch in (None, place.batch):
            days[place.due_on] = days.get(place.due_on, 0) + place.quantity * prices[place.line_position]
    return sorted(days.items())
