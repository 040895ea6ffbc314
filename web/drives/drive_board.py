"""The demo cars by the half hour, a day or a week at a time: book by a click, and move a booking by a click."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, render_template, request

from dealer.drives import drive_grid, drive_lists
from dealer.drives.desk import AHEAD
from dealer.drives.testdrive import DRIVES
from dealer.engine.database import calendar_of
from dealer.engine.words import SHOP_ZONE
from dealer.records.testdrives import Experience, TestDrive
from dealer.records.vehicles import DemoCar, DemoState
from web import steps
from web.asking import Answer, a_number, day_asked, looking, looking_ask, me, need
from web.drives.drives import KIND, TONES, car_name, span_of
from web.language import say, short_day, show

pages = Blueprint("drive_board", __name__)

SLOTS_AN_HOUR = 2


@pages.get("/drives")
def index() -> Answer:
    """The day or the week of the demo cars, and whose turn it is."""
    need("see drives")
    today = calendar_of(looking()).today(g.now)
    day, moved, week = day_asked() or today, _moved(), request.args.get("view") == "week"
    step = timedelta(days=drive_grid.DAYS if week else 1)
    found = [] if week or moved else drive_lists.of_day(looking(), me(), day)
    return render_template(
        "drives/day.html",
        day=day,
        title=_title(day, week),
        tabs=[
            {"label": say("By day"), "url": _address(day, False, moved), "current": not week},
            {"label": say("By week"), "url": _address(day, True, moved), "current": week},
        ],
        before=_address(day - step, week, moved),
        after=_address(day + step, week, moved),
        hours=[f"{start:%H:%M}" for start in _slots(day)[::SLOTS_AN_HOUR]],
        rows=[] if week else _day_rows(day, moved),
        days=_days(day, today, moved) if week else [],
        weeks=_week_rows(day, moved) if week else [],
        week=week,
        drives=[_line(each) for each in found],
        moved=moved,
        moved_line=f"{moved.name} · {car_name(moved.car)} · {span_of(moved)}" if moved else "",
        books=me().may_or_stands_in("book drives"),
    )


def _title(day: date, week: bool) -> str:
    first = drive_grid.monday_of(day)
    return f"{short_day(first)} – {short_day(first + timedelta(days=drive_grid.DAYS - 1))}" if week else show(day)


def _address(day: date, week: bool, moved: TestDrive | None) -> str:
    told = {"day": day.isoformat()} | ({"view": "week"} if week else {}) | ({"move": moved.number} if moved else {})
    return f"/drives?{urlencode(told)}"


def _moved() -> TestDrive | None:
    """The drive that is being moved, for those who may move it; the grid then offers it other half hours."""
    number = request.args.get("move", type=a_number)
    if number is None:
        return None
    drive: TestDrive = steps.find(looking(), KIND, number)
    may = any(each.step.action == "move" and each.not_you is None for each in DRIVES.choices(drive, looking_ask()))
    return drive if drive.state in AHEAD and may else None


def _length(moved: TestDrive | None) -> timedelta:
    return moved.ends_at - moved.starts_at if moved else drive_lists.SLOT


# ── a day ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _day_rows(day: date, moved: TestDrive | None) -> list[dict[str, Any]]:
    but = moved.id if moved else None
    grid = drive_lists.day_grid(looking(), me().store_id, day, g.now, _length(moved), but)
    return [_row(each, day, moved) for each in grid]


def _slots(day: date) -> list[datetime]:
    calendar = calendar_of(looking())
    start, end = calendar.at(day, drive_lists.OPENS), calendar.at(day, drive_lists.CLOSES)
    return [start + drive_lists.SLOT * step for step in range(int((end - start) / drive_lists.SLOT))]


def _row(row: drive_lists.CarDay, day: date, moved: TestDrive | None) -> dict[str, Any]:
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
            cells.append(_taken(drive) if drive else _free(row, start, moved))
        last = drive
    return _head(row.car) | {"cells": cells}


def _head(car: DemoCar) -> dict[str, Any]:
    status = "" if car.status is DemoState.AVAILABLE else show(car.status)
    note = " · ".join(each for each in (f"{car.model.brand} {car.model.name}", status) if each)
    return {"label": car.plate, "note": note}


def _taken(drive: TestDrive) -> dict[str, Any]:
    mine = "mine" if drive.owner_id == me().id else "busy"
    kind = "wait" if TONES[drive.state] == "wait" else mine
    return {"span": 1, "kind": kind, "title": drive.name, "note": show(drive.state), "url": KIND.url(drive)}


def _free(row: drive_lists.CarDay, start: datetime, moved: TestDrive | None) -> dict[str, Any]:
    if start not in row.free:
        return {"span": 1, "kind": "closed"}
    return {"span": 1, "kind": "free"} | _choice(row.car, start, moved)


def _choice(car: DemoCar, start: datetime, moved: TestDrive | None) -> dict[str, Any]:
    """Where a free half hour leads, for those who book."""
    if not me().may_or_stands_in("book drives"):
        return {}
    page = f"{KIND.url(moved)}/move" if moved else "/drives/new"
    sentence = "Move to {car} at {time}" if moved else "Book {car} at {time}"
    return {
        "url": f"{page}?car={car.id}&at={start:%Y-%m-%dT%H:%M}",
        "label": say(sentence, car=car.plate, time=f"{start:%H:%M}"),
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


# ── a week ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _days(day: date, today: date, moved: TestDrive | None) -> list[dict[str, Any]]:
    first = drive_grid.monday_of(day)
    days = [first + timedelta(days=ahead) for ahead in range(drive_grid.DAYS)]
    return [{"label": short_day(each), "url": _address(each, False, moved), "today": each == today} for each in days]


def _week_rows(day: date, moved: TestDrive | None) -> list[dict[str, Any]]:
    but = moved.id if moved else None
    weeks = drive_grid.week_grid(looking(), me().store_id, day, g.now, _length(moved), but)
    return [_head(row.car) | {"cells": [_day_of(row.car, each, moved) for each in row.days]} for row in weeks]


def _day_of(car: DemoCar, day: drive_grid.DayOfCar, moved: TestDrive | None) -> dict[str, Any]:
    """The drives of a car's day, and its first free half hour; the day's own page has them all."""
    drives = [_taken(each) | {"note": f"{each.starts_at.astimezone(SHOP_ZONE):%H:%M}"} for each in day.drives]
    free = [_choice(car, start, moved) | {"text": f"{start:%H:%M}"} for start in day.free[:1]]
    return {"drives": drives, "free": free, "more": len(day.free) - 1, "url": _address(day.day, False, moved)}
