"""Sub-dealers 二网: smaller houses that sell our cars in an area of theirs, under an agreement with us."""

from datetime import date
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
from dealer.records.customers import Customer
from dealer.records.people import Person
from dealer.records.vehicles import Model, Unit


class SubDealerState(StrEnum):
    """A sub-dealer is planned, sells for us, or is suspended."""

    PLANNED = "planned"
    ACTIVE = "active"
    SUSPENDED = "suspended"


class SubDealer(Living):
    """One sub-dealer. Name, code, address and contacts are those of its row among the customers."""

    __tablename__ = "sub_dealers"
    state: Mapped[SubDealerState] = mapped_column(state_of(SubDealerState))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))  # who of our house looks after it
    territory: Mapped[Prose] = mapped_column(default="")  # areas, as they were typed, parted by 、
    remark: Mapped[Prose] = mapped_column(default="")
    customer: Mapped[Customer] = relationship()
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    agreements: Mapped[list["SubDealerAgreement"]] = relationship(
        order_by="SubDealerAgreement.id", back_populates="sub_dealer"
    )
    __table_args__ = (numbered(), Index("uq_sub_dealers_customer", "customer_id", unique=True))

    def agreement_on(self, day: date) -> "SubDealerAgreement | None":
        """The agreement that counts on a day: of several the one that began last."""
        counting = [each for each in self.agreements if each.counts_on(day)]
        return max(counting, key=lambda each: (each.from_day, each.recorded_at), default=None)


class SubDealerAgreement(OfStore):
    """What both have signed for a period; it counts once somebody else than who recorded it has confirmed it."""

    __tablename__ = "sub_dealer_agreements"
    sub_dealer_id: Mapped[UUID] = mapped_column(ForeignKey("sub_dealers.id"), index=True)
    code: Mapped[Code]  # the number on the paper
    from_day: Mapped[Day]
    until_day: Mapped[Day]
    capacity: Mapped[Count]  # cars a month that they mean to deliver
    scan_sha256: Mapped[str | None] = mapped_column(NameType(64))
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[Moment]
    confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    confirmed_at: Mapped[Moment | None]
    sub_dealer: Mapped[SubDealer] = relationship(back_populates="agreements")
    terms: Mapped[list["SubDealerTerm"]] = relationship(
        order_by="SubDealerTerm.position", cascade="all, delete-orphan", back_populates="agreement"
    )

    def counts_on(self, day: date) -> bool:
        """Whether it is confirmed and the day lies in its period."""
        return self.confirmed_at is not None and self.from_day <= day <= self.until_day


class SubDealerTerm(OfStore):
    """What is agreed for one model: how low they may sell by themselves, and what a delivered car pays them."""

    __tablename__ = "sub_dealer_terms"
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("sub_dealer_agreements.id"), index=True)
    position: Mapped[Count]
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    floor: Mapped[Fen]  # net per car, with VAT
    pay: Mapped[Fen]  # per delivered car
    agreement: Mapped[SubDealerAgreement] = relationship(back_populates="terms")
    model: Mapped[Model] = relationship()


class SupportState(StrEnum):
    """A request for support is open, done, or declined."""

    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"


class SupportKind(StrEnum):
    """What a sub-dealer needs from our house."""

    DISPLAY_CAR = "display_car"
    TRAINING = "training"
    MATERIAL = "material"
    CUSTOMER_CASE = "customer_case"
    OTHER = "other"


class SupportRequest(Living):
    """Something a sub-dealer needs 支持请求: who sees to it, by when, and what was done."""

    __tablename__ = "support_requests"
    state: Mapped[SupportState] = mapped_column(state_of(SupportState))
    sub_dealer_id: Mapped[UUID] = mapped_column(ForeignKey("sub_dealers.id"), index=True)
    kind: Mapped[SupportKind] = mapped_column(word_of(SupportKind))
    what: Mapped[Prose]
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    due_on: Mapped[Day]
    result: Mapped[Prose] = mapped_column(default="")
    ended_at: Mapped[Moment | None]
    sub_dealer: Mapped[SubDealer] = relationship()
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id])
    __table_args__ = (numbered(), Index("ix_support_requests_open", "store_id", "state", "due_on"))


class SubDealerReport(OfStore):
    """What a sub-dealer reports of a month: its stock of our cars and the customers it talks to."""

    __tablename__ = "sub_dealer_reports"
    sub_dealer_id: Mapped[UUID] = mapped_column(ForeignKey("sub_dealers.id"))
    month: Mapped[Day]  # its first day
    stock: Mapped[Count]
    customers: Mapped[Count]
    remark: Mapped[Prose] = mapped_column(default="")
    handed_in_at: Mapped[Moment]
    handed_in_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    __table_args__ = (UniqueConstraint("sub_dealer_id", "month"),)


class SubDealerMonth(OfStore):
    """How a sub-dealer did in a month, as it was evaluated: figures, the weights of that month, points and rank."""

    __tablename__ = "sub_dealer_months"
    sub_dealer_id: Mapped[UUID] = mapped_column(ForeignKey("sub_dealers.id"))
    month: Mapped[Day]
    figures: Mapped[Document]  # figure → number
    weights: Mapped[Document]  # part → percent
    points: Mapped[Document]  # part → 0 to 100
    score: Mapped[Count]  # hundredths of a point
    rank: Mapped[Count]
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[Moment]
    sub_dealer: Mapped[SubDealer] = relationship()
    __table_args__ = (
        UniqueConstraint("sub_dealer_id", "month"),
        Index("ix_sub_dealer_months_month", "store_id", "month"),
    )


class StatementState(StrEnum):
    """A statement is drawn up, approved by somebody else, paid; or withdrawn before it is."""

    DRAWN = "drawn"
    APPROVED = "approved"
    PAID = "paid"
    WITHDRAWN = "withdrawn"


class Statement(Living):
    """What a sub-dealer is paid 佣金结算单: for every car delivered until the end of a month and not paid before."""

    __tablename__ = "sub_dealer_statements"
    state: Mapped[StatementState] = mapped_column(state_of(StatementState))
    sub_dealer_id: Mapped[UUID] = mapped_column(ForeignKey("sub_dealers.id"), index=True)
    month: Mapped[Day]
    total: Mapped[Fen]
    drawn_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_at: Mapped[Moment | None]
    paid_on: Mapped[Day | None]
    paid_reference: Mapped[Name] = mapped_column(default="")  # of the bank transfer
    paid_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    sub_dealer: Mapped[SubDealer] = relationship()
    lines: Mapped[list["StatementLine"]] = relationship(
        order_by="StatementLine.position", cascade="all, delete-orphan", back_populates="statement"
    )
    __table_args__ = (numbered(),)


class StatementLine(OfStore):
    """One car: paid for, or, if it came back, taken off what was paid for it before."""

    __tablename__ = "sub_dealer_statement_lines"
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("sub_dealer_statements.id"), index=True)
    position: Mapped[Count]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    delivered_on: Mapped[Day]
    came_back: Mapped[Flag]
    pay: Mapped[Fen]  # below zero for one that came back
    statement: Mapped[Statement] = relationship(back_populates="lines")
    unit: Mapped[Unit] = relationship()
