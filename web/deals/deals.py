"""Deals: list, board, the page of one deal, and its first form."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, g, render_template, request

from dealer import people, workflow
from dealer.customers import customers
from dealer.deals import deal_lists, deals, idle, parties, tenders
from dealer.deals.deals import NewDeal
from dealer.engine import history
from dealer.engine.steps import Ask, Choice, Refusal
from dealer.frameworks import call_offs
from dealer.money import deposit_outcomes
from dealer.money.deposit_outcomes import DepositOutcome
from dealer.records.customers import Contact
from dealer.records.deals import Deal, DealState
from dealer.records.prospects import Visit
from dealer.showroom import reception
from dealer.stock import catalogue
from web import steps
from web.asking import Answer, a_number, looking, looking_ask, me, need, or_404, write
from web.deals import deal_parts, timeline
from web.forms import Field, Form, options
from web.language import money, say, short_day, show, word
from web.privacy import privacy

pages = Blueprint("deals", __name__)
LAW = {
    DepositOutcome.STAYS: "The deposit counts towards the cars that stay sold.",
    DepositOutcome.RETURNED: "By agreement, or for no fault of either side: Civil Code 562, 563, 566.",
    DepositOutcome.DOUBLE: "The seller failed: Civil Code 587, for the part not performed.",
    DepositOutcome.FORFEITED: "The buyer failed: Civil Code 587, for the part not performed.",
}
S = DealState

Panel = Callable[[Deal], dict[str, Any] | None]
PANELS: list[Panel] = [deal_parts.tender, deal_parts.who_takes_part, deal_parts.margin]
"""What else belongs to a deal: each part adds its card with `@deals.panel`, in the order of the deal's life."""


FOR_SUB_DEALERS: list[Panel] = [deal_parts.tender, deal_parts.who_takes_part]
"""Those that somebody of a sub-dealer works with; the others are of our house's work."""


def panel(show_part: Panel) -> Panel:
    """Register a part's card: {title, icon, rows: [{url, title, note, badge, tone}], buttons, empty, folded}."""
    PANELS.append(show_part)
    return show_part


WAYS: list[Callable[[Deal], list[dict[str, str]]]] = []
"""What else one can do about a deal that is no step of its own: {label, url, icon}; parts add theirs."""

# Where a refusal's obstacle is removed: fix code → (what the button says, the address for a deal).
FIXES: dict[str, tuple[str, str]] = {
    "need_sheet": ("Fill in", "/deals/{number}/fill_need"),
    "settle_clash": ("Decide", "/deals/{number}/settle_clash"),
    "quotation": ("Open the quotation", "/deals/{number}/quotation"),
    "filing": ("Open the filing", "/deals/{number}/filing"),
    "contract": ("Open the contract", "/deals/{number}/contract"),
    "deliveries": ("Open the deliveries", "/deliveries"),
    "credit": ("To the customer", "/customers/{customer}"),
    "complaints": ("Open the complaints", "/complaints?deal={number}"),
}
FIXED_BY = {"filing": "see oem"}  # whose page it is, where not everybody who sees deals may open it
FILTERS = {
    "open": deal_lists.BOARD,
    "hold": (S.ON_HOLD,),
    "over": (S.CLOSED, S.LOST, S.CANCELLED),
}
FILTER_WORDS = (("open", "In progress"), ("hold", "On hold"), ("over", "Ended"), ("all", "All"))
STATE_TONES = {S.LOST: "bad", S.CANCELLED: "bad", S.ON_HOLD: "wait", S.CLOSED: "ok"}


def _sees(deal: Deal, who: people.Actor) -> bool:
    return deal_lists.sees_deal(deal, who, looking())


KNOWN: dict[str, Callable[[Deal], dict[str, Any]]] = {
    "fill_need": deals.known_facts,
    "keep_tender": tenders.known_facts,
    "name_parties": parties.known_facts,
    "call_off": call_offs.known_facts,
}


def _known(deal: Deal, action: str) -> dict[str, Any]:
    return KNOWN[action](deal) if action in KNOWN else {}


def _beside(deal: Deal, action: str) -> dict[str, Any]:
    """What the law proposes for the deposit, beside the form that cancels."""
    if action != "cancel":
        return {}
    share = deposit_outcomes.share_of(looking(), deal)
    rows = [{"cells": [show(each), money(share.comes_to(each)), say(law)]} for each, law in LAW.items()]
    return {"proposals": rows, "paid": money(share.paid), "undelivered": money(share.undelivered)}


KIND = steps.register(
    steps.Kind(
        "deals", Deal, workflow.DEALS, title=lambda deal: str(deal.customer.name), sees=_sees, known=_known,
        extra=_beside, templates={"cancel": "deals/cancel.html"},
    )
)  # fmt: skip


def code_of(deal: Deal) -> str:
    """KA-2026-0187: how people name a deal."""
    return f"KA-{deal.begun_at:%Y}-{deal.number:04}"


@options("sellers")
def _sellers() -> list[tuple[str, str]]:
    return [(str(each.id), each.name) for each in people.with_duty(looking(), me().store_id, "own deals")]


@options("rework_targets")
def _rework_targets() -> list[tuple[str, str]]:
    return [(state.value, show(state)) for state in (S.CONTRACT_REVIEW, S.QUOTATION)]


@options("cancel_grounds")
def _grounds() -> list[tuple[str, str]]:
    return [(ground, word("CancelGround", ground)) for ground in deals.CANCEL_GROUNDS]


# ── list and board ────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/deals")
def index() -> Answer:
    """The deals a person may see: as a list, or by phase."""
    need("see deals")
    mine = request.args.get("mine") == "1"
    owner_id = me().id if mine else None
    if request.args.get("view") == "list":
        return _list(owner_id, mine)
    columns = [_column(each) for each in deal_lists.board(looking(), me(), owner_id)]
    return render_template("deals/board.html", columns=columns, mine=mine)


def _list(owner_id: Any, mine: bool) -> str:
    chosen = request.args.get("state", "open")
    below = request.args.get("below", type=a_number)
    typed = request.args.get("q", "")[:100].strip()
    found = deal_lists.deals(
        looking(), me(), states=FILTERS.get(chosen, ()), owner_id=owner_id, typed=typed, below=below
    )
    page, more = found[: deal_lists.PAGE], len(found) > deal_lists.PAGE
    return render_template(
        "deals/list.html",
        rows=[_row(deal) for deal in page],
        chosen=chosen,
        filters=[
            (name, say(label))
            for name, label in (("open", "In progress"), ("hold", "On hold"), ("over", "Ended"), ("all", "All"))
        ],
        typed=typed,
        mine=mine,
        older=page[-1].number if more else None,
    )


def stands_still(thing: Any) -> bool:
    """Whether a deal or a card has stood in its phase for longer than the house rules allow."""
    if "idle_limits" not in g:
        g.idle_limits = idle.limits(looking(), me().store_id, looking_ask().today)
    return idle.is_idle(thing, g.now, g.idle_limits)


def _row(deal: Deal) -> dict[str, Any]:
    days, still = idle.days_still(deal, g.now), stands_still(deal)
    return {
        "url": KIND.url(deal),
        "tone": "bad" if still else "",
        "cells": [
            {"text": deal.customer.name, "note": code_of(deal)},
            deal.title or "—",
            show(deal.state),
            {"text": say("{days} days", days=days), "tone": "bad" if still else ""},
            deal.owner.name,
        ],
    }


def _column(column: deal_lists.Column) -> dict[str, Any]:
    more = column.count - len(column.deals)
    return {
        "label": show(column.state),
        "count": column.count,
        "note": "",
        "cards": [_card(deal) for deal in column.deals],
        "more": {"label": say("{count} more", count=more), "url": "/deals?view=list"} if more > 0 else None,
        "empty": "",
    }


def _card(deal: Deal) -> dict[str, Any]:
    days, still = idle.days_still(deal, g.now), stands_still(deal)
    badges = [{"label": say("Loss to confirm"), "tone": "wait"}] if deal.loss_asked_by_id else []
    if not deal.clash_settled:
        badges.append({"label": say("Clash to settle"), "tone": "wait"})
    return {
        "url": KIND.url(deal),
        "title": deal.customer.name,
        "sub": deal.title or code_of(deal),
        "badges": badges,
        "person": deal.owner.name,
        "note": say("{days} days", days=days),
        "tone": "bad" if still else "",
    }


def for_somebody_else() -> list[idle.Proposed]:
    """The deals that have been red for long, for who changes owners; read by the page of the day."""
    if not (me().may_or_stands_in("see all deals") or me().may_or_stands_in("decide on deals")):
        return []
    found = idle.deals_for_somebody_else(looking(), me(), g.now)
    return [each for each in found if steps.is_theirs(KIND, each.thing, "change_owner")]


def _proposed(deal: Deal) -> str:
    asked = idle.why_deal_to_somebody_else(looking(), deal, g.now)
    if asked is None or not steps.is_theirs(KIND, deal, "change_owner"):
        return ""
    return say("{why} since {day}", why=word("Proposed", asked.why), day=short_day(asked.since))


# ── one deal ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/deals/<int:number>")
def page(number: int) -> Answer:
    """Everything about one deal: where it stands, what is missing, what happened."""
    deal = steps.find(looking(), KIND, number)
    ask = looking_ask()
    choices = workflow.DEALS.choices(deal, ask)
    forward = next((each for each in choices if each.step is workflow.DEALS.forward(deal.state)), None)
    told = history.of_case(looking(), deal.store_id, deal.id)
    return render_template(
        "deals/page.html",
        deal=deal,
        code=code_of(deal),
        contact=_contact(deal),
        phases=_phases(deal, told),
        badges=_badges(deal),
        proposed=_proposed(deal),
        forward=_forward(deal, forward),
        items=steps.checklist(forward, lambda refusal: fix_of(deal, refusal)) if forward else [],
        buttons=[each for each in steps.buttons(KIND, deal, choices) if not each["forward"]],
        visits=me().may_or_stands_in("make visits"),
        ways=[drawn for each in WAYS for drawn in each(deal)],
        timeline=timeline.entries(told),
        need=deal.need,
        panels=[drawn for each in (FOR_SUB_DEALERS if me().outside else PANELS) if (drawn := each(deal))],
    )


def _contact(deal: Deal) -> str:
    """杨帆 · 138****0021."""
    contact = looking().get(Contact, deal.contact_id) if deal.contact_id else None
    if contact is None:
        return ""
    return f"{contact.name} · {privacy.with_do_not_call(privacy.phone_of_contact(contact), contact.phone)}"


def _forward(deal: Deal, choice: Choice | None) -> dict[str, Any] | None:
    if choice is None:
        return None
    return {
        "label": word("Action deal", choice.step.action),
        "action": KIND.step_url(deal, choice.step.action),
        "missing": len(choice.refusals),
        "asks": choice.step.asks_for is not None,
        "by_itself": choice.step.who is people.SYSTEM,
        "not_you": choice.not_you is not None,
        "to": show(choice.step.target),
    }


def fix_of(deal: Deal, refusal: Refusal) -> dict[str, Any]:
    """The button that leads to where an obstacle is removed, if there is such a place."""
    if refusal.fix not in FIXES or not me().may_or_stands_in(FIXED_BY.get(refusal.fix, "see deals")):
        return {}
    label, address = FIXES[refusal.fix]
    return {"fix_label": say(label), "fix_url": address.format(number=deal.number, customer=deal.customer.number)}


def _badges(deal: Deal) -> list[dict[str, str]]:
    told = [{"label": show(deal.state), "tone": STATE_TONES.get(deal.state, "info")}]
    if deal.loss_asked_by_id and deal.state is not S.LOST:
        told.append({"label": say("Loss to confirm"), "tone": "wait"})
    if not deal.clash_settled:
        told.append({"label": say("Clash to settle"), "tone": "wait"})
    if deal.reopened_count:
        told.append({"label": say("Reopened"), "tone": "neutral"})
    if deal.sub_dealer:
        told.append({"label": say("Brought by {name}", name=deal.sub_dealer.customer.name), "tone": "tag"})
    told.append({"label": show(deal.customer.customer_class), "tone": "tag"})
    return told


def _phases(deal: Deal, told: list[history.History]) -> list[dict[str, str]]:
    """The stepper: when each phase began, and for how many days the present one has lasted."""
    began = {row.now: row.at for row in reversed(told) if row.kind == "deal" and row.now and row.was != row.now}
    stands = deal.held_from if deal.state is S.ON_HOLD and deal.held_from else deal.state
    at = workflow.PATH.index(stands) if stands in workflow.PATH else -1
    phases = []
    for place, state in enumerate(workflow.PATH):
        since = began.get(state.value)
        phase = {"label": show(state), "state": "todo", "note": ""}
        if place < at or (place == at and state is S.CLOSED):
            phase |= {"state": "done", "note": short_day(since)}
        elif place == at:
            days = idle.days_still(deal, g.now) + 1
            phase |= {"state": "current", "note": f"{short_day(since)} · {say('day {days}', days=days)}"}
        phases.append(phase)
    return phases


# ── a new deal ────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/deals/new")
def new() -> Answer:
    """The form of a new deal, filled in as far as a visit told."""
    need("bring deals")
    visit = _visit()
    return _new(Form(NewDeal, _told_by(visit) if visit else {"name": request.args.get("name", "")}), None)


def _visit() -> Visit | None:
    """The visit that the address or the form names, if this person may look at it."""
    number = request.values.get("visit", type=a_number)
    found = people.by_number(looking(), Visit, me(), number) if number is not None else None
    return found if found is not None and steps.seen_url(found) else None


def _told_by(visit: Visit) -> dict[str, Any]:
    """What a visit told, but a phone that stands masked for this person: the deal takes it from the visit itself."""
    known = reception.deal_form(visit) | {"visit": visit.number}
    return known if privacy.phone_of_visit(visit) == visit.phone else known | {"phone": None}


@pages.post("/deals/new")
def register() -> Answer:
    """Register it; the same code is the same customer. Reception sees no deals and goes back to the visit."""

    def work(ask: Ask) -> str:
        deal, visit = registered(ask)
        seen = deal_lists.sees_deal(deal, ask.actor, ask.db)
        return f"/walkins/{visit.number}" if visit and not seen else KIND.url(deal)

    return write(Form.received(NewDeal), work, _new)


def registered(ask: Ask) -> tuple[Deal, Visit | None]:
    """The new deal, and the visit it came from if one was named."""
    visit = people.by_number(ask.db, Visit, ask.actor, ask.facts.visit) if ask.facts.visit else None
    return workflow.register_from_visit(ask, visit) if visit else workflow.register(ask), visit


def to_deals() -> str:
    """The address of the list of deals, for those who see deals: reception begins one and sees none."""
    return "/deals" if me().may_or_stands_in("see deals") else ""


def _new(form: Form | None, trouble: Any) -> str:
    or_404(form)
    return render_template("deals/new.html", form=form, fields=_fields(form), alike=_alike(form), to_deals=to_deals())


def _fields(form: Form | None) -> list[Field]:
    """The form's fields; the phone says what is taken from the visit where it stays empty."""
    drawn = form.fields if form else []
    visit = _visit()
    if visit is not None and visit.phone and privacy.phone_of_visit(visit) != visit.phone:
        hint = say("Left empty, it is the phone of the visit: {phone}.", phone=privacy.phone_of_visit(visit))
        drawn = [replace(each, hint=hint) if each.name == "phone" else each for each in drawn]
    return drawn


def _alike(form: Form | None) -> list[Any]:
    """Customers that look like the one being typed."""
    name, phone = (str(form.typed.get(each) or "") for each in ("name", "phone")) if form else ("", "")
    return customers.lookalikes(looking(), me(), name, phone or None) if name else []


@options("models")
def _models() -> list[tuple[str, str]]:
    sold = catalogue.on_sale(looking(), me())
    return [(str(each.id), f"{each.brand} {each.name} {each.configuration}") for each in sold]
