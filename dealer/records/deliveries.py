"""Delivery batches, inspections, hand-overs, and the recorded facts of money and invoices."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Code,
    Count,
    Day,
    Document,
    Fen,
    Flag,
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
from dealer.records.contracts import Contract, ContractLine
from dealer.records.deals import Deal
from dealer.records.vehicles import Unit


class BatchState(StrEnum):
    """The life of a delivery batch 交付批次 (DOMAIN C6)."""

    PLANNED = "planned"
    RELEASED = "released"
    IN_HANDOVER = "in_handover"
    PARTLY_ACCEPTED = "partly_accepted"
    ACCEPTED = "accepted"
    CLOSED = "closed"


class Batch(Living):
    """Cars of one contract line that are due on one day. `overdue` is derived: due and not all delivered."""

    __tablename__ = "batches"
    state: Mapped[BatchState] = mapped_column(state_of(BatchState))
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), index=True)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    contract_line_id: Mapped[UUID] = mapped_column(ForeignKey("contract_lines.id"))
    position: Mapped[Count]
    quantity: Mapped[Count]
    due_on: Mapped[Day]
    original_due_on: Mapped[Day]
    place: Mapped[Name]
    contact: Mapped[Name] = mapped_column(default="")
    deal: Mapped[Deal] = relationship()
    contract: Mapped[Contract] = relationship()
    line: Mapped[ContractLine] = relationship()
    __table_args__ = (numbered(), Index("ix_batches_due", "store_id", "state", "due_on"))

    @property
    def owner_id(self) -> UUID:
        """Its deal's owner."""
        return self.deal.owner_id


class ItemResult(StrEnum):
    """Result of one inspection item."""

    PASS = "pass"  # noqa: S105 - a word, not a secret
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"


class Inspection(OfStore):
    """A PDI of a unit: every item with its result, who and when."""

    __tablename__ = "inspections"
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[Moment]
    odometer: Mapped[Count]
    passed: Mapped[Flag]
    items: Mapped[Document]  # [{item, result, note, photo_sha256}]


class Handover(OfStore):
    """The hand-over of one unit: what was ticked, who received, signatures; T0 is `driven_off_at`."""

    __tablename__ = "handovers"
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"), index=True)
    consultant_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    receiver: Mapped[Name]
    receiver_phone: Mapped[Code]
    driven_off_at: Mapped[Moment]
    ticked: Mapped[Document]  # papers, keys, functions explained, after-sales phone
    odometer: Mapped[Count]
    exceptions: Mapped[Prose] = mapped_column(default="")
    signature_sha256: Mapped[str | None] = mapped_column(NameType(64))
    scan_sha256: Mapped[str | None] = mapped_column(NameType(64))
    pdf_sha256: Mapped[str | None] = mapped_column(NameType(64))
    unit: Mapped[Unit] = relationship()


class ReceiptKind(StrEnum):
    """What money was received for."""

    EARNEST = "earnest"
    PREPAYMENT = "prepayment"
    INSTALMENT = "instalment"
    BALANCE = "balance"
    BOND_PAID = "bond_paid"  # paid by us


class Receipt(OfStore):
    """Money received under a contract, as confirmed by finance."""

    __tablename__ = "receipts"
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    kind: Mapped[ReceiptKind] = mapped_column(word_of(ReceiptKind))
    amount: Mapped[Fen]
    received_on: Mapped[Day]
    payer: Mapped[Name]
    reference: Mapped[Name] = mapped_column(default="")
    confirmed_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
