"""Traffic of the showroom on screen: the figures of a period with their formulas; every number opens its rows."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, g, render_template, request

from dealer import people
from dealer.engine import charts
from dealer.engine.charts import Chart, Series
from dealer.engine.database import calendar_of
from dealer.engine.identifiers import mask_phone
from dealer.engine.words import SHOP_ZONE
from dealer.records.prospects import Source, Visit
from dealer.reports import periods, traffic, traffic_sheet
from dealer.reports.periods import Period, Span
from dealer.reports.traffic import RATE_TITLES, RATES, TITLES, Counts, Slice
from dealer.stock import catalogue
from web.asking import Answer, a_number, day_asked, looking, me, need
from web.language import language, say, short_day, show
from web.papers.papers import XLSX
from web.showroom import walkins

pages = Blueprint("traffic", __name__)

BY = {
    "hour": "By hour",
    "source": "By source",
    "model": "By model",
    "consultant": "By consultant",
    "day": "By day",
}
COLUMNS = ("visits", "calls", "first", "again", "kept", "drove", "returned", "ordered", "lost", "outside")
Part = tuple[Any, str, Counts]  # value, what it is called, how it counts


# ── the page ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/reports/traffic")
def page() -> Answer:
    """One period, divided one way."""
    need("see traffic")
    span, period, dimension = _span(), _period(), _dimension()
    parts = _parts(period, dimension)
    total = traffic.sum_up({value: counts for value, _, counts in parts})
    return render_template(
        "traffic/page.html",
        period=period,
        other_than_asked=_other_than_asked(period),
        span=span,
        spans=_spans(period, dimension),
        around=_around(period, span, dimension),
        ways=[
            {"label": say(label), "url": _address(period, span, by=name), "current": name == dimension}
            for name, label in BY.items()
        ],
        by=say(BY[dimension]),
        dimension=dimension,
        figures=[_figure(period, name, total) for name in ("visits", "first", "again", "calls", "outside")],
        rates=[_rate(period, name, total) for name in RATES],
        chart=_chart(parts, dimension),
        columns=[say(TITLES[name][0]) for name in COLUMNS],
        rows=[_row(period, dimension, part) for part in parts],
        totals=[say("In all"), *(_cell(period, name, total) for name in COLUMNS)],
        sheet=f"/reports/traffic/sheet?{urlencode(_days(period))}",
    )


def _figure(period: Period, name: str, counts: Counts) -> dict[str, Any]:
    title, formula = TITLES[name]
    return {"label": say(title), "value": f"{counts.of[name]:,}", "note": say(formula), "url": _rows_url(period, name)}


def _rate(period: Period, name: str, counts: Counts) -> dict[str, Any]:
    """42 %: first visits with a phone ÷ first visits, 21 ÷ 50."""
    title, formula = RATE_TITLES[name]
    percent, base = counts.percent(name), sum(counts.of[each] for each in RATES[name])
    return {
        "label": say(title),
        "value": "—" if percent is None else f"{percent} %",
        "note": say("{formula}: {part} ÷ {base}", formula=say(formula), part=f"{counts.of[name]:,}", base=f"{base:,}"),
        "url": _rows_url(period, name),
    }


def _row(period: Period, dimension: str, part: Part) -> dict[str, Any]:
    value, called, counts = part
    return {"cells": [called, *(_cell(period, name, counts, dimension, value) for name in COLUMNS)]}


def _cell(period: Period, figure: str, counts: Counts, dimension: str = "", value: Any = None) -> Any:
    """A number that opens its rows, and the rate it makes; a zero has none to open."""
    if not counts.of[figure]:
        return 0
    percent = counts.percent(figure) if figure in RATES else None
    return {
        "text": f"{counts.of[figure]:,}",
        "note": "" if percent is None else f"{percent} %",
        "url": _rows_url(period, figure, dimension, value),
    }


def _chart(parts: list[Part], dimension: str) -> Chart:
    """Visits in the parts that no row is in twice: first, again, not to buy."""
    names = [f"{value.day}" if isinstance(value, date) else called for value, called, _ in parts]
    series = [
        Series(say(TITLES[name][0]), [counts.of[name] for _, _, counts in parts])
        for name in ("first", "again", "outside")
    ]
    draw = {"day": charts.lines, "hour": charts.standing_bars}.get(dimension, charts.lying_bars)
    return draw(names, series)


# ── how a period is divided ───────────────────────────────────────────────────────────────────────────────────────


def _parts(period: Period, dimension: str) -> list[Part]:
    """Every value with its name and counts: hours and days in order and without gaps, the rest by size."""
    found = traffic.counted_by(looking(), me(), period, dimension)
    if dimension == "day":
        return [(day, short_day(day), found.get(day, traffic.NOBODY)) for day in period.days]
    if dimension == "hour":
        hours = range(min(found, default=9), max(found, default=17) + 1)
        return [(hour, f"{hour}:00", found.get(hour, traffic.NOBODY)) for hour in hours]
    names = _names(dimension, found)
    by_size = sorted(found.items(), key=lambda part: (-part[1].of["visits"], names.get(part[0], "")))
    return [(value, names.get(value) or say("Not named"), counts) for value, counts in by_size]


def _names(dimension: str, values: Any) -> dict[Any, str]:
    if dimension == "source":
        return {each: show(each) for each in Source}
    if dimension == "consultant":
        return dict(people.names_here(looking(), me().store_id, values))
    return {model.id: f"{model.name} {model.configuration}" for model in catalogue.all_models(looking(), me())}


# ── addresses ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _span() -> Span:
    typed = request.args.get("span", "")
    return Span(typed) if typed in list(Span) else Span.FREE if day_asked("from") else Span.MONTH


def _dimension() -> str:
    typed = request.args.get("by", "")
    return typed if typed in BY else "hour"


def _period() -> Period:
    """The days that the address names: from and to, or a day and how much around it."""
    today = calendar_of(looking()).today(g.now)
    first, last = day_asked("from"), day_asked("to")
    if _span() is Span.FREE:
        return periods.period_between(first or last or today, last or first or today)
    return periods.period_around(day_asked() or today, _span())


def _other_than_asked(period: Period) -> str:
    """That the two days that were named are not those of the period: exchanged, or too far apart."""
    asked = day_asked("from"), day_asked("to")
    if None in asked or asked == (period.first, period.last):
        return ""
    return say(
        "This is not quite what was asked for: the period shown is {first} to {last}. Its first day comes before its "
        "last, and it has {days} days at most.",
        first=show(period.first), last=show(period.last), days=periods.MOST_DAYS,
    )  # fmt: skip


def _days(period: Period) -> dict[str, str]:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def _address(period: Period, span: Span, by: str) -> str:
    asked = _days(period) if span is Span.FREE else {"span": span.value, "day": period.first.isoformat()}
    return f"/reports/traffic?{urlencode(asked | {'by': by})}"


def _spans(period: Period, dimension: str) -> list[dict[str, Any]]:
    """Day, week and month around the last day that is not ahead."""
    day = min(period.last, max(period.first, calendar_of(looking()).today(g.now)))
    return [
        {
            "label": show(each),
            "url": f"/reports/traffic?{urlencode({'span': each.value, 'day': day.isoformat(), 'by': dimension})}",
            "current": each is _span(),
        }
        for each in (Span.DAY, Span.WEEK, Span.MONTH)
    ]


def _around(period: Period, span: Span, dimension: str) -> dict[str, str]:
    """The period before and the one after; none for a free one."""
    if span is Span.FREE:
        return {}
    before = periods.period_around(period.first - timedelta(days=1), span)
    if period.last >= calendar_of(looking()).today(g.now):
        return {"before": _address(before, span, dimension)}  # nobody has come tomorrow
    after = periods.period_around(period.last + timedelta(days=1), span)
    return {"before": _address(before, span, dimension), "after": _address(after, span, dimension)}


def _rows_url(period: Period, figure: str, dimension: str = "", value: Any = None) -> str:
    """Written out by hand, for a page has hundreds of them: days, codes, ids and hours need no quoting."""
    address = f"/reports/traffic/rows?from={period.first}&to={period.last}&figure={figure}"
    if not dimension:
        return address
    return f"{address}&by={dimension}&value={'none' if value is None else getattr(value, 'value', value)}"


# ── behind a number ───────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/reports/traffic/rows")
def rows() -> Answer:
    """The rows that a number counts, by the same condition."""
    need("see traffic")
    asked = _slice()
    found = traffic.listed(looking(), me(), asked, request.args.get("below", type=a_number))
    more = len(found) > traffic.PAGE
    kept = {name: value for name, value in request.args.items() if name not in ("below", "lang")}
    return render_template(
        "traffic/rows.html",
        title=say(TITLES[asked.figure][0]) if asked.figure else say("Register"),
        formula=say(TITLES[asked.figure][1]) if asked.figure else "",
        period=asked.period,
        narrowed=_narrowed(asked),
        count=traffic.how_many(looking(), me(), asked),
        rows=[_listed(each) for each in found[: traffic.PAGE]],
        older=f"/reports/traffic/rows?{urlencode(kept | {'below': found[traffic.PAGE - 1].number})}" if more else "",
        newest=f"/reports/traffic/rows?{urlencode(kept)}" if request.args.get("below") else "",
        back=f"/reports/traffic?{urlencode(_days(asked.period) | {'by': asked.dimension or 'hour'})}",
    )


def _listed(visit: Visit) -> dict[str, Any]:
    """As on the board, with the day before the time; phones stay masked."""
    when = f"{short_day(visit.day)} {visit.came_at.astimezone(SHOP_ZONE):%H:%M}"
    phone = mask_phone(visit.phone) if visit.phone and visit.name else ""
    return walkins.in_list(visit) | {"when": when, "why": walkins.why(visit), "phone": phone}


def _slice() -> Slice:
    figure, dimension = request.args.get("figure", ""), request.args.get("by", "")
    if (figure and figure not in TITLES) or (dimension and dimension not in BY):
        abort(404)
    try:
        value = traffic.value_of(dimension, request.args.get("value", "")) if dimension else None
    except ValueError:
        abort(404)
    return Slice(_period(), figure or None, dimension or None, value)


def _narrowed(asked: Slice) -> str:
    """By source: motor show."""
    if asked.dimension is None:
        return ""
    if asked.dimension in ("hour", "day"):
        called = f"{asked.value}:00" if asked.dimension == "hour" else short_day(asked.value)
    else:
        called = _names(asked.dimension, [asked.value]).get(asked.value) or say("Not named")
    return f"{say(BY[asked.dimension])} · {called}"


@pages.get("/reports/traffic/sheet")
def sheet() -> Answer:
    """The period as a workbook: the figures with their formulas, and every way to divide them."""
    need("see traffic")
    period = _period()
    tables = {say(label): _parts(period, name) for name, label in BY.items()}
    total = traffic.counted(looking(), me(), period)
    parts = {title: [(called, counts) for _, called, counts in found] for title, found in tables.items()}
    answer = Response(traffic_sheet.workbook(period, total, parts, language()), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="traffic-{period.first}-{period.last}.xlsx"'
    return answer
