"""The list behind the bell: one press leads to the thing, and then it is read."""

from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request

from dealer.alerts import deliveries, reading, telling
from dealer.engine.steps import Ask
from dealer.records.alerts import Alert, Channel
from web import steps
from web.asking import Answer, looking, me, or_404, write
from web.due import when
from web.language import clock, language, say, show

pages = Blueprint("alerts", __name__)
HERE = "/alerts"


@pages.get(HERE)
def page() -> Answer:
    """What one was told: the unread first, then the rest, newest first."""
    before = request.args.get("before", type=UUID)
    found = reading.page(looking(), me(), before)
    shown = found[: reading.PAGE]
    failed = deliveries.given_up_of(looking(), me(), shown)
    return render_template(
        "alerts/list.html",
        here=HERE,
        rows=[_row(each, failed.get(each.id)) for each in shown],
        unread=next((each.id for each in shown if each.read_at is None), None) if before is None else None,
        older=f"{HERE}?before={shown[-1].id}" if len(found) > reading.PAGE else "",
        newer=HERE if before else "",
    )


def _row(alert: Alert, failed: Channel | None) -> dict[str, Any]:
    told = telling.read(alert)
    due = told.get("due")
    notes = [
        clock(alert.made_at),
        told.get("about", ""),
        show(told["who"]) if "who" in told and "{who}" not in alert.sentence else "",
        say("Due {when}", when=when(due)) if due is not None else "",
        say("as stand-in for {name}", name=alert.away.name) if alert.away else "",
    ]
    where = f"{show(failed.kind)} {failed.shown}" if failed else ""
    return {
        "url": f"{HERE}/{alert.id}",
        "sentence": telling.told(alert, language()),
        "note": " · ".join(each for each in notes if each),
        "failed": say("It did not reach you at {where}.", where=where) if failed else "",
        "kind": show(alert.kind),
        "urgent": alert.urgent,
        "new": alert.read_at is None,
    }


def _address(db: Any, alert: Alert) -> str:
    """Where the thing is; the list, for what has no page or is no longer this person's to see."""
    thing = reading.thing_of(db, alert)
    return (steps.seen_url(thing) if thing is not None else "") or telling.read(alert).get("url", "") or HERE


@pages.get(f"{HERE}/<uuid:key>")
def follow(key: UUID) -> Answer:
    """From a mail to the thing it speaks of."""
    return redirect(_address(looking(), or_404(reading.mine(looking(), me(), key))), 303)


@pages.post(f"{HERE}/<uuid:key>")
def open_one(key: UUID) -> Answer:
    """To the thing, and the alert is read."""

    def work(ask: Ask) -> str:
        alert = or_404(reading.mine(ask.db, ask.actor, key))
        reading.mark_read(alert, ask.at)
        return _address(ask.db, alert)

    return write(None, work, lambda form, trouble: page())


@pages.post(f"{HERE}/read")
def read_all() -> Answer:
    """Everything that stood on the page."""

    def work(ask: Ask) -> str:
        newest = or_404(reading.mine(ask.db, ask.actor, request.form.get("newest", type=UUID) or g.actor.id))
        reading.mark_all_read(ask, newest.id)
        return HERE

    return write(None, work, lambda form, trouble: page())
