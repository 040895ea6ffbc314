"""The complaints of a month in figures: by cause, model, severity and handler; every number opens its rows."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, g, render_template, request

from dealer.engine import charts
from dealer.engine.calendar import add_months
from dealer.engine.charts import Chart, Series
from dealer.engine.database import calendar_of
from dealer.reports import complaint_figures
from dealer.reports.complaint_figures import FIGURES, RATES, TITLES, Counts, Seen
from dealer.stock import catalogue
from web.asking import Answer, day_asked, looking, me, need
from web.frame import names_of
from web.language import say, show
from web.service import complaints

pages = Blueprint("complaint_report", __name__)

BY = {"cause": "By cause", "model": "By model", "severity": "By severity", "handler": "By handler"}
COLUMNS = ("received", "grave", "accepted_in_time", "solved_in_time", "called_in_time", "reopened", "rejected", "open")
SPANS = {"month": 1, "quarter": 3, "year": 12}
Part = tuple[Any, str, list[Seen]]  # value, what it is called, its complaints


@pages.get("/complaints/report")
def report() -> Answer:
    """One period, divided one way."""
    need("see all complaints")
    first, span, dimension = _first(), _span(), _dimension()
    found = _found(first, span)
    total, parts = complaint_figures.counted(found), _parts(found, dimension)
    return render_template(
        "complaints/report.html",
        title=_title(first, span),
        tabs=complaints.tabs("report"),
        spans=[
            {"label": say(label), "url": _address(first, name, dimension), "current": name == span}
            for name, label in (("month", "Month"), ("quarter", "Quarter"), ("year", "Year"))
        ],
        before=_address(add_months(first, -SPANS[span]), span, dimension),
        after=_address(add_months(first, SPANS[span]), span, dimension),
        ways=[
            {"label": say(label), "url": _address(first, span, name), "current": name == dimension}
            for name, label in BY.items()
        ],
        by=say(BY[dimension]),
        figures=[_figure(total, name, first, span) for name in ("received", "grave", "reopened", "rejected", "open")],
        rates=[_rate(total, name, first, span) for name in RATES],
        chart=_chart(parts),
        columns=[say(TITLES[name][0]) for name in COLUMNS],
        rows=[_row(part, first, span, dimension) for part in parts],
        totals=[say("In all"), *(_cell(total, name, _rows(first, span, name)) for name in COLUMNS)],
    )


def _figure(counts: Counts, name: str, first: date, span: str) -> dict[str, Any]:
    title, formula = TITLES[name]
    return {"label": say(title), "value": counts.of[name], "note": say(formula), "url": _rows(first, span, name)}


def _rate(counts: Counts, name: str, first: date, span: str) -> dict[str, Any]:
    """100 %: every call-back in time ÷ to be called back, 1 ÷ 1."""
    title, formula = TITLES[name]
    percent, part, base = counts.percent(name), counts.of[name], counts.of[RATES[name]]
    return {
        "label": say(title),
        "value": "—" if percent is None else f"{percent} %",
        "note": say("{formula}: {part} ÷ {base}", formula=say(formula), part=part, base=base),
        "url": _rows(first, span, name),
    }


def _row(part: Part, first: date, span: str, dimension: str) -> dict[str, Any]:
    value, called, found = part
    counts = complaint_figures.counted(found)
    cells = (_cell(counts, name, _rows(first, span, name, dimension, value)) for name in COLUMNS)
    return {"cells": [called, *cells]}


def _cell(counts: Counts, figure: str, url: str) -> Any:
    """A number that opens its rows, and the rate it makes; a zero has none to open."""
    percent = counts.percent(figure) if figure in RATES else None
    note = "" if percent is None else f"{percent} %"
    if not counts.of[figure]:
        return {"text": 0, "note": note} if note else 0
    return {"text": counts.of[figure], "note": note, "url": url}


def _chart(parts: list[Part]) -> Chart:
    """How many were settled at the first attempt, and how many had to be taken up again."""
    counts = [complaint_figures.counted(found).of for _, _, found in parts]
    once = Series(say("Not reopened"), [each["received"] - each["reopened"] for each in counts])
    again = Series(say(TITLES["reopened"][0]), [each["reopened"] for each in counts])
    return charts.lying_bars([called for _, called, _ in parts], [once, again])


def _parts(found: list[Seen], dimension: str) -> list[Part]:
    """Every value with its name, most complaints first."""
    divided = complaint_figures.divided(found, dimension)
    names = _names(dimension, divided)
    told = [(value, names.get(value) or say("Not said yet"), rows) for value, rows in divided.items()]
    return sorted(told, key=lambda part: (-len(part[2]), part[1]))


def _names(dimension: str, values: Any) -> dict[Any, str]:
    if dimension == "model":
        return {model.id: f"{model.name} {model.configuration}" for model in catalogue.all_models(looking(), me())}
    if dimension == "handler":
        return dict(names_of(values))
    return {value: show(value) for value in values if value is not None}


# ── the period ────────────────────────────────────────────────────────────────────────────────────────────────────


def _span() -> str:
    typed = request.args.get("span", "")
    return typed if typed in SPANS else "month"


def _first() -> date:
    """The first day of the month, quarter or year around the day that the address names."""
    day = (day_asked() or calendar_of(looking()).today(g.now)).replace(day=1)
    months = SPANS[_span()]
    return day.replace(month=(day.month - 1) // months * months + 1)


def _dimension() -> str:
    typed = request.args.get("by", "")
    return typed if typed in BY else "cause"


def _found(first: date, span: str) -> list[Seen]:
    calendar = calendar_of(looking())
    start, end = calendar.start_of(first), calendar.start_of(add_months(first, SPANS[span]))
    return complaint_figures.received(looking(), me(), start, end, g.now)


def _title(first: date, span: str) -> str:
    if span == "month":
        return say("{year}-{month}", year=first.year, month=f"{first.month:02}")
    return f"{show(first)} – {show(add_months(first, SPANS[span]) - timedelta(days=1))}"


def _address(first: date, span: str, by: str) -> str:
    return f"/complaints/report?{urlencode({'day': first.isoformat(), 'span': span, 'by': by})}"


def _rows(first: date, span: str, figure: str, dimension: str = "", value: Any = None) -> str:
    asked = {"day": first.isoformat(), "span": span, "figure": figure}
    if dimension:
        asked |= {"by": dimension, "value": "none" if value is None else str(getattr(value, "value", value))}
    return f"/complaints/report/rows?{urlencode(asked)}"


# ── behind a number ───────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/complaints/report/rows")
def rows() -> Answer:
    """The complaints that a number counts, by the same condition."""
    need("see all complaints")
    figure, dimension = request.args.get("figure", "received"), request.args.get("by", "")
    if figure not in FIGURES or (dimension and dimension not in BY):
        abort(404)
    first, span = _first(), _span()
    found = [seen for seen in _found(first, span) if FIGURES[figure](seen)]
    narrowed = ""
    if dimension:
        value = _value(dimension)
        found = complaint_figures.divided(found, dimension).get(value, [])
        narrowed = f"{say(BY[dimension])} · {_names(dimension, [value]).get(value) or say('Not said yet')}"
    return render_template(
        "complaints/report_rows.html",
        title=say(TITLES[figure][0]),
        formula=say(TITLES[figure][1]),
        note=" · ".join(filter(None, (_title(first, span), narrowed))),
        rows=[complaints.in_list(seen.complaint) for seen in found],
        back=_address(first, span, dimension or "cause"),
    )


def _value(dimension: str) -> Any:
    try:
        return complaint_figures.value_of(dimension, request.args.get("value", ""))
    except ValueError:
        abort(404)
