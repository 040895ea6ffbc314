"""Files: PDFs, scans, photos, signatures. In the database, so that one transaction and one backup hold everything.

A file is kept once per shop under its sha256; its bytes lie in a table of their own, so that lists never touch them.
"""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from dealer.engine.database import Bytes, Code, Count, Moment, Name, NameType, Record

MOST_BYTES = 20 * 1024 * 1024

# What a file is, told by its first bytes: its name and the browser's word for it are not evidence.
SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
MEDIA_TYPES = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}


class File(Record):
    """A file of a shop, by the sha256 of its bytes."""

    __tablename__ = "files"
    store_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    sha256: Mapped[str] = mapped_column(NameType(64), primary_key=True)
    media_type: Mapped[Code]
    name: Mapped[Name]  # as first uploaded, for the download
    size: Mapped[Count]
    kept_since: Mapped[Moment]


class FileBytes(Record):
    """The bytes themselves."""

    __tablename__ = "file_bytes"
    store_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    sha256: Mapped[str] = mapped_column(NameType(64), primary_key=True)
    bytes: Mapped[Bytes]
    __table_args__ = (ForeignKeyConstraint(["store_id", "sha256"], ["files.store_id", "files.sha256"]),)


def media_type_of(content: bytes) -> str | None:
    """application/pdf, image/jpeg, image/png by the first bytes; None for anything else."""
    return next((kind for start, kind in SIGNATURES if content.startswith(start)), None)


def name_of(content: bytes) -> str:
    """What a file is called among ours: the sha256 of its bytes."""
    return hashlib.sha256(content).hexdigest()


def keep(db: Session, store_id: UUID, name: str, content: bytes, at: datetime, media_type: str | None = None) -> str:
    """Keep a file and return its sha256; the same bytes are kept once. The caller has checked size and kind."""
    sha256 = name_of(content)
    if db.get(File, (store_id, sha256)) is None:
        kind = media_type or media_type_of(content) or "application/octet-stream"
        db.add(File(store_id=store_id, sha256=sha256, media_type=kind, name=name, size=len(content), kept_since=at))
        db.flush()
        db.add(FileBytes(store_id=store_id, sha256=sha256, bytes=content))
        db.flush()
    return sha256


def drop(db: Session, store_id: UUID, sha256: str) -> None:
    """Let go of a file that can be made again. The caller knows that nothing else speaks of it."""
    for record in (FileBytes, File):
        db.execute(delete(record).where(record.store_id == store_id, record.sha256 == sha256))


def read(db: Session, store_id: UUID, sha256: str) -> tuple[File, bytes] | None:
    """A file of this shop with its bytes, or None."""
    file = db.get(File, (store_id, sha256))
    content = db.scalar(select(FileBytes.bytes).where(FileBytes.store_id == store_id, FileBytes.sha256 == sha256))
    return (file, content) if file is not None and content is not None else None
