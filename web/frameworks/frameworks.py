"""Framework agreements: list, page, the form of a new one; what is left of each, and who calls off from it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, g, render_template, request

from dealer import people, workflow
from dealer.deals.deal_lists import sees_deal
from dealer.engine.database import calendar_of
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask, Refusal
from dealer.frameworks import call_offs, framework_papers, frameworks
from dealer.frameworks.frameworks import FRAMEWORKS, FrameworkFacts
from dealer.papers import printing
from dealer.people import has
from dealer.records.contracts import PrintLog
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.frameworks import Framework, FrameworkState
from dealer.stock import catalogue
from web import steps
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.deals import deal_parts, deals, timeline
from web.forms import Form, options
from web.frame import names_of
from web.frameworks import framework_press
from web.language import money, say, short_day, show, told
from web.papers.papers import show_file

pages = Blueprint("frameworks", __name__)
S = FrameworkState

TONES = {
    S.DRAFT: "neutral",
    S.SUBMITTED: "wait",
    S.ISSUED: "wait",
    S.IN_FORCE: "ok",
    S.ENDED: "neutral",
    S.WITHDRAWN: "bad",
}
PRIMARY = ("submit", "approve", "file_paper", "file_other_paper")  # the button of the page, for whoever it is


def _sees(_: Framework, who: people.Actor) -> bool:
    return who.may_or_stands_in("see contracts")


def _known(framework: Framework, action: str) -> dict[str, Any]:
    return frameworks.known_facts(framework) if action == "edit" else {}


def title_of(framework: Framework) -> str:
    """How people name an agreement: by its number once it has one."""
    return framework.code or say("Framework agreement {number}", number=framework.number)


KIND = steps.register(steps.Kind("frameworks", Framework, FRAMEWORKS, title=title_of, sees=_sees, known=_known))


def left_of(framework: Framework) -> str:
    """What may still be called off: 12 of 30, or without a limit."""
    left = call_offs.left(looking(), framework)
    if left is None:
        return say("no limit")
    return say("{left} of {ceiling} cars left", left=left, ceiling=framework.ceiling)


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/frameworks")
def index() -> Answer:
    """Every agreement of the shop."""
    need("see contracts")
    rows = [_row(each) for each in frameworks.newest(looking(), me())]
    return render_template("frameworks/list.html", rows=rows)


def _row(framework: Framework) -> dict[str, Any]:
    return {
        "url": KIND.url(framework),
        "cells": [
            {"text": framework.customer.name, "note": title_of(framework)},
            framework.title,
            show(framework.state),
            f"{short_day(framework.from_day)} – {short_day(framework.until_day)}",
            left_of(framework),
        ],
    }


@pages.get("/frameworks/<int:number>")
def page(number: int) -> Answer:
    """One agreement: its prices, its period, what is left, which deals rely on it."""
    return _draw(steps.find(looking(), KIND, number))


def _draw(framework: Framework, refused: list[str] | None = None) -> str:
    buttons = steps.buttons(KIND, framework, FRAMEWORKS.choices(framework, looking_ask()))
    primary = next((each for each in buttons if each["action"] in PRIMARY), None)
    return render_template(
        "frameworks/page.html",
        framework=framework,
        title=title_of(framework),
        here=KIND.url(framework),
        badges=[{"label": show(framework.state), "tone": TONES[framework.state]}],
        figures=_figures(framework),
        primary=primary,
        standing=[*(refused or []), *(primary["reasons"] if primary else [])],
        buttons=[each for each in buttons if each is not primary],
        prices=[_price(each) for each in framework.prices],
        facts=_facts(framework),
        press=framework_press.card(framework, KIND.url(framework)),
        deals=[_deal(each) for each in call_offs.deals_of(looking(), framework)],
        timeline=timeline.entries(of_thing(looking(), framework.store_id, framework.id)[::-1]),
    )


def _figures(framework: Framework) -> list[dict[str, Any]]:
    return [
        {"label": say("In force from"), "value": show(framework.from_day)},
        {"label": say("In force until"), "value": show(framework.until_day)},
        {"label": say("Called off"), "value": call_offs.called_off(looking(), framework)},
        {"label": say("Left"), "value": left_of(framework)},
    ]


def _price(price: Any) -> dict[str, Any]:
    return {"cells": [catalogue.full_name(price.model), money(price.net_price)]}


def _facts(framework: Framework) -> list[dict[str, Any]]:
    names: dict[Any, str] = names_of([framework.made_by_id, framework.approved_by_id, framework.filed_by_id])
    rows = [
        {"label": say("Written by"), "value": names.get(framework.made_by_id, "—")},
        {
            "label": say("Approved by"),
            "value": names.get(framework.approved_by_id, "—"),
        },
        *_conditions(framework),
        *_signatures(framework, names),
    ]
    if framework.project_approval:
        rows.append({"label": say("Manufacturer's project approval no."), "value": framework.project_approval})
    if framework.remark:
        rows.append({"label": say("Remark"), "value": framework.remark})
    return rows


def _conditions(framework: Framework) -> list[dict[str, Any]]:
    """What its paper says beside the prices."""
    return [
        {"label": say("Place of signing"), "value": framework.signing_place or "—"},
        {"label": say("Delivery, days after the order"), "value": framework.lead_days},
        {"label": say("Payment, working days after acceptance"), "value": framework.payment_days},
        {
            "label": say("Damages for delay"),
            "value": say(
                "{rate} per ten thousand and day, at most {cap} %",
                rate=framework.damages, cap=framework.damages_cap_percent,
            ),
        },
        {"label": say("Days of delay before an order may be ended"), "value": framework.end_after_days},
        {"label": say("Arbitration commission"), "value": framework.arbitration or "—"},
    ]  # fmt: skip


def _signatures(framework: Framework, names: dict[Any, str]) -> list[dict[str, Any]]:
    """Who signed when, and the paper itself."""
    paper = {"label": say("Signed paper"), "value": say("Open"), "url": f"{KIND.url(framework)}/paper"}
    if framework.paper_sha256 is None:
        return [paper | {"value": "—", "url": ""}]
    if framework.filed_by_id is None:
        return [paper]
    ours = f"{framework.seller_signer} {short_day(framework.seller_signed_on)}"
    theirs = f"{framework.buyer_signer} {short_day(framework.buyer_signed_on)}"
    return [
        *([{"label": say("Number on that paper"), "value": framework.other_number}] if framework.other_number else []),
        {"label": say("Signed for us by"), "value": ours},
        {"label": say("Signed for the buyer by"), "value": theirs},
        {"label": say("Compared by"), "value": names.get(framework.filed_by_id, "—")},
        paper,
    ]


def _deal(deal: Deal) -> dict[str, Any]:
    sees = sees_deal(deal, me(), looking())
    return {
        "url": deals.KIND.url(deal) if sees else "",
        "title": deals.code_of(deal),
        "note": deal.title if sees else "",
        "badge": show(deal.state),
    }


@pages.get("/frameworks/<int:number>/paper")
def paper(number: int) -> Answer:
    """The agreement as it was signed."""
    return show_file(steps.find(looking(), KIND, number).paper_sha256)


# ── our paper ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/frameworks/<int:number>/press")
def press(number: int) -> Answer:
    """Asked by the page while its paper is being printed: 204 until the press has spoken, then draw the page anew."""
    framework = steps.find(looking(), KIND, number)
    return ("", 204) if framework_press.waits_for_press(framework) else ("", 200, {"HX-Refresh": "true"})


@pages.get("/frameworks/<int:number>/trial")
def trial(number: int) -> Answer:
    """The text that was submitted, marked as a trial on every page."""
    found = framework_papers.trial_of(looking(), steps.find(looking(), KIND, number))
    return show_file(found.pdf_sha256 if found else None, f"{say('Trial print')} {number}.pdf")


@pages.post("/frameworks/<int:number>/print")
def print_copy(number: int) -> Answer:
    """One more copy: logged, then served from where it is stored."""

    def work(ask: Ask) -> str:
        row = framework_papers.print_copy(ask, steps.find(ask.db, KIND, number))
        return f"/frameworks/{number}/copies/{row.id}"

    return write(None, work, lambda form, trouble: _refused(number, trouble))


def _refused(number: int, trouble: Any) -> str:
    framework = steps.find(looking(), KIND, number)
    return _draw(framework, [told(each) for each in trouble] if isinstance(trouble, tuple) else [])


@pages.post("/frameworks/<int:number>/press-again")
def press_again(number: int) -> Answer:
    """Somebody has seen to the press: let it try again."""

    def work(ask: Ask) -> str:
        framework = steps.find(ask.db, KIND, number)
        printing.press_again(ask, framework)
        return KIND.url(framework)

    return write(None, work, lambda form, trouble: _refused(number, trouble))


@pages.get("/frameworks/<int:number>/copies/<uuid:key>")
def copy(number: int, key: UUID) -> Answer:
    """A copy that was printed: the stored bytes, to those who may print."""
    framework = steps.find(looking(), KIND, number)
    row = or_404(people.by_id(looking(), PrintLog, me(), key))
    if row.subject_id != framework.id or isinstance(has("issue contracts")(framework, looking_ask()), Refusal):
        abort(404)
    return show_file(row.pdf_sha256, f"{title_of(framework)}.pdf")


# ── a new one ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/customers/<int:number>/frameworks/new")
def new(number: int) -> Answer:
    """The form of a new agreement with a customer."""
    need("keep frameworks")
    today = calendar_of(looking()).today(g.now)
    return _new(_customer(looking(), number), Form(FrameworkFacts, {"from_day": today}), ())


@pages.post("/customers/<int:number>/frameworks/new")
def draft(number: int) -> Answer:
    """Save the draft."""

    def work(ask: Ask) -> str:
        framework = frameworks.blank(ask, _customer(ask.db, number))
        workflow.begin(framework, "draft", ask)
        return KIND.url(framework)

    return write(
        Form.received(FrameworkFacts),
        work,
        lambda form, trouble: _new(_customer(looking(), number), or_404(form), trouble),
    )


def _customer(db: Any, number: int) -> Customer:
    customer: Customer = people.by_number(db, Customer, me(), number) or abort(404)
    return customer


def _new(customer: Customer, form: Form, trouble: Any) -> str:
    standing = [told(each) for each in trouble or () if each.field is None] if isinstance(trouble, tuple) else []
    return render_template("frameworks/new.html", customer=customer, form=form, standing=standing)


# ── beside a customer and a deal ──────────────────────────────────────────────────────────────────────────────────


@options("frameworks_of_deal")
def _of_deal() -> list[tuple[str, str]]:
    """The agreements that the deal whose form this is may call off from."""
    ask = looking_ask()
    deal = steps.find(looking(), deals.KIND, int((request.view_args or {})["number"]))
    return [
        (str(each.number), f"{title_of(each)} · {each.title} · {left_of(each)}")
        for each in call_offs.of_customer(looking(), deal, ask.today)
    ]


def of_customer(customer: Customer) -> dict[str, Any] | None:
    """The card of a customer's page, for those who may see agreements."""
    found = frameworks.with_customer(looking(), customer) if me().may_or_stands_in("see contracts") else []
    keeps = me().may_or_stands_in("keep frameworks")
    if not found and not keeps:
        return None
    return {
        "rows": [_line(each) for each in found],
        "new": f"/customers/{customer.number}/frameworks/new" if keeps else "",
    }


def _line(framework: Framework) -> dict[str, Any]:
    return {
        "url": KIND.url(framework),
        "title": f"{title_of(framework)} · {framework.title}",
        "note": f"{short_day(framework.from_day)} – {short_day(framework.until_day)} · {left_of(framework)}",
        "badge": show(framework.state),
        "tone": TONES[framework.state],
    }


@deals.panel
def _panel(deal: Deal) -> dict[str, Any] | None:
    """The agreement a deal calls off from, with what is left of it."""
    buttons, sees = deal_parts.button(deal, "call_off"), me().may_or_stands_in("see contracts")
    if deal.framework is None and not buttons:
        return None
    return {
        "title": say("Framework agreement"),
        "icon": "file-earmark-ruled",
        "rows": [_line(deal.framework) | ({} if sees else {"url": ""})] if deal.framework else [],
        "buttons": buttons,
        "empty": say("The customer has an agreement in force: the deal may call off from it."),
    }
