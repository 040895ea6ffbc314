"""What would be: the same rules, asked as if a draft list or a proposed value counted already.

Whoever shows what a decision would do asks the very functions that decide later, within `supposing(…)`. Two places
look here: pricing.py for the list in force and policies.py for the value of a house rule.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from dealer.records.prices import PriceList


@dataclass(frozen=True)
class Supposed:
    """A list in the place of the one in force, values in the place of those approved; for one shop."""

    store_id: UUID
    price_list: PriceList | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@contextmanager
def supposing(db: Session, supposed: Supposed) -> Iterator[None]:
    """Within the block the supposed list and values hold, on whatever day is asked about."""
    if "head" in db.info:
        raise RuntimeError("a session that writes decides by what holds, and supposes nothing")
    db.info["supposed"] = supposed
    try:
        yield
    finally:
        del db.info["supposed"]


def supposed_in(db: Session, store_id: UUID) -> Supposed | None:
    """What is supposed of a shop just now, if anything."""
    found: Supposed | None = db.info.get("supposed")
    return found if found is not None and found.store_id == store_id else None
