"""Personal data: what was shown to whom and why, and asking for a phone that stands masked."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, g, render_template, request

from dealer import people
from dealer.care import call_reach
from dealer.engine.database import calendar_of
from dealer.engine.history import History
from dealer.engine.steps import Ask
from dealer.people import Actor
from dealer.privacy import masking, reveals
from dealer.privacy.after_sales_data import told_by
from dealer.prospects import do_not_call
from dealer.prospects.cards import Why
from dealer.records.care import CareCall
from dealer.records.complaints import Complaint
from dealer.records.customers import Contact
from dealer.records.deliveries import Handover
from dealer.records.enquiries import Appointment, Enquiry
from dealer.records.prospects import Prospect, Visit
from dealer.records.testdrives import TestDrive
from dealer.showroom import showroom
from web import steps
from web.asking import Answer, a_number, looking, me, need, or_404, write
from web.forms import Form
from web.frame import names_of
from web.language import clock, say, word

pages = Blueprint("privacy", __name__)


def _its_phone(thing: Any) -> str | None:
    found: str | None = told_by(thing, "phone")
    return found


@dataclass(frozen=True)
class Masked:
    """A kind of thing whose phone may be asked for: its table, what the history calls it, where its phone stands."""

    record: type[Any]
    kind: str
    phone: Callable[[Any], str | None] = _its_phone


MASKED = {
    "contacts": Masked(Contact, "contact"),
    "visits": Masked(Visit, "visit"),
    "drives": Masked(TestDrive, "drive"),
    "complaints": Masked(Complaint, "complaint"),
    "enquiries": Masked(Enquiry, "enquiry"),
    "appointments": Masked(Appointment, "appointment"),
    "handovers": Masked(Handover, "handover"),
    "care": Masked(CareCall, "care_call", call_reach.phone_of),
}
KINDS = {"prospect": Prospect, **{each.kind: each.record for each in MASKED.values()}}


# ── what was shown ────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/privacy")
def index() -> Answer:
    """What was shown to whom and why, newest first."""
    need("guard personal data")
    found = reveals.newest(looking(), me(), request.args.get("below", type=a_number))
    names = names_of(row.actor_id for row in found)
    older = found[reveals.MOST_LISTED - 1].seq if len(found) > reveals.MOST_LISTED else None
    rows = [_shown(row, names) for row in found[: reveals.MOST_LISTED]]
    return render_template("privacy/reveals.html", rows=rows, older=older)


def _shown(row: History, names: dict[UUID, str]) -> dict[str, Any]:
    thing = looking().get(KINDS[row.kind], row.thing_id) if row.kind in KINDS else None
    what = word(f"Action {row.kind}", row.action)
    return {
        "cells": [
            clock(row.at),
            names.get(row.actor_id, "") if row.actor_id else "",
            {"text": told_by(thing, "name") if thing is not None else "—", "note": what},
            json.loads(row.facts).get("reason", ""),
        ]
    }


# ── phones as this person reads them ──────────────────────────────────────────────────────────────────────────────


def phone_of_contact(contact: Contact) -> str:
    """The same wherever a contact is named: whole by the mask table, or while it is shown for a reason."""
    revealed = contact.phone is not None and reveals.is_shown(looking(), me(), contact, g.now)
    brought = me().outside and contact.customer.owner_id == me().id
    return masking.phone("contact.phone", contact.phone, me(), own=brought, revealed=revealed)


def phone_of_visit(visit: Visit) -> str:
    """Whole for the consultant and for who keeps the register today; masked for everybody else (PIPL 51)."""
    mine = visit.owner_id == me().id
    at_the_desk = me().may("log visits") and visit.day == calendar_of(looking()).today(g.now)
    revealed = visit.phone is not None and reveals.is_shown(looking(), me(), visit, g.now)
    return masking.phone("visit.phone", visit.phone, me(), own=mine or at_the_desk, revealed=revealed)


def phone_in(field: str, kind: str, thing: Any, *, own: bool = False) -> str:
    """The phone of what is done after a sale: whole by the mask table, or while it is shown for a reason."""
    phone = MASKED[kind].phone(thing)
    revealed = bool(phone) and reveals.is_shown(looking(), me(), thing, g.now)
    return masking.phone(field, phone, me(), own=own, revealed=revealed)


def with_do_not_call(shown: str, phone: str | None) -> str:
    """A phone as it is shown, and whether its owner asked not to be called."""
    asked = do_not_call.is_asked(looking(), me().store_id, phone)
    return f"{shown} · {say('Do not call')}" if asked else shown


def known_by(typed: str) -> list[str]:
    """What whoever types a whole phone is told of it: that it is known and whom to ask, and no more than that."""
    known = showroom.recognise(looking(), me(), typed)
    if known is None:
        return []
    if known.owner is None:
        told = say("This phone is known: ask a manager.")
    elif known.owner.id == me().id:
        told = say("This phone is known: the customer is yours.")
    else:
        told = say("This phone is known: ask {who}.", who=known.owner.name)
    return [told, say("They asked not to be called.")] if known.do_not_call else [told]


# ── asking for a phone ────────────────────────────────────────────────────────────────────────────────────────────


def ask_for(thing: Any, kind: str, hidden: bool) -> str:
    """Where to ask for a phone that stands masked, for who may; else nothing."""
    asks = hidden and bool(MASKED[kind].phone(thing)) and me().may_or_stands_in("reveal phones")
    return f"/reveal/{kind}/{thing.id}" if asks else ""


@pages.get("/reveal/<any(contacts,visits,drives,complaints,enquiries,appointments,handovers,care):kind>/<uuid:key>")
def reveal_form(kind: str, key: UUID) -> Answer:
    """Why one needs the phone."""
    need("reveal phones")
    return _ask_phone(kind, _find(looking(), kind, key), Form(Why))


@pages.post("/reveal/<any(contacts,visits,drives,complaints,enquiries,appointments,handovers,care):kind>/<uuid:key>")
def reveal(kind: str, key: UUID) -> Answer:
    """Show it for some minutes; who, when and why stays."""

    def work(ask: Ask) -> str:
        thing = _find(ask.db, kind, key)
        reveals.reveal_phone(ask, MASKED[kind].kind, thing)
        return _page_of(thing)

    return write(Form.received(Why), work,
                 lambda form, trouble: _ask_phone(kind, _find(looking(), kind, key), or_404(form)))  # fmt: skip


def _find(db: Any, kind: str, key: UUID) -> Any:
    thing = or_404(people.by_id(db, MASKED[kind].record, me(), key))
    return thing if _sees(thing, me()) and MASKED[kind].phone(thing) else abort(404)


def _stands_at(thing: Any) -> Any:
    """A hand-over is read on the page of its car."""
    return thing.unit if isinstance(thing, Handover) else thing


def _sees(thing: Any, who: Actor) -> bool:
    shown = _stands_at(thing)
    known = steps.kind_of(shown)
    return known.sees(shown, who) if known else who.may_or_stands_in("see customers")


def _page_of(thing: Any) -> str:
    shown = _stands_at(thing)
    known = steps.kind_of(shown)
    return known.url(shown) if known else f"/customers/{thing.customer.number}"


def _ask_phone(kind: str, thing: Any, form: Form) -> str:
    title = say("Show the phone of {name}", name=told_by(thing, "name") or say("No name"))
    note = say("It is shown to you for {minutes} minutes; the reason is read by the administrator.",
               minutes=int(reveals.SHOWN_FOR.total_seconds() // 60))  # fmt: skip
    return render_template("privacy/ask.html", form=form, title=title, address=f"/reveal/{kind}/{thing.id}",
                           back=_page_of(thing), note=note)  # fmt: skip
