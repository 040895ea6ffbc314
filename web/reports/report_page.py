"""Every report of the one shape (dealer/reports): its page, the rows behind a number, its workbook."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, render_template, request

from dealer import people
from dealer.engine import charts
from dealer.engine.charts import Chart, Series
from dealer.reports import counting, report_sheet
from dealer.reports.counting import Part, Slice
from dealer.reports.looking import Look
from dealer.reports.shape import PERCENT, Counts, Figure, Rate, Report, Source, shown
from dealer.reports.shelf import REPORTS
from dealer.reports.ways import called
from web import steps
from web.asking import Answer, a_number, looking, need, or_404
from web.due import when
from web.language import language, say, short_day, show
from web.papers.papers import XLSX
from web.reports.chosen import Chosen, chosen

pages = Blueprint("report_page", __name__)


def _report(name: str) -> Report:
    report: Report = or_404(REPORTS.get(name))
    need(report.duty)
    return report


# ── the page ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/reports/<name>")
def page(name: str) -> Answer:
    """One period, divided one way."""
    report = _report(name)
    return drawn(report, chosen(f"/reports/{name}"))


def drawn(report: Report, asked: Chosen, **more: Any) -> Answer:
    """The page of a report; with what is wrong beside the fields when no period was chosen."""
    by = request.args.get("by", "")
    by = by if by in report.ways else next(iter(report.ways))
    frame = {"title": say(report.title), "chooser": asked.for_macro(by), "crumbs": _crumbs()} | more
    if asked.look is None:
        return render_template("reports/page.html", **frame), 422
    parts = counting.parts_by(report, asked.look, by, language())
    total = counting.sum_up(report, (counts for _, _, counts in parts))
    told = {
        "period": asked.look.period,
        "group": asked.group_name,
        "around": asked.around(by),
        "sheet": asked.below("sheet"),
        "ways": [
            {"label": say(way.title), "url": asked.url(by=key), "current": key == by}
            for key, way in report.ways.items()
        ],
        "by": say(report.ways[by].title),
        "figures": [_figure(report, asked, name, total) for name in report.top],
        "charts": [_chart(report, parts, names) for names in report.charts],
        "columns": [say(report.titled(name).title) for name in _columns(report)],
        "rows": [{"cells": [name, *_cells(report, asked, counts, by, value)]} for value, name, counts in parts],
        "totals": [say("In all"), *_cells(report, asked, total)],
        "beneath": _list(report, asked, asked.look, Slice(report.beneath)) if report.beneath else None,
        "listed": total.of.get(report.beneath),
        "list_sheet": list_sheet(report, asked) if report.beneath else "",
    }
    return render_template("reports/page.html", **told | frame)


def _crumbs() -> list[dict[str, str]]:
    """The way to what stands in the list of reports; other reports have their place among the tabs of their subject."""
    return [{"label": say("Reports"), "url": "/reports"}]


def list_sheet(report: Report, asked: Chosen) -> str:
    """Where the list is taken out as a sheet: names leave the house marked and with a reason."""
    return f"/exports/{report.name}?{urlencode({'from': asked.typed['first'], 'to': asked.typed['last']})}"


def _columns(report: Report) -> list[str]:
    """Every figure; a rate in percent stands below its part, other rates have a column of their own."""
    return [name for name in report.columns if name not in report.rates or report.rates[name].unit != PERCENT]


def _figure(report: Report, asked: Chosen, name: str, counts: Counts) -> dict[str, Any]:
    """A figure with its formula; a rate also with what is divided: 42 %: orders ÷ visits, 21 ÷ 50."""
    told, value = report.titled(name), counts.value(report, name)
    note = say(told.formula)
    if isinstance(told, Rate):
        part, base = (
            shown(counts.of[told.part], report.figures[told.part].unit),
            shown(counts.base(told), report.figures[told.base[0]].unit),
        )
        note = say("{formula}: {part} ÷ {base}", formula=note, part=part, base=base)
    rows = told.part if isinstance(told, Rate) else name
    return {
        "label": say(told.title), "value": shown(value, told.unit), "note": note, "tone": _tone(told, value),
        "url": asked.below("rows", figure=rows) if value is not None and counts.of.get(rows, 1) else "",
    }  # fmt: skip


def _tone(told: Figure | Rate, value: int | None) -> str:
    """What is bad at any number, and what has not reached its goal."""
    if isinstance(told, Figure):
        return "bad" if told.alarm and value else ""
    if told.goal is None or value is None:
        return ""
    return "ok" if value >= told.goal else "bad"


def _cells(report: Report, asked: Chosen, counts: Counts, by: str = "", value: Any = None) -> Iterable[Any]:
    return (_cell(report, asked, counts, name, by, value) for name in _columns(report))


def _cell(report: Report, asked: Chosen, counts: Counts, name: str, by: str, value: Any) -> Any:
    """A number that opens its rows, and the share it makes; a zero has none to open."""
    counted = counts.value(report, name)
    told = shown(counted, report.titled(name).unit)
    if name in report.rates or counted is None or not counts.of.get(name, 1):
        return told
    rates = (each for each, rate in report.rates.items() if rate.part == name and rate.unit == PERCENT)
    note = next((shown(counts.value(report, each), PERCENT) for each in rates), "")
    where = {"by": by, "value": "none" if value is None else getattr(value, "value", value)} if by else {}
    return {"text": told, "note": note, "url": asked.below("rows", figure=name, **where)}


def _chart(report: Report, parts: list[Part], names: Iterable[str]) -> Chart:
    titles = {name: say(report.figures[name].title) for name in names}
    series = [Series(title, [counts.of[name] for _, _, counts in parts]) for name, title in titles.items()]
    draw = charts.standing_bars if parts and isinstance(parts[0][0], date) else charts.lying_bars
    return draw([name for _, name, _ in parts], series)


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _list(report: Report, asked: Chosen, look: Look, rows: Slice, below: int | None = None) -> dict[str, Any]:
    found = counting.listed(report, look, rows, below)
    more, found = len(found) > counting.PAGE, found[: counting.PAGE]
    source = report.figures[rows.figure].source
    names = people.names(looking(), [row.whose for row in found])
    kept = {name: request.args[name] for name in ("by", "value") if name in request.args}
    return {
        "title": say(report.figures[rows.figure].title),
        "heads": _heads(source, found),
        "rows": [_line(source, row, names.get(row.whose, "—")) for row in found],
        "older": asked.below("rows", figure=rows.figure, below=found[-1].key, **kept) if more else "",
        "newest": asked.below("rows", figure=rows.figure, **kept) if below is not None else "",
    }


def _heads(source: Source, found: list[Any]) -> list[dict[str, Any]]:
    """The heads of a list; numbers stand to the right."""
    cells = source.tell(*found[0][:-2]) if found else ()
    nums = [isinstance(cell, int) for cell in cells] or [False] * len(source.heads)
    heads = [{"label": say(head), "num": num} for head, num in zip(source.heads, nums, strict=True)]
    return [*heads, {"label": say("Person")}]


def _line(source: Source, row: Any, person: str) -> dict[str, Any]:
    told = row[:-2]
    return {"url": steps.seen_url(source.thing(*told)), "cells": [*map(_told, source.tell(*told)), person]}


def _told(value: Any) -> Any:
    match value:
        case None | [] | "":
            return "—"
        case [*_]:
            return {"text": show(value), "tone": "bad"}
        case datetime():
            return when(value)
        case date():
            return short_day(value)
        case _:
            return show(value)


@pages.get("/reports/<name>/rows")
def rows(name: str) -> Answer:
    """The rows that a number counts, by the same condition."""
    report = _report(name)
    return drawn_rows(report, chosen(f"/reports/{name}"))


def drawn_rows(report: Report, asked: Chosen, crumbs: list[dict[str, str]] | None = None) -> Answer:
    """The page behind a number."""
    look, asked_for = or_404(asked.look), _slice(report)
    figure = report.figures[asked_for.figure]
    return render_template(
        "reports/rows.html",
        report=say(report.title),
        crumbs=_crumbs() if crumbs is None else crumbs,
        period=look.period,
        formula=say(figure.formula),
        narrowed=" · ".join(filter(None, (asked.group_name, _narrowed(report, look, asked_for)))),
        back=asked.url(by=asked_for.way or next(iter(report.ways))),
        has=_has(report, look, asked_for),
        **_list(report, asked, look, asked_for, request.args.get("below", type=a_number)),
    )


def _has(report: Report, look: Look, rows: Slice) -> str:
    """How many rows; of a number that adds something up also what it comes to."""
    figure, count = report.figures[rows.figure], say(report.noun, count=counting.how_many(report, look, rows))
    if figure.sums is None or figure.middle:
        return count
    amount = shown(counting.amount_of(report, look, rows), figure.unit)
    return f"{count} · {say(figure.title)} {amount}"


def _slice(report: Report) -> Slice:
    figure, way = request.args.get("figure", next(iter(report.figures))), request.args.get("by", "")
    if figure not in report.figures or (way and way not in report.ways):
        abort(404)
    if not way:
        return Slice(figure)
    typed = request.args.get("value", "none")
    try:
        return Slice(figure, way, None if typed == "none" else report.ways[way].read(typed))
    except ValueError:
        abort(404)


def _narrowed(report: Report, look: Look, rows: Slice) -> str:
    """By person: 李娜."""
    if rows.way is None:
        return ""
    way = report.ways[rows.way]
    return f"{say(way.title)} · {called(way, look, [rows.value], language())[rows.value]}"


@pages.get("/reports/<name>/sheet")
def sheet(name: str) -> Answer:
    """The period as a workbook."""
    return workbook(_report(name), chosen(f"/reports/{name}"))


def workbook(report: Report, asked: Chosen) -> Response:
    """The figures with their formulas, and every way to divide them."""
    look = or_404(asked.look)
    answer = Response(report_sheet.workbook(report, look, language()), mimetype=XLSX)
    days = f"{look.period.first}-{look.period.last}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{report.name}-{days}.xlsx"'
    return answer
