"""Columns: the named types every column of the house has, and the bases every table is made from.

A raw integer, datetime or Enum column behaves differently on SQLite and PostgreSQL; these do not. A test forbids any
other type.
"""

import os
import time
from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import JSON


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): milliseconds first, so that new rows land at the end of the index."""
    stamp = time.time_ns() // 1_000_000
    noise = int.from_bytes(os.urandom(10), "big")
    high, low = noise >> 62 & 0xFFF, noise & (1 << 62) - 1
    return UUID(int=stamp << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def made_at(key: UUID) -> datetime:
    """The moment in which `new_id` made this id, to the millisecond."""
    return datetime.fromtimestamp((key.int >> 80) / 1000, UTC)


def oldest_after(moment: datetime) -> UUID:
    """The smallest id that `new_id` could have made from that moment on: older rows lie below it."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


# ── column types: each column of the house has one of these, a test forbids the raw ones ──────────────────────────


class FenType(TypeDecorator[int]):
    """Money in fen. 64 bits: 32 overflow at 21.5 million yuan, silently and on PostgreSQL only."""

    impl = BigInteger
    cache_ok = True


class CountType(TypeDecorator[int]):
    """A quantity, a version, a mileage."""

    impl = Integer
    cache_ok = True


class SequenceType(TypeDecorator[int]):
    """A place in a long sequence, such as the history of a store."""

    impl = BigInteger
    cache_ok = True


class MomentType(TypeDecorator[datetime]):
    """A point in time: naive values are refused, UTC is stored, the shop's zone is for showing."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class DayType(TypeDecorator[date]):
    """A day of the shop's calendar."""

    impl = Date
    cache_ok = True


class FlagType(Boolean):
    """Yes or no."""


class BytesType(TypeDecorator[bytes]):
    """Sealed values and the bytes of files."""

    impl = LargeBinary
    cache_ok = True


class DocumentType(TypeDecorator[Any]):
    """A frozen snapshot or a small list, as JSON."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())


class NameType(TypeDecorator[str]):
    """A short text; compared byte by byte on both databases."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        collation = "C" if dialect.name == "postgresql" else None
        return dialect.type_descriptor(String(self.length, collation=collation))


class ProseType(TypeDecorator[str]):
    """A remark; its length is checked where it is asked for (2,000 characters)."""

    impl = Text
    cache_ok = True


class WordType(TypeDecorator[Enum]):
    """A member of an Enum, stored as its value: a word, not a number and not the member's name."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[Enum]) -> None:
        super().__init__(40)
        self.words = words

    def process_bind_param(self, value: Enum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(self.words(value).value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Enum | None:
        return None if value is None else self.words(value)


NAMED_TYPES = (
    FenType, CountType, SequenceType, MomentType, DayType, FlagType, BytesType, DocumentType, NameType, ProseType,
    WordType, Uuid,
)  # fmt: skip

Fen = Annotated[int, mapped_column(FenType)]
Count = Annotated[int, mapped_column(CountType)]
Sequence = Annotated[int, mapped_column(SequenceType)]
Moment = Annotated[datetime, mapped_column(MomentType)]
Day = Annotated[date, mapped_column(DayType)]
Flag = Annotated[bool, mapped_column(FlagType)]
Bytes = Annotated[bytes, mapped_column(BytesType)]
Document = Annotated[Any, mapped_column(DocumentType)]
Code = Annotated[str, mapped_column(NameType(40))]
Name = Annotated[str, mapped_column(NameType(200))]
Prose = Annotated[str, mapped_column(ProseType)]
Key = Annotated[UUID, mapped_column(Uuid)]


def word_of(words: type[Enum]) -> WordType:
    """The column type of an Enum."""
    return WordType(words)


state_of = word_of


class Record(DeclarativeBase):
    """What every table is made from."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Identified(Record):
    """A row with an id of our own making."""

    __abstract__ = True
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)

    def __init__(self, **values: Any) -> None:
        # The id exists before the row does: sealed values are bound to it.
        values.setdefault("id", new_id())
        super().__init__(**values)


class OfStore(Identified):
    """A row that belongs to one shop; nobody of another shop ever sees it."""

    __abstract__ = True
    store_id: Mapped[UUID] = mapped_column(Uuid, index=True)


class Living(OfStore):
    """A thing with a life: a state that only engine/steps.py moves, and a version that every change raises.

    The class adds `state: Mapped[S] = mapped_column(state_of(S))`, and `numbered()` to its __table_args__. `case_id`
    names the deal it belongs to, so that one look at the history tells the whole story of a deal.
    """

    __abstract__ = True
    number: Mapped[Count]  # per shop and kind; people and URLs use it
    version: Mapped[Count] = mapped_column(default=0)
    since: Mapped[Moment]  # when it came into its present state
    begun_at: Mapped[Moment]
    case_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)


def numbered() -> UniqueConstraint:
    """Numbers are unique within a shop."""
    return UniqueConstraint("store_id", "number")
