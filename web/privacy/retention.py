"""How long personal data are kept: the rules with their periods, what each night emptied, and legal holds."""

from typing import Any
from uuid import UUID

from flask import Blueprint, g, render_template

from dealer import people
from dealer.engine.database import calendar_of
from dealer.engine.identifiers import mask_phone
from dealer.engine.steps import Ask
from dealer.house.policies import policy
from dealer.privacy import holds, retention
from dealer.privacy.holds import Hold
from dealer.records.privacy import LegalHold, RetentionRun
from web.asking import Answer, looking, me, need, or_404, write
from web.forms import Form
from web.frame import names_of
from web.house import policies
from web.language import clock, say, show, word

pages = Blueprint("retention", __name__)


@pages.get("/privacy/retention")
def index() -> Answer:
    """Rules, nights, holds."""
    need("guard personal data")
    db, today = looking(), calendar_of(looking()).today(g.now)
    placed = holds.newest(db, me())
    names = names_of([each.placed_by_id for each in placed] + [each.lifted_by_id for each in placed])
    return render_template(
        "privacy/retention.html",
        rules=[_rule(each, today) for each in retention.KEEPINGS],
        nights=[_night(each) for each in holds.nights(db, me())],
        holds=[_hold(each, names) for each in placed],
    )


def _rule(keeping: retention.Keeping, today: Any) -> dict[str, Any]:
    value = policy(looking(), me().store_id, keeping.policy, today)
    before = retention.limit(looking(), me().store_id, keeping, today)
    return {
        "cells": [
            word("Keeping", keeping.name),
            policies.told(keeping.policy, value),
            show(calendar_of(looking()).today(before)),
        ]
    }


def _night(night: RetentionRun) -> dict[str, Any]:
    done = [f"{word('Keeping', name)} {count}" for name, count in night.emptied.items()]
    state = show(night.finished_at) if night.finished_at else say("goes on")
    return {"cells": [show(night.day), clock(night.begun_at), state, show(done) or say("nothing was due")]}


def _hold(hold: LegalHold, names: dict[UUID, str]) -> dict[str, Any]:
    lifted = (
        hold.lifted_on and f"{show(hold.lifted_on)} {names.get(hold.lifted_by_id, '') if hold.lifted_by_id else ''}"
    )
    return {
        "id": hold.id,
        "phone": mask_phone(hold.phone),
        "since": {"text": show(hold.from_day), "note": names.get(hold.placed_by_id, "")},
        "reason": hold.reason,
        "lifted": lifted or "",
    }


@pages.get("/privacy/holds/new")
def new() -> Answer:
    """Whose data stay, and why."""
    need("guard personal data")
    return _ask(Form(Hold))


@pages.post("/privacy/holds/new")
def place() -> Answer:
    """From now on they stay."""

    def work(ask: Ask) -> str:
        holds.place(ask)
        return "/privacy/retention"

    return write(Form.received(Hold), work, lambda form, trouble: _ask(or_404(form)))


def _ask(form: Form) -> str:
    told = {"title": say("New legal hold"), "address": "/privacy/holds/new", "back": "/privacy/retention"}
    note = say("What is held about this phone's owner stays until the hold is lifted.")
    return render_template("privacy/ask.html", form=form, note=note, **told)


@pages.post("/privacy/holds/<uuid:key>/lift")
def lift(key: UUID) -> Answer:
    """Their time counts again."""

    def work(ask: Ask) -> str:
        holds.lift(ask, or_404(people.by_id(ask.db, LegalHold, ask.actor, key)))
        return "/privacy/retention"

    return write(None, work, lambda form, trouble: (index(), 409))
