"""Needs: what customers want by class, model and month; every number opens the deals or cards behind it."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from dealer.engine import charts
from dealer.engine.calendar import add_months
from dealer.engine.charts import Series
from dealer.records.customers import CustomerClass
from dealer.reports import needs, needs_sheet
from dealer.reports.needs import ANY, UNKNOWN, Sums, Wanting
from web.asking import Answer, day_asked, looking, looking_ask, me, need
from web.language import language, say, show
from web.papers.papers import XLSX

pages = Blueprint("needs", __name__)
HERE = "/reports/needs"
MOST = 500  # rows of one list; the sum is of all
ADDRESSES = {Wanting.SHEETS: "/deals", Wanting.CARDS: "/prospects"}


def _asked() -> tuple[Wanting, list[date]]:
    """Which wishes, and of which months."""
    need("see cards")
    typed = request.args.get("of", "")
    of = next((each for each in Wanting if each.value == typed), Wanting.SHEETS)
    return of, needs.months_until(day_asked() or looking_ask().today)


@pages.get(HERE)
def page() -> Answer:
    """Half a year of wishes: by class of customer, and by model."""
    of, months = _asked()
    found, names = needs.sums(looking(), me(), of, months), _names()
    return render_template(
        "needs/page.html",
        title=show(of),
        tabs=[{"label": show(each), "url": _url(each, months), "current": each is of} for each in Wanting],
        months=[f"{month:%Y-%m}" for month in reversed(months)],
        blocks=[
            {
                "title": title,
                "lines": [_line(names[by][value], {by: value}, found, of, months) for value in values],
                "chart": charts.lying_bars(
                    [names[by][value] for value in values],
                    [Series(show(of), [_of(found, by, value) for value in values])],
                ),
            }
            for title, by, values in _ways(found)
            if found.of
        ],
        sheet=f"{HERE}/sheet?of={of.value}&day={months[-1]}",
        total=_line(say("Together"), {}, found, of, months),
        before=_url(of, [add_months(months[-1], -needs.MONTHS)]),
        after=_url(of, [add_months(months[-1], needs.MONTHS)]) if months[-1] < _this_month() else "",
    )  # fmt: skip


def _ways(found: Sums) -> list[tuple[str, str, list[str]]]:
    """How wishes are divided: what a way is called, by what, and the values that occur."""
    return [
        (say("By class of customer"), "customer_class", found.classes()),
        (say("By model"), "model", found.models()),
    ]


def _of(found: Sums, by: str, value: str) -> int:
    which: dict[str, Any] = {by: value}
    return found.cars(**which)


def _this_month() -> date:
    return looking_ask().today.replace(day=1)


def _url(of: Wanting, months: list[date]) -> str:
    return f"{HERE}?of={of.value}&day={months[-1]}"


def _line(label: str, which: dict[str, Any], found: Sums, of: Wanting, months: list[date]) -> dict[str, Any]:
    asked = urlencode({"of": of.value, "day": months[-1], **which})
    told = [(None, ""), *((month, f"&month={month}") for month in reversed(months))]
    cells = [{"shown": found.cars(**which, month=at), "url": f"{HERE}/rows?{asked}{more}"} for at, more in told]
    return {"label": label, "cells": cells}


def _names() -> dict[str, dict[str, str]]:
    """What classes and models are called, by code and by id."""
    unknown = {UNKNOWN: say("Not known")}
    return {
        "customer_class": {each.value: show(each) for each in CustomerClass} | unknown,
        "model": needs.models(looking(), me()) | unknown,
    }


@pages.get(f"{HERE}/sheet")
def sheet() -> Answer:
    """The half year as a workbook: numbers only, no customer's name."""
    of, months = _asked()
    found, names = needs.sums(looking(), me(), of, months), _names()
    parts = [(title, [(names[by][value], {by: value}) for value in values]) for title, by, values in _ways(found)]
    answer = Response(needs_sheet.workbook(parts, found, months[::-1], language()), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="needs-{of.value}-{months[-1]:%Y-%m}.xlsx"'
    return answer


@pages.get(f"{HERE}/rows")
def rows() -> Answer:
    """The deals or cards behind one number, with their sum."""
    of, months = _asked()
    which = {name: request.args.get(name, ANY) for name in ("customer_class", "model")}
    month = next((each for each in months if each.isoformat() == request.args.get("month")), None)
    found = needs.matching(needs.wishes(looking(), me(), of, months), month=month, **which)
    names = _names()
    told = [names[by].get(value, "") for by, value in which.items()] + ([f"{month:%Y-%m}"] if month else [])
    return render_template(
        "needs/rows.html",
        title=show(of),
        note=" · ".join(each for each in told if each) or f"{months[0]:%Y-%m} – {months[-1]:%Y-%m}",
        back=_url(of, months),
        total=needs.cars(found),
        rows=[
            {
                "url": f"{ADDRESSES[of]}/{each.number}",
                "cells": [
                    each.name,
                    show(each.customer_class) or "—",
                    names["model"][each.model_code],
                    f"{each.month:%Y-%m}",
                    each.cars,
                ],
            }
            for each in found[:MOST]
        ],
        more=len(found) > MOST,
    )
