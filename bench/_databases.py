"""Databases for measures: files of SQLite, and a PostgreSQL server that keeps what it acknowledges.

Both lie in a temporary folder and stay there for the next run, so that a million deals are made once. The server runs
as long as a measure does. DEALER_BENCH names another folder, on the disk that is to be measured.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url, text

from dealer.engine import migrating
from dealer.engine.database import Database, open_database
from dealer.engine.sealed import Keys
from tests.cast import found_shop
from tests.conftest import KEYS, make_tables
from tests.databases import KINDS, alone
from tests.postgresql import free_port, owner_of, programs_in, run_program

__all__ = ["HOME", "KINDS", "Kept", "kept_databases"]

HOME = Path(os.environ.get("DEALER_BENCH") or Path(tempfile.gettempdir()) / f"dealer-bench-{os.getuid()}")
# As docs/operating.md has it: a commit that was answered is on the disk.
SETTINGS = """
fsync = on
synchronous_commit = on
full_page_writes = on
shared_buffers = 256MB
max_wal_size = 4GB
max_connections = 100
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
port = {port}
"""


@dataclass(frozen=True)
class Kept:
    """What a measure asks for databases."""

    folder: Path
    server: str  # the URL of the server's own database

    def url(self, kind: str, name: str) -> str:
        """Where the database of that name is, or would be."""
        if kind == "sqlite":
            return f"sqlite:///{self.folder / name}.sqlite"
        told = make_url(self.server).set(drivername="postgresql+psycopg", database=name)
        return told.render_as_string(hide_password=False)

    def is_there(self, kind: str, name: str) -> bool:
        """Whether a database of that name was made before."""
        if kind == "sqlite":
            return (self.folder / f"{name}.sqlite").exists()
        with psycopg.connect(self.server, autocommit=True) as server:
            return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None

    def drop(self, kind: str, name: str) -> None:
        """Remove it, if it is there."""
        if kind == "sqlite":
            for end in ("", "-wal", "-shm"):
                (self.folder / f"{name}.sqlite{end}").unlink(missing_ok=True)
            return
        with psycopg.connect(self.server, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def forget(self, kind: str, start: str) -> None:
        """Remove every database whose name begins so: those of older migrations, and what was never finished."""
        if kind == "sqlite":
            names = [path.name.partition(".")[0] for path in self.folder.glob(f"{start}*.sqlite*")]
        else:
            asked = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
            with psycopg.connect(self.server, autocommit=True) as server:
                names = [name for (name,) in server.execute(asked, (start,))]
        for name in names:
            self.drop(kind, name)

    def rename(self, kind: str, name: str, to: str) -> None:
        """What was made under one name is known by another from now on."""
        if kind == "sqlite":
            (self.folder / f"{name}.sqlite").rename(self.folder / f"{to}.sqlite")
            return
        with psycopg.connect(self.server, autocommit=True) as server:
            names = sql.Identifier(name), sql.Identifier(to)
            server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*names))

    @contextmanager
    def fresh(self, kind: str, name: str, keys: Keys = KEYS) -> Iterator[Database]:
        """A new database with the shop and its cast, for as long as a measure needs it."""
        database = self.founded(kind, name, keys)
        try:
            yield database
        finally:
            database.engine.dispose()
            self.drop(kind, name)

    def founded(self, kind: str, name: str, keys: Keys = KEYS) -> Database:
        """A new database with the shop and its cast, at the newest migration."""
        self.drop(kind, name)
        if kind == "postgresql":
            with psycopg.connect(self.server, autocommit=True) as server:
                server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        database = open_database(self.url(kind, name), keys)
        make_tables(database)
        with database.writing() as db:
            db.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
            db.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": migrating.head()})
        found_shop(database)
        return database


@contextmanager
def kept_databases() -> Iterator[Kept]:
    """The folder, and a server on it; a second measure at the same time waits for its turn."""
    HOME.mkdir(mode=0o711, parents=True, exist_ok=True)
    with alone(HOME / "lock"), _server(HOME) as url:
        yield Kept(HOME, url)


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    named = os.environ.get("DEALER_TEST_POSTGRES")
    if named:
        yield named
        return
    programs = next(programs_in(folder))
    data, port = folder / "postgresql", free_port()
    if not (data / "settled").exists():
        _lay_out(programs, data)
    (data / "postgresql.auto.conf").write_text(SETTINGS.format(port=port))
    owner = owner_of(data)
    if (data / "postmaster.pid").exists():  # left by a run that was killed
        with suppress(OSError):
            run_program(programs / "pg_ctl", "stop", "--wait", "--mode=fast", "--pgdata", data, **owner)
    run_program(programs / "pg_ctl", "start", "--wait", "--pgdata", data, "--log", data / "log", **owner)
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        run_program(programs / "pg_ctl", "stop", "--wait", "--mode=fast", "--pgdata", data, **owner)


def _lay_out(programs: Path, data: Path) -> None:
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    layout = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    run_program(programs / "initdb", "--pgdata", data, *layout, **owner_of(data))
    (data / "settled").touch()
