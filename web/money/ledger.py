"""Files for the programs of tax and accounts: what is new in a period, and which files were made."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template

from dealer.engine.steps import Ask
from dealer.money import ledger
from dealer.money.ledger import TARGETS, Period
from dealer.records.money import LedgerExport
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.forms import Form, options
from web.language import clock, say, short_day
from web.money import finance_desk
from web.papers.papers import hand_over

pages = Blueprint("ledger", __name__)
HERE = "/money/ledger"


@options("ledger_targets")
def _targets() -> list[tuple[str, str]]:
    return [(target, say(told.title)) for target, told in TARGETS.items()]


@pages.get("/money/ledger")
def index() -> Answer:
    """This month so far, and the files of before."""
    need("record money")
    today = looking_ask().today
    return _page(Form(Period, {"first": today.replace(day=1), "last": today}))


@pages.post("/money/ledger")
def export() -> Answer:
    """Make the file of what is new."""
    need("record money")

    def work(ask: Ask) -> str:
        ledger.export(ask)
        return HERE

    return write(Form.received(Period), work, lambda form, trouble: _page(form))


def _page(form: Form | None) -> str:
    return render_template(
        "money/ledger.html",
        tabs=finance_desk.tabs(HERE),
        form=form,
        rows=[_row(each) for each in ledger.exports(looking(), me())],
    )


def _row(made: LedgerExport) -> dict[str, Any]:
    period = say("{first} to {last}", first=short_day(made.from_day), last=short_day(made.until_day))
    return {
        "url": f"{HERE}/{made.id}",
        "cells": [{"text": made.name, "note": say(TARGETS[made.target].title)}, period, made.rows, clock(made.at),
                  made.person.name],
    }  # fmt: skip


@pages.get("/money/ledger/<uuid:key>")
def file(key: UUID) -> Answer:
    """One of the files, as it was made."""
    need("record money")
    made = or_404(ledger.one(looking(), me(), key))
    return hand_over(made.file_sha256, made.name)
