"""Allocation: who waits for cars, first come first; what is proposed for each, and why a place stays empty."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, g, render_template, request

from dealer import workflow
from dealer.engine.database import calendar_of
from dealer.engine.malformed import whole_number
from dealer.engine.steps import Ask, Refused, no
from dealer.records.deliveries import Batch
from dealer.stock import allocation_queue, reservations
from dealer.stock.allocation_plan import Car, Served
from web import steps
from web.asking import Answer, looking, me, need, write
from web.deals import deals
from web.forms import options
from web.language import say, short_day, told
from web.stock import stock as cars

pages = Blueprint("allocation", __name__)
MOST_BATCHES = 50
FOLDED_FROM = 12  # cars of one line that are shown without being asked for

NOTHING_CHOSEN = no("Choose the cars to allocate: none is ticked.", code="E-REQ-FIELD")

NOT_HERE = no("Nothing was allocated: a car of the list is not there any more. Choose again.", code="E-REQ-FIELD")


@options("reserving_deals")
def _reserving_deals() -> list[tuple[str, str]]:
    """Deals of this person that the car could be kept for."""
    number = int((request.view_args or {})["number"])
    unit = steps.find(looking(), steps.KINDS["stock"], number)
    found = reservations.deals_for(looking(), me(), unit)
    return [(str(deal.id), f"{deal.customer.name} · {deals.code_of(deal)}") for deal in found]


@pages.get("/allocation")
def index() -> Answer:
    """All empty places in the order in which they are served."""
    need("allocate")
    return _index(())


def _index(trouble: Any) -> str:
    db, today = looking(), calendar_of(looking()).today(g.now)
    planned = allocation_queue.planned(db, me(), today)
    grouped = [(key, list(served)) for key, served in groupby(planned, key=lambda each: each.want.batch_id)]
    shown, found = grouped[:MOST_BATCHES], allocation_queue.batches(db, (key for key, _ in grouped[:MOST_BATCHES]))
    ready = sum(len(each.cars) for _, served in shown for each in served)
    return render_template(
        "allocation/list.html",
        tabs=cars.tabs("/allocation"),
        troubles=[told(each) for each in trouble] if isinstance(trouble, tuple) else [],
        figures=_figures(planned),
        batches=[_batch(found[key], served, today) for key, served in shown],
        later=len(grouped) - len(shown),
        ready=ready,
    )


def _figures(planned: Iterable[Served]) -> list[dict[str, Any]]:
    wanted, ready, coming = 0, 0, 0
    for each in planned:
        wanted, ready, coming = wanted + each.want.count, ready + len(each.cars), coming + len(each.coming)
    missing = wanted - ready - coming
    return [
        {"label": say("Empty places"), "value": wanted},
        {"label": say("Can be allocated now"), "value": ready, "tone": "ok" if ready else ""},
        {"label": say("On the way"), "value": coming},
        {"label": say("No car in sight"), "value": missing, "tone": "bad" if missing else ""},
    ]


def _batch(batch: Batch, served: Sequence[Served], today: date) -> dict[str, Any]:
    return {
        "number": batch.number,
        "title": cars.batch_name(batch),
        "url": f"/deliveries/{batch.number}",
        "since": say("in force since {day}", day=short_day(batch.contract.effective_on)),
        "lines": lines(batch, served, today),
        "ready": sum(len(each.cars) for each in served),
    }


def lines(batch: Batch, served: Iterable[Served], today: date) -> list[dict[str, Any]]:
    """The empty places of a batch by model and colour: cars for them, the day they could be filled, and why not."""
    return [_line(batch, each, today) for each in served]


def _line(batch: Batch, served: Served, today: date) -> dict[str, Any]:
    want, day = served.want, served.complete_on(today)
    return {
        "what": f"{want.model} {want.spec[1]} × {want.count}",
        "now": say("{count} now", count=len(served.cars)) if served.cars else "",
        "complete": _complete(served, day) if served.short else "",
        "late": day is None or day > want.due_on,
        "why": [told(each) for each in served.why],
        "cars": [_car(batch, each, today) for each in served.cars],
        "folded": len(served.cars) > FOLDED_FROM,
    }


def _complete(served: Served, day: date | None) -> str:
    if day is None:
        return say("no day for all of them")
    late = (day - served.want.due_on).days
    return (
        say("all by {day}, {days} days late", day=short_day(day), days=late)
        if late > 0
        else say("all by {day}", day=short_day(day))
    )


def _car(batch: Batch, car: Car, today: date) -> dict[str, Any]:
    days = (today - car.arrived_on).days if car.arrived_on else 0
    return {
        "url": f"/stock/{car.number}",
        "vin": car.vin,
        "note": " · ".join((car.place or "—", say("{days} days", days=days))),
        "pledged": car.pledged,
        "value": f"{batch.number}:{car.number}:{car.version}",
    }


# ── allocating many at once ───────────────────────────────────────────────────────────────────────────────────────


@pages.post("/allocation")
def allocate() -> Answer:
    """Allocate what was proposed on the page, all of it or that of one batch: every car or none."""

    def work(ask: Ask) -> str:
        allocate_chosen(ask, request.form.get("batch"))
        return "/allocation"

    return write(None, work, _again)


def _again(form: Any, trouble: Any) -> str:
    need("allocate")
    return _index(trouble)


def allocate_chosen(ask: Ask, only: str | None = None) -> None:
    """The cars that the form names as batch:car:version, each as it was on the page; `only` those of one batch."""
    chosen = [three for value in request.form.getlist("car") if (three := _numbers(value))]
    wanted = [three for three in chosen if only is None or str(three[0]) == only]
    if not wanted:
        raise Refused([NOTHING_CHOSEN], "allocate")
    batches = {number: steps.find(ask.db, steps.KINDS["deliveries"], number) for number, *_ in wanted}
    units = allocation_queue.by_numbers(ask.db, ask.actor, (number for _, number, _ in wanted))
    if any(unit not in units for _, unit, _ in wanted):
        raise Refused([NOT_HERE], "allocate")
    known = [(units[unit], batches[batch].id, version) for batch, unit, version in wanted]
    workflow.allocate(ask, known)
    flash(say("{count} cars are allocated.", count=len(known)), "success")


def _numbers(value: str) -> tuple[int, int, int] | None:
    read = [whole_number(each) for each in value.split(":")]
    known = [each for each in read if each is not None]
    return (known[0], known[1], known[2]) if len(read) == len(known) == 3 else None
