"""The risk desk: what is open, the gravest first, by deal; one item; raising one from a deal."""

from typing import Any

from flask import Blueprint, render_template, request

from dealer import people, workflow
from dealer.deals import deal_lists
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask
from dealer.records.deals import Deal
from dealer.records.risks import RiskItem, RiskLevel, RiskState
from dealer.risks import risk_items
from dealer.risks.risk_items import RISKS, NewRisk
from web import steps
from web.asking import Answer, a_number, looking, looking_ask, me, need, or_404, write
from web.deals import deals, timeline
from web.forms import Form
from web.frame import names_of
from web.language import say, short_day, show, word

pages = Blueprint("risks", __name__)
S = RiskState
TONES = {RiskLevel.HIGH: "bad", RiskLevel.MEDIUM: "wait", RiskLevel.LOW: "neutral"}
STATE_TONES = {S.OPEN: "wait", S.OVERRIDDEN: "info", S.CLOSED: "ok"}
PRIMARY = ("override", "close")

deals.FIXES["risks"] = ("To the risks", "/risks")


def what_of(item: RiskItem) -> str:
    """What may go wrong: in the words of whoever raised it, or of the rule that saw it."""
    if not item.watch:
        return item.what
    told = word("RiskWatch", item.watch)
    return say("{what} ({day})", what=told, day=short_day(item.since_day)) if item.since_day else told


def title_of(item: RiskItem) -> str:
    """How people name an item: whose deal, and what of it is at risk."""
    return f"{item.deal.customer.name} · {show(item.kind)}"


def _sees(item: RiskItem, who: people.Actor) -> bool:
    return risk_items.sees(looking(), who, item)


KIND = steps.register(
    steps.Kind(
        "risks", RiskItem, RISKS, title=title_of, sees=_sees,
        known=lambda item, action: {"level": item.level} if action == "assess" else {},
    )
)  # fmt: skip


# ── the desk ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/risks")
def index() -> Answer:
    """Open risks, the gravest first; beside them what was let pass, and what is over."""
    need("raise risks")
    state = _state_asked()
    found = risk_items.listed(looking(), me(), state, request.args.get("below", type=a_number))
    paged = state is S.CLOSED and len(found) > risk_items.MOST_LISTED
    rows = found[: risk_items.MOST_LISTED] if paged else found
    return render_template(
        "risks/list.html",
        tabs=[{"label": show(each), "url": f"/risks?state={each.value}", "current": each is state} for each in S],
        rows=[_row(each) for each in rows],
        older=rows[-1].number if paged else None,
        state=state,
    )


def _state_asked() -> RiskState:
    asked = request.args.get("state", "")
    return next((state for state in S if state.value == asked), S.OPEN)


def _row(item: RiskItem) -> dict[str, Any]:
    return {
        "url": KIND.url(item),
        "level": show(item.level),
        "tone": TONES[item.level],
        "cells": [
            {"text": item.deal.customer.name, "note": item.deal.title or deals.code_of(item.deal)},
            show(item.kind),
            what_of(item),
            short_day(item.begun_at),
        ],
    }


# ── on the page of a deal ─────────────────────────────────────────────────────────────────────────────────────────


@deals.panel
def of_deal(deal: Deal) -> dict[str, Any] | None:
    """What is at risk in it, as long as something is."""
    found = risk_items.live_of_deal(looking(), deal) if me().may_or_stands_in("raise risks") else []
    if not found:
        return None
    rows = [
        {"url": KIND.url(each), "title": f"{show(each.kind)} · {show(each.level)}", "note": what_of(each)}
        | {"badge": show(each.state), "tone": TONES[each.level] if each.state is S.OPEN else "info"}
        for each in found
    ]
    return {"title": say("Risks"), "icon": "exclamation-triangle", "rows": rows, "buttons": [], "empty": ""}


def _way(deal: Deal) -> list[dict[str, str]]:
    """To raise one, as long as the deal goes on."""
    if deal.state not in deal_lists.BOARD or not me().may_or_stands_in("raise risks"):
        return []
    address = f"{deals.KIND.url(deal)}/risks/new"
    return [{"label": say("Raise a risk"), "url": address, "icon": "exclamation-triangle"}]


deals.WAYS.append(_way)


@pages.get("/deals/<int:number>/risks/new")
def new(number: int) -> Answer:
    """The form with which somebody raises one."""
    need("raise risks")
    return _draw(number)(Form(NewRisk), None)


@pages.post("/deals/<int:number>/risks/new")
def raise_one(number: int) -> Answer:
    """From now on it stands on the risk desk."""
    need("raise risks")

    def work(ask: Ask) -> str:
        item = risk_items.prepare(ask, steps.find(ask.db, deals.KIND, number))
        workflow.begin(item, "raise", ask)
        return KIND.url(item)

    return write(Form.received(NewRisk), work, _draw(number))


def _draw(number: int) -> Any:
    def draw(form: Form | None, trouble: Any) -> str:
        return render_template("risks/new.html", deal=steps.find(looking(), deals.KIND, number), form=or_404(form))

    return draw


# ── one item ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/risks/<int:number>")
def page(number: int) -> Answer:
    """One item: what may go wrong, who raised it, who let it pass, what can be done."""
    item = steps.find(looking(), KIND, number)
    buttons = steps.buttons(KIND, item, RISKS.choices(item, looking_ask()))
    primary = next((each for each in buttons if each["action"] in PRIMARY and not each["missing"]), None)
    return render_template(
        "risks/page.html",
        item=item,
        title=title_of(item),
        what=what_of(item),
        badges=[
            {"label": show(item.level), "tone": TONES[item.level]},
            {"label": show(item.state), "tone": STATE_TONES[item.state]},
        ],
        facts=_facts(item),
        primary=primary,
        buttons=[each for each in buttons if each is not primary],
        timeline=timeline.entries(of_thing(looking(), item.store_id, item.id)[::-1]),
    )


def _facts(item: RiskItem) -> list[dict[str, Any]]:
    names = names_of((item.raised_by_id, item.overridden_by_id))
    told = [
        {"label": say("Deal"), "value": deals.code_of(item.deal), "url": deals.KIND.url(item.deal)},
        {"label": say("Owner"), "value": item.deal.owner.name},
        {"label": say("What is at risk"), "value": show(item.kind)},
        {
            "label": say("Raised by"),
            "value": names.get(item.raised_by_id, "") if item.raised_by_id else say("by itself"),
        },
    ]
    if item.overridden_by_id is not None:
        told.append({"label": say("Let pass by"), "value": names.get(item.overridden_by_id, "")})
        told.append({"label": say("Reason"), "value": item.override_reason})
    if item.outcome:
        told.append({"label": say("Outcome"), "value": item.outcome})
    return told
