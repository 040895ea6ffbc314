"""The register of all test drives: newest first, or who had a car on a day, at a moment."""

from datetime import time
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request

from dealer.drives import drive_grid, drive_lists
from dealer.drives.drive_grid import Sought
from dealer.engine.database import calendar_of
from dealer.records.testdrives import TestDrive
from web.asking import Answer, a_number, day_asked, looking, me, need
from web.drives.drives import KIND, car_name, phone_of
from web.language import clock, say, show

pages = Blueprint("drive_register", __name__)


@pages.get("/drives/register")
def register() -> Answer:
    """Every drive, newest first; or those of a car, of a day, of a moment, as a speeding letter asks."""
    need("see drives")
    sought, below = _sought(), request.args.get("below", type=a_number)
    near: list[TestDrive] = []
    if sought == Sought():
        found = drive_lists.newest(looking(), me(), below)
    else:
        found = drive_grid.found_in_register(looking(), me(), sought)
        if not found and sought.moment is not None:
            near = drive_grid.found_in_register(looking(), me(), Sought(sought.car, sought.day))
    more = sought == Sought() and len(found) > drive_lists.MOST_LISTED
    return render_template(
        "drives/register.html",
        rows=[_row(each) for each in found[: drive_lists.MOST_LISTED]] if sought == Sought() else [*map(_row, found)],
        near=[_row(each) for each in near],
        older=found[drive_lists.MOST_LISTED - 1].number if more else None,
        cars=[(str(car.id), car_name(car)) for car in drive_lists.cars(looking(), me().store_id)],
        sought=sought,
        moment=request.args.get("at", "") if sought.moment else "",
    )


def _sought() -> Sought:
    """What the address asks for; a time without a day names no moment."""
    day, at = day_asked(), _time(request.args.get("at", ""))
    moment = calendar_of(looking()).at(day, f"{at:%H:%M}") if day and at else None
    return Sought(request.args.get("car", type=UUID), day, moment)


def _time(typed: str) -> time | None:
    try:
        return time.fromisoformat(typed[:5])
    except ValueError:
        return None


def _row(drive: TestDrive) -> dict[str, Any]:
    return {
        "url": KIND.url(drive),
        "cells": [
            {"text": drive.name, "note": phone_of(drive)},
            {"text": clock(drive.started_at or drive.starts_at), "note": _on_the_road(drive)},
            car_name(drive.car),
            show(drive.experience),
            drive.companion.name,
            {"text": show(drive.state), "note": drive.refusal_code or ""},
        ],
    }


def _on_the_road(drive: TestDrive) -> str:
    """From when to when it really was out; a booking that never left was with nobody."""
    if drive.started_at is None:
        return ""
    if drive.ended_at is None:
        return say("on the road")
    return say("back {time}", time=clock(drive.ended_at))
