"""Statements of the manufacturer: taken in with a preview, row by row against what was approved; differences closed."""

import csv
from io import StringIO
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template

from dealer import workflow
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask
from dealer.oem import oem_layouts, reconciliation, statements
from dealer.oem.reconciliation import ROWS
from dealer.records.claims import Outcome, SheetPurpose, Statement, StatementRow, StatementRowState
from dealer.sheets import sheets
from dealer.sheets.importing import Preview
from web import steps
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.deals import timeline
from web.frame import names_of
from web.imports import IMPORTS, SHOWN, Import
from web.language import clock, language, money, say, short_day, show
from web.oem.oem_layouts import tabs

pages = Blueprint("statements", __name__)
HERE = "/claims/statements"
S = StatementRowState
TONES = {S.MATCHED: "ok", S.OPEN: "bad", S.EXPLAINED: "wait", S.CLOSED: "neutral"}

KIND = steps.register(
    steps.Kind(
        "statement-rows", StatementRow, ROWS, title=lambda row: str(row.vin),
        sees=lambda row, who: who.may_or_stands_in("see the money"),
        known=lambda row, action: {"reason": row.reason} if action == "explain" else {},
    )
)  # fmt: skip


def url_of(statement: Statement) -> str:
    """A statement's page."""
    return f"{HERE}/{statement.number}"


# ── taking one in ─────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(preview: Preview) -> list[list[Any]]:
    return [
        [
            {"text": each.vin, "note": each.reference},
            {"text": show(each.outcome), "tone": "" if each.outcome is Outcome.MATCHED else "bad"},
            money(each.expected),
            money(each.amount),
            money(each.amount - each.expected, sign=True),
        ]
        for each in preview.rows[:SHOWN]
    ]


def _take_in(ask: Ask, preview: Preview, name: str) -> str:
    statement, rows = statements.take_in(ask, preview, name)
    for row in rows:
        workflow.begin(row, reconciliation.birth_of(row), ask.with_facts(None))
    paid = _pay(ask)
    differ = sum(row.outcome is not Outcome.MATCHED for row in rows)
    flash(say("{count} rows differ, {paid} rebates are paid.", count=differ, paid=paid), "success")
    return url_of(statement)


def _pay(ask: Ask) -> int:
    """Rebates all of whose cars are accounted for, each through its own step; how many."""
    found = list(reconciliation.payable(ask.db, ask.actor))
    for rebate, paid in found:
        workflow.take(rebate, "pay", ask.with_facts(paid))
    return len(found)


def _template() -> bytes:
    return sheets.template(_columns(), language())


def _columns() -> tuple[sheets.Column, ...]:
    for brand in oem_layouts.brands(looking(), me()):
        version = oem_layouts.in_force(looking(), me().store_id, brand, SheetPurpose.STATEMENT, looking_ask().today)
        if version is not None:
            return statements.columns_of(version)
    return ()


def _sample() -> bytes:
    out = StringIO()
    csv.writer(out).writerow(column.title for column in _columns())
    return out.getvalue().encode("utf-8-sig")


IMPORTS["rebate-statement"] = Import(
    title="Take in a statement of rebates",
    duty="record money",
    home=HERE,
    home_label="Statements",
    asks_for=None,
    preview=lambda content, db, day: statements.preview(content, db, me(), day),
    rows=_rows,
    columns=(("VIN", False), ("Outcome", False), ("Granted", True), ("Paid", True), ("Difference", True)),
    write=_take_in,
    template=_template,
    sample=_sample,
)


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/claims/statements")
def index() -> Answer:
    """Statements, and approved rebates that none has spoken of."""
    need("see the money")
    found = reconciliation.newest(looking(), me())
    names = names_of(each.person_id for each in found)
    return render_template(
        "claims/statements.html",
        tabs=tabs(HERE),
        takes=me().may_or_stands_in("record money"),
        rows=[
            {
                "url": url_of(each),
                "cells": [
                    {"text": say("Statement {number}", number=each.number), "note": each.name},
                    each.brand,
                    len(each.rows),
                    _open_of(each) or "—",
                    f"{names.get(each.person_id, '')} {clock(each.at)}",
                ],
            }
            for each in found
        ],
        unpaid=[
            {
                "url": steps.seen_url(rebate),
                "cells": [rebate.filing.deal.customer.name, short_day(rebate.audited_on), len(rebate.cars),
                          money(rebate.approved_amount)],
            }
            for rebate in reconciliation.still_unpaid(looking(), me())
        ],
    )  # fmt: skip


def _open_of(statement: Statement) -> int:
    return sum(row.state in (S.OPEN, S.EXPLAINED) for row in statement.rows)


@pages.get("/claims/statements/<int:number>")
def page(number: int) -> Answer:
    """One statement, what differs first."""
    need("see the money")
    statement: Statement = or_404(reconciliation.find(looking(), me(), number))
    payable = [rebate for rebate, _ in reconciliation.payable(looking(), me())]
    rows = sorted(statement.rows, key=lambda row: (list(S).index(row.state) % len(S) == 0, row.vin))
    counted = {outcome: [row for row in rows if row.outcome is outcome] for outcome in Outcome}
    return render_template(
        "claims/statement.html",
        title=say("Statement {number}", number=number),
        here=url_of(statement),
        name=statement.name,
        brand=statement.brand,
        open=_open_of(statement),
        pays=len(payable) if me().may_or_stands_in("record money") else 0,
        figures=[
            {"label": show(outcome), "value": len(found), "note": money(sum(row.amount for row in found))}
            for outcome, found in counted.items()
        ],
        rows=[_row(row) for row in rows],
        totals=["", "", money(sum(row.expected for row in rows)), money(sum(row.amount for row in rows)),
                money(sum(row.amount - row.expected for row in rows), sign=True), ""],
    )  # fmt: skip


def _row(row: StatementRow) -> dict[str, Any]:
    return {
        "url": KIND.url(row),
        "tone": "bad" if row.state is S.OPEN else "",
        "cells": [
            {"text": row.vin, "note": row.reference},
            show(row.outcome),
            money(row.expected),
            money(row.amount),
            money(row.amount - row.expected, sign=True),
            {"text": show(row.state), "note": row.reason},
        ],
    }


@pages.post("/claims/statements/<int:number>/pay")
def pay(number: int) -> Answer:
    """Book the rebates whose last difference was closed since."""
    need("record money")

    def work(ask: Ask) -> str:
        flash(say("{paid} rebates are paid.", paid=_pay(ask)), "success")
        return f"{HERE}/{number}"

    return write(None, work, lambda form, trouble: page(number))


@pages.get("/statement-rows/<int:number>")
def row_page(number: int) -> Answer:
    """One row: what was approved, what was paid, and who says why."""
    row: StatementRow = steps.find(looking(), KIND, number)
    names = names_of([row.explained_by_id, row.closed_by_id])
    buttons = steps.buttons(KIND, row, ROWS.choices(row, looking_ask()))
    primary = next((each for each in buttons if each["forward"]), None)
    return render_template(
        "claims/statement_row.html",
        title=row.vin,
        statement=url_of(row.statement),
        statement_title=say("Statement {number}", number=row.statement.number),
        version=row.version,
        badge={"label": show(row.state), "tone": TONES[row.state]},
        primary=primary,
        buttons=[each for each in buttons if each is not primary],
        figures=[
            {"label": say("Outcome"), "value": show(row.outcome)},
            {"label": say("Granted"), "value": money(row.expected)},
            {"label": say("Paid"), "value": money(row.amount), "note": short_day(row.paid_on)},
            {"label": say("Difference"), "value": money(row.amount - row.expected, sign=True)},
        ],
        facts=[
            {"label": say("Payment reference"), "value": row.reference or "—"},
            {"label": say("Rebate"), "value": say("To the rebate") if row.rebate else "—",
             "url": steps.seen_url(row.rebate) if row.rebate else ""},
            {"label": say("Reason"), "value": row.reason or "—"},
            {"label": say("Explained by"), "value": _name(row.explained_by_id, names)},
            {"label": say("Closed by"), "value": _name(row.closed_by_id, names)},
        ],
        timeline=timeline.entries(of_thing(looking(), row.store_id, row.id)[::-1]),
    )  # fmt: skip


def _name(key: UUID | None, names: dict[UUID, str]) -> str:
    return names.get(key, "—") if key is not None else "—"
