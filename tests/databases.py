"""Every test has a database of its own, on SQLite and on PostgreSQL alike: a copy of one that was migrated once.

How conftest.py uses it:

    def pytest_configure(config):
        config.pluginmanager.register(PassedPerDatabase())

    @pytest.fixture(scope="session")
    def databases():
        with Databases() as both:
            yield both

    @pytest.fixture(params=KINDS)
    def url(request, databases):
        databases.template(request.param, migrate)  # migrate(url) is called once a run, whichever test comes first
        url = databases.fresh(request.param)
        yield url
        databases.drop(url)

The workers of one run share the templates and one PostgreSQL server.
"""

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import IO, Any, Literal, Self
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, make_url

from dealer.engine import walls
from tests import postgresql

Kind = Literal["sqlite", "postgresql"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")


GIVEN: set[str] = set()
"""The kinds of database that the running test was given."""


class Databases:
    """What tests ask for databases. Each worker of a run has one; all work in the folder of the run."""

    def __init__(self) -> None:
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid4().hex
        self.folder = _room() / f"dealer-tests-{run[:12]}"
        self._server = Server(self.folder)
        self._stores: dict[str, Files | Server] = {"sqlite": Files(self.folder), "postgresql": self._server}
        self._names = (f"{self.folder.name}-{os.getpid()}-{number}" for number in count(1))

    def __enter__(self) -> Self:
        self._alive = join(self.folder)
        return self

    def __exit__(self, *problem: object) -> None:
        with self._alive:
            # A server that we started has a stand-by that clears up after it.
            if not postgresql.is_ours(self.folder) and is_last(self._alive):
                self._server.drop_all()
                shutil.rmtree(self.folder)
            self._server.close()

    def template(self, kind: Kind, build: Callable[[str], None], name: str = "migrated") -> None:
        """Have what `fresh` copies: the first call of the run makes it, by `build(url)` on an empty database.

        A build that fails leaves nothing behind, and is tried again by the next test.
        """
        note = self._note(kind, name)
        if note.exists():
            return
        with alone(note.with_suffix(".lock")):
            if not note.exists():
                note.write_text(self._built(kind, build))

    def as_owner(self, url: str) -> str:
        """A database as whoever owns its tables: for tests that migrate it or forge what lies in it."""
        return self._server.as_owner(url) if make_url(url).get_backend_name() == "postgresql" else url

    def fresh(self, kind: Kind, name: str = "migrated") -> str:
        """Return the URL of a new copy of the template."""
        note = self._note(kind, name)
        if not note.exists():
            raise LookupError(f"There is no {name} {kind} database to copy yet: call template() first.")
        return self._give(kind, note.read_text())

    def renew(self, kind: Kind, url: str, name: str = "migrated", known: Collection[int] = ()) -> None:
        """Make a database that its test is through with what its template is.

        Whoever keeps the engine keeps the statements it has compiled: a third of what a short test costs. `known` are
        the processes of PostgreSQL that serve it: who else is connected is sent away.
        """
        self._stores[kind].renew(url, self._note(kind, name).read_text(), known)
        GIVEN.add(kind)

    def empty(self, kind: Kind) -> str:
        """Return the URL of a new database without a table: for tests of the migrations themselves."""
        return self._give(kind)

    def copy(self, url: str) -> str:
        """Return the URL of a copy of a database that nobody has open."""
        kind: Kind = "sqlite" if url.startswith("sqlite") else "postgresql"
        return self._give(kind, url)

    def drop(self, url: str) -> None:
        """Remove a database that a test was given, even if somebody still has it open."""
        self._stores[make_url(url).get_backend_name()].drop(url)

    def _note(self, kind: Kind, name: str) -> Path:
        """Where the URL of a template is written down."""
        return self.folder / f"{kind}-{name}.template"

    def _built(self, kind: Kind, build: Callable[[str], None]) -> str:
        store = self._stores[kind]
        url = store.create(next(self._names))
        try:
            build(url)
            store.settle(url)
        except BaseException:
            store.drop(url)
            raise
        return url

    def _give(self, kind: Kind, template: str = "") -> str:
        GIVEN.add(kind)
        return self._stores[kind].create(next(self._names), template)


MEMORY = Path("/dev/shm")
ENOUGH = 6 * 2**30  # bytes; a whole run with both workers has taken less than a third of it


def _room() -> Path:
    """Where there is no disk to wait for, when there is room: SQLite waits for the disk at every commit."""
    has_room = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH
    return MEMORY if has_room else Path(tempfile.gettempdir())


class Files:
    """SQLite databases, in the folder of the run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, name: str, template: str = "") -> str:
        """Copy one file: a settled template has nothing beside it."""
        path = self.folder / f"{name}.sqlite"
        if template:
            shutil.copyfile(_database(template), path)
        return f"sqlite:///{path}"

    def renew(self, url: str, template: str, _: Collection[int] = ()) -> None:
        """Copy the file anew."""
        self.drop(url)
        shutil.copyfile(_database(template), _database(url))

    def settle(self, url: str) -> None:
        """Bring what still lies in the write-ahead log into the file itself."""
        with closing(sqlite3.connect(_database(url))) as db:
            (busy, _, _) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise RuntimeError("The template is still in use: build(url) must end what it begins.")

    def drop(self, url: str) -> None:
        """Remove the file and what SQLite keeps beside it."""
        for end in ("", "-wal", "-shm", "-journal"):
            Path(_database(url) + end).unlink(missing_ok=True)


# Who is in the middle of something is none of those that may stay.
SEND_AWAY = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND (state <> 'idle' OR pid <> ALL (%s::int[]))
"""
OURS = "('public', 'dbos')"
# Tables, columns, indexes, constraints and triggers, as one text: who drops a trigger gets a new database afterwards.
SHAPE = f"""
SELECT string_agg(told, ' ' ORDER BY told) FROM (
    SELECT attrelid::regclass || ' ' || attname || ' ' || atttypid
        FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
        WHERE attnum > 0 AND NOT attisdropped AND relnamespace::regnamespace::text IN {OURS}
    UNION ALL SELECT conrelid::regclass || ' ' || conname
        FROM pg_constraint WHERE connamespace::regnamespace::text IN {OURS}
    UNION ALL SELECT tgrelid::regclass || ' ' || tgname || ' ' || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
) AS everything (told)
"""
KEEP_ROWS = f"""
CREATE SCHEMA pristine;
CREATE TABLE pristine.shape AS SELECT md5(({SHAPE})) AS shape;
DO $$ DECLARE each regclass; filled bool; BEGIN
    FOR each IN SELECT oid::regclass FROM pg_class
        WHERE relkind = 'r' AND relnamespace::regnamespace::text IN {OURS} LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', each) INTO filled;
        IF filled THEN EXECUTE format('CREATE TABLE pristine.%I AS TABLE %s', each::text, each); END IF;
    END LOOP;
END $$
"""
PUT_BACK = f"""
DO $$ DECLARE each regclass; filled bool; kept text; BEGIN
    FOR each IN SELECT oid::regclass FROM pg_class
        WHERE relkind = 'r' AND relnamespace::regnamespace::text IN {OURS} LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', each) INTO filled;
        IF filled THEN EXECUTE format('DELETE FROM %s', each); END IF;
    END LOOP;
    FOR kept IN SELECT tablename FROM pg_tables WHERE schemaname = 'pristine' AND tablename <> 'shape' LOOP
        EXECUTE format('INSERT INTO %s SELECT * FROM pristine.%I', kept, kept);
    END LOOP;
END $$
"""


# The programs are not whoever owns the tables: see dealer/engine/walls.py.
PROGRAMS = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{walls.APP}') THEN
        CREATE ROLE {walls.APP} LOGIN PASSWORD '{walls.APP}';
    END IF;
END $$
"""


def as_program(url: str) -> str:
    """A database as the programs connect to it: on PostgreSQL by a role that owns nothing, behind the second wall."""
    told = make_url(url)
    if told.get_backend_name() != "postgresql":
        return url
    return _text(told.set(username=walls.APP, password=walls.APP))


class Server:
    """PostgreSQL databases, on the server of the run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._note = folder / "postgresql.url"
        self._connection: psycopg.Connection[Any] | None = None
        self._renewing: dict[str, psycopg.Connection[Any]] = {}

    def create(self, name: str, template: str = "") -> str:
        """Copy file by file: on a server that never syncs, a third of the time that copying through its log takes."""
        command = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template:
            copied = sql.Identifier(_database(template))
            command += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(copied)
        self._execute(command)
        return _text(make_url(self._note.read_text()).set(drivername="postgresql+psycopg", database=name))

    def as_owner(self, url: str) -> str:
        """By the role that made it."""
        return _text(make_url(self._note.read_text()).set(drivername="postgresql+psycopg", database=_database(url)))

    def renew(self, url: str, template: str, known: Collection[int] = ()) -> None:
        """Put the rows back: a twentieth of the time of a new copy, which a database gets that was tampered with.

        Connections stay open, this one and those of `known`: a new one has every table still to learn.
        """
        connection = self._renewing.get(url)
        if connection is None:
            address = _text(make_url(self.as_owner(url)).set(drivername="postgresql"))
            connection = self._renewing[url] = psycopg.connect(address, autocommit=True)
            connection.execute("SET session_replication_role = replica")  # no trigger, no foreign key
        connection.execute(SEND_AWAY, (list(known),))
        same = connection.execute(f"SELECT md5(({SHAPE})) = (SELECT shape FROM pristine.shape)").fetchone()
        if same == (True,):
            connection.execute(PUT_BACK)
            return
        self.drop(url)
        self.create(_database(url), template)

    def settle(self, url: str) -> None:
        """Keep its rows for `renew`, then close the door: PostgreSQL does not copy a database that somebody is in."""
        name = _database(url)
        with psycopg.connect(_text(make_url(url).set(drivername="postgresql")), autocommit=True) as connection:
            connection.execute(KEEP_ROWS)
        self._execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
        guests = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = {}"
        self._execute(sql.SQL(guests).format(sql.Literal(name)))

    def drop(self, url: str) -> None:
        """Remove the database and send away who is still connected."""
        if url in self._renewing:
            self._renewing.pop(url).close()
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_database(url))))

    def drop_all(self) -> None:
        """Remove what the run left on a server that outlives it."""
        if not self._note.exists():
            return
        left = "SELECT datname FROM pg_database WHERE starts_with(datname, {})"
        for (name,) in self._execute(sql.SQL(left).format(sql.Literal(self.folder.name))).fetchall():
            self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def close(self) -> None:
        """End the connections."""
        for connection in self._renewing.values():
            connection.close()
        if self._connection:
            self._connection.close()

    def _execute(self, command: sql.Composed) -> psycopg.Cursor[Any]:
        if not self._connection:
            self._connection = self._connected()
        return self._connection.execute(command)

    def _connected(self) -> psycopg.Connection[Any]:
        """Connect to the server of the run: whoever is first starts it and writes down where it is."""
        with alone(self.folder / "postgresql.start"):
            url = self._note.read_text() if self._note.exists() else postgresql.start(self.folder)
            connection = psycopg.connect(_text(make_url(url).set(drivername="postgresql")), autocommit=True)
            connection.execute(PROGRAMS)
            self._note.write_text(url)
        return connection


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _database(url: str) -> str:
    return str(make_url(url).database)


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Keep other workers and threads out for as long as this takes."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


# ---- the run ---------------------------------------------------------------------------------------------------------


def join(folder: Path) -> IO[str]:
    """Share the folder of the run: return the open file whose lock says so, and which falls with a dying process."""
    while True:
        folder.mkdir(mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):
            alive = (folder / "alive").open("a")
            fcntl.flock(alive, fcntl.LOCK_SH)
            if os.fstat(alive.fileno()).st_nlink:
                return alive
            alive.close()  # those who were here have just left and taken the folder along: begin anew


def is_last(alive: IO[str]) -> bool:
    """Whether nobody else shares the folder any more."""
    try:
        fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class PassedPerDatabase:
    """The plugin that says at the end of a run how many tests passed on each database.

    A test counts for what it was given: take databases in a test or in a fixture that is made anew for each.
    """

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self) -> None:
        """A test begins without a database."""
        GIVEN.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Write into the report what the test was given: reports travel from the workers to whoever counts."""
        report = yield
        report.user_properties += [("database", kind) for kind in GIVEN]
        return report

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Count what passed."""
        properties = [found for report in terminalreporter.stats.get("passed", []) for found in report.user_properties]
        counts = ", ".join(f"{kind} {properties.count(('database', kind))}" for kind in KINDS)
        terminalreporter.write_line(f"passed per database: {counts}")
