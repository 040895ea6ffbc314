"""What a support call asks first: which versions, which database, whose clock, who waits for whom. Never a secret."""

import platform
import sqlite3
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from sqlalchemy import URL, DateTime, func, make_url, select, text
from sqlalchemy.exc import OperationalError

from dealer.engine import migrating
from dealer.engine.attempts import Worker
from dealer.engine.database import Busy, Database
from dealer.engine.settings import Settings
from dealer.engine.words import SHOP_ZONE

APART = timedelta(seconds=5)  # clocks of two machines; deadlines, drives and sessions go by the clock
TOO_LONG = 60  # seconds in which a writer may hold up a shop, or a change lie open without anything being done


def versions(database: Database) -> str:
    """What runs here."""
    if database.is_sqlite:
        server = f"SQLite {sqlite3.sqlite_version}"
    else:
        with database.reading() as db:
            server = f"PostgreSQL {db.scalar(text('SHOW server_version'))}"
    return f"{server}, Python {platform.python_version()}, {platform.system()} {platform.release()}"


def place(settings: Settings) -> str:
    """Where everything lies."""
    return f"database {without_secrets(make_url(settings.url))}, data {settings.data}, keys {settings.keys_file}"


def without_secrets(url: URL) -> str:
    """An address of a database that may be read aloud."""
    shown = url.difference_update_query(["password", "sslpassword"])
    return shown.render_as_string(hide_password=True)


def clock(at: datetime, theirs: datetime) -> str | None:
    """Whether our clock and the database's agree, and are of this age."""
    if abs(theirs - at) > APART:
        apart = abs(theirs - at).total_seconds()
        return f"this machine's clock and the database's are {apart:.0f} s apart: set both by NTP"
    return None


def clock_of(database: Database) -> datetime:
    """What time it is on the server of the database."""
    with database.engine.connect() as connection:
        return connection.execute(select(func.clock_timestamp(type_=DateTime(timezone=True)))).scalar_one()


def shown(at: datetime) -> str:
    """The moment as the machine and the shop tell it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC, {at.astimezone(SHOP_ZONE):%H:%M} in the shop ({SHOP_ZONE.key})"


def open_to_all(settings: Settings) -> str | None:
    """Whether passwords would pass over a network as they were typed."""
    if settings.proxy or settings.host == "localhost":
        return None
    try:
        here = ip_address(settings.host).is_loopback
    except ValueError:
        here = False
    if here:
        return None
    return f"it serves {settings.host} without TLS: put a web server with TLS in front and name it in DEALER_PROXY"


def in_front(settings: Settings) -> str:
    """Who may reach it."""
    return f"behind the web server at {settings.proxy}" if settings.proxy else "this machine only, no DEALER_PROXY"


def locks(database: Database) -> str | None:
    """Whether somebody holds up everybody else."""
    return _lock_of_file(database) if database.is_sqlite else _locks_of_server(database)


def _lock_of_file(database: Database) -> str | None:
    try:
        with database.writing():
            return None
    except (Busy, OperationalError):
        return "another program has held the database for ten seconds: look who has its file open (fuser)"


LONG = text(
    """
    SELECT pid, extract(epoch FROM clock_timestamp() - xact_start)::int AS seconds, cardinality(pg_blocking_pids(pid))
    FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND (cardinality(pg_blocking_pids(pid)) > 0 OR state LIKE 'idle in transaction%')
        AND clock_timestamp() - xact_start > make_interval(secs => :longest) ORDER BY xact_start LIMIT 3
    """
)


def _locks_of_server(database: Database) -> str | None:
    with database.reading() as db:
        rows = db.execute(LONG, {"longest": TOO_LONG}).all()
    told = [
        f"process {pid} has {'waited' if by else 'left a change open'} for {seconds} s" for pid, seconds, by in rows
    ]
    return f"{', '.join(told)}: see pg_stat_activity" if told else None


def workers(database: Database, at: datetime) -> str:
    """How many workers there are and when one was last seen."""
    with database.reading() as db:
        count, newest = db.execute(select(func.count(), func.max(Worker.beat_at))).one()
    return f"workers {count}, last seen {(at - newest).total_seconds():.0f} s ago" if count else "no worker"


def tables() -> str:
    """The revision this version was written for."""
    return f"at {migrating.head()}"
