"""A thing forgets who somebody was, here and in the history, where hashes remain; no legal hold is passed over."""

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from dealer import deadlines
from dealer.engine import history
from dealer.engine.steps import Ask, write_down
from dealer.privacy import notices_told
from dealer.records.privacy import LegalHold


def forget(ask: Ask, kind: str, thing: Any) -> None:
    """Nobody is called about it any more; what the history knew of the person goes as well, its hashes stay."""
    deadlines.cancel(ask, thing)
    history.forget(ask.db, thing.store_id, thing.id, ask.at)
    notices_told.forget_phone(ask.db, thing)
    write_down(ask, kind, thing, "erase")


def is_free(record: Any) -> ColumnElement[bool]:
    """No legal hold names its phone."""
    held = select(LegalHold.phone).where(LegalHold.store_id == record.store_id, LegalHold.lifted_on.is_(None))
    return or_(record.phone.is_(None), record.phone.not_in(held))
