"""Where a name may be searched from: a row for each character, syllable and initial letter of it, with what follows.

So whatever somebody types is the beginning of such a row, and one range of an index finds it. The rows are written with
the name itself, whoever writes it, and go when it goes: nobody has to think of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Index,
    Select,
    Table,
    and_,
    delete,
    event,
    false,
    func,
    insert,
    inspect,
    literal,
    literal_column,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from dealer.engine.columns import Code, Record
from dealer.engine.names import sought, starts

FEW = 1500
"""So many rows are read and sorted by number sooner than the newest things are looked through for those that fit."""
LAST = "\U0010ffff"


class NameStart(Record):
    """One place in the name of a thing, and the text from there on as `names.starts` spells it."""

    __tablename__ = "name_starts"
    thing_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    text: Mapped[Code] = mapped_column(primary_key=True)
    kind: Mapped[Code]  # the table of the thing
    store_id: Mapped[UUID] = mapped_column(Uuid)
    __table_args__ = (
        Index("ix_name_starts_text", "store_id", "kind", "text", "thing_id"),
        {"sqlite_with_rowid": False},
    )


class Searched:
    """Mixed into a table whose things are searched for by name."""

    searched_by: ClassVar[tuple[str, ...]] = ("name",)


class _Thing(Protocol):
    id: UUID
    store_id: UUID
    searched_by: tuple[str, ...]
    __tablename__: str


def rows_of(thing_id: UUID, store_id: UUID, kind: str, name: str) -> list[dict[str, Any]]:
    """What is kept of a name."""
    return [{"thing_id": thing_id, "text": each, "kind": kind, "store_id": store_id} for each in sorted(starts(name))]


def _write(connection: Connection, thing: _Thing) -> None:
    name = " ".join(filter(None, (getattr(thing, part) for part in thing.searched_by)))
    if rows := rows_of(thing.id, thing.store_id, thing.__tablename__, name):
        connection.execute(insert(NameStart), rows)


def _clear(connection: Connection, thing: _Thing) -> None:
    connection.execute(delete(cast(Table, NameStart.__table__)).where(NameStart.thing_id == thing.id))


@event.listens_for(Searched, "after_insert", propagate=True)
def _is_named(_: Any, connection: Connection, thing: _Thing) -> None:
    _write(connection, thing)


@event.listens_for(Searched, "after_update", propagate=True)
def _is_renamed(_: Any, connection: Connection, thing: _Thing) -> None:
    told = inspect(thing, raiseerr=True).attrs
    if any(told[part].history.has_changes() for part in thing.searched_by):
        _clear(connection, thing)
        _write(connection, thing)


@event.listens_for(Searched, "after_delete", propagate=True)
def _is_gone(_: Any, connection: Connection, thing: _Thing) -> None:
    _clear(connection, thing)


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Meant:
    """Whom somebody means by what they typed: by the name, or by something else that leads to the same things."""

    store_id: UUID
    kind: str
    typed: str
    few: bool
    otherwise: tuple[Select[Any], ...]  # ids

    def newest(self, query: Select[Any], key: Any, number: Any) -> Select[Any]:
        """The rows of a query whose key is of such a thing, the highest number first.

        Few things lead to their rows. Where many are meant, the newest rows are asked one by one whether they fit.
        """
        if not self.few:
            fits = [self._begins_at(key).is_not(None), *(key.in_(ids) for ids in self.otherwise)]
            return query.where(or_(*fits)).order_by(number.desc())
        # The limit leaves nobody out, for they were counted: it tells both databases how few there are. And they would
        # rather walk through all rows in an order that an index has, so it is one that no index has.
        begun = select(NameStart.thing_id).where(_here(self.store_id, self.kind), _begins(self.typed))
        by_name = select(begun.limit(literal_column(str(FEW))).subquery().c.thing_id)
        found = union(by_name, *self.otherwise).subquery()
        return query.join(found, found.c.thing_id == key).order_by((number + 0).desc())

    def _begins_at(self, key: Any) -> ColumnElement[Any]:
        # One value, for an EXISTS would be turned into a join that collects all things before the first is told.
        one = select(literal(1)).where(NameStart.thing_id == key, _begins(self.typed))
        return one.limit(1).scalar_subquery()


def meant(db: Session, store_id: UUID, record: Any, typed: str, otherwise: Iterable[Select[Any]] = ()) -> Meant:
    """Ask how many places of names begin so, and no further than it matters."""
    kind = record.__tablename__
    some = select(literal(1)).where(_here(store_id, kind), _begins(typed)).limit(FEW + 1).subquery()
    how_many = db.scalar(select(func.count()).select_from(some)) or 0
    return Meant(store_id, kind, typed, how_many <= FEW, tuple(otherwise))


def _here(store_id: UUID, kind: str) -> ColumnElement[bool]:
    return and_(NameStart.store_id == store_id, NameStart.kind == kind)


def _begins(typed: str) -> ColumnElement[bool]:
    ranges = [and_(NameStart.text >= each, NameStart.text < each + LAST) for each in sorted(sought(typed))]
    return or_(false(), *ranges)
