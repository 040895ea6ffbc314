"""Sales progress 销售进度: each deal that was open when a period ended: its phase, what is next, how much it is.

The phase is that of the last day of the period, as the history tells it; next step, due and amount are those of now.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session, contains_eager

from dealer import people
from dealer.deals.deal_lists import BOARD
from dealer.deals.margins import VOID
from dealer.engine.columns import WordType
from dealer.engine.database import calendar_of
from dealer.engine.history import History
from dealer.engine.words import Word, Yuan
from dealer.people import Actor
from dealer.records.contracts import Contract
from dealer.records.customers import Customer, CustomerClass
from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal, DealState
from dealer.records.quotations import Quotation, QuotationLine
from dealer.records.risks import RiskItem, RiskLevel
from dealer.reports import counting
from dealer.reports.counting import Slice
from dealer.reports.looking import Look
from dealer.reports.periods import Period
from dealer.reports.shape import YUAN, Figure, Report, Source
from dealer.reports.ways import PERSON, words_way
from dealer.risks.risk_items import GRAVEST_FIRST, LIVE

S = DealState
OPEN = (*BOARD, S.ON_HOLD)
MOST_IN_SHEET = 5_000

# ── where each deal stood ─────────────────────────────────────────────────────────────────────────────────────────


def _phase(look: Look) -> ColumnElement[DealState]:
    """Where a deal stood at the end of the period; the history is asked about those only that have moved since."""
    then = (
        select(History.now)
        .where(History.store_id == Deal.store_id, History.thing_id == Deal.id, History.at < look.end)
        .order_by(History.seq.desc()).limit(1).correlate(Deal).scalar_subquery()
    )  # fmt: skip
    return case((Deal.since < look.end, Deal.state), else_=type_coerce(then, WordType(DealState)))


def _open(look: Look) -> Select[Any]:
    """What was registered before the end of the period and had not ended by then."""
    query = people.scoped(select(Deal), Deal, look.who).join(Customer, Customer.id == Deal.customer_id)
    return query.where(Deal.begun_at < look.end, _phase(look).in_(OPEN), look.sees(Deal.owner_id))


# ── what is next, and how much it is ──────────────────────────────────────────────────────────────────────────────

_TASK = (Deadline.case_id == Deal.id, Deadline.done_at.is_(None), Deadline.cancelled_at.is_(None))
_FIRST = select(Deadline).where(*_TASK, Deadline.by_system.is_(False)).order_by(Deadline.due_at, Deadline.id).limit(1)
NEXT_STEP = _FIRST.with_only_columns(Deadline.kind).correlate(Deal).scalar_subquery()
DUE = _FIRST.with_only_columns(Deadline.due_at).correlate(Deal).scalar_subquery()


def _overdue(look: Look) -> ColumnElement[bool]:
    return exists().where(*_TASK, Deadline.by_system.is_(False), Deadline.due_at < look.at).correlate(Deal)


def _more(look: Look) -> tuple[ColumnElement[Any], ...]:
    return _phase(look), NEXT_STEP, DUE, _overdue(look), look.stands_still, GRAVEST, AMOUNT


def _moved(look: Look) -> ColumnElement[bool]:
    """Whether a deal came into another phase within the period: told deal by deal, not by the index of all moves."""
    came = (History.thing_id == Deal.id, History.was.is_not(None), History.was != History.now)
    return exists().where(History.store_id == Deal.store_id, *came, look.in_period(History.at)).correlate(Deal)


GRAVEST = (
    select(RiskItem.level).where(RiskItem.deal_id == Deal.id, RiskItem.state.in_(LIVE))
    .order_by(GRAVEST_FIRST).limit(1).correlate(Deal).scalar_subquery()
)  # fmt: skip
_SIGNED = (
    select(Contract.total).where(Contract.deal_id == Deal.id, Contract.effective_on.is_not(None))
    .order_by(Contract.number.desc()).limit(1).correlate(Deal).scalar_subquery()
)  # fmt: skip
_OFFER = (
    select(Quotation.id)
    .where(Quotation.deal_id == Deal.id, Quotation.amendment_id.is_(None), Quotation.state.not_in(VOID))
    .order_by(Quotation.number.desc()).limit(1).correlate(Deal).scalar_subquery()
)  # fmt: skip
_OFFERED = (
    select(func.sum(QuotationLine.unit_price * QuotationLine.quantity))
    .where(QuotationLine.quotation_id == _OFFER, or_(QuotationLine.optional.is_(False), QuotationLine.taken))
    .correlate(Deal).scalar_subquery()
)  # fmt: skip
AMOUNT = func.coalesce(_SIGNED, _OFFERED, 0)


def _told(
    deal: Deal, phase: S, step: str | None, due: datetime | None, overdue: bool, still: bool, risk: RiskLevel | None,
    amount: int,
) -> tuple[Any, ...]:  # fmt: skip
    endangers = (("overdue", overdue), ("stands_still", still), (f"risk_{risk}", risk is not None))
    flags = [Word("ProgressRisk", name) for name, is_so in endangers if is_so]
    following = Word("Deadline", step) if step else None
    return deal.customer.name, deal.title, phase, following, due, flags, Yuan(amount)


HEADS = ("Customer", "What it is about", "Phase", "Next step", "Until when", "Risk", "Amount (yuan)")
DEALS = Source(
    _open, Deal.number, Deal.owner_id,
    {"phase": _phase, "person": Deal.owner_id, "class": Customer.customer_class},
    HEADS, _told, thing=lambda deal, *more: deal, more=_more, beside=(contains_eager(Deal.customer),),
)  # fmt: skip

PROGRESS = Report(
    "progress",
    "Sales progress",
    "Each open deal: its phase, the next step and when it is due, what endangers it, the amount.",
    duty="see sales reports",
    figures={
        "open": Figure("Open deals", "registered by the end of these days and not ended by then", DEALS),
        "moved": Figure("Moved on", "of these: came into another phase in these days", DEALS, _moved),
        "overdue": Figure("Step overdue", "of these: something due about the deal is not done now", DEALS, _overdue),
        "idle": Figure(
            "Stands still", "of these: longer in their phase now than the house rule allows", DEALS,
            lambda look: look.stands_still,
        ),
        "yuan": Figure(
            "Amount (yuan)", "total of the contract in force now, else the cars of the latest offer that stands", DEALS,
            sums=AMOUNT, unit=YUAN,
        ),
    },
    ways={
        "phase": words_way("By phase", DealState),
        "person": PERSON,
        "class": words_way("By customer class", CustomerClass),
    },
    top=("open", "moved", "overdue", "idle", "yuan"),
    charts=(("open",),),
    beneath="open",
)  # fmt: skip


# ── as a sheet ────────────────────────────────────────────────────────────────────────────────────────────────────


def sheet_rows(
    db: Session, who: Actor, first: date | None = None, last: date | None = None, *, at: datetime
) -> Iterator[Sequence[Any]]:
    """Each deal that was open at the end of some days, of today without any."""
    today = calendar_of(db).today(at)
    period = Period(first or last or today, last or first or today)
    found = counting.listed(PROGRESS, Look(db, who, at, period), Slice("open"), most=MOST_IN_SHEET)
    names = people.names(db, [row.whose for row in found])
    for row in found:
        yield *DEALS.tell(*row[:-2]), names[row.whose]
