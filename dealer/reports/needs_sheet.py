"""What customers want as a workbook: a sheet for each way to divide the wishes, month by month, with their sums."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from dealer.engine.words import say
from dealer.reports.needs import Sums

Part = tuple[str, dict[str, Any]]  # how a class or a model is called, and which it is


def workbook(parts: Sequence[tuple[str, Sequence[Part]]], found: Sums, months: list[date], language: str) -> bytes:
    """An .xlsx; `parts` are pairs of a sheet's title and its rows. The last row sums all wishes up."""
    from xlsxwriter import Workbook

    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bg_color": "#EAF0FF", "border": 1})
    for title, rows in parts:
        sheet = book.add_worksheet(title)
        sheet.set_column(0, 0, 28)
        sheet.freeze_panes(1, 1)
        sheet.write_row(0, 0, (title, say("Together", language), *(f"{month:%Y-%m}" for month in months)), head)
        for at, (called, which) in enumerate((*rows, (say("Together", language), {})), 1):
            sheet.write_string(at, 0, called)
            sheet.write_row(at, 1, [found.cars(**which), *(found.cars(**which, month=month) for month in months)])
    book.close()
    return out.getvalue()
