"""Events: what a webhook may hear of, and how a row of the history is told to a program.

An event says what happened to which thing, never about whom: no name, no number of a person, nothing of what was filled
in. Whoever needs more reads the thing at its address, with a token and within its scopes.
"""

import json
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from dealer import people
from dealer.engine.history import History
from dealer.integrations.scopes import Scope
from dealer.records.contracts import Contract
from dealer.records.deals import Deal
from dealer.records.prospects import Visit
from dealer.records.quotations import PriceException, Quotation
from dealer.records.testdrives import TestDrive
from dealer.records.vehicles import Unit


class Event(StrEnum):
    """The kinds of things, by the word of the history."""

    DEAL = "deal"
    QUOTATION = "quotation"
    EXCEPTION = "exception"
    CONTRACT = "contract"
    DRIVE = "drive"
    UNIT = "unit"
    VISIT = "visit"


@dataclass(frozen=True)
class About:
    """Where such things are kept, where the API has them, and which scope lets a program read them."""

    record: type[Any]
    api: str
    scope: Scope


ABOUT = {
    Event.DEAL:      About(Deal, "deals", Scope.READ_DEALS),
    Event.QUOTATION: About(Quotation, "quotations", Scope.READ_QUOTATIONS),
    Event.EXCEPTION: About(PriceException, "exceptions", Scope.READ_EXCEPTIONS),
    Event.CONTRACT:  About(Contract, "contracts", Scope.READ_CONTRACTS),
    Event.DRIVE:     About(TestDrive, "drives", Scope.READ_DRIVES),
    Event.UNIT:      About(Unit, "units", Scope.READ_UNITS),
    Event.VISIT:     About(Visit, "visits", Scope.READ_VISITS),
}  # fmt: skip


def heard_by(scopes: list[str]) -> tuple[Event, ...]:
    """What a program with these scopes may hear of: what it may read."""
    return tuple(event for event, about in ABOUT.items() if about.scope.value in scopes)


def told(db: Session, row: History) -> bytes:
    """A row of the history as the body of an event; the same bytes whenever it is sent."""
    about = ABOUT[Event(row.kind)]
    thing, store = db.get(about.record, row.thing_id), people.store_of(db, row.store_id)
    number = thing.number if thing is not None else None
    body = {
        "id": row.seq, "at": row.at.astimezone(UTC).isoformat(), "store": store.code, "kind": row.kind,
        "number": number, "action": row.action, "was": row.was, "now": row.now, "version": row.version,
        "url": f"{store.public_address or ''}/api/v1/{about.api}/{number}" if number is not None else None,
    }  # fmt: skip
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
