"""The cells of a table, drawn here and not by a macro: a page with 250 of them spent a third of its time in calls.

Everything around them is in templates/parts/tables.html, which says what a row, a column and a cell may be.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Flask
from jinja2 import Undefined
from markupsafe import Markup, escape

SHORT = 9
"""A word below this length stays whole: Chinese may break after any character, and a name in two lines reads badly."""


def register(app: Flask) -> None:
    """Give every template `table_cells`."""
    app.jinja_env.globals["table_cells"] = table_cells


def table_cells(cells: Iterable[Any], columns: Sequence[Mapping[str, Any]], url: str | Undefined = "") -> Markup:
    """The cells of one row below their columns; the first is the link of the whole row, if it has one."""
    drawn = [_cell(cell, columns[at], url if at == 0 else "") for at, cell in enumerate(cells)]
    return Markup("".join(drawn))  # noqa: S704 - every text in it went through `escape`


def _cell(cell: Any, column: Mapping[str, Any], url: str | Undefined) -> str:
    told = cell if isinstance(cell, Mapping) else {"text": "" if cell is None and not url else cell}
    looks = "num" if column.get("num") else "nowrap" if len(str(told["text"])) < SHORT else ""
    label = "" if column.get("hidden") else f' data-label="{escape(column["label"])}"'
    note = f'<span class="muted">{escape(told["note"])}</span>' if told.get("note") else ""
    foreign = f' lang="{escape(told["lang"])}"' if told.get("lang") else ""
    return f'<td role="cell"{label}{foreign} class="{looks}">{_text(told, url)}{note}</td>'


def _text(told: Mapping[str, Any], url: str | Undefined) -> str:
    text = escape(told["text"])
    if url:
        return f'<a class="stretched-link" href="{escape(url)}">{text}</a>'
    if told.get("url"):
        return f'<a href="{escape(told["url"])}">{text}</a>'
    if told.get("tone"):
        return f'<strong class="text-{escape(told["tone"])}">{text}</strong>'
    return text
