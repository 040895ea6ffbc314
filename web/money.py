"""Money of one contract: what came in, what is outstanding, the invoices car by car; finance records a payment."""

from typing import Any

from flask import Blueprint, render_template

from dealer import finance, invoices
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.finance import NewReceipt
from dealer.in_force import text_in_force
from dealer.records.contracts import Contract, PartyRole
from dealer.records.money import Invoice, Receipt, ReceiptKind
from dealer.records.vehicles import InvoiceState
from web import contracts, steps
from web.asking import Answer, looking, looking_ask, me, write
from web.forms import Form
from web.language import money, say, short_day, show

pages = Blueprint("money", __name__)
GOING_OUT = (ReceiptKind.REFUND, ReceiptKind.BOND_PAID)


@pages.get("/contracts/<int:number>/money")
def page(number: int) -> Answer:
    """What came in and what was invoiced."""
    contract = steps.find(looking(), contracts.KIND, number)
    known = {
        "received_on": looking_ask().today,
        "payer": text_in_force(looking(), contract).party(PartyRole.PAYER).name,
    }
    return _page(contract, Form(NewReceipt, known))


@pages.post("/contracts/<int:number>/money")
def record(number: int) -> Answer:
    """Record a payment."""

    def work(ask: Ask) -> str:
        contract = steps.find(ask.db, contracts.KIND, number)
        finance.record_receipt(contract, ask)
        return f"/contracts/{contract.number}/money"

    return write(
        Form.received(NewReceipt),
        work,
        lambda form, trouble: _page(steps.find(looking(), contracts.KIND, number), form),
    )


def _page(contract: Contract, form: Form | None) -> str:
    db, today = looking(), calendar_of(looking()).today(looking_ask().at)
    sums = invoices.invoice_sums(db, contract)
    return render_template(
        "deliveries/money.html",
        contract=contract,
        title=contracts.title_of(contract),
        figures=[
            {"label": say("Total"), "value": money(text_in_force(db, contract).total), "unit": say("yuan")},
            {"label": say("Received"), "value": money(finance.received(db, contract)), "unit": say("yuan")},
            {
                "label": say("Outstanding"),
                "value": money(finance.outstanding(db, contract, today)),
                "unit": say("yuan"),
            },
            {"label": say("Cars invoiced"), "value": sums.cars},
        ],
        receipts=[_receipt(each) for each in finance.receipts_of(db, contract)],
        invoices=[_invoice(each) for each in invoices.invoices_of(db, contract)],
        totals=[say("Living invoices"), "", money(sums.net), money(sums.vat), money(sums.price)] if sums.cars else None,
        form=form,
        records=me().may_or_stands_in("record money"),
    )


def _receipt(row: Receipt) -> dict[str, Any]:
    amount = -row.amount if row.kind in GOING_OUT else row.amount
    return {
        "cells": [
            {"text": short_day(row.received_on), "note": row.reference},
            show(row.kind),
            row.payer,
            money(amount, sign=True),
        ]
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
