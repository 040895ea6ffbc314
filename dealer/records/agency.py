"""What is done at the authorities for a car that was sold: insurance, purchase tax, inspection, plate, papers."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from dealer.engine.database import Code, Day, OfStore


class Errand(StrEnum):
    """One thing that is done for a car, beside its plate."""

    INSURED = "insured"
    TAX_PAID = "tax_paid"
    INSPECTED = "inspected"
    PAPERS_HANDED = "papers_handed"


class Registration(OfStore):
    """How far the registration 上牌 of a car is."""

    __tablename__ = "registrations"
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), unique=True)
    insured_on: Mapped[Day | None]  # 交强险
    tax_paid_on: Mapped[Day | None]
    inspected_on: Mapped[Day | None]
    plate: Mapped[Code | None]
    papers_on: Mapped[Day | None]  # 行驶证 and 登记证书 handed to the customer
    __table_args__ = (
        Index(
            "uq_registrations_plate", "store_id", "plate", unique=True,
            sqlite_where=text("plate IS NOT NULL"), postgresql_where=text("plate IS NOT NULL"),
        ),
    )  # fmt: skip
