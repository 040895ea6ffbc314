"""Several papers printed in one go: what was asked for, how far it is, when it was handed out."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import Code, Count, Moment, NameType, OfStore, word_of
from dealer.records.contracts import Contract


class BundleShape(StrEnum):
    """How the papers come together."""

    ONE_PDF = "one_pdf"  # one after the other, to be sent to a printer
    ZIP = "zip"  # each a file of its own, byte for byte as stored


class Bundle(OfStore):
    """Contracts to be printed together. Its file is made in the background, and printed is what is handed out."""

    __tablename__ = "bundles"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[Moment]
    shape: Mapped[BundleShape] = mapped_column(word_of(BundleShape))
    trouble: Mapped[Code | None]  # why there is no file: a code
    made_at: Mapped[Moment | None]
    sha256: Mapped[str | None] = mapped_column(NameType(64))  # of its file, as long as that is kept
    handed_out_at: Mapped[Moment | None]
    handed_out_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    parts: Mapped[list["BundlePart"]] = relationship(order_by="BundlePart.position", cascade="all, delete-orphan")
    __table_args__ = (Index("ix_bundles_store", "store_id", "at"),)


class BundlePart(OfStore):
    """One of its contracts: the bytes that were taken for it, or that there were none to take."""

    __tablename__ = "bundle_parts"
    bundle_id: Mapped[UUID] = mapped_column(ForeignKey("bundles.id"))
    position: Mapped[Count]
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"))
    done_at: Mapped[Moment | None]
    pdf_sha256: Mapped[str | None] = mapped_column(NameType(64))
    pages: Mapped[Count | None]
    trouble: Mapped[Code | None]  # the code of the refusal, when it was left out
    contract: Mapped[Contract] = relationship()
    __table_args__ = (UniqueConstraint("bundle_id", "position"), UniqueConstraint("bundle_id", "contract_id"))
