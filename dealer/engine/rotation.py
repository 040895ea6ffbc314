"""Another key for what lies under seal: it is added, everything is sealed anew with it, then the old one is given up.

The shop goes on meanwhile: every process follows the file of the keys, the old key opens until it is given up, and what
is sealed anew lies in small transactions that nobody waits for. A rotation that was killed goes on where it was: what
still lies under another key than the current one is what is left to do.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, func, literal, select, update
from sqlalchemy.orm import Session

from dealer.engine.columns import BytesType
from dealer.engine.database import Database, Record
from dealer.engine.sealed import KeyMissing, Keys

AT_ONCE = 200  # values a transaction: some ten milliseconds
END = "_sealed"

# How a value is bound to its row; each column that is not named here is bound by its table, its name and its row's id.
BOUND = {
    "history_personal.value": "history/{store_id}/{seq}/{field}",
    "parked_forms.fields_sealed": "parked/{id}",
}


@dataclass(frozen=True)
class Column:
    """A column whose values lie under seal."""

    table: Table
    name: str

    def place(self, row: Any) -> str:
        """What a value of this row was bound to when it was sealed."""
        told = f"{self.table.name}.{self.name}"
        usual = f"{self.table.name}/{self.name.removesuffix(END)}/{{id}}"
        return BOUND.get(told, usual).format(**{each.name: row[each.name] for each in self.table.primary_key})

    def under_another(self, current: str) -> ColumnElement[bool]:
        """Which rows are not yet under the current key."""
        value, start = self.table.c[self.name], f"{current}.".encode()
        return and_(value.is_not(None), func.substr(value, 1, len(start)) != literal(start, BytesType()))


def columns() -> list[Column]:
    """Every sealed column there is; the caller has imported all tables."""
    tables = Record.metadata.sorted_tables
    named = [Column(table, each.name) for table in tables for each in table.columns if each.name.endswith(END)]
    return [*named, *(Column(table, "value") for table in tables if table.name == "history_personal")]


def left(db: Session, current: str) -> dict[str, int]:
    """How many values still lie under another key, by table; those with none are left out."""
    found = {}
    for column in columns():
        count = db.scalar(select(func.count()).select_from(column.table).where(column.under_another(current))) or 0
        if count:
            found[column.table.name] = count
    return found


def what_does_not_open(database: Database, _: datetime) -> str | None:
    """Whether the keys are those of this database: one value of each sealed column is opened; for `dealer doctor`."""
    with database.reading() as db:
        try:
            for column in columns():
                value = column.table.c[column.name]
                row = db.execute(select(*column.table.primary_key, value).where(value.is_not(None)).limit(1)).mappings()
                for found in row:
                    database.keys.open(found[column.name], column.place(found))
        except KeyMissing as trouble:
            return str(trouble)
    return None


def seal_anew(database: Database, done: Callable[[int], object]) -> int:
    """Seal everything with the current key; `done` is told after each transaction how many that were. Returns all."""
    total = 0
    for column in columns():
        for count in _batches(database, column):
            total += count
            done(total)
    return total


def _batches(database: Database, column: Column) -> Iterator[int]:
    while True:
        with database.writing() as db:
            count = _batch(db, column, database.keys)
        if not count:
            return
        yield count


def _batch(db: Session, column: Column, keys: Keys) -> int:
    key = list(column.table.primary_key)
    value = column.table.c[column.name]
    asked = select(*key, value).where(column.under_another(keys.newest())).limit(AT_ONCE).with_for_update()
    rows = db.execute(asked).mappings().all()
    for row in rows:
        place = column.place(row)
        fresh = keys.seal(keys.open(row[column.name], place), place)
        here = [each == row[each.name] for each in key]
        db.execute(update(column.table).where(*here).values({column.name: fresh}))
    return len(rows)
