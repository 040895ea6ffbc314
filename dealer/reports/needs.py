"""What customers want 需求统计: cars of need sheets and cards of prospects, by class of customer, by model, by month.

A wish is one line of a need sheet, or one card. Every number is a sum over the wishes that one filter lets through, and
the list behind it is these wishes.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.deals import deal_lists
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of
from dealer.people import Actor
from dealer.prospects import card_lists
from dealer.records.customers import Customer, CustomerClass
from dealer.records.deals import Deal, Need, NeedLine
from dealer.records.prospects import Prospect
from dealer.records.vehicles import Model

MONTHS = 6


class Wanting(StrEnum):
    """Where a wish is written: in the need sheet of a deal, in cars, or on a card, which counts once."""

    SHEETS = "need_sheets"
    CARDS = "cards"


@dataclass(frozen=True)
class Wish:
    """Somebody wants cars of a model; the month is that in which deal or card began."""

    number: int  # of the deal or the card
    name: str
    customer_class: CustomerClass | None
    model_id: UUID | None
    month: date  # its first day
    cars: int

    @cached_property
    def class_code(self) -> str:
        """The class as an address names it; told once, for a page asks a hundred times."""
        return self.customer_class.value if self.customer_class else UNKNOWN

    @cached_property
    def model_code(self) -> str:
        """Likewise the model."""
        return str(self.model_id) if self.model_id else UNKNOWN


def months_until(last: date) -> list[date]:
    """The first days of the months that are shown, oldest first."""
    return [add_months(last.replace(day=1), -back) for back in reversed(range(MONTHS))]


def wishes(db: Session, who: Actor, of: Wanting, months: list[date]) -> list[Wish]:
    """What was wanted in some months, of deals or cards that this person sees, newest first."""
    calendar = calendar_of(db)
    start, end = calendar.start_of(months[0]), calendar.start_of(add_months(months[-1], 1))
    if of is Wanting.SHEETS:
        seen = deal_lists.deals_seen_by(db, who).options().with_only_columns(Deal.id)
        query = (
            select(
                Deal.number, Customer.name, Customer.customer_class, NeedLine.model_id, Deal.begun_at, NeedLine.quantity
            )
            .join(Need, Need.id == NeedLine.need_id)
            .join(Deal, Deal.id == Need.deal_id)
            .join(Customer, Customer.id == Deal.customer_id)
            .where(Deal.id.in_(seen), Deal.begun_at >= start, Deal.begun_at < end)
            .order_by(Deal.begun_at.desc(), NeedLine.position)
        )
        rows: list[Any] = [tuple(row) for row in db.execute(query)]
    else:
        cards = card_lists.seen_by(db, who).options().where(Prospect.begun_at >= start, Prospect.begun_at < end)
        told = (Prospect.number, Prospect.name, Prospect.customer_class, Prospect.model_id, Prospect.begun_at)
        rows = [(*row, 1) for row in db.execute(cards.with_only_columns(*told).order_by(Prospect.begun_at.desc()))]
    return [
        Wish(number, name, customer_class, model_id, calendar.today(begun).replace(day=1), count)
        for number, name, customer_class, model_id, begun, count in rows
    ]


ANY = "any"
UNKNOWN = "none"


def matching(
    all_of_them: Iterable[Wish], customer_class: str = ANY, model: str = ANY, month: date | None = None
) -> list[Wish]:
    """The wishes of one cell: a class or a model by its code or id, any of them, or those that name none."""
    return [
        each
        for each in all_of_them
        if customer_class in (ANY, each.class_code) and model in (ANY, each.model_code) and month in (None, each.month)
    ]


def models(db: Session, who: Actor) -> dict[str, str]:
    """Every model of the shop by its id, also those that are no longer sold."""
    found = db.scalars(people.scoped(select(Model), Model, who))
    return {str(each.id): f"{each.name} {each.configuration}".strip() for each in found}


def cars(found: Iterable[Wish]) -> int:
    """How many cars, or cards."""
    return sum(each.cars for each in found)


def classes_in(found: Iterable[Wish]) -> list[str]:
    """The classes that occur, in the order of the list; those without one last."""
    there = {each.customer_class for each in found}
    return [each.value for each in CustomerClass if each in there] + ([UNKNOWN] if None in there else [])


def models_in(found: list[Wish]) -> list[str]:
    """The models that occur, the most wanted first; undecided customers last."""
    wanted = Counter[str]()
    for each in found:
        wanted[each.model_code] += each.cars
    ranked = sorted(wanted.keys() - {UNKNOWN}, key=lambda model: (-wanted[model], model))
    return ranked + ([UNKNOWN] if UNKNOWN in wanted else [])
