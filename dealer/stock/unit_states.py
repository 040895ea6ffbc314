"""The status history of a car: in which state it was from when until when, by whom and why, read from its history."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dealer.engine.history import History
from dealer.records.vehicles import UnitState

WHY = ("reason", "ground", "comment", "defect", "damage", "lent_to", "vin_reason", "carrier")
"""Facts that say why a car changed its state, the most telling first."""


@dataclass(frozen=True)
class Stay:
    """A car in one state: since when, until when (None: still), and the step that brought it there."""

    state: UnitState
    since: datetime
    until: datetime | None
    action: str
    actor_id: UUID | None  # None: it followed by itself
    why: str


def stays(rows: Iterable[History]) -> list[Stay]:
    """Every state a car was in, newest first, from its history in the order in which it happened."""
    moves = [row for row in rows if row.now is not None and row.was != row.now]
    ends = [row.at for row in moves[1:]]
    told = [
        Stay(UnitState(str(row.now)), row.at, until, row.action, row.actor_id, _why(row))
        for row, until in zip(moves, [*ends, None], strict=True)
    ]
    return told[::-1]


def _why(row: History) -> str:
    facts = json.loads(row.facts)
    return next((facts[name] for name in WHY if isinstance(facts.get(name), str) and facts[name]), "")
