"""What a manufacturer's sheet may show: the fields of each kind of sheet, and a layout as somebody types it.

A line for each column: its head as the manufacturer writes it, what stands in it, and in which form where that is not
the usual one, parted by bars or tabs:

    车架号 | VIN
    发票日期 | 开票日期 | yyyymmdd
    经销商代码 | =KM0187
"""

import re
from collections.abc import Iterator, Sequence
from string import Formatter
from typing import NamedTuple

from dealer.engine.malformed import half_width
from dealer.engine.steps import Refusal, no
from dealer.engine.words import LANGUAGES, Word, word
from dealer.records.claims import SheetPurpose
from dealer.sheets.layouts import OF_A_DAY, Column

P = SheetPurpose
TEXT, NUMBER, YUAN, DAY = "text", "number", "yuan", "day"

DEALER = {"dealer": TEXT, "dealer_code": TEXT}
BUYER = {"customer": TEXT, "customer_code": TEXT, "customer_class": TEXT, "contract": TEXT, "contract_day": DAY}
MODEL = {"model_code": TEXT, "model": TEXT, "colour": TEXT}
CAR = {
    "vin": TEXT, "engine_number": TEXT, "certificate_number": TEXT, "invoice": TEXT, "invoiced_on": DAY, "price": YUAN,
    "net": YUAN, "vat": YUAN, "plate": TEXT, "delivered_on": DAY, "allowance": YUAN,
}  # fmt: skip
FILED = {"filing_no": TEXT, "filing_state": TEXT, "submitted_on": DAY, "approved_on": DAY}
FIELDS: dict[SheetPurpose, dict[str, str]] = {
    P.CLAIM: {"place": NUMBER} | MODEL | CAR | BUYER | {"filing_no": TEXT} | DEALER,
    P.FEEDBACK: {"place": NUMBER} | FILED | BUYER | MODEL | {"quantity": NUMBER, "delivered": NUMBER}
    | {"first_invoice_on": DAY, "last_delivery_on": DAY, "month": DAY, "owner": TEXT} | DEALER,
    P.ORDER: {"place": NUMBER} | MODEL | {"quantity": NUMBER, "wanted_by": DAY, "order": TEXT, "remark": TEXT} | DEALER,
    P.STATEMENT: {"vin": TEXT, "amount": YUAN, "paid_on": DAY, "reference": TEXT, "remark": TEXT},
}  # fmt: skip
MUST = {P.CLAIM: ("vin",), P.FEEDBACK: ("customer", "quantity"), P.ORDER: ("quantity",), P.STATEMENT: ("vin", "amount")}
"""Without these columns a sheet says nothing."""
NAMES = ("dealer", "dealer_code", "day", "month", "count")
"""What the lines above the columns may have filled in."""
MOST_COLUMNS = 60


class Typed(NamedTuple):
    """A line as it was typed: its number, head, field and form."""

    line: int
    head: str
    field: str
    form: str


def lines_of(text: str) -> Iterator[Typed]:
    """Every line that says something."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            parts = [part.strip() for part in re.split(r"[|｜\t]", line)]
            yield Typed(number, *[*parts, "", ""][:3])


def read(purpose: SheetPurpose, text: str) -> list[Column]:
    """The columns of a layout that was found good."""
    found = [_column(purpose, typed) for typed in lines_of(text)]
    return [each for each in found if isinstance(each, Column)]


def what_is_wrong(purpose: SheetPurpose, text: str) -> Refusal | None:
    """The first line that cannot be understood, by line and column; or a column that is missing."""
    seen: dict[str, int] = {}
    fields = set()
    for typed in lines_of(text):
        column = _column(purpose, typed)
        if isinstance(column, Refusal):
            return column
        if typed.head in seen:
            return no(
                "Line {line}: the column “{column}” stands in line {first} already: leave one of them.",
                code="E-LAYOUT-TWICE", field="columns", line=typed.line, column=typed.head, first=seen[typed.head],
            )  # fmt: skip
        seen[typed.head] = typed.line
        fields.add(column.field)
    missing = [name for name in MUST[purpose] if name not in fields]
    if missing:
        return no(
            "No column holds {fields}: add a line for each.",
            code="E-LAYOUT-MUST", field="columns", fields=[Word("SheetField", name) for name in missing],
        )  # fmt: skip
    if len(seen) > MOST_COLUMNS:
        return no("At most {most} columns: leave some out.", code="E-LAYOUT-MUST", field="columns", most=MOST_COLUMNS)
    return None


def _column(purpose: SheetPurpose, typed: Typed) -> Column | Refusal:
    if not typed.head or not typed.field:
        return no(
            "Line {line}: write the head of the column, a bar, and what stands in it, such as 车架号 | VIN.",
            code="E-LAYOUT-LINE", field="columns", line=typed.line,
        )  # fmt: skip
    if typed.field.startswith("="):
        return Column(typed.head, "", TEXT, always=typed.field[1:].strip())
    field = field_called(purpose, typed.field)
    if field is None:
        return no(
            "Line {line}, column “{column}”: there is no field “{typed}” in this sheet. Choose one of: {fields}.",
            code="E-LAYOUT-FIELD", field="columns", line=typed.line, column=typed.head, typed=typed.field,
            fields=[Word("SheetField", name) for name in FIELDS[purpose]],
        )  # fmt: skip
    form = FIELDS[purpose][field] if not typed.form else _form_called(typed.form)
    if form not in forms_of(FIELDS[purpose][field]):
        return no(
            "Line {line}, column “{column}”: “{typed}” is no form of this field. Choose one of: {forms}.",
            code="E-LAYOUT-FORM", field="columns", line=typed.line, column=typed.head, typed=typed.form,
            forms=[Word("SheetForm", name) for name in forms_of(FIELDS[purpose][field])],
        )  # fmt: skip
    return Column(typed.head, field, form)


def forms_of(kind: str) -> tuple[str, ...]:
    """The forms that a value of some kind may take."""
    return OF_A_DAY if kind == DAY else (kind,)


def field_called(purpose: SheetPurpose, typed: str) -> str | None:
    """The field of a name, in either language or as its code."""
    return next((name for name in FIELDS[purpose] if _plain(typed) in _called("SheetField", name)), None)


def _form_called(typed: str) -> str:
    return next(
        (name for name in (TEXT, NUMBER, YUAN, *OF_A_DAY) if _plain(typed) in _called("SheetForm", name)), typed
    )


def _called(context: str, code: str) -> set[str]:
    return {_plain(code), *(_plain(word(context, code, language)) for language in LANGUAGES)}


def _plain(text: str) -> str:
    return re.sub(r"[\s_*]", "", half_width(text)).casefold()


def strange_name(above: Sequence[str]) -> Refusal | None:
    """A name in the lines above the columns that nothing is filled in for."""
    for number, line in enumerate(above, 1):
        try:
            names = [name for _, name, _, _ in Formatter().parse(line) if name is not None]
        except ValueError:
            names = [line]
        wrong = next((name for name in names if name not in NAMES), None)
        if wrong is not None:
            return no(
                "Line {line} above the columns: “{name}” is nothing that can be filled in. Choose one of: {names}.",
                code="E-LAYOUT-NAME", field="above", line=number, name=wrong, names=[f"{{{name}}}" for name in NAMES],
            )  # fmt: skip
    return None
