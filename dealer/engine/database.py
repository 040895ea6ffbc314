"""The database: engine, the two kinds of session, the named column types, conflicts told as refusals.

Everything runs on SQLite and on PostgreSQL. Two rules make them behave alike:

* who only reads opens `reading()`: such a session refuses to flush;
* who writes opens `writing(store_id)`: it first locks the history head of that store, so that there is one writer
  per store on both databases. BEGIN IMMEDIATE does it for the file, SELECT … FOR UPDATE for PostgreSQL.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Engine,
    Integer,
    Table,
    UniqueConstraint,
    Uuid,
    bindparam,
    cast,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.functions import FunctionElement

from dealer.engine import metrics, walls
from dealer.engine.calendar import ShopCalendar
from dealer.engine.columns import (
    NAMED_TYPES,
    Bytes,
    BytesType,
    Code,
    Count,
    CountType,
    Day,
    DayType,
    Document,
    DocumentType,
    Fen,
    FenType,
    Flag,
    FlagType,
    Identified,
    Key,
    Living,
    Moment,
    MomentType,
    Name,
    NameType,
    OfStore,
    Prose,
    ProseType,
    Record,
    Sequence,
    SequenceType,
    WordType,
    new_id,
    numbered,
    state_of,
    word_of,
)
from dealer.engine.connecting import engine_for, is_away
from dealer.engine.sealed import Keys

# Tables take their columns from here too: records need one door to the database, not two.
__all__ = [
    "NAMED_TYPES",
    "Busy",
    "Bytes",
    "BytesType",
    "Code",
    "Conflict",
    "Count",
    "CountType",
    "Counter",
    "DBAPIError",
    "Database",
    "Day",
    "DayType",
    "Document",
    "DocumentType",
    "Fen",
    "FenType",
    "Flag",
    "FlagType",
    "Full",
    "HistoryHead",
    "Identified",
    "Key",
    "Living",
    "Moment",
    "MomentType",
    "Name",
    "NameType",
    "OfStore",
    "Prose",
    "ProseType",
    "Record",
    "Sequence",
    "SequenceType",
    "WordType",
    "answers",
    "calendar_of",
    "constraint_of",
    "is_away",
    "keys_of",
    "lock_head",
    "new_id",
    "next_number",
    "numbered",
    "open_database",
    "open_store",
    "state_of",
    "sum_of",
    "word_of",
]

WRITTEN = "written"  # in a session's info: kind and action of each history row, counted once it is committed


class Counter(Record):
    """The last number given, per shop, subject and year. Gap-free: it moves in the transaction that uses it."""

    __tablename__ = "counters"
    store_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    subject: Mapped[Code] = mapped_column(primary_key=True)
    year: Mapped[Count] = mapped_column(primary_key=True)
    value: Mapped[Count]


class HistoryHead(Record):
    """Where the history of a shop ends. Locking this row is what makes one writer per shop."""

    __tablename__ = "history_heads"
    store_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    seq: Mapped[Sequence]
    hash: Mapped[str] = mapped_column(NameType(64))
    mac: Mapped[str] = mapped_column(NameType(64))  # keyed: a head rewritten without the key shows


# ── conflicts ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Conflict(Exception):
    """Two people wanted the same thing: the database let one of them have it. `constraint` names what they met at."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


class Busy(Exception):
    """The database is occupied by another writer for longer than a person should wait; nothing was written."""


class Full(Busy):
    """There is no room left where the database lies; nothing was written."""


def constraint_of(error: IntegrityError) -> str:
    """The name of the constraint behind an IntegrityError; SQLite tells only the columns, so it is looked up."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return str(diagnosis.constraint_name)
    told = re.search(r"UNIQUE constraint failed: (.+)", str(error.orig))
    if told is None:
        return str(error.orig)
    pairs = [place.strip().split(".") for place in told[1].split(",")]
    table = Record.metadata.tables[pairs[0][0]]
    return _unique_over(table, {column for _, column in pairs})


def _unique_over(table: Table, columns: set[str]) -> str:
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint) and set(constraint.columns.keys()) == columns:
            return str(constraint.name)
    for index in table.indexes:
        if index.unique and set(index.columns.keys()) == columns:
            return str(index.name)
    return f"pk_{table.name}"


@contextmanager
def _told_as_ours() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise Conflict(constraint_of(error)) from error
    except OperationalError as error:
        if "locked" in str(error.orig) or "lock timeout" in str(error.orig):
            raise Busy from error
        if _is_for_want_of_room(error.orig):
            raise Full from error
        raise


# SQLite tells a full disk in one of three ways: the file itself, its write-ahead log or the index of that cannot grow.
NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}
NO_ROOM_ON_THE_SERVER = "53100"


def _is_for_want_of_room(error: BaseException | None) -> bool:
    return (
        getattr(error, "sqlite_errorcode", None) in NO_ROOM or getattr(error, "sqlstate", None) == NO_ROOM_ON_THE_SERVER
    )


# ── sessions ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Database:
    """One database, its keys and its calendar. `reading()` and `writing()` are the only ways in."""

    engine: Engine
    keys: Keys
    calendar: ShopCalendar = field(default_factory=ShopCalendar)

    @contextmanager
    def reading(self, store_id: UUID | None = None) -> Iterator[Session]:
        """A session that looks and changes nothing; many of them run beside one writer.

        Without a store it looks at every shop: signing in, sweeps, `dealer verify`.
        """
        db = self._session(self.engine, store_id)
        event.listen(db, "before_flush", _refuse_flush)
        try:
            yield db
        finally:
            _close(db)

    @contextmanager
    def writing(self, store_id: UUID | None = None) -> Iterator[Session]:
        """A session for one change: commits when the block ends, rolls back when it raises.

        Things are loaded after the lock. Without a store it is for rows of nobody's shop: sign-ins, sessions.
        """
        with _told_as_ours(), self._session(self._writer, store_id) as db, db.begin():
            if store_id is not None:
                db.info["head"] = lock_head(db, store_id)
            yield db
        for kind, action in db.info.get(WRITTEN, ()):
            metrics.count("dealer_steps_total", kind, action, "taken")

    @cached_property
    def _writer(self) -> Engine:
        return self.engine.execution_options(writes=True)

    def _session(self, engine: Engine, store_id: UUID | None) -> Session:
        info = {"keys": self.keys, "calendar": self.calendar, "database": self}
        db = Session(engine, expire_on_commit=False, autoflush=False, info=info)
        if not self.is_sqlite:
            event.listen(db, "after_begin", walls.within(store_id))
        return db

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"


def _close(db: Session) -> None:
    """End a session that looked; a line that broke has nothing to say to who has read already."""
    try:
        db.close()
    except DBAPIError as error:
        if not is_away(error):
            raise
        db.invalidate()


_HEADS = HistoryHead.__table__
_READ_HEAD = select(_HEADS).where(_HEADS.c.store_id == bindparam("shop")).with_for_update()


def lock_head(db: Session, store_id: UUID) -> dict[str, Any]:
    """Become the one writer of this shop; the head read here is what the next history row continues."""
    row = db.connection().execute(_READ_HEAD, {"shop": store_id}).one_or_none()
    if row is None:
        raise LookupError(f"there is no shop {store_id}")
    return row._asdict()


def _refuse_flush(db: Session, *_: object) -> None:
    if db.new or db.dirty or db.deleted:
        raise RuntimeError("this session only reads; open writing() to change something")


def open_database(url: str, keys: Keys, calendar: ShopCalendar | None = None) -> Database:
    """A database by its address; it connects when somebody asks it something."""
    return Database(engine_for(url), keys, calendar or ShopCalendar())


# ── small things every subject needs ──────────────────────────────────────────────────────────────────────────────


def keys_of(db: Session) -> Keys:
    """The keys this session's database was opened with."""
    keys: Keys = db.info["keys"]
    return keys


def calendar_of(db: Session) -> ShopCalendar:
    """The shop's calendar: today, due dates and month figures are told by it."""
    calendar: ShopCalendar = db.info["calendar"]
    return calendar


def next_number(db: Session, store_id: UUID, subject: str, year: int = 0) -> int:
    """The next number of a subject. The head lock has made us the only writer, so there is no gap and no twin."""
    here = (Counter.store_id == store_id, Counter.subject == subject, Counter.year == year)
    value = db.scalar(update(Counter).where(*here).values(value=Counter.value + 1).returning(Counter.value))
    if value is None:
        db.execute(insert(Counter).values(store_id=store_id, subject=subject, year=year, value=1))
        return 1
    return int(value)


def sum_of(column: Column[int] | ColumnElement[int] | Any) -> ColumnElement[int]:
    """A sum of fen or counts as int on both databases: PostgreSQL's sum of bigint is a Decimal, of nothing is NULL."""
    return func.coalesce(cast(func.sum(column), BigInteger), 0)


class DaysBetween(FunctionElement[int]):
    """How many whole days, of 24 hours, lie between a moment and a later one; NULL where there is none."""

    type = Integer()
    inherit_cache = True


@compiles(DaysBetween, "sqlite")
def _days_on_sqlite(element: DaysBetween, compiler: Any, **more: Any) -> str:
    one, other = (compiler.process(each, **more) for each in element.clauses)
    return f"((strftime('%s', {other}) - strftime('%s', {one})) / 86400)"


@compiles(DaysBetween, "postgresql")
def _days_on_postgresql(element: DaysBetween, compiler: Any, **more: Any) -> str:
    one, other = (compiler.process(each, **more) for each in element.clauses)
    return f"CAST(floor(extract(epoch FROM ({other}) - ({one})) / 86400) AS integer)"


def open_store(db: Session, store_id: UUID, head: Mapping[str, Any]) -> None:
    """Give a new shop its history head, without which nobody can write to it."""
    db.execute(insert(HistoryHead).values(store_id=store_id, **head))


def answers(database: Database) -> bool:
    """Whether the database is there and answers a query."""
    try:
        with database.engine.connect() as connection:
            return connection.execute(select(1)).scalar() == 1
    except DBAPIError:
        return False
