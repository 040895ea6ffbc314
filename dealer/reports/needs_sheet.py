"""What customers want as a workbook: a sheet for each way to divide the wishes, month by month, with their sums."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

from dealer.engine.words import say
from dealer.reports import needs
from dealer.reports.needs import Wish

Part = tuple[str, list[Wish]]  # how a class or a model is called, and its wishes


def workbook(
    parts: Sequence[tuple[str, Sequence[Part]]], found: list[Wish], months: list[date], language: str
) -> bytes:
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
        for at, (called, theirs) in enumerate((*rows, (say("Together", language), found)), 1):
            sheet.write_string(at, 0, called)
            sheet.write_row(at, 1, _by_month(theirs, months))
    book.close()
    return out.getvalue()


def _by_month(found: list[Wish], months: list[date]) -> list[int]:
    return [needs.cars(found), *(needs.cars(needs.matching(found, month=month)) for month in months)]
