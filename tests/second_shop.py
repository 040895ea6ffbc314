"""A second shop in the same database: everything the first one has, once more, as things of its own.

Each row is copied under another id, each number is higher by `APART`, each file is another file, and every Chinese text
of the first shop carries `MARK` afterwards. So the two stand side by side in every state of every life, their people
are the same by role, and whatever somebody of the second shop reads or writes of the first one is recognised.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, insert, select, update

from dealer.engine import history
from dealer.engine.columns import DocumentType, NameType, ProseType
from dealer.engine.database import Database, HistoryHead, Record
from dealer.engine.files import name_of
from dealer.engine.history import GENESIS, History
from dealer.records.people import Person, Store
from dealer.records.testdrives import TestDrive

MARK = "〔甲〕"  # stands in every text of the first shop, and in nothing else
APART = 700_000  # between the number of a thing and that of its copy
BESIDE = "beside."  # how the sign-in names of the second shop begin
CODES = {"YLYX": "BSDE"}  # stand in contract numbers
OTHER = 0xBE51DE  # what tells the ids of the second shop from those of the first
NOT_COPIED = ("signed_in", "sign_in_tries", "parked_forms", "workers", "posts_once", "jobs", "stores", "people")
NOT_MARKED = ("name_starts",)  # where names may be looked for from: nobody reads it
CHAIN = (History.__table__, HistoryHead.__table__)
# Words that a program compares: with a mark in them they would be others.
NO_TEXT = ("facts", "answer", "payload", "route", "subject")
_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b[0-9a-f]{64}\b|YLYX")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass
class Beside:
    """The second shop, and what leads from the first to it: ids, files and codes as they stand in addresses."""

    first_id: UUID
    store_id: UUID
    others: dict[str, str]

    @cached_property
    def back(self) -> dict[str, str]:
        """From the second shop to the first."""
        return {there: here for here, there in self.others.items()}

    def of_the_first(self, text: str) -> str:
        """A text with everything of the second shop in it replaced by what it was copied from."""
        return _ID.sub(lambda found: self.back.get(found[0], found[0]), text)


def found_beside(database: Database) -> Beside:
    """Found it, by copying the only shop there is."""
    with database.engine.execution_options(writes=True).begin() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        copying = _Copying(connection, database)
        copying.copy()
        copying.mark()
    return copying.beside


def other_id(key: UUID) -> UUID:
    """The id of the copy: another one, at the same place in time."""
    return UUID(int=key.int ^ OTHER)


class _Copying:
    def __init__(self, connection: Connection, database: Database) -> None:
        self.connection, self.keys = connection, database.keys
        first = connection.execute(select(Store.id)).scalar_one()
        self.beside = Beside(first, other_id(first), dict(CODES))
        self.tables = [table for table in Record.metadata.sorted_tables if table.name not in NOT_COPIED]
        self.rows = {table: self._rows(table) for table in self.tables}
        self.staff = [dict(row) for row in connection.execute(select(Person.__table__)).mappings()]

    def _rows(self, table: Table) -> list[dict[str, Any]]:
        return [dict(row) for row in self.connection.execute(select(table)).mappings()]

    # ── copying ───────────────────────────────────────────────────────────────────────────────────────────────────

    def copy(self) -> None:
        """Every row once more."""
        self._know_others()
        store = dict(self.connection.execute(select(Store.__table__)).mappings().one())
        self._put(Store.__table__, [self._other(Store.__table__, store)])
        others = [self._other(Person.__table__, row) for row in self.staff]
        self._put(Person.__table__, [row | {"sign_in": f"{BESIDE}{row['sign_in']}"} for row in others])
        for table in self.tables:
            if table not in CHAIN:
                self._put(table, [self._other(table, row) for row in self.rows[table]])
        self._copy_the_chain()

    def _know_others(self) -> None:
        keys = {self.beside.first_id, *(row["id"] for row in self.staff)}
        for rows in self.rows.values():
            keys |= {row["id"] for row in rows if "id" in row}
        self.beside.others |= {str(key): str(other_id(key)) for key in keys}
        files, tokens = (
            next(rows for table, rows in self.rows.items() if table.name == name)
            for name in ("file_bytes", "access_tokens")
        )
        self.beside.others |= {row["sha256"]: name_of(_other_bytes(row["bytes"])) for row in files}
        self.beside.others |= {row["token_hash"]: name_of(row["token_hash"].encode()) for row in tokens}

    def _other(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        found = {name: self._other_value(value) for name, value in row.items()}
        if "number" in found and isinstance(found["number"], int):
            found["number"] += APART
        match table.name:
            case "counters":
                found["value"] += APART
            case "file_bytes":
                found["bytes"] = _other_bytes(row["bytes"])
            case TestDrive.__tablename__ if row["number_sealed"] is not None:
                old, new = (f"{table.name}/number/{each['id']}" for each in (row, found))
                found["number_sealed"] = self.keys.seal(self.keys.open(row["number_sealed"], old), new)
            case "history_personal" if row["value"] is not None:
                old, new = (f"history/{each['store_id']}/{each['seq']}/{each['field']}" for each in (row, found))
                found["value"] = self.keys.seal(self.keys.open(row["value"], old), new)
        return found

    def _other_value(self, value: Any) -> Any:
        match value:
            case UUID():
                return UUID(self.beside.others.get(str(value), str(value)))
            case str():
                return _ID.sub(lambda found: self.beside.others.get(found[0], found[0]), value)
            case dict():
                return {self._other_value(name): self._other_value(each) for name, each in value.items()}
            case list():
                return [self._other_value(each) for each in value]
            case _:
                return value

    def _copy_the_chain(self) -> None:
        """The same happened there, and its chain is whole."""
        last, others = GENESIS, []
        for row in sorted(self.rows[CHAIN[0]], key=lambda row: row["seq"]):
            other = self._other(CHAIN[0], row) | {"prev": last}
            other["hash"] = last = history.chain_hash(self.keys, other)
            others.append(other)
        self._put(CHAIN[0], others)
        mac = history.head_mac(self.keys, self.beside.store_id, len(others), last)
        head = {"store_id": self.beside.store_id, "seq": len(others), "hash": last, "mac": mac}
        self._put(CHAIN[1], [head])

    def _put(self, table: Any, rows: list[dict[str, Any]]) -> None:
        if rows:
            self.connection.execute(insert(table), rows)

    # ── marking ───────────────────────────────────────────────────────────────────────────────────────────────────

    def mark(self) -> None:
        """Let every text of the first shop tell whose it is."""
        for table in (*self.tables, Store.__table__, Person.__table__):
            rows = self.staff if table is Person.__table__ else self.rows.get(table, [])
            if table in CHAIN or table.name in NOT_MARKED or not isinstance(table, Table):
                continue
            if table is Store.__table__:
                rows = [{"id": self.beside.first_id, "name": "第一家门店"}]
            for row in rows:
                marked = {
                    name: _marked(table.c[name].type, value) for name, value in row.items() if _is_text(table, name)
                }
                changed = {name: value for name, value in marked.items() if value != row[name]}
                if changed:
                    here = [column == row[column.name] for column in table.primary_key]
                    self.connection.execute(update(table).where(*here).values(**changed))


def _other_bytes(content: bytes) -> bytes:
    return content + b"\n%2"


def _is_text(table: Table, name: str) -> bool:
    kind = table.c[name].type
    return name not in NO_TEXT and isinstance(kind, NameType | ProseType | DocumentType)


def _marked(kind: Any, value: Any) -> Any:
    match value:
        case str() if _CHINESE.search(value) and not value.startswith(("{", "[")):
            return value[: kind.length - len(MARK)] + MARK if isinstance(kind, NameType) else value + MARK
        case dict():
            return {name: _marked(None, each) for name, each in value.items()}
        case list():
            return [_marked(None, each) for each in value]
        case _:
            return value
