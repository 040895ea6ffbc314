"""The forecast: cars of open deals, each weighted by what became of the deals that stood in its phase before.

Of a phase it asks: of the deals that were decided in the last days (a house rule says how many) and had stood in it,
how many were signed? The deals that are open and want their cars by the end of the period count with that share.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import joinedload

from dealer import people
from dealer.engine.amounts import half_up
from dealer.engine.database import calendar_of, sum_of
from dealer.engine.history import MOVED, History
from dealer.house.policies import policy
from dealer.records.contracts import Contract
from dealer.records.deals import Deal, DealState, LossReason, Need, NeedLine
from dealer.records.quotations import Quotation, QuotationLine, QuotationState
from dealer.reports.looking import Look

PHASES = (DealState.INQUIRY, DealState.QUOTATION, DealState.CONTRACT_REVIEW, DealState.TEST_DRIVE)
MOST_LISTED = 200
LISTS = ("open", "later", "decided", "reached")
"""What of a phase can be listed: deals that count, deals that do not, deals that were decided, those of them signed."""


@dataclass(frozen=True)
class Phase:
    """One phase: its history, and what stands in it now."""

    state: DealState
    decided: int
    reached: int
    deals: int
    cars: int
    later: int  # cars that are wanted after the period, or of which nobody has said when

    @property
    def share(self) -> int | None:
        """Signed of decided, in whole percent; None while nothing was decided."""
        return half_up(100 * self.reached, self.decided) if self.decided else None

    @property
    def weighted(self) -> int:
        """Cars × signed ÷ decided, in tenths of a car."""
        return half_up(10 * self.cars * self.reached, self.decided) if self.decided else 0


def days_back(look: Look) -> int:
    """How far back the history is asked."""
    days: int = policy(look.db, look.who.store_id, "forecast_days", calendar_of(look.db).today(look.at))
    return days


def phases(look: Look) -> list[Phase]:
    """Every phase before signing, in order; those of the whole shop's history, with the open deals that are seen."""
    history, now, later = _decided_by_phase(look), _cars_by_phase(look, "open"), _cars_by_phase(look, "later")
    return [
        Phase(state, *history.get(state, (0, 0)), len(now[state]), sum(now[state]), sum(later[state]))
        for state in PHASES
    ]


def in_all(found: Iterable[Phase]) -> int:
    """What the pipeline promises, in whole cars."""
    return half_up(sum(each.weighted for each in found), 10)


# ── history ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _signed(since: date) -> ColumnElement[bool]:
    return exists().where(Contract.deal_id == Deal.id, Contract.parent_id.is_(None), Contract.effective_on >= since)


def _decided(look: Look, which: str) -> Select[Any]:
    """Deals that were signed or lost in the last days; a duplicate was never decided."""
    first = _first_day(look)
    lost = and_(
        Deal.state == DealState.LOST, Deal.lost_at >= calendar_of(look.db).start_of(first),
        or_(Deal.loss_reason.is_(None), Deal.loss_reason != LossReason.DUPLICATE),
    )  # fmt: skip
    return people.scoped(select(Deal), Deal, look.who).where(
        _signed(first) if which == "reached" else or_(_signed(first), lost)
    )


def _first_day(look: Look) -> date:
    return calendar_of(look.db).today(look.at) - timedelta(days=days_back(look))


def _decided_by_phase(look: Look) -> dict[DealState, tuple[int, int]]:
    """How many of them had stood in each phase, and how many of those were signed: one pass over their history."""
    signed = _signed(_first_day(look)).label("signed")
    told = _decided(look, "decided").with_only_columns(Deal.id, Deal.store_id, signed)
    deals = told.cte("decided").prefix_with("MATERIALIZED")
    decided, reached = deals.c.id, case((deals.c.signed, deals.c.id))
    stood = select(History.now, func.count(decided.distinct()), func.count(reached.distinct())).join(
        deals, and_(History.store_id == deals.c.store_id, History.thing_id == deals.c.id)
    )
    rows = stood.where(MOVED, History.now.in_([each.value for each in PHASES])).group_by(History.now)
    return {DealState(now): (of_all, of_signed) for now, of_all, of_signed in look.db.execute(rows) if now}


# ── the pipeline ──────────────────────────────────────────────────────────────────────────────────────────────────


def _open(look: Look, which: str) -> Select[Any]:
    """Open deals that are seen: those whose cars are wanted by the end of the period, or the others."""
    wanted = Need.wanted_by <= look.period.last
    query = people.scoped(select(Deal), Deal, look.who).join(Need, Need.deal_id == Deal.id)
    here = query.where(Deal.state.in_([state.value for state in PHASES]), look.sees(Deal.owner_id))
    return here.where(wanted if which == "open" else or_(Need.wanted_by.is_(None), ~wanted))


def cars_of(look: Look, deals: Select[Any]) -> dict[UUID, int]:
    """The cars of each deal: of its accepted quotation, else of its need sheet."""
    chosen = deals.with_only_columns(Deal.id).order_by(None)
    firm = or_(QuotationLine.optional.is_(False), QuotationLine.taken.is_(True))
    accepted = (
        select(Quotation.deal_id, sum_of(QuotationLine.quantity))
        .join(QuotationLine, QuotationLine.quotation_id == Quotation.id)
        .where(Quotation.deal_id.in_(chosen), Quotation.state == QuotationState.ACCEPTED, firm)
        .group_by(Quotation.deal_id)
    )
    wanted = (
        select(Need.deal_id, sum_of(NeedLine.quantity))
        .join(NeedLine, NeedLine.need_id == Need.id)
        .where(Need.deal_id.in_(chosen))
        .group_by(Need.deal_id)
    )
    return {deal: cars for query in (wanted, accepted) for deal, cars in look.db.execute(query)}


def _cars_by_phase(look: Look, which: str) -> defaultdict[DealState, list[int]]:
    """The cars of each deal that stands in a phase."""
    deals = _open(look, which)
    cars, found = cars_of(look, deals), defaultdict[DealState, list[int]](list)
    for key, state in look.db.execute(deals.with_only_columns(Deal.id, Deal.state)):
        found[state].append(cars.get(key, 0))
    return found


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(look: Look, state: DealState, which: str) -> Select[Any]:
    if which in ("decided", "reached"):
        # the history is the whole shop's; of others' deals only the number is told
        of_it = and_(History.store_id == Deal.store_id, History.thing_id == Deal.id)
        stood = exists().where(of_it, History.now == state.value)
        return _decided(look, which).where(stood, look.sees(Deal.owner_id))
    return _open(look, which).where(Deal.state == state)


def how_many(look: Look, state: DealState, which: str) -> int:
    """How many deals the list has in all."""
    rows = _rows(look, state, which).with_only_columns(Deal.id).subquery()
    return look.db.scalar(select(func.count()).select_from(rows)) or 0


def listed(look: Look, state: DealState, which: str) -> list[tuple[Deal, int]]:
    """The deals behind a number with their cars, newest first."""
    query = _rows(look, state, which)
    beside = (joinedload(Deal.customer), joinedload(Deal.owner), joinedload(Deal.need))
    found = list(look.db.scalars(query.options(*beside).order_by(Deal.number.desc()).limit(MOST_LISTED)))
    cars = cars_of(look, query)
    return [(deal, cars.get(deal.id, 0)) for deal in found]
