"""Car requests: what is asked for and out, the request form, one trip from its approval to the key's return."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, g, render_template, request

from dealer import workflow
from dealer.drives import drive_lists
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask
from dealer.engine.words import SHOP_ZONE
from dealer.records.trips import Trip, TripState
from dealer.records.vehicles import DemoState
from dealer.trips import trip_acts, trip_lists
from dealer.trips.trip_acts import TripRequest
from dealer.trips.trips import TRIPS
from web import steps
from web.asking import Answer, a_number, looking, looking_ask, me, need, or_404, write
from web.deals import timeline
from web.drives.drives import car_name
from web.forms import Form, options
from web.frame import names_of
from web.language import clock, say, short_day, show

pages = Blueprint("trips", __name__)
S = TripState

TONES = {
    S.REQUESTED: "wait", S.APPROVED: "info", S.OUT: "wait", S.RETURNED: "ok", S.REFUSED: "bad",
    S.CANCELLED: "neutral", S.LAPSED: "neutral",
}  # fmt: skip
PRIMARY = ("approve", "hand_out", "take_back")  # the button of the page, for whoever it is
USUAL = timedelta(hours=2)


def _known(trip: Trip, action: str) -> dict[str, Any]:
    match action:
        case "name_car":
            return {"car": trip.car_id}
        case "hand_out" | "log" | "take_back":
            return {"odometer": trip.car.odometer} if trip.car else {}
        case "ask_overnight":
            return {"until": trip.ends_at + timedelta(days=1)}
        case _:
            return {}


def title_of(trip: Trip) -> str:
    """How people name a trip: who drives where."""
    return f"{trip.driver.name} · {trip.destination}"


KIND = steps.register(steps.Kind("trips", Trip, TRIPS, title=title_of, sees=trip_lists.sees, known=_known))


@options("lent_cars")
def _cars() -> list[tuple[str, str]]:
    found = drive_lists.cars(looking(), me().store_id)
    return [
        (str(car.id), f"{car_name(car)} · {show(car.model.gearbox)}")
        for car in found
        if car.status is not DemoState.REPAIR
    ]


@pages.get("/trips")
def index() -> Answer:
    """What is asked for, promised and out; below it what is over."""
    need("ask for cars")
    past = trip_lists.past_ones(looking(), me(), request.args.get("below", type=a_number))
    open_ones = trip_lists.open_ones(looking(), me())
    return render_template(
        "trips/list.html",
        groups=[(heading, sign, _lines(open_ones, state)) for state, heading, sign in _groups()],
        past=[_row(each) for each in past[: trip_lists.MOST_LISTED]],
        older=past[trip_lists.MOST_LISTED - 1].number if len(past) > trip_lists.MOST_LISTED else None,
        leads=me().may_or_stands_in("see all trips"),
    )  # fmt: skip


def _groups() -> tuple[tuple[TripState, str, str], ...]:
    """The open ones, what is on the road first."""
    return (
        (S.OUT, say("Out now"), "key"),
        (S.REQUESTED, say("Waits for approval"), "hourglass-split"),
        (S.APPROVED, say("Approved, the key is here"), "calendar-check"),
    )


def _lines(found: list[Trip], state: TripState) -> list[dict[str, Any]]:
    return [_line(each) for each in found if each.state is state]


def _line(trip: Trip) -> dict[str, Any]:
    late = trip.state is S.OUT and trip.ends_at < g.now
    return {
        "url": KIND.url(trip),
        "title": title_of(trip),
        "note": f"{car_of(trip)} · {span_of(trip)}",
        "badge": say("late") if late else show(trip.state),
        "tone": "bad" if late else TONES[trip.state],
    }


def _row(trip: Trip) -> dict[str, Any]:
    driven = (trip.odometer_in or 0) - (trip.odometer_out or 0) if trip.odometer_in is not None else None
    return {
        "url": KIND.url(trip),
        "cells": [
            {"text": trip.driver.name, "note": trip.destination},
            car_of(trip),
            span_of(trip),
            "—" if driven is None else f"{driven:,}",
            show(trip.state),
        ],
    }


def car_of(trip: Trip) -> str:
    """The car, or the model that any car may be of."""
    if trip.car is not None:
        return trip.car.plate
    return say("any {model}", model=trip.model.name) if trip.model else "—"


def span_of(trip: Trip) -> str:
    """From and until when, the day named once where it is one."""
    end = trip.ends_at.astimezone(SHOP_ZONE)
    same = end.date() == trip.starts_at.astimezone(SHOP_ZONE).date()
    return f"{short_day(trip.starts_at)} {_time(trip.starts_at)}–" + (
        _time(end) if same else f"{short_day(end)} {_time(end)}"
    )


def _time(when: Any) -> str:
    return f"{when.astimezone(SHOP_ZONE):%H:%M}"


# ── asking for one ────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/trips/new")
def new() -> Answer:
    """The form of a request; from the next half hour for two hours, unless somebody knows better."""
    need("ask for cars")
    start = g.now + timedelta(minutes=30 - g.now.minute % 30)
    known = {"car": request.args.get("car", ""), "starts_at": start, "ends_at": start + USUAL}
    return _new(Form(TripRequest, known), None)


@pages.post("/trips/new")
def ask_for_one() -> Answer:
    """Ask for it, or hear who has the car then."""

    def work(ask: Ask) -> str:
        trip = trip_acts.prepare(ask)
        workflow.begin(trip, "request", ask)
        return KIND.url(trip)

    return write(Form.received(TripRequest), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return render_template("trips/new.html", form=or_404(form))


# ── one trip ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/trips/<int:number>")
def page(number: int) -> Answer:
    """One trip: who, where to, which car, its log, what can be done."""
    trip = steps.find(looking(), KIND, number)
    buttons = steps.buttons(KIND, trip, TRIPS.choices(trip, looking_ask()))
    primary = next((each for each in buttons if each["action"] in PRIMARY), None)
    return render_template(
        "trips/page.html",
        trip=trip,
        title=title_of(trip),
        badges=[{"label": show(trip.state), "tone": TONES[trip.state]}],
        figures=_figures(trip),
        primary=primary,
        buttons=[each for each in buttons if each is not primary],
        facts=_facts(trip),
        legs=[
            {"cells": [clock(each.at), {"text": each.place, "note": each.remark}, f"{each.odometer:,}"]}
            for each in trip.legs
        ],
        late=trip.state is S.OUT and trip.ends_at < g.now,
        timeline=timeline.entries(of_thing(looking(), trip.store_id, trip.id)[::-1]),
    )


def _figures(trip: Trip) -> list[dict[str, Any]]:
    return [
        {"label": say("Car"), "value": car_of(trip)},
        {"label": say("When"), "value": span_of(trip)},
        {"label": say("Kilometres"), "value": _kilometres(trip), "unit": "km"},
        {"label": say("Fuel or charge"), "value": _from_to(trip.fuel_out, trip.fuel_in), "unit": "%"},
    ]


def _kilometres(trip: Trip) -> str:
    return _from_to(trip.odometer_out, trip.odometer_in)


def _from_to(out: int | None, back: int | None) -> str:
    return "—" if out is None else f"{out:,} → {'…' if back is None else f'{back:,}'}"


def _facts(trip: Trip) -> list[dict[str, Any]]:
    names = names_of((trip.decided_by_id, trip.overnight_by_id))
    told = [
        {"label": say("Driver"), "value": trip.driver.name},
        {"label": say("Purpose of the trip"), "value": trip.purpose},
        {"label": say("Where to"), "value": trip.destination},
        {"label": say("Decided by"), "value": names.get(trip.decided_by_id, "—") if trip.decided_by_id else "—"},
        {"label": say("Out overnight"), "value": _night(trip, names)},
    ]
    if trip.condition is not None:
        told.append(
            {
                "label": say("Condition"),
                "value": " · ".join(filter(None, (show(trip.condition), trip.condition_remark))),
            }
        )
    return told


def _night(trip: Trip, names: dict[Any, str]) -> str:
    if trip.overnight_until is not None and trip.overnight_by_id is not None:
        return say(
            "allowed until {until} by {person}",
            until=clock(trip.overnight_until),
            person=names.get(trip.overnight_by_id, ""),
        )
    return trip.overnight_reason or say("no, back by closing time")
