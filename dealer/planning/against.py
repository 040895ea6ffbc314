"""Plan against actual 计划与实绩: each number beside its target, the gap, and what a working day left has to bring."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID

from dealer.engine.amounts import half_up
from dealer.engine.database import calendar_of
from dealer.engine.words import say, show
from dealer.planning import actuals, versions
from dealer.planning.plan_forms import Key
from dealer.planning.spreading import days_between, last_of, worked
from dealer.planning.versions import STORE, Targets
from dealer.records.customers import CustomerClass
from dealer.records.planning import PlanKind, PlanScope
from dealer.reports import counting
from dealer.reports.looking import Look
from dealer.reports.shape import Counts
from dealer.reports.ways import called


@dataclass(frozen=True)
class Line:
    """One row: what it is called, its target and what came of it."""

    value: Any
    name: str
    target: int
    counts: Counts


@dataclass(frozen=True)
class Against:
    """A period of a plan beside what came of it, divided one way."""

    kind: PlanKind
    lines: tuple[Line, ...]
    target: int  # of the whole; of who does not see all: of their group, or their own
    total: Counts
    days_left: int  # working days, today included

    @property
    def actual(self) -> int:
        """What the plan is held against."""
        return self.total.of[actuals.ACTUAL[self.kind]]

    @property
    def gap(self) -> int:
        """What is missing to the target; nothing once it is reached."""
        return max(0, self.target - self.actual)

    @property
    def a_day(self) -> int | None:
        """What each working day left has to bring, in tenths of a car; None when none is left."""
        return half_up(10 * self.gap, self.days_left) if self.days_left else None


def against(look: Look, kind: PlanKind, way: str, language: str) -> Against:
    """Everybody and everything that has a target or came to anything."""
    report, calendar, today = actuals.REPORTS[kind], calendar_of(look.db), calendar_of(look.db).today(look.at)
    found = counting.counted_by(report, look, way)
    total = counting.sum_up(report, found.values())
    targets = versions.targets(look.db, look.who, kind, look.period, today, calendar)
    whole = _whole(look, targets)
    if way == "month":
        values: list[Any] = look.period.months
        told = {value: _of_month(targets, whole, look, value) for value in values}
    else:
        told = _targets_of(look, targets, way)
        values = sorted({*found, *told}, key=lambda value: (-told.get(value, 0), str(value)))
    names = called(report.ways[way], look, values, language)
    nothing = counting.sum_up(report, ())
    lines = tuple(Line(value, names[value], told.get(value, 0), found.get(value, nothing)) for value in values)
    target = sum(targets.of(key, look.period.first, look.period.last) for key in whole)
    return Against(kind, lines, target, total, _days_left(look, today))


def _days_left(look: Look, today: date) -> int:
    first = max(today, look.period.first)
    days = days_between(first, look.period.last) if first <= look.period.last else []
    return sum(worked(calendar_of(look.db), days))


def _whole(look: Look, targets: Targets) -> list[Key]:
    """Whose target stands for all that is seen: the store's; of a group its own, else those of its people."""
    if look.group is None and look.owners is None:
        return [STORE]
    head: UUID | None = look.group or look.who.id
    group = (PlanScope.GROUP, str(head))
    if group in targets.keys and (look.owners is None or head in look.owners):
        return [group]
    return [(PlanScope.PERSON, str(each)) for each in look.owners or ()]


def _of_month(targets: Targets, whole: list[Key], look: Look, month: date) -> int:
    first, last = max(month, look.period.first), min(last_of(month), look.period.last)
    return sum(targets.of(key, first, last) for key in whole)


def _targets_of(look: Look, targets: Targets, way: str) -> dict[Any, int]:
    """The targets of a way's values. Those of models and classes are the store's: nobody else is held against them."""
    scope = actuals.SCOPES[way]
    told: dict[Any, int] = {}
    for key in targets.keys:
        value = _value(key)
        if key[0] is scope and _is_seen(look, scope, value):
            told[value] = targets.of(key, look.period.first, look.period.last)
    return {value: amount for value, amount in told.items() if amount}


def _value(key: Key) -> Any:
    scope, whose = key
    return CustomerClass(whose) if scope is PlanScope.CLASS else UUID(whose) if whose else None


def _is_seen(look: Look, scope: PlanScope, value: Any) -> bool:
    return look.owners is None or (scope in (PlanScope.PERSON, PlanScope.GROUP) and value in look.owners)


# ── as a sheet ────────────────────────────────────────────────────────────────────────────────────────────────────


def workbook(look: Look, kind: PlanKind, language: str) -> bytes:
    """An .xlsx: a sheet for each way to divide it, targets beside what came of them."""
    from xlsxwriter import Workbook

    report, out = actuals.REPORTS[kind], BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bg_color": "#EAF0FF", "border": 1})
    names = [name for name, figure in report.figures.items() if not figure.unit]
    for way, told in report.ways.items():
        found = against(look, kind, way, language)
        page = book.add_worksheet(say(told.title, language)[:31])
        page.set_column(0, 0, 28)
        titles = [say(report.figures[name].title, language) for name in names]
        days = show([look.period.first, look.period.last], language)
        page.write_row(0, 0, (days, say("Target", language), *titles, say("Short of target", language)), head)
        rows: list[tuple[str, int, Mapping[str, int]]] = [
            (each.name, each.target, each.counts.of) for each in found.lines
        ]
        rows.append((say("In all", language), found.target, found.total.of))
        for at, (name, target, of) in enumerate(rows, 1):
            page.write_string(at, 0, name)
            missing = max(0, target - of[actuals.ACTUAL[kind]])
            page.write_row(at, 1, (target, *(of[each] for each in names), missing))
    book.close()
    return out.getvalue()
