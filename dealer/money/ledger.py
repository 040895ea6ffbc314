"""What leaves for other programs as a file: invoices to be issued for the tax software, bookings for the accounts.

A layout is data: which rows, in which columns and order, each in its form. A shop whose programs want other files adds
a row to `TARGETS`. Every source goes into a target once: what has been exported stands in a list of its own, and a
payment that is reversed afterwards follows as a booking with the opposite sign. Amounts in files are yuan.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.engine import files
from dealer.engine.fields import Options
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.money.ledger_rows import Entry, bookings, invoices_to_issue
from dealer.people import Actor, has
from dealer.records.money import LedgerExport, LedgerRow
from dealer.sheets import layouts
from dealer.sheets.layouts import FILES, Column, Layout

EXPORTS = has("record money")
MOST_LISTED = 50


@dataclass(frozen=True)
class Target:
    """Another program: which rows it gets, and in which layout."""

    title: str  # English: the key of its translation
    rows: Callable[[Ask, date, date], Iterable[Entry]]
    layout: Layout


TARGETS = {
    "tax": Target(
        "Invoices to be issued, for the tax software", invoices_to_issue, Layout((
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
        )),
    ),
    "accounts": Target(
        "Bookings of payments and invoices, for the accounts", bookings, Layout((
            Column("日期", "day", "day"), Column("凭证字号", "voucher"), Column("摘要", "text"),
            Column("科目编码", "account"), Column("借方金额", "debit", "yuan"), Column("贷方金额", "credit", "yuan"),
            Column("往来单位", "party"), Column("合同号", "contract"),
        ), "csv"),
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
    target = TARGETS[facts.target]
    file = FILES[target.layout.file]
    gone = _gone(ask.db, ask.actor.store_id, facts.target)
    rows = [row for row in target.rows(ask, facts.first, facts.last) if _is_new(row, gone)]
    if not rows:
        raise Refused([no("Nothing new to export in this period.", code="E-NOTHING-NEW", field="last")])
    name = f"{facts.target}_{facts.first}_{facts.last}.{file.ending}"
    content = layouts.write(target.layout, [row.fields for row in rows])
    made = LedgerExport(
        store_id=ask.actor.store_id, target=facts.target, from_day=facts.first, until_day=facts.last, at=ask.at,
        person_id=ask.actor.id, rows=len(rows), name=name,
        file_sha256=files.keep(ask.db, ask.actor.store_id, name, content, ask.at, file.media_type),
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
    if facts.target not in TARGETS:
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


# ── the log ───────────────────────────────────────────────────────────────────────────────────────────────────────


def exports(db: Session, who: Actor) -> list[LedgerExport]:
    """Which files were made, newest first."""
    query = people.scoped(select(LedgerExport), LedgerExport, who).options(joinedload(LedgerExport.person))
    return list(db.scalars(query.order_by(LedgerExport.at.desc()).limit(MOST_LISTED)))


def one(db: Session, who: Actor, key: UUID) -> LedgerExport | None:
    """One of them."""
    return people.by_id(db, LedgerExport, who, key)
