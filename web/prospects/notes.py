"""Notes to the key-account manager: the list, a new one, the page of one with its answer."""

from typing import Any

from flask import Blueprint, render_template, request

from dealer import people, workflow
from dealer.engine import history
from dealer.engine.steps import Ask
from dealer.prospects import notes
from dealer.prospects.notes import Telling
from dealer.records.customers import Customer
from dealer.records.outings import Note, NoteState
from web import steps
from web.asking import Answer, a_number, looking, looking_ask, me, need, write
from web.deals import timeline
from web.forms import Form
from web.frame import names_of
from web.language import clock, show

pages = Blueprint("notes", __name__)
S = NoteState

TONES = {S.SENT: "wait", S.READ: "info", S.ANSWERED: "ok"}


def about(note: Note) -> str:
    """The customer, the model, or both."""
    return " · ".join(each.name for each in (note.customer, note.model) if each is not None)


KIND = steps.register(steps.Kind("notes", Note, notes.NOTES, title=about, sees=lambda note, who: notes.sees(who, note)))


@pages.get("/notes")
def index() -> Answer:
    """To the key-account manager what waits, then all; to others what they wrote and what was answered."""
    need("see notes")
    waiting = notes.listed(looking(), me(), S.SENT) if me().may_or_stands_in("answer notes") else []
    return render_template(
        "notes/list.html",
        waiting=[_row(each) for each in waiting],
        rows=[_row(each) for each in notes.listed(looking(), me()) if each not in waiting],
        sends=me().may_or_stands_in("send notes"),
    )


def _row(note: Note) -> dict[str, Any]:
    return {
        "url": KIND.url(note),
        "about": about(note),
        "text": note.text,
        "by": note.owner.name,
        "when": clock(note.begun_at),
        "answer": note.answer,
        "state": {"label": show(note.state), "tone": TONES[note.state]},
    }


@pages.get("/notes/new")
def new() -> Answer:
    """What was heard; the page one comes from names the customer."""
    need("send notes")
    number = request.args.get("customer", type=a_number)
    customer = people.by_number(looking(), Customer, me(), number) if number is not None else None
    return _new(Form(Telling, {"customer": customer.id} if customer else {}), None)


@pages.post("/notes/new")
def send() -> Answer:
    """Send it to the key-account manager's list."""
    need("send notes")

    def work(ask: Ask) -> str:
        note = notes.written(ask)
        workflow.begin(note, "send", ask)
        return KIND.url(note)

    return write(Form.received(Telling), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return render_template("notes/new.html", form=form or Form(Telling))


@pages.get("/notes/<int:number>")
def page(number: int) -> Answer:
    """One note: what was heard, who has read it, what was answered."""
    note = steps.find(looking(), KIND, number)
    told = history.of_thing(looking(), note.store_id, note.id)
    return render_template(
        "notes/page.html",
        note=note,
        row=_row(note),
        customer=f"/customers/{note.customer.number}"
        if note.customer and me().may_or_stands_in("see customers")
        else "",
        by=names_of([note.read_by_id, note.answered_by_id]),
        buttons=steps.buttons(KIND, note, notes.NOTES.choices(note, looking_ask())),
        timeline=timeline.entries(list(reversed(told))),
    )
