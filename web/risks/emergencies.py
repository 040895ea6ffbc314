"""Emergencies: what is open and over, reporting one, one emergency with what is done about it."""

from typing import Any

from flask import Blueprint, g, render_template, request

from dealer import people, workflow
from dealer.deals import deal_lists
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask
from dealer.records.deals import Deal
from dealer.records.risks import Emergency, EmergencyAction, EmergencyState
from dealer.risks import emergencies
from dealer.risks.emergencies import EMERGENCIES, NewEmergency
from web import steps
from web.asking import Answer, a_number, looking, looking_ask, me, need, or_404, write
from web.deals import deals, timeline
from web.forms import Form, options
from web.frame import names_of
from web.language import clock, say, short_day, show

pages = Blueprint("emergencies", __name__)
S = EmergencyState
TONES = {S.OPEN: "bad", S.CLOSED: "ok"}
PRIMARY = ("finish_action", "add_action")


def title_of(emergency: Emergency) -> str:
    """How people name an emergency: what happened, cut short."""
    return emergency.what if len(emergency.what) <= 40 else f"{emergency.what[:39]}…"


def _sees(emergency: Emergency, who: people.Actor) -> bool:
    return emergencies.sees(looking(), who, emergency)


KIND = steps.register(steps.Kind("emergencies", Emergency, EMERGENCIES, title=title_of, sees=_sees))


@options("deals_at_risk")
def _deals() -> list[tuple[str, str]]:
    named = request.args.get("deal", type=a_number)
    first = people.by_number(looking(), Deal, me(), named) if named else None
    found = [*([first] if first else []), *deal_lists.deals(looking(), me(), states=deal_lists.BOARD)]
    seen = {each.id: each for each in found if deal_lists.sees_deal(each, me(), looking())}
    return [(str(each.id), f"{each.customer.name} · {each.title or deals.code_of(each)}") for each in seen.values()]


@options("emergency_actions")
def _actions() -> list[tuple[str, str]]:
    number = (request.view_args or {}).get("number")
    emergency = people.by_number(looking(), Emergency, me(), number) if number else None
    return [(str(each.id), each.what) for each in emergencies.open_actions(emergency)] if emergency else []


@pages.get("/emergencies")
def index() -> Answer:
    """What is open, the oldest first; below it what is over."""
    need("report emergencies")
    past = emergencies.past_ones(looking(), me(), request.args.get("below", type=a_number))
    listed = past[: emergencies.MOST_LISTED]
    return render_template(
        "risks/emergencies.html",
        open=[_line(each) for each in emergencies.open_ones(looking(), me())],
        past=[
            {"url": KIND.url(each), "cells": [title_of(each), clock(each.happened_at), each.owner.name, each.outcome]}
            for each in listed
        ],
        older=listed[-1].number if len(past) > len(listed) else None,
    )


def _line(emergency: Emergency) -> dict[str, Any]:
    left = emergencies.open_actions(emergency)
    late = any(each.due_on < looking_ask().today for each in left)
    return {
        "url": KIND.url(emergency),
        "title": title_of(emergency),
        "note": f"{clock(emergency.happened_at)} · {emergency.place} · {emergency.owner.name}",
        "badge": say("{count} actions open", count=len(left)) if left else show(emergency.state),
        "tone": "bad" if late else "wait",
    }


@deals.panel
def of_deal(deal: Deal) -> dict[str, Any] | None:
    """The emergencies of a deal, once there is one."""
    found = emergencies.of_deal(looking(), deal)
    if not found:
        return None
    rows = [
        {"url": KIND.url(each), "title": title_of(each), "note": clock(each.happened_at)}
        | {"badge": show(each.state), "tone": TONES[each.state]}
        for each in found
    ]
    return {"title": say("Emergencies"), "icon": "lightning", "rows": rows, "buttons": [], "empty": ""}


@pages.get("/emergencies/new")
def new() -> Answer:
    """The form: it has happened just now, unless somebody says otherwise."""
    need("report emergencies")
    named = request.args.get("deal", type=a_number)
    deal = people.by_number(looking(), Deal, me(), named) if named else None
    return _new(Form(NewEmergency, {"happened_at": g.now, "deal": deal.id if deal else None, "owner": me().id}), None)


@pages.post("/emergencies/new")
def report() -> Answer:
    """From now on it is somebody's."""
    need("report emergencies")

    def work(ask: Ask) -> str:
        emergency = emergencies.prepare(ask)
        workflow.begin(emergency, "report", ask)
        return KIND.url(emergency)

    return write(Form.received(NewEmergency), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return render_template("risks/emergency_new.html", form=or_404(form))


@pages.get("/emergencies/<int:number>")
def page(number: int) -> Answer:
    """One emergency: what, when, where, who; what is done about it; how it ended."""
    emergency = steps.find(looking(), KIND, number)
    buttons = steps.buttons(KIND, emergency, EMERGENCIES.choices(emergency, looking_ask()))
    primary = next((each for each in buttons if each["action"] in PRIMARY), None)
    return render_template(
        "risks/emergency.html",
        emergency=emergency,
        title=title_of(emergency),
        badges=[{"label": show(emergency.state), "tone": TONES[emergency.state]}],
        facts=_facts(emergency),
        actions=[_action(each) for each in emergency.actions],
        primary=primary,
        buttons=[each for each in buttons if each is not primary],
        timeline=timeline.entries(of_thing(looking(), emergency.store_id, emergency.id)[::-1]),
    )


def _facts(emergency: Emergency) -> list[dict[str, Any]]:
    names = names_of((emergency.reported_by_id, emergency.closed_by_id))
    told: list[dict[str, Any]] = [
        {"label": say("When it happened"), "value": clock(emergency.happened_at)},
        {"label": say("Where"), "value": emergency.place},
        {"label": say("Who had a part in it"), "value": emergency.involved or "—"},
        {"label": say("Reported by"), "value": names.get(emergency.reported_by_id, "")},
        {"label": say("Who sees to it"), "value": emergency.owner.name},
    ]
    if emergency.deal is not None and steps.seen_url(emergency.deal):
        told.append(
            {"label": say("Deal"), "value": emergency.deal.customer.name, "url": steps.seen_url(emergency.deal)}
        )
    if emergency.outcome:
        told.append({"label": say("Outcome"), "value": emergency.outcome})
    return told


def _action(action: EmergencyAction) -> dict[str, Any]:
    late = action.done_at is None and action.due_on < looking_ask().today
    return {
        "title": action.what,
        "note": " · ".join(filter(None, (action.owner.name, action.result))),
        "badge": say("Done") if action.done_at else say("Due {when}", when=short_day(action.due_on)),
        "tone": "ok" if action.done_at else "bad" if late else "wait",
    }
