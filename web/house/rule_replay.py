"""Rule replay: the last quarter once more, under a draft list or a proposed value of a house rule."""

from typing import Any

from flask import Blueprint, abort, render_template

from dealer import people
from dealer.house import replay as rules
from dealer.house.replay import Case, Outcome, Replay, Turn
from dealer.house.supposing import Supposed
from dealer.prices import pricing
from dealer.records.contracts import Contract
from dealer.records.people import Policy
from dealer.records.quotations import Quotation
from web import steps
from web.asking import Answer, looking, looking_ask, me, need, or_404
from web.contracts import contracts
from web.house import policies
from web.language import money, say, short_day, show, told, word
from web.prices import pricelists
from web.quotations import quotations
from web.quotations.quotation_page import title_of

pages = Blueprint("rule_replay", __name__)
TONES = {Turn.STOPPED: "bad", Turn.ELSEWHERE: "wait", Turn.PASSED: "ok"}


@pages.get("/pricelists/<int:number>/replay")
def of_list(number: int) -> Answer:
    """What a list would have done to the last quarter, had it counted."""
    price_list = steps.find(looking(), pricelists.KIND, number)
    crumbs = [
        {"label": say("Price lists"), "url": "/pricelists"},
        {"label": price_list.name, "url": pricelists.KIND.url(price_list)},
    ]
    supposed = Supposed(price_list.store_id, price_list)
    return _draw(price_list.name, crumbs, supposed)


@pages.get("/policies/<int:number>/replay")
def of_proposal(number: int) -> Answer:
    """What a proposed value would have done; 404 for house rules on which no decision hangs."""
    need("see settings")
    proposal: Policy = or_404(people.by_number(looking(), Policy, me(), number))
    if proposal.name not in rules.REPLAYED:
        abort(404)
    name, value = word("Policy", proposal.name), policies.told(proposal.name, proposal.value)
    crumbs = [
        {"label": say("House rules"), "url": "/policies"},
        {"label": name, "url": f"/policies/{proposal.name}"},
        {"label": say("Proposal {number}", number=proposal.number), "url": policies.KIND.url(proposal)},
    ]
    return _draw(f"{name} · {value}", crumbs, Supposed(proposal.store_id, values={proposal.name: proposal.value}))


def _draw(title: str, crumbs: list[dict[str, str]], supposed: Supposed) -> str:
    found = rules.replay(looking(), me(), looking_ask().today, supposed)
    return render_template(
        "settings/replay.html",
        title=title,
        crumbs=crumbs,
        note=_looked_at(found),
        figures=[{"label": show(turn), "value": len(found.of(turn)), "note": _worth(found.of(turn))} for turn in Turn],
        groups=[
            {"label": show(turn), "rows": [_row(case) for case in found.of(turn)]} for turn in Turn if found.of(turn)
        ],
    )


def _looked_at(found: Replay) -> str:
    return say(
        "{quotations} quotations and {contracts} contracts submitted since {day}",
        quotations=found.quotations, contracts=found.contracts, day=found.since,
    )  # fmt: skip


def _worth(cases: list[Case]) -> str:
    return say("in all ¥{total}", total=money(sum(_total(case) for case in cases))) if cases else ""


def _total(case: Case) -> int:
    return case.thing.total if isinstance(case.thing, Contract) else pricing.totals(case.thing).total


def _row(case: Case) -> dict[str, Any]:
    thing = case.thing
    offered = isinstance(thing, Quotation)
    url = quotations.KIND.url(thing) if offered else contracts.KIND.url(thing)
    code = title_of(thing) if isinstance(thing, Quotation) else contracts.title_of(thing)
    return {
        "url": url,
        "cells": [
            {"text": thing.deal.customer.name, "note": f"{code} · {short_day(case.on)}"},
            _told(case.before),
            {"text": _told(case.after), "tone": TONES[case.turn]},
            money(_total(case)),
        ],
    }


def _told(outcome: Outcome) -> str:
    """Why it is refused, else who decides."""
    if outcome.refusals:
        return " ".join(told(each) for each in outcome.refusals)
    return show(list(outcome.deciders)) if outcome.deciders else say("nobody has to decide")
