"""How each database is spoken to, and what it means when it does not answer."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

BUSY_SECONDS = 10  # how long a second writer waits before it is told to try again

CONNECTING = {
    "prepare_threshold": None,  # behind a pooler prepared statements gave silent wrong results
    "options": f"-c lock_timeout={BUSY_SECONDS}s",
    # A machine that loses its power says nothing: without these a thread waits for it a quarter of an hour.
    "connect_timeout": 3,  # seconds for each host of the URL; the next one may have taken over
    "tcp_user_timeout": 8_000,  # milliseconds in which what was sent must have arrived
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
"""How PostgreSQL is spoken to, unless the URL says otherwise."""


def engine_for(url: str) -> Engine:
    """Connect. SQLite: WAL, every commit on disk, foreign keys on. PostgreSQL: as the URL says."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, pool_size=10, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    told = make_url(url).query
    ours = {name: value for name, value in CONNECTING.items() if name not in told}
    # An error that tells the parameters would write what somebody typed into the log.
    engine = create_engine(url, connect_args=ours, pool_pre_ping=True, hide_parameters=True)
    event.listen(engine, "connect", _note_what_was_lost)
    event.listen(engine, "begin", _say_it_again)
    return engine


def _note_what_was_lost(connection: Any, record: Any) -> None:
    """A pooler does not hand on what was said at connecting: a writer that waits for a lock would do so for ever."""
    (patience,) = connection.execute("SHOW lock_timeout").fetchone()
    connection.rollback()
    record.info["waits_for_ever"] = patience == "0"


def _say_it_again(connection: Connection) -> None:
    if connection.info.get("waits_for_ever") and connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'")


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A deferred BEGIN that later writes fails at once with "database is locked": writers say so from the start.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


# ── away ──────────────────────────────────────────────────────────────────────────────────────────────────────────

AWAY = ("08", "57P", "25006", "53300")
"""How PostgreSQL calls it when nobody can work with it just now: no connection, shutting down or starting up, a server
that only reads because another one has taken over, no connection left. Without a code: the line broke."""


def is_away(error: DBAPIError) -> bool:
    """Whether the database could not be worked with: it is changing over, or the line broke. What was to be written
    was written whole or not at all, and only the same form with the same key finds out which."""
    if error.connection_invalidated:
        return True
    code = getattr(error.orig, "sqlstate", "")  # SQLite has no such thing: it is never away
    return code.startswith(AWAY) if code else code is None and isinstance(error, OperationalError)
