"""Whose hand is in a thing: nobody decides on what they have written on, whoever submitted it in the end."""

from collections.abc import Iterable
from typing import Any

from dealer.engine import history
from dealer.engine.steps import Ask, Refusal
from dealer.people import not_their_own


def not_their_hand(thing: Any, actions: Iterable[str], ask: Ask) -> Refusal | None:
    """Refuses everybody who took one of these steps with it, and those for whom they took it."""
    written = history.hands(history.of_thing(ask.db, thing.store_id, thing.id), actions)
    return next((own for each in written if (own := not_their_own(each, ask))), None)
