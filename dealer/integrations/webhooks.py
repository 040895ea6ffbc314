"""Webhooks as the administrator keeps them: where a program hears of what, and the secret that signs it."""

import secrets
from collections.abc import Callable
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.engine.database import keys_of, next_number
from dealer.engine.fields import Kind, checked
from dealer.engine.steps import Ask, Facts, Refusal, no
from dealer.house import staff
from dealer.integrations import events, hearing, integrations
from dealer.integrations.events import Event
from dealer.integrations.outside import checked_address
from dealer.records.integrations import Integration, Webhook

MARK = "dlw_"  # by which a secret that leaked is found in texts and logs
MOST = 5  # of a program


class WebhookFacts(Facts):
    """Where a program wants to hear of what."""

    address: Annotated[str, checked(checked_address)] = Field(
        title="Address of the program", min_length=1, max_length=200,
        description="It begins with https:// and is reached from outside.",
    )  # fmt: skip
    kinds: Annotated[tuple[Event, ...], Kind("chips")] = Field(
        title="What it hears of", min_length=1, max_length=len(Event),
        description="Only what its scopes let it read. It is told what happened, by number, and nothing about people.",
    )  # fmt: skip


# ── keeping them ──────────────────────────────────────────────────────────────────────────────────────────────────


def add(ask: Ask, program: Integration) -> tuple[Webhook, str]:
    """A webhook that hears of what happens from now on, and its secret, told once."""
    integrations.may_keep(ask)
    facts: WebhookFacts = ask.facts
    staff.refuse(integrations.is_over(program), _has_many(ask.db, program), _may_not_read(program, facts))
    row = Webhook(
        store_id=program.store_id, integration_id=program.id, number=next_number(ask.db, program.store_id, "webhook"),
        address=facts.address, kinds=_told(facts), since=ask.at, seq=ask.db.info["head"]["seq"],
    )  # fmt: skip
    ask.db.add(row)
    secret = _new_secret(ask.db, row)
    integrations.changed(ask, program, "add_webhook", facts)
    return row, secret


def edit(ask: Ask, row: Webhook) -> None:
    """Another address, other kinds: from the next event on."""
    facts: WebhookFacts = ask.facts
    _change(ask, row, "edit_webhook", _may_not_read(row.integration, facts))
    row.address, row.kinds = facts.address, _told(facts)


def give_secret(ask: Ask, row: Webhook) -> str:
    """Another secret. The old one ends now; what the program refuses meanwhile is sent again later."""
    _change(ask, row, "give_secret")
    return _new_secret(ask.db, row)


def pause(ask: Ask, row: Webhook) -> None:
    """Nothing goes out until it goes on; what happens meanwhile waits."""
    _change(ask, row, "pause_webhook")
    row.paused_at = row.paused_at or ask.at


def go_on(ask: Ask, row: Webhook) -> None:
    """What waited goes out."""
    _change(ask, row, "resume_webhook")
    row.paused_at = None
    hearing.go_on(ask.db, row)


def send_again(ask: Ask, row: Webhook) -> None:
    """The tries were over and somebody has seen to the cause: from where it stopped."""
    _change(ask, row, "send_again", _has_not_stopped(ask.db, row))
    hearing.send_again(ask.db, row)


def remove(ask: Ask, row: Webhook) -> None:
    """It hears of nothing any more, and its secret is no more."""
    _change(ask, row, "remove_webhook")
    row.removed_at, row.secret_sealed = ask.at, None
    hearing.drop_all(ask.db, row, ask.at)


Deed = Callable[[Ask, Webhook], None]
DEEDS: dict[str, Deed] = {"pause": pause, "resume": go_on, "again": send_again, "remove": remove}


def _change(ask: Ask, row: Webhook, action: str, *refusals: Refusal | None) -> None:
    integrations.may_keep(ask)
    staff.refuse(integrations.is_over(row.integration), _is_removed(row), *refusals)
    integrations.changed(ask, row.integration, action, ask.facts)


def _new_secret(db: Session, row: Webhook) -> str:
    db.flush()
    secret = f"{MARK}{secrets.token_urlsafe(32)}"
    row.secret_sealed = keys_of(db).seal(secret, hearing.secret_place(row))
    return secret


def _told(facts: WebhookFacts) -> list[str]:
    return [event.value for event in Event if event in facts.kinds]


# ── what refuses ──────────────────────────────────────────────────────────────────────────────────────────────────


def _has_many(db: Session, program: Integration) -> Refusal | None:
    if len(of_program(db, program)) >= MOST:
        return no("This program has {most} webhooks: remove one of them first.", code="E-HOOKS", most=MOST)
    return None


def _may_not_read(program: Integration, facts: WebhookFacts) -> Refusal | None:
    if not set(facts.kinds) <= set(events.heard_by(program.scopes)):
        return no("It may not read all of these: tick the scopes first.", code="E-HOOK-SCOPE", field="kinds")
    return None


def _is_removed(row: Webhook) -> Refusal | None:
    if row.removed_at is not None:
        return no("This webhook was removed: add it anew.", code="E-HOOK-REMOVED")
    return None


def _has_not_stopped(db: Session, row: Webhook) -> Refusal | None:
    if not hearing.has_stopped(db, row):
        return no("It has not stopped: what waits is sent by itself.", code="E-HOOK-RUNS")
    return None


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def of_program(db: Session, program: Integration) -> list[Webhook]:
    """The webhooks of a program, the oldest first."""
    query = select(Webhook).where(Webhook.store_id == program.store_id, Webhook.integration_id == program.id)
    return list(db.scalars(query.where(Webhook.removed_at.is_(None)).order_by(Webhook.number)))


def by_number(db: Session, program: Integration, number: int) -> Webhook | None:
    """One of them."""
    return next((each for each in of_program(db, program) if each.number == number), None)
