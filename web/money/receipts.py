"""Payments one by one: the page of each with what may be done, the form that asks for a refund."""

from typing import Any

from flask import Blueprint, render_template, request

from dealer import people
from dealer.contracts import contract as contract_life
from dealer.contracts.in_force import text_in_force
from dealer.engine import history
from dealer.engine.steps import Ask
from dealer.money import payment_plans, payouts, receipts
from dealer.money.payment_plans import Due
from dealer.money.receipts import NewRefund
from dealer.people import Actor
from dealer.records.contracts import Contract, PartyRole, PaymentEvent
from dealer.records.money import Receipt, ReceiptKind, ReceiptState
from web import steps
from web.asking import Answer, looking, looking_ask, me, write
from web.contracts import contracts
from web.deals import timeline
from web.forms import Form, options
from web.frame import names_of
from web.language import money, say, short_day, show

pages = Blueprint("receipts", __name__)
S = ReceiptState
TONES = {
    S.REPORTED: "wait", S.ASKED: "wait", S.APPROVED: "wait", S.CONFIRMED: "ok", S.TURNED_DOWN: "bad", S.REVERSED: "bad",
}  # fmt: skip


def _sees(receipt: Receipt, who: Actor) -> bool:
    return contract_life.sees(receipt.contract, who, looking())


def _known(receipt: Receipt, action: str) -> dict[str, Any]:
    told: dict[str, dict[str, Any]] = {
        "match": {"instalment": receipt.instalment, "batch": receipt.batch},
        "pay": {"received_on": looking_ask().today},
    }
    return told.get(action, {})


def _title(receipt: Receipt) -> str:
    return say("Payment {number}", number=receipt.number)


def _after(receipt: Receipt, action: str) -> str:
    """Whoever works through the desk goes on with it."""
    return "/money" if request.form.get("back") == "desk" else f"/receipts/{receipt.number}"


KIND = steps.register(
    steps.Kind("receipts", Receipt, receipts.RECEIPTS, title=_title, sees=_sees, known=_known, after=_after)
)


# ── choices ───────────────────────────────────────────────────────────────────────────────────────────────────────


@options("receipt_kinds")
def _kinds() -> list[tuple[str, str]]:
    return [(kind.value, show(kind)) for kind in receipts.WITHOUT_REQUEST]


@options("request_kinds")
def _request_kinds() -> list[tuple[str, str]]:
    return [(kind.value, show(kind)) for kind in payouts.ASKED_FOR]


@options("instalments")
def _instalments() -> list[tuple[str, str]]:
    """The rows of the plan of the contract whose page this is, or to which the payment belongs."""
    contract = _here()
    rows = _plan_rows(contract) if contract else ()
    return [(str(each.position), f"{named(each)} · {money(each.amount)}") for each in rows]


@options("paid_batches")
def _batches() -> list[tuple[str, str]]:
    """Its batches, with what their cars cost."""
    contract = _here()
    found = payment_plans.plan_of(looking(), contract).batches if contract else ()
    return [
        (str(each.planned_as), f"{say('Batch {number}', number=each.planned_as)} · {money(each.worth)}")
        for each in found
    ]


def _here() -> Contract | None:
    number = (request.view_args or {})["number"]
    found = people.by_number(looking(), Receipt if request.path.startswith("/receipts/") else Contract, me(), number)
    return found.contract if isinstance(found, Receipt) else found


def _plan_rows(contract: Contract) -> tuple[Due, ...]:
    return tuple(row for row in payment_plans.plan_of(looking(), contract).rows if row.event is not None)


def named(row: Due) -> str:
    """What an instalment is called: its place, what makes it due, and of which batch."""
    if row.event is None:
        return say("The whole price")
    told = f"{row.position} · {show(row.event)}"
    if row.batch is not None:
        told = say("{what}, batch {batch}", what=told, batch=row.batch)
    if row.days and row.event is PaymentEvent.BEFORE_COLLECTION:
        return say("{what}, {days} working days before", what=told, days=row.days)
    return say("{what}, within {days} working days", what=told, days=row.days) if row.days else told


# ── a list of them ────────────────────────────────────────────────────────────────────────────────────────────────


def rows(found: list[Receipt]) -> list[dict[str, Any]]:
    """Payments as rows of a table: day, what for, who, state, amount."""
    return [
        {
            "url": KIND.url(row),
            "tone": "bad" if row.state in receipts.DEAD else "wait" if row.state is not S.CONFIRMED else "",
            "cells": [
                {"text": short_day(row.received_on), "note": row.reference},
                {"text": show(row.kind), "note": say("Batch {number}", number=row.batch) if row.batch else ""},
                row.payer,
                show(row.state),
                signed(row),
            ],
        }
        for row in found
    ]


def signed(row: Receipt) -> str:
    """The amount with the sign that says which way it went."""
    return money(-row.amount if row.kind in payouts.BY_REQUEST else row.amount, sign=True)


# ── one of them ───────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/receipts/<int:number>")
def page(number: int) -> Answer:
    """One payment, who reported and who confirmed it, and what may be done."""
    receipt = steps.find(looking(), KIND, number)
    contract = receipt.contract
    choices = receipts.RECEIPTS.choices(receipt, looking_ask())
    told = history.of_thing(looking(), receipt.store_id, receipt.id)
    return render_template(
        "money/receipt.html",
        receipt=receipt,
        title=_title(receipt),
        state={"label": show(receipt.state), "tone": TONES[receipt.state]},
        crumbs=[
            {"label": contracts.title_of(contract), "url": contracts.KIND.url(contract)},
            {"label": say("Money and invoices"), "url": f"/contracts/{contract.number}/money"},
            {"label": _title(receipt)},
        ],
        figures=[
            {"label": say("Amount"), "value": signed(receipt), "unit": say("yuan")},
            {"label": say("What for"), "value": show(receipt.kind)},
            {"label": say("Day"), "value": short_day(receipt.received_on)},
        ],
        facts=_facts(receipt),
        warnings=[show(each) for each in payouts.warnings(looking(), receipt)],
        buttons=steps.buttons(KIND, receipt, choices),
        timeline=timeline.entries(list(reversed(told))),
    )


def _facts(receipt: Receipt) -> list[dict[str, str]]:
    who = (
        ("Reported by", receipt.reported_by_id), ("Asked for by", receipt.asked_by_id),
        ("Approved by", receipt.approved_by_id), ("Confirmed by", receipt.confirmed_by_id),
    )  # fmt: skip
    names = names_of(key for _, key in who)
    place = next((each for each in _plan_rows(receipt.contract) if each.position == receipt.instalment), None)
    told = [
        ("Customer", receipt.contract.deal.customer.name),
        ("Payer or payee", receipt.payer),
        ("Bank reference", receipt.reference),
        ("Instalment", named(place) if place else ""),
        ("Batch", say("Batch {number}", number=receipt.batch) if receipt.batch else ""),
        ("Reason", receipt.reason),
        *((label, names[key]) for label, key in who if key is not None),
    ]
    return [{"label": say(label), "value": value} for label, value in told if value]


# ── asking for a refund ───────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/contracts/<int:number>/refund")
def refund(number: int) -> Answer:
    """What may go back, and to whom."""
    contract = steps.find(looking(), contracts.KIND, number)
    payer = text_in_force(looking(), contract).party(PartyRole.PAYER).name
    return _refund(contract, Form(NewRefund, {"payer": payer}), ())


@pages.post("/contracts/<int:number>/refund")
def ask_refund(number: int) -> Answer:
    """Ask for it: the general manager approves, finance pays."""

    def work(ask: Ask) -> str:
        return KIND.url(receipts.ask_refund(steps.find(ask.db, contracts.KIND, number), ask))

    return write(
        Form.received(NewRefund),
        work,
        lambda form, trouble: _refund(steps.find(looking(), contracts.KIND, number), form, trouble),
    )


def _refund(contract: Contract, form: Form | None, trouble: Any) -> str:
    db = looking()
    left = {kind: payouts.left_to_pay(db, contract, kind) for kind in payouts.ASKED_FOR}
    return render_template(
        "money/refund.html",
        contract=contract,
        title=contracts.title_of(contract),
        form=form,
        figures=[
            {"label": show(kind), "value": money(max(0, most)), "unit": say("yuan"), "note": say("May be paid out")}
            for kind, most in left.items()
            if most > 0 or kind is ReceiptKind.REFUND
        ],
    )
