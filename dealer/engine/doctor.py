"""What an installation needs to be well: keys, database, disk, fonts, a worker, a backup; each said in one sentence."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from dealer.engine import backup, machine, migrating, papers, walls
from dealer.engine.attempts import JobRecord, JobState, Worker
from dealer.engine.database import Database, HistoryHead, keys_of, open_database
from dealer.engine.history import GENESIS, History, head_mac
from dealer.engine.sealed import KeysUnsafe
from dealer.engine.settings import Settings

LEAST_FREE = 2 * 1024**3  # a year of a busy shop: its papers and scans lie in the database
SILENT = timedelta(minutes=2)  # a worker shows itself four times a minute


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `trouble` says what is wrong and what to do; None: it is well, and `fact` says how it is."""

    about: str
    trouble: str | None
    fact: str = "well"


Look = Callable[[Database, datetime], str | None]


def examine(settings: Settings, at: datetime, further: Iterable[tuple[str, Look]] = ()) -> Iterator[Finding]:
    """Look at everything, in the order in which trouble is to be removed: what follows from another is left out.

    `further` are looks into the tables that the engine knows nothing of, each by what it is about.
    """
    keys = _trouble_with(lambda: settings.keys)
    yield Finding("keys", keys)
    reached = _trouble_with(lambda: migrating.current(settings.url))
    yield Finding("database", reached, machine.place(settings))
    yield Finding("disk", disk(settings.data), room(settings.data))
    yield Finding("printing", " ".join(papers.check_fonts()) or None)
    yield Finding("web", machine.open_to_all(settings), machine.in_front(settings))
    if keys or reached:
        return
    behind = migrating.behind(settings.url)
    yield Finding("tables", behind, machine.tables())
    if behind:
        return
    database = open_database(settings.url, settings.keys)
    yield from _within(settings, database, at)
    for about, look in further:
        yield Finding(about, look(database, at))
    database.engine.dispose()


def _within(settings: Settings, database: Database, at: datetime) -> Iterator[Finding]:
    """What a database that is there and at our revision is asked."""
    yield Finding("versions", None, machine.versions(database))
    theirs = at if database.is_sqlite else machine.clock_of(database)
    yield Finding("clock", machine.clock(at, theirs), machine.shown(at))
    yield Finding("locks", machine.locks(database))
    yield Finding("history", heads(database))
    apart = "by queries alone: SQLite has no other means" if database.is_sqlite else "by queries and by the database"
    yield Finding("shops apart", wall(database), apart)
    yield Finding("background work", background(database, at), machine.workers(database, at))
    yield Finding("backup", backups(settings, database, at), backup.told_of_the_last(settings.data))


def _trouble_with(attempt: Callable[[], object]) -> str | None:
    try:
        attempt()
    except (KeysUnsafe, OSError, migrating.Unreachable) as error:
        return str(error)
    return None


def disk(folder: Path) -> str | None:
    """Whether the data folder has room; a full disk stops every shop on it."""
    return f"only {room(folder)}: make room" if _free(folder) < LEAST_FREE else None


def room(folder: Path) -> str:
    """How much room there is."""
    return f"{_free(folder) / 1024**3:.1f} GB are free in {folder}"


def _free(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def backups(settings: Settings, database: Database, at: datetime) -> str | None:
    """Whether there is a backup of late; an installation without a shop has nothing to lose."""
    if settings.backups == "elsewhere" or is_empty(database):
        return None
    return backup.trouble_with_the_last(settings.data, at)


def heads(database: Database) -> str | None:
    """Whether each history ends where its head says. `verify` walks the whole chain; this is one look a shop."""
    with database.reading() as db:
        for head in db.scalars(select(HistoryHead)).all():
            newest = select(History.seq, History.hash).where(History.store_id == head.store_id)
            last = db.execute(newest.order_by(History.seq.desc()).limit(1)).one_or_none()
            forged = head.mac != head_mac(keys_of(db), head.store_id, head.seq, head.hash)
            if forged or tuple(last or (0, GENESIS)) != (head.seq, head.hash):
                return f"the history of shop {head.store_id} does not end where its head says: run dealer verify"
    return None


def wall(database: Database) -> str | None:
    """Whether the database keeps shops apart too; SQLite has no means to."""
    with database.engine.connect() as connection:
        return walls.down(connection)


def background(database: Database, at: datetime) -> str | None:
    """Whether somebody does the background work, and whether some of it waits for a person."""
    with database.reading() as db:
        alive = db.scalar(select(func.count()).where(Worker.beat_at > at - SILENT))
        waiting = db.scalar(select(func.count()).where(JobRecord.state == JobState.QUEUED))
        failed = db.scalars(select(JobRecord.key).where(JobRecord.state == JobState.FAILED).limit(3)).all()
    if waiting and not alive:
        return f"{waiting} jobs wait and no worker runs: start dealer serve or dealer worker"
    if failed:
        return f"jobs have failed and wait for somebody to look: {', '.join(failed)}"
    return None


def is_empty(database: Database) -> bool:
    """Whether no shop was ever founded here."""
    with database.reading() as db:
        return db.scalar(select(HistoryHead.store_id).limit(1)) is None
