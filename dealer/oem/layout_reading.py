"""The manufacturer's blank sheet as the beginning of a layout: its heads, and what can be guessed of the columns."""

from collections.abc import Sequence
from typing import Any

from dealer.engine.steps import Refused, no
from dealer.engine.words import word
from dealer.oem import sheet_fields
from dealer.oem.layout_examples import EXAMPLES
from dealer.records.claims import SheetPurpose
from dealer.sheets import sheets
from dealer.sheets.sheets import Unreadable

LEAST_HEADS = 2  # a row with fewer cells is a line above the columns
UNKNOWN = "?"  # refused until somebody says what stands there


def heads_of(content: bytes) -> tuple[list[str], list[str]]:
    """The lines above the columns, and the heads. Raises Refused for what is no sheet."""
    try:
        table = sheets.table_of(content)
    except Unreadable as unreadable:
        raise Refused([_about_the_file(unreadable)]) from None
    rows = [[_text(cell) for cell in row] for row in table]
    at = next((at for at, row in enumerate(rows) if sum(map(bool, row)) >= LEAST_HEADS), None)
    if at is None:
        raise Refused([no("No row of this sheet holds the heads of columns: choose another file.",
                          code="E-SHEET-EMPTY", field="file")])  # fmt: skip
    above = [" ".join(filter(None, row)) for row in rows[:at] if any(row)]
    return above, [head for head in rows[at] if head]


def _about_the_file(unreadable: Unreadable) -> Any:
    first = unreadable.troubles[0].refusal
    return type(first)(first.sentence, first.code, first.values, field="file")


def _text(cell: Any) -> str:
    return str(cell if cell is not None else "").strip().replace("\n", " ").replace("|", "/")


def begun(content: bytes) -> tuple[str, str]:
    """The two texts of a layout: lines above, with braces taken out, and a line for each column."""
    above, heads = heads_of(content)
    harmless = "\n".join(line.replace("{", "").replace("}", "") for line in above)
    return harmless, "\n".join(f"{head} | {_guessed(head)}" for head in heads)


def _guessed(head: str) -> str:
    """What stands under such a head in a sheet that we know, by its name or by the examples."""
    for purpose in SheetPurpose:
        field = sheet_fields.field_called(purpose, head) or _in_examples(purpose, head)
        if field is not None:
            return word("SheetField", field, "zh")
    return UNKNOWN


def _in_examples(purpose: SheetPurpose, head: str) -> str | None:
    texts: Sequence[str] = [each.columns for each in EXAMPLES.values() if each.purpose is purpose]
    known = (typed for text in texts for typed in sheet_fields.lines_of(text))
    found = next((typed for typed in known if typed.head == head and not typed.field.startswith("=")), None)
    return sheet_fields.field_called(purpose, found.field) if found else None
