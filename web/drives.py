"""Test drives: the day of the demo cars, booking, and one drive from the desk to the yard."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, g, render_template, request

from dealer import drive_lists, masking, people, reports, routes, testdrive, workflow
from dealer.drives import Booking
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.engine.words import SHOP_ZONE
from dealer.records.customers import Contact
from dealer.records.deals import Deal
from dealer.records.testdrives import DriveState, Experience, TestDrive
from dealer.records.vehicles import DemoCar, DemoState
from dealer.testdrive import DRIVES
from web import deals, steps
from web.asking import Answer, a_number, day_asked, looking, me, need, or_404, write
from web.forms import Form, options
from web.language import clock, say, show

pages = Blueprint("drives", __name__)
S = DriveState

TONES = {
    S.REQUESTED: "wait", S.BOOKED: "info", S.VERIFIED: "info", S.IN_PROGRESS: "wait", S.COMPLETED: "ok",
    S.REFUSED: "bad", S.ABORTED: "bad", S.CANCELLED: "neutral", S.NO_SHOW: "neutral",
}  # fmt: skip
SLOTS_AN_HOUR = 2


def _known(drive: TestDrive, action: str) -> dict[str, Any]:
    match action:
        case "fill_in":
            names = ("name", "phone", "occupation", "address", "customer_link")
            return {name: getattr(drive, name) for name in names} | {"deal": drive.deal_id}
        case "move":
            return {
                "starts_at": drive.starts_at, "car": drive.car_id, "route": drive.route_id, "companion": drive.owner_id,
            }  # fmt: skip
        case "check_out":
            return {"odometer": drive.car.odometer}
        case "complete":
            return {"odometer": drive.odometer_out}
        case _:
            return {}


KIND = steps.register(
    steps.Kind("drives", TestDrive, DRIVES, title=lambda drive: str(drive.name), sees=testdrive.sees, known=_known)
)


# ── choices ───────────────────────────────────────────────────────────────────────────────────────────────────────


def car_name(car: DemoCar) -> str:
    """云A7M002 · 云岭 M7."""
    return f"{car.plate} · {car.model.brand} {car.model.name}"


@options("demo_cars")
def _cars() -> list[tuple[str, str]]:
    found = drive_lists.cars(looking(), me().store_id)
    return [
        (str(car.id), f"{car_name(car)} · {show(car.model.gearbox)}")
        for car in found
        if car.status is not DemoState.REPAIR
    ]


@options("routes")
def _routes() -> list[tuple[str, str]]:
    found = routes.approved(looking(), me().store_id)
    return [(str(each.id), f"{each.code} {each.name} · {say('{count} min', count=each.minutes)}") for each in found]


@options("companions")
def _companions() -> list[tuple[str, str]]:
    return [(str(each.id), each.name) for each in people.with_duty(looking(), me().store_id, "verify licences")]


@options("own_deals")
def _deals() -> list[tuple[str, str]]:
    found = reports.deals(looking(), me(), states=reports.BOARD)
    return [(str(each.id), f"{each.customer.name} · {deals.code_of(each)}") for each in found]


# ── the day ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/drives")
def index() -> Answer:
    """The day of the demo cars, and whose turn it is."""
    need("see drives")
    today = calendar_of(looking()).today(g.now)
    day = day_asked() or today
    grid = drive_lists.day_grid(looking(), me().store_id, day, g.now)
    found = drive_lists.of_day(looking(), me(), day)
    return render_template(
        "drives/day.html",
        day=day,
        today=today,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        hours=[f"{start:%H:%M}" for start in _slots(day)[::SLOTS_AN_HOUR]],
        rows=[_row(each, day) for each in grid],
        drives=[_line(each) for each in found],
        books=me().may_or_stands_in("book drives"),
    )


def _slots(day: date) -> list[datetime]:
    calendar = calendar_of(looking())
    start, end = calendar.at(day, drive_lists.OPENS), calendar.at(day, drive_lists.CLOSES)
    return [start + drive_lists.SLOT * step for step in range(int((end - start) / drive_lists.SLOT))]


def _row(row: drive_lists.CarDay, day: date) -> dict[str, Any]:
    """One car's day as cells: a drive over its half hours, what is free between."""
    cells: list[dict[str, Any]] = []
    last: TestDrive | None = None
    for start in _slots(day):
        drive = next(
            (each for each in row.drives if each.starts_at < start + drive_lists.SLOT and each.ends_at > start), None
        )
        if drive is not None and drive is last:
            cells[-1]["span"] += 1
        else:
            cells.append(_taken(drive) if drive else _free(row, start))
        last = drive
    status = "" if row.car.status is DemoState.AVAILABLE else show(row.car.status)
    note = " · ".join(each for each in (f"{row.car.model.brand} {row.car.model.name}", status) if each)
    return {"label": row.car.plate, "note": note, "cells": cells}


def _taken(drive: TestDrive) -> dict[str, Any]:
    mine = "mine" if drive.owner_id == me().id else "busy"
    return {
        "span": 1,
        "kind": "wait" if drive.state is S.REQUESTED else mine,
        "title": drive.name,
        "note": drive.companion.name,
        "url": KIND.url(drive),
    }


def _free(row: drive_lists.CarDay, start: datetime) -> dict[str, Any]:
    if start not in row.free:
        return {"span": 1, "kind": "closed", "title": "", "note": ""}
    if not me().may_or_stands_in("book drives"):
        return {"span": 1, "kind": "free"}
    return {
        "span": 1,
        "kind": "free",
        "url": f"/drives/new?car={row.car.id}&at={start:%Y-%m-%dT%H:%M}",
        "label": say("Book {car} at {time}", car=row.car.plate, time=f"{start:%H:%M}"),
    }


def _line(drive: TestDrive) -> dict[str, Any]:
    return {
        "url": KIND.url(drive),
        "time": span_of(drive),
        "title": drive.name,
        "note": f"{car_name(drive.car)} · {drive.companion.name}",
        "badge": show(drive.state),
        "tone": TONES[drive.state],
        "mine": drive.owner_id == me().id,
        "ride": drive.experience is Experience.RIDE,
    }


def span_of(drive: TestDrive) -> str:
    """10:00–10:30, with the day if it is another."""
    return f"{clock(drive.starts_at)}–{drive.ends_at.astimezone(SHOP_ZONE):%H:%M}"


@pages.get("/drives/register")
def register() -> Answer:
    """The register of all test drives, newest first."""
    need("see drives")
    found = drive_lists.newest(looking(), me(), request.args.get("below", type=a_number))
    rows = [
        {
            "url": KIND.url(each),
            "cells": [
                {"text": each.name, "note": phone_of(each)},
                clock(each.starts_at),
                car_name(each.car),
                show(each.experience),
                each.companion.name,
                {"text": show(each.state), "note": each.refusal_code or ""},
            ],
        }
        for each in found[: drive_lists.MOST_LISTED]
    ]
    older = found[drive_lists.MOST_LISTED - 1].number if len(found) > drive_lists.MOST_LISTED else None
    return render_template("drives/register.html", rows=rows, older=older)


def phone_of(drive: TestDrive, revealed: bool = False) -> str:
    """The driver's phone as this person reads it."""
    return masking.phone("drive.phone", drive.phone, me(), own=drive.owner_id == me().id, revealed=revealed)


# ── booking ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/drives/new")
def new() -> Answer:
    """The form of a booking; a click on the day's grid fills in car and time."""
    need("book drives")
    known: dict[str, Any] = {
        "car": request.args.get("car", ""), "starts_at": request.args.get("at", "")[:16],
        "name": request.args.get("name", "")[:200], "phone": request.args.get("phone", "")[:40],
    }  # fmt: skip
    if usual := routes.approved(looking(), me().store_id):
        known["route"] = usual[0].id
    if me().may("verify licences"):
        known["companion"] = me().id
    return _new(Form(Booking, known | _from_deal(request.args.get("deal", type=a_number))), None)


def _from_deal(number: int | None) -> dict[str, Any]:
    deal = people.by_number(looking(), Deal, me(), number) if number else None
    if deal is None or not reports.sees_deal(deal, me(), looking()):
        return {}
    contact = looking().get(Contact, deal.contact_id) if deal.contact_id else None
    known = {"deal": deal.id}
    return known | {"name": contact.name, "phone": contact.phone or ""} if contact else known


@pages.post("/drives/new")
def book() -> Answer:
    """Book it, or say who is there at that time."""

    def work(ask: Ask) -> str:
        drive = testdrive.prepare(ask)
        workflow.begin(drive, "book", ask)
        return KIND.url(drive)

    return write(Form.received(Booking), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return render_template("drives/new.html", form=or_404(form))
