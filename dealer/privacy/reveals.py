"""What stands masked is shown to somebody for some minutes: with a reason, which stays, and in a list that is read.

Phones of visits, cards, drives and contacts, and the licence number of a drive: each is asked for on its own page.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.engine.history import REVEALED, History, of_thing
from dealer.engine.steps import Ask, Refusal, Refused, write_down
from dealer.people import Actor, has

SHOWN_FOR = timedelta(minutes=10)
MOST_LISTED = 50


def reveal_phone(ask: Ask, kind: str, thing: Any) -> None:
    """Show somebody a phone for some minutes; who, when and why stays in the history."""
    allowed = has("reveal phones")(thing, ask)
    if isinstance(allowed, Refusal):
        raise Refused([allowed], "reveal_phone", thing)
    write_down(allowed, kind, thing, "reveal_phone", ask.facts)


def is_shown(db: Session, who: Actor, thing: Any, at: datetime) -> bool:
    """Whether this person has just asked for the phone of this thing, and may still ask for it."""
    if not who.may_or_stands_in("reveal phones"):
        return False
    rows = of_thing(db, thing.store_id, thing.id)
    return any(
        row.action == "reveal_phone" and row.actor_id == who.id and at - row.at < SHOWN_FOR for row in reversed(rows)
    )


def newest(db: Session, who: Actor, below: int | None = None) -> list[History]:
    """What was shown to whom, newest first, from below a place in the history on; one more than a page if there is."""
    query = people.scoped(select(History), History, who).where(REVEALED)
    if below is not None:
        query = query.where(History.seq < below)
    return list(db.scalars(query.order_by(History.seq.desc()).limit(MOST_LISTED + 1)))
