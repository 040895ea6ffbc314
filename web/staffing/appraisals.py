"""Appraisals: the list, beginning one, one sheet with its figures, words and signatures."""

from typing import Any

from flask import Blueprint, render_template, request

from dealer import people, workflow
from dealer.engine.calendar import add_months
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask
from dealer.records.staffing import Appraisal, AppraisalState
from dealer.staffing import appraisal_figures, appraisals
from dealer.staffing.appraisals import APPRAISALS, NewAppraisal
from web import steps
from web.asking import Answer, a_number, looking, looking_ask, me, need, or_404, write
from web.deals import timeline
from web.forms import Form, options
from web.language import clock, say, show, word

pages = Blueprint("appraisals", __name__)
S = AppraisalState
TONES = {S.OPEN: "wait", S.COMPLETED: "info", S.SIGNED: "info", S.SEEN: "ok"}
PRIMARY = ("sign", "complete", "see")


def month_of(appraisal: Appraisal) -> str:
    """2026-11 as people write it."""
    return say("{year}-{month}", year=appraisal.month.year, month=f"{appraisal.month.month:02}")


def title_of(appraisal: Appraisal) -> str:
    """How people name an appraisal: whose, and of which month."""
    return f"{appraisal.owner.name} · {month_of(appraisal)}"


def _sees(appraisal: Appraisal, who: people.Actor) -> bool:
    return appraisals.sees(looking(), who, appraisal)


def _known(appraisal: Appraisal, action: str) -> dict[str, Any]:
    return {"remark": appraisal.remark, "suggestion": appraisal.suggestion} if action == "complete" else {}


KIND = steps.register(steps.Kind("appraisals", Appraisal, APPRAISALS, title=title_of, sees=_sees, known=_known))


@options("appraised")
def _appraised() -> list[tuple[str, str]]:
    return [(str(each.id), each.name) for each in appraisals.appraised_by(looking(), me())]


@pages.get("/appraisals")
def index() -> Answer:
    """Those of one's people for a manager; else one's own, once they are signed."""
    found = appraisals.listed(looking(), me(), request.args.get("below", type=a_number))
    listed = found[: appraisals.LISTED]
    return render_template(
        "staffing/appraisals.html",
        appraises=me().may_or_stands_in("appraise"),
        rows=[
            {"url": KIND.url(each), "cells": [each.owner.name, month_of(each), _score(each), show(each.state)]}
            for each in listed
        ],
        older=listed[-1].number if len(found) > len(listed) else None,
    )


def _score(appraisal: Appraisal) -> str:
    return "—" if appraisal.score is None else str(appraisal.score)


@pages.get("/appraisals/new")
def new() -> Answer:
    """The form: the month that is over, unless somebody says otherwise."""
    need("appraise")
    return _new(Form(NewAppraisal, {"month": add_months(looking_ask().today.replace(day=1), -1)}), None)


@pages.post("/appraisals/new")
def begin() -> Answer:
    """Begin it: the figures are there at once."""
    need("appraise")

    def work(ask: Ask) -> str:
        appraisal = appraisals.prepare(ask)
        workflow.begin(appraisal, "open", ask)
        return KIND.url(appraisal)

    return write(Form.received(NewAppraisal), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return render_template("staffing/appraisal_new.html", form=or_404(form))


@pages.get("/appraisals/<int:number>")
def page(number: int) -> Answer:
    """One sheet: the figures with their weights, the words, who signed and saw it."""
    appraisal = steps.find(looking(), KIND, number)
    buttons = steps.buttons(KIND, appraisal, APPRAISALS.choices(appraisal, looking_ask()))
    primary = next((each for each in sorted(buttons, key=_rank) if each["action"] in PRIMARY), None)
    shares = appraisals.now(looking_ask(), appraisal)
    total = appraisal.score if appraisal.score is not None else appraisal_figures.score(shares)
    return render_template(
        "staffing/appraisal.html",
        appraisal=appraisal,
        title=title_of(appraisal),
        badges=[{"label": show(appraisal.state), "tone": TONES[appraisal.state]}],
        figures=[
            {"label": say("Score"), "value": "—" if total is None else total, "unit": "/ 100"},
            {"label": say("Colleague"), "person": appraisal.owner.name},
            {"label": say("Manager"), "person": appraisal.manager.name},
        ],
        shares=[_share(each) for each in shares],
        facts=[
            {"label": say("Appraisal in words"), "value": appraisal.remark or "—"},
            {"label": say("Suggested reward or penalty"), "value": appraisal.suggestion or "—"},
            {"label": say("Signed at"), "value": clock(appraisal.signed_at) if appraisal.signed_at else "—"},
            {"label": say("Seen at"), "value": clock(appraisal.seen_at) if appraisal.seen_at else "—"},
            {"label": say("What the colleague says to it"), "value": appraisal.answer or "—"},
        ],
        primary=primary,
        buttons=[each for each in buttons if each is not primary],
        timeline=timeline.entries(of_thing(looking(), appraisal.store_id, appraisal.id)[::-1]),
    )


def _rank(button: dict[str, Any]) -> int:
    return PRIMARY.index(button["action"]) if button["action"] in PRIMARY else len(PRIMARY)


def _share(each: appraisal_figures.Share) -> dict[str, Any]:
    percent = "—" if each.percent is None else f"{each.percent} %"
    return {"cells": [word("Appraisal figure", each.name), f"{each.done} / {each.of}", percent, str(each.weight)]}
