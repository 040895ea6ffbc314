"""A process dies at one event of a transaction after another: before every statement, before the commit, just after it.

Whoever works with a `Witnessed` database has its transactions tried by children of the process before they happen. A
child gets a copy of the database and goes on as its parent would, but is killed at its event. Then its copy is what it
was before, to the last byte or row, or what it is after the whole transaction: never something between.
"""

import filecmp
import json
import os
import re
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Engine, Table, event, func, make_url, select
from sqlalchemy.orm import Session

from dealer.engine import history
from dealer.engine.database import Database, Record, open_database
from dealer.engine.history import History
from tests.conftest import KEYS
from tests.databases import Databases

NEVER = 0
REFUSED = 3  # how a child ends whose transaction is rolled back anyway
WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) +\"?(\w+)", re.IGNORECASE)
INVENTED = re.compile(r"[\w$+/=,-]{16,}")  # keys, hashes, tokens: each child invents others

Content = dict[str, Counter[str]]


@dataclass(frozen=True)
class Seen:
    """What one transaction does when nobody dies in it."""

    events: int
    steps: tuple[str, ...]  # kind and action of each history row it writes
    tables: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called: its first step, or what it writes to when it takes none."""
        return self.steps[0] if self.steps else f"writes to {', '.join(self.tables) or 'nothing'}"


@dataclass(frozen=True)
class Orders:
    """What a child is to do: on which copy, at which event it dies, and where it reports if it never does."""

    url: str
    dies_at: int
    report: int


@dataclass
class Witness:
    """Tries transactions and remembers what was seen.

    `wanted` are the places of those to be tried, counted from 1. None: the first of each name is, or of every so
    manieth name, which costs one more child a transaction to find out.
    """

    databases: Databases
    url: str
    wanted: frozenset[int] | None = None
    every: int = 1
    place: int = 0
    names: set[str] = field(default_factory=set)
    tried: dict[int, Seen] = field(default_factory=dict)
    deaths: int = 0
    torn: list[str] = field(default_factory=list)  # neither as before nor as after
    lost: list[str] = field(default_factory=list)  # committed, and not there

    @property
    def is_sqlite(self) -> bool:
        """Whether copies are files."""
        return self.url.startswith("sqlite")

    def try_out(self) -> Orders | None:
        """Try the transaction that is about to begin. Returns in each child, with its orders, and in the parent last,
        with none."""
        self.place += 1
        if self.wanted is not None and self.place not in self.wanted:
            return None
        with self._copy() as whole:
            orders, told = self._born(whole, NEVER)
            if orders is not None:
                return orders
            seen = self._seen(whole, told) if told else None
            if seen is None or (self.wanted is None and not self._is_worth_it(seen)):
                return None
            self.tried[self.place] = seen
            return self._die_at_every_event(whole, seen)

    def _is_worth_it(self, seen: Seen) -> bool:
        if seen.name in self.names:
            return False
        self.names.add(seen.name)
        return len(self.names) % self.every == 0

    def _seen(self, whole: str, told: str) -> Seen:
        report, steps = json.loads(told), []
        with _looking(self.url) as before, _looking(whole) as after:
            last = before.scalar(select(func.max(History.seq))) or 0
            rows = after.execute(select(History.kind, History.action).where(History.seq > last).order_by(History.seq))
            steps = [f"{row.kind} {row.action}" for row in rows]
        return Seen(report["events"], tuple(steps), tuple(sorted(set(report["tables"]))))

    def _die_at_every_event(self, whole: str, seen: Seen) -> Orders | None:
        with self._copy() as torn:
            for at in range(1, seen.events + 1):
                orders, _ = self._born(torn, at)
                if orders is not None:
                    return orders
                self.deaths += 1
                has_committed = at == seen.events
                # On PostgreSQL once is enough: what any of the deaths before the commit has left would still be there.
                if has_committed or self.is_sqlite or at == seen.events - 1:
                    self._look(torn, whole, f"{seen.name}, event {at} of {seen.events}", has_committed)
        return None

    def _look(self, torn: str, whole: str, where: str, has_committed: bool) -> None:
        if self._is_as_before(torn):
            if has_committed and not self._is_as_before(whole):
                self.lost.append(where)
            return
        with _looking(torn) as db, _looking(whole) as undisturbed:
            damage = [finding for finding in history.verify(db) if finding.is_damage]
            if damage or not has_committed or content(db) != content(undisturbed):
                self.torn.append(f"{where}: {damage or differences(content(db), content(undisturbed))}")

    def _is_as_before(self, torn: str) -> bool:
        """To the last byte of the file, or to the last row."""
        if not self.is_sqlite:
            return _digest(torn) == _digest(self.url)
        with closing(sqlite3.connect(_file(torn))) as db:  # what was not committed is forgotten now
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return filecmp.cmp(_file(torn), _file(self.url), shallow=False)

    @contextmanager
    def _copy(self) -> Iterator[str]:
        url, parent = self.databases.copy(self.url), os.getpid()
        try:
            yield url
        finally:
            if os.getpid() == parent:  # a child passes here on its way to its work
                self.databases.drop(url)

    def _born(self, url: str, dies_at: int) -> tuple[Orders | None, str]:
        """Have a child and wait for its end. Its orders, in the child; what it reported, in the parent."""
        listens, reports = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(listens)
            return Orders(url, dies_at, reports), ""
        os.close(reports)
        with os.fdopen(listens) as pipe:
            told = pipe.read()
        _, status = os.waitpid(child, 0)
        if dies_at != NEVER and not os.WIFSIGNALED(status):
            self.torn.append(f"transaction {self.place}: its child did not come to event {dies_at}")
        return None, told


@dataclass(frozen=True)
class Witnessed(Database):
    """A database whose transactions are tried by children before they happen."""

    witness: Any = None  # Witness; a child never needs it

    @contextmanager
    def writing(self, store_id: UUID | None = None) -> Iterator[Session]:
        """As ever; but first the children."""
        self.engine.dispose()  # a child inherits no open connection, and only an idle database is copied
        orders = self.witness.try_out()
        if orders is None:
            with super().writing(store_id) as db:
                yield db
            return
        _connect_elsewhere(self.engine, orders.url)
        tables: list[str] = []
        events = _count_events(self.engine, orders.dies_at, tables)
        try:
            with super().writing(store_id) as db:
                yield db
        except BaseException:
            os._exit(REFUSED)
        os.write(orders.report, json.dumps({"events": next(events) - 1, "tables": tables}).encode())
        os._exit(0)


def _connect_elsewhere(engine: Engine, url: str) -> None:
    """Lead an engine to a copy: it goes on knowing the statements that its parent has compiled."""

    def lead(_: Any, __: Any, where: list[Any], named: dict[str, Any]) -> None:
        if url.startswith("sqlite"):
            where[0] = _file(url)
        else:
            named["dbname"] = _file(url)

    event.listen(engine, "do_connect", lead)


def _count_events(engine: Engine, dies_at: int, tables: list[str]) -> Iterator[int]:
    """Count the events of this process from now on, and die at one of them."""
    numbers = iter(range(1, 1_000_000))

    def happened(*_: Any) -> None:
        if next(numbers) == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def stated(_: Any, __: Any, statement: str, *___: Any) -> None:
        tables.extend(WRITES.findall(statement)[:1])
        happened()

    event.listen(engine, "before_cursor_execute", stated)
    event.listen(engine, "commit", happened)
    event.listen(Session, "after_commit", happened)
    return numbers


# ── what a database holds ─────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _looking(url: str) -> Iterator[Session]:
    database = open_database(url, KEYS)
    with database.reading() as db:
        yield db
    database.engine.dispose()


def content(db: Session) -> Content:
    """Every row of every table, but for what each child invents anew: keys, and sheets and papers that show them."""
    return {table.name: Counter(_rows(db, table)) for table in Record.metadata.sorted_tables}


def _rows(db: Session, table: Table) -> Iterator[str]:
    columns = [column for column in table.columns if (table.name, column.name) != ("files", "size")]
    for row in db.execute(select(*columns)):
        told = ("<bytes>" if isinstance(each, bytes) else str(each) for each in row)
        yield INVENTED.sub("#", " | ".join(told))


def differences(one: Content, other: Content) -> list[str]:
    """The first rows in which two contents differ, table by table."""
    return [
        f"{table}: {[*(one[table] - other[table]), *(other[table] - one[table])][:2]}"
        for table in one
        if one[table] != other[table]
    ]


DIGEST = """
SELECT string_agg(format(
    'SELECT %L, count(*)::text, md5(string_agg(md5(t::text), '''' ORDER BY md5(t::text))) FROM %s t',
    oid::regclass::text, oid::regclass), ' UNION ALL ')
    FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('public', 'dbos')
"""


def _digest(url: str) -> list[Any]:
    with psycopg.connect(_plain(url)) as connection:
        (query,) = connection.execute(DIGEST).fetchone() or ("",)
        return sorted(connection.execute(query).fetchall())


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _file(url: str) -> str:
    return str(make_url(url).database)
