"""Orders to the factory: what is missing, the orders, and one order with its lines and the cars that were named."""

from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from dealer import people, workflow
from dealer.engine import history
from dealer.engine.steps import Ask
from dealer.oem import oem_sheets
from dealer.records.factory_orders import FactoryOrder, FactoryOrderState
from dealer.sheets.layouts import CSV
from dealer.stock import factory_orders, factory_sheet
from dealer.stock.factory_orders import FACTORY_ORDERS, LIVE, NewOrder
from web import steps
from web.asking import Answer, looking, looking_ask, me, need, write
from web.deals import timeline
from web.forms import Form, options
from web.frame import names_of
from web.language import language, say, short_day, show
from web.papers.papers import XLSX
from web.stock import stock as cars

pages = Blueprint("factory_orders", __name__)
S = FactoryOrderState
TONES = {S.DRAFT: "wait", S.SENT: "info", S.CONFIRMED: "ok", S.CLOSED: "neutral", S.CANCELLED: "bad"}


def title_of(order: FactoryOrder) -> str:
    """工厂订单 3."""
    return say("Factory order {number}", number=order.number)


def _known(order: FactoryOrder, action: str) -> dict[str, Any]:
    if action != "change":
        return {}
    lines = [{"model": line.model_id, "colour": line.colour, "quantity": line.quantity} for line in order.lines]
    return {"lines": lines, "wanted_by": order.wanted_by, "remark": order.remark}


KIND = steps.register(
    steps.Kind(
        "factory-orders",
        FactoryOrder,
        FACTORY_ORDERS,
        title=title_of,
        sees=lambda order, who: who.may_or_stands_in("see stock"),
        known=_known,
    )
)


@options("factory_lines")
def _lines() -> list[tuple[str, str]]:
    order = steps.find(looking(), KIND, int((request.view_args or {})["number"]))
    names = factory_orders.named(looking(), order)
    return [
        (str(line.id), f"{factory_orders.full_name(line)} · {names[line.id]} / {line.quantity}") for line in order.lines
    ]


# ── the list ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/stock/orders")
def index() -> Answer:
    """What has to be ordered, and what was."""
    need("see stock")
    orders = factory_orders.newest(looking(), me())
    return render_template(
        "stock/orders.html",
        tabs=cars.tabs("/stock/orders"),
        missing=[_missing(each) for each in _all_missing()],
        draws=me().may_or_stands_in("order cars"),
        rows=[_row(each) for each in orders],
    )


def _all_missing() -> list[factory_orders.Missing]:
    return factory_orders.missing(looking(), me(), looking_ask().today)


def _missing(each: factory_orders.Missing) -> dict[str, Any]:
    return {
        "cells": [
            {"text": each.model, "note": each.colour},
            each.wanted,
            each.here,
            each.coming,
            each.ordered,
            {"text": each.count, "tone": "bad"},
            short_day(each.first_due),
        ]
    }


def _row(order: FactoryOrder) -> dict[str, Any]:
    return {
        "url": KIND.url(order),
        "cells": [
            {"text": title_of(order), "note": order.reference},
            factory_orders.ordered(order),
            short_day(order.wanted_by),
            short_day(order.expected_on) if order.expected_on else "—",
            show(order.state),
        ],
    }


# ── a new one ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/stock/orders/new")
def new() -> Answer:
    """An order that begins with what is missing."""
    need("order cars")
    found = _all_missing()
    lines = [{"model": each.model_id, "colour": each.colour, "quantity": each.count} for each in found]
    wanted = min((each.first_due for each in found), default=None)
    today = looking_ask().today
    known: dict[str, Any] = {"lines": lines} if lines else {}
    return _new(Form(NewOrder, known | ({"wanted_by": max(wanted, today)} if wanted else {})), ())


@pages.post("/stock/orders/new")
def draw_up() -> Answer:
    """Draw it up; somebody else approves it."""
    need("order cars")

    def work(ask: Ask) -> str:
        order = factory_orders.blank(ask)
        workflow.begin(order, "draw_up", ask)
        return KIND.url(order)

    return write(Form.received(NewOrder), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return render_template("stock/order_new.html", form=form)


# ── one order ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/factory-orders/<int:number>")
def page(number: int) -> Answer:
    """One order: its lines, how many of them are named, the cars, and what comes next."""
    order = steps.find(looking(), KIND, number)
    choices = FACTORY_ORDERS.choices(order, looking_ask())
    buttons = steps.buttons(KIND, order, choices)
    primary = next((each for each in buttons if each["forward"] or each["action"] == "name_cars"), None)
    names = factory_orders.named(looking(), order)
    return render_template(
        "stock/order.html",
        order=order,
        title=title_of(order),
        here=KIND.url(order),
        badges=[{"label": show(order.state), "tone": TONES[order.state]}],
        primary=primary,
        buttons=[each for each in buttons if each is not primary],
        sheet=order.sent_on is not None,
        facts=_facts(order),
        lines=[{"cells": [factory_orders.full_name(line), line.quantity, names[line.id]]} for line in order.lines],
        total=["", factory_orders.ordered(order), names.total()],
        units=[_unit(each) for each in factory_orders.cars_of(looking(), order)],
        timeline=timeline.entries(history.of_thing(looking(), order.store_id, order.id)[::-1]),
    )


def _facts(order: FactoryOrder) -> list[dict[str, Any]]:
    names = names_of([order.drawn_by_id, order.approved_by_id])
    facts = [
        (say("Drawn up by"), names.get(order.drawn_by_id, "")),
        (say("Approved by"), names.get(order.approved_by_id, "") if order.approved_by_id else ""),
        (say("Needed by"), short_day(order.wanted_by)),
        (say("Sent on"), short_day(order.sent_on) if order.sent_on else ""),
        (say("The factory's order number"), order.reference),
        (say("Expected on"), short_day(order.expected_on) if order.expected_on else ""),
        (say("Remark"), order.remark),
    ]
    return [{"label": label, "value": value} for label, value in facts if value]


def _unit(unit: Any) -> dict[str, Any]:
    return {
        "url": cars.KIND.url(unit),
        "cells": [unit.vin, unit.colour, short_day(unit.expected_on) if unit.expected_on else "—", show(unit.state)],
    }


@pages.get("/factory-orders/<int:number>/sheet")
def sheet(number: int) -> Answer:
    """The sheet that goes to the factory, as its manufacturer wants it: of an order that was approved."""
    order = steps.find(looking(), KIND, number)
    if order.sent_on is None or order.state not in (*LIVE, S.CLOSED):
        abort(404)
    store = people.store_of(looking(), me().store_id)
    theirs = oem_sheets.factory_sheet(looking(), order, looking_ask().today)
    name, content = theirs or (f"factory-order-{number}.xlsx", factory_sheet.sheet(order, store, language()))
    answer = Response(content, mimetype=XLSX if name.endswith("xlsx") else CSV)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
