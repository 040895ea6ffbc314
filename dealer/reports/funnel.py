"""The funnel 销售漏斗: how many deals entered each phase, what became of them there, how long it took, where they wait.

A stay is the time from a row of the history that brought a deal into a phase to the next that took it out: what
happened is counted, not where the deal stands now. A deal that came back stays once more.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, column, func, literal, or_, select
from sqlalchemy.orm import contains_eager

from dealer import people
from dealer.deals.deal_lists import BOARD
from dealer.engine.columns import MomentType, SequenceType, WordType
from dealer.engine.database import DaysBetween
from dealer.engine.history import MOVED, History
from dealer.records.customers import Customer, CustomerClass
from dealer.records.deals import Deal, DealState
from dealer.reports.looking import Look
from dealer.reports.shape import DAYS, Figure, Rate, Report, Source
from dealer.reports.ways import PERSON, words_way

S = DealState
PHASES = (*BOARD, S.ON_HOLD)
ONWARD = dict(zip(BOARD, (*BOARD[1:], S.CLOSED), strict=True))
BACK = {S.CONTRACT_REVIEW: (S.QUOTATION,), S.TEST_DRIVE: (S.QUOTATION, S.CONTRACT_REVIEW)}

# ── stays ─────────────────────────────────────────────────────────────────────────────────────────────────────────

PHASE, WENT_TO = column("phase", WordType(DealState)), column("went_to", WordType(DealState))
ENTERED, LEFT, SEQ = column("entered_at", MomentType()), column("left_at", MomentType()), column("seq", SequenceType())


def _stays(look: Look) -> Select[Any]:
    """The deals of a period, once for each stay that began in it."""
    # An expression, not the column: SQLite would walk the whole history in the order of an index of it.
    deal = func.coalesce(History.thing_id, History.thing_id)
    moves = (
        select(
            History.seq, History.thing_id, History.at.label("entered_at"), History.now.label("phase"),
            func.lead(History.at).over(partition_by=deal, order_by=History.seq).label("left_at"),
            func.lead(History.now).over(partition_by=deal, order_by=History.seq).label("went_to"),
        )
        .where(MOVED, History.store_id == look.who.store_id, History.at >= look.start)
        .subquery()
    )  # fmt: skip
    query = select(Deal).join(moves, moves.c.thing_id == Deal.id)
    here = people.scoped(query, Deal, look.who).where(PHASE.in_(PHASES), look.end > ENTERED, look.sees(Deal.owner_id))
    return here.join(Customer, Customer.id == Deal.customer_id)


def _told(deal: Deal, phase: S, entered: datetime, left: datetime | None, went_to: S | None) -> tuple[Any, ...]:
    return deal.customer.name, phase, entered, left, went_to


def _pairs(pairs: dict[S, tuple[S, ...]]) -> ColumnElement[bool]:
    return or_(*(PHASE.in_((phase,)) & WENT_TO.in_(after) for phase, after in pairs.items()))


IN_ALL = {"phase": PHASE, "person": Deal.owner_id, "class": Customer.customer_class}
STAYS = Source(
    _stays, SEQ, Deal.owner_id, IN_ALL, ("Customer", "Phase", "Since", "Until", "Then"), _told,
    thing=lambda deal, *more: deal, more=(PHASE, ENTERED, LEFT, WENT_TO), beside=(contains_eager(Deal.customer),),
)  # fmt: skip
TOOK = DaysBetween(ENTERED, LEFT)

# ── where deals wait now ──────────────────────────────────────────────────────────────────────────────────────────


def _waiting(look: Look) -> Select[Any]:
    """Every deal that is open now, whatever the period."""
    query = people.scoped(select(Deal), Deal, look.who).join(Customer, Customer.id == Deal.customer_id)
    return query.where(Deal.state.in_(PHASES), look.sees(Deal.owner_id))


def _waited(look: Look) -> ColumnElement[int]:
    return DaysBetween(Deal.since, literal(look.at, MomentType()))


WAITING = Source(
    _waiting, Deal.number, Deal.owner_id,
    {"phase": Deal.state, "person": Deal.owner_id, "class": Customer.customer_class},
    ("Customer", "Phase", "Since"), lambda deal: (deal.customer.name, deal.state, deal.since),
    beside=(contains_eager(Deal.customer),),
)  # fmt: skip

# ── the report ────────────────────────────────────────────────────────────────────────────────────────────────────

FUNNEL = Report(
    "funnel",
    "Funnel",
    "How many deals entered each phase, went on or were lost, how long it took, and where they wait.",
    duty="see sales reports",
    figures={
        "entered": Figure("Entered", "times a deal came into the phase in these days", STAYS),
        "on": Figure(
            "Went on", "of those entered: then came into the next phase, from rest into any", STAYS,
            _pairs({phase: (after,) for phase, after in ONWARD.items()} | {S.ON_HOLD: BOARD}),
        ),
        "back": Figure("Went back", "of those entered: then came into an earlier phase", STAYS, _pairs(BACK)),
        "held": Figure("Put to rest", "of those entered: then put on hold", STAYS, WENT_TO == S.ON_HOLD),
        "lost": Figure("Lost here", "of those entered: then given up", STAYS, WENT_TO == S.LOST),
        "cancelled": Figure("Cancelled here", "of those entered: then cancelled", STAYS, WENT_TO == S.CANCELLED),
        "still": Figure("Still there", "of those entered: not gone from there yet", STAYS, LEFT.is_(None)),
        "left": Figure("Left", "of those entered: gone from there", STAYS, LEFT.is_not(None), shown=False),
        "days": Figure("Days", "whole days of those that left", STAYS, LEFT.is_not(None), TOOK, shown=False),
        "median": Figure(
            "Median days", "the middle one of the days that those stayed that left again", STAYS, LEFT.is_not(None),
            TOOK, unit=DAYS, middle=True,
        ),
        "waiting": Figure("Waiting now", "deals that stand there now, whenever they came", WAITING),
        "too_long": Figure(
            "Too long", "waiting for longer than the house rule of the phase allows", WAITING,
            lambda look: look.stands_still,
        ),
        "waited": Figure(
            "Median wait", "the middle one of the days since when those stand there that wait now", WAITING,
            sums=_waited, unit=DAYS, middle=True,
        ),
    },
    rates={
        "went_on": Rate("Share that went on", "went on ÷ entered", "on", ("entered",)),
        "mean": Rate("Mean days", "days of those that left ÷ how many they are", "days", ("left",), DAYS),
    },
    ways={
        "phase": words_way("By phase", DealState),
        "person": PERSON,
        "class": words_way("By customer class", CustomerClass),
    },
    top=("entered", "on", "lost", "mean", "waiting", "too_long"),
    charts=(("on", "back", "held", "lost", "cancelled", "still"),),
)  # fmt: skip
