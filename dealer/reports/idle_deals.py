"""Idle deals 停滞商机: which open deals stand in their phase for longer than the house rule allows, and for how long.

Deals stand so now, whatever the period; the period says which of them came to it in these days.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, literal, select
from sqlalchemy.orm import contains_eager

from dealer import people
from dealer.deals import idle
from dealer.deals.deal_lists import BOARD
from dealer.engine.columns import MomentType
from dealer.engine.database import DaysBetween, calendar_of
from dealer.engine.words import Word, Yuan
from dealer.records.customers import Customer, CustomerClass
from dealer.records.deals import Deal, DealState
from dealer.reports.looking import Look
from dealer.reports.progress import AMOUNT, NEXT_STEP
from dealer.reports.shape import DAYS, YUAN, Figure, Rate, Report, Source
from dealer.reports.ways import PERSON, words_way


def _open(look: Look) -> Select[Any]:
    """Every deal in a phase that has a limit; what was put to rest has none."""
    query = people.scoped(select(Deal), Deal, look.who).join(Customer, Customer.id == Deal.customer_id)
    return query.where(Deal.state.in_(BOARD), look.sees(Deal.owner_id))


def _stands_still(look: Look) -> ColumnElement[bool]:
    return look.stands_still


def _came_to_it(look: Look) -> ColumnElement[bool]:
    """The days of its phase ran out within the period."""
    came = idle.deals_came_to_stand(look.db, look.who.store_id, look.at, look.start, look.end)
    return look.stands_still & came


def _unplanned(look: Look) -> ColumnElement[bool]:
    return look.stands_still & NEXT_STEP.is_(None)


def _days(look: Look) -> ColumnElement[int]:
    return DaysBetween(Deal.since, literal(look.at, MomentType()))


def _more(look: Look) -> tuple[ColumnElement[Any], ...]:
    most = idle.limits(look.db, look.who.store_id, calendar_of(look.db).today(look.at))
    allowed = case({state: literal(most[state.value]) for state in BOARD}, value=Deal.state)
    return _days(look), allowed, NEXT_STEP, AMOUNT


def _told(deal: Deal, days: int, allowed: int, step: str | None, amount: int) -> tuple[Any, ...]:
    following = Word("Deadline", step) if step else None
    return deal.customer.name, deal.title, deal.state, days, allowed, following, Yuan(amount)


DEALS = Source(
    _open, Deal.number, Deal.owner_id,
    {"phase": Deal.state, "person": Deal.owner_id, "class": Customer.customer_class},
    ("Customer", "What it is about", "Phase", "Days standing still", "Days allowed", "Next step", "Amount (yuan)"),
    _told, thing=lambda deal, *more: deal, more=_more, beside=(contains_eager(Deal.customer),),
)  # fmt: skip

IDLE = Report(
    "idle",
    "Idle deals",
    "Which open deals stand still, in which phase, with whom, for how long, and how much is at stake.",
    duty="see sales reports",
    figures={
        "open": Figure("Open deals", "deals in a phase now, whenever they came; none at rest", DEALS),
        "idle": Figure(
            "Idle", "of these: longer in their phase now than the house rule allows", DEALS, _stands_still, alarm=True
        ),
        "fresh": Figure(
            "Idle since these days", "of those idle: the days that the rule allows ran out in these days", DEALS,
            _came_to_it,
        ),
        "unplanned": Figure(
            "Idle without a next step", "of those idle: nothing is due about the deal", DEALS, _unplanned, alarm=True
        ),
        "days": Figure(
            "Median days idle", "the middle one of the days that those idle have stood in their phase", DEALS,
            _stands_still, _days, unit=DAYS, middle=True,
        ),
        "yuan": Figure(
            "Idle amount (yuan)", "of those idle: total of the contract in force, else of the latest offer that stands",
            DEALS, _stands_still, AMOUNT, unit=YUAN,
        ),
    },
    rates={"share": Rate("Share idle", "idle ÷ open deals", "idle", ("open",))},
    ways={
        "phase": words_way("By phase", DealState),
        "person": PERSON,
        "class": words_way("By customer class", CustomerClass),
    },
    top=("open", "idle", "fresh", "unplanned", "days", "yuan"),
    charts=(("idle",),),
)  # fmt: skip
