"""Money of one contract: its payment plan, what came in, the invoices car by car; a payment is recorded or reported."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template

from dealer.contracts.in_force import is_amendment, text_in_force
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.money import finance, invoices, payment_plans, payouts, receipts
from dealer.money.payment_plans import Due, OfBatch, Plan
from dealer.money.receipts import NewReceipt
from dealer.records.contracts import Contract, PartyRole
from dealer.records.money import Invoice
from dealer.records.vehicles import InvoiceState
from web import steps
from web.asking import Answer, looking, looking_ask, me, see_other, write
from web.contracts import contracts
from web.forms import Form
from web.language import money, say, short_day, show, told
from web.money import receipts as receipt_pages

pages = Blueprint("money", __name__)


@pages.get("/contracts/<int:number>/money")
def page(number: int) -> Answer:
    """What came in and what was invoiced."""
    contract = steps.find(looking(), contracts.KIND, number)
    if contract.parent is not None and is_amendment(contract):
        return see_other(f"/contracts/{contract.parent.number}/money")
    known = {
        "received_on": looking_ask().today,
        "payer": text_in_force(looking(), contract).party(PartyRole.PAYER).name,
    }
    return _page(contract, Form(NewReceipt, known))


@pages.post("/contracts/<int:number>/money")
def record(number: int) -> Answer:
    """Record a payment, or report it to finance."""

    def work(ask: Ask) -> str:
        contract = steps.find(ask.db, contracts.KIND, number)
        receipts.enter(contract, ask)
        return f"/contracts/{contract.number}/money"

    return write(
        Form.received(NewReceipt),
        work,
        lambda form, trouble: _page(steps.find(looking(), contracts.KIND, number), form),
    )


def _page(contract: Contract, form: Form | None) -> str:
    db, today = looking(), calendar_of(looking()).today(looking_ask().at)
    closed = receipts.account_is_open(contract)
    sums, plan = invoices.invoice_sums(db, contract), payment_plans.plan_of(db, contract)
    return render_template(
        "money/contract.html",
        contract=contract,
        title=contracts.title_of(contract),
        figures=_figures(plan, sums.cars, today),
        plan=[_due(row, today) for row in plan.rows],
        plan_totals=[say("Together"), "", *map(money, (plan.total, plan.total - plan.open, plan.open))],
        batches=[_of_batch(each) for each in plan.batches] if any(each.got for each in plan.batches) else [],
        receipts=receipt_pages.rows(finance.receipts_of(db, contract)),
        refunds=receipts.may_ask_refund(contract, me()) and payouts.something_is_left(db, contract),
        invoices=[_invoice(each) for each in invoices.invoices_of(db, contract)],
        totals=[say("Living invoices"), "", money(sums.net), money(sums.vat), money(sums.price)] if sums.cars else None,
        form=form if receipts.may_enter(contract, me()) and closed is None else None,
        closed=told(closed) if closed else "",
        action="record" if me().may_or_stands_in("record money") else "report",
    )


def _figures(plan: Plan, cars: int, today: date) -> list[dict[str, Any]]:
    overdue = plan.overdue(today)
    told: list[dict[str, Any]] = [
        {"label": say("Total"), "value": money(plan.total), "unit": say("yuan")},
        {"label": say("Received"), "value": money(plan.received), "unit": say("yuan")},
        {"label": say("Outstanding"), "value": money(plan.open), "unit": say("yuan")},
        {"label": say("Overdue"), "value": money(overdue), "unit": say("yuan"), "tone": "bad" if overdue else ""},
        {"label": say("Cars invoiced"), "value": cars},
    ]
    if plan.overpaid:
        told.append({"label": say("Overpaid"), "value": money(plan.overpaid), "unit": say("yuan"), "tone": "wait"})
    return told


def _due(row: Due, today: date) -> dict[str, Any]:
    """One instalment; the day of what is next due of it, or what is late."""
    late = row.overdue(today)
    day = short_day(row.due_on) if row.due_on else ("" if row.open else say("paid"))
    note = say("{amount} overdue", amount=money(late)) if late else ""
    return {
        "tone": "bad" if late else "",
        "cells": [
            receipt_pages.named(row),
            {"text": day or say("not known yet"), "note": note},
            *map(money, (row.amount, row.got, row.open)),
        ],
    }


def _of_batch(row: OfBatch) -> dict[str, Any]:
    """A batch: what its cars cost, what was paid for it by name, and what is over or missing."""
    over = row.got - row.worth
    word = say("overpaid") if over > 0 else say("to come") if over else say("paid")
    return {
        "cells": [
            say("Batch {number}", number=row.planned_as),
            money(row.worth),
            money(row.got),
            {"text": money(abs(over)) if over else "", "note": word, "tone": "wait" if over > 0 else ""},
        ],
    }


def _invoice(row: Invoice) -> dict[str, Any]:
    ended = row.red_number is not None
    state = show(InvoiceState.RED if ended else InvoiceState.ISSUED)
    return {
        "tone": "bad" if ended else "",
        "cells": [
            {"text": row.number, "note": f"{short_day(row.issued_on)} · {row.vin}"},
            {"text": state, "note": row.red_number or ""},
            money(row.net),
            money(row.vat),
            money(row.price),
        ],
    }
