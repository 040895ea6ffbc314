"""The stock list: the cars of the shop, by where they and their papers stand, and what costs money while it stands."""

from datetime import date
from typing import Any

from flask import Blueprint, g, render_template, request

from dealer.records.vehicles import Certificate, InvoiceState, Unit, UnitState
from dealer.stock import allocation, arrivals, catalogue, vehicles
from web.asking import Answer, a_number, looking, me, need
from web.language import say, short_day, show
from web.stock.stock import KIND, model_asked, tabs, today
from web.stock.unit_page import kept_until

pages = Blueprint("stock_list", __name__)
U = UnitState

FILTERS: dict[str, tuple[UnitState, ...]] = {
    "here": vehicles.IN_HOUSE,
    "free": (U.IN_STOCK,),
    "kept": (U.IN_STOCK,),
    "contract": allocation.HELD,
    "coming": arrivals.COMING,
    "gone": (U.DELIVERED, U.RETURNED),
    "all": (),
    **{state.value: (state,) for state in U},
}
FILTER_WORDS = (
    ("here", "In the yard"), ("free", "Free"), ("kept", "Reserved"), ("contract", "On a contract"),
    ("coming", "On the way"), ("gone", "Handed over"), ("all", "All"),
)  # fmt: skip


@pages.get("/stock")
def index() -> Answer:
    """The cars of the shop, by where they and their certificates stand, model, age, and the end of the VIN."""
    need("see stock")
    chosen = request.args.get("state", "here")
    wanted = _wanted(chosen)
    found = vehicles.stock(looking(), me(), wanted, above=request.args.get("above", 0, type=a_number))
    page, more = found[: vehicles.PAGE], len(found) > vehicles.PAGE
    figures = vehicles.figures(looking(), me(), _old_since())
    return render_template(
        "stock/list.html",
        rows=[_row(unit) for unit in page],
        chosen=chosen,
        wanted=wanted,
        models=[
            (str(each.id), f"{each.brand} {each.name} {each.configuration}")
            for each in catalogue.on_sale(looking(), me())
        ],
        tabs=tabs("/stock"),
        states=[(state.value, show(state)) for state in U],
        certificates=[(each.value, show(each)) for each in Certificate],
        filters=[(name, say(label), _count(name, figures)) for name, label in FILTER_WORDS],
        figures=_head(figures),
        older=page[-1].number if more else None,
        keeps=me().may_or_stands_in("keep stock"),
    )


def _wanted(chosen: str) -> vehicles.Wanted:
    certificate = request.args.get("certificate", "")
    return vehicles.Wanted(
        states=FILTERS.get(chosen, ()),
        kept={"free": False, "kept": True}.get(chosen),
        model_id=model_asked(),
        certificate=Certificate(certificate) if certificate in list(Certificate) else None,
        arrived_by=_old_since() if request.args.get("old") else None,
        typed=request.args.get("q", "")[:100].strip(),
    )


def _old_since() -> date:
    if "old_since" not in g:
        g.old_since = vehicles.old_since(looking(), me().store_id, today())
    found: date = g.old_since
    return found


def _count(name: str, figures: vehicles.Figures) -> int | None:
    """How many stand there; what has left is not counted."""
    if name in ("free", "kept"):
        return figures.free if name == "free" else figures.kept
    return None if name in ("gone", "all") else figures.of(*FILTERS[name])


def _head(figures: vehicles.Figures) -> list[dict[str, Any]]:
    """How many may be sold, what is coming, and what costs money while it stands."""
    days = (today() - _old_since()).days - 1
    return [
        {"label": say("Free"), "value": figures.free, "url": "/stock?state=free"},
        {
            "label": say("On the way"),
            "value": figures.of(*arrivals.COMING),
            "note": say("next on {day}", day=short_day(figures.next_on)) if figures.next_on else "",
            "url": "/stock?state=coming",
        },
        {
            "label": say("Certificates pledged"),
            "value": figures.pledged,
            "tone": "wait" if figures.pledged else "",
            "url": "/stock?state=here&certificate=pledged",
        },
        {
            "label": say("Over {days} days", days=days),
            "value": figures.old,
            "tone": "bad" if figures.old else "",
            "url": "/stock?state=here&old=1",
        },
    ]


def _row(unit: Unit) -> dict[str, Any]:
    return {
        "url": KIND.url(unit),
        "tone": "bad" if unit.damage or unit.state is U.PDI_FAILED else "",
        "cells": [
            {"text": unit.vin, "note": f"{unit.model.brand} {unit.model.name} {unit.model.configuration}"},
            unit.colour,
            unit.place or "—",
            _since(unit),
            {"text": show(unit.certificate), "tone": "wait" if unit.certificate is Certificate.PLEDGED else ""},
            {"text": show(unit.invoice), "tone": "bad" if unit.invoice is InvoiceState.RED else ""},
            {"text": show(unit.state), "note": say("Damaged") if unit.damage else kept_until(unit)},
        ],
    }


def _since(unit: Unit) -> dict[str, str]:
    """How long it has stood here; of a car on its way, when it is expected."""
    if unit.state in arrivals.COMING:
        late = unit.expected_on is not None and unit.expected_on < today()
        day = say("expected {day}", day=short_day(unit.expected_on)) if unit.expected_on else say("no day named")
        return {"text": day, "tone": "bad" if late else "", "note": say("Overdue") if late else ""}
    days = vehicles.age(unit, today())
    if days is None or unit.arrived_on is None:
        return {"text": "—"}
    old = unit.arrived_on <= _old_since()
    note = say("stands too long") if old else ""
    return {"text": say("{days} days", days=days), "tone": "bad" if old else "", "note": note}
