"""Heads of the history as they were on a day: kept outside, they show that a chain was rewritten with its own key.

Whoever holds database and keys can write a history anew that `verify` finds whole. What they cannot change is a head
that somebody has printed or put away before: at its place the new chain has another hash, or ends too early.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.engine.database import HistoryHead
from dealer.engine.history import Finding, History

SHOWN = 16  # hexadecimal digits on paper, 64 bits; a file has all 64
_LINE = re.compile(r"(\S+)\s+(\d{1,18})\s+([0-9a-f]{16,64})(\s.*)?")


class NotHeads(Exception):
    """A file that holds no heads; the message says which line is wrong."""


@dataclass(frozen=True)
class Head:
    """Where the history of a shop ended. Of one typed from paper, `hash` is only the beginning."""

    store_id: UUID
    seq: int
    hash: str


def newest(db: Session, store_id: UUID | None = None) -> list[Head]:
    """The heads as they are now, of one shop or of all."""
    asked = select(HistoryHead).order_by(HistoryHead.store_id)
    if store_id is not None:
        asked = asked.where(HistoryHead.store_id == store_id)
    return [Head(row.store_id, row.seq, row.hash) for row in db.scalars(asked)]


def written(heads: Iterable[Head], codes: Mapping[UUID, str], at: datetime) -> str:
    """A line a shop: its code, the place in its history, the hash there, when that was."""
    moment = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return "".join(f"{codes[head.store_id]} {head.seq} {head.hash} {moment}\n" for head in heads)


def read(text: str, codes: Mapping[UUID, str]) -> list[Head]:
    """What `written` wrote, or somebody copied from paper. Raises NotHeads."""
    shops = {code: store_id for store_id, code in codes.items()}
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        told = _LINE.fullmatch(line.strip())
        if line.strip() and (told is None or told[1] not in shops):
            raise NotHeads(f"line {number} is not the code of a shop, a number and at least 16 digits of a hash")
        if told:
            found.append(Head(shops[told[1]], int(told[2]), told[3]))
    if not found:
        raise NotHeads("there is not a single head in it")
    return found


def compare(db: Session, earlier: Iterable[Head]) -> Iterator[Finding]:
    """What is no longer as it was when these heads were put away."""
    for head in earlier:
        if head.seq == 0:
            continue  # nothing had happened yet
        here = select(History.hash).where(History.store_id == head.store_id, History.seq == head.seq)
        now = db.scalar(here)
        if now is None:
            yield Finding(head.store_id, head.seq, "cut since then")
        elif not now.startswith(head.hash):
            yield Finding(head.store_id, head.seq, "rewritten since then")
