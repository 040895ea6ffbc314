"""Delivery batches, inspections and hand-overs."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Code,
    Count,
    Day,
    Document,
    Flag,
    Living,
    Moment,
    Name,
    NameType,
    OfStore,
    Prose,
    numbered,
    state_of,
)
from dealer.records.contracts import Contract, ContractLine
from dealer.records.deals import Deal
from dealer.records.vehicles import Model, Unit


class BatchState(StrEnum):
    """The life of a delivery batch 交付批次 (DOMAIN C6)."""

    PLANNED = "planned"
    RELEASED = "released"
    IN_HANDOVER = "in_handover"
    PARTLY_ACCEPTED = "partly_accepted"
    ACCEPTED = "accepted"
    CLOSED = "closed"


class Batch(Living):
    """Cars that are delivered together on one day. `overdue` is derived: due and not all delivered."""

    __tablename__ = "batches"
    state: Mapped[BatchState] = mapped_column(state_of(BatchState))
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), index=True)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    position: Mapped[Count]  # a batch split off goes on counting
    planned_as: Mapped[Count]  # the number of the contract's batch that it is, or is a part of
    quantity: Mapped[Count]  # of all its shares
    due_on: Mapped[Day]
    original_due_on: Mapped[Day]  # of the contract: what delay is counted from, also for what was split off
    promised_on: Mapped[Day | None]  # when its cars come later than it is due: the day that was told instead
    place: Mapped[Name]
    sent_by_seller: Mapped[Flag] = mapped_column(default=False)
    contact: Mapped[Name] = mapped_column(default="")
    contact_phone: Mapped[Code] = mapped_column(default="")
    excused_days: Mapped[Count] = mapped_column(default=0)  # of delay that is not ours: force majeure, the customer
    excuse: Mapped[Prose | None]
    excuse_sha256: Mapped[str | None] = mapped_column(NameType(64))
    deal: Mapped[Deal] = relationship()
    contract: Mapped[Contract] = relationship()
    shares: Mapped[list["BatchShare"]] = relationship(order_by="BatchShare.id", cascade="all, delete-orphan")
    __table_args__ = (
        numbered(),
        UniqueConstraint("contract_id", "position"),
        Index("ix_batches_due", "store_id", "state", "due_on"),
    )

    @property
    def owner_id(self) -> UUID:
        """Its deal's owner."""
        return self.deal.owner_id


class BatchShare(OfStore):
    """How many cars of a contract line a batch holds."""

    __tablename__ = "batch_shares"
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"), index=True)
    contract_line_id: Mapped[UUID] = mapped_column(ForeignKey("contract_lines.id"), index=True)
    quantity: Mapped[Count]
    line: Mapped[ContractLine] = relationship()


class ItemResult(StrEnum):
    """Result of one inspection item."""

    PASS = "pass"  # noqa: S105 - a word, not a secret
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"


class InspectionList(OfStore):
    """What the PDI of a model looks at beside the house list; the newest version counts, older ones stay to be read."""

    __tablename__ = "inspection_lists"
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    version: Mapped[Count]
    at: Mapped[Moment]
    kept_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[Prose]
    points: Mapped[Document]  # [{code, group, what, mandatory}] of its own
    if_fitted: Mapped[Document]  # codes of the house list that a car of this model may do without
    model: Mapped[Model] = relationship()
    __table_args__ = (UniqueConstraint("store_id", "model_id", "version"),)


class Inspection(OfStore):
    """A PDI of a unit: every item with its result, who and when."""

    __tablename__ = "inspections"
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[Moment]
    odometer: Mapped[Count]
    passed: Mapped[Flag]
    items: Mapped[Document]  # [{item, label, result, note, photo_sha256}]; the label of what only the model's list has
    remark: Mapped[Prose] = mapped_column(default="", server_default="")


class Handover(OfStore):
    """The hand-over of one unit: what was ticked, who received, signatures; T0 is `driven_off_at`."""

    __tablename__ = "handovers"
    number: Mapped[Count]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"), index=True)
    consultant_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    receiver: Mapped[Name]
    receiver_phone: Mapped[Code]
    # 授权委托书 of a receiver whom the contract does not name
    authorisation_sha256: Mapped[str | None] = mapped_column(NameType(64))
    driven_off_at: Mapped[Moment]
    ticked: Mapped[Document]  # [{point, tick, note}] of the hand-over form
    keys: Mapped[Count]
    odometer: Mapped[Count]
    exceptions: Mapped[Name] = mapped_column(default="")
    signature_sha256: Mapped[str] = mapped_column(NameType(64))  # drawn on the pad, or the signed paper's picture
    drawn: Mapped[Flag]
    # drawn beside it by those of the house; a picture of the paper shows theirs too
    consultant_signature_sha256: Mapped[str | None] = mapped_column(NameType(64))
    service_advisor: Mapped[Name] = mapped_column(default="", server_default="")
    service_signature_sha256: Mapped[str | None] = mapped_column(NameType(64))
    photos: Mapped[Document] = mapped_column(default=list, server_default="[]")  # their sha256
    unit: Mapped[Unit] = relationship()

    @property
    def files(self) -> list[str]:
        """Everything that was photographed, scanned or drawn."""
        drawn = (self.signature_sha256, self.consultant_signature_sha256, self.service_signature_sha256)
        return [sha256 for sha256 in (*drawn, self.authorisation_sha256, *self.photos) if sha256]

    __table_args__ = (UniqueConstraint("store_id", "number"),)
