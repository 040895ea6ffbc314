"""Sheets that people fill in: reading an .xlsx cell by cell, and saying of each bad cell where it is and what to do.

A sheet comes from outside. Its size is looked at before it is opened, since two cells at opposite corners would make
any reader lay out all that lies between; and no value is guessed: a number typed as text may be a number somebody
meant as text.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from io import BytesIO
from typing import TYPE_CHECKING, Any

from dealer.engine import files
from dealer.engine.amounts import LARGEST_FEN, parse_yuan
from dealer.engine.malformed import Malformed, half_width
from dealer.engine.steps import Refusal, no
from dealer.engine.words import LANGUAGES, say, word_of
from dealer.sheets import csv_sheets

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

ZIPPED = b"PK"  # how a workbook begins
MEDIA_TYPE = "application/vnd.ms-excel"  # the short name of the family: files keep forty characters
MOST_ROWS = 20_000  # of data, below the header
MOST_COLUMNS = 100
MOST_UNPACKED = 200 * 1024 * 1024  # bytes: 20,000 full rows are a tenth of it


@dataclass(frozen=True)
class Column:
    """One column of a sheet. `title` is English, the key of its translation; either language may head it."""

    field: str
    title: str
    read: Callable[[Any], Any]
    required: bool = True
    example: Any = ""

    @property
    def heads(self) -> set[str]:
        """The texts that name it."""
        return {_plain(say(self.title, language)) for language in LANGUAGES}


@dataclass(frozen=True)
class Row:
    """One row that was filled in: its number in the sheet, the cells that could be read, and where each stands."""

    number: int
    values: Mapping[str, Any]
    cells: Mapping[str, str]  # field → "C7"


@dataclass(frozen=True)
class Trouble:
    """What is wrong in one cell, or (cell empty) with the sheet."""

    cell: str
    refusal: Refusal


class Unreadable(Exception):
    """The sheet as a whole cannot be used."""

    def __init__(self, *troubles: Trouble) -> None:
        super().__init__(", ".join(trouble.refusal.code for trouble in troubles))
        self.troubles = troubles


# ── the sheet ─────────────────────────────────────────────────────────────────────────────────────────────────────


def read(
    content: bytes, columns: Sequence[Column], *, also_csv: bool = False, below: int = 0
) -> tuple[list[Row], list[Trouble]]:
    """Every filled row of the first sheet, and everything that is wrong with single cells. Raises Unreadable.

    `below` says how many lines stand above the heads of the columns.
    """
    if also_csv and not content.startswith(ZIPPED):
        columns = [replace(each, read=csv_sheets.untyped(each.read)) for each in columns]
    table = table_of(content, also_csv=also_csv, below=below)
    if not table:
        raise Unreadable(Trouble("", no("The sheet is empty: start from the template.", code="E-SHEET-EMPTY")))
    places = _places(table[0], columns)
    troubles: list[Trouble] = []
    rows = [
        _row(number, cells, columns, places, troubles)
        for number, cells in enumerate(table[1:], 2 + below)
        if any(cell not in ("", None) for cell in cells)
    ]
    if not rows:
        raise Unreadable(Trouble("", no("The sheet has a header and no rows.", code="E-SHEET-EMPTY")))
    return rows, troubles


def table_of(content: bytes, *, also_csv: bool = True, below: int = 0) -> Sequence[Sequence[Any]]:
    """The cells of the first sheet from a line on, as they are. Raises Unreadable."""
    if also_csv and not content.startswith(ZIPPED):
        return _text_table(content, below)
    return _workbook_table(content)[below:]


def _workbook_table(content: bytes) -> Sequence[Sequence[Any]]:
    sheet = _open(content)
    merged = [Trouble(name_of(*first), _merged(last)) for first, last in sheet.merged_cell_ranges or ()]
    if merged:
        raise Unreadable(*merged)
    return sheet.to_python(skip_empty_area=False)


def _text_table(content: bytes, below: int) -> Sequence[Sequence[Any]]:
    if len(content) > files.MOST_BYTES:
        raise Unreadable(Trouble("", no("This file is larger than 20 MB: choose a smaller one.", code="E-FILE-SIZE")))
    try:
        table = csv_sheets.table(content, below)
    except csv_sheets.NoText:
        raise Unreadable(_not_a_sheet()) from None
    if len(table) > MOST_ROWS + 1 or len(table[0]) > MOST_COLUMNS:
        raise Unreadable(too_large(MOST_ROWS))
    return table


def _open(content: bytes) -> "CalamineSheet":
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    _refuse_outsize(content)
    try:
        return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
    except (CalamineError, PasswordError, IndexError):
        raise Unreadable(_not_a_sheet()) from None


def _not_a_sheet() -> Trouble:
    return Trouble(
        "",
        no(
            "This is not an .xlsx workbook without a password: save it as one and choose it again.",
            code="E-SHEET-FORMAT",
        ),
    )


def _refuse_outsize(content: bytes) -> None:
    if len(content) > files.MOST_BYTES:
        raise Unreadable(Trouble("", no("This file is larger than 20 MB: choose a smaller one.", code="E-FILE-SIZE")))
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            rows, columns = _extent(packed)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise Unreadable(_not_a_sheet()) from None
    if rows > MOST_ROWS + 1 or columns > MOST_COLUMNS:
        raise Unreadable(too_large(MOST_ROWS))


def too_large(rows: int) -> Trouble:
    """More than can be taken at once."""
    return Trouble(
        "",
        no(
            "At most {rows} rows and {columns} columns: divide the sheet.",
            code="E-SHEET-SIZE", rows=rows, columns=MOST_COLUMNS,
        ),
    )  # fmt: skip


_FILLED = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>')


def _extent(packed: zipfile.ZipFile) -> tuple[int, int]:
    """The last row and column that hold anything, over all sheets of the workbook."""
    infos = packed.infolist()
    if sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise zipfile.BadZipFile("unpacks to more than anybody types")
    rows = columns = 0
    for info in infos:
        if info.filename.startswith("xl/worksheets/"):
            for letters, number in _FILLED.findall(packed.read(info)):
                rows, columns = max(rows, int(number)), max(columns, _column_number(letters))
    return rows, columns


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def name_of(row: int, column: int) -> str:
    """C7 for (6, 2): how people find a cell."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _merged(last: tuple[int, int]) -> Refusal:
    return no(
        "Cells are merged from here to {last}: unmerge them and fill in each.",
        code="E-SHEET-MERGED", last=name_of(*last),
    )  # fmt: skip


def _plain(head: object) -> str:
    return re.sub(r"[\s*]", "", half_width(str(head))).casefold()


def _places(header: Sequence[Any], columns: Sequence[Column]) -> dict[str, int]:
    """Where each column stands; columns nobody asked for are left alone."""
    heads = [_plain(cell) for cell in header]
    places: dict[str, int] = {}
    troubles = []
    for column in columns:
        found = [at for at, head in enumerate(heads) if head in column.heads]
        if found:
            places[column.field] = found[0]
        elif column.required:
            troubles.append(Trouble("", _missing(column)))
        troubles += [Trouble(name_of(0, at), _twice(column)) for at in found[1:]]
    if troubles:
        raise Unreadable(*troubles)
    return places


def _missing(column: Column) -> Refusal:
    titles = " / ".join(say(column.title, language) for language in LANGUAGES)
    return no("The column “{column}” is missing from row 1.", code="E-SHEET-COLUMN", column=titles)


def _twice(column: Column) -> Refusal:
    titles = " / ".join(say(column.title, language) for language in LANGUAGES)
    return no("The column “{column}” stands here a second time: keep one.", code="E-SHEET-COLUMN", column=titles)


def _row(
    number: int, cells: Sequence[Any], columns: Sequence[Column], places: Mapping[str, int], troubles: list[Trouble]
) -> Row:
    values: dict[str, Any] = {}
    for column in columns:
        at = places.get(column.field)
        cell = "" if at is None else cells[at]
        if cell in ("", None) or (isinstance(cell, str) and not cell.strip()):
            if column.required:
                refusal = no("Fill in this cell.", code="E-REQ-FIELD")
                troubles.append(Trouble(name_of(number - 1, places[column.field]), refusal))
            continue
        try:
            values[column.field] = column.read(cell)
        except Malformed as wrong:
            refusal = Refusal(wrong.sentence, wrong.code, wrong.values)
            troubles.append(Trouble(name_of(number - 1, places[column.field]), refusal))
    named = {field: name_of(number - 1, at) for field, at in places.items()}
    return Row(number, values, named)


# ── cells ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def a_text(most: int = 40) -> Callable[[Any], str]:
    """A word or a code; a whole number such as 5008 is read as its digits."""

    def read_text(cell: Any) -> str:
        if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**15:
            cell = str(int(cell))
        if not isinstance(cell, str):
            raise Malformed("This is not a text: type it as one.", "E-CELL-TEXT")
        text = half_width(cell)
        if len(text) > most:
            raise Malformed("At most {most} characters: shorten it.", "E-CELL-LONG", most=most)
        return text

    return read_text


def an_identifier(check: Callable[[str], str] | None = None) -> Callable[[Any], str]:
    """A number that is a name. As a number Excel would have cut its leading zeros and its last digits."""
    text = a_text()

    def read_identifier(cell: Any) -> str:
        if isinstance(cell, float):
            raise Malformed("This is stored as a number: format the cell as text and type it again.", "E-CELL-NUMBER")
        return check(text(cell)) if check else text(cell)

    return read_identifier


def a_word(words: Iterable[Enum]) -> Callable[[Any], Any]:
    """One of our own words, such as 在店 or 质押, as either language has it."""
    known = tuple(words)
    text = a_text(200)

    def read_word(cell: Any) -> Any:
        typed = text(cell).casefold()
        for word in known:
            if typed in {word_of(word, language).casefold() for language in LANGUAGES}:
                return word
        raise Malformed("Write one of: {words}.", "E-CELL-WORD", words=known)

    return read_word


def an_amount(cell: Any) -> int:
    """Yuan as fen. Every number arrives as a binary fraction: what is within a ten-thousandth of a fen is that fen."""
    if isinstance(cell, str):
        parse_yuan(cell)
        raise Malformed("This number is stored as text: format the cell as a number and type it again.", "E-CELL-TEXT")
    if isinstance(cell, bool) or not isinstance(cell, float):
        raise Malformed("This is not an amount: type yuan, such as 131800.", "E-AMOUNT-FORMAT")
    if not 0 < cell * 100 <= LARGEST_FEN:
        raise Malformed("Enter an amount above zero, in yuan.", "E-CELL-AMOUNT")
    fen = round(cell * 100)
    if abs(cell * 100 - fen) > 0.0001:
        raise Malformed("Money has two decimals at most: round the amount to fen.", "E-AMOUNT-DECIMALS")
    return fen


def a_count(least: int = 0, most: int = 999_999) -> Callable[[Any], int]:
    """A whole number within limits."""

    def read_count(cell: Any) -> int:
        if isinstance(cell, str):
            raise Malformed(
                "This number is stored as text: format the cell as a number and type it again.", "E-CELL-TEXT"
            )
        whole = isinstance(cell, float) and cell.is_integer()
        if not whole or not least <= cell <= most:
            raise Malformed("Enter a whole number from {least} to {most}.", "E-CELL-COUNT", least=least, most=most)
        return int(cell)

    return read_count


def a_day(cell: Any) -> date:
    """A day; a text that looks like one is none."""
    if isinstance(cell, datetime):
        return cell.date()
    if not isinstance(cell, date):
        raise Malformed("This is not a date: format the cell as a date, such as 2026-11-05.", "E-CELL-DAY")
    return cell


# ── the template ──────────────────────────────────────────────────────────────────────────────────────────────────


def template(columns: Sequence[Column], language: str, rows: Iterator[Mapping[str, Any]] | None = None) -> bytes:
    """An empty sheet with the right header, or one whose rows are begun."""
    from xlsxwriter import Workbook

    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    head = book.add_format({"bold": True, "bg_color": "#EAF0FF", "border": 1, "text_wrap": True})
    text, plain = book.add_format({"num_format": "@"}), book.add_format({})
    for at, column in enumerate(columns):
        sheet.write_string(0, at, say(column.title, language) + (" *" if column.required else ""), head)
        is_text = isinstance(column.example, str)
        sheet.set_column(at, at, 18, text if is_text else plain)
    for number, row in enumerate(rows or (), 1):
        for at, column in enumerate(columns):
            if column.field in row:
                sheet.write(number, at, row[column.field])
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()
