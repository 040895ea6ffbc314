"""Integrations as the administrator keeps them: what each is called, who answers for it, what it may do, its tokens.

A program acts under a name of its own, which the history gives to whatever it did. That name has no posting, so that
nobody hands it a deal, counts it as a second person or lets it approve anything, and nobody signs in by it.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from dealer import people
from dealer.customers.customers import ShortName
from dealer.engine.database import next_number
from dealer.engine.fields import Kind, Options
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask, Facts, Refusal, Stale, no, write_down
from dealer.house import passwords, staff
from dealer.integrations.scopes import Scope, duties_of
from dealer.people import Actor
from dealer.records.integrations import AccessToken, Integration
from dealer.records.people import Person

MARK = "dlr_"  # by which a token that leaked is found in texts and logs
TOKENS_AT_ONCE = 2  # the old one counts until the program has the new one
USED_TO_WITHIN = timedelta(minutes=5)
MOST_DAYS = 730

# ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────────


class IntegrationFacts(Facts):
    """A program of somebody else that reads and acts here."""

    name: ShortName = Field(title="Name of the program")
    answers: Annotated[UUID, Options("colleagues")] = Field(title="Who answers for it")
    scopes: Annotated[tuple[Scope, ...], Kind("chips")] = Field(
        title="What it may do", min_length=1, max_length=len(Scope),
        description="It does nothing that is not ticked, and never decides about prices or money.",
    )  # fmt: skip


class NewToken(Facts):
    """A token: how long it counts."""

    days: int = Field(365, title="Counts for so many days", ge=1, le=MOST_DAYS)


# ── keeping them ──────────────────────────────────────────────────────────────────────────────────────────────────


def add(ask: Ask) -> Integration:
    """A new program, with the name under which it acts."""
    may_keep(ask)
    facts: IntegrationFacts = ask.facts
    staff.refuse(_answers_here(ask, facts))
    number = next_number(ask.db, ask.actor.store_id, "integration")
    # A name that nobody can type at the sign-in, with a password that nobody knows.
    name = f"program:{people.store_of(ask.db, ask.actor.store_id).code.lower()}:{number}"
    person = Person(sign_in=name, name=facts.name, password_hash=passwords.hash_of(secrets.token_urlsafe(32)))
    ask.db.add(person)
    ask.db.flush()
    row = Integration(
        store_id=ask.actor.store_id, number=number, name=facts.name, person_id=person.id, answers_id=facts.answers,
        scopes=_told(facts), since=ask.at,
    )  # fmt: skip
    ask.db.add(row)
    ask.db.flush()
    write_down(ask, "integration", row, "add", facts)
    return row


def edit(ask: Ask, row: Integration) -> None:
    """Another name, somebody else who answers, other scopes: they count from the next request on."""
    may_keep(ask)
    facts: IntegrationFacts = ask.facts
    _refuse_stale(ask, row)
    staff.refuse(_answers_here(ask, facts), is_over(row))
    row.name, row.answers_id, row.scopes = facts.name, facts.answers, _told(facts)
    row.person.name = facts.name
    changed(ask, row, "edit", facts)


def end(ask: Ask, row: Integration) -> None:
    """It acts here no more: its tokens end. What it did keeps its name."""
    may_keep(ask)
    staff.refuse(is_over(row))
    row.ended_at = ask.at
    for token in row.tokens:
        token.ended_at = token.ended_at or ask.at
    changed(ask, row, "end")


def give_token(ask: Ask, row: Integration) -> str:
    """A token, told once. Two may count at a time, so that a program changes from one to the other without a gap."""
    may_keep(ask)
    facts: NewToken = ask.facts
    staff.refuse(is_over(row), _has_two(row, ask.at))
    secret = secrets.token_urlsafe(32)
    token = f"{MARK}{secret}"
    ask.db.add(
        AccessToken(
            store_id=row.store_id, integration_id=row.id, prefix=token[: len(MARK) + 6], token_hash=_hash(token),
            since=ask.at, until=ask.at + timedelta(days=facts.days),
        )
    )  # fmt: skip
    changed(ask, row, "give_token", facts)
    return token


def end_token(ask: Ask, row: Integration, token: AccessToken) -> None:
    """It counts no more, from now on."""
    may_keep(ask)
    token.ended_at = token.ended_at or ask.at
    changed(ask, row, "end_token")


def changed(ask: Ask, row: Integration, action: str, facts: Facts | None = None) -> None:
    """Write down that something about an integration changed."""
    row.version += 1
    ask.db.flush()
    write_down(ask, "integration", row, action, facts)


def _told(facts: IntegrationFacts) -> list[str]:
    return [scope.value for scope in Scope if scope in facts.scopes]


# ── what refuses ──────────────────────────────────────────────────────────────────────────────────────────────────


def may_keep(ask: Ask) -> None:
    """Refuse all but who keeps integrations."""
    staff.need("keep integrations", ask)


def _answers_here(ask: Ask, facts: IntegrationFacts) -> Refusal | None:
    if facts.answers not in {person.id for person in staff.at_work(ask.db, ask.actor.store_id)}:
        return no("Choose somebody who works in this shop.", code="E-REQ-FIELD", field="answers")
    return None


def is_over(row: Integration) -> Refusal | None:
    """Whoever acts here no more gets nothing new."""
    if row.ended_at is not None:
        return no("This program acts here no more: add it anew.", code="E-PROGRAM-ENDED")
    return None


def _has_two(row: Integration, at: datetime) -> Refusal | None:
    if len([token for token in row.tokens if counts(token, at)]) >= TOKENS_AT_ONCE:
        return no("Two tokens count already: end the one that is no longer used first.", code="E-TOKENS")
    return None


def _refuse_stale(ask: Ask, row: Integration) -> None:
    if ask.seen_version is not None and ask.seen_version != row.version:
        raise Stale(row, of_thing(ask.db, row.store_id, row.id, ask.seen_version))


# ── whoever shows a token ─────────────────────────────────────────────────────────────────────────────────────────

# Built once: every request asks it.
_BY_HASH = select(AccessToken).where(AccessToken.token_hash == bindparam("token_hash"))


def token_of(db: Session, shown: str, at: datetime) -> AccessToken | None:
    """The token that a program shows, if it counts."""
    found = db.scalars(_BY_HASH, {"token_hash": _hash(shown)}).first()
    return found if found is not None and counts(found, at) else None


def counts(token: AccessToken, at: datetime) -> bool:
    """Whether a token still opens anything."""
    return token.ended_at is None and at < token.until and token.integration.ended_at is None


def is_noted(token: AccessToken, at: datetime) -> bool:
    """Whether its last use is known well enough; writing at every request would hold up the others."""
    return token.used_at is not None and at - token.used_at < USED_TO_WITHIN


def note_use(db: Session, key: UUID, at: datetime) -> None:
    """It was used."""
    token = db.get(AccessToken, key)
    if token is not None:
        token.used_at = at


def actor_of(row: Integration) -> Actor:
    """The program as somebody who acts in its shop: no roles, the duties of its scopes."""
    return Actor(row.person_id, row.name, row.store_id, frozenset(), duties=duties_of(row.scopes))


def _hash(token: str) -> str:
    # 256 random bits need no slow hash: nobody guesses them.
    return hashlib.sha256(token.encode()).hexdigest()


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def of_shop(db: Session, who: Actor) -> list[Integration]:
    """Every program of the shop, those that act no more last."""
    query = people.scoped(select(Integration), Integration, who)
    return sorted(db.scalars(query.order_by(Integration.number)), key=lambda row: row.ended_at is not None)


def by_number(db: Session, who: Actor, number: int) -> Integration | None:
    """One of them."""
    found: Integration | None = people.by_number(db, Integration, who, number)
    return found
