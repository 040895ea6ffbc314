"""How many of the calls that were due were made, by kind and by person: every number opens its calls; on A4, too."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, g, render_template, request

from dealer import people
from dealer.engine import charts
from dealer.engine.charts import Chart, Series
from dealer.engine.database import calendar_of
from dealer.records.care import CareKind
from dealer.records.people import Role
from dealer.reports import care_coverage as coverage
from dealer.reports import periods
from dealer.reports.care_coverage import TITLES, Covered, Slice
from dealer.reports.periods import Period, Span
from web.asking import Answer, a_number, day_asked, looking, me, need
from web.care import care
from web.language import say, show

pages = Blueprint("care_report", __name__)

BY = {"kind": "By kind of call", "person": "By person"}
COLUMNS = ("due", "made", "in_time", "missing", "ahead", "satisfied", "so_so", "dissatisfied", "called_off")
SHARES = ("made", "in_time")
Part = tuple[Any, str, Covered]  # a kind or a person, what it is called, how it counts


# ── the page ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/care/report")
def page() -> Answer:
    """One period, divided by kind or by person."""
    need("see all care")
    period, dimension = _period(), _dimension()
    parts = _parts(period, dimension)
    total = coverage.sum_up(counts for _, _, counts in parts)
    return render_template(
        "care/report.html",
        period=period,
        spans=_spans(period, dimension),
        around=_around(period, dimension),
        ways=[
            {"label": say(label), "url": _address(period, name), "current": name == dimension}
            for name, label in BY.items()
        ],
        by=say(BY[dimension]),
        dimension=dimension,
        figures=_figures(period, total),
        made=_chart(parts, ("made", "missing", "ahead")),
        answers=_chart(parts, ("satisfied", "so_so", "dissatisfied")),
        columns=[say(TITLES[name][0]) for name in COLUMNS],
        rows=[{"cells": [called, *_cells(period, counts, dimension, value)]} for value, called, counts in parts],
        totals=[say("In all"), *_cells(period, total)],
        tabs=care.tabs("report"),
    )


def _figures(period: Period, total: Covered) -> list[dict[str, Any]]:
    """Coverage first: 100 % is the goal."""
    percent, in_time = total.percent("made"), total.percent("in_time")
    asked = sum(total.of[grade] for grade in ("satisfied", "so_so", "dissatisfied"))
    score = coverage.mean_score(looking(), me(), period, g.now)
    goal = say("goal 100 %: {made} of {due} that are due so far", made=total.of["made"], due=total.so_far)
    return [
        {"label": say("Coverage"), "value": _percent(percent), "note": goal, "url": _rows_url(period, "made"),
         "tone": "bad" if total.of["missing"] else "ok" if total.of["due"] else ""},
        {"label": say("Missing"), "value": total.of["missing"], "note": say(TITLES["missing"][1]),
         "url": _rows_url(period, "missing"), "tone": "bad" if total.of["missing"] else ""},
        {"label": say("In time"), "value": _percent(in_time), "note": say(TITLES["in_time"][1]),
         "url": _rows_url(period, "in_time")},
        {"label": say("Satisfied"), "value": _percent(100 * total.of["satisfied"] // asked if asked else None),
         "note": say("of {count} answers", count=asked), "url": _rows_url(period, "satisfied")},
        {"label": say("Mean score of surveys"), "value": _percent(score[0] if score else None),
         "note": say("{count} surveys, each by its own scale", count=score[1] if score else 0)},
    ]  # fmt: skip


def _percent(value: int | None) -> str:
    return "—" if value is None else f"{value} %"


def _cells(period: Period, counts: Covered, dimension: str = "", value: Any = None) -> list[Any]:
    """Numbers that open their calls, with their share; a zero has none to open."""
    return [_cell(period, name, counts, dimension, value) for name in COLUMNS]


def _cell(period: Period, figure: str, counts: Covered, dimension: str, value: Any) -> Any:
    if not counts.of[figure]:
        return 0
    share = counts.percent(figure) if figure in SHARES else None
    return {
        "text": counts.of[figure],
        "note": "" if share is None else f"{share} %",
        "url": _rows_url(period, figure, dimension, value),
    }


def _chart(parts: list[Part], names: tuple[str, ...]) -> Chart:
    series = [Series(say(TITLES[name][0]), [counts.of[name] for _, _, counts in parts]) for name in names]
    return charts.lying_bars([called for _, called, _ in parts], series)


def _parts(period: Period, dimension: str) -> list[Part]:
    """Every kind or person with its counts: kinds in their order, people by name, what is nobody's last."""
    found = coverage.counted_by(looking(), me(), period, dimension, g.now)
    if dimension == "kind":
        return [(kind, show(kind), found[kind]) for kind in CareKind if kind in found]
    names = people.names(looking(), found)
    parts = [(key, names.get(key) or show(Role.CUSTOMER_SERVICE), counts) for key, counts in found.items()]
    return sorted(parts, key=lambda part: (part[0] is None, part[1]))


# ── addresses ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _span() -> Span:
    return Span.WEEK if request.args.get("span") == Span.WEEK else Span.MONTH


def _dimension() -> str:
    typed = request.args.get("by", "")
    return typed if typed in BY else "kind"


def _period() -> Period:
    """From and to, or the week or month around a day."""
    first, last = day_asked("from"), day_asked("to")
    if first and last:
        return periods.period_between(first, last)
    return periods.period_around(day_asked() or calendar_of(looking()).today(g.now), _span())


def _days(period: Period) -> dict[str, str]:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def _address(period: Period, by: str) -> str:
    asked = {"span": _span().value, "day": period.first.isoformat()} if not day_asked("from") else _days(period)
    return f"/care/report?{urlencode(asked | {'by': by})}"


def _spans(period: Period, dimension: str) -> list[dict[str, Any]]:
    day = min(period.last, max(period.first, calendar_of(looking()).today(g.now)))
    return [
        {
            "label": show(each),
            "url": f"/care/report?{urlencode({'span': each.value, 'day': day.isoformat(), 'by': dimension})}",
            "current": each is _span() and not day_asked("from"),
        }
        for each in (Span.WEEK, Span.MONTH)
    ]


def _around(period: Period, dimension: str) -> dict[str, str]:
    """The period before and the one after; none for a free one."""
    if day_asked("from"):
        return {}
    days = {"before": period.first - timedelta(days=1), "after": period.last + timedelta(days=1)}
    kept = {"span": _span().value, "by": dimension}
    return {name: f"/care/report?{urlencode(kept | {'day': day.isoformat()})}" for name, day in days.items()}


def _rows_url(period: Period, figure: str, dimension: str = "", value: Any = None) -> str:
    asked = _days(period) | {"figure": figure}
    if dimension:
        asked |= {"by": dimension, "value": "none" if value is None else str(getattr(value, "value", value))}
    return f"/care/report/rows?{urlencode(asked)}"


# ── behind a number ───────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/care/report/rows")
def rows() -> Answer:
    """The calls that a number counts, by the same condition."""
    need("see all care")
    asked = _slice()
    found = coverage.listed(looking(), me(), asked, g.now, request.args.get("below", type=a_number))
    kept = {name: value for name, value in request.args.items() if name not in ("below", "lang")}
    more = len(found) > coverage.PAGE
    return render_template(
        "care/rows.html",
        title=say(TITLES[asked.figure or "due"][0]),
        formula=say(TITLES[asked.figure or "due"][1]),
        narrowed=_narrowed(asked),
        period=asked.period,
        count=coverage.how_many(looking(), me(), asked, g.now),
        rows=[care.in_table(each) for each in found[: coverage.PAGE]],
        older=f"/care/report/rows?{urlencode(kept | {'below': found[coverage.PAGE - 1].number})}" if more else "",
        back=f"/care/report?{urlencode(_days(asked.period) | {'by': asked.dimension or 'kind'})}",
    )


def _slice() -> Slice:
    figure, dimension = request.args.get("figure", "due"), request.args.get("by", "")
    if figure not in TITLES or (dimension and dimension not in BY):
        abort(404)
    try:
        value = coverage.value_of(dimension, request.args.get("value", "")) if dimension else None
    except ValueError:
        abort(404)
    return Slice(_period(), figure, dimension or None, value)


def _narrowed(asked: Slice) -> str:
    if asked.dimension is None:
        return ""
    if asked.dimension == "kind":
        return show(asked.value) or "—"
    return people.names(looking(), [asked.value]).get(asked.value) or show(Role.CUSTOMER_SERVICE)
