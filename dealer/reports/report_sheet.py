"""A report as a workbook: its figures with their formulas, then a sheet for each way to divide them. Numbers only."""

from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO
from typing import Any

from dealer.engine.words import say, show
from dealer.reports.counting import parts_by, sum_up
from dealer.reports.looking import Look
from dealer.reports.shape import DAYS, PERCENT, YUAN, Counts, Report

SCALES = {PERCENT: 100, YUAN: 100, DAYS: 10}
FORMATS = {PERCENT: "0%", YUAN: "#,##0.00", DAYS: "0.0"}


def workbook(report: Report, look: Look, language: str, mark: str = "") -> bytes:
    """An .xlsx of what this person sees; each printed page of it bears the mark."""
    from xlsxwriter import Workbook

    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    formats = {unit: book.add_format({"num_format": told}) for unit, told in FORMATS.items()}
    head = book.add_format({"bold": True, "bg_color": "#EAF0FF", "border": 1, "text_wrap": True, "valign": "top"})
    divided = {way: parts_by(report, look, way, language) for way in report.ways}
    total = sum_up(report, (counts for _, _, counts in next(iter(divided.values()))))
    _figures(book.add_worksheet(say("Figures", language)), head, formats, report, look, total, language)
    for way, parts in divided.items():
        title = say(report.ways[way].title, language)
        sheet = book.add_worksheet(title[:31])
        rows = [*((name, counts) for _, name, counts in parts), (say("In all", language), total)]
        _parts(sheet, head, formats, report, title, rows, language)
    for sheet in book.worksheets():
        sheet.set_footer("&C&8" + mark.replace("&", "&&")[:240])
    book.set_properties({"comments": mark})
    book.close()
    return out.getvalue()


def _figures(sheet: Any, head: Any, formats: Any, report: Report, look: Look, total: Counts, language: str) -> None:
    days = show([look.period.first, look.period.last], language)
    sheet.write_row(0, 0, (days, say("Value", language), say("Formula", language)), head)
    sheet.set_column(0, 1, 24)
    sheet.set_column(2, 2, 80)
    for at, name in enumerate(report.columns, 1):
        told = report.titled(name)
        sheet.write_row(at, 0, (say(told.title, language), "", say(told.formula, language)))
        _write(sheet, at, 1, report, total, name, formats)


def _parts(
    sheet: Any, head: Any, formats: Any, report: Report, title: str, rows: Iterable[tuple[str, Counts]], language: str
) -> None:
    names = report.columns
    sheet.write_row(0, 0, (title, *(say(report.titled(name).title, language) for name in names)), head)
    sheet.set_column(0, len(names), 18)
    sheet.freeze_panes(1, 1)
    for at, (name, counts) in enumerate(rows, 1):
        sheet.write_string(at, 0, name)
        for column, figure in enumerate(names, 1):
            _write(sheet, at, column, report, counts, figure, formats)


def _write(sheet: Any, row: int, column: int, report: Report, counts: Counts, name: str, formats: Any) -> None:
    """A number as a number; without anything to divide by the cell stays empty."""
    value, unit = counts.value(report, name), report.titled(name).unit
    if value is not None and unit:
        sheet.write_number(row, column, Decimal(value) / SCALES[unit], formats[unit])
    elif value is not None:
        sheet.write_number(row, column, value)
