"""One case as the card shows it: how far below, what it costs, whether I may, what is normal (SCREENS rule 8)."""

from datetime import date
from typing import Any

from flask import g

from dealer.approvals import approvals, rulings, stages
from dealer.engine.database import calendar_of
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask
from dealer.prices import pricing
from dealer.records.quotations import ExceptionState, ExtraKind, PriceException
from web import steps
from web.approvals import approval_stages
from web.asking import looking, looking_ask, me
from web.deals import deals, timeline
from web.frame import names_of
from web.language import clock, money, say, show
from web.market import competitors
from web.prices.price_look import sees_floors
from web.quotations.quotation_page import title_of

COUNTED = (ExtraKind.GIFT.value, ExtraKind.FREE_SERVICE.value, ExtraKind.ALLOWANCE.value)  # in the net price


def requested(exception: PriceException) -> int:
    """The net price per car that is asked for."""
    return pricing.per_car(exception.net_total, exception.quantity)


def requesters_floor(exception: PriceException) -> int:
    """The floor below which the requester had to ask, as it was then."""
    return int(exception.asked["floor_own"])


def against_floor(exception: PriceException) -> int:
    """Per car: below the requester's floor (−)."""
    return requested(exception) - requesters_floor(exception)


def own_floor(exception: PriceException) -> int | None:
    """How far down the person who looks may go, by today's list; None for whoever is not asked."""
    price = rulings.price_today(exception, looking_ask())
    if price is None:
        return None
    asked = approvals.DECIDER(exception, looking_ask())
    hats = [asked.hat] if isinstance(asked, Ask) else []
    hats += [one for one in (me(), *me().stands_in_for) if one.may("decide prices")]
    return min((pricing.floor_of(one.roles, price) for one in hats), default=None)


def told(exception: PriceException) -> dict[str, Any]:
    """Everything the card shows."""
    asked = exception.asked
    names = names_of([exception.decided_by_id, exception.submitted_by_id])
    submitted = names.get(exception.submitted_by_id, "")
    return {
        "customer": exception.deal.customer.name,
        "deal_url": steps.seen_url(exception.deal),
        "deal_code": deals.code_of(exception.deal),
        "what": " · ".join((asked["model"], asked["colour"], say("{count} cars", count=exception.quantity))),
        "state": exception.state,
        "since": exception.since,
        "cells": [_price(exception), *_against_the_floor(exception), _authority(exception)],
        "waterfall": _waterfall(exception),
        "reason": exception.reason,
        "by": say("{name}, {when}", name=submitted or exception.requester.name, when=clock(exception.begun_at)),
        "papers": _papers(exception),
        "compare": _compare(exception),
        "stages": approval_stages.line(exception),
        "stuck": approval_stages.stuck(exception),
        "reminded": approval_stages.reminded(exception),
        "ruling": _ruling(exception, names),
        "opinions": approval_stages.opinions(exception),
        "timeline": timeline.entries(of_thing(looking(), exception.store_id, exception.id)[::-1]),
    }


def _papers(exception: PriceException) -> list[dict[str, str]]:
    """What belongs to the request: the quotation, what proves it, what comes free with the cars."""
    here, version = f"/approvals/{exception.number}", exception.quotation
    rows = [{"label": say("Quotation"), "value": title_of(version), "url": steps.seen_url(version)}]
    if exception.proof_sha256:
        rows.append({"label": say("Competitor's offer or tender"), "value": say("Open"), "url": f"{here}/proof"})
    if exception.sighting is not None:
        rows.append(competitors.as_proof(exception.sighting))
    if exception.approved and "fingerprint" in exception.approved:
        each = pricing.per_car(exception.approved["net_total"], exception.quantity)
        told = say("{cars} cars at {price} or better", cars=exception.quantity, price=money(each))
        rows.append({"label": say("Bound to"), "value": f"{told} · {exception.approved['fingerprint'][:12]}"})
    if exception.copies:
        rows.append({"label": say("Copied to"), "value": show([copy.person.name for copy in exception.copies])})
    if exception.project_approval:
        row = {"label": say("Project approval"), "value": exception.project_approval}
        rows.append(row | ({"url": f"{here}/project"} if exception.project_file_sha256 else {}))
    return rows + [
        {"label": show(ExtraKind(each["kind"])), "value": " ".join((each["name"], money(each["amount"]), _proof(each)))}
        for each in exception.asked["extras"]
        if each["kind"] in COUNTED
    ]


def _proof(extra: dict[str, Any]) -> str:
    """An allowance with the manufacturer's number and its last day."""
    if not extra.get("good_until"):
        return ""
    until = date.fromisoformat(extra["good_until"])
    told = say("no. {number}, until {day}", number=extra["reference"], day=until)
    return told if _counts(extra) else f"{told} · {say('not confirmed: it does not count yet')}"


def _counts(extra: dict[str, Any]) -> bool:
    """Whether an allowance was confirmed when the price was asked for; those asked before that was kept all counted."""
    return bool(extra.get("confirmed", True))


# ── the four questions ────────────────────────────────────────────────────────────────────────────────────────────


def _price(exception: PriceException) -> dict[str, Any]:
    price, marked = requested(exception), exception.asked["marked"]
    share = say("{share} % of the marked {marked}", share=f"{price * 100 / marked:.1f}", marked=money(marked))
    return {"label": say("Price asked for"), "value": money(price), "note": share}


def _against_the_floor(exception: PriceException) -> list[dict[str, Any]]:
    """Floor and effect on the profit, which a copy of the case does not open to whoever has nothing to do with them."""
    return [_below(exception), _cost(exception)] if sees_floors() else []


def _below(exception: PriceException) -> dict[str, Any]:
    floor = requesters_floor(exception)
    return {
        "label": say("Below the floor, per car"),
        "value": money(against_floor(exception), sign=True),
        "tone": "bad",
        "note": say("floor {floor}", floor=money(floor)),
    }


def _cost(exception: PriceException) -> dict[str, Any]:
    """What the whole line costs the shop, and the margin before and after for those who may see it."""
    at_floor = requesters_floor(exception) * exception.quantity
    lost = exception.net_total - at_floor
    cost, note = exception.asked["cost"], ""
    if cost and me().may_or_stands_in("see margins"):
        before = _share(at_floor - cost * exception.quantity, at_floor)
        after = _share(exception.net_total - cost * exception.quantity, exception.net_total)
        note = say("margin {before} → {after}", before=before, after=after)
    return {"label": say("Effect on the profit"), "value": money(lost, sign=True), "tone": "bad", "note": note}


def _share(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.1f} %".replace("-", "−") if whole > 0 else "—"


def _authority(exception: PriceException) -> dict[str, Any]:
    floor = own_floor(exception)
    label = say("Your limit")
    asked = stages.asked_now(exception, looking_ask())
    if floor is None:
        return {"label": label, "value": "—", "note": say("Decided by: {who}", who=asked) if asked else ""}
    if _agrees_before_others(exception):
        return {"label": label, "value": money(floor), "note": say("you are asked to agree, others decide after you")}
    within = pricing.meets(exception.net_total, exception.quantity, floor)
    note = say("within your authority") if within else say("below your floor")
    return {"label": label, "value": money(floor), "tone": "" if within else "bad", "note": note}


def _agrees_before_others(exception: PriceException) -> bool:
    asked = approvals.DECIDER(exception, looking_ask())
    in_turn = isinstance(asked, Ask) and stages.place_for(exception, asked) is not None
    return in_turn and stages.more_must_agree(exception, looking_ask())


# ── how the price comes about, and what is normal ─────────────────────────────────────────────────────────────────


def _waterfall(exception: PriceException) -> list[dict[str, Any]]:
    """From the marked price down to what is asked for, per car."""
    unit, price = exception.asked["unit_price"], requested(exception)
    steps = _down_to_unit_price(exception.asked["marked"], requesters_floor(exception), unit)
    paid = pricing.per_car(_allowance(exception), exception.quantity)
    if price - paid != unit:
        steps.append({"label": say("Gifts, services"), "amount": price - paid - unit, "kind": "over"})
    if paid:
        steps.append({"label": say("Manufacturer's allowance"), "amount": paid, "kind": "step"})
    return [*steps, {"label": say("Price asked for"), "amount": price, "kind": "result"}]


def _down_to_unit_price(marked: int, floor: int, unit: int) -> list[dict[str, Any]]:
    """By way of the floor, for those who may see it; for others in one step."""
    first = {"label": say("Marked price"), "amount": marked, "kind": "total"}
    if not sees_floors():
        return [first, {"label": say("This request"), "amount": unit - marked, "kind": "step"}]
    house = {"label": say("Discount of the house"), "amount": floor - marked, "kind": "step"}
    request = {"label": say("This request"), "amount": unit - floor, "kind": "over" if unit < floor else "step"}
    at_floor = {"label": say("Floor"), "amount": floor, "kind": "total"}
    return [first, house, at_floor, *([request] if unit != floor else [])]


def _allowance(exception: PriceException) -> int:
    extras = exception.asked["extras"]
    return sum(each["amount"] for each in extras if each["kind"] == ExtraKind.ALLOWANCE.value and _counts(each))


def _compare(exception: PriceException) -> list[dict[str, str]]:
    today = calendar_of(looking()).today(g.now)
    found = approvals.references(looking(), exception, today)
    last = say("Last price of this customer")
    if found.last_on is not None:
        last = say("Last price of this customer ({month})", month=f"{found.last_on:%Y-%m}")
    return [
        {"label": last, "value": money(found.last_of_customer)},
        {"label": say("Mean of this model in 90 days"), "value": money(found.mean)},
        {"label": say("Lowest approved in 90 days"), "value": money(found.lowest_approved)},
    ]


def _ruling(exception: PriceException, names: dict[Any, str]) -> dict[str, str] | None:
    """What was last decided, by whom, with which words."""
    if exception.decided_by_id is None or exception.decided_at is None or exception.state is ExceptionState.PENDING:
        return None
    said = [show(exception.state)]
    if exception.counter_total is not None:
        price = pricing.per_car(exception.counter_total, exception.quantity)
        said.append(say("{price} per car", price=money(price)))
    if exception.valid_until is not None:
        said.append(say("until {day}", day=exception.valid_until))
    by = say("{name}, {when}", name=names.get(exception.decided_by_id, ""), when=clock(exception.decided_at))
    comment = "" if exception.marks else exception.comment or ""  # else it stands among the opinions
    return {"title": " · ".join(said), "comment": comment, "by": by}
