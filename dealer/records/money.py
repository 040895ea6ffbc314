"""Money under a contract: what came in or went out, and the invoice of each car."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Code,
    Count,
    Day,
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
from dealer.records.contracts import Contract
from dealer.records.people import Person


class ReceiptKind(StrEnum):
    """What money came or went for."""

    EARNEST = "earnest"
    PREPAYMENT = "prepayment"
    INSTALMENT = "instalment"
    BALANCE = "balance"
    ON_BEHALF = "on_behalf"  # 代收款: for insurance, tax or plates; it is not ours
    ON_BEHALF_PAID = "on_behalf_paid"  # 代收款, paid on to whom it was collected for, or back
    REFUND = "refund"  # paid back by us
    FORFEITED = "forfeited"  # 定金 that the buyer lost: it is ours and pays no car any more
    PENALTY = "penalty"  # the second half of 定金 that we pay back double
    BOND_PAID = "bond_paid"  # 履约保证金, paid by us


class ReceiptState(StrEnum):
    """A payment counts once finance has confirmed it; a refund is asked for, approved, then paid."""

    REPORTED = "reported"
    ASKED = "asked"
    APPROVED = "approved"
    CONFIRMED = "confirmed"
    TURNED_DOWN = "turned_down"
    REVERSED = "reversed"


class Receipt(Living):
    """Money that came or went under a contract. What was wrong is reversed with its reason, never deleted."""

    __tablename__ = "receipts"
    state: Mapped[ReceiptState] = mapped_column(state_of(ReceiptState))
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    kind: Mapped[ReceiptKind] = mapped_column(word_of(ReceiptKind))
    amount: Mapped[Fen]
    received_on: Mapped[Day]  # of a refund: the day it was asked for, then the day it was paid
    payer: Mapped[Name]
    reference: Mapped[Name] = mapped_column(default="")
    instalment: Mapped[Count | None]  # the row of the payment plan it was paid for; None: the oldest that is open
    batch: Mapped[Count | None]  # the batch of the delivery plan it was paid for; None: nobody said so
    overpaid: Mapped[Flag] = mapped_column(default=False)  # whoever wrote it down means to have more than is owed
    reason: Mapped[Prose] = mapped_column(
        default=""
    )  # why money is paid back, a report turned down, a payment reversed
    reported_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    decided_id: Mapped[UUID | None] = mapped_column(index=True)  # the cancelled deal, or the text that ended a batch
    asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))  # a refund
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    contract: Mapped[Contract] = relationship()
    __table_args__ = (
        numbered(),
        Index("ix_receipts_waiting", "store_id", "state"),
        Index("ix_receipts_day", "store_id", "received_on"),
    )

    @property
    def owner_id(self) -> UUID:
        """Its deal's owner."""
        return self.contract.owner_id


class Invoice(OfStore):
    """机动车销售统一发票: one per car. A wrong one is ended by a red letter, then another may follow."""

    __tablename__ = "invoices"
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    number: Mapped[Code]
    issued_on: Mapped[Day]
    buyer: Mapped[Name]
    buyer_code: Mapped[Code | None]  # unified social credit code
    vin: Mapped[Code]
    price: Mapped[Fen]  # 价税合计: net and VAT
    net: Mapped[Fen]
    vat: Mapped[Fen]
    red_number: Mapped[Code | None]  # 红字发票
    red_on: Mapped[Day | None]
    red_reason: Mapped[Prose | None]
    red_asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))  # who asks for a red letter
    red_asked_for: Mapped[Prose | None]  # and why
    __table_args__ = (
        UniqueConstraint("store_id", "number"),
        Index(
            "uq_invoices_live",
            "unit_id",
            unique=True,
            sqlite_where=text("red_on IS NULL"),
            postgresql_where=text("red_on IS NULL"),
        ),
    )


class LedgerExport(OfStore):
    """A file that left for the tax software or the accounts: for which period, how many rows, made by whom."""

    __tablename__ = "ledger_exports"
    target: Mapped[Code]
    from_day: Mapped[Day]
    until_day: Mapped[Day]
    at: Mapped[Moment]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    rows: Mapped[Count]
    name: Mapped[Name]
    file_sha256: Mapped[str] = mapped_column(NameType(64))
    person: Mapped[Person] = relationship()
    __table_args__ = (Index("ix_ledger_exports_at", "store_id", "at"),)


class LedgerRow(OfStore):
    """What a file held: each source goes to a target once."""

    __tablename__ = "ledger_rows"
    export_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_exports.id"), index=True)
    target: Mapped[Code]
    what: Mapped[Code]
    source_id: Mapped[UUID]
    __table_args__ = (UniqueConstraint("store_id", "target", "what", "source_id", name="uq_ledger_rows_source"),)
