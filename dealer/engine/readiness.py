"""Whether this installation may be given requests: what a balancer, a container or a watchman asks every few seconds.

The answer is codes and nothing else: a stranger who asks learns no version and no address. `dealer doctor` says the
same and more in sentences, to whoever may start it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dealer.engine import backlog, migrating
from dealer.engine.database import Database, HistoryHead, keys_of
from dealer.engine.history import head_mac

SILENT = timedelta(minutes=2)  # a worker shows itself four times a minute


def missing(database: Database, at: datetime) -> list[str]:
    """What stands in the way, by code: database · tables · keys · worker; empty when all is well."""
    try:
        with database.reading() as db:
            return list(_missing(db, at))
    except DBAPIError:
        return ["database"]


def _missing(db: Session, at: datetime) -> Iterator[str]:
    if not _stands_at_head(db):
        yield "tables"
        return
    if not _keys_are_those_of_the_history(db):
        yield "keys"
    beat = backlog.last_beat(db)
    if beat is None or at - beat > SILENT:
        yield "worker"


def _stands_at_head(db: Session) -> bool:
    """A database that was never migrated has no such table."""
    known = inspect(db.connection()).has_table("alembic_version")
    return known and db.scalar(text("SELECT version_num FROM alembic_version")) == migrating.head()


def _keys_are_those_of_the_history(db: Session) -> bool:
    """A copy of the database beside the keys of another one would serve, and refuse every sealed number."""
    head = db.scalars(select(HistoryHead).limit(1)).first()
    return head is None or head.mac == head_mac(keys_of(db), head.store_id, head.seq, head.hash)
