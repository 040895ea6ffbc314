"""Clauses: how the house words them from a day on, which paper was printed with which wording, and single clauses of a
contract: those it words otherwise than the house, and what is remarked on them in its review."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dealer.engine.database import (
    Code,
    Count,
    Day,
    Living,
    Moment,
    NameType,
    OfStore,
    Prose,
    numbered,
    state_of,
)


class ClauseState(StrEnum):
    """A wording is written, submitted, approved; an approved one is in force from its day until a later one is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class ClauseVersion(Living):
    """How the house words a clause from a day on. Version 1 is what the program brings along: it has no row."""

    __tablename__ = "clause_versions"
    state: Mapped[ClauseState] = mapped_column(state_of(ClauseState))
    key: Mapped[Code]  # of the clause library
    edition: Mapped[Count]  # the version of this clause, never used twice; `version` counts how often the row changed
    zh: Mapped[Prose]
    en: Mapped[Prose]
    from_day: Mapped[Day]
    reason: Mapped[Prose]
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    submitted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_at: Mapped[Moment | None]
    fingerprint: Mapped[str | None] = mapped_column(NameType(64))  # of the wording as submitted and approved
    __table_args__ = (
        numbered(),
        UniqueConstraint("store_id", "key", "edition"),
        Index("ix_clause_versions_in_force", "store_id", "state", "from_day"),
    )


class PrintedClause(OfStore):
    """Which version of a clause a numbered paper was printed with; a clause it words otherwise has no row."""

    __tablename__ = "printed_clauses"
    subject_kind: Mapped[Code]  # the subject's table
    subject_id: Mapped[UUID]
    code: Mapped[Code]  # the number of the paper, which outlives a withdrawal of the text
    key: Mapped[Code]
    edition: Mapped[Count]
    __table_args__ = (
        UniqueConstraint("store_id", "code", "key"),
        Index("ix_printed_clauses_edition", "store_id", "key", "edition"),
    )


class OwnClause(OfStore):
    """A clause that this contract words otherwise than the house, and what the house said when that was written."""

    __tablename__ = "own_clauses"
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    key: Mapped[Code]  # of the clause library
    zh: Mapped[Prose]
    en: Mapped[Prose] = mapped_column(default="")
    original: Mapped[Prose]
    __table_args__ = (UniqueConstraint("contract_id", "key"),)


class Remark(OfStore):
    """What a reviewer says about a clause, and what the owner answers."""

    __tablename__ = "remarks"
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    number: Mapped[Count]  # within its contract
    revision: Mapped[Count]  # of the text it was made on
    key: Mapped[Code]
    text: Mapped[Prose]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[Moment]
    answer: Mapped[Prose | None]
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    answered_at: Mapped[Moment | None]
    __table_args__ = (UniqueConstraint("contract_id", "number"),)
