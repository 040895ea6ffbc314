"""Outside contacts: whom the house knows at associations, manufacturers, procurement centres and media, and the log."""

from typing import Any

from flask import Blueprint, g, render_template, request

from dealer import people, workflow
from dealer.engine import history
from dealer.engine.steps import Ask
from dealer.market import outside_contacts
from dealer.market.outside_contacts import ContactFacts
from dealer.privacy import masking
from dealer.records.market import OutsideContact, OutsideKind, OutsideState
from dealer.records.outings import Outing, OutingState
from web import steps
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.deals import timeline
from web.forms import Form
from web.language import clock, say, short_day, show

pages = Blueprint("contacts", __name__)
S = OutsideState


def _sees(contact: OutsideContact, who: people.Actor) -> bool:
    return outside_contacts.sees(who, contact)


def _known(contact: OutsideContact, action: str) -> dict[str, Any]:
    if action != "edit":
        return {}
    known = outside_contacts.as_known(contact).model_dump()
    return known if _phone(contact) == contact.phone else known | {"phone": None}


KIND = steps.register(
    steps.Kind(
        "contacts", OutsideContact, outside_contacts.OUTSIDE_CONTACTS, title=lambda contact: str(contact.name),
        sees=_sees, known=_known,
    )
)  # fmt: skip


def _phone(contact: OutsideContact) -> str:
    own = contact.owner_id in {me().id, *(away.id for away in me().stands_in_for)}
    return masking.phone("outside.phone", contact.phone, me(), own=own)


@pages.get("/contacts")
def index() -> Answer:
    """Everybody the house knows, with the last visit to them."""
    need("see the market")
    kind = next((each for each in OutsideKind if each.value == request.args.get("kind", "")), None)
    found = outside_contacts.all_of(looking(), me(), kind)
    last = outside_contacts.last_visits(looking(), found)
    return render_template(
        "market/contacts.html",
        rows=[
            {"url": KIND.url(each), "cells": [
                {"text": each.organisation, "note": show(each.kind)}, {"text": each.name, "note": each.post},
                _phone(each), short_day(last.get(each.id)) or "—", each.owner.name,
                show(each.state) if each.state is S.ENDED else "",
            ]}
            for each in found
        ],
        tabs=[
            {"label": show(each) if each else say("All kinds"), "current": each is kind,
             "url": f"/contacts?kind={each.value}" if each else "/contacts"}
            for each in (None, *OutsideKind)
        ],
        adds=me().may_or_stands_in("make visits"),
    )  # fmt: skip


@pages.get("/contacts/new")
def new() -> Answer:
    """Who it is."""
    need("make visits")
    return _new(Form(ContactFacts), None)


@pages.post("/contacts/new")
def add() -> Answer:
    """List them."""
    need("make visits")

    def work(ask: Ask) -> str:
        contact = outside_contacts.listed(ask)
        workflow.begin(contact, "list", ask)
        return KIND.url(contact)

    return write(Form.received(ContactFacts), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return render_template("market/contact_new.html", form=or_404(form))


@pages.get("/contacts/<int:number>")
def page(number: int) -> Answer:
    """Who it is, and every visit to them."""
    contact = steps.find(looking(), KIND, number)
    choices = outside_contacts.OUTSIDE_CONTACTS.choices(contact, looking_ask())
    return render_template(
        "market/contact.html",
        contact=contact,
        state={"label": show(contact.state), "tone": "ok" if contact.state is S.ACTIVE else "neutral"},
        facts=[
            {"label": say("Organisation"), "value": contact.organisation},
            {"label": say("Post"), "value": contact.post or "—"},
            {"label": say("Phone"), "value": _phone(contact)},
            {"label": say("In touch"), "value": contact.owner.name},
            {"label": say("Remark"), "value": contact.remark or "—"},
            {"label": say("About their data"), "value": say("Read the notice"), "url": "/notices/outside"},
        ],
        visits=[_visit(each) for each in outside_contacts.visits_to(looking(), contact)],
        plan=f"/outings/new?outside={number}"
        if contact.state is S.ACTIVE and me().may_or_stands_in("make visits")
        else "",
        buttons=steps.buttons(KIND, contact, choices),
        timeline=timeline.entries(list(reversed(history.of_thing(looking(), contact.store_id, contact.id)))),
    )


def _visit(outing: Outing) -> dict[str, Any]:
    late = outing.state is OutingState.PLANNED and outing.planned_at < g.now
    told = outing.result or outing.aim
    return {
        "url": steps.seen_url(outing),
        "cells": [
            clock(outing.planned_at), outing.owner.name, {"text": told, "note": outing.next_step},
            say("Overdue") if late else show(outing.state),
        ],
    }  # fmt: skip
