"""Violations and accidents with cars of the house: the list, by car, and the form with its answer who had the car."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request

from dealer import people
from dealer.drives import drive_lists
from dealer.engine.steps import Ask
from dealer.records.trips import Mishap
from dealer.records.vehicles import DemoCar
from dealer.trips import mishaps, trip_lists
from dealer.trips.mishaps import MishapFacts
from web.asking import Answer, looking, me, need, or_404, write
from web.drives import drives
from web.forms import Form, options
from web.language import clock, money, say, show
from web.trips import trips

pages = Blueprint("mishaps", __name__)


@options("all_cars")
def _cars() -> list[tuple[str, str]]:
    return [(str(car.id), drives.car_name(car)) for car in drive_lists.cars(looking(), me().store_id)]


@pages.get("/mishaps")
def index() -> Answer:
    """Every violation and accident, newest first, with who had the car; of one car if the address names it."""
    need("see all trips")
    car = _car_asked()
    keeps = me().may_or_stands_in("keep demo cars")
    found = trip_lists.mishaps(looking(), me(), car.id if car else None)
    return render_template("trips/mishaps.html", car=car, keeps=keeps, rows=[_row(each, keeps) for each in found])


def _car_asked() -> DemoCar | None:
    key = request.args.get("car", type=UUID)
    return or_404(people.by_id(looking(), DemoCar, me(), key)) if key else None


def _row(mishap: Mishap, keeps: bool) -> dict[str, Any]:
    return {
        "id": mishap.id,
        "car": mishap.car.plate,
        "kind": show(mishap.kind),
        "when": clock(mishap.happened_at),
        "place": mishap.place,
        "what": mishap.what,
        "who": _who(mishap),
        "cost": money(mishap.fine) if mishap.fine is not None else "—",
        "points": mishap.points,
        "settled": clock(mishap.settled_at) if mishap.settled_at else "",
        "settles": keeps and mishap.settled_at is None,
    }


def _who(mishap: Mishap) -> dict[str, str]:
    """The colleague, with the trip or the test drive that says so."""
    if mishap.colleague is None:
        return {"text": say("nobody: the key was in the house"), "note": "", "url": ""}
    if mishap.trip is not None:
        return {"text": mishap.colleague.name, "note": say("car request {number}", number=mishap.trip.number),
                "url": trips.KIND.url(mishap.trip)}  # fmt: skip
    drive = or_404(mishap.drive)
    return {"text": mishap.colleague.name, "note": say("test drive {number}", number=drive.number),
            "url": drives.KIND.url(drive)}  # fmt: skip


@pages.get("/mishaps/new")
def new() -> Answer:
    """The form: a car and a minute."""
    need("keep demo cars")
    return _new(Form(MishapFacts, {"car": request.args.get("car", "")}), None)


@pages.post("/mishaps/new")
def add() -> Answer:
    """Write it down; whoever had the car is found by the minute."""

    def work(ask: Ask) -> str:
        mishaps.record(ask)
        return "/mishaps"

    return write(Form.received(MishapFacts), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return render_template("trips/mishap.html", form=or_404(form))


@pages.post("/mishaps/<uuid:key>/settled")
def settled(key: UUID) -> Answer:
    """Paid, repaired: nothing of it is open."""

    def work(ask: Ask) -> str:
        mishaps.settle(ask, or_404(people.by_id(ask.db, Mishap, ask.actor, key)))
        return "/mishaps"

    return write(None, work, lambda form, trouble: (index(), 409))
