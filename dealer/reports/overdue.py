"""Overdue promises 逾期承诺: batches of cars and corrective actions whose day has passed, and those who wait for them.

Whatever was promised for a day of the period stands here, kept or not; what is overdue is so now.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased, contains_eager

from dealer import people
from dealer.engine.database import calendar_of
from dealer.records.care import CorrectiveAction, MonthlyReview
from dealer.records.customers import Customer, CustomerClass
from dealer.records.deals import GIVEN_UP, Deal
from dealer.records.deliveries import Batch, BatchState
from dealer.reports.looking import Look
from dealer.reports.shape import Figure, Rate, Report, Source
from dealer.reports.ways import MONTH, PERSON, by_month_of, words_way

ACCEPTED = (BatchState.ACCEPTED, BatchState.CLOSED)


def _today(look: Look) -> date:
    return calendar_of(look.db).today(look.at)


# ── batches ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _batches(look: Look) -> Select[Any]:
    """Batches that are due in these days; those of deals that were given up are awaited by nobody."""
    query = people.scoped(select(Batch), Batch, look.who).join(Deal, Deal.id == Batch.deal_id)
    awaited = (Batch.quantity > 0, Deal.state.not_in(GIVEN_UP))
    here = query.join(Customer, Customer.id == Deal.customer_id).where(look.on_days(Batch.due_on), *awaited)
    return here.where(look.sees(Deal.owner_id))


DELIVERED = Batch.state.in_(ACCEPTED)


def _is_late(look: Look) -> ColumnElement[bool]:
    return ~DELIVERED & (Batch.due_on < _today(look))


def _second_day_is_past(look: Look) -> ColumnElement[bool]:
    return ~DELIVERED & (Batch.promised_on < _today(look))


def _told_batch(batch: Batch) -> tuple[Any, ...]:
    return batch.deal.customer.name, batch.due_on, batch.promised_on, batch.quantity, batch.state


BATCHES = Source(
    _batches, Batch.number, Deal.owner_id,
    {"person": Deal.owner_id, "class": Customer.customer_class, "month": by_month_of(Batch.due_on)},
    ("Customer", "Due on", "Promised instead", "Cars", "State"), _told_batch,
    beside=(contains_eager(Batch.deal).contains_eager(Deal.customer),),
)  # fmt: skip

# ── corrective actions ────────────────────────────────────────────────────────────────────────────────────────────

_EARLIER = aliased(CorrectiveAction)
_PLACE = (
    select(func.count()).where(_EARLIER.store_id == CorrectiveAction.store_id, _EARLIER.id <= CorrectiveAction.id)
    .correlate(CorrectiveAction).scalar_subquery()
)  # fmt: skip


def _actions(look: Look) -> Select[Any]:
    """What is done about an answer, due in these days."""
    query = people.scoped(select(CorrectiveAction), CorrectiveAction, look.who)
    query = query.join(MonthlyReview, MonthlyReview.id == CorrectiveAction.review_id)
    here = query.join(Customer, Customer.id == MonthlyReview.customer_id).where(look.on_days(CorrectiveAction.due_on))
    return here.where(look.sees(CorrectiveAction.owner_id))


NOT_DONE = CorrectiveAction.done_at.is_(None)


def _told_action(action: CorrectiveAction, review: MonthlyReview) -> tuple[Any, ...]:
    return review.customer.name, action.what[:60], action.due_on, action.done_at


ACTIONS = Source(
    _actions, _PLACE, CorrectiveAction.owner_id,
    {
        "person": CorrectiveAction.owner_id, "class": Customer.customer_class,
        "month": by_month_of(CorrectiveAction.due_on),
    },
    ("Customer", "Corrective action", "Due on", "Done"), _told_action, thing=lambda action, review: review,
    more=(MonthlyReview,), beside=(contains_eager(MonthlyReview.customer),),
)  # fmt: skip

# ── the report ────────────────────────────────────────────────────────────────────────────────────────────────────

OVERDUE = Report(
    "overdue",
    "Overdue promises",
    "Which deliveries and corrective actions were promised for these days, and which of them are overdue.",
    duty="see sales reports",
    figures={
        "batches": Figure("Batches due", "delivery batches due in these days", BATCHES),
        "delivered": Figure("Delivered", "of these: every car is handed over", BATCHES, DELIVERED),
        "late": Figure("Batches overdue", "of these: the day is past, cars are missing", BATCHES, _is_late, alarm=True),
        "waiting_cars": Figure(
            "Cars of overdue batches", "cars of the batches that are overdue", BATCHES, _is_late, Batch.quantity
        ),
        "broken": Figure(
            "Second promise broken", "of these: the day told instead is past as well", BATCHES, _second_day_is_past,
            alarm=True,
        ),
        "actions": Figure("Actions due", "corrective actions due in these days", ACTIONS),
        "done": Figure("Actions done", "of these: done, in time or later", ACTIONS, ~NOT_DONE),
        "slipped": Figure(
            "Actions overdue", "of these: the day is past, not done", ACTIONS,
            lambda look: NOT_DONE & (CorrectiveAction.due_on < _today(look)), alarm=True,
        ),
    },
    rates={
        "kept": Rate("Deliveries done", "delivered ÷ batches due", "delivered", ("batches",)),
        "acted": Rate("Actions completed", "actions done ÷ actions due", "done", ("actions",)),
    },
    ways={"person": PERSON, "class": words_way("By customer class", CustomerClass), "month": MONTH},
    top=("batches", "late", "waiting_cars", "broken", "actions", "slipped"),
    charts=(("delivered", "late"),),
)  # fmt: skip
