"""Single clauses of a contract: those it words otherwise than the house, and what is remarked on them in its review."""

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dealer.engine.database import Code, Count, Moment, OfStore, Prose


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
