"""Integrations: which programs act in the shop, what each may do, its tokens. For the administrator."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, g, render_template, session

from dealer.engine.history import of_thing
from dealer.engine.steps import Ask, Stale
from dealer.integrations import hearing, integrations, webhooks
from dealer.integrations.events import Event
from dealer.integrations.integrations import IntegrationFacts, NewToken
from dealer.integrations.scopes import Scope
from dealer.records.integrations import AccessToken, Integration, Webhook
from web.asking import Answer, looking, me, need, or_404, write
from web.deals import timeline
from web.forms import Form
from web.language import clock, say, short_day, show, told

pages = Blueprint("integrations", __name__)
HOME = "/settings/integrations"


def find(db: Any, number: int) -> Integration:
    """The program by its number, or 404."""
    row: Integration = or_404(integrations.by_number(db, me(), number))
    return row


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get(HOME)
def index() -> Answer:
    """Every program; those that act no more last."""
    need("keep integrations")
    rows = [_row(row) for row in integrations.of_shop(looking(), me())]
    return render_template("integrations/list.html", rows=rows)


def _row(row: Integration) -> dict[str, Any]:
    used = max((token.used_at for token in row.tokens if token.used_at), default=None)
    tokens = [token for token in row.tokens if integrations.counts(token, g.now)]
    state = say("Acts no more") if row.ended_at else "" if tokens else say("No token counts")
    return {
        "url": f"{HOME}/{row.number}",
        "cells": [row.name, row.answers.name, str(len(row.scopes)), clock(used), state],
    }


@pages.get(f"{HOME}/<int:number>")
def page(number: int) -> Answer:
    """One program: what it may do, its tokens, what happened."""
    need("keep integrations")
    return draw(number)


def draw(number: int, trouble: Any = ()) -> str:
    """Its page, with what stood in the way of a button."""
    row = find(looking(), number)
    given = session.pop("given", None)
    return render_template(
        "integrations/one.html",
        program=row,
        here=f"{HOME}/{number}",
        scopes=[show(Scope(scope)) for scope in row.scopes],
        tokens=[_token(token) for token in reversed(row.tokens)],
        hooks=[_hook(hook) for hook in webhooks.of_program(looking(), row)],
        given=given["secret"] if given and given.get("program") == str(row.id) else "",
        refusals=[told(each) for each in trouble] if isinstance(trouble, tuple) else [],
        timeline=timeline.entries(list(reversed(of_thing(looking(), row.store_id, row.id)))),
    )


def tell_once(row: Any, secret: str) -> None:
    """Show a secret on the next page of this browser, and nowhere else."""
    session["given"] = {"program": str(row.id), "secret": secret}


def _token(token: AccessToken) -> dict[str, Any]:
    counts = integrations.counts(token, g.now)
    return {
        "id": token.id,
        "prefix": f"{token.prefix}…",
        "days": say("until {day}", day=short_day(token.until)),
        "used": say("used {when}", when=clock(token.used_at)) if token.used_at else say("not used yet"),
        "counts": counts,
        "why": "" if counts else say("Ended") if token.ended_at else say("Expired"),
    }


def _hook(hook: Webhook) -> dict[str, Any]:
    state = say("Paused") if hook.paused_at else say("Stopped") if hearing.has_stopped(looking(), hook) else ""
    return {
        "url": f"{HOME}/{hook.integration.number}/webhooks/{hook.number}",
        "address": hook.address,
        "kinds": " · ".join(show(Event(kind)) for kind in hook.kinds),
        "state": state,
    }


# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get(f"{HOME}/new")
def new() -> Answer:
    """The form of a new program."""
    need("keep integrations")
    return draw_form(say("New program"), f"{HOME}/new", None, Form(IntegrationFacts))


@pages.post(f"{HOME}/new")
def add() -> Answer:
    """Add it; its token is made on its page."""
    need("keep integrations")

    def again(form: Form | None, trouble: Any) -> Answer:
        return draw_form(say("New program"), f"{HOME}/new", None, form)

    return write(Form.received(IntegrationFacts), lambda ask: f"{HOME}/{integrations.add(ask).number}", again)


@pages.get(f"{HOME}/<int:number>/edit")
def edit_form(number: int) -> Answer:
    """Its name, who answers for it and what it may do."""
    need("keep integrations")
    row = find(looking(), number)
    known = {"name": row.name, "answers": row.answers_id, "scopes": row.scopes}
    return draw_form(say("Edit"), f"{HOME}/{number}/edit", row, Form(IntegrationFacts, known))


@pages.post(f"{HOME}/<int:number>/edit")
def edit(number: int) -> Answer:
    """Change it: what it may do counts from its next request on."""
    need("keep integrations")

    def work(ask: Ask) -> str:
        integrations.edit(ask, find(ask.db, number))
        return f"{HOME}/{number}"

    return write(Form.received(IntegrationFacts), work, form_again(say("Edit"), number, "edit"))


@pages.get(f"{HOME}/<int:number>/token")
def token_form(number: int) -> Answer:
    """How long a new token counts."""
    need("keep integrations")
    return draw_form(say("New token"), f"{HOME}/{number}/token", find(looking(), number), Form(NewToken))


@pages.post(f"{HOME}/<int:number>/token")
def give_token(number: int) -> Answer:
    """A new token: shown once, on the next page."""
    need("keep integrations")

    def work(ask: Ask) -> str:
        row = find(ask.db, number)
        tell_once(row, integrations.give_token(ask, row))
        return f"{HOME}/{number}"

    return write(Form.received(NewToken), work, form_again(say("New token"), number, "token"))


def form_again(title: str, number: int, action: str) -> Callable[[Form | None, Any], Answer]:
    """The form of a program once more, with what was typed."""

    def again(form: Form | None, trouble: Any) -> Answer:
        stale = trouble if isinstance(trouble, Stale) else None
        return draw_form(title, f"{HOME}/{number}/{action}", find(looking(), number), form, stale)

    return again


def draw_form(title: str, address: str, row: Integration | None, form: Form | None, stale: Stale | None = None) -> str:
    """A form about a program."""
    crumbs = [{"label": say("Integrations"), "url": HOME}]
    if row is not None:
        crumbs.append({"label": row.name, "url": f"{HOME}/{row.number}"})
    return render_template(
        "settings/form.html",
        title=title,
        address=address,
        crumbs=crumbs,
        seen=row.version if row else None,
        form=form,
        changes=timeline.entries(list(stale.since)) if stale else [],
    )


# ── deeds without a form ──────────────────────────────────────────────────────────────────────────────────────────


@pages.get(f"{HOME}/<int:number>/end")
def end_form(number: int) -> Answer:
    """What will happen, and the button that does it."""
    need("keep integrations")
    return render_template("integrations/confirm.html", program=find(looking(), number), here=HOME)


@pages.post(f"{HOME}/<int:number>/end")
def end(number: int) -> Answer:
    """It acts here no more."""
    need("keep integrations")

    def work(ask: Ask) -> str:
        integrations.end(ask, find(ask.db, number))
        return f"{HOME}/{number}"

    return write(None, work, lambda form, trouble: draw(number, trouble))


@pages.post(f"{HOME}/<int:number>/tokens/<uuid:key>/end")
def end_token(number: int, key: UUID) -> Answer:
    """This token counts no more."""
    need("keep integrations")

    def work(ask: Ask) -> str:
        row = find(ask.db, number)
        integrations.end_token(ask, row, or_404(next((each for each in row.tokens if each.id == key), None)))
        return f"{HOME}/{number}"

    return write(None, work, lambda form, trouble: draw(number, trouble))
