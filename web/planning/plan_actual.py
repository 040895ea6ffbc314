"""Plan against actual on screen: a period beside its targets, what is left to do, and what the pipeline promises."""

from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from dealer.engine import charts
from dealer.engine.charts import Chart, Series
from dealer.planning import actuals, forecasts, versions
from dealer.planning.against import Against, Line, against, workbook
from dealer.planning.forecasts import Phase
from dealer.records.deals import DealState
from dealer.records.planning import PlanKind
from dealer.reports.looking import Look
from dealer.reports.shape import Report
from web import steps
from web.asking import Answer, me, need, or_404
from web.language import language, say, short_day, show
from web.papers.papers import XLSX
from web.planning.plans import tabs
from web.reports.chosen import Chosen, chosen
from web.reports.report_page import drawn_rows

pages = Blueprint("plan_actual", __name__)
HERE = {PlanKind.SALES: "/plans/actual", PlanKind.ORDERING: "/plans/ordering"}


@pages.get("/plans/actual")
def sales() -> Answer:
    """Cars signed and handed over beside the sales plan."""
    return _page(PlanKind.SALES)


@pages.get("/plans/ordering")
def ordering() -> Answer:
    """Cars ordered from the factory beside the ordering plan."""
    return _page(PlanKind.ORDERING)


def _page(kind: PlanKind) -> Answer:
    report, asked = _asked(kind)
    by = request.args.get("by", "")
    by = by if by in report.ways else next(iter(report.ways))
    frame = {
        "title": say(report.title), "chooser": asked.for_macro(by), "tabs": tabs("/plans/actual"),
        "kinds": _kinds(kind),
    }  # fmt: skip
    if asked.look is None:
        return render_template("plans/actual.html", **frame), 422
    found = against(asked.look, kind, by, language())
    promised = forecasts.phases(asked.look) if kind is PlanKind.SALES else []
    return render_template(
        "plans/actual.html",
        period=asked.look.period,
        group=asked.group_name,
        around=asked.around(by),
        sheet=asked.below("sheet"),
        ways=[
            {"label": say(way.title), "url": asked.url(by=key), "current": key == by}
            for key, way in report.ways.items()
        ],
        by=say(report.ways[by].title),
        figures=_figures(report, asked, found, promised),
        chart=_chart(found, by),
        columns=[say(title) for title in _columns(report)],
        rows=[{"cells": [line.name, *_cells(report, asked, found, line, by)]} for line in found.lines],
        totals=[say("In all"), *_totals(report, asked, found)],
        phases=[_phase(asked, each) for each in promised],
        history=forecasts.days_back(asked.look) if promised else 0,
        **frame,
    )


def _asked(kind: PlanKind) -> tuple[Report, Chosen]:
    report = actuals.REPORTS[kind]
    need(report.duty)
    return report, chosen(HERE[kind])


def _kinds(kind: PlanKind) -> list[dict[str, Any]]:
    shown = [PlanKind.SALES, *([PlanKind.ORDERING] if versions.sees_all(me()) else [])]
    return [{"label": show(each), "url": HERE[each], "current": each is kind} for each in shown]


# ── figures and table ─────────────────────────────────────────────────────────────────────────────────────────────


def _counted(report: Report) -> list[str]:
    """The figures that are cars."""
    return [name for name, figure in report.figures.items() if not figure.unit]


def _columns(report: Report) -> list[str]:
    return ["Target", *(report.figures[name].title for name in _counted(report)), "Short of target"]


def _figures(report: Report, asked: Chosen, found: Against, promised: list[Phase]) -> list[dict[str, Any]]:
    actual = report.figures[actuals.ACTUAL[found.kind]]
    told: list[dict[str, Any]] = [
        {
            "label": say("Target"),
            "value": f"{found.target:,}",
            "note": say("spread over the working days of its months"),
        }
    ]
    for name in _counted(report):
        count, figure = found.total.of[name], report.figures[name]
        url = asked.below("rows", figure=name) if count else ""
        told.append({"label": say(figure.title), "value": f"{count:,}", "note": say(figure.formula), "url": url})
    left = say("{target} − {actual}", target=found.target, actual=f"{say(actual.title)} {found.actual}")
    told.append(
        {"label": say("Short of target"), "value": f"{found.gap:,}", "note": left, "tone": "bad" if found.gap else "ok"}
    )
    told.append(_a_day(found))
    if promised:
        total = forecasts.in_all(promised)
        note = say("signed {signed} + pipeline {pipeline}, reckoned below", signed=found.actual, pipeline=total)
        told.append({"label": say("Forecast"), "value": f"{found.actual + total:,}", "note": note})
    return told


def _a_day(found: Against) -> dict[str, Any]:
    value = "—" if found.a_day is None else _tenths(found.a_day)
    note = say("missing {gap} ÷ {days} working days left, today included", gap=found.gap, days=found.days_left)
    return {"label": say("Each working day left"), "value": value, "note": note}


def _tenths(value: int) -> str:
    return f"{value // 10:,}.{value % 10}"


def _cells(report: Report, asked: Chosen, found: Against, line: Line, by: str) -> list[Any]:
    where = {"by": by, "value": "none" if line.value is None else getattr(line.value, "value", line.value)}
    cells: list[Any] = [f"{line.target:,}" if line.target else "—"]
    for name in _counted(report):
        count, own = line.counts.of[name], name == actuals.ACTUAL[found.kind]
        note = f"{100 * count // line.target} %" if own and line.target and count > 0 else ""
        cells.append(
            {"text": f"{count:,}", "note": note, "url": asked.below("rows", figure=name, **where)} if count else 0
        )
    missing = max(0, line.target - line.counts.of[actuals.ACTUAL[found.kind]])
    return [*cells, missing if line.target else "—"]


def _totals(report: Report, asked: Chosen, found: Against) -> list[Any]:
    counts = [
        {"text": f"{count:,}", "url": asked.below("rows", figure=name)} if (count := found.total.of[name]) else 0
        for name in _counted(report)
    ]
    return [f"{found.target:,}", *counts, found.gap]


def _chart(found: Against, by: str) -> Chart:
    """What came, and what is missing to the target: together the target while it is not reached."""
    actual = [max(0, line.counts.of[actuals.ACTUAL[found.kind]]) for line in found.lines]
    missing = [max(0, line.target - came) for line, came in zip(found.lines, actual, strict=True)]
    title = actuals.REPORTS[found.kind].figures[actuals.ACTUAL[found.kind]].title
    series = [Series(say(title), actual), Series(say("Short of target"), missing)]
    draw = charts.standing_bars if by == "month" else charts.lying_bars
    return draw([line.name for line in found.lines], series)


# ── forecast ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _phase(asked: Chosen, phase: Phase) -> dict[str, Any]:
    def opened(count: int, which: str) -> Any:
        url = asked.below("pipeline", phase=phase.state.value, which=which)
        told = count and (which in ("open", "later") or versions.sees_all(me()))
        return {"text": f"{count:,}", "url": url} if told else f"{count:,}"

    share = "—" if phase.share is None else f"{phase.share} %"
    return {
        "cells": [
            show(phase.state), opened(phase.reached, "reached"), opened(phase.decided, "decided"), share,
            opened(phase.cars, "open"), _tenths(phase.weighted), opened(phase.later, "later"),
        ]
    }  # fmt: skip


@pages.get("/plans/actual/pipeline")
def pipeline() -> Answer:
    """The deals behind a number of the forecast."""
    _, asked = _asked(PlanKind.SALES)
    look: Look = or_404(asked.look)
    phase, which = request.args.get("phase", ""), request.args.get("which", "")
    if phase not in [state.value for state in forecasts.PHASES] or which not in forecasts.LISTS:
        abort(404)
    state = DealState(phase)
    return render_template(
        "plans/pipeline.html",
        title=f"{show(state)} · {say(TITLES[which])}",
        back=asked.url(),
        count=forecasts.how_many(look, state, which),
        rows=[
            {
                "url": steps.seen_url(deal),
                "cells": [
                    deal.customer.name, show(deal.state), deal.owner.name,
                    short_day(deal.need.wanted_by) if deal.need else "—", cars,
                ],
            }
            for deal, cars in forecasts.listed(look, state, which)
        ],
    )  # fmt: skip


TITLES = {
    "open": "Open cars",
    "later": "Wanted later, or no day named",
    "decided": "Decided",
    "reached": "Signed of them",
}


# ── rows and sheet ────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/plans/actual/rows")
def rows() -> Answer:
    """The rows that a number counts, by the same condition."""
    return drawn_rows(*_asked(PlanKind.SALES))


@pages.get("/plans/ordering/rows")
def ordering_rows() -> Answer:
    """Likewise for the ordering plan."""
    return drawn_rows(*_asked(PlanKind.ORDERING))


@pages.get("/plans/actual/sheet")
def sheet() -> Answer:
    """The period as a workbook."""
    return _sheet(PlanKind.SALES)


@pages.get("/plans/ordering/sheet")
def ordering_sheet() -> Answer:
    """Likewise for the ordering plan."""
    return _sheet(PlanKind.ORDERING)


def _sheet(kind: PlanKind) -> Response:
    report, asked = _asked(kind)
    look: Look = or_404(asked.look)
    answer = Response(workbook(look, kind, language()), mimetype=XLSX)
    days = f"{look.period.first}-{look.period.last}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{report.name}-{days}.xlsx"'
    return answer
