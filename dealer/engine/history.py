"""The history: append-only, one chain per shop, keyed, so that an edit, a gap, a cut or a forged end shows.

Each row's hash is an HMAC over its own content and the hash before it; the head row says where the chain ends and
carries a MAC of its own. Personal values are not in the chain: a row holds their keyed hash, the value itself lies
sealed in `history_personal`, which retention alone may empty.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Index, Table, bindparam, insert, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from dealer.engine.database import (
    WRITTEN,
    Bytes,
    Code,
    Count,
    HistoryHead,
    Moment,
    NameType,
    Prose,
    Record,
    Sequence,
    keys_of,
    open_store,
)
from dealer.engine.sealed import DoesNotOpen, Keys

GENESIS = "0" * 64
REVEALED = text("action LIKE 'reveal%'")
"""Rows that say that a personal value was shown to somebody; an index of their own finds them."""
MOVED = text("kind = 'deal' AND coalesce(was, '') <> now")
"""Rows that say that a deal came into another phase, likewise: reports ask for those of a period."""
# Both hold all that is asked of them: SQLite walks through every move of a shop rather than look up rows.
STOOD = ("store_id", "thing_id", "now", "was", "kind")
MOVES = ("store_id", "at", "thing_id", "seq", "now", "was", "kind")


class History(Record):
    """One thing that happened: who did what to which thing, when, from which state to which, and on what facts."""

    __tablename__ = "history"
    store_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    seq: Mapped[Sequence] = mapped_column(primary_key=True)
    at: Mapped[Moment]
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)  # None: the system, because of another row
    for_whom_id: Mapped[UUID | None] = mapped_column(Uuid)  # the person away whose stand-in acted
    because_seq: Mapped[Sequence | None]
    kind: Mapped[Code]
    thing_id: Mapped[UUID] = mapped_column(Uuid)
    case_id: Mapped[UUID | None] = mapped_column(Uuid)
    action: Mapped[Code]
    was: Mapped[Code | None]
    now: Mapped[Code | None]
    version: Mapped[Count]
    facts: Mapped[Prose]  # canonical JSON: the very text that was hashed
    prev: Mapped[str] = mapped_column(NameType(64))
    hash: Mapped[str] = mapped_column(NameType(64))

    __table_args__ = (
        Index("ix_history_thing", "store_id", "thing_id", "seq"),
        Index("ix_history_case", "store_id", "case_id", "seq"),
        Index("ix_history_moves", *MOVES, sqlite_where=MOVED, postgresql_where=MOVED),
        Index("ix_history_stood", *STOOD, sqlite_where=MOVED, postgresql_where=MOVED),
        Index("ix_history_reveals", "store_id", "seq", sqlite_where=REVEALED, postgresql_where=REVEALED),
    )


class HistoryPersonal(Record):
    """A personal value that a history row speaks of, sealed. Retention empties it and says when."""

    __tablename__ = "history_personal"
    store_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    seq: Mapped[Sequence] = mapped_column(primary_key=True)
    field: Mapped[Code] = mapped_column(primary_key=True)
    value: Mapped[Bytes | None]
    erased_at: Mapped[Moment | None]


@dataclass(frozen=True)
class Entry:
    """What is to be written down; the chain adds its own part."""

    at: datetime
    kind: str
    thing_id: UUID
    case_id: UUID | None
    action: str
    was: str | None
    now: str | None
    version: int
    actor_id: UUID | None
    for_whom_id: UUID | None
    because_seq: int | None
    facts: dict[str, Any]
    personal: dict[str, str]  # field → value; the chain holds only its keyed hash


CHAINED = (
    "store_id", "seq", "at", "actor_id", "for_whom_id", "because_seq", "kind", "thing_id", "case_id", "action", "was",
    "now", "version", "facts", "prev",
)  # fmt: skip

_INSERT = insert(cast(Table, History.__table__))
_HEADS = cast(Table, HistoryHead.__table__)
_MOVE_HEAD = (
    update(_HEADS)
    .where(_HEADS.c.store_id == bindparam("shop"))
    .values(seq=bindparam("seq"), hash=bindparam("hash"), mac=bindparam("mac"))
)


def append(db: Session, entry: Entry) -> int:
    """Write a row at the end of the shop's chain and return its place. The session must hold the head's lock."""
    keys, head = keys_of(db), db.info["head"]
    seq = head["seq"] + 1
    facts = entry.facts | {name: {"hmac": keys.hash(name, value)} for name, value in entry.personal.items()}
    row = {
        "store_id": head["store_id"],
        "seq": seq,
        "at": entry.at,
        "actor_id": entry.actor_id,
        "for_whom_id": entry.for_whom_id,
        "because_seq": entry.because_seq,
        "kind": entry.kind,
        "thing_id": entry.thing_id,
        "case_id": entry.case_id,
        "action": entry.action,
        "was": entry.was,
        "now": entry.now,
        "version": entry.version,
        "facts": json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        "prev": head["hash"],
    }
    row["hash"] = chain_hash(keys, row)
    connection = db.connection()
    connection.execute(_INSERT, row)
    db.info.setdefault(WRITTEN, []).append((entry.kind, entry.action))
    for name, value in entry.personal.items():
        sealed = keys.seal(value, f"history/{row['store_id']}/{seq}/{name}")
        db.add(HistoryPersonal(store_id=row["store_id"], seq=seq, field=name, value=sealed))
    moved = {"seq": seq, "hash": row["hash"], "mac": head_mac(keys, row["store_id"], seq, row["hash"])}
    connection.execute(_MOVE_HEAD, moved | {"shop": head["store_id"]})
    head |= moved
    return int(seq)


def start_chain(db: Session, store_id: UUID) -> None:
    """The empty history of a new shop."""
    open_store(db, store_id, {"seq": 0, "hash": GENESIS, "mac": head_mac(keys_of(db), store_id, 0, GENESIS)})


def chain_hash(keys: Keys, row: dict[str, Any]) -> str:
    """The keyed hash of a row: its content and the hash before it."""
    told = json.dumps([_plain(row[name]) for name in CHAINED], ensure_ascii=False, separators=(",", ":"))
    return hmac.new(keys.history, told.encode(), hashlib.sha256).hexdigest()


def head_mac(keys: Keys, store_id: UUID, seq: int, last: str) -> str:
    """The seal of a head row."""
    return hmac.new(keys.history, f"head/{store_id}/{seq}/{last}".encode(), hashlib.sha256).hexdigest()


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case UUID():
            return str(value)
        case _:
            return value


# ── verifying ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Finding:
    """One thing `dealer verify` has to say. `seq` is the place in the shop's history, None for the head itself."""

    store_id: UUID
    seq: int | None
    what: str  # "edited", "deleted", "cut", "head forged", "personal value edited", "erased under retention"

    @property
    def is_damage(self) -> bool:
        """Whether somebody tampered; erasure under retention is lawful and only reported."""
        return self.what != "erased under retention"


def verify(db: Session) -> list[Finding]:
    """Walk every shop's chain from its first row to its head."""
    heads = db.execute(select(HistoryHead.__table__)).mappings().all()
    stores = {head["store_id"] for head in heads}
    orphans = set(db.scalars(select(History.store_id).distinct())) - stores
    findings = [Finding(store_id, None, "head forged") for store_id in orphans]
    for head in heads:
        findings += _verify_chain(db, dict(head))
        findings += _verify_personal(db, head["store_id"])
    return findings


def _verify_chain(db: Session, head: dict[str, Any]) -> Iterator[Finding]:
    keys, store_id = keys_of(db), head["store_id"]
    last_seq, last_hash = 0, GENESIS
    rows = db.execute(
        select(History.__table__).where(History.store_id == store_id).order_by(History.seq),
        execution_options={"yield_per": 1000},
    ).mappings()
    for row in rows:
        for missing in range(last_seq + 1, row["seq"]):
            yield Finding(store_id, missing, "deleted")
        follows = row["prev"] == last_hash or row["seq"] != last_seq + 1
        if not follows or chain_hash(keys, dict(row)) != row["hash"]:
            yield Finding(store_id, row["seq"], "edited")
        last_seq, last_hash = row["seq"], row["hash"]
    yield from _verify_head(keys, head, last_seq, last_hash)


def _verify_head(keys: Keys, head: dict[str, Any], last_seq: int, last_hash: str) -> Iterator[Finding]:
    store_id = head["store_id"]
    if not hmac.compare_digest(head["mac"], head_mac(keys, store_id, head["seq"], head["hash"])):
        yield Finding(store_id, None, "head forged")
    if head["seq"] > last_seq:
        for missing in range(last_seq + 1, head["seq"] + 1):
            yield Finding(store_id, missing, "cut")
    elif head["seq"] < last_seq:
        yield Finding(store_id, head["seq"] + 1, "beyond the head")
    elif head["hash"] != last_hash:
        yield Finding(store_id, last_seq, "edited")


def _verify_personal(db: Session, store_id: UUID) -> Iterator[Finding]:
    keys = keys_of(db)
    told = db.execute(
        select(HistoryPersonal, History.facts)
        .outerjoin(History, (History.store_id == HistoryPersonal.store_id) & (History.seq == HistoryPersonal.seq))
        .where(HistoryPersonal.store_id == store_id)
    )
    for personal, facts in told:
        if personal.value is None:
            yield Finding(store_id, personal.seq, "erased under retention")
            continue
        expected = json.loads(facts or "{}").get(personal.field, {})
        if expected != {"hmac": _hash_of_sealed(keys, personal)}:
            yield Finding(store_id, personal.seq, "personal value edited")


def _hash_of_sealed(keys: Keys, personal: HistoryPersonal) -> str | None:
    """The keyed hash of a sealed value; None when it does not open, because it was sealed for another row."""
    place = f"history/{personal.store_id}/{personal.seq}/{personal.field}"
    try:
        return keys.hash(personal.field, keys.open(personal.value or b"", place))
    except DoesNotOpen:
        return None


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def of_thing(db: Session, store_id: UUID, thing_id: UUID, after_version: int = -1) -> list[History]:
    """What happened to one thing since a version, oldest first; the rows outlive a rollback of their session."""
    query = select(History).where(
        History.store_id == store_id, History.thing_id == thing_id, History.version > after_version
    )
    rows = list(db.scalars(query.order_by(History.seq)))
    for row in rows:
        db.expunge(row)
    return rows


def hands(rows: Iterable[History], actions: Iterable[str]) -> set[UUID]:
    """Everybody who took one of these actions, and for whom: a stand-in's hand is also that of the person away."""
    taken = (row for row in rows if row.action in actions)
    return {each for row in taken for each in (row.actor_id, row.for_whom_id) if each is not None}


def personal_of(db: Session, row: History) -> dict[str, str]:
    """The personal values a row speaks of, by field; what retention has emptied is not among them."""
    here = select(HistoryPersonal).where(HistoryPersonal.store_id == row.store_id, HistoryPersonal.seq == row.seq)
    return {
        kept.field: keys_of(db).open(kept.value, f"history/{kept.store_id}/{kept.seq}/{kept.field}")
        for kept in db.scalars(here)
        if kept.value is not None
    }


def of_case(db: Session, store_id: UUID, case_id: UUID, most: int = 200) -> list[History]:
    """The whole story of a deal and all that belongs to it, newest first."""
    return list(
        db.scalars(
            select(History)
            .where(History.store_id == store_id, History.case_id == case_id)
            .order_by(History.seq.desc())
            .limit(most)
        )
    )


# ── forgetting ────────────────────────────────────────────────────────────────────────────────────────────────────


def forget(db: Session, store_id: UUID, thing_id: UUID, at: datetime) -> None:
    """Empty the personal values that the rows of a thing speak of; their keyed hashes stay in the chain."""
    rows = select(History.seq).where(History.store_id == store_id, History.thing_id == thing_id)
    db.execute(
        update(HistoryPersonal)
        .where(HistoryPersonal.store_id == store_id, HistoryPersonal.seq.in_(rows), HistoryPersonal.value.is_not(None))
        .values(value=None, erased_at=at)
    )


# ── append-only, by trigger ───────────────────────────────────────────────────────────────────────────────────────

_REFUSE = "BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
_REFUSED = "FOR EACH ROW EXECUTE FUNCTION history_refuse()"
TRIGGERS = {
    "sqlite": [
        f"CREATE TRIGGER history_no_update BEFORE UPDATE ON history {_REFUSE}",
        f"CREATE TRIGGER history_no_delete BEFORE DELETE ON history {_REFUSE}",
        f"CREATE TRIGGER history_personal_no_delete BEFORE DELETE ON history_personal {_REFUSE}",
    ],
    "postgresql": [
        """CREATE OR REPLACE FUNCTION history_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'history is append-only'; END $$""",
        f"CREATE TRIGGER history_no_update BEFORE UPDATE ON history {_REFUSED}",
        f"CREATE TRIGGER history_no_delete BEFORE DELETE ON history {_REFUSED}",
        "CREATE TRIGGER history_no_truncate BEFORE TRUNCATE ON history EXECUTE FUNCTION history_refuse()",
        f"CREATE TRIGGER history_personal_no_delete BEFORE DELETE ON history_personal {_REFUSED}",
    ],
}


def trigger_names(dialect: str) -> list[str]:
    """The names of the triggers a database of that kind must have."""
    return [ddl.split()[2] for ddl in TRIGGERS[dialect] if ddl.startswith("CREATE TRIGGER")]


def create_triggers(connection: Connection, tables: Iterable[str] = ("history", "history_personal")) -> None:
    """Create the triggers; a batch migration on SQLite drops them with the table and calls this afterwards."""
    wanted = tuple(tables)
    for ddl in TRIGGERS[connection.dialect.name]:
        if "FUNCTION history_refuse() RETURNS" in ddl or any(f" ON {table} " in f"{ddl} " for table in wanted):
            connection.exec_driver_sql(ddl)
