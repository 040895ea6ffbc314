"""Files as others want them: which columns in which order, each in its form, under which lines. One machine writes all.

A layout is data, whoever keeps it: the files for tax and accounts stand in money/ledger.py, those of manufacturers are
versions that somebody approved (oem/oem_layouts.py). Amounts come as fen and leave as yuan.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO
from typing import Any, NamedTuple

from dealer.engine.amounts import yuan
from dealer.sheets.sheets import MEDIA_TYPE

CSV = "text/csv"


class Column(NamedTuple):
    """One column of a file: its head as the other side wants it, the field it shows, and its form."""

    head: str
    field: str
    form: str = "text"
    always: str = ""  # what stands in every row, where it is no field of ours


@dataclass(frozen=True)
class Layout:
    """What one program, or one manufacturer, reads."""

    columns: Sequence[Column]
    file: str = "xlsx"  # a key of FILES
    sheet: str = ""
    above: Sequence[str] = ()  # lines over the columns, their names in braces filled in
    totals: Sequence[str] = ()  # fields that a last row adds up


class Form(NamedTuple):
    """How a value is written: as a text, and as a cell with a number format (none: as its text)."""

    plain: Callable[[Any], str]
    cell: str | None = None


# Days are called as a spreadsheet calls them: that is how a manufacturer's sheet says what it wants.
FORMS: dict[str, Form] = {
    "text": Form(str),
    "number": Form(str, "General"),
    "yuan": Form(lambda fen: str(yuan(fen)), "#,##0.00"),
    "day": Form(date.isoformat, "yyyy-mm-dd"),
    "yyyy/m/d": Form(lambda day: f"{day.year}/{day.month}/{day.day}", "yyyy/m/d"),
    "yyyymmdd": Form(lambda day: f"{day:%Y%m%d}"),
    "yyyy年m月d日": Form(lambda day: f"{day.year}年{day.month}月{day.day}日"),
    "yyyymm": Form(lambda day: f"{day:%Y%m}"),
}
OF_A_DAY = ("day", "yyyy/m/d", "yyyymmdd", "yyyy年m月d日", "yyyymm")

Row = Mapping[str, Any]


def write(layout: Layout, rows: Iterable[Row], told: Mapping[str, str] | None = None) -> bytes:
    """The file: `told` fills the names in the lines above the columns."""
    lines, rows = [line.format_map(told or {}) for line in layout.above], list(rows)
    if layout.totals:
        rows.append({name: sum(row.get(name) or 0 for row in rows) for name in layout.totals})
    return FILES[layout.file].write(layout, rows, lines)


def value_of(column: Column, row: Row) -> Any:
    """What stands in a cell before it is given its form."""
    return column.always or row.get(column.field)


def shown(column: Column, row: Row) -> str:
    """A cell as it is read."""
    value = value_of(column, row)
    if value in (None, ""):
        return ""
    return str(value) if column.always else FORMS[column.form].plain(value)


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _csv(layout: Layout, rows: Iterable[Row], lines: Sequence[str]) -> str:
    out = StringIO()
    writer = csv.writer(out)
    for line in lines:
        writer.writerow([_harmless(line)])
    writer.writerow([column.head for column in layout.columns])
    for row in rows:
        writer.writerow([_plain(column, row) for column in layout.columns])
    return out.getvalue()


def _plain(column: Column, row: Row) -> str:
    text = shown(column, row)
    return _harmless(text) if column.form == "text" else text


def _harmless(text: str) -> str:
    """A text that begins like a formula is made one no more."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _utf8(layout: Layout, rows: Iterable[Row], lines: Sequence[str]) -> bytes:
    """With its mark, which Excel asks for."""
    return b"\xef\xbb\xbf" + _csv(layout, rows, lines).encode()


def _chinese(layout: Layout, rows: Iterable[Row], lines: Sequence[str]) -> bytes:
    """In the Chinese encoding of Windows: it has every character there is."""
    return _csv(layout, rows, lines).encode("gb18030")


# ── workbooks ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _xlsx(layout: Layout, rows: Iterable[Row], lines: Sequence[str]) -> bytes:
    """Nothing in it is a formula."""
    from xlsxwriter import Workbook

    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page, bold = book.add_worksheet(layout.sheet or None), book.add_format({"bold": True})
    formats = {form.cell: book.add_format({"num_format": form.cell}) for form in FORMS.values() if form.cell}
    for at, line in enumerate(lines):
        page.write_string(at, 0, line, bold)
    top = len(lines)
    for at, column in enumerate(layout.columns):
        page.write_string(top, at, column.head, bold if lines else None)
        page.set_column(at, at, 20)
    for number, row in enumerate(rows, top + 1):
        for at, column in enumerate(layout.columns):
            _cell(page, number, at, column, row, formats)
    page.freeze_panes(top + 1, 0)
    book.close()
    return out.getvalue()


def _cell(page: Any, number: int, at: int, column: Column, row: Row, formats: dict[str, Any]) -> None:
    value, form = value_of(column, row), FORMS[column.form]
    if value in (None, ""):
        return
    if form.cell is None or column.always:
        page.write_string(number, at, shown(column, row))
    elif column.form in OF_A_DAY:
        page.write_datetime(number, at, value, formats[form.cell])
    else:
        page.write_number(number, at, yuan(value) if column.form == "yuan" else value, formats[form.cell])


class Kind(NamedTuple):
    """A kind of file: how it is written, how its name ends, what the browser calls it."""

    write: Callable[[Layout, Iterable[Row], Sequence[str]], bytes]
    ending: str
    media_type: str


FILES = {
    "xlsx": Kind(_xlsx, "xlsx", MEDIA_TYPE),
    "csv": Kind(_utf8, "csv", CSV),
    "csv_gb": Kind(_chinese, "csv", CSV),
}
