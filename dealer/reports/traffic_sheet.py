"""The traffic of a period as a workbook: the figures with their formulas, then a sheet for each way to divide them."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from dealer.engine.words import say, show
from dealer.reports.periods import Period
from dealer.reports.traffic import FIGURES, RATE_TITLES, RATES, TITLES, Counts

Part = tuple[str, Counts]  # how a value of a dimension is called, and its counts


def workbook(period: Period, total: Counts, parts: Mapping[str, Sequence[Part]], language: str) -> bytes:
    """An .xlsx; `parts` is title of the sheet → its rows."""
    from xlsxwriter import Workbook

    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bg_color": "#EAF0FF", "border": 1, "text_wrap": True, "valign": "top"})
    percent = book.add_format({"num_format": "0%"})
    _figures(book.add_worksheet(say("Figures", language)), head, percent, period, total, language)
    for title, rows in parts.items():
        _parts(book.add_worksheet(title), head, percent, title, rows, total, language)
    book.close()
    return out.getvalue()


def _figures(sheet: Any, head: Any, percent: Any, period: Period, total: Counts, language: str) -> None:
    days = show([period.first, period.last], language)
    sheet.write_row(0, 0, (days, say("Value", language), say("Formula", language)), head)
    sheet.set_column(0, 0, 28)
    sheet.set_column(2, 2, 70)
    for at, (name, (title, formula)) in enumerate(TITLES.items(), 1):
        sheet.write_row(at, 0, (say(title, language), total.of[name], say(formula, language)))
    for at, (name, (title, formula)) in enumerate(RATE_TITLES.items(), len(TITLES) + 1):
        sheet.write_row(at, 0, (say(title, language), "", say(formula, language)))
        _rate(sheet, at, 1, total, name, percent)


def _parts(sheet: Any, head: Any, percent: Any, title: str, rows: Sequence[Part], total: Counts, language: str) -> None:
    titles = [say(TITLES[name][0], language) for name in FIGURES] + [
        say(RATE_TITLES[name][0], language) for name in RATES
    ]
    sheet.write_row(0, 0, (title, *titles), head)
    sheet.set_column(0, 0, 24)
    sheet.freeze_panes(1, 1)
    for at, (name, counts) in enumerate((*rows, (say("In all", language), total)), 1):
        sheet.write_string(at, 0, name)
        sheet.write_row(at, 1, [counts.of[figure] for figure in FIGURES])
        for column, rate in enumerate(RATES, 1 + len(FIGURES)):
            _rate(sheet, at, column, counts, rate, percent)


def _rate(sheet: Any, row: int, column: int, counts: Counts, rate: str, percent: Any) -> None:
    value = counts.percent(rate)
    if value is not None:
        sheet.write_number(row, column, value / 100, percent)
