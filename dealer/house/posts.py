"""A form that arrives twice counts once: a double click, a resend after a lost answer.

The key is bound to person, route and content. A refusal rolls the claim back with everything else, so a corrected
form may use its key again.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dealer.engine.database import new_id
from dealer.engine.steps import Refused, no
from dealer.people import Actor
from dealer.records.people import ParkedForm, PostOnce

_SENT = cast(Table, PostOnce.__table__)
_KEY = ("person_id", "route", "key")
# Built once, of columns and not of records: every form says them.
_CLAIM = {
    name: dialect.insert(_SENT).on_conflict_do_nothing(index_elements=_KEY).returning(_SENT.c.id)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
_FIRST = select(_SENT.c.body_hash, _SENT.c.answer).where(*(_SENT.c[name] == bindparam(name) for name in _KEY))
_ANSWER = update(_SENT).where(_SENT.c.id == bindparam("claimed")).values(answer=bindparam("told"))


@dataclass(frozen=True)
class Sent:
    """A form that arrived: for which address, under which key, with which content, and when."""

    route: str
    key: str
    body_hash: str
    at: datetime


def once(db: Session, who: Actor, sent: Sent, work: Callable[[], str]) -> tuple[str, bool]:
    """The answer to a form, and whether it is the one to its first arrival: only at that the work is done.

    The same key with another content is refused.
    """
    connection, claimed = db.connection(), new_id()
    row = asdict(sent) | {"id": claimed, "store_id": who.store_id, "person_id": who.id}
    if connection.execute(_CLAIM[connection.dialect.name], row).first() is None:
        return _first_answer(connection, row), True
    answer = work()
    connection.execute(_ANSWER, {"claimed": claimed, "told": answer})
    return answer, False


def _first_answer(connection: Connection, row: Mapping[str, Any]) -> str:
    first = connection.execute(_FIRST, {name: row[name] for name in _KEY}).first()
    if first is None or first.body_hash != row["body_hash"]:  # None: it was sent in another shop
        raise Refused([no("This form was sent before with other content: open it again.", code="E-KEY-REUSED")])
    return str(first.answer)


def parked(db: Session, who: Actor, key: object) -> ParkedForm | None:
    """What this very person had typed when their session ended."""
    row = db.get(ParkedForm, key)
    return row if row is not None and row.person_id == who.id else None


def led_to(db: Session, who: Actor, route: str, answer: str) -> bool:
    """Whether a form that this very person sent led there."""
    sent = select(PostOnce.id).where(
        PostOnce.store_id == who.store_id, PostOnce.person_id == who.id, PostOnce.route == route,
        PostOnce.answer == answer,
    )  # fmt: skip
    return db.scalars(sent.limit(1)).first() is not None
