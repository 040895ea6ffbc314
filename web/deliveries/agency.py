"""Plates and papers of a fleet: how far each car of a contract is, many marked at once, the list for the buyer."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request

from dealer.deliveries import agency
from dealer.deliveries.agency import Car, Done, Plates
from dealer.engine.steps import Ask, Refusal
from dealer.privacy import exports
from dealer.privacy.exports import Reason
from dealer.records.contracts import Contract
from web import steps
from web.asking import Answer, looking, looking_ask, write
from web.contracts import contracts
from web.forms import Form, options
from web.language import language, money, say, short_day

pages = Blueprint("agency", __name__)


@options("cars_to_register")
def _cars() -> list[tuple[str, str]]:
    """The cars of the contract whose page this is."""
    contract = _find(int((request.view_args or {})["number"]))
    return [(str(car.unit.id), car.unit.vin) for car in agency.cars(looking(), contract, looking_ask().today)]


def _find(number: int) -> Contract:
    contract: Contract = steps.find(looking(), contracts.KIND, number)
    return contract


def _here(contract: Contract) -> str:
    return f"/contracts/{contract.number}/plates"


@pages.get("/contracts/<int:number>/plates")
def page(number: int) -> Answer:
    """Every car with what was done for it."""
    return _page(_find(number), _blank(), Form(Plates))


def _blank() -> Form:
    return Form(Done, {"day": looking_ask().today})


@pages.post("/contracts/<int:number>/plates")
def mark(number: int) -> Answer:
    """Something was done for the cars that are ticked."""

    def work(ask: Ask) -> str:
        agency.mark(steps.find(ask.db, contracts.KIND, number), ask)
        return f"/contracts/{number}/plates"

    return write(Form.received(Done), work, lambda form, trouble: _page(_find(number), form or _blank(), Form(Plates)))


@pages.post("/contracts/<int:number>/plates/numbers")
def numbers(number: int) -> Answer:
    """The plates, a line for each car."""

    def work(ask: Ask) -> str:
        agency.write_plates(steps.find(ask.db, contracts.KIND, number), ask)
        return f"/contracts/{number}/plates"

    return write(
        Form.received(Plates), work, lambda form, trouble: _page(_find(number), _blank(), form or Form(Plates))
    )


def _page(contract: Contract, form: Form, plates: Form) -> str:
    ask = looking_ask()
    found = agency.cars(ask.db, contract, ask.today)
    chosen = set(request.form.getlist("cars"))
    return render_template(
        "money/plates.html",
        contract=contract,
        title=contracts.title_of(contract),
        here=_here(contract),
        figures=[
            {"label": say("Cars"), "value": len(found)},
            {"label": say("With a plate"), "value": sum(car.registration.plate is not None for car in found)},
            {"label": say("Purchase tax, estimated"), "value": money(sum(car.tax.due for car in found)),
             "unit": say("yuan")},
        ],
        rows=[_row(car, ask.today) | {"chosen": str(car.unit.id) in chosen} for car in found],
        form=form,
        plates=plates,
        keeps=not isinstance(agency.KEEPS(contract, ask), Refusal),
    )  # fmt: skip


def _row(car: Car, today: date) -> dict[str, Any]:
    done, until = car.registration, car.declare_by
    late = until is not None and until < today
    tax = {"text": short_day(done.tax_paid_on), "note": say("{amount} estimated", amount=money(car.tax.due))}
    if until is not None:
        tax |= {"text": say("by {day}", day=short_day(until))} | ({"tone": "bad"} if late else {})
    return {
        "value": str(car.unit.id),
        "vin": car.unit.vin,
        "tone": "bad" if late else "",
        "cells": [
            {"text": car.unit.vin, "note": f"{car.unit.model.brand} {car.unit.model.name} {car.unit.colour}"},
            short_day(done.insured_on) or "—",
            tax if tax["text"] else tax | {"text": "—"},
            short_day(done.inspected_on) or "—",
            done.plate or "—",
            short_day(done.papers_on) or "—",
        ],
    }


# ── the list for the buyer's fleet office ─────────────────────────────────────────────────────────────────────────


@pages.get("/contracts/<int:number>/plates/list")
def list_form(number: int) -> Answer:
    """Whom the list is for."""
    return _list(_find(number), Form(Reason))


@pages.post("/contracts/<int:number>/plates/list")
def take_list(number: int) -> Answer:
    """Make the sheet; who took it, when and why is written down."""

    def work(ask: Ask) -> str:
        contract = steps.find(ask.db, contracts.KIND, number)
        rows = agency.fleet_rows(agency.cars(ask.db, contract, ask.today))
        return f"/exports/{exports.take_out_of_fleet(ask, rows, language()).id}"

    return write(Form.received(Reason), work, lambda form, trouble: _list(_find(number), form or Form(Reason)))


def _list(contract: Contract, form: Form) -> str:
    return render_template(
        "privacy/ask.html",
        form=form,
        title=say("Excel export: {list}", list=say(exports.OF_FLEET.title)),
        address=f"{_here(contract)}/list",
        back=_here(contract),
        note=say("Your name, the time and the number of rows stand on the sheet and in the log."),
    )
