"""The book in which a year is made up: rows as plain values, and the steps of everything that has a life.

Nothing here asks a rule or runs an effect, but no thing takes a step that its life does not have: the states and
versions of the rows, and the history beside them, are those that the door of engine/steps.py would have left behind.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cached_property
from itertools import count
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Dialect, Table, insert, select, text, update
from sqlalchemy.orm import Session

from dealer import workflow
from dealer.engine import history
from dealer.engine.database import Counter as Numbers
from dealer.engine.database import CountType, Database, HistoryHead, Record, keys_of
from dealer.engine.steps import Life

FIRST_ID = 0x0193_0000_0000_7000_8000_0000_0000_0000
Row = dict[str, Any]
Ends = dict[tuple[str, Any], list[Any]]


class Thing:
    """One thing with a life: its row, and every step it took."""

    def __init__(self, book: "Book", record: type[Any], row: Row) -> None:
        self.book, self.row = book, row
        self._ends = book.ends[record]
        self._kind = workflow.LIVES[record].kind

    @property
    def id(self) -> UUID:
        key: UUID = self.row["id"]
        return key

    def take(self, action: str, at: datetime, by: UUID | None, to: Enum | None = None, **facts: Any) -> None:
        """A step out of its present state. `by` None: the system, because of what happened just before.

        Raises KeyError for a step that its life does not have.
        """
        was = self.row["state"]
        found = self._ends[action, was]
        now = found[0] if to is None and len(found) == 1 else found[found.index(to)]
        self.row["version"] += 1
        if now is not was:
            self.row["since"] = at
        self.row["state"] = now
        self._tell(action, was, at, by, facts)

    def is_born(self, action: str, state: Enum, at: datetime, by: UUID | None, facts: Row) -> None:
        """Its first row in the history."""
        if state not in self._ends[action, None]:
            raise KeyError(f"{self._kind}: nothing begins by {action} as {state}")
        self.row |= {"state": state, "version": 0, "since": at, "begun_at": at}
        self._tell(action, None, at, by, facts)

    def _tell(self, action: str, was: Enum | None, at: datetime, by: UUID | None, facts: Row) -> None:
        row = self.row
        told = (
            at, self._kind, row["id"], row.get("case_id"), action, None if was is None else was.value,
            row["state"].value, row["version"], by, facts,
        )  # fmt: skip
        self.book.told.append(told)


@dataclass
class Book:
    """What is made up of a shop: rows by their record, in the order they were made, and what the history tells."""

    store_id: UUID
    rows: dict[type[Record], list[Row]] = field(default_factory=lambda: defaultdict(list))
    told: list[tuple[Any, ...]] = field(default_factory=list)
    afterwards: list[Callable[[], None]] = field(default_factory=list)  # once everything has its number
    _ids: Iterator[int] = field(default_factory=lambda: count(FIRST_ID))

    @cached_property
    def ends(self) -> dict[type[Any], Ends]:
        """Where the steps of each life lead to."""
        return {record: _ends_of(life) for record, life in workflow.LIVES.items()}

    def add(self, record: type[Record], **row: Any) -> Row:
        """A row without a life; its id is made here, the same for the same year."""
        made = {"id": UUID(int=next(self._ids)), "store_id": self.store_id} | row
        self.rows[record].append(made)
        return made

    def begin(self, record: type[Record], action: str, state: Enum, at: datetime, by: UUID | None, **row: Any) -> Thing:
        """A thing with a life, at its birth."""
        told = row.pop("facts", {})
        thing = Thing(self, record, self.add(record, **row))
        thing.is_born(action, state, at, by, told)
        return thing

    def of(self, record: type[Any]) -> list[Row]:
        """The rows of a record, as they were made up."""
        return self.rows[record]


def _ends_of(life: Life) -> Ends:
    """(action, state before) → states it may lead to."""
    found: Ends = defaultdict(list)
    for step in life.steps:
        for source in step.sources:
            target = step.target if isinstance(step.target, life.states) else source
            if target not in found[step.action, source]:
                found[step.action, source].append(target)
    return dict(found)


# ── into a database ───────────────────────────────────────────────────────────────────────────────────────────────


def write(database: Database, book: Book, kinds: Collection[str] | None = None) -> None:
    """Number what has numbers by its age, write every row, continue the shop's history with what was told.

    `kinds` are those whose history is written, None: of everything. It is two thirds of the work.
    """
    with database.writing(book.store_id) as db:
        _number(db, book)
        for each in book.afterwards:
            each()
        for table in Record.metadata.sorted_tables:
            records = [record for record in book.rows if cast(Any, record).__table__ is table]
            for record in records:
                in_bulk(db, table, book.rows[record])
        _tell(db, book, kinds)
        if db.get_bind().dialect.name == "postgresql":
            # What autovacuum does within a minute, but the server of the tests has none. Otherwise plans are made for
            # empty tables: the funnel took 180 times as long.
            db.execute(text("ANALYZE"))


def _number(db: Session, book: Book) -> None:
    """Per kind in the order of birth; counters go on from there."""
    known = {(each.subject, each.year): each.value for each in db.scalars(select(Numbers))}
    given: Counter[str] = Counter()
    for record, rows in book.rows.items():
        number_column = cast(Any, record).__table__.columns.get("number")
        if number_column is None or not isinstance(number_column.type, CountType):
            continue
        life = workflow.LIVES.get(record)
        subject = life.kind if life else record.__tablename__.removesuffix("s")
        last = known.get((subject, 0), 0)
        for number, row in enumerate(sorted(rows, key=_age), last + 1):
            row["number"] = number
        given[subject] = last + len(rows)
    for subject, value in given.items():
        if (subject, 0) in known:
            here = (Numbers.store_id == book.store_id, Numbers.subject == subject, Numbers.year == 0)
            db.execute(update(Numbers).where(*here).values(value=value))
        else:
            db.execute(insert(Numbers).values(store_id=book.store_id, subject=subject, year=0, value=value))


def _age(row: Row) -> datetime:
    born: datetime = next(row[name] for name in ("begun_at", "since", "driven_off_at") if name in row)
    return born


def in_bulk(db: Session, table: Any, rows: list[Row]) -> None:
    """Rows past the door, as fast as the driver takes them: COPY on PostgreSQL."""
    dialect = db.get_bind().dialect
    columns = list(table.columns)
    values = zip(*(_column(each, rows, dialect) for each in columns), strict=True)
    connection: Any = db.connection().connection.driver_connection
    names = ", ".join(f'"{each.name}"' for each in columns)
    if dialect.name == "sqlite":
        holes = ", ".join("?" * len(columns))
        connection.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({holes})', values)
        return
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in values:
            copy.write_row(row)


def _column(column: Any, rows: list[Row], dialect: Dialect) -> list[Any]:
    """What all rows hold in one column, as the driver takes it; its default where they say nothing."""
    told = column.default
    default = None if told is None else told.arg if told.is_scalar else told.arg(None)
    values = [row.get(column.name, default) for row in rows]
    make = column.type.dialect_impl(dialect).bind_processor(dialect)
    return values if make is None else [None if value is None else make(value) for value in values]


def _tell(db: Session, book: Book, kinds: Collection[str] | None) -> None:
    """The history in the order of time, each row chained to the one before as engine/history.py chains them."""
    keys, head = keys_of(db), db.info["head"]
    told = (place for place, (_, kind, *_) in enumerate(book.told) if kinds is None or kind in kinds)
    places = sorted(told, key=lambda place: book.told[place][0])
    first = head["seq"] + 1
    seqs = {place: seq for seq, place in enumerate(places, first)}
    rows, last = [], head["hash"]
    for place in places:
        at, kind, thing_id, case_id, action, was, now, version, actor_id, facts = book.told[place]
        row = {
            "store_id": book.store_id, "seq": seqs[place], "at": at, "actor_id": actor_id, "for_whom_id": None,
            "because_seq": seqs.get(place - 1) if actor_id is None else None, "kind": kind, "thing_id": thing_id,
            "case_id": case_id, "action": action, "was": was, "now": now, "version": version,
            "facts": _canonical(facts), "prev": last,
        }  # fmt: skip
        row["hash"] = last = history.chain_hash(keys, row)
        rows.append(row)
    in_bulk(db, history.History.__table__, rows)
    seq = head["seq"] + len(rows)
    mac = history.head_mac(keys, book.store_id, seq, last)
    db.execute(
        update(cast(Table, HistoryHead.__table__))
        .where(HistoryHead.store_id == book.store_id)
        .values(seq=seq, hash=last, mac=mac)
    )


def _canonical(facts: Row) -> str:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if facts else "{}"
