"""What leaves for other programs as a file: invoices to be issued for the tax software, bookings for the accounts.

A layout is data: which rows, in which columns and order, each in its form. A shop whose programs want other files adds
a row to `LAYOUTS`. Every source goes into a target once: what has been exported stands in a list of its own, and a
payment that is reversed afterwards follows as a booking with the opposite sign. Amounts in files are yuan.
"""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.engine import files
from dealer.engine.amounts import yuan
from dealer.engine.fields import Options
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.money.ledger_rows import Entry, bookings, invoices_to_issue
from dealer.people import Actor, has
from dealer.records.money import LedgerExport, LedgerRow
from dealer.sheets.sheets import MEDIA_TYPE

EXPORTS = has("record money")
CSV = "text/csv"
MOST_LISTED = 50


class Column(NamedTuple):
    """One column of a file: its head as the other program wants it, the field it shows, and its form."""

    head: str
    field: str
    form: str = "text"  # text · yuan · number · day


@dataclass(frozen=True)
class Layout:
    """What one program reads."""

    title: str  # English: the key of its translation
    rows: Callable[[Ask, date, date], Iterable[Entry]]
    file: str  # xlsx · csv
    columns: Sequence[Column]


LAYOUTS = {
    "tax": Layout(
        "Invoices to be issued, for the tax software", invoices_to_issue, "xlsx",
        (
            Column("购买方名称", "buyer"), Column("购买方纳税人识别号", "buyer_code"), Column("车辆类型", "category"),
            Column("厂牌型号", "model"), Column("产地", "maker"), Column("合格证号", "certificate"),
            Column("发动机号码", "engine"), Column("车辆识别代号", "vin"), Column("价税合计", "price", "yuan"),
            Column("不含税价", "net", "yuan"), Column("增值税税率", "rate", "number"),
            Column("增值税税额", "vat", "yuan"), Column("限乘人数", "seats", "number"), Column("合同号", "contract"),
            Column("开票人", "drawer"),
            # What a car has that is imported or carries goods; the shop sells neither, and the program wants the heads.
            Column("进口证明书号", "import_certificate"), Column("商检单号", "commodity_inspection"),
            Column("吨位", "tonnage", "number"),
            Column("销货单位名称", "seller"), Column("销方纳税人识别号", "seller_code"),
            Column("地址", "seller_address"), Column("电话", "seller_phone"), Column("开户银行", "seller_bank"),
            Column("账号", "seller_account"),
        ),
    ),
    "accounts": Layout(
        "Bookings of payments and invoices, for the accounts", bookings, "csv",
        (
            Column("日期", "day", "day"), Column("凭证字号", "voucher"), Column("摘要", "text"),
            Column("科目编码", "account"), Column("借方金额", "debit", "yuan"), Column("贷方金额", "credit", "yuan"),
            Column("往来单位", "party"), Column("合同号", "contract"),
        ),
    ),
}  # fmt: skip


class Period(Facts):
    """For which program, and from which day until which."""

    target: Annotated[str, Options("ledger_targets")] = Field(title="For which program")
    first: date = Field(title="From")
    last: date = Field(title="Until")


def export(ask: Ask) -> LedgerExport:
    """Write the file of what is new in a period, keep it and note what went out. Raises Refused."""
    facts: Period = ask.facts
    _refuse(_not_theirs(ask), _strange_period(facts, ask))
    layout = LAYOUTS[facts.target]
    gone = _gone(ask.db, ask.actor.store_id, facts.target)
    rows = [row for row in layout.rows(ask, facts.first, facts.last) if _is_new(row, gone)]
    if not rows:
        raise Refused([no("Nothing new to export in this period.", code="E-NOTHING-NEW", field="last")])
    name = f"{facts.target}_{facts.first}_{facts.last}.{layout.file}"
    content = _WRITERS[layout.file](layout, rows)
    made = LedgerExport(
        store_id=ask.actor.store_id, target=facts.target, from_day=facts.first, until_day=facts.last, at=ask.at,
        person_id=ask.actor.id, rows=len(rows), name=name,
        file_sha256=files.keep(
            ask.db, ask.actor.store_id, name, content, ask.at, MEDIA_TYPE if layout.file == "xlsx" else CSV
        ),
    )  # fmt: skip
    ask.db.add(made)
    ask.db.flush()
    for what, key in dict.fromkeys((row.what, row.source_id) for row in rows):
        ask.db.add(LedgerRow(store_id=made.store_id, export_id=made.id, target=facts.target, what=what, source_id=key))
    write_down(ask, "ledger_export", made, "take_out", facts)
    return made


def _refuse(*refusals: Refusal | None) -> None:
    if told := [refusal for refusal in refusals if refusal is not None]:
        raise Refused(told)


def _not_theirs(ask: Ask) -> Refusal | None:
    answer = EXPORTS(None, ask)
    return answer if isinstance(answer, Refusal) else None


def _strange_period(facts: Period, ask: Ask) -> Refusal | None:
    if facts.target not in LAYOUTS:
        return no("Choose one of the offered values.", code="E-REQ-FIELD", field="target")
    if facts.last < facts.first:
        return no("The last day lies before the first.", code="E-DAY-PAST", field="last")
    if facts.last > ask.today:
        return no("This day is still to come.", code="E-DAY-FUTURE", field="last")
    return None


def _gone(db: Session, store_id: UUID, target: str) -> set[tuple[str, UUID]]:
    """What went to a target already."""
    query = select(LedgerRow.what, LedgerRow.source_id).where(
        LedgerRow.store_id == store_id, LedgerRow.target == target
    )
    return {(what, key) for what, key in db.execute(query)}


def _is_new(row: Entry, gone: set[tuple[str, UUID]]) -> bool:
    """A reversal follows what went out, and only that."""
    if (row.what, row.source_id) in gone:
        return False
    return row.reverses is None or (row.reverses, row.source_id) in gone


# ── files ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _csv(layout: Layout, rows: Sequence[Entry]) -> bytes:
    """UTF-8 with its mark, which Excel asks for; a text that begins like a formula is made one no more."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([column.head for column in layout.columns])
    for row in rows:
        writer.writerow([_plain(column, row.fields.get(column.field)) for column in layout.columns])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _plain(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.form == "yuan":
        return str(yuan(value))
    text = str(value)
    return f"'{text}" if column.form == "text" and text[:1] in "=+-@\t\r" else text


def _xlsx(layout: Layout, rows: Sequence[Entry]) -> bytes:
    from xlsxwriter import Workbook

    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet()
    forms = {"yuan": book.add_format({"num_format": "#,##0.00"}), "day": book.add_format({"num_format": "yyyy-mm-dd"})}
    for at, column in enumerate(layout.columns):
        page.write_string(0, at, column.head)
        page.set_column(at, at, 20)
    for number, row in enumerate(rows, 1):
        for at, column in enumerate(layout.columns):
            _cell(page, number, at, column, row.fields.get(column.field), forms)
    page.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def _cell(page: Any, number: int, at: int, column: Column, value: Any, forms: dict[str, Any]) -> None:
    if value is None:
        return
    match column.form:
        case "yuan":
            page.write_number(number, at, yuan(value), forms["yuan"])
        case "number":
            page.write_number(number, at, value)
        case "day":
            page.write_datetime(number, at, value, forms["day"])
        case _:
            page.write_string(number, at, str(value))


_WRITERS: dict[str, Callable[[Layout, Sequence[Entry]], bytes]] = {"csv": _csv, "xlsx": _xlsx}

# ── the log ───────────────────────────────────────────────────────────────────────────────────────────────────────


def exports(db: Session, who: Actor) -> list[LedgerExport]:
    """Which files were made, newest first."""
    query = people.scoped(select(LedgerExport), LedgerExport, who).options(joinedload(LedgerExport.person))
    return list(db.scalars(query.order_by(LedgerExport.at.desc()).limit(MOST_LISTED)))


def one(db: Session, who: Actor, key: UUID) -> LedgerExport | None:
    """One of them."""
    return people.by_id(db, LedgerExport, who, key)
