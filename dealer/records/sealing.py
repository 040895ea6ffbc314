"""The house seal of papers: the certificate it is made with, and the sealed twin of each paper."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import Bytes, Moment, Name, NameType, OfStore


class SealKey(OfStore):
    """A certificate of the shop's own with its key, which is under seal itself and goes when the certificate does."""

    __tablename__ = "seal_keys"
    subject: Mapped[Name]
    certificate_sha256: Mapped[str] = mapped_column(NameType(64))
    valid_from: Mapped[Moment]
    valid_until: Mapped[Moment]
    key_sealed: Mapped[Bytes | None]
    since: Mapped[Moment]
    ended_at: Mapped[Moment | None]


class SealedPaper(OfStore):
    """A second file of a paper: the same bytes with the seal behind them."""

    __tablename__ = "sealed_papers"
    subject_id: Mapped[UUID]
    pdf_sha256: Mapped[str] = mapped_column(NameType(64))  # of the paper without the seal
    sealed_sha256: Mapped[str] = mapped_column(NameType(64))
    seal_key_id: Mapped[UUID] = mapped_column(ForeignKey("seal_keys.id"))
    at: Mapped[Moment]
    key: Mapped[SealKey] = relationship(lazy="joined")
    __table_args__ = (UniqueConstraint("store_id", "pdf_sha256"), Index("ix_sealed_papers_file", "sealed_sha256"))
