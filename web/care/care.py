"""Customer care: my calls of the day by time, and one call with its record form; from each one leads to the next."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, g, render_template, request

from dealer.care import call_reach, call_window, care_calls, care_lists
from dealer.care.care_calls import CALLS, Talk
from dealer.engine import history
from dealer.engine.database import calendar_of
from dealer.engine.steps import Choice
from dealer.privacy import masking
from dealer.records.care import CareCall, CareState, Satisfaction
from dealer.records.deals import Deal
from dealer.records.people import Role
from web import due, steps
from web.asking import Answer, looking, looking_ask, me, need
from web.deals import timeline
from web.forms import Form, options
from web.language import clock, say, short_day, show
from web.privacy import privacy

pages = Blueprint("care", __name__)
S = CareState

TONES = {S.DUE: "wait", S.DONE: "ok", S.NOT_REACHED: "bad", S.CANCELLED: "neutral"}
VIEWS = {"today": "Today", "coming": "Later"}
TALKS = ("note_call", "call_back")
OPEN_PARTS = ("calls", "reviews", "signals")
PARTS = {
    "calls": ("Care calls", "/care"),
    "agents": ("Agents", "/care/agents"),
    "report": ("Care report", "/care/report"),
    "reviews": ("Monthly reviews", "/reviews"),
    "signals": ("Repurchase", "/care/signals"),
}


def title_of(call: CareCall) -> str:
    """三日回访 · 某市公安局."""
    return f"{show(call.kind)} · {call.whom or call.customer.name}"


def _end_of_day() -> datetime:
    calendar = calendar_of(looking())
    return calendar.end_of(calendar.today(g.now))


def _next(call: CareCall) -> str:
    """The next call of the day, so that nobody goes back to the list; after the last one, the list."""
    following = care_lists.next_after(looking(), me(), call, _end_of_day())
    return KIND.url(following) if following else ""


def _after(call: CareCall, action: str) -> str:
    return _next(call) if action in (*TALKS, "not_reached") and _next(call) else KIND.url(call)


def _beside(call: CareCall, action: str) -> Mapping[str, Any]:
    """Whom to call stands beside the form, also when it comes back."""
    return {"facts": _facts(call), "phone": _phone(call), "talks": action in TALKS}


KIND = steps.register(
    steps.Kind(
        "care", CareCall, CALLS, title=title_of, sees=lambda call, who: care_lists.sees(who, call), after=_after,
        extra=_beside, templates=dict.fromkeys((*TALKS, "not_reached", "agree_time"), "care/step.html"),
    )
)  # fmt: skip


# ── the list ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/care")
def index() -> Answer:
    """The calls of the day by time; the first is one key away."""
    need("see care")
    view = request.args.get("view", "")
    view = view if view in VIEWS else "today"
    of_all = request.args.get("of") == "all" and me().may_or_stands_in("see all care")
    look = care_lists.due if view == "today" else care_lists.coming
    found = look(looking(), me(), _end_of_day(), of_all=of_all)
    return render_template(
        "care/list.html",
        rows=[_row(each) for each in found],
        tabs=tabs("calls"),
        views=_views(view, of_all=of_all),
        first=KIND.url(found[0]) if found and view == "today" else "",
        view=view,
        hours=_hours(),
    )


@options("callers")
def _callers() -> list[tuple[str, str]]:
    call = steps.find(looking(), KIND, int((request.view_args or {})["number"]))
    return [(str(each.id), each.name) for each in care_calls.callers(looking(), call)]


def tabs(here: str) -> list[dict[str, Any]]:
    """The parts of customer care; who sees only their own calls has no use for the figures."""
    everything = me().may_or_stands_in("see all care")
    return [
        {"label": say(label), "url": url, "current": name == here}
        for name, (label, url) in PARTS.items()
        if everything or name in OPEN_PARTS
    ]


def _views(view: str, *, of_all: bool) -> list[dict[str, Any]]:
    """Mine today, mine later; for who sees all, everybody's too."""
    whose = [(False, "")] + ([(True, "&of=all")] if me().may_or_stands_in("see all care") else [])
    return [
        {
            "label": f"{say('Everybody')} · {say(label)}" if everybody else say(label),
            "url": f"/care?view={name}{kept}",
            "current": name == view and everybody == of_all,
        }
        for everybody, kept in whose
        for name, label in VIEWS.items()
    ]


def _hours() -> str:
    slots = call_window.hours(looking(), me().store_id, looking_ask().today)
    return show([slot.replace("-", "–") for slot in slots])


def _row(call: CareCall) -> dict[str, Any]:
    late = call.due_at <= g.now
    warning = _warning(call, call.planned_at)
    return {
        "url": KIND.url(call),
        "tone": "bad" if late else "wait" if warning else "",
        "cells": [
            {"text": clock(call.planned_at), "note": warning or (say("as agreed") if call.agreed else "")},
            {"text": call.whom, "note": call.customer.name if call.customer.name != call.whom else ""},
            show(call.kind),
            _phone(call),
            {"text": due.when(call.due_at), "tone": "bad" if late else ""},
            _caller(call),
        ],
    }


def _caller(call: CareCall) -> str:
    return call.agent.name if call.agent else show(Role.CUSTOMER_SERVICE)


def _warning(call: CareCall, at: datetime) -> str:
    return say("Outside the hours for calls") if call_window.disturbs(looking(), call, at) else ""


def _phone(call: CareCall) -> str:
    return masking.phone("receiver.phone", call_reach.phone_of(call), me())


# ── one call ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/care/<int:number>")
def page(number: int) -> Answer:
    """One call: whom, where, by when; the form, or what came of it."""
    call = steps.find(looking(), KIND, number)
    choices = CALLS.choices(call, looking_ask())
    talk = next((each for each in choices if each.step.action in TALKS and each.is_open), None)
    buttons = steps.buttons(KIND, call, choices)
    phone = privacy.phone_in("receiver.phone", "care", call)
    return render_template(
        "care/page.html",
        call=call,
        title=title_of(call),
        here=KIND.url(call),
        badge={"label": say("Overdue"), "tone": "bad"} if _is_late(call) else _badge(call),
        phone=phone,
        calls=talk is not None and phone.isdigit(),
        ask_phone=privacy.ask_for(call, "care", phone != call_reach.phone_of(call)),
        following=_next(call) if call.state is S.DUE else "",
        warnings=_warnings(call, choices),
        form=Form(Talk) if talk else None,
        talk=talk.step.action if talk else "",
        thanks=call.kind in care_calls.THANKS,
        in_vain=any(each["action"] == "not_reached" for each in buttons),
        facts=_facts(call),
        result=_result(call),
        buttons=[each for each in buttons if each["action"] not in (*TALKS, "not_reached")],
        timeline=timeline.entries(history.of_thing(looking(), call.store_id, call.id)[::-1]),
    )


def _is_late(call: CareCall) -> bool:
    return call.state is S.DUE and call.due_at <= g.now


def _badge(call: CareCall) -> dict[str, str]:
    return {"label": show(call.state), "tone": TONES[call.state]}


def _warnings(call: CareCall, choices: list[Choice]) -> list[str]:
    """That the customer rests now, or wants no such calls."""
    if call.state is not S.DUE:
        return []
    told = [say("It is outside the hours for calls ({hours}): call later, or write.", hours=_hours())]
    resting = told if call_window.disturbs(looking(), call, g.now) else []
    return resting + ([say("This contact asked not to be called.")] if _is_marketing_to_who_declined(call) else [])


def _is_marketing_to_who_declined(call: CareCall) -> bool:
    return care_calls.they_may_be_called(call, looking_ask()) is not None


def _facts(call: CareCall) -> list[dict[str, Any]]:
    customer = f"/customers/{call.customer.number}" if me().may_or_stands_in("see customers") else ""
    facts = [{"label": say("Customer"), "value": call.customer.name, "url": customer}]
    if call.batch is not None:
        facts.append({"label": say("Delivery"), "value": _delivered(call), "url": steps.seen_url(call.batch)})
    deal = looking().get(Deal, call.case_id) if call.case_id else None
    if deal is not None and steps.seen_url(deal):
        facts.append({"label": say("Deal"), "value": deal.title or deal.number, "url": steps.seen_url(deal)})
    return [
        *facts,
        {"label": say("By"), "value": due.when(call.due_at)},
        {"label": say("Planned for"), "value": clock(call.planned_at)},
        {"label": say("Caller"), "value": _caller(call)},
        {"label": say("Tries in vain"), "value": call.tries},
    ]


def _delivered(call: CareCall) -> str:
    """第 1 批 · 11-28."""
    batch, left = call.batch, call.handover
    number = say("batch {number}", number=batch.position) if batch else ""
    return " · ".join(each for each in (number, short_day(left.driven_off_at) if left else "") if each)


def _result(call: CareCall) -> list[dict[str, Any]]:
    """What came of it; of a call that is due, nothing yet."""
    if call.state is S.DUE:
        return []
    told = [
        ("Channel", show(call.channel)),
        ("Satisfaction", show(call.grade)),
        ("Score of a survey", f"{call.score} / {call.score_most}" if call.score is not None else ""),
        ("Odometer (km)", f"{call.odometer:,}" if call.odometer is not None else ""),
        ("What the customer said", call.said),
        ("Reason", call.reason),
        ("What is done about it", call.action),
        ("Called by", f"{call.ended_by.name} · {clock(call.ended_at)}" if call.ended_by else ""),
    ]
    return [{"label": say(label), "value": value} for label, value in told if value]


def in_list(call: CareCall) -> dict[str, Any]:
    """As a row on the page of what it is about: the batch, the customer."""
    late = _is_late(call)
    done = show(call.grade) if call.grade else show(call.state)
    return {
        "url": steps.seen_url(call),
        "title": title_of(call),
        "note": due.when(call.due_at),
        "badge": say("Overdue") if late else done,
        "tone": "bad" if late else TONES[call.state] if call.grade in (None, Satisfaction.SATISFIED) else "wait",
    }
