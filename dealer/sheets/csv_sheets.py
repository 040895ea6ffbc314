"""Sheets that come as text: CSV as Excel and other programs write it, in UTF-8 or the Chinese encoding of Windows.

A text file knows no numbers and no dates: what a column cannot read as text is offered to it as a number, then as a
day. An identifier reads text, so it keeps its leading zeros.
"""

import csv
import re
from collections.abc import Callable
from datetime import date
from io import StringIO
from typing import Any

from dealer.engine.malformed import Malformed

DELIMITERS = ",;\t"
ENCODINGS = ("utf-8-sig", "gb18030")


class NoText(Exception):
    """What came is no text with rows and columns."""


def table(content: bytes, below: int = 0) -> list[list[str]]:
    """Every row of the file from a line on; raises NoText for what is none."""
    text = "".join(_text(content).splitlines(keepends=True)[below:])
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    if delimiter not in head:
        raise NoText
    try:
        rows = list(csv.reader(StringIO(text), delimiter=delimiter))
    except csv.Error:
        raise NoText from None
    width = max(map(len, rows))
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _text(content: bytes) -> str:
    if b"\0" in content or content.startswith(b"%PDF"):
        raise NoText
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NoText


def untyped(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """How a column reads a cell of which nobody said what it is."""

    def read_untyped(cell: str) -> Any:
        try:
            return read(cell)
        except Malformed as wrong:
            for meant in (_number(cell), _day(cell)):
                if meant is not None:
                    try:
                        return read(meant)
                    except Malformed as closer:
                        wrong = closer if isinstance(meant, float) else wrong
            raise wrong from None

    return read_untyped


def _number(cell: str) -> float | None:
    try:
        return float(cell.replace(",", ""))
    except ValueError:
        return None


def _day(cell: str) -> date | None:
    parts = re.fullmatch(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", cell.strip())
    try:
        return date(*map(int, parts.groups())) if parts else None
    except ValueError:
        return None
