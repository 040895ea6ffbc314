"""Who may buy again: fleets whose cars grow old, have gone far, or that have bought nothing for long."""

from typing import Any

from flask import Blueprint, render_template

from dealer.customers import repurchase
from dealer.customers.repurchase import Fleet, Limits
from web.asking import Answer, looking, looking_ask, me, need
from web.care import care
from web.language import say, show

pages = Blueprint("repurchase", __name__)


@pages.get("/care/signals")
def index() -> Answer:
    """Fleets with a signal, the most signals first: to their owners, and to who sees everybody's."""
    need("see care")
    today = looking_ask().today
    by = repurchase.limits(looking(), me().store_id, today)
    found = repurchase.listed(looking(), me(), today)
    return render_template(
        "care/signals.html", rows=[_row(fleet, told, by) for fleet, told in found], tabs=care.tabs("signals")
    )


def _visit(fleet: Fleet) -> Any:
    """The way to somebody's door, for those who go out."""
    if not me().may_or_stands_in("make visits"):
        return ""
    return {"text": say("Plan a visit"), "url": f"/outings/new?customer={fleet.customer.number}"}


def _row(fleet: Fleet, told: list[str], by: Limits) -> dict[str, Any]:
    sentences = {
        "age": say("a car is older than {months} months", months=by.months),
        "mileage": say("a car has gone more than {km} km", km=f"{by.kilometres:,}"),
        "size": say("{cars} cars or more, nothing bought for {months} months", cars=by.cars, months=by.rest_months),
    }
    return {
        "url": f"/customers/{fleet.customer.number}/owner-card",
        "cells": [
            fleet.customer.name, fleet.cars, f"{fleet.oldest:%Y-%m}", f"{fleet.newest:%Y-%m}", f"{fleet.furthest:,}",
            show([sentences[each] for each in told]), _visit(fleet),
        ],
    }  # fmt: skip
