"""Backups: a copy of the whole database while the shop works, with a manifest beside it that says what must be in it.

A backup is two files: `dealer-20261127T021500Z.sqlite` (on PostgreSQL `.dump`, for pg_restore) and the same name with
`.json`, written last: a copy without its manifest was never finished. Heads and counts of the manifest come from the
very state that was copied, so `restore` can tell whether a copy is that state. The keys are never in it.

PostgreSQL is copied by pg_dump and not as a base backup: it asks for no rights on the server's files, is one file of
the one database, and restores into any server of that version or newer. Who wants every minute back, and not only the
last night, adds WAL archiving (docs/operating.md).
"""

import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, create_engine, func, inspect, make_url, select, table, text
from sqlalchemy.orm import Session

from dealer.engine import history, migrating, postgresql
from dealer.engine.database import HistoryHead, open_database
from dealer.engine.sealed import Keys

TOO_OLD = timedelta(days=1, hours=2)  # a nightly backup may be late by what it takes
ENDS = {"sqlite": ".sqlite", "postgresql": ".dump"}


class NoBackup(Exception):
    """No backup was made, or none can be taken from this file; the message says why and what to do."""


class Head(BaseModel, frozen=True):
    """Where the history of one shop ends."""

    store_id: UUID
    seq: int
    hash: str
    mac: str


class Content(BaseModel, frozen=True):
    """What a database holds: its revision, where every history ends, how many rows each table has."""

    revision: str | None
    heads: tuple[Head, ...]
    rows: dict[str, int]


class Manifest(Content, frozen=True):
    """What lies in a backup, and how its file is told from a damaged one."""

    made_at: datetime
    kind: Literal["sqlite", "postgresql"]
    server: str  # the version of the database that wrote it
    size: int
    sha256: str


class Made(BaseModel, frozen=True):
    """A finished backup. `damage`: what `verify` found in the history that was copied, as it stood in the original."""

    file: Path
    manifest: Manifest
    damage: tuple[str, ...]


def make(url: str, keys: Keys, keys_file: Path, folder: Path, at: datetime) -> Made:
    """Copy the database into the folder, look at the copy, put it in place. Raises NoBackup; nothing is left then."""
    refuse_beside(keys_file, folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kind: Literal["sqlite", "postgresql"] = "sqlite" if url.startswith("sqlite") else "postgresql"
    file = folder / f"dealer-{at:%Y%m%dT%H%M%SZ}{ENDS[kind]}"
    if file.exists():
        raise NoBackup(f"{file} is there already: try again in a second")
    with _alone_in(folder), _draft(file) as draft:
        copied = _copy_sqlite if kind == "sqlite" else _dump_postgresql
        found, damage, server = copied(url, keys, draft)
        size, sha256 = draft.stat().st_size, digest(draft)
        manifest = Manifest(**dict(found), made_at=at, kind=kind, server=server, size=size, sha256=sha256)
        into_place(draft, file)
    with _draft(manifest_of(file)) as draft:
        draft.write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
        into_place(draft, manifest_of(file))
    return Made(file=file, manifest=manifest, damage=damage)


def refuse_beside(keys_file: Path, folder: Path) -> None:
    """A backup that lies with the keys is an open book (PIPL art. 51). Raises NoBackup; also where there are none."""
    keys_at, folder = keys_file.resolve(), folder.resolve()
    if not keys_at.exists():
        raise NoBackup(f"there are no keys at {keys_at}: set DEALER_KEYS to those that this database is written with")
    if keys_at.is_relative_to(folder):
        raise NoBackup(f"the keys {keys_at} lie where the backup is to lie ({folder}): choose another folder")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One backup at a time; what one that was killed has left is cleared away."""
    door = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in folder.glob("dealer-*.part*"):
            left.unlink()
        yield
    except BlockingIOError:
        raise NoBackup(f"another backup is being written into {folder}: wait until it has ended") from None
    finally:
        os.close(door)


@contextmanager
def _draft(file: Path) -> Iterator[Path]:
    """A file that nobody else may read, under a name that is no backup yet."""
    draft = file.with_name(f"{file.name}.part")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def into_place(draft: Path, file: Path) -> None:
    """Give a file its name once its bytes are on the disk: after a power cut it is whole or not there."""
    _on_the_disk(draft)
    draft.replace(file)
    _on_the_disk(file.parent)


def _on_the_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def digest(file: Path) -> str:
    """The sha256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


# ── copying ───────────────────────────────────────────────────────────────────────────────────────────────────────

Copied = tuple[Content, tuple[str, ...], str]


def _copy_sqlite(url: str, keys: Keys, draft: Path) -> Copied:
    source = Path(make_url(url).database or "")
    if not source.exists():
        raise NoBackup(f"there is no database at {source}")
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(draft)) as copy:
        live.backup(copy)  # in one step: one state of the file, while writers go on in the log beside it
    if troubles := unsound_sqlite(draft):
        raise NoBackup(f"the copy is not sound, the one before it is kept: {'; '.join(troubles)}")
    found, damage = inspected(f"sqlite:///{draft}", keys)
    make_one_file(draft)
    return found, damage, sqlite3.sqlite_version


def make_one_file(path: Path) -> None:
    """Bring a database that was worked on to rest: nothing of it lies in a log beside it."""
    with closing(sqlite3.connect(path)) as alone:
        alone.execute("PRAGMA journal_mode=DELETE")


def unsound_sqlite(path: Path) -> list[str]:
    """What SQLite itself finds wrong in a file."""
    try:
        with closing(sqlite3.connect(path)) as copy:
            torn = [row[0] for row in copy.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
            links = copy.execute("PRAGMA foreign_key_check").fetchmany(5)
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return torn + [f"a row of {child} points to nothing in {parent}" for child, _, parent, _ in links]


def _dump_postgresql(url: str, keys: Keys, draft: Path) -> Copied:
    engine = create_engine(url, isolation_level="REPEATABLE READ", connect_args={"prepare_threshold": None})
    try:
        with engine.connect() as connection:
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
            server = str(connection.scalar(text("SHOW server_version")))
            # No lock is waited for: a migration in the middle is told, and not stood in the way of.
            how = ["--format=custom", f"--snapshot={snapshot}", "--lock-wait-timeout=10000", f"--file={draft}"]
            postgresql.run("pg_dump", url, how)
            with Session(connection, info={"keys": keys}) as db:
                return content(db.connection()), damage_in(db), server
    finally:
        engine.dispose()


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def inspected(url: str, keys: Keys) -> tuple[Content, tuple[str, ...]]:
    """What a database holds, and what `verify` finds in its histories."""
    database = open_database(url, keys)
    try:
        with database.reading() as db:
            return content(db.connection()), damage_in(db)
    finally:
        database.engine.dispose()


def content(connection: Connection) -> Content:
    """What a database holds, as this connection sees it."""
    names = set(inspect(connection).get_table_names())
    if "alembic_version" not in names or "history_heads" not in names:
        raise NoBackup("there are no tables of dealer in this database: look at DEALER_DATABASE_URL and DEALER_DATA")
    rows = {
        name: int(connection.scalar(select(func.count()).select_from(table(name))) or 0)
        for name in sorted(names - migrating.NOT_OURS)
    }
    heads = connection.execute(select(HistoryHead.__table__).order_by(HistoryHead.store_id)).mappings()
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return Content(revision=revision, heads=tuple(Head(**row) for row in heads), rows=rows)


def damage_in(db: Session) -> tuple[str, ...]:
    """What `dealer verify` would say of these histories; erasure under retention is none."""
    return tuple(
        f"history of shop {each.store_id}, {'the head' if each.seq is None else f'row {each.seq}'}: {each.what}"
        for each in history.verify(db)
        if each.is_damage
    )


def manifest_of(file: Path) -> Path:
    """Where the manifest of a backup lies."""
    return file.with_name(f"{file.name}.json")


def read_manifest(file: Path) -> Manifest:
    """What a backup says of itself. Raises NoBackup when the file is not what was written, or was never finished."""
    if not file.is_file():
        raise NoBackup(f"there is no backup {file}")
    try:
        manifest = Manifest.model_validate_json(manifest_of(file).read_bytes())
    except FileNotFoundError:
        raise NoBackup(f"{manifest_of(file).name} is missing beside it: this backup was never finished") from None
    except ValidationError:
        raise NoBackup(f"{manifest_of(file)} is damaged: take another backup") from None
    if (file.stat().st_size, digest(file)) != (manifest.size, manifest.sha256):
        raise NoBackup(f"{file} is not what was written: size or sha256 differ from its manifest; take another backup")
    return manifest


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest backups of a folder, and say which; each loses its manifest first."""
    finished = sorted(file for end in ENDS.values() for file in folder.glob(f"dealer-*{end}") if _is_finished(file))
    old = sorted(finished, key=lambda file: file.stem)[:-keep]
    for file in old:
        manifest_of(file).unlink()
        file.unlink()
    return old


def _is_finished(file: Path) -> bool:
    return manifest_of(file).exists()


# ── the record ────────────────────────────────────────────────────────────────────────────────────────────────────


class LastBackup(BaseModel, frozen=True):
    """The last backup made from this machine. It lies in the data folder and not in the database: that would tell of
    old backups once it is restored, and of none when it is lost."""

    file: Path
    made_at: datetime
    checked_at: datetime | None = None  # when `restore --check` looked at it
    trouble: str | None = None


def note(data: Path, last: LastBackup) -> None:
    """Write down what became of the last backup."""
    data.mkdir(parents=True, exist_ok=True)
    record = data / "last-backup.json"
    with _draft(record) as draft:
        draft.write_text(last.model_dump_json(indent=1), encoding="utf-8")
        into_place(draft, record)


def last(data: Path) -> LastBackup | None:
    """The last backup made from this machine, if there was one."""
    try:
        return LastBackup.model_validate_json((data / "last-backup.json").read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def trouble_with_the_last(data: Path, at: datetime) -> str | None:
    """What `dealer doctor` says of backups."""
    made = last(data)
    if made is None:
        return "no backup was ever made from here: dealer backup FOLDER every day, or DEALER_BACKUPS=elsewhere"
    if made.trouble:
        return f"the backup {made.file} is not good: {made.trouble}"
    if at - made.made_at > TOO_OLD:
        return f"the last backup is of {_shown(made.made_at)}: let a timer run dealer backup every day"
    return None


def told_of_the_last(data: Path) -> str:
    """When it was made, and when it was last looked at."""
    made = last(data)
    if made is None:
        return "none was made from here"
    looked = f"checked {_shown(made.checked_at)}" if made.checked_at else "never restored for a check"
    return f"{_shown(made.made_at)}, {looked}: {made.file}"


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
