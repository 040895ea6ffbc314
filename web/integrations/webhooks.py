"""Webhooks of a program: where it hears of what, what was sent, and what to do when it does not take it."""

from functools import partial
from typing import Any

from flask import Blueprint, render_template, session

from dealer.engine.history import History
from dealer.engine.steps import Ask
from dealer.integrations import events, hearing, webhooks
from dealer.integrations.events import Event
from dealer.integrations.webhooks import DEEDS, WebhookFacts
from dealer.records.integrations import Integration, Webhook, WebhookDelivery
from web.asking import Answer, looking, need, or_404, write
from web.forms import Form
from web.integrations.integrations import HOME, find, tell_once
from web.language import clock, say, show, told, word

pages = Blueprint("webhooks", __name__)
OF_ONE = f"{HOME}/<int:number>/webhooks"
LISTED = 50


def _find(db: Any, number: int, hook: int) -> Webhook:
    return or_404(webhooks.by_number(db, find(db, number), hook))  # type: ignore[no-any-return]


def _url(row: Webhook) -> str:
    return f"{HOME}/{row.integration.number}/webhooks/{row.number}"


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get(f"{OF_ONE}/<int:hook>")
def page(number: int, hook: int) -> Answer:
    """One webhook: where it leads, how it stands, what was sent."""
    need("keep integrations")
    return _draw(number, hook)


def _draw(number: int, hook: int, trouble: Any = ()) -> str:
    row = _find(looking(), number, hook)
    given = session.pop("given", None)
    return render_template(
        "integrations/webhook.html",
        hook=row,
        here=_url(row),
        crumbs=_crumbs(row.integration),
        kinds=[show(Event(kind)) for kind in row.kinds],
        given=given["secret"] if given and given.get("program") == str(row.id) else "",
        stopped=hearing.has_stopped(looking(), row),
        refusals=[told(each) for each in trouble] if isinstance(trouble, tuple) else [],
        rows=[_row(*each) for each in hearing.lately(looking(), row, LISTED)],
    )


def _row(sent: WebhookDelivery, happened: History) -> dict[str, Any]:
    what = f"{word('Event', happened.kind)} · {word(f'Action {happened.kind}', happened.action)}"
    return {"cells": [str(sent.seq), what, clock(happened.at), str(sent.attempts), clock(sent.sent_at), _answer(sent)]}


def _answer(sent: WebhookDelivery) -> str:
    if sent.dropped_at is not None:
        return say("No longer wanted")
    if sent.status is not None:
        return say("Answer {status}", status=str(sent.status))
    return show(sent.trouble) if sent.trouble is not None else say("Waits for its turn")


def _crumbs(program: Integration) -> list[dict[str, str]]:
    return [{"label": say("Integrations"), "url": HOME}, {"label": program.name, "url": f"{HOME}/{program.number}"}]


# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get(f"{OF_ONE}/new")
def new(number: int) -> Answer:
    """The form of a new webhook; what the program may read is ticked."""
    need("keep integrations")
    program = find(looking(), number)
    known = {"kinds": [event.value for event in events.heard_by(program.scopes)]}
    return _draw_form(number, None, Form(WebhookFacts, known))


@pages.post(f"{OF_ONE}/new")
def add(number: int) -> Answer:
    """Add it: its secret is shown once, on its page."""
    need("keep integrations")

    def work(ask: Ask) -> str:
        row, secret = webhooks.add(ask, find(ask.db, number))
        tell_once(row, secret)
        return f"{HOME}/{number}/webhooks/{row.number}"

    return write(Form.received(WebhookFacts), work, lambda form, trouble: _draw_form(number, None, form))


@pages.get(f"{OF_ONE}/<int:hook>/edit")
def edit_form(number: int, hook: int) -> Answer:
    """Its address and what it hears of."""
    need("keep integrations")
    row = _find(looking(), number, hook)
    return _draw_form(number, row, Form(WebhookFacts, {"address": row.address, "kinds": row.kinds}))


@pages.post(f"{OF_ONE}/<int:hook>/edit")
def edit(number: int, hook: int) -> Answer:
    """Change it."""
    need("keep integrations")

    def work(ask: Ask) -> str:
        row = _find(ask.db, number, hook)
        webhooks.edit(ask, row)
        return _url(row)

    def again(form: Form | None, trouble: Any) -> Answer:
        return _draw_form(number, _find(looking(), number, hook), form)

    return write(Form.received(WebhookFacts), work, again)


def _draw_form(number: int, row: Webhook | None, form: Form | None) -> str:
    crumbs = _crumbs(find(looking(), number))
    if row is not None:
        crumbs.append({"label": row.address, "url": _url(row)})
    return render_template(
        "settings/form.html",
        title=say("Edit") if row is not None else say("New webhook"),
        address=f"{_url(row)}/edit" if row is not None else f"{HOME}/{number}/webhooks/new",
        crumbs=crumbs,
        seen=None,
        form=form,
        changes=[],
    )


# ── deeds without a form ──────────────────────────────────────────────────────────────────────────────────────────


@pages.post(f"{OF_ONE}/<int:hook>/secret")
def give_secret(number: int, hook: int) -> Answer:
    """Another secret, shown once."""
    need("keep integrations")

    def work(ask: Ask) -> str:
        row = _find(ask.db, number, hook)
        tell_once(row, webhooks.give_secret(ask, row))
        return _url(row)

    return write(None, work, lambda form, trouble: _draw(number, hook, trouble))


@pages.get(f"{OF_ONE}/<int:hook>/remove")
def remove_form(number: int, hook: int) -> Answer:
    """What will happen, and the button that does it."""
    need("keep integrations")
    row = _find(looking(), number, hook)
    return render_template(
        "integrations/webhook_remove.html", hook=row, here=_url(row), crumbs=_crumbs(row.integration)
    )


def _do(action: str, number: int, hook: int) -> Answer:
    need("keep integrations")

    def work(ask: Ask) -> str:
        row = _find(ask.db, number, hook)
        DEEDS[action](ask, row)
        return f"{HOME}/{number}" if row.removed_at is not None else _url(row)

    return write(None, work, lambda form, trouble: _draw(number, hook, trouble))


for _action in DEEDS:
    pages.add_url_rule(f"{OF_ONE}/<int:hook>/{_action}", _action, partial(_do, _action), methods=["POST"])
