"""Requests of people about their own data: what is due, the form, one request with what is held and what stays."""

from datetime import datetime
from typing import Any

from flask import Blueprint, g, render_template

from dealer import workflow
from dealer.engine.database import calendar_of
from dealer.engine.history import of_thing
from dealer.engine.identifiers import mask_phone
from dealer.engine.steps import Ask
from dealer.people import Actor
from dealer.privacy import data_requests, exports
from dealer.privacy.data_requests import REQUESTS, NewRequest
from dealer.privacy.held import Held
from dealer.records.privacy import DataRequest, RequestState
from web import steps
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.deals import timeline
from web.forms import Form
from web.frame import names_of
from web.language import clock, language, say, show, word

pages = Blueprint("data_requests", __name__)
S = RequestState
TONES = {S.RECEIVED: "wait", S.ANSWERED: "ok"}


def _sees(_: DataRequest, who: Actor) -> bool:
    return who.may_or_stands_in("take data requests")


KIND = steps.register(
    steps.Kind(
        "requests", DataRequest, REQUESTS, sees=_sees,
        title=lambda request: say("Request {number}: {kind}", number=request.number, kind=show(request.kind)),
    )
)  # fmt: skip


@pages.get("/requests")
def index() -> Answer:
    """What people ask for, the open ones first by their day."""
    need("take data requests")
    guards = me().may_or_stands_in("guard personal data")
    return render_template("privacy/requests.html", rows=[_row(each) for each in data_requests.newest(looking(), me())],
                           guards=guards)  # fmt: skip


def _row(request: DataRequest) -> dict[str, Any]:
    late = request.state is S.RECEIVED and request.due_at is not None and request.due_at < g.now
    done = clock(request.answered_at) if request.answered_at else ""
    return {
        "url": KIND.url(request),
        "cells": [
            {"text": request.name, "note": mask_phone(request.phone or "")},
            show(request.kind),
            clock(request.begun_at),
            {"text": _due(request), "tone": "bad" if late else ""},
            done or show(request.state),
        ],
    }


@pages.get("/requests/new")
def new() -> Answer:
    """What somebody asks for."""
    need("take data requests")
    return _ask(Form(NewRequest))


@pages.post("/requests/new")
def receive() -> Answer:
    """It is received, and due."""

    def work(ask: Ask) -> str:
        request = data_requests.prepare(ask)
        workflow.begin(request, "receive", ask)
        return KIND.url(request)

    return write(Form.received(NewRequest), work, lambda form, trouble: _ask(or_404(form)))


def _ask(form: Form) -> str:
    told = {"title": say("New request"), "address": "/requests/new", "back": "/requests"}
    note = say("Whoever asks is answered within the days of the house rule; nobody has to say why they ask.")
    return render_template("privacy/ask.html", form=form, note=note, **told)


@pages.get("/requests/<int:number>")
def page(number: int) -> Answer:
    """One request: what is held, what would stay, what was answered."""
    request = steps.find(looking(), KIND, number)
    guards = me().may_or_stands_in("guard personal data")
    buttons = steps.buttons(KIND, request, REQUESTS.choices(request, looking_ask()))
    found = data_requests.found(looking(), me(), request) if guards and _is_open(request) else []
    return render_template(
        "privacy/request.html",
        title=KIND.title(request),
        thing=request,
        badges=[{"label": show(request.state), "tone": TONES[request.state]}],
        buttons=buttons,
        guards=guards,
        found=[_line(each.kind, each.at, each.stays) for each in found],
        others=show(data_requests.others_names(looking(), me(), request)) if guards and _is_open(request) else "",
        outcome=_outcome(request),
        facts=_facts(request),
        timeline=timeline.entries(of_thing(looking(), request.store_id, request.id)[::-1]),
    )  # fmt: skip


def _is_open(request: DataRequest) -> bool:
    return request.state is S.RECEIVED


def _due(request: DataRequest) -> str:
    """The last day to answer on."""
    return show(calendar_of(looking()).last_day(request.due_at)) if request.due_at else ""


def _outcome(request: DataRequest) -> list[dict[str, Any]]:
    told = request.outcome or []
    return [_line(each["kind"], datetime.fromisoformat(each["at"]), each["stays"]) for each in told]


def _line(kind: str, at: datetime, stays: str) -> dict[str, Any]:
    return {"cells": [word("Held", kind), clock(at), _stays(stays)]}


def _stays(reason: str) -> str:
    return word("Stays", reason) if reason else say("nothing keeps it")


def _facts(request: DataRequest) -> list[dict[str, str]]:
    names = names_of((request.received_by_id, request.answered_by_id))
    known = [(say("How we know that it is them"), request.identified)] if request.identified else []
    told = [
        (say("Name"), request.name), (say("Phone"), mask_phone(request.phone or "") or "—"),
        (say("In their own words"), request.told or "—"), (say("Due by"), _due(request)),
        (say("Received by"), names.get(request.received_by_id, "")), *known,
    ]  # fmt: skip
    if request.answered_at and request.answered_by_id:
        told += [
            (say("What they are told"), request.answer or "—"),
            (say("Answered by"), names.get(request.answered_by_id, "")),
        ]
    return [{"label": label, "value": value} for label, value in told]


@pages.post("/requests/<int:number>/copy")
def copy(number: int) -> Answer:
    """Their copy as a sheet: the step, and the file that it leads to."""

    def work(ask: Ask) -> str:
        request = steps.find(ask.db, KIND, number)
        workflow.take(request, "copy", ask)
        rows = [_content(each) for each in data_requests.found(ask.db, ask.actor, request)]
        return f"/exports/{exports.take_out_of_one(ask, rows, language(), request).id}"

    return write(None, work, lambda form, trouble: steps.form("requests", number, "copy"))


def _content(each: Held) -> list[Any]:
    thing = each.thing
    more = [
        str(getattr(thing, name, "") or "") for name in ("company", "address", "occupation", "number_masked", "remark")
    ]
    kept = _stays(each.stays)
    return [word("Held", each.kind), each.at, each.name, each.phone, " · ".join(filter(None, more)), kept]
