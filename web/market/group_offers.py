"""Group-purchase proposals: made on the page of a deal, their papers in both languages, given to the customer."""

from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from dealer import people, workflow
from dealer.deals.deal_lists import sees_deal
from dealer.engine import history
from dealer.engine.steps import Ask
from dealer.market import group_offers
from dealer.market.group_offers import Proposing
from dealer.papers import printing
from dealer.quotations.quotation_terms import number_of
from dealer.records.deals import Deal
from dealer.records.market import FinanceKind, GroupOffer, GroupOfferState
from dealer.records.quotations import Quotation
from web import steps
from web.asking import Answer, looking, looking_ask, me, or_404, write
from web.deals import deals, timeline
from web.forms import Form, options
from web.language import say, short_day, show, told
from web.papers import both_papers

pages = Blueprint("group_offers", __name__)
S = GroupOfferState
TONES = {S.MADE: "info", S.HANDED_OVER: "ok", S.WITHDRAWN: "neutral"}


def _known(offer: GroupOffer, action: str) -> dict[str, Any]:
    return {"handed_on": looking_ask().today} if action == "hand_over" else {}


KIND = steps.register(
    steps.Kind("group-offers", GroupOffer, group_offers.GROUP_OFFERS, title=lambda offer: offer.code, known=_known,
               sees=lambda offer, who: sees_deal(offer.deal, who, looking()))
)  # fmt: skip


@options("quotations_with_customer")
def _quotations() -> list[tuple[str, str]]:
    """Those of the deal that the address names."""
    deal = _deal(int((request.view_args or {})["number"]))
    found = group_offers.quotations_with_customer(looking(), deal, looking_ask().today)
    return [(str(each.id), _called(each)) for each in found]


def _called(quotation: Quotation) -> str:
    until = say("until {day}", day=quotation.valid_until)
    return f"{number_of(looking(), quotation)} v{quotation.revision} · {until} · {show(quotation.state)}"


def _deal(number: int) -> Deal:
    deal: Deal = steps.find(looking(), deals.KIND, number)
    return deal


# ── making one ────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/deals/<int:number>/group-offers/new")
def new(number: int) -> Answer:
    """What a proposal says beside cars and prices; the need sheet stands beside it."""
    deal = _deal(number)
    return _new(deal, Form(Proposing, group_offers.first_facts(deal, looking_ask())))


@pages.post("/deals/<int:number>/group-offers/new")
def make(number: int) -> Answer:
    """Make it, and have its papers printed."""
    _deal(number)

    def work(ask: Ask) -> str:
        offer = group_offers.proposed(or_404(people.by_number(ask.db, Deal, ask.actor, number)), ask)
        workflow.begin(offer, "make", ask)
        return KIND.url(offer)

    return write(Form.received(Proposing), work, lambda form, trouble: _new(_deal(number), or_404(form)))


def _new(deal: Deal, form: Form) -> str:
    against = group_offers.reasons_against(deal, looking_ask())
    return render_template(
        "market/group_offer_new.html",
        deal=deal,
        form=form,
        need=deal.need,
        errors=[{"sentence": told(each), **_fix(deal, each)} for each in against] or form.errors,
    )


def _fix(deal: Deal, refusal: Any) -> dict[str, str]:
    way = deals.fix_of(deal, refusal)
    return {"url": way["fix_url"], "label": way["fix_label"]} if way else {}


# ── one of them ───────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/group-offers/<int:number>")
def page(number: int) -> Answer:
    """The papers, what it says, what became of it."""
    offer = steps.find(looking(), KIND, number)
    choices = group_offers.GROUP_OFFERS.choices(offer, looking_ask())
    quotation = looking().get(Quotation, offer.quotation_id) if offer.quotation_id else None
    return render_template(
        "market/group_offer.html",
        offer=offer,
        deal=offer.deal,
        state={"label": show(offer.state), "tone": TONES[offer.state]},
        prices=_called(quotation) if quotation else say("Marked prices of the list"),
        prices_url=steps.seen_url(quotation) if quotation else "",
        finance=[_finance(row) for row in offer.finance],
        papers=both_papers.told_of(looking(), offer.id, KIND.url(offer)),
        buttons=steps.buttons(KIND, offer, choices),
        timeline=timeline.entries(list(reversed(history.of_thing(looking(), offer.store_id, offer.id)))),
    )


def _finance(row: dict[str, Any]) -> dict[str, Any]:
    down = f"{row['down_percent']} %" if row["down_percent"] is not None else "—"
    return {"cells": [show(FinanceKind(row["kind"])), down, row["months"] or "—", row["note"]]}


@pages.get("/group-offers/<int:number>/press")
def press(number: int) -> Answer:
    """Asked by the page while the press is at it."""
    return both_papers.asked(looking(), steps.find(looking(), KIND, number).id)


@pages.get("/group-offers/<int:number>/<any(zh,en):spoken>")
def file(number: int, spoken: str) -> Response:
    """The PDF as it left the press."""
    found = printing.in_both(looking(), steps.find(looking(), KIND, number).id).get(spoken)
    return both_papers.show(found) if found is not None else abort(404)


# ── on the page of a deal ─────────────────────────────────────────────────────────────────────────────────────────


def _propose(deal: Deal) -> list[dict[str, str]]:
    """The way to a new one, for its owner while the customer decides."""
    hats = [me().id, *(away.id for away in me().stands_in_for)]
    if deal.state not in group_offers.TIME_FOR_IT or deal.owner_id not in hats:
        return []
    url = f"/deals/{deal.number}/group-offers/new"
    return [{"label": say("Group-purchase proposal"), "url": url, "icon": "file-earmark-richtext"}]


deals.WAYS.append(_propose)


@deals.panel
def of_deal(deal: Deal) -> dict[str, Any] | None:
    """The proposals that were made for it, once there is one."""
    rows = group_offers.of_deal(looking(), deal)
    if not rows:
        return None
    return {
        "title": say("Group-purchase proposals"),
        "icon": "file-earmark-richtext",
        "rows": [
            {"url": KIND.url(each), "title": each.code, "note": short_day(each.begun_at)}
            | {"badge": show(each.state), "tone": TONES[each.state]}
            for each in rows
        ],
        "buttons": [],
        "empty": "",
    }
