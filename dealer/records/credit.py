"""Credit profiles 信用分析: what a customer may owe, until when, on which grounds, and who approved it."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import Day, Document, Fen, Living, Prose, numbered, state_of, word_of
from dealer.records.customers import Customer


class CreditGrade(StrEnum):
    """How sure it is that the customer pays."""

    A = "a"
    B = "b"
    C = "c"
    D = "d"


class CreditState(StrEnum):
    """A profile counts once somebody else has approved it, until its day or until it is revoked."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    REVOKED = "revoked"


class CreditProfile(Living):
    """One analysis of a customer. The newest that was ever approved counts, unless it is revoked."""

    __tablename__ = "credit_profiles"
    state: Mapped[CreditState] = mapped_column(state_of(CreditState))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    grade: Mapped[CreditGrade] = mapped_column(word_of(CreditGrade))
    limit: Mapped[Fen]
    valid_until: Mapped[Day]
    findings: Mapped[Prose]
    documents: Mapped[Document]  # [{name, sha256}]
    made_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[Prose] = mapped_column(default="")  # why it was refused or revoked
    customer: Mapped[Customer] = relationship()
    __table_args__ = (numbered(), Index("ix_credit_profiles_valid", "store_id", "state", "valid_until"))
