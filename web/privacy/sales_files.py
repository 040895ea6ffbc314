"""Sales files whose years are over: the list, asking for one to be destroyed, and the page on which another decides."""

from typing import Any

from flask import Blueprint, render_template

from dealer import people, workflow
from dealer.engine import history
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.privacy import sales_files
from dealer.privacy.sales_files import DESTRUCTIONS, Why
from dealer.records.customers import Customer
from dealer.records.privacy import Destruction, DestructionState
from web import steps
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.deals import timeline
from web.forms import Form
from web.frame import names_of
from web.language import say, show, word

pages = Blueprint("sales_files", __name__)
S = DestructionState
TONES = {S.ASKED: "wait", S.DESTROYED: "neutral", S.KEPT: "info"}


def _title(file: Destruction) -> str:
    return say("File of {customer}", customer=file.customer.name or f"#{file.customer.number}")


KIND = steps.register(
    steps.Kind(
        "sales-files", Destruction, DESTRUCTIONS, title=_title,
        sees=lambda file, who: who.may_or_stands_in("guard personal data"),
    )
)  # fmt: skip


@pages.get("/privacy/files")
def index() -> Answer:
    """Whose file may go, and what was asked and decided."""
    need("guard personal data")
    today = looking_ask().today
    found = sales_files.newest(looking(), me())
    names = names_of([each.asked_by_id for each in found])
    return render_template(
        "privacy/files.html",
        due=[_due(each) for each in sales_files.due(looking(), me(), today)],
        files=[_row(each, names) for each in found],
    )


def _due(each: sales_files.Due) -> dict[str, Any]:
    hold = {"text": say("A legal hold keeps it"), "tone": "wait"} if each.on_hold else "—"
    return {
        "url": f"/privacy/files/{each.customer.number}/ask",
        "cells": [each.customer.name, show(each.customer.customer_class), show(each.last_delivery), hold],
    }


def _row(file: Destruction, names: dict[Any, str]) -> dict[str, Any]:
    asked = {"text": names.get(file.asked_by_id, ""), "note": show(calendar_of(looking()).today(file.begun_at))}
    return {"url": KIND.url(file), "cells": [_title(file), show(file.last_delivery), asked, show(file.state)]}


@pages.get("/privacy/files/<int:number>/ask")
def ask_form(number: int) -> Answer:
    """Why this customer's file should go."""
    need("guard personal data")
    return _ask(number, Form(Why))


@pages.post("/privacy/files/<int:number>/ask")
def ask(number: int) -> Answer:
    """Another person decides."""
    need("guard personal data")

    def work(ask: Ask) -> str:
        file = sales_files.asked_for(ask, or_404(people.by_number(ask.db, Customer, me(), number)))
        workflow.begin(file, "ask", ask)
        return KIND.url(file)

    return write(Form.received(Why), work, lambda form, trouble: _ask(number, or_404(form)))


def _ask(number: int, form: Form) -> str:
    customer = or_404(people.by_number(looking(), Customer, me(), number))
    title = say("Have the file of {customer} destroyed", customer=customer.name)
    note = say(
        "Who the people of these purchases were is emptied once somebody else agrees; it cannot be undone. "
        "Contracts and printed papers stay as they were signed, with the names that stand in them."
    )
    asked = {"address": f"/privacy/files/{number}/ask", "back": "/privacy/files"}
    return render_template("privacy/ask.html", form=form, title=title, note=note, **asked)


@pages.get("/sales-files/<int:number>")
def page(number: int) -> Answer:
    """One file: what lies in it, who asked and why, what was decided."""
    file = steps.find(looking(), KIND, number)
    inside = [kind for kind, _ in sales_files.in_file(looking(), file.customer)] if file.state is S.ASKED else []
    counted = {kind: inside.count(kind) for kind in inside} or file.emptied or {}
    names = names_of([file.asked_by_id, file.decided_by_id])
    told = [
        (say("Customer"), file.customer.name or "—"), (say("Last delivery"), show(file.last_delivery) or "—"),
        (say("Asked by"), names.get(file.asked_by_id, "")), (say("Reason"), file.reason),
    ]  # fmt: skip
    if file.decided_by_id:
        told.append((say("Decided by"), names.get(file.decided_by_id, "")))
    return render_template(
        "privacy/file.html",
        file=file,
        title=_title(file),
        badges=[{"label": show(file.state), "tone": TONES[file.state]}],
        buttons=steps.buttons(KIND, file, DESTRUCTIONS.choices(file, looking_ask())),
        inside=[{"cells": [word("Held", kind), count]} for kind, count in counted.items()],
        facts=[{"label": label, "value": value} for label, value in told],
        timeline=timeline.entries(history.of_thing(looking(), file.store_id, file.id)[::-1]),
    )
