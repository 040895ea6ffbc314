"""Leave: the month of who is away, the request, one leave with who stands in and what falls in its days."""

import calendar as months
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request

from dealer import people, workflow
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask
from dealer.records.people import StandIn
from dealer.records.staffing import Leave, LeaveState
from dealer.staffing import leave_acts, leave_cover, leave_lists
from dealer.staffing.leave import LEAVES
from dealer.staffing.leave_acts import LeaveRequest
from web import steps
from web.asking import Answer, a_number, day_asked, looking, looking_ask, me, need, or_404, write
from web.deals import timeline
from web.forms import Form, options
from web.frame import names_of
from web.language import say, short_day, show, word

pages = Blueprint("leave", __name__)
S = LeaveState

TONES = {
    S.REQUESTED: "wait", S.APPROVED: "info", S.RUNNING: "info", S.OVER: "ok", S.REFUSED: "bad",
    S.CANCELLED: "neutral", S.LAPSED: "neutral",
}  # fmt: skip
PRIMARY = ("approve", "come_back")
MONDAY_FIRST = months.Calendar(0)


def title_of(leave: Leave) -> str:
    """How people name a leave: who is away, and when."""
    return f"{leave.owner.name} · {days_of(leave)}"


def days_of(leave: Leave) -> str:
    """From and until which day, once where it is one."""
    return span(leave.from_day, leave.to_day)


def span(first: date, last: date) -> str:
    """Two days as people write them."""
    return short_day(first) if first == last else f"{short_day(first)}–{short_day(last)}"


KIND = steps.register(
    steps.Kind(
        "leave", Leave, LEAVES, title=title_of, sees=leave_lists.sees,
        known=lambda leave, action: {"stand_in": leave.stand_in_id} if action == "change_stand_in" else {},
    )
)  # fmt: skip


@options("leave_stand_ins")
def _stand_ins() -> list[tuple[str, str]]:
    """Those who can carry the work of whoever is to be away: of oneself, or of the leave that the address names."""
    number = (request.view_args or {}).get("number")
    leave = people.by_number(looking(), Leave, me(), number) if number else None
    away = leave.owner_id if leave is not None else me().id
    if away is None:
        return []
    found = leave_cover.carriers(looking(), me().store_id, away)
    return [(str(each.id), f"{each.name} · {_works_as(each.id)}") for each in found]


def _works_as(person_id: Any) -> str:
    return show(sorted(people.roles_of(looking(), person_id, me().store_id)))


# ── who is away ───────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/leave")
def index() -> Answer:
    """What waits for my word, the month of who is away, my own leaves."""
    need("ask for leave")
    first = (day_asked() or looking_ask().today).replace(day=1)
    mine = leave_lists.of_owner(looking(), me(), request.args.get("below", type=a_number))
    listed = mine[: leave_lists.MOST_LISTED]
    return render_template(
        "staffing/leave.html",
        title=say("{year}-{month}", year=first.year, month=f"{first.month:02}"),
        before=f"/leave?day={add_months(first, -1)}",
        after=f"/leave?day={add_months(first, 1)}",
        days=[say(name) for name in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")],
        weeks=_weeks(first),
        waiting=[_line(each) for each in leave_lists.waiting_for(looking_ask())],
        mine=[_row(each) for each in listed],
        older=listed[-1].number if len(mine) > len(listed) else None,
    )


def _weeks(first: date) -> list[list[dict[str, Any]]]:
    """The month as a wall calendar, Monday first; days of other months stay blank."""
    last = add_months(first, 1) - timedelta(days=1)
    rows = leave_cover.absences(looking(), me().store_id, first, last)
    today, calendar = looking_ask().today, calendar_of(looking())
    return [
        [
            {"day": day.day, "inside": day.month == first.month, "today": day == today}
            | {
                "rows": [
                    _away(row) for row in rows if row.from_day <= day <= row.to_day and calendar.is_working_day(day)
                ]
            }
            for day in week
        ]
        for week in MONDAY_FIRST.monthdatescalendar(first.year, first.month)
    ]


def _away(row: StandIn) -> dict[str, str]:
    leave = looking().get(Leave, row.leave_id) if row.leave_id else None
    return {
        "name": row.away.name,
        "stand_in": row.stand_in.name,
        "url": steps.seen_url(leave) if leave is not None else "",
    }


def _line(leave: Leave) -> dict[str, Any]:
    return {
        "url": KIND.url(leave),
        "title": title_of(leave),
        "note": f"{show(leave.kind)} · {say('{days} working days', days=leave.days)} · {leave.stand_in.name}",
        "badge": show(leave.state),
        "tone": TONES[leave.state],
    }


def _row(leave: Leave) -> dict[str, Any]:
    return {
        "url": KIND.url(leave),
        "cells": [days_of(leave), show(leave.kind), str(leave.days), leave.stand_in.name, show(leave.state)],
    }


# ── asking for leave ──────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/leave/new")
def new() -> Answer:
    """The form of a request: the next working day, unless somebody knows better."""
    need("ask for leave")
    calendar = calendar_of(looking())
    day = calendar.add_working_days(looking_ask().today, 1)
    return _new(Form(LeaveRequest, {"from_day": day, "to_day": day}), None)


@pages.post("/leave/new")
def ask_for_it() -> Answer:
    """Ask for it, or hear who could go on with the work."""

    def work(ask: Ask) -> str:
        leave = leave_acts.prepare(ask)
        workflow.begin(leave, "request", ask)
        return KIND.url(leave)

    return write(Form.received(LeaveRequest), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return render_template("staffing/leave_new.html", form=or_404(form))


# ── one leave ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/leave/<int:number>")
def page(number: int) -> Answer:
    """One leave: who, when, who stands in, what falls in these days, what can be done."""
    leave = steps.find(looking(), KIND, number)
    buttons = steps.buttons(KIND, leave, LEAVES.choices(leave, looking_ask()))
    primary = next((each for each in buttons if each["action"] in PRIMARY), None)
    return render_template(
        "staffing/leave_page.html",
        leave=leave,
        title=title_of(leave),
        badges=[{"label": show(leave.state), "tone": TONES[leave.state]}],
        figures=_figures(leave),
        primary=primary,
        buttons=[each for each in buttons if each is not primary],
        facts=_facts(leave),
        falls=_falls(leave),
        timeline=timeline.entries(of_thing(looking(), leave.store_id, leave.id)[::-1]),
    )


def _figures(leave: Leave) -> list[dict[str, Any]]:
    return [
        {"label": say("Days away"), "value": days_of(leave), "note": say("{days} working days", days=leave.days)},
        {"label": say("Away"), "person": leave.owner.name},
        {"label": say("Stand-in"), "person": leave.stand_in.name},
    ]


def _facts(leave: Leave) -> list[dict[str, Any]]:
    decided = names_of((leave.decided_by_id,)).get(leave.decided_by_id, "—") if leave.decided_by_id else "—"
    told = [{"label": say("Decided by"), "value": decided}]
    if leave_lists.sees_reason(leave, me()):
        told += [
            {"label": say("Kind of leave"), "value": show(leave.kind)},
            {"label": say("Reason"), "value": leave.reason or "—"},
        ]
    if leave.back_on is not None:
        told.append({"label": say("Back at work"), "value": short_day(leave.back_on)})
    rows = leave_lists.standing_in(looking(), leave)
    told += [
        {"label": say("Acts"), "value": f"{each.stand_in.name} {span(each.from_day, each.to_day)}"} for each in rows
    ]
    return told


def _falls(leave: Leave) -> list[dict[str, Any]]:
    """What the stand-in takes over, with how many there are of each."""
    found = leave_lists.falls_in(looking(), leave)
    counted = [(word("Deadline", kind), many) for kind, many in found.tasks.items()]
    counted += [(say("Cards to be contacted"), found.cards), (say("Test drives to accompany"), found.drives)]
    return [{"cells": [what, str(many)]} for what, many in counted if many]
