"""How cards stood: a row for each stretch of time, written after every step of a card.

Reports ask here what was true at a past moment: nothing of it is reckoned back from what is true now.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer.engine.steps import Ask, Step
from dealer.records.hand_ins import Standing
from dealer.records.prospects import Level, Prospect

NEARNESS = (Level.H, Level.A, Level.B, Level.C, Level.N)


def is_cooler(level: Level, than: Level) -> bool:
    """Whether the purchase has moved away."""
    return NEARNESS.index(level) > NEARNESS.index(than)


def kept(steps: Iterable[Step]) -> list[Step]:
    """The steps of a card, each of which also writes down how the card stands afterwards."""
    return [replace(step, effects=(*step.effects, note)) for step in steps]


def note(card: Prospect, ask: Ask) -> None:
    """The card stands so from now on, if it stood otherwise until now."""
    ask.db.flush()  # an owner set as a person has an id from here on
    last = ask.db.scalars(select(Standing).where(Standing.prospect_id == card.id, Standing.until_at.is_(None))).first()
    if last is not None and _as_it_is(last) == _as_it_is(card):
        return
    if last is not None:
        last.until_at = ask.at
    ask.db.add(
        Standing(
            store_id=card.store_id,
            prospect_id=card.id,
            from_at=ask.at,
            owner_id=card.owner_id,
            level=card.level,
            state=card.state,
            next_contact_at=card.next_contact_at,
            was_level=last.level if last else None,
            was_state=last.state if last else None,
        )
    )


def _as_it_is(row: Prospect | Standing) -> tuple[object, ...]:
    return row.owner_id, row.level, row.state, row.next_contact_at


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def at_moment(store_id: UUID, moment: datetime) -> Select[Standing]:
    """How every card of a shop stood just before a moment, such as the 24:00 that ends a day."""
    still = or_(Standing.until_at >= moment, Standing.until_at.is_(None))
    # An expression, not the column: SQLite would walk through all that ever began.
    begun = func.coalesce(Standing.from_at, Standing.from_at) < moment
    return select(Standing).where(Standing.store_id == store_id, still, begun)


def between(store_id: UUID, start: datetime, end: datetime) -> Select[Standing]:
    """Every change of a card from one moment on and before another."""
    return select(Standing).where(Standing.store_id == store_id, Standing.from_at >= start, Standing.from_at < end)


def with_card(query: Select[Standing]) -> Select[Standing]:
    """The same with the cards at hand."""
    return query.options(joinedload(Standing.prospect))


def of_owner(db: Session, store_id: UUID, owner_id: UUID, moment: datetime) -> list[Standing]:
    """How one person's cards stood just before a moment."""
    query = with_card(at_moment(store_id, moment).where(Standing.owner_id == owner_id))
    return list(db.scalars(query))
