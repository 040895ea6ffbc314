"""Cars on their way: the trucks that are expected, and the arrival of all cars of one truck on one page."""

from typing import Any

from flask import Blueprint, flash, render_template, request

from dealer import workflow
from dealer.engine.steps import Ask
from dealer.records.vehicles import Unit
from dealer.stock import arrivals
from dealer.stock.arrivals import TruckArrival
from web import steps
from web.asking import Answer, looking, me, need, or_404, write
from web.forms import Form
from web.language import say, short_day
from web.stock.stock import KIND, name_of, tabs

pages = Blueprint("arrivals", __name__)


@pages.get("/stock/arrivals")
def index() -> Answer:
    """Which trucks are expected, next first."""
    need("see stock")
    rows = [
        {
            "url": f"/stock/arrivals/truck?carrier={each.carrier}&waybill={each.waybill}" if _receives() else "",
            "cells": [
                {"text": each.carrier or "—", "note": each.waybill},
                short_day(each.expected_on) if each.expected_on else say("no day named"),
                each.cars,
            ],
        }
        for each in arrivals.trucks(looking(), me())
    ]
    return render_template("stock/trucks.html", rows=rows, tabs=tabs("/stock/arrivals"))


def _receives() -> bool:
    return me().may_or_stands_in("keep stock")


def _asked() -> tuple[str, str]:
    return request.args.get("carrier", "")[:200], request.args.get("waybill", "")[:40]


@pages.get("/stock/arrivals/truck")
def truck() -> Answer:
    """All cars of one waybill, to be inspected as they come off."""
    need("keep stock")
    return _truck(None, ())


@pages.post("/stock/arrivals/truck")
def receive() -> Answer:
    """Receive those that came, each by its own step; one that cannot be received keeps all others waiting."""
    need("keep stock")

    def work(ask: Ask) -> str:
        came = 0
        for place, car in enumerate(ask.facts.cars):
            if car.arrived:
                with arrivals.beside_car(place):
                    unit = steps.find(ask.db, KIND, car.unit)
                    workflow.take(unit, "receive", ask.with_facts(arrivals.arrival_of(car, unit)))
                came += 1
        flash(say("{count} cars were received.", count=came), "success")
        return "/stock/arrivals"

    return write(Form.received(TruckArrival), work, _truck)


def _truck(form: Form | None, trouble: Any) -> str:
    carrier, waybill = _asked()
    units = arrivals.on_truck(looking(), me(), carrier, waybill)
    if form is None:
        or_404(units or None)
        form = Form(TruckArrival, {"cars": [_known(unit) for unit in units]})
    named = {str(unit.number): _named(unit) for unit in units}
    cars = [(named.get(str(row[0].value), ""), row) for row in form["cars"].rows]
    return render_template(
        "stock/truck.html", form=form, cars=cars, carrier=carrier, waybill=waybill, address=request.full_path
    )


def _known(unit: Unit) -> dict[str, Any]:
    return {"unit": unit.number, "arrived": True, "keys": unit.keys, "place": unit.place,
            "certificate": unit.certificate}  # fmt: skip


def _named(unit: Unit) -> str:
    return f"{unit.vin} · {name_of(unit).split(' · ')[0]} · {unit.colour}"
