"""Restoring: a backup becomes a database again, first in a scratch place where it is looked at, then in place.

Whatever happens in the middle, the old database stays where it is; at the end it is put aside and not deleted.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from dealer.engine import backup, migrating, postgresql
from dealer.engine.backup import Content, Manifest, NoBackup
from dealer.engine.history import head_mac
from dealer.engine.sealed import Keys

ENDS_OF_SQLITE = ("", "-wal", "-shm", "-journal")


def check(file: Path, url: str, keys: Keys) -> Manifest:
    """Restore a backup into a scratch place, look at it and throw it away. Raises NoBackup with all that is wrong."""
    manifest = _fit(file, url, keys)
    if manifest.kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="dealer-check-") as folder:
            copy = Path(folder) / "dealer.sqlite"
            shutil.copyfile(file, copy)
            _refuse_unsound(manifest, f"sqlite:///{copy}", keys)
        return manifest
    with _scratch_database(url, "check") as scratch:
        postgresql.run("pg_restore", scratch, [*HOW, str(file)])
        _refuse_unsound(manifest, scratch.render_as_string(hide_password=False), keys)
    return manifest


def restore(file: Path, url: str, keys: Keys, at: datetime, *, replace: bool) -> tuple[Manifest, str | None]:
    """Put a backup in the place of the database, and say what the old one is called now; None: there was none.

    Raises NoBackup when somebody works on the database, or when it holds a shop and `replace` is not said.
    """
    manifest = _fit(file, url, keys)
    if manifest.kind == "sqlite":
        return manifest, _in_place_of_file(file, manifest, Path(make_url(url).database or ""), keys, at, replace)
    return manifest, _in_place_of_database(file, manifest, url, keys, at, replace)


def standing(manifest: Manifest) -> str:
    """What the tables of a backup are to this version of dealer."""
    if manifest.revision == migrating.head():
        return f"tables at {manifest.revision}, as this version expects"
    return f"tables at {manifest.revision}, this version expects {migrating.head()}: after a restore run dealer migrate"


# ── what fits ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _fit(file: Path, url: str, keys: Keys) -> Manifest:
    manifest = backup.read_manifest(file)
    if manifest.kind != make_url(url).get_backend_name():
        raise NoBackup(f"{file} is a backup of {manifest.kind}: set DEALER_DATABASE_URL to a database of that kind")
    wrong = [head for head in manifest.heads if head.mac != head_mac(keys, head.store_id, head.seq, head.hash)]
    if wrong and len(wrong) == len(manifest.heads):
        raise NoBackup("these are not the keys this backup was written with: set DEALER_KEYS to those of its time")
    return manifest


def _refuse_unsound(manifest: Manifest, url: str, keys: Keys) -> None:
    address = make_url(url)
    troubles = backup.unsound_sqlite(Path(address.database or "")) if manifest.kind == "sqlite" else []
    if not troubles:
        found, damage = backup.inspected(url, keys)
        troubles = [*_differences(manifest, found), *damage]
    if troubles:
        raise NoBackup(f"what was restored is not what was copied: {'; '.join(troubles)}")


def _differences(manifest: Manifest, found: Content) -> Iterator[str]:
    if found.revision != manifest.revision:
        yield f"the tables stand at {found.revision} and not at {manifest.revision}"
    ends = {head.store_id: head for head in found.heads}
    for head in manifest.heads:
        if ends.get(head.store_id) != head:
            yield f"the history of shop {head.store_id} does not end at row {head.seq}, as it did"
    for name in sorted(manifest.rows.keys() | found.rows.keys()):
        counted, wanted = found.rows.get(name), manifest.rows.get(name)
        if counted != wanted:
            yield f"{name} has {counted} rows and not {wanted}"


# ── SQLite ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _in_place_of_file(
    file: Path, manifest: Manifest, target: Path, keys: Keys, at: datetime, replace: bool
) -> str | None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.restoring")
    try:
        shutil.copyfile(file, draft)
        draft.chmod(0o600)
        _refuse_unsound(manifest, f"sqlite:///{draft}", keys)
        backup.make_one_file(draft)
        aside = _put_aside(target, at, replace) if target.exists() else None
        backup.into_place(draft, target)
    finally:
        for end in ENDS_OF_SQLITE:
            draft.with_name(draft.name + end).unlink(missing_ok=True)
    return aside


def _put_aside(target: Path, at: datetime, replace: bool) -> str:
    """Give the old file a second name; it loses its first one when the new file takes it, in one move."""
    _refuse_open(target)
    if not replace and _holds_a_shop(target):
        raise NoBackup(f"{target} holds a shop: say --replace to put it aside and the backup in its place")
    aside = target.with_name(f"{target.name}.before-{at:%Y%m%dT%H%M%SZ}")
    for end in ENDS_OF_SQLITE:
        beside = target.with_name(target.name + end)
        if beside.exists():
            os.link(beside, aside.with_name(aside.name + end))
            if end:
                beside.unlink()  # a log of the old file beside the new one would be played into it
    return str(aside)


def _refuse_open(target: Path) -> None:
    """Only who is alone with a file can take it out of WAL, which also brings its log into the file itself."""
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(target, timeout=0)) as alone:
        try:
            alone.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise NoBackup(f"{target} is in use: stop dealer serve and dealer worker first") from error
            raise


def _holds_a_shop(target: Path) -> bool:
    """Whether there is anything to lose; a file that cannot be read may hold all of it."""
    try:
        with closing(sqlite3.connect(target)) as old:
            return old.execute("SELECT 1 FROM history_heads LIMIT 1").fetchone() is not None
    except sqlite3.OperationalError as error:
        return "no such table" not in str(error)
    except sqlite3.DatabaseError:
        return True


# ── PostgreSQL ────────────────────────────────────────────────────────────────────────────────────────────────────

# Rights are given anew by who owns the restored database (engine/walls.py): roles of another server may not exist.
HOW = ["--exit-on-error", "--no-owner", "--no-privileges"]


def _in_place_of_database(
    file: Path, manifest: Manifest, url: str, keys: Keys, at: datetime, replace: bool
) -> str | None:
    name = str(make_url(url).database)
    with _beside(url) as server:
        _refuse_used(server, name)
        exists = _exists(server, name)
    if exists and not replace and _has_a_shop(url):
        raise NoBackup(f"the database {name} holds a shop: say --replace to put it aside and the backup in its place")
    with _scratch_database(url, "restoring") as scratch:
        postgresql.run("pg_restore", scratch, [*HOW, str(file)])
        _refuse_unsound(manifest, scratch.render_as_string(hide_password=False), keys)
        migrating.build_walls(scratch.render_as_string(hide_password=False))
        aside = f"{name}_before_{at:%Y%m%d_%H%M%S}"
        with _beside(url) as server, server.transaction():  # both names change, or none does
            _refuse_used(server, name)
            if exists:
                server.execute(_renamed(name, aside))
            server.execute(_renamed(str(scratch.database), name))
    return aside if exists else None


def _renamed(old: str, new: str) -> sql.Composed:
    return sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))


def _refuse_used(server: "psycopg.Connection[Any]", name: str) -> None:
    row = server.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [name]).fetchone()
    if row and row[0]:
        raise NoBackup(f"{row[0]} connections work on the database {name}: stop dealer serve and dealer worker first")


def _exists(server: "psycopg.Connection[Any]", name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _has_a_shop(url: str) -> bool:
    told, password = postgresql.connection_to(url)
    with psycopg.connect(told, password=password or None) as db:
        tables = db.execute("SELECT to_regclass('history_heads')").fetchone()
        return tables != (None,) and db.execute("SELECT 1 FROM history_heads LIMIT 1").fetchone() is not None


@contextmanager
def _beside(url: str) -> "Iterator[psycopg.Connection[Any]]":
    """The server, from a database that is not ours: nobody renames the one they stand in."""
    told, password = postgresql.connection_to(make_url(url).set(database="postgres"))
    try:
        with psycopg.connect(told, password=password or None, autocommit=True) as server:
            yield server
    except psycopg.Error as error:
        raise NoBackup(f"the server refuses: {' '.join(str(error).split())}") from error


@contextmanager
def _scratch_database(url: str, purpose: str) -> Iterator[URL]:
    """An empty database of the same language and order of letters, which goes unless it was given another name."""
    name = str(make_url(url).database)
    scratch = f"{name}_{purpose}_{os.getpid()}"
    with _beside(url) as server:
        like = "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database WHERE datname = %s"
        row = server.execute(like, [name]).fetchone() or ("UTF8", "C.UTF-8", "C.UTF-8")
        made = "CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}"
        server.execute(sql.SQL(made).format(sql.Identifier(scratch), *map(sql.Literal, row)))
        try:
            yield make_url(url).set(database=scratch)
        finally:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(scratch)))
