"""The page of one quotation."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import g, render_template

from dealer.approvals import approvals
from dealer.engine.database import calendar_of
from dealer.engine.history import of_thing
from dealer.engine.steps import Choice, Refusal
from dealer.papers import printing
from dealer.prices import price_check, pricing
from dealer.quotations import offers, quotation
from dealer.records.contracts import Rendering
from dealer.records.quotations import (
    ExceptionState,
    LineExtra,
    PriceException,
    Quotation,
    QuotationLine,
    QuotationState,
)
from dealer.stock import catalogue
from web import steps
from web.asking import looking, looking_ask, me
from web.deals import deals, timeline
from web.frame import names_of
from web.frameworks import frameworks
from web.language import clock, money, say, short_day, show, told, word
from web.prices.price_look import sees_floors

S = QuotationState
TONES = {
    S.DRAFT: "neutral", S.PENDING_PRICE: "wait", S.READY: "info", S.SENT: "info", S.ACCEPTED: "ok",
    S.REJECTED: "bad", S.EXPIRED: "bad", S.SUPERSEDED: "neutral", S.WITHDRAWN: "neutral",
}  # fmt: skip
EXCEPTION_TONES = {
    ExceptionState.PENDING: "wait", ExceptionState.COUNTERED: "wait", ExceptionState.APPROVED: "ok",
    ExceptionState.CONSUMED: "ok", ExceptionState.RETURNED: "bad", ExceptionState.REFUSED: "bad",
}  # fmt: skip
# The step whose rules are the checklist while a version stands there, and which is its one big button.
AHEAD = {S.DRAFT: "submit", S.READY: "send", S.SENT: "accept", S.EXPIRED: "renew", S.REJECTED: "renew"}
FIXES = {"deal": ("To the deal", "/deals/{deal}"), "price_list": ("Price lists", "/pricelists")}


def title_of(version: Quotation) -> str:
    """How people name a version: BJ-2026-0012 V2."""
    return f"BJ-{version.begun_at:%Y}-{version.series:04} V{version.revision}"


def summary(version: Quotation, *, waits: bool = False) -> str:
    """One line about a version: how many cars, for how much, until when."""
    figures = pricing.totals(version)
    told = [say("{count} cars", count=figures.quantity), f"¥{money(figures.total)}"]
    if version.valid_until and version.state is S.SENT:
        told.append(say("until {day}", day=version.valid_until))
    if waits:
        told.append(say("waits for a decision"))
    return " · ".join(told)


# ── the page ──────────────────────────────────────────────────────────────────────────────────────────────────────


def draw(version: Quotation, kind: steps.Kind) -> str:
    """The page."""
    ask = looking_ask()
    choices = quotation.QUOTATIONS.choices(version, ask)
    ahead = next((each for each in choices if each.step.action == AHEAD.get(version.state)), None)
    buttons = steps.buttons(kind, version, choices)
    primary = next((each for each in buttons if each["action"] == AHEAD.get(version.state)), None)
    return render_template(
        "quotations/page.html",
        version=version,
        deal=version.deal,
        deal_code=deals.code_of(version.deal),
        title=title_of(version),
        here=kind.url(version),
        badges=[{"label": show(version.state), "tone": TONES[version.state]}],
        figures=_figures(version),
        primary=primary,
        buttons=[each for each in buttons if each is not primary],
        items=_items(version, ahead),
        ahead=word("Action quotation", ahead.step.action) if ahead else "",
        exceptions=[_exception(each) for each in approvals.of_quotation(looking(), version)],
        lines=_lines(version),
        extras=_extras(version),
        facts=_facts(version),
        versions=_versions(version, kind),
        ways_on=_ways_on(version, kind),
        paper=_paper(version, kind),
        sees_floors=sees_floors(),
        timeline=timeline.entries(of_thing(looking(), version.store_id, version.id)[::-1]),
    )


def _today() -> date:
    return calendar_of(looking()).today(g.now)


def _figures(version: Quotation) -> list[dict[str, Any]]:
    vat = pricing.vat_rate(looking(), version.store_id, _today())
    figures = pricing.totals(version, vat)
    return [
        {"label": say("Total"), "value": f"¥{money(figures.total)}"},
        {"label": say("Cars"), "value": figures.quantity},
        {"label": say("Of which VAT on the cars"), "value": money(figures.vat), "note": f"{float(vat * 100):g} %"},
        {"label": say("Gifts at cost"), "value": money(figures.given) if figures.given else "—"},
        {"label": say("Valid until"), "value": show(version.valid_until) or "—"},
    ]


def _items(version: Quotation, ahead: Choice | None) -> list[dict[str, Any]]:
    """What stands between this version and its next state; nothing for who could not take the step anyway."""
    if ahead is None or ahead.not_you is not None:
        return []
    return steps.checklist(ahead, lambda refusal: _fix(version, refusal))


def _fix(version: Quotation, refusal: Refusal) -> dict[str, Any]:
    if refusal.fix not in FIXES:
        return {}
    label, address = FIXES[refusal.fix]
    return {"fix_label": say(label), "fix_url": address.format(deal=version.deal.number)}


def _exception(exception: PriceException) -> dict[str, Any]:
    price = pricing.per_car(exception.net_total, exception.quantity)
    return {
        "url": steps.seen_url(exception),
        "title": f"{exception.asked['model']} {exception.asked['colour']} × {exception.quantity}",
        "note": f"{money(price)} · {clock(exception.since)}",
        "badge": show(exception.state),
        "tone": EXCEPTION_TONES.get(exception.state, "neutral"),
    }


def _lines(version: Quotation) -> dict[str, Any]:
    """The table of cars. While it is still priced by today's list the floors are today's, then those it was sent at."""
    open_states = (S.DRAFT, S.PENDING_PRICE, S.READY)
    looks = price_check.look_at_saved(looking(), version, _today()) if version.state in open_states else []
    today = {look.number: look for look in looks}
    rows = [_line(line, today.get(line.position)) for line in version.lines]
    total = money(sum(line.unit_price * line.quantity for line in version.firm_lines))
    return {"rows": rows, "total": total, "in_sections": any(line.section for line in version.lines)}


def _line(line: QuotationLine, look: price_check.LineLook | None) -> dict[str, Any]:
    net = pricing.per_car(pricing.net_total(line, _today()), line.quantity)
    floor = look.floor if look else line.floor_own
    against = None if floor is None else net - floor
    return {
        "section": line.section or "—",
        "model": {"text": catalogue.full_name(line.model), "note": _beside(line)},
        "quantity": line.quantity,
        "marked": money(look.marked if look else line.marked),
        "floor": money(floor),
        "price": money(line.unit_price),
        "net": money(net),
        "against": {
            "text": "—" if against is None else money(against, sign=True),
            "tone": "bad" if against is not None and against < 0 else "",
        },
        "amount": money(line.unit_price * line.quantity),
    }


def _beside(line: QuotationLine) -> str:
    """What is said of a line under its model: colour, whether it is an option or relies on a campaign, the note."""
    option = say("Option, taken") if line.taken else say("Option, not in the total") if line.optional else ""
    campaign = say("By campaign “{name}”", name=line.campaign.name) if line.campaign else ""
    return " · ".join(each for each in (line.colour, option, campaign, line.note) if each)


def _extras(version: Quotation) -> list[dict[str, Any]]:
    confirmed_by = names_of(extra.confirmed_by_id for line in version.lines for extra in line.extras)
    return [
        {
            "cells": [
                line.position,
                show(extra.kind),
                {"text": extra.name, "note": _extra_note(line, extra, confirmed_by)},
                money(extra.amount),
            ]
        }
        for line in version.lines
        for extra in line.extras
    ]


def _extra_note(line: QuotationLine, extra: LineExtra, confirmed_by: Mapping[Any, str]) -> str:
    """What else is known of a gift, an accessory or an allowance."""
    told = []
    if extra.named_in_tender:
        told.append(say("Named in the tender"))
    if extra.list_amount is not None:
        told.append(say("by our list {amount}", amount=money(extra.list_amount)))
    if extra.good_until is not None:
        told.append(say("no. {number}, until {day}", number=extra.reference, day=extra.good_until))
        told.append(_standing(line, extra, confirmed_by))
    return " · ".join(told)


def _standing(line: QuotationLine, extra: LineExtra, confirmed_by: Mapping[Any, str]) -> str:
    """Whether an allowance counts, and who said so."""
    if not pricing.stands(extra, _today()):
        return say("ended: it no longer counts")
    if not pricing.is_confirmed(line, extra):
        return say("not confirmed: it does not count yet")
    return say("confirmed by {name}, {when}", name=confirmed_by[extra.confirmed_by_id], when=clock(extra.confirmed_at))


def _facts(version: Quotation) -> list[dict[str, Any]]:
    rows = [
        {"label": say("Price list"), "value": version.price_list.name if version.price_list else "—"},
        {"label": say("Sent"), "value": clock(version.sent_at)},
        {"label": say("In law"), "value": say("Binding offer") if version.binding else say("For information")},
    ]
    agreement = version.deal.framework
    if agreement is not None:
        named = f"{frameworks.title_of(agreement)} · {frameworks.left_of(agreement)}"
        rows.append({"label": say("Framework agreement"), "value": named, "url": frameworks.KIND.url(agreement)})
    if version.accepted_on:
        rows.append({"label": say("Accepted on"), "value": show(version.accepted_on)})
        rows.append({"label": say("Who accepted"), "value": version.accepted_by or "—"})
        rows.append({"label": say("What shows it"), "value": show(version.evidence_kind) or "—"})
        rows.append({"label": say("How the customer accepted"), "value": version.evidence or "—"})
    if version.confirmed_on:
        rows.append({"label": say("Reconfirmed on"), "value": show(version.confirmed_on)})
    if version.evidence_sha256:
        url = f"/quotations/{version.number}/evidence"
        rows.append({"label": say("Evidence"), "value": say("Open"), "url": url})
    if version.remark:
        rows.append({"label": say("Remark for the customer"), "value": version.remark})
    return rows


def _versions(version: Quotation, kind: steps.Kind) -> list[dict[str, Any]]:
    return [
        {
            "url": kind.url(each),
            "title": title_of(each),
            "note": f"{summary(each)} · {short_day(each.begun_at)}",
            "badge": show(each.state),
            "tone": TONES[each.state],
            "current": each.id == version.id,
        }
        for each in reversed(quotation.of_series(version))
    ]


def open_draft(version: Quotation, kind: steps.Kind) -> Quotation | None:
    """The draft of a series, if there is one and this person may edit it."""
    newest = max(quotation.of_series(version), key=lambda each: each.revision)
    choices = quotation.QUOTATIONS.choices(newest, looking_ask())
    return newest if any(each.step.action == "edit" and each.is_open for each in choices) else None


def taken_url(draft: Quotation, source: Quotation, kind: steps.Kind) -> str:
    """The editor of a draft, opened with the lines of another version."""
    return f"{kind.step_url(draft, 'edit')}?from={source.number}"


def _ways_on(version: Quotation, kind: steps.Kind) -> list[dict[str, Any]]:
    """What one can do with a version beside its steps: hold it against another, use its lines elsewhere."""
    here, draft = kind.url(version), open_draft(version, kind)
    ways = []
    if len(quotation.of_series(version)) > 1:
        ways.append({"label": say("Compare versions"), "url": f"{here}/compare", "icon": "arrow-left-right"})
    if draft is not None and draft.id != version.id:
        label = say("Take its lines into {draft}", draft=title_of(draft))
        ways.append({"label": label, "url": taken_url(draft, version, kind), "icon": "box-arrow-in-down"})
    if me().may_or_stands_in("own deals"):
        ways.append({"label": say("Copy to another deal"), "url": f"{here}/copy", "icon": "copy"})
    return ways


# ── its paper ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _ordered(version: Quotation) -> Rendering | None:
    return offers.paper_of(looking(), version)


def waits_for_press(version: Quotation) -> bool:
    """Whether the press is still at it."""
    order = _ordered(version)
    return order is not None and order.passed is None and order.trouble is None


def _paper(version: Quotation, kind: steps.Kind) -> dict[str, Any] | None:
    order = _ordered(version)
    if order is None:
        return None
    trouble = printing.what_stands_against(order)
    here = kind.url(version)
    stored = version.pdf_sha256 is not None
    badge = say("Stored") if stored else say("Cannot be printed") if trouble else say("Being printed")
    return {
        "badge": {"label": badge, "tone": "ok" if stored else "bad" if trouble else "wait"},
        "trouble": told(trouble) if trouble else "",
        "print": f"{here}/print" if stored else "",
        "copies": len(printing.copies_of(looking(), version.id)),
        "waits": f"{here}/press" if waits_for_press(version) else "",
    }
