"""Deliveries: batches by the day they are due with what each still lacks, and one batch with its cars."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, g, render_template, request

from dealer import people
from dealer.care import care_lists
from dealer.deliveries import batch_handover, delays, delivery_lists, handover_papers
from dealer.deliveries.delivery import BATCHES
from dealer.deliveries.delivery_lists import Due
from dealer.engine import history
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask, Refusal
from dealer.privacy import masking
from dealer.records.contracts import PrintLog
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch, BatchState
from dealer.records.vehicles import InvoiceState, Unit
from dealer.stock import allocation, allocation_queue, reservations
from web import steps
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.care import care
from web.deals import deals, timeline
from web.forms import options
from web.language import money, say, short_day, show, told
from web.oem import claims
from web.papers.papers import show_file
from web.stock import allocation as planned
from web.stock import stock as cars
from web.stock.unit_page import kept_until

pages = Blueprint("deliveries", __name__)
MOST_CARS = 100  # of a batch on its page; those that are still here first
B = BatchState

TONES = {
    B.PLANNED: "neutral", B.RELEASED: "info", B.IN_HANDOVER: "wait", B.PARTLY_ACCEPTED: "bad", B.ACCEPTED: "ok",
    B.CLOSED: "ok",
}  # fmt: skip
# Where an obstacle is removed: fix code → what the button says, and where.
FIXES = {
    "allocate": ("To the cars", "#proposals"),
    "begin_delivery": ("To the deal", "/deals/{deal}"),
    "call_back": ("To the calls", "#calls"),
}


def title_of(batch: Batch) -> str:
    """某市公安局 · 第 1 批."""
    return f"{batch.deal.customer.name} · {say('batch {number}', number=batch.position)}"


KIND = steps.register(
    steps.Kind("deliveries", Batch, BATCHES, title=title_of, sees=lambda batch, who: who.may_or_stands_in("see stock"))
)


@options("batch_lines")
def _lines() -> list[tuple[str, str]]:
    return [
        (
            str(share.contract_line_id),
            f"{share.line.model.brand} {share.line.model.name} {share.line.colour} × {share.quantity}",
        )
        for share in _here().shares
    ]


def _here() -> Batch:
    found: Batch = steps.find(looking(), KIND, int((request.view_args or {})["number"]))
    return found


def _today() -> date:
    return calendar_of(looking()).today(g.now)


# ── list ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/deliveries")
def index() -> Answer:
    """What is due, overdue first."""
    need("see stock")
    over = request.args.get("state") == "over"
    found = delivery_lists.due(looking(), me(), _today(), over=over, after=_after(request.args.get("after", "")))
    page, more = found[: delivery_lists.PAGE], len(found) > delivery_lists.PAGE
    last = page[-1].batch if page else None
    return render_template(
        "deliveries/list.html",
        rows=[_row(each) for each in page],
        over=over,
        late=sum(each.overdue for each in page),
        older=f"{last.due_on}_{last.number}" if more and last else None,
    )


def _after(given: str) -> tuple[date, int] | None:
    day, _, number = given.partition("_")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None


def _row(due: Due) -> dict[str, Any]:
    batch = due.batch
    return {
        "url": KIND.url(batch),
        "tone": "bad" if due.overdue else "",
        "cells": [
            {"text": title_of(batch), "note": batch.contract.code or ""},
            {"text": short_day(batch.due_on), "note": until(due), "tone": "bad" if due.overdue else ""},
            f"{due.progress.delivered} / {batch.quantity}",
            lacks(due) or "—",
            batch.deal.owner.name,
            show(batch.state),
        ],
    }


def until(due: Due) -> str:
    """In 3 days, today, 2 days late."""
    if due.batch.state in delivery_lists.OVER:
        return ""
    if due.days < 0:
        return say("{days} days late", days=-due.days)
    return say("in {days} days", days=due.days) if due.days else say("today")


def lacks(due: Due) -> str:
    """2 to allocate, 1 to invoice."""
    return show([say(sentence, count=count) for sentence, count in due.lacks])


@deals.panel
def _panel(deal: Deal) -> dict[str, Any] | None:
    """The batches of a deal, and the cars that are kept for it before its contract."""
    found, kept = delivery_lists.of_deal(looking(), deal, _today()), reservations.of_deal(looking(), deal)
    if not found and not kept:
        return None
    rows = [
        {
            "url": KIND.url(each.batch),
            "title": f"{say('batch {number}', number=each.batch.position)} · {short_day(each.batch.due_on)}",
            "note": f"{each.progress.delivered} / {each.batch.quantity} · {until(each)}",
            "badge": say("Overdue") if each.overdue else show(each.batch.state),
            "tone": "bad" if each.overdue else TONES[each.batch.state],
        }
        for each in found
    ]
    if kept:
        title, ends = say("{count} cars reserved", count=len(kept)), kept_until(kept[0])
        rows.append({"url": "/stock?state=kept", "title": title, "note": "", "badge": ends, "tone": "info"})
    return {"title": say("Deliveries"), "icon": "truck", "rows": rows, "buttons": [], "empty": ""}


# ── one batch ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/deliveries/<int:number>")
def page(number: int) -> Answer:
    """One batch: what is missing, its cars, cars for the empty places, calls, papers."""
    return _page(steps.find(looking(), KIND, number), ())


def _page(batch: Batch, trouble: Any) -> str:
    db, ask = looking(), looking_ask()
    due = delivery_lists.told(db, batch, _today())
    choices = BATCHES.choices(batch, ask)
    ahead = next((each for each in choices if each.step.action in ("release", "close")), None)
    buttons = steps.buttons(KIND, batch, choices)
    units = sorted(allocation.units_of_batch(db, batch), key=lambda unit: unit.delivered_at is not None)
    shown = units if request.args.get("cars") == "all" else units[:MOST_CARS]
    open_places = max(0, batch.quantity - due.progress.allocated)
    served = allocation_queue.planned_for(db, batch, _today()) if open_places else []
    return render_template(
        "deliveries/page.html",
        batch=batch,
        title=title_of(batch),
        here=KIND.url(batch),
        troubles=[told(each) for each in trouble] if isinstance(trouble, tuple) else [],
        badges=_badges(due),
        phases=_phases(batch),
        figures=_figures(due),
        items=steps.checklist(ahead, lambda refusal: _fix(batch, refusal)) if ahead else [],
        ahead=next((each for each in buttons if ahead and each["action"] == ahead.step.action), None),
        buttons=[each for each in buttons if not ahead or each["action"] != ahead.step.action],
        units=[_unit(each) for each in shown],
        hidden=len(units) - len(shown),
        lines=planned.lines(batch, served, _today()),
        proposed=sum(len(each.cars) for each in served),
        free=open_places,
        allocates=me().may_or_stands_in("allocate"),
        ready=batch_handover.how_many_ready(db, batch) if hands_over(batch) else 0,
        sees_contract=bool(steps.seen_url(batch.contract)),
        facts=_facts(batch),
        claims=claims.of_batch(batch),
        calls=[care.in_list(each) for each in care_lists.of_batch(db, batch)],
        paper=_paper(batch),
        timeline=timeline.entries(history.of_thing(db, batch.store_id, batch.id)[::-1]),
    )


def hands_over(batch: Batch) -> bool:
    """Whether this person may hand its cars over: consultants, and whoever owns the deal."""
    return me().may_or_stands_in("hand over") or batch.owner_id == me().id


def _badges(due: Due) -> list[dict[str, str]]:
    badges = [{"label": show(due.batch.state), "tone": TONES[due.batch.state]}]
    if due.overdue:
        badges.append({"label": say("{days} days late", days=-due.days), "tone": "bad"})
    return badges


def _phases(batch: Batch) -> list[dict[str, str]]:
    path = BATCHES.path
    stands = B.IN_HANDOVER if batch.state is B.PARTLY_ACCEPTED else batch.state
    at = path.index(stands)
    return [
        {
            "label": show(batch.state) if place == at else show(state),
            "state": "done" if place < at or batch.state is B.CLOSED else "current" if place == at else "todo",
            "note": short_day(batch.since) if place == at else "",
        }
        for place, state in enumerate(path)
    ]


def _figures(due: Due) -> list[dict[str, Any]]:
    batch, tone = due.batch, "bad" if due.overdue else ""
    damages = delays.delay_damages(looking(), batch, _today())
    figures = [
        {"label": say("Due on"), "value": short_day(batch.due_on), "note": until(due), "tone": tone},
        {"label": say("Handed over"), "value": f"{due.progress.delivered} / {batch.quantity}"},
        {"label": say("Owner"), "person": batch.deal.owner.name},
    ]
    if damages.days and steps.seen_url(batch.contract):
        note = say("cap reached") if damages.capped else say("{days} days", days=damages.days)
        figures.insert(2, {"label": say("Delay damages"), "value": money(damages.amount), "note": note, "tone": "bad"})
    return figures


def _fix(batch: Batch, refusal: Refusal) -> dict[str, str]:
    if refusal.fix not in FIXES or (refusal.fix == "begin_delivery" and not steps.seen_url(batch.deal)):
        return {}
    label, address = FIXES[refusal.fix]
    return {"fix_label": say(label), "fix_url": address.format(deal=batch.deal.number, batch=batch.number)}


def _unit(unit: Unit) -> dict[str, Any]:
    """A car of the batch and what holds it; the next step is on its own page."""
    looked = delivery_lists.gates(unit, looking_ask()) if unit.state in allocation.HELD else None
    holds = [told(each) for each in looked.refusals if each.fix != "release"] if looked else []
    return {
        "url": cars.KIND.url(unit),
        "tone": "bad" if unit.defect else "",
        "cells": [
            {"text": unit.vin, "note": f"{unit.model.brand} {unit.model.name} {unit.colour}"},
            {"text": show(unit.state), "note": unit.defect or ""},
            {"text": show(unit.certificate)},
            {"text": show(unit.invoice), "tone": "" if unit.invoice is InvoiceState.ISSUED else "wait"},
            {
                "text": holds[0] if holds else "—",
                "note": say("and {count} more", count=len(holds) - 1) if len(holds) > 1 else "",
            },
        ],
    }


def _facts(batch: Batch) -> list[dict[str, Any]]:
    phone = batch.contact_phone and masking.phone("receiver.phone", batch.contact_phone, me())
    contact = " · ".join(each for each in (batch.contact, phone) if each)
    facts = [
        {"label": say("Contract"), "value": batch.contract.code or "—", "url": steps.seen_url(batch.contract)},
        {"label": say("Deal"), "value": deals.code_of(batch.deal), "url": steps.seen_url(batch.deal)},
        {"label": say("Place"), "value": batch.place or "—"},
        {
            "label": say("Who drives"),
            "value": say("We bring them") if batch.sent_by_seller else say("The buyer fetches them"),
        },
        {"label": say("Contact"), "value": contact or "—"},
    ]
    if batch.promised_on:
        facts.append({"label": say("Promised day"), "value": short_day(batch.promised_on)})
    if batch.due_on != batch.original_due_on:
        facts.append({"label": say("Agreed day"), "value": short_day(batch.original_due_on)})
    if batch.excused_days:
        days = say("{days} days", days=batch.excused_days)
        facts.append({"label": say("Days left out"), "value": f"{days} · {batch.excuse}"})
    return facts


def _paper(batch: Batch) -> dict[str, Any] | None:
    paper = handover_papers.paper_of(looking(), batch)
    if paper is None:
        return None
    return {"pressed": paper.pdf_sha256 is not None, "prints": handover_papers.may_print(batch, looking_ask())}


@pages.post("/deliveries/<int:number>/fill")
def fill(number: int) -> Answer:
    """Allocate the ticked cars, every one or none."""

    def work(ask: Ask) -> str:
        batch = steps.find(ask.db, KIND, number)
        planned.allocate_chosen(ask, only=str(batch.number))
        return KIND.url(batch)

    return write(None, work, lambda form, trouble: _page(steps.find(looking(), KIND, number), trouble))


@pages.post("/deliveries/<int:number>/print")
def print_copy(number: int) -> Answer:
    """One more copy of the batch's list: logged, then served from where it is stored."""

    def work(ask: Ask) -> str:
        batch = steps.find(ask.db, KIND, number)
        return f"{KIND.url(batch)}/copies/{handover_papers.print_copy(ask, batch).id}"

    return write(None, work, lambda form, trouble: _page(steps.find(looking(), KIND, number), trouble))


@pages.get("/deliveries/<int:number>/copies/<uuid:key>")
def copy(number: int, key: UUID) -> Answer:
    """A copy that was printed."""
    batch = steps.find(looking(), KIND, number)
    row = or_404(people.by_id(looking(), PrintLog, me(), key))
    if row.subject_id != batch.id or not handover_papers.may_print(batch, looking_ask()):
        abort(404)
    return show_file(row.pdf_sha256, f"{title_of(batch)}.pdf")
