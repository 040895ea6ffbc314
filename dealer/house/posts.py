"""A form that arrives twice counts once: a double click, a resend after a lost answer.

The key is bound to person, route and content. A refusal rolls the claim back with everything else, so a corrected
form may use its key again.
"""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from dealer.engine.steps import Refused, no
from dealer.people import Actor
from dealer.records.people import ParkedForm, PostOnce

# Built once: every form asks it.
_FIRST = select(PostOnce).where(
    PostOnce.person_id == bindparam("person"), PostOnce.route == bindparam("route"), PostOnce.key == bindparam("key")
)


def claim(db: Session, who: Actor, route: str, key: str, body_hash: str, at: datetime) -> PostOnce:
    """This arrival of the form, or the first one with its answer. The same key with another content is refused."""
    first = db.scalars(_FIRST, {"person": who.id, "route": route, "key": key}).first()
    if first is None:
        first = PostOnce(
            store_id=who.store_id, person_id=who.id, route=route, key=key, body_hash=body_hash, answer=None, at=at
        )
        db.add(first)
        db.flush()
    elif first.body_hash != body_hash:
        raise Refused([no("This form was sent before with other content: open it again.", code="E-KEY-REUSED")])
    return first


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
