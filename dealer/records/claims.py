"""What goes to the manufacturer and comes back: scans and dossiers, layouts of sheets, statements of what was paid."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Code,
    Count,
    Day,
    Document,
    Fen,
    Living,
    Moment,
    Name,
    NameType,
    OfStore,
    Prose,
    numbered,
    state_of,
    word_of,
)
from dealer.records.deals import Deal
from dealer.records.oem import OemPaperKind, Rebate
from dealer.records.vehicles import Unit


class ClaimPaper(OfStore):
    """A scan of a paper for the manufacturer: brought once, it serves filing, rebates and dossier of its deal.

    What was wrong is withdrawn, never deleted.
    """

    __tablename__ = "claim_papers"
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), index=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), index=True)
    kind: Mapped[OemPaperKind] = mapped_column(word_of(OemPaperKind))
    invoice: Mapped[Code] = mapped_column(default="")  # of an invoice: its number, for a later one has another scan
    sha256: Mapped[str] = mapped_column(NameType(64))
    name: Mapped[Name]
    at: Mapped[Moment]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    withdrawn_at: Mapped[Moment | None]
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    unit: Mapped[Unit | None] = relationship()


class ClaimPack(OfStore):
    """The dossier of a deal as one file, made once; whatever changed since makes another version."""

    __tablename__ = "claim_packs"
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), index=True)
    edition: Mapped[Count]
    at: Mapped[Moment]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    fingerprint: Mapped[str] = mapped_column(NameType(64))  # of what goes in: a second pack of the same is none
    terms: Mapped[Document]  # what its cover says, frozen
    trouble: Mapped[Code | None]  # why there is no file: a code
    made_at: Mapped[Moment | None]
    pages: Mapped[Count | None]
    sha256: Mapped[str | None] = mapped_column(NameType(64))
    deal: Mapped[Deal] = relationship()
    parts: Mapped[list["ClaimPackPart"]] = relationship(order_by="ClaimPackPart.position", cascade="all, delete-orphan")
    __table_args__ = (UniqueConstraint("deal_id", "edition"), Index("ix_claim_packs_at", "store_id", "at"))


class ClaimPackPart(OfStore):
    """One paper in a dossier: of one car, or of all of them."""

    __tablename__ = "claim_pack_parts"
    pack_id: Mapped[UUID] = mapped_column(ForeignKey("claim_packs.id"), index=True)
    position: Mapped[Count]
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    kind: Mapped[OemPaperKind] = mapped_column(word_of(OemPaperKind))
    name: Mapped[Name]
    sha256: Mapped[str] = mapped_column(NameType(64))
    done_at: Mapped[Moment | None]
    pages: Mapped[Count | None]
    # A picture becomes a page; kept until the dossier is made.
    page_sha256: Mapped[str | None] = mapped_column(NameType(64))
    trouble: Mapped[Code | None]
    unit: Mapped[Unit | None] = relationship()
    __table_args__ = (UniqueConstraint("pack_id", "position"),)


# ── sheets ────────────────────────────────────────────────────────────────────────────────────────────────────────


class SheetPurpose(StrEnum):
    """Which sheet a manufacturer wants, or sends."""

    CLAIM = "claim"  # the cars a rebate is claimed for, one a row
    FEEDBACK = "feedback"  # every filed deal, monthly
    ORDER = "order"  # an order to the factory
    STATEMENT = "statement"  # what the manufacturer says it has paid; it comes from there


class SheetFile(StrEnum):
    """As which file it is sent."""

    XLSX = "xlsx"
    CSV = "csv"
    CSV_GB = "csv_gb"  # in the Chinese encoding of Windows


class SheetLayoutState(StrEnum):
    """A layout is written, submitted, approved; an approved one is in force from its day until a later one is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class SheetLayout(Living):
    """How the manufacturer of a brand wants a sheet, from a day on."""

    __tablename__ = "sheet_layouts"
    state: Mapped[SheetLayoutState] = mapped_column(state_of(SheetLayoutState))
    brand: Mapped[Name]
    purpose: Mapped[SheetPurpose] = mapped_column(word_of(SheetPurpose))
    edition: Mapped[Count]  # of this sheet of this brand, never used twice
    title: Mapped[Name]
    file: Mapped[SheetFile] = mapped_column(word_of(SheetFile))
    sheet: Mapped[Code] = mapped_column(default="")
    above: Mapped[Prose] = mapped_column(default="")
    columns: Mapped[Prose]  # as typed, a line for each (oem/sheet_fields.py)
    from_day: Mapped[Day]
    reason: Mapped[Prose]
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    submitted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_at: Mapped[Moment | None]
    fingerprint: Mapped[str | None] = mapped_column(NameType(64))  # of the layout as submitted and approved
    __table_args__ = (
        numbered(),
        UniqueConstraint("store_id", "brand", "purpose", "edition"),
    )


class OemFile(OfStore):
    """A sheet that was made for a manufacturer, as it went out."""

    __tablename__ = "oem_files"
    layout_id: Mapped[UUID] = mapped_column(ForeignKey("sheet_layouts.id"), index=True)
    pack_id: Mapped[UUID | None] = mapped_column(ForeignKey("claim_packs.id"), index=True)  # that it lies beside
    month: Mapped[Day | None]  # that it reports, by its first day
    at: Mapped[Moment]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    rows: Mapped[Count]
    name: Mapped[Name]
    sha256: Mapped[str] = mapped_column(NameType(64))
    layout: Mapped[SheetLayout] = relationship()
    __table_args__ = (Index("ix_oem_files_at", "store_id", "at"),)


# ── what was paid ─────────────────────────────────────────────────────────────────────────────────────────────────


class Outcome(StrEnum):
    """How a row of a statement agrees with what was approved for its VIN."""

    MATCHED = "matched"  # to the fen
    SHORT = "short"
    OVER = "over"
    UNKNOWN = "unknown_vin"  # nothing is approved for it
    NOT_PAID = "not_paid"  # approved, and the statement says nothing of it


class StatementRowState(StrEnum):
    """A row that agrees is matched; any other is open until somebody explained it and somebody else agreed."""

    MATCHED = "matched"
    OPEN = "open"
    EXPLAINED = "explained"
    CLOSED = "closed"


class Statement(OfStore):
    """What the manufacturer of a brand says it has paid, as it came."""

    __tablename__ = "statements"
    number: Mapped[Count]
    brand: Mapped[Name]
    layout_id: Mapped[UUID] = mapped_column(ForeignKey("sheet_layouts.id"))
    name: Mapped[Name]
    sha256: Mapped[str] = mapped_column(NameType(64))
    at: Mapped[Moment]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    rows: Mapped[list["StatementRow"]] = relationship(order_by="StatementRow.number", back_populates="statement")
    __table_args__ = (UniqueConstraint("store_id", "number"), UniqueConstraint("store_id", "sha256"))


class StatementRow(Living):
    """One VIN of a statement against what was approved for it. Amounts are fen."""

    __tablename__ = "statement_rows"
    state: Mapped[StatementRowState] = mapped_column(state_of(StatementRowState))
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("statements.id"), index=True)
    rebate_id: Mapped[UUID | None] = mapped_column(ForeignKey("rebates.id"), index=True)
    vin: Mapped[Code]
    outcome: Mapped[Outcome] = mapped_column(word_of(Outcome))
    expected: Mapped[Fen]
    amount: Mapped[Fen]
    paid_on: Mapped[Day | None]
    reference: Mapped[Name] = mapped_column(default="")
    reason: Mapped[Prose] = mapped_column(default="")
    explained_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    statement: Mapped[Statement] = relationship(back_populates="rows")
    rebate: Mapped[Rebate | None] = relationship()
    __table_args__ = (numbered(), Index("ix_statement_rows_vin", "store_id", "vin"))
