"""What the manufacturer says it has paid, read by the layout of its sheet and held against what was approved, by VIN.

A preview names every bad cell; nothing is written until all are good. Which brand it is of is told by its heads.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.engine import identifiers
from dealer.engine.database import next_number, sum_of
from dealer.engine.steps import Ask, Refused, no, write_down
from dealer.oem import oem_layouts, oem_sheets
from dealer.oem.oem_sheets import MadeFile
from dealer.oem.sheet_fields import MUST
from dealer.people import Actor
from dealer.records.claims import Outcome, SheetLayout, SheetPurpose, Statement, StatementRow
from dealer.records.oem import Rebate, RebateCar, RebateState
from dealer.sheets import importing, sheets
from dealer.sheets.importing import Preview
from dealer.sheets.layouts import OF_A_DAY
from dealer.sheets.sheets import Column, Row, Trouble, Unreadable

LOOKED_UP = 500  # VINs in one query


@dataclass(frozen=True)
class Compared:
    """A row of a statement beside what was approved."""

    vin: str
    outcome: Outcome
    expected: int
    amount: int
    paid_on: date | None
    reference: str
    rebate: Rebate | None


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def preview(content: bytes, db: Session, who: Actor, day: date) -> Preview:
    """Read a statement; its rows are Compared, those that differ first."""
    found = _by_its_heads(content, db, who, day)
    if isinstance(found, Unreadable):
        return Preview((), found.troubles, content)
    _, rows, troubles = found
    troubles += importing.twice(rows, "vin")
    troubles += [_ahead(row) for row in rows if row.values.get("paid_on", day) > day]
    if troubles:
        return Preview((), importing.by_place(troubles), content)
    return Preview(tuple(sorted(compare(db, who, rows), key=_place)), (), content)


Read = tuple[SheetLayout, list[Row], list[Trouble]]


def _by_its_heads(content: bytes, db: Session, who: Actor, day: date) -> Read | Unreadable:
    """The first layout in force whose columns stand in the sheet; else why the last one could not be read."""
    none = oem_sheets.no_layout("—", SheetPurpose.STATEMENT)
    answer: Read | Unreadable = Unreadable(Trouble("", none))
    for brand in oem_layouts.brands(db, who):
        version = oem_layouts.in_force(db, who.store_id, brand, SheetPurpose.STATEMENT, day)
        if version is None:
            continue
        try:
            rows, troubles = sheets.read(
                content, columns_of(version), also_csv=True, below=len(version.above.splitlines())
            )
        except Unreadable as unreadable:
            answer = unreadable
        else:
            return version, rows, troubles
    return answer


def columns_of(version: SheetLayout) -> tuple[Column, ...]:
    """What is looked for in the sheet; columns that say nothing to us are left alone."""
    read: dict[str, Callable[[Any], Any]] = {
        "vin": sheets.an_identifier(_vin), "amount": sheets.an_amount, "reference": sheets.a_text(200),
        "remark": sheets.a_text(400),
    }  # fmt: skip
    return tuple(
        Column(
            column.field, column.head, _day if column.form in OF_A_DAY else read[column.field],
            required=column.field in MUST[SheetPurpose.STATEMENT],
        )
        for column in oem_layouts.layout_of(version).columns
        if column.field
    )  # fmt: skip


def _vin(typed: str) -> str:
    return identifiers.vin(typed).number


def _day(cell: Any) -> date:
    """A day as a cell has it, or written as eight digits or in words."""
    digits = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    for sign in "年月日/-. ":
        digits = digits.replace(sign, " ")
    parts = digits.split()
    try:
        if len(parts) == 1 and len(parts[0]) == 8:
            return date(int(parts[0][:4]), int(parts[0][4:6]), int(parts[0][6:]))
        if len(parts) == 3:
            return date(*map(int, parts))
    except ValueError:
        pass
    return sheets.a_day(cell)


def _ahead(row: Row) -> Trouble:
    return Trouble(row.cells["paid_on"], no("This day is still to come.", code="E-DAY-FUTURE"))


# ── against what was approved ─────────────────────────────────────────────────────────────────────────────────────


def compare(db: Session, who: Actor, rows: Iterable[Row]) -> Iterator[Compared]:
    """Every row, and every car of a claim that the statement speaks of and leaves out."""
    told = {row.values["vin"]: row for row in rows}
    approved = _approved(db, who, list(told))
    before = _paid_before(db, who, approved)
    for vin, row in told.items():
        car = approved.get(vin)
        expected = 0 if car is None else max(0, car.allowance - before.get(vin, 0))
        amount = row.values["amount"]
        yield Compared(
            vin, _outcome(car is not None, expected, amount), expected, amount, row.values.get("paid_on"),
            row.values.get("reference", ""), car.rebate if car else None,
        )  # fmt: skip
    for rebate in {car.rebate_id: car.rebate for car in approved.values()}.values():
        left_out = {car.vin: car for car in rebate.cars if car.vin not in told}
        paid = _paid_before(db, who, left_out)
        for vin, car in left_out.items():
            if paid.get(vin, 0) < car.allowance:
                yield Compared(vin, Outcome.NOT_PAID, car.allowance - paid.get(vin, 0), 0, None, "", rebate)


def _outcome(known: bool, expected: int, amount: int) -> Outcome:
    if not known:
        return Outcome.UNKNOWN
    if amount == expected:
        return Outcome.MATCHED
    return Outcome.SHORT if amount < expected else Outcome.OVER


def _approved(db: Session, who: Actor, vins: list[str]) -> dict[str, RebateCar]:
    """The cars of these VINs whose rebate is approved and not paid yet."""
    found: dict[str, RebateCar] = {}
    for start in range(0, len(vins), LOOKED_UP):
        query = (
            select(RebateCar)
            .join(Rebate, Rebate.id == RebateCar.rebate_id)
            .where(
                RebateCar.store_id == who.store_id,
                RebateCar.vin.in_(vins[start : start + LOOKED_UP]),
                RebateCar.freed_at.is_(None),
                Rebate.state == RebateState.APPROVED,
            )
        )
        found |= {car.vin: car for car in db.scalars(query)}
    return found


def _paid_before(db: Session, who: Actor, vins: Iterable[str]) -> dict[str, int]:
    """What earlier statements paid for approved VINs: what comes now is the rest, or comes twice."""
    query = (
        select(StatementRow.vin, sum_of(StatementRow.amount))
        .where(
            StatementRow.store_id == who.store_id,
            StatementRow.vin.in_(list(vins)),
            StatementRow.rebate_id.is_not(None),
        )
        .group_by(StatementRow.vin)
    )
    return {vin: int(paid) for vin, paid in db.execute(query)}


def _place(row: Compared) -> tuple[bool, str]:
    return row.outcome is Outcome.MATCHED, row.vin


# ── taking it in ──────────────────────────────────────────────────────────────────────────────────────────────────


def take_in(ask: Ask, looked: Preview, name: str) -> tuple[Statement, list[StatementRow]]:
    """Keep a good statement; its rows are still to be begun, each with "match" or "differ". Raises Refused."""
    importing.refuse_bad(looked)
    known = select(Statement.number).where(Statement.store_id == ask.actor.store_id, Statement.sha256 == looked.sha256)
    if (number := ask.db.scalar(known)) is not None:
        raise Refused([no("This is statement {number} already: look at that one.", code="E-SHEET-KNOWN",
                          number=number)])  # fmt: skip
    found = _by_its_heads(looked.content, ask.db, ask.actor, ask.today)
    if isinstance(found, Unreadable):
        raise Refused([each.refusal for each in found.troubles])
    version = found[0]
    statement = Statement(
        store_id=ask.actor.store_id, number=next_number(ask.db, ask.actor.store_id, "statement"), brand=version.brand,
        layout_id=version.id, name=name[:200], sha256=importing.keep(ask, name, looked.content), at=ask.at,
        person_id=ask.actor.id,
    )  # fmt: skip
    ask.db.add(statement)
    ask.db.flush()
    told = MadeFile(layout=version.title, name=statement.name, sha256=statement.sha256, rows=len(looked.rows))
    write_down(ask, "statement", statement, "take_in", told)
    return statement, [_row(statement, each) for each in looked.rows]


def _row(statement: Statement, each: Compared) -> StatementRow:
    return StatementRow(
        store_id=statement.store_id, statement_id=statement.id,
        rebate_id=each.rebate.id if each.rebate else None,
        case_id=each.rebate.case_id if each.rebate else None, vin=each.vin, outcome=each.outcome,
        expected=each.expected, amount=each.amount, paid_on=each.paid_on, reference=each.reference,
    )  # fmt: skip
