"""What customers want 需求统计: cars of need sheets and cards of prospects, by class of customer, by model, by month.

A wish is one line of a need sheet, or one card. Every number is a sum over the wishes of one class, model and month or
of any of them, and the list behind it is these wishes.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, literal, select
from sqlalchemy.orm import Session

from dealer import people
from dealer.deals import deal_lists
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of, sum_of
from dealer.people import Actor
from dealer.prospects import card_lists
from dealer.records.customers import Customer, CustomerClass
from dealer.records.deals import Deal, Need, NeedLine
from dealer.records.prospects import Prospect
from dealer.records.vehicles import Model

MONTHS = 6
ANY = "any"
UNKNOWN = "none"


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


@dataclass(frozen=True)
class Sums:
    """How many cars, or cards, were wanted: by class, model and month, each also of any."""

    of: Counter[tuple[str, str, date | None]]

    def cars(self, customer_class: str = ANY, model: str = ANY, month: date | None = None) -> int:
        """Of a class or a model by its code or id, of any of them, or of those that name none."""
        return self.of[customer_class, model, month]

    def classes(self) -> list[str]:
        """The classes that occur, in the order of the list; those without one last."""
        there = {customer_class for customer_class, _, _ in self.of}
        return [each for each in (*(known.value for known in CustomerClass), UNKNOWN) if each in there]

    def models(self) -> list[str]:
        """The models that occur, the most wanted first; undecided customers last."""
        there = {model for _, model, _ in self.of} - {ANY, UNKNOWN}
        ranked = sorted(there, key=lambda model: (-self.cars(model=model), model))
        return ranked + ([UNKNOWN] if any(model == UNKNOWN for _, model, _ in self.of) else [])


def sums(db: Session, who: Actor, of: Wanting, months: list[date]) -> Sums:
    """What was wanted in some months, of deals or cards that this person sees."""
    calendar = calendar_of(db)
    record, of_wish = (Deal, _OF_LINES) if of is Wanting.SHEETS else (Prospect, _OF_CARDS)
    newest_first = [(record.begun_at >= calendar.start_of(month), at) for at, month in reversed([*enumerate(months)])]
    month = case(*newest_first).label("month")
    rows = _seen(db, who, of, months).with_only_columns(*of_wish, month, _AMOUNT[of])
    found = Counter[tuple[str, str, date | None]]()
    for customer_class, model, at, amount in db.execute(rows.group_by(*of_wish, "month")):
        classes = (ANY, customer_class.value if customer_class else UNKNOWN)
        for key in product(classes, (ANY, str(model) if model else UNKNOWN), (None, months[at])):
            found[key] += amount
    return Sums(found)


_OF_LINES = (Customer.customer_class, NeedLine.model_id)
_OF_CARDS = (Prospect.customer_class, Prospect.model_id)
_AMOUNT = {Wanting.SHEETS: sum_of(NeedLine.quantity), Wanting.CARDS: func.count()}


def _seen(db: Session, who: Actor, of: Wanting, months: list[date]) -> Select[Any]:
    """The lines of the need sheets, or the cards, that began in some months and that this person sees."""
    calendar = calendar_of(db)
    start, end = calendar.start_of(months[0]), calendar.start_of(add_months(months[-1], 1))
    if of is Wanting.CARDS:
        return card_lists.seen_by(db, who).where(Prospect.begun_at >= start, Prospect.begun_at < end)
    return (
        deal_lists.deals_seen_by(db, who)
        .join(Need, Need.deal_id == Deal.id)
        .join(NeedLine, NeedLine.need_id == Need.id)
        .join(Customer, Customer.id == Deal.customer_id)
        .where(Deal.begun_at >= start, Deal.begun_at < end)
    )


def wishes(db: Session, who: Actor, of: Wanting, months: list[date]) -> list[Wish]:
    """The same one by one, newest first."""
    today, seen = calendar_of(db).today, _seen(db, who, of, months)
    if of is Wanting.SHEETS:
        told: tuple[Any, ...] = (Deal.number, Customer.name, *_OF_LINES, Deal.begun_at, NeedLine.quantity)
        query = seen.with_only_columns(*told).order_by(Deal.begun_at.desc(), NeedLine.position)
    else:
        told = (Prospect.number, Prospect.name, *_OF_CARDS, Prospect.begun_at, literal(1))
        query = seen.with_only_columns(*told).order_by(Prospect.begun_at.desc())
    return [
        Wish(number, name, customer_class, model_id, today(begun).replace(day=1), count)
        for number, name, customer_class, model_id, begun, count in db.execute(query)
    ]


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
