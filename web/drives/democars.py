"""Demo cars: where they are, when their papers end, and what the vehicle administrator changes."""

from typing import Any
from uuid import UUID

from flask import Blueprint, g, render_template

from dealer import people
from dealer.drives import democars, drive_lists
from dealer.drives.democars import CarPapers, CarStatus
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.records.vehicles import DemoCar, DemoState
from web.asking import Answer, looking, me, need, or_404, write
from web.forms import Form
from web.language import clock, say, show, word

pages = Blueprint("democars", __name__)

TONES = {
    DemoState.AVAILABLE: "ok", DemoState.OUT: "info", DemoState.CLEANING: "wait", DemoState.REPAIR: "bad",
    DemoState.CHECK: "wait",
}  # fmt: skip


@pages.get("/democars")
def index() -> Answer:
    """Every demo car of the shop with the ends of its papers."""
    need("see drives")
    keeps = me().may_or_stands_in("keep demo cars")
    rows = [_row(car, keeps) for car in drive_lists.cars(looking(), me().store_id)]
    return render_template("drives/cars.html", rows=rows, keeps=keeps, leads=me().may_or_stands_in("see all trips"))


def _row(car: DemoCar, keeps: bool) -> dict[str, Any]:
    drive = democars.next_drive_of(looking(), car)
    today = calendar_of(looking()).today(g.now)
    return {
        "id": car.id,
        "plate": car.plate,
        "model": f"{car.model.brand} {car.model.name} · {show(car.model.gearbox)}",
        "status": {"label": show(car.status), "tone": TONES[car.status]},
        "odometer": f"{car.odometer:,}",
        "papers": [_paper(each) for each in democars.papers_of(car, today)],
        "next": {"text": clock(drive.starts_at), "note": drive.companion.name, "url": f"/drives/{drive.number}"}
        if drive
        else None,
        "releases": keeps and car.status in (DemoState.CHECK, DemoState.CLEANING, DemoState.REPAIR),
    }


def _paper(paper: democars.Paper) -> dict[str, str]:
    until = show(paper.until) if paper.until else say("no end")
    if paper.ended:
        return {"until": until, "tone": "bad", "mark": say("ended")}
    return {
        "until": until,
        "tone": "wait" if paper.ends_soon else "",
        "mark": say("ends soon") if paper.ends_soon else "",
    }


@pages.get("/democars/new")
def new() -> Answer:
    """The form of another demo car."""
    need("keep demo cars")
    return _draw(say("New demo car"), "/democars/new", Form(CarPapers), None)


@pages.post("/democars/new")
def add() -> Answer:
    """Another car for test drives."""

    def work(ask: Ask) -> str:
        democars.add(ask)
        return "/democars"

    return write(
        Form.received(CarPapers), work, lambda form, trouble: _draw(say("New demo car"), "/democars/new", form, trouble)
    )


@pages.get("/democars/<uuid:key>/edit")
def edit_form(key: UUID) -> Answer:
    """A car's papers as they stand."""
    need("keep demo cars")
    car = _find(looking(), key)
    known = {name: getattr(car, name) for name in CarPapers.model_fields if name != "model"}
    return _draw(car.plate, f"/democars/{key}/edit", Form(CarPapers, known | {"model": car.model_id}), None)


@pages.post("/democars/<uuid:key>/edit")
def edit(key: UUID) -> Answer:
    """Renewed papers."""
    car = _find(looking(), key)

    def work(ask: Ask) -> str:
        democars.edit(ask, _find(ask.db, key))
        return "/democars"

    return write(
        Form.received(CarPapers), work, lambda form, trouble: _draw(car.plate, f"/democars/{key}/edit", form, trouble)
    )


@pages.get("/democars/<uuid:key>/status")
def status_form(key: UUID) -> Answer:
    """Where the car is."""
    need("keep demo cars")
    car = _find(looking(), key)
    return _draw(_status_title(car), f"/democars/{key}/status", Form(CarStatus, {"status": car.status}), None)


@pages.post("/democars/<uuid:key>/status")
def set_status(key: UUID) -> Answer:
    """Into repair, washed, checked and released."""
    car = _find(looking(), key)

    def work(ask: Ask) -> str:
        democars.set_status(ask, _find(ask.db, key))
        return "/democars"

    return write(
        Form.received(CarStatus),
        work,
        lambda form, trouble: _draw(_status_title(car), f"/democars/{key}/status", form, trouble),
    )


def _status_title(car: DemoCar) -> str:
    return f"{word('Action demo_car', 'set_status')} · {car.plate}"


def _find(db: Any, key: UUID) -> DemoCar:
    car: DemoCar = or_404(people.by_id(db, DemoCar, me(), key))
    return car


def _draw(title: str, address: str, form: Form | None, trouble: Any) -> str:
    return render_template("drives/car.html", title=title, address=address, form=or_404(form))
