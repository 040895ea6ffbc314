"""Versions of a quotation: two of them side by side, lines taken over from one, lines copied to another deal."""

from typing import Any

from flask import Blueprint, abort, g, render_template, request

from dealer.deals import deal_lists
from dealer.engine.database import calendar_of
from dealer.engine.history import of_thing
from dealer.quotations import comparison, quotation
from dealer.quotations.comparison import Comparison, Difference, Pair
from dealer.records.deals import Deal, DealState
from dealer.records.quotations import Quotation, QuotationLine
from dealer.stock import catalogue
from web import steps
from web.asking import Answer, a_number, looking, me
from web.deals import deals, timeline
from web.language import clock, money, say, show, word
from web.quotations.quotation_page import TONES, open_draft, taken_url, title_of
from web.quotations.quotations import KIND

pages = Blueprint("quotation_versions", __name__)

BOTH_WAYS = {
    "binding": ("Binding offer", "For information"),
    "optional": ("Option", "Offered firmly"),
    "taken": ("Option, taken", "Not taken"),
}
AMOUNTS = ("unit_price", "gift", "free_service", "paid_accessory", "agency_fee", "allowance")

# ── side by side ──────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/quotations/<int:number>/compare")
def compare(number: int) -> Answer:
    """A version against another of its series: `with` names it, else the one before."""
    version = steps.find(looking(), KIND, number)
    others = [each for each in quotation.of_series(version) if each.id != version.id]
    chosen = _chosen(version, others)
    old, new = sorted((version, chosen), key=lambda each: each.revision)
    found = comparison.compare(old, new, calendar_of(looking()).today(g.now))
    return render_template(
        "quotations/compare.html",
        version=version,
        deal_code=deals.code_of(version.deal),
        title=f"{title_of(new)} / V{old.revision}",
        here=KIND.url(version),
        tabs=[_tab(version, each, chosen) for each in others],
        names=[f"V{each.revision}" for each in (old, new)],
        sides=[_side(each) for each in (old, new)],
        rows=[_row(pair) for pair in found.pairs],
        totals=_totals(found),
        terms=[_told(each) for each in found.terms],
        taking=_taking(version, (old, new)),
        timeline=timeline.entries(_between(old, new)),
    )


def _chosen(version: Quotation, others: list[Quotation]) -> Quotation:
    """The version that was asked for, else the nearest one; 404 where a quotation has no other."""
    wanted = request.args.get("with", type=a_number)
    if wanted is not None:
        others = [each for each in others if each.number == wanted]
    earlier = [each for each in others if each.revision < version.revision]
    return (earlier or others or abort(404))[-1 if earlier else 0]


def _tab(version: Quotation, other: Quotation, chosen: Quotation) -> dict[str, Any]:
    return {
        "label": title_of(other),
        "url": f"{KIND.url(version)}/compare?with={other.number}",
        "current": other.id == chosen.id,
    }


def _side(version: Quotation) -> dict[str, Any]:
    return {
        "title": title_of(version),
        "url": KIND.url(version),
        "badge": show(version.state),
        "tone": TONES[version.state],
        "note": clock(version.begun_at),
    }


def _row(pair: Pair) -> dict[str, Any]:
    paid, net = pair.paid, pair.net
    return {
        "model": catalogue.full_name(pair.line.model),
        "colour": pair.line.colour,
        "kind": _kind(pair),
        "changes": [_told(each) for each in pair.differences],
        "before": _amount(pair.before, paid[0]),
        "after": _amount(pair.after, paid[1]),
        "paid": signed(paid[1] - paid[0]),
        "net": signed(net[1] - net[0]),
    }


def _kind(pair: Pair) -> dict[str, str] | None:
    """What became of a line; nothing is said of one that is as it was or changed in its values."""
    if pair.before is None:
        return {"label": say("Added"), "tone": "info"}
    if pair.after is None:
        return {"label": say("Taken out"), "tone": "neutral"}
    return None if pair.differences else {"label": say("As before"), "tone": "ok"}


def _amount(line: QuotationLine | None, paid: int) -> dict[str, str]:
    if line is None:
        return {"text": "—", "note": ""}
    return {"text": money(paid), "note": f"{line.quantity} × {money(line.unit_price)}"}


def _told(difference: Difference) -> dict[str, str]:
    what = word("QuotedValue", difference.what)
    return {
        "what": f"{what} · {difference.about}" if difference.about else what,
        "before": as_read(difference.what, difference.before),
        "after": as_read(difference.what, difference.after),
    }


def as_read(what: str, value: Any) -> str:
    """A value of a version as a person reads it."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        yes, no = BOTH_WAYS[what]
        return say(yes if value else no)
    return money(value) if what in AMOUNTS else show(value)


def signed(fen: int) -> str:
    """The effect of a change: +700, −1,300 or 0."""
    return money(fen, sign=True)


def _totals(found: Comparison) -> dict[str, str]:
    paid, net = found.paid, found.net
    return {
        "before": money(paid[0]),
        "after": money(paid[1]),
        "paid": signed(paid[1] - paid[0]),
        "net": signed(net[1] - net[0]),
    }


def _between(old: Quotation, new: Quotation) -> list[Any]:
    """What happened to the versions after the old one up to the new one, newest first."""
    later = [each for each in quotation.of_series(new) if old.revision < each.revision <= new.revision]
    return [row for each in reversed(later) for row in of_thing(looking(), each.store_id, each.id)[::-1]]


# ── lines taken over ──────────────────────────────────────────────────────────────────────────────────────────────


def _taking(version: Quotation, sides: tuple[Quotation, Quotation]) -> list[dict[str, str]]:
    """Buttons that open the draft of the series with the lines of another version, for who may edit it."""
    draft = open_draft(version, KIND)
    if draft is None:
        return []
    return [
        {"label": say("Take the lines of {version}", version=title_of(each)), "url": taken_url(draft, each, KIND)}
        for each in sides
        if each.id != draft.id
    ]


# ── another deal ──────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/quotations/<int:number>/copy")
def copy(number: int) -> Answer:
    """Which of one's own deals a version is copied to; its editor opens with these lines and saves nothing itself."""
    version = steps.find(looking(), KIND, number)
    return render_template(
        "quotations/copy.html",
        title=title_of(version),
        here=KIND.url(version),
        deal_code=deals.code_of(version.deal),
        version=version,
        rows=[_target(deal, version) for deal in _quoted_by_me() if deal.id != version.deal_id],
    )


def _quoted_by_me() -> list[Deal]:
    owners = (me(), *me().stands_in_for)
    standing = (DealState.QUOTATION,)
    return [deal for who in owners for deal in deal_lists.deals(looking(), me(), states=standing, owner_id=who.id)]


def _target(deal: Deal, version: Quotation) -> dict[str, Any]:
    return {
        "url": f"/deals/{deal.number}/quotations/new?from={version.number}",
        "cells": [
            {"text": deal.customer.name, "note": deals.code_of(deal)},
            deal.title or "—",
            show(deal.customer.customer_class),
        ],
    }
