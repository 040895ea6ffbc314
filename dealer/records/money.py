"""Money under a contract as recorded facts: what came in or went out, and the invoice of each car."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dealer.engine.database import Code, Day, Fen, Name, OfStore, Prose, word_of


class ReceiptKind(StrEnum):
    """What money came or went for."""

    EARNEST = "earnest"
    PREPAYMENT = "prepayment"
    INSTALMENT = "instalment"
    BALANCE = "balance"
    REFUND = "refund"  # paid back by us
    BOND_PAID = "bond_paid"  # 履约保证金, paid by us


class Receipt(OfStore):
    """Money that came or went under a contract, as confirmed by finance."""

    __tablename__ = "receipts"
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    kind: Mapped[ReceiptKind] = mapped_column(word_of(ReceiptKind))
    amount: Mapped[Fen]
    received_on: Mapped[Day]
    payer: Mapped[Name]
    reference: Mapped[Name] = mapped_column(default="")
    confirmed_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    case_id: Mapped[UUID]


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
