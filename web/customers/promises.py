"""Promises to customers and what of them is done: of all that somebody looks after, as rows of any page."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template

from dealer.customers import promises
from dealer.customers.promises import Promise
from web import steps
from web.asking import Answer, looking, looking_ask, me, need
from web.language import say, short_day

pages = Blueprint("promises", __name__)

PROMISES = {"batch": "Delivery", "defect": "Car to be put right", "action": "Corrective action", "call": "Care call"}


@pages.get("/promises")
def promised() -> Answer:
    """What customers were promised by contracts and orders, and what of it is done; what is late comes first, red."""
    need("see care")
    today = looking_ask().today
    found = promises.of_all(looking(), me())
    late = sum(each.is_late(today) for each in found)
    return render_template(
        "customers/promises.html",
        figures=[
            {"label": say("Open promises"), "value": len(found)},
            {"label": say("Overdue"), "value": late, "tone": "bad" if late else ""},
        ],
        rows=[_with_customer(each, today) for each in found],
    )


def _with_customer(promise: Promise, today: date) -> dict[str, Any]:
    row = row_of(promise, today)
    return row | {"cells": [promise.customer.name, *row["cells"]]}


def row_of(promise: Promise, today: date) -> dict[str, Any]:
    """One promise as a row; red once its day has passed."""
    late = promise.is_late(today)
    kind = steps.kind_of(promise.thing)
    told = promise.note or (kind.title(promise.thing) if kind else "")
    return {
        "url": steps.seen_url(promise.thing),
        "tone": "bad" if late else "",
        "cells": [
            {"text": say(PROMISES[promise.kind]), "note": told},
            {"text": short_day(promise.by), "note": say("Overdue") if late else "", "tone": "bad" if late else ""},
            f"{promise.done} / {promise.of}",
        ],
    }
