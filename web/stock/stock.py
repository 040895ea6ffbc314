"""Stock: the cars of the shop, one car on its way from the order to the customer, its inspection and its hand-over."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, g, render_template, request

from dealer import workflow
from dealer.deliveries import delivery_lists, inspection
from dealer.engine.database import calendar_of
from dealer.engine.malformed import Malformed
from dealer.engine.steps import Ask
from dealer.records.contracts import PartyRole
from dealer.records.deliveries import Batch
from dealer.records.vehicles import Unit, UnitState
from dealer.stock import allocation, allocation_queue, reservations, vehicles, vins
from dealer.stock.vehicles import UNITS
from dealer.stock.yard import NewUnit
from web import steps
from web.asking import Answer, looking, me, need, or_404, write
from web.deliveries.handover_form import blank_points, groups_of, handover_blocks, known_receiver, receivers_of
from web.forms import Form, options
from web.language import say, short_day
from web.stock.unit_page import draw, gate_items, odd_of, vin_facts

pages = Blueprint("stock", __name__)
U = UnitState

STATE_TONES = {
    U.ORDERED: "neutral", U.IN_TRANSIT: "info", U.IN_STOCK: "ok", U.ALLOCATED: "info", U.PDI: "wait",
    U.PDI_FAILED: "bad", U.READY: "ok", U.DELIVERED: "neutral", U.RETURNED: "bad", U.LOANED: "wait",
}  # fmt: skip


def name_of(unit: Unit) -> str:
    """云岭 X5 · 100001: how people name a car."""
    return f"{unit.model.brand} {unit.model.name} · {unit.vin[-6:]}"


def _known(unit: Unit, action: str) -> dict[str, Any]:
    match action:
        case "pdi_pass" | "pdi_fail":
            codes = [item.code for items in inspection.list_of(looking(), unit.model).values() for item in items]
            return {"items": [{"item": code} for code in codes]}
        case "deliver":
            return _known_handover(unit)
        case "issue_invoice":
            return _known_invoice(unit)
        case "keep_papers":
            return {
                name: getattr(unit, name)
                for name in ("certificate", "certificate_number", "engine_number", "place", "keys")
            }
        case "receive":
            return {name: getattr(unit, name) for name in ("certificate", "certificate_number", "place", "keys")}
        case "reserve":
            return {"until": reservations.last_day(looking(), unit.store_id, today())}
        case "give_back" | "return":
            return {"keys": unit.keys}
        case _:
            return {}


def _known_handover(unit: Unit) -> dict[str, Any]:
    contract = delivery_lists.text_of(looking(), unit.contract_id)
    return known_receiver(contract) | {"driven_off_at": g.now, "keys": unit.keys, "points": blank_points()}


def _known_invoice(unit: Unit) -> dict[str, Any]:
    contract = delivery_lists.text_of(looking(), unit.contract_id)
    line = next((each for each in contract.lines if each.root == unit.contract_line_id), None) if contract else None
    known: dict[str, Any] = {"issued_on": calendar_of(looking()).today(g.now)}
    if contract is None or line is None:
        return known
    return known | {"buyer": contract.party(PartyRole.INVOICED).name, "price": line.unit_price}


def _after(unit: Unit, action: str) -> str:
    """A car that goes to a batch leads there; everything else stays with the car."""
    batch = delivery_lists.batch_of(looking(), unit)
    return f"/deliveries/{batch.number}" if batch and action in ("allocate", "deliver") else KIND.url(unit)


def _extra(unit: Unit, action: str) -> dict[str, Any]:
    match action:
        case "pdi_pass" | "pdi_fail":
            before = inspection.inspections_of(looking(), unit)
            return {"groups": groups_of(unit, before, KIND.url(unit)), "kept_of": len(before)}
        case "deliver":
            return {
                "blocks": handover_blocks(),
                "items": gate_items(unit, KIND),
                "typed": request.method == "POST",
                "receivers": receivers_of(delivery_lists.text_of(looking(), unit.contract_id)),
                # after a rejection nobody's signature of the first time stands in the form again
                "kept_of": len(inspection.inspections_of(looking(), unit)),
            }
        case _:
            return {}


KIND = steps.register(
    steps.Kind(
        "stock",
        Unit,
        UNITS,
        title=name_of,
        sees=lambda unit, who: who.may_or_stands_in("see stock"),
        known=_known,
        after=_after,
        extra=_extra,
        templates={"pdi_pass": "stock/pdi.html", "pdi_fail": "stock/pdi.html", "deliver": "stock/handover.html"},
    )
)


# ── choices ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _here() -> Unit:
    found: Unit = steps.find(looking(), KIND, int((request.view_args or {})["number"]))
    return found


@options("waiting_batches")
def _waiting_batches() -> list[tuple[str, str]]:
    """Batches with room for the car whose form this is, in the order in which they are served."""
    return [(str(batch.id), batch_name(batch)) for batch in allocation_queue.waiting_batches(looking(), _here())]


def batch_name(batch: Batch) -> str:
    """某市公安局 · YLYX-DKH-2026-0001 · 第 1 批 · 11-30."""
    which = say("batch {number}", number=batch.position)
    return f"{batch.deal.customer.name} · {batch.contract.code} · {which} · {short_day(batch.due_on)}"


@options("replacements")
def _replacements() -> list[tuple[str, str]]:
    return [
        (
            str(each.id),
            f"{each.vin} · {each.place or '—'} · {say('in stock since {day}', day=short_day(each.arrived_on))}",
        )
        for each in allocation.replacements(looking(), _here())
    ]


# ── about cars ────────────────────────────────────────────────────────────────────────────────────────────────────────


TABS = (
    ("see stock", "/stock", "Cars"),
    ("allocate", "/allocation", "Allocation"),
    ("see stock", "/stock/arrivals", "Arrivals"),
    ("see stock", "/stock/orders", "Factory orders"),
)
"""What there is about cars: who sees it, where, and what it is called."""


def tabs(current: str) -> list[dict[str, Any]]:
    """The pages about cars that this person sees; none where there is one only."""
    seen = [(url, label) for duty, url, label in TABS if me().may_or_stands_in(duty)]
    return [{"label": say(label), "url": url, "current": url == current} for url, label in seen if len(seen) > 1]


def model_asked() -> UUID | None:
    """The model that the address or the form names."""
    try:
        return UUID(request.values.get("model", ""))
    except ValueError:
        return None


def today() -> date:
    """The shop's day."""
    return calendar_of(looking()).today(g.now)


# ── a new car ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/stock/new")
def new() -> Answer:
    """A car that was ordered, or that stands in the yard."""
    need("keep stock")
    return _new(Form(NewUnit), None)


@pages.post("/stock/new")
def take_in() -> Answer:
    """Order it or take it into stock, whichever button was pressed."""
    need("keep stock")
    birth = "order" if request.form.get("birth") == "order" else "arrive"

    def work(ask: Ask) -> str:
        unit = vehicles.new_unit(ask)
        workflow.begin(unit, birth, ask)
        return KIND.url(unit)

    return write(Form.received(NewUnit), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    fields = or_404(form).fields
    for each in fields:
        if each.name == "vin":
            asks = {"hx-post": "/stock/vin", "hx-trigger": "input changed delay:300ms"}
            each.attrs = asks | {"hx-target": "#vin-says"}
    return render_template("stock/new.html", form=form, fields=fields)


@pages.post("/stock/vin")
def vin() -> Answer:
    """What the VIN that somebody types says: maker, model year, plant, and what looks odd about it."""
    need("keep stock")
    model = vins.model_of(looking(), me(), model_asked())
    try:
        reading = vins.read(looking(), me(), request.form.get("vin", "")[:40], today(), model)
    except Malformed as wrong:
        return render_template("stock/vin.html", wrong=say(wrong.sentence, **wrong.values))
    return render_template("stock/vin.html", facts=vin_facts(reading), odd=odd_of(reading))


# ── one car ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/stock/<int:number>")
def page(number: int) -> Answer:
    """One car: what comes next, what is missing before its hand-over, what was found and what happened."""
    return draw(steps.find(looking(), KIND, number), KIND, name_of, STATE_TONES)
