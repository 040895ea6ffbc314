"""A generated month of the showroom: 3,000 rows of the register and what became of them, as plain values and as rows.

The plain values are what an independent count works on; nothing of the program's own counting is used here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from dealer.engine.database import Database, new_id
from dealer.records.people import Person
from dealer.records.prospects import (
    Level,
    Prospect,
    ProspectState,
    Purpose,
    Source,
    Visit,
    VisitKind,
    VisitState,
)
from tests.conftest import at

ROWS = 3_000
MONTH_BEGINS = at("2026-10-01 00:00")
NOT_TO_BUY = {Purpose.COLLECT, Purpose.SERVICE, Purpose.ERRAND}
TO_BUY = set(Purpose) - NOT_TO_BUY
FATES = (ProspectState.FOLLOWING, ProspectState.ORDERED, ProspectState.OWNER, ProspectState.LOST, ProspectState.FROZEN)


@dataclass
class Party:
    """One row as it was made up."""

    came_at: datetime
    kind: VisitKind
    purpose: Purpose
    source: Source
    first: bool
    phone: str | None
    model: UUID | None
    consultant: UUID | None
    drove: bool
    fate: ProspectState | None


WAYS: dict[str, Callable[[Party], Any]] = {
    "hour": lambda party: party.came_at.hour,
    "source": lambda party: party.source,
    "model": lambda party: party.model,
    "consultant": lambda party: party.consultant,
    "day": lambda party: party.came_at.date(),
}


def _figures_of(party: Party, of_phone: dict[str, list[Party]]) -> set[str]:
    """By hand: under which figures a party falls."""
    if party.kind is VisitKind.CALL:
        return {"calls"}
    if party.purpose in NOT_TO_BUY:
        return {"visits", "outside"}
    if not party.first:
        return {"visits", "again"}
    found = {"visits", "first"} | ({"drove"} if party.drove else set())
    if party.phone is None:
        return found
    visits = (each for each in of_phone[party.phone] if each.kind is VisitKind.VISIT)
    back = any(each.came_at > party.came_at and each.purpose in TO_BUY for each in visits)
    found |= {"kept"} | ({"returned"} if back else set())
    if party.fate in (ProspectState.ORDERED, ProspectState.OWNER):
        found.add("ordered")
    return found | ({"lost"} if party.fate is ProspectState.LOST else set())


def by_hand(parties: list[Party]) -> list[tuple[Party, set[str]]]:
    """Each party with the figures it falls under."""
    of_phone: dict[str, list[Party]] = {}
    for party in parties:
        of_phone.setdefault(party.phone or "", []).append(party)
    return [(party, _figures_of(party, of_phone)) for party in parties]


def made_up(people: list[UUID], models: list[UUID], rows: int = ROWS) -> list[Party]:
    """The same month every time. Phones repeat, so that some come again, within the month and at any hour."""
    dice = Random(20261001)
    known: dict[str, ProspectState] = {}
    parties: list[Party] = []
    seen: set[str] = set()
    minutes = sorted(dice.randrange(31 * 24 * 60) for _ in range(rows))
    for minute in minutes:
        phone = None if dice.random() < 0.4 else f"138{dice.randrange(1500):08}"
        fate = known.setdefault(phone, dice.choice(FATES)) if phone else None
        parties.append(
            Party(
                came_at=MONTH_BEGINS + timedelta(minutes=minute),
                kind=dice.choices((VisitKind.VISIT, VisitKind.CALL), (5, 1))[0],
                purpose=dice.choice(list(Purpose)),
                source=dice.choice(list(Source)),
                first=phone is None or phone not in seen,
                phone=phone,
                model=dice.choice([None, *models]),
                consultant=dice.choice([None, *people]),
                drove=dice.random() < 0.3,
                fate=fate,
            )
        )
        seen |= {phone} if phone else set()
    return parties


def write_month(database: Database, store_id: UUID, person: Person, parties: list[Party]) -> None:
    """The month as rows, past every rule: reports read what stands there."""
    cards: dict[str, dict[str, Any]] = {}
    of_shop = {"store_id": store_id, "version": 0, "since": MONTH_BEGINS, "begun_at": MONTH_BEGINS}
    for party in parties:
        if party.phone and party.phone not in cards:
            cards[party.phone] = of_shop | {
                "id": new_id(),
                "number": len(cards) + 1,
                "state": party.fate,
                "name": "客户",
                "name_pinyin": "",
                "name_initials": "",
                "phone": party.phone,
                "owner_id": person.id,
                "level": Level.B,
                "source": party.source,
                "last_contact_at": MONTH_BEGINS,
            }
    rows = [
        of_shop
        | {
            "id": new_id(),
            "number": number,
            "state": VisitState.LEFT,
            "kind": party.kind,
            "day": party.came_at.date(),
            "hour": party.came_at.hour,
            "came_at": party.came_at.astimezone(UTC),
            "heads": 1,
            "first": party.first,
            "purpose": party.purpose,
            "source": party.source,
            "phone": party.phone,
            "no_phone": party.phone is None,
            "model_id": party.model,
            "owner_id": party.consultant,
            "drove": party.drove,
            "logged_by_id": person.id,
            "prospect_id": cards[party.phone]["id"] if party.phone else None,
        }
        for number, party in enumerate(parties, 1)
    ]
    with database.writing(store_id) as db:
        db.execute(insert(Prospect), list(cards.values()))
        db.execute(insert(Visit), rows)
