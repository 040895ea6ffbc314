"""Traffic of the showroom: how many parties came, from where, for which model, to whom, and what became of them.

Definitions differ from shop to shop, so every figure has its formula, and the page prints it beside the number. A
figure is one condition on a row of the register: what is counted and what a click on the number lists are the same
query. The sales base are visits to buy; who collects a car, comes for service or on an errand is counted outside it.

Rates speak of the first visits of the period and of what became of these parties until now: they never exceed 100 %,
they add up over hours, sources, models and consultants, and those of a past month may still grow.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from dealer.engine.amounts import half_up
from dealer.people import Actor
from dealer.prospects.prospects import WON
from dealer.records.prospects import Prospect, ProspectState, Source, Visit, VisitKind
from dealer.reports.periods import Period
from dealer.showroom.showroom import TO_BUY

PAGE = 50

# ── what is counted ───────────────────────────────────────────────────────────────────────────────────────────────

_CARD = Prospect.id == Visit.prospect_id
_LATER = aliased(Visit)
_BACK = exists().where(
    _LATER.store_id == Visit.store_id,
    _LATER.phone == Visit.phone,
    _LATER.came_at > Visit.came_at,
    _LATER.kind == VisitKind.VISIT,
    _LATER.purpose.in_(TO_BUY),
)


_LOST = or_(
    Prospect.state == ProspectState.LOST,
    and_(Prospect.state == ProspectState.ERASED, Prospect.loss_reason.is_not(None)),  # also once the card was emptied
)

# figure → of which one it is a part (None: of all rows), and which of those rows it counts
_TREE: dict[str, tuple[str | None, ColumnElement[bool]]] = {
    "visits": (None, Visit.kind == VisitKind.VISIT),
    "calls": (None, Visit.kind == VisitKind.CALL),
    "to_buy": ("visits", Visit.purpose.in_(TO_BUY)),
    "outside": ("visits", Visit.purpose.not_in(TO_BUY)),
    "first": ("to_buy", Visit.first.is_(True)),
    "again": ("to_buy", Visit.first.is_(False)),
    "kept": ("first", Visit.no_phone.is_(False)),  # also once retention has emptied the phone itself
    "drove": ("first", Visit.drove.is_(True)),
    "returned": ("kept", _BACK),
    "ordered": ("first", Prospect.state.in_(WON)),
    "lost": ("first", _LOST),
}


def _rows_of(figure: str) -> ColumnElement[bool]:
    whole, part = _TREE[figure]
    return part if whole is None else and_(_rows_of(whole), part)


# figure → which rows of the register it counts, each beside its card if it has one
FIGURES = {name: _rows_of(name) for name in _TREE if name != "to_buy"}

# rate → of which figures it is made: the first over the sum of the others
RATES: dict[str, tuple[str, ...]] = {
    "kept": ("first",),
    "drove": ("first",),
    "returned": ("kept",),
    "ordered": ("first",),
    "lost": ("lost", "ordered"),
}

# figure or rate → how it is called, and its formula: printed beside it wherever it stands
TITLES: dict[str, tuple[str, str]] = {
    "visits": ("Visits", "parties that came, whatever for"),
    "calls": ("Calls", "calls to the showroom, counted apart from visits"),
    "outside": ("Not to buy", "visits to collect a car, for service or on an errand: outside the sales base"),
    "first": ("First visits", "visits to buy whose phone was new to the shop, or who left none"),
    "again": ("Came again", "visits to buy whose phone was known"),
    "kept": ("Left a phone", "first visits that left a phone"),
    "drove": ("Drove", "first visits that drove a car"),
    "returned": ("Came back", "first visits that left a phone and came again to buy since"),
    "ordered": ("With an order", "first visits whose card has come to an order since"),
    "lost": ("Lost", "first visits whose card was confirmed as lost since"),
}
RATE_TITLES: dict[str, tuple[str, str]] = {
    "kept": ("Phones kept", "first visits with a phone ÷ first visits"),
    "drove": ("Drive rate", "first visits that drove ÷ first visits"),
    "returned": ("Return rate", "first visits that came back ÷ first visits with a phone"),
    "ordered": ("Order rate", "first visits with an order ÷ first visits"),
    "lost": ("Lost rate", "lost ÷ (lost + ordered)"),
}

# dimension → the column that tells its values apart
DIMENSIONS: dict[str, Any] = {
    "hour": Visit.hour,
    "source": Visit.source,
    "model": Visit.model_id,
    "consultant": Visit.owner_id,
    "day": Visit.day,
}


@dataclass(frozen=True)
class Counts:
    """How many rows fall under each figure, and the rates made of them."""

    rows: int
    of: Mapping[str, int]

    def percent(self, rate: str) -> int | None:
        """A rate in whole percent; None where there is nothing to divide by."""
        base = sum(self.of[name] for name in RATES[rate])
        return half_up(100 * self.of[rate], base) if base else None


NOBODY = Counts(0, dict.fromkeys(FIGURES, 0))

# ── which rows ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Slice:
    """Rows of the register: those of a period, of one figure, of one value of a dimension (None: of all)."""

    period: Period
    figure: str | None = None
    dimension: str | None = None
    value: Any = None  # of the dimension's own type; None where the row has none

    def rows_of(self, who: Actor) -> ColumnElement[bool]:
        """The one condition that counts and lists share; who asks it joins the card."""
        holds = and_(Visit.store_id == who.store_id, Visit.day >= self.period.first, Visit.day <= self.period.last)
        if self.figure is not None:
            holds = and_(holds, FIGURES[self.figure])
        if self.dimension is not None:
            column = DIMENSIONS[self.dimension]
            holds = and_(holds, column.is_(None) if self.value is None else column == self.value)
        return holds


# ── counting and listing ──────────────────────────────────────────────────────────────────────────────────────────

# A row is told by one number with a bit per figure, so that one pass over the register counts all of them; what is no
# visit is not asked whether it was a first one.
_BITS = {name: 1 << at for at, name in enumerate(_TREE)}


def _mark(whole: str | None = None) -> ColumnElement[int]:
    parts = [(name, holds) for name, (of, holds) in _TREE.items() if of == whole]
    bits = (case((holds, _mark(name) + _BITS[name]), else_=0) for name, holds in parts)
    return sum(bits, start=literal(0))


_MARK = _mark()


def counted(db: Session, who: Actor, period: Period) -> Counts:
    """The whole period."""
    return sum_up(counted_by(db, who, period, "hour"))


def counted_by(db: Session, who: Actor, period: Period, dimension: str) -> dict[Any, Counts]:
    """The period by hour, source, model, consultant or day; only values that occur."""
    asked = {"store_id": who.store_id, "first": period.first, "last": period.last}
    found: dict[Any, Counter[int]] = {}
    for value, mark, count in db.execute(_marked_by(dimension), asked):
        found.setdefault(value, Counter())[mark] += count
    return {value: _unfold(marks) for value, marks in found.items()}


@cache
def _marked_by(dimension: str) -> Select[Any]:
    """How many rows bear each mark. Materialized, for SQLite would reckon every mark twice to group by it."""
    of_period = and_(
        Visit.store_id == bindparam("store_id"), Visit.day >= bindparam("first"), Visit.day <= bindparam("last")
    )
    told = select(DIMENSIONS[dimension].label("value"), _MARK.label("mark")).outerjoin(Prospect, _CARD).where(of_period)
    rows = told.cte("marked").prefix_with("MATERIALIZED")
    return select(rows.c.value, rows.c.mark, func.count()).group_by(rows.c.value, rows.c.mark)


def _unfold(marks: Mapping[int, int]) -> Counts:
    of = {name: sum(count for mark, count in marks.items() if mark & _BITS[name]) for name in FIGURES}
    return Counts(sum(marks.values()), of)


def sum_up(parts: Mapping[Any, Counts]) -> Counts:
    """What all parts of a period come to: every row is in exactly one of them."""
    of = {name: sum(each.of[name] for each in parts.values()) for name in FIGURES}
    return Counts(sum(each.rows for each in parts.values()), of)


def how_many(db: Session, who: Actor, rows: Slice) -> int:
    """How many rows the list below has in all."""
    return db.scalar(select(func.count()).select_from(Visit).outerjoin(Prospect, _CARD).where(rows.rows_of(who))) or 0


def listed(db: Session, who: Actor, rows: Slice, below: int | None = None) -> list[Visit]:
    """The rows behind a number, newest first, from below a number on; one more than a page if there is one."""
    query: Select[Visit] = select(Visit).outerjoin(Prospect, _CARD).where(rows.rows_of(who))
    if below is not None:
        query = query.where(Visit.number < below)
    beside = (joinedload(Visit.consultant), joinedload(Visit.model), joinedload(Visit.deal))
    return list(db.scalars(query.options(*beside).order_by(Visit.number.desc()).limit(PAGE + 1)))


def value_of(dimension: str, typed: str) -> Any:
    """The value of a dimension as an address names it; ValueError for what is none."""
    if typed == "none":
        return None
    match dimension:
        case "hour":
            return int(typed)
        case "day":
            return date.fromisoformat(typed)
        case "model" | "consultant":
            return UUID(typed)
        case _:
            return Source(typed)
