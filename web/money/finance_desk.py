"""The desk of finance: payments to confirm, cars to invoice, and what customers owe."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request

from dealer import people
from dealer.contracts.in_force import text_in_force
from dealer.engine.steps import Ask
from dealer.money import credit, deposit_outcomes, finance_desk, payouts
from dealer.money.deposit_outcomes import Decision
from dealer.money.finance_desk import AGES, MOST, Later, Owed, ToInvoice
from dealer.money.receipts import RECEIPTS, CarriedOut
from dealer.records.contracts import PartyRole
from dealer.records.customers import Customer
from dealer.records.money import Invoice, Receipt
from dealer.records.vehicles import Unit
from web import steps
from web.asking import Answer, a_number, looking, looking_ask, me, need, or_404, write
from web.contracts import contracts
from web.forms import Form
from web.frame import names_of
from web.language import money, say, short_day, show
from web.money import credit as credit_pages
from web.money import receipts

pages = Blueprint("finance_desk", __name__)
SEES = "see the money"
ON_A_PAGE = 30
"""Customers drawn at once: who is furthest behind is on the first page, the sheet holds all."""


def tabs(current: str) -> list[dict[str, Any]]:
    """The pages of the desk; files are made by finance only."""
    told = [("/money", "To do"), ("/money/receivables", "Receivables")]
    told += [("/money/ledger", "Files for tax and accounts")] if me().may_or_stands_in("record money") else []
    return [{"label": say(label), "url": url, "current": url == current} for url, label in told]


# ── what waits ────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/money")
def index() -> Answer:
    """Payments that wait for this person, and cars that lack nothing but their invoice."""
    need(SEES)
    cars, later = finance_desk.to_invoice(looking_ask())
    return render_template(
        "money/desk.html",
        tabs=tabs("/money"),
        payments=[_waiting(each) for each in finance_desk.waiting(looking(), me())],
        credits=[credit_pages.line(each) for each in credit.waiting(looking(), me())],
        decided=[_decided(each) for each in _decisions()],
        red_letters=[_red_letter(*each) for each in finance_desk.red_letters_asked(looking(), me())],
        cars=[_car(each) for each in cars[:MOST]],
        how_many=len(cars),
        total=money(sum(each.price for each in cars)),
        later=[_later(each) for each in later],
        how_many_later=sum(each.count for each in later),
    )


def _waiting(receipt: Receipt) -> dict[str, Any]:
    """A payment with what this person may do to it at once."""
    choices = RECEIPTS.choices(receipt, looking_ask())
    contract = receipt.contract
    return {
        "url": receipts.KIND.url(receipt),
        "title": f"{show(receipt.kind)} {receipts.signed(receipt)}",
        "customer": contract.deal.customer.name,
        "note": " · ".join(
            filter(None, (contracts.title_of(contract), short_day(receipt.received_on), receipt.reference,
                          receipt.reason, *map(show, payouts.warnings(looking(), receipt))))
        ),
        "state": show(receipt.state),
        "version": receipt.version,
        "buttons": [each for each in steps.buttons(receipts.KIND, receipt, choices) if each["action"] != "match"],
    }  # fmt: skip


def _red_letter(invoice: Invoice, unit: Unit) -> dict[str, str]:
    """An invoice that somebody wants ended, and why."""
    by = " ".join(names_of([invoice.red_asked_by_id]).values())
    return {
        "url": f"/stock/{unit.number}/red_letter",
        "title": f"{invoice.number} · {unit.vin}",
        "note": f"{by} · {invoice.red_asked_for}",
    }


def _car(row: ToInvoice) -> dict[str, Any]:
    unit = row.unit
    return {
        "url": f"/stock/{unit.number}/issue_invoice",
        "cells": [
            {"text": unit.vin, "note": f"{unit.model.brand} {unit.model.name}"},
            {"text": row.contract.deal.customer.name, "note": contracts.title_of(row.contract)},
            unit.engine_number or "—",
            unit.certificate_number or "—",
            money(row.price),
        ],
    }


def _later(row: Later) -> dict[str, Any]:
    return {
        "url": f"/deliveries/{row.batch.number}",
        "cells": [
            {"text": row.contract.deal.customer.name, "note": contracts.title_of(row.contract)},
            say("Batch {number}", number=row.batch.position),
            row.count,
            show(list(row.what)),
        ],
    }


# ── what was decided about deposits ───────────────────────────────────────────────────────────────────────────────


def _decisions() -> list[Decision]:
    """What finance has to book."""
    return deposit_outcomes.decisions(looking(), me()) if me().may_or_stands_in("record money") else []


def _decided(each: Decision) -> dict[str, str]:
    return {
        "url": f"/money/deposits/{each.key}",
        "title": f"{show(each.outcome)} {money(each.amount)}",
        "note": f"{each.contract.deal.customer.name} · {contracts.title_of(each.contract)}",
    }


@pages.get("/money/deposits/<uuid:key>")
def deposit(key: UUID) -> Answer:
    """What was decided about a deposit, to be booked."""
    need("record money")
    found = _decision(deposit_outcomes.decisions(looking(), me()), key)
    payer = text_in_force(looking(), found.contract).party(PartyRole.PAYER).name
    return _deposit(found, Form(CarriedOut, {"payer": payer, "received_on": looking_ask().today}))


@pages.post("/money/deposits/<uuid:key>")
def carry_out(key: UUID) -> Answer:
    """Book it."""
    need("record money")

    def work(ask: Ask) -> str:
        found = _decision(deposit_outcomes.decisions(ask.db, me()), key)
        deposit_outcomes.carry_out(found, ask)
        return f"/contracts/{found.contract.number}/money"

    return write(
        Form.received(CarriedOut),
        work,
        lambda form, trouble: _deposit(_decision(deposit_outcomes.decisions(looking(), me()), key), form),
    )


def _decision(found: list[Decision], key: UUID) -> Decision:
    decision: Decision = or_404(next((each for each in found if each.key == key), None))
    return decision


def _deposit(found: Decision, form: Form | None) -> str:
    told = [{"label": show(kind), "value": money(amount), "unit": say("yuan")} for kind, amount in found.bookings]
    return render_template(
        "money/deposit.html",
        title=show(found.outcome),
        address=f"/money/deposits/{found.key}",
        contract=found.contract,
        code=contracts.title_of(found.contract),
        figures=told,
        form=form,
    )


# ── receivables ───────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/money/receivables")
def receivables() -> Answer:
    """What each customer owes and since when it is late, who is furthest behind first; of one, the instalments."""
    need(SEES)
    db, today = looking(), looking_ask().today
    number = request.args.get("customer", type=a_number)
    customer = or_404(people.by_number(db, Customer, me(), number)) if number is not None else None
    owed = finance_desk.receivables(db, me(), today, customer)
    past = 0 if customer else request.args.get("past", 0, type=a_number)
    past = past if past < len(owed) else 0
    shown = {"rows": [_instalment(each, today) for each in finance_desk.open_rows(owed)]} if customer else {}
    return render_template(
        "money/receivables.html",
        tabs=tabs("/money/receivables"),
        customer=customer,
        figures=_figures(owed),
        **{"rows": [_owed(each) for each in owed[past : past + ON_A_PAGE]]} | shown,
        heads=[*_ages(), say("Credit limit")],
        totals=_totals(owed) if owed and customer is None else None,
        more={"count": len(owed) - past - ON_A_PAGE, "url": f"/money/receivables?past={past + ON_A_PAGE}"},
    )


def _ages() -> list[str]:
    """The columns: up to 30 days, 31 to 60 …, longer."""
    bounds = zip((0, *AGES), AGES, strict=False)
    return [*(say("{first}–{last} days late", first=low + 1, last=high) for low, high in bounds),
            say("over {days} days late", days=AGES[-1])]  # fmt: skip


def _figures(owed: list[Owed]) -> list[dict[str, Any]]:
    late = sum(each.overdue for each in owed)
    return [
        {"label": say("Outstanding"), "value": money(sum(each.open for each in owed)), "unit": say("yuan")},
        {"label": say("Overdue"), "value": money(late), "unit": say("yuan"), "tone": "bad" if late else ""},
    ]


def _owed(row: Owed) -> dict[str, Any]:
    customer, aged = row.customer, row.aged
    return {
        "url": f"/money/receivables?customer={customer.number}",
        "tone": "bad" if any(aged) else "",
        "cells": [customer.name, money(row.open), *(money(each) if each else "" for each in aged), _limit(row)],
    }


def _limit(row: Owed) -> dict[str, Any]:
    """What the customer may owe, and whether that is exceeded."""
    if row.limit is None:
        return {"text": "—"}
    return {"text": money(row.limit)} | ({"tone": "bad", "note": say("exceeded")} if row.open > row.limit else {})


def _totals(owed: list[Owed]) -> list[str]:
    """Of all, also of those on other pages."""
    ages = zip(*(each.aged for each in owed), strict=True)
    return [say("Together"), money(sum(each.open for each in owed)), *(money(sum(age)) for age in ages), ""]


def _instalment(pair: Any, today: date) -> dict[str, Any]:
    plan, row = pair
    late = row.overdue(today)
    return {
        "url": f"/contracts/{plan.contract.number}/money",
        "tone": "bad" if late else "",
        "cells": [
            {"text": contracts.number_of(plan.contract), "note": receipts.named(row)},
            short_day(row.due_on) or say("not known yet"),
            *map(money, (row.amount, row.got, row.open)),
            money(late) if late else "",
        ],
    }
