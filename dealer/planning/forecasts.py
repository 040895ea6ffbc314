"""The forecast: cars of open deals, each weighted by what became of the deals that stood in its phase before.

Of a phase it asks: of the deals that were decided in the last days (a house rule says how many) and had stood in it,
how many were signed? The deals that are open and want their cars by the end of the period count with that share.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from dealer import people
from dealer.engine.amounts import half_up
from dealer.engine.database import calendar_of, sum_of
from dealer.engine.history import History
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
    now, later = _cars_by_phase(look, "open"), _cars_by_phase(look, "later")
    found = []
    for state in PHASES:
        decided, reached = (_count(_decided(look, state, name)) for name in ("decided", "reached"))
        deals = how_many(look, state, "open")
        totals = (look.db.scalar(decided) or 0, look.db.scalar(reached) or 0)
        found.append(Phase(state, *totals, deals, now.get(state, 0), later.get(state, 0)))
    return found


def in_all(found: Iterable[Phase]) -> int:
    """What the pipeline promises, in whole cars."""
    return half_up(sum(each.weighted for each in found), 10)


# ── history ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _decided(look: Look, state: DealState, which: str) -> Select[Any]:
    """Deals that were signed or lost in the last days and had stood in a phase; a duplicate was never decided."""
    calendar = calendar_of(look.db)
    first = calendar.today(look.at) - timedelta(days=days_back(look))
    signed = exists().where(Contract.deal_id == Deal.id, Contract.parent_id.is_(None), Contract.effective_on >= first)
    lost = and_(
        Deal.state == DealState.LOST, Deal.lost_at >= calendar.start_of(first),
        or_(Deal.loss_reason.is_(None), Deal.loss_reason != LossReason.DUPLICATE),
    )  # fmt: skip
    stood = exists().where(History.store_id == Deal.store_id, History.thing_id == Deal.id, History.now == state.value)
    holds: ColumnElement[bool] = signed if which == "reached" else or_(signed, lost)
    return people.scoped(select(Deal).where(holds, stood), Deal, look.who)


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


def _cars_by_phase(look: Look, which: str) -> dict[DealState, int]:
    deals = _open(look, which)
    cars, found = cars_of(look, deals), dict[DealState, int]()
    for key, state in look.db.execute(deals.with_only_columns(Deal.id, Deal.state)):
        found[state] = found.get(state, 0) + cars.get(key, 0)
    return found


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(look: Look, state: DealState, which: str) -> Select[Any]:
    if which in ("decided", "reached"):
        # the history is the whole shop's; of others' deals only the number is told
        return _decided(look, state, which).where(look.sees(Deal.owner_id))
    return _open(look, which).where(Deal.state == state)


def _count(query: Select[Any]) -> Select[Any]:
    return select(func.count()).select_from(query.with_only_columns(Deal.id).subquery())


def how_many(look: Look, state: DealState, which: str) -> int:
    """How many deals the list has in all."""
    return look.db.scalar(_count(_rows(look, state, which))) or 0


def listed(look: Look, state: DealState, which: str) -> list[tuple[Deal, int]]:
    """The deals behind a number with their cars, newest first."""
    query = _rows(look, state, which)
    beside = (joinedload(Deal.customer), joinedload(Deal.owner), joinedload(Deal.need))
    found = list(look.db.scalars(query.options(*beside).order_by(Deal.number.desc()).limit(MOST_LISTED)))
    cars = cars_of(look, query)
    return [(deal, cars.get(deal.id, 0)) for deal in found]
