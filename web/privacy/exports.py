"""Lists as Excel sheets: what one is needed for, the sheet for whoever asked, and which lists left the house."""

from uuid import UUID

from flask import Blueprint, render_template

from dealer.engine.steps import Ask
from dealer.privacy import exports
from dealer.privacy.exports import LISTS
from dealer.records.privacy import Export
from web.asking import Answer, day_asked, looking, me, need, or_404, write
from web.forms import Form
from web.language import clock, language, say, show
from web.papers.papers import hand_over

pages = Blueprint("exports", __name__)

BACK = {
    "customers": "/customers",
    "drives": "/drives/register",
    "prospects": "/prospects",
    "walkins": "/walkins",
    "stock": "/stock",
    "trips": "/trips",
    "receivables": "/money/receivables",
    "receipts": "/money",
    "care": "/care/report",
    "complaints": "/complaints/report",
    "progress": "/reports/progress",
    exports.PERSON: "/requests",
    exports.FLEET: "/contracts",
    exports.REPORT: "/reports/subscriptions",
}  # where each list is looked at


@pages.get("/exports")
def index() -> Answer:
    """Which lists left the house."""
    need("guard personal data")
    rows = [
        {"url": f"/exports/{each.id}" if each.person_id == me().id else "",
         "cells": [clock(each.at), each.person.name, say(exports.title_of(each.kind)), each.rows, _reason(each),
                   {"text": str(each.id)[-12:]}]}
        for each in exports.newest(looking(), me())
    ]  # fmt: skip
    return render_template("privacy/exports.html", rows=rows)


def _reason(export: Export) -> str:
    asked = export.request
    return say("Request {number}: {kind}", number=asked.number, kind=show(asked.kind)) if asked else export.reason


# ── taking out a list ─────────────────────────────────────────────────────────────────────────────────────────────


@pages.get(
    "/exports/<any(care,complaints,customers,drives,progress,prospects,receipts,receivables,stock,trips,walkins):kind>"
)
def export_form(kind: str) -> Answer:
    """What the list is needed for; of the days that the page before it showed."""
    need(LISTS[kind].duty)
    return _export(kind, Form(LISTS[kind].asks, {"first": day_asked("from"), "last": day_asked("to")}))


@pages.post(
    "/exports/<any(care,complaints,customers,drives,progress,prospects,receipts,receivables,stock,trips,walkins):kind>"
)
def export(kind: str) -> Answer:
    """Make the sheet; who took it, when and why is written down."""

    def work(ask: Ask) -> str:
        return f"/exports/{exports.take_out(ask, kind, language()).id}"

    return write(Form.received(LISTS[kind].asks), work, lambda form, trouble: _export(kind, or_404(form)))


def _export(kind: str, form: Form) -> str:
    title = say("Excel export: {list}", list=say(LISTS[kind].title))
    note = say("Your name, the time and the number of rows stand on the sheet and in the log.")
    asked = {"title": title, "address": f"/exports/{kind}", "back": BACK[kind], "note": note}
    return render_template("privacy/ask.html", form=form, **asked)


@pages.get("/exports/<uuid:key>")
def ready(key: UUID) -> Answer:
    """The sheet is ready, for whoever asked for it."""
    found = or_404(exports.mine(looking(), me(), key))
    told = {"title": say(exports.title_of(found.kind)), "back": BACK[found.kind], "at": clock(found.at)}
    return render_template("privacy/ready.html", export=found, **told)


@pages.get("/exports/<uuid:key>/file")
def file(key: UUID) -> Answer:
    """The sheet itself, for a day."""
    found = or_404(exports.mine(looking(), me(), key))
    return hand_over(found.file_sha256, f"{found.kind}.xlsx")
