"""What the manufacturer gives for fleet cars: policies, filings 报备, rebates 返利, and the papers that prove them."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
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
from dealer.records.customers import Contact, CustomerClass
from dealer.records.deals import Deal
from dealer.records.vehicles import Model, Unit


class OemPaperKind(StrEnum):
    """What a paper proves. An invoice and a registration belong to one car each."""

    APPLICATION = "application"  # 集团销售申请表
    CONTRACT = "contract"
    IDENTITY = "identity"  # 营业执照, 统一社会信用代码证
    AWARD = "award"  # 中标通知书, 采购文件
    LICENCE = "operating_licence"  # 运营资质
    EMPLOYMENT = "employment"  # 在职证明
    LEASE = "lease_contract"  # of a lessor: who uses the cars
    INVOICE = "invoice"
    REGISTRATION = "registration"  # 行驶证 or 登记证书
    OTHER = "other"


class PaperUse(StrEnum):
    """What a policy wants a paper for."""

    FILING = "filing"
    REBATE = "rebate"


class SaleType(StrEnum):
    """批售类型."""

    GROUP = "group_sale"
    INFLUENCER = "influencer"
    STAFF = "staff_purchase"


class Nature(StrEnum):
    """客户性质: whose the customer is."""

    PUBLIC = "public"
    STATE_OWNED = "state_owned"
    PRIVATE = "private"
    FOREIGN = "foreign_invested"
    INDIVIDUAL = "individual"


# ── policies ──────────────────────────────────────────────────────────────────────────────────────────────────────


class OemPolicyState(StrEnum):
    """A version is written, submitted, approved; from its first day on it counts, in place of the one before it."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class OemPolicy(Living):
    """One version of what a manufacturer pays for the fleet cars of a brand in a period 商务政策."""

    __tablename__ = "oem_policies"
    state: Mapped[OemPolicyState] = mapped_column(state_of(OemPolicyState))
    series: Mapped[Count]  # the number of its first version
    revision: Mapped[Count]
    brand: Mapped[Name]
    title: Mapped[Name]
    from_day: Mapped[Day]
    until_day: Mapped[Day]
    remark: Mapped[Prose] = mapped_column(default="")
    source_sha256: Mapped[str | None] = mapped_column(NameType(64))  # the manufacturer's own document
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    submitted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_at: Mapped[Moment | None]
    classes: Mapped[list["OemClass"]] = relationship(
        order_by="OemClass.position", cascade="all, delete-orphan", back_populates="policy"
    )
    models: Mapped[list["OemAllowance"]] = relationship(
        order_by="OemAllowance.position", cascade="all, delete-orphan", back_populates="policy"
    )
    papers: Mapped[list["OemDemand"]] = relationship(
        order_by="OemDemand.position", cascade="all, delete-orphan", back_populates="policy"
    )
    __table_args__ = (
        numbered(),
        Index("uq_oem_policies_revision", "store_id", "series", "revision", unique=True),
        Index("ix_oem_policies_period", "store_id", "state", "until_day"),
    )


class OemClass(OfStore):
    """A class of customers that a policy covers."""

    __tablename__ = "oem_classes"
    policy_id: Mapped[UUID] = mapped_column(ForeignKey("oem_policies.id"), index=True)
    position: Mapped[Count]
    customer_class: Mapped[CustomerClass] = mapped_column(word_of(CustomerClass))
    least: Mapped[Count | None]  # how many cars at least; None: the class is exempt
    before_invoice: Mapped[Flag] = mapped_column(default=True)  # the filing is approved before the first invoice
    policy: Mapped[OemPolicy] = relationship(back_populates="classes")


class OemAllowance(OfStore):
    """What the manufacturer pays for one car of a model."""

    __tablename__ = "oem_allowances"
    policy_id: Mapped[UUID] = mapped_column(ForeignKey("oem_policies.id"), index=True)
    position: Mapped[Count]
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    amount: Mapped[Fen]
    policy: Mapped[OemPolicy] = relationship(back_populates="models")
    model: Mapped[Model] = relationship()


class OemDemand(OfStore):
    """A paper that a policy asks for, beyond what every filing and every rebate needs."""

    __tablename__ = "oem_demands"
    policy_id: Mapped[UUID] = mapped_column(ForeignKey("oem_policies.id"), index=True)
    position: Mapped[Count]
    purpose: Mapped[PaperUse] = mapped_column(word_of(PaperUse))
    kind: Mapped[OemPaperKind] = mapped_column(word_of(OemPaperKind))
    customer_class: Mapped[CustomerClass | None] = mapped_column(word_of(CustomerClass))  # None: of every class
    policy: Mapped[OemPolicy] = relationship(back_populates="papers")


# ── filings ───────────────────────────────────────────────────────────────────────────────────────────────────────


class FilingState(StrEnum):
    """The life of a filing (DOMAIN C9). Withdrawn: the deal goes on without the manufacturer's policy."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REGION_OK = "region_ok"
    APPROVED = "approved"
    RETURNED = "returned"
    REFUSED = "refused"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Filing(Living):
    """A deal as it is filed with the manufacturer 报备. Who buys stands on the deal's customer, not here once more."""

    __tablename__ = "filings"
    state: Mapped[FilingState] = mapped_column(state_of(FilingState))
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), index=True)
    policy_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("oem_policies.id"), index=True
    )  # the version that applies
    filing_no: Mapped[Code | None]  # the manufacturer's
    dealer_code: Mapped[Code] = mapped_column(default="")  # of this shop with the manufacturer
    principal: Mapped[Name] = mapped_column(default="")
    principal_phone: Mapped[Code] = mapped_column(default="")
    customer_class: Mapped[CustomerClass] = mapped_column(word_of(CustomerClass))
    nature: Mapped[Nature] = mapped_column(word_of(Nature))
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contacts.id"))
    landline: Mapped[Code] = mapped_column(default="")
    fax: Mapped[Code] = mapped_column(default="")
    email: Mapped[Name] = mapped_column(default="")
    sale_type: Mapped[SaleType] = mapped_column(word_of(SaleType), default=SaleType.GROUP)
    remark: Mapped[Prose] = mapped_column(default="")
    claim_expected_on: Mapped[Day | None]
    resources_wanted: Mapped[Flag] = mapped_column(default=False)  # 资源申请: cars are asked for with it
    submitted_on: Mapped[Day | None]
    auditor: Mapped[Name] = mapped_column(default="")
    audited_on: Mapped[Day | None]
    audit_remark: Mapped[Prose] = mapped_column(default="")
    returns: Mapped[Count] = mapped_column(default=0)
    approved_on: Mapped[Day | None]
    claim_until: Mapped[Day | None]  # it lapses after this day unless a rebate was applied for; None: never by itself
    warned: Mapped[Count] = mapped_column(default=0)  # how many of its warnings were given
    claimed_on: Mapped[Day | None]  # when the first rebate was applied for
    deal: Mapped[Deal] = relationship()
    policy: Mapped[OemPolicy | None] = relationship()
    contact: Mapped[Contact | None] = relationship()
    lines: Mapped[list["FiledLine"]] = relationship(
        order_by="FiledLine.position", cascade="all, delete-orphan", back_populates="filing"
    )
    __table_args__ = (
        numbered(),
        Index(
            "uq_filings_live", "deal_id", unique=True,
            sqlite_where=text("state NOT IN ('refused', 'lapsed', 'withdrawn')"),
            postgresql_where=text("state NOT IN ('refused', 'lapsed', 'withdrawn')"),
        ),
        Index(
            "uq_filings_no", "store_id", "filing_no", unique=True,
            sqlite_where=text("filing_no IS NOT NULL"), postgresql_where=text("filing_no IS NOT NULL"),
        ),
        Index("ix_filings_state", "store_id", "state", "claim_until"),
    )  # fmt: skip

    @property
    def owner_id(self) -> UUID:
        """Its deal's owner."""
        return self.deal.owner_id


class FiledLine(OfStore):
    """Cars that are filed: model, colour, how many."""

    __tablename__ = "filed_lines"
    filing_id: Mapped[UUID] = mapped_column(ForeignKey("filings.id"), index=True)
    position: Mapped[Count]
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    colour: Mapped[Code]
    quantity: Mapped[Count]
    filing: Mapped[Filing] = relationship(back_populates="lines")
    model: Mapped[Model] = relationship()


# ── rebates ───────────────────────────────────────────────────────────────────────────────────────────────────────


class RebateState(StrEnum):
    """The life of a rebate (DOMAIN C9)."""

    COLLECTING = "collecting"
    SUBMITTED = "submitted"
    COMPLETE = "complete"
    APPROVED = "approved"
    PAID = "paid"
    RETURNED = "returned"
    REFUSED = "refused"
    LAPSED = "lapsed"


class Rebate(Living):
    """A rebate 返利 that is claimed for cars of a filing. Its amounts are fen."""

    __tablename__ = "rebates"
    state: Mapped[RebateState] = mapped_column(state_of(RebateState))
    filing_id: Mapped[UUID] = mapped_column(ForeignKey("filings.id"), index=True)
    claim_no: Mapped[Code] = mapped_column(default="")  # the manufacturer's
    answer_by: Mapped[Day]  # the last day to submit; from a return on, to answer it
    submitted_on: Mapped[Day | None]
    auditor: Mapped[Name] = mapped_column(default="")
    audited_on: Mapped[Day | None]
    audit_remark: Mapped[Prose] = mapped_column(default="")
    returns: Mapped[Count] = mapped_column(default=0)
    approved_amount: Mapped[Fen | None]
    paid_amount: Mapped[Fen | None]
    paid_on: Mapped[Day | None]
    paid_reference: Mapped[Name] = mapped_column(default="")
    taken_back: Mapped[Fen] = mapped_column(default=0)  # of what was paid, by the manufacturer
    filing: Mapped[Filing] = relationship()
    cars: Mapped[list["RebateCar"]] = relationship(
        order_by="RebateCar.vin", cascade="all, delete-orphan", back_populates="rebate"
    )
    __table_args__ = (numbered(), Index("ix_rebates_state", "store_id", "state", "answer_by"))

    @property
    def owner_id(self) -> UUID:
        """Its deal's owner."""
        return self.filing.owner_id


class RebateCar(OfStore):
    """A car for which a rebate is claimed, with what the policy pays for it."""

    __tablename__ = "rebate_cars"
    rebate_id: Mapped[UUID] = mapped_column(ForeignKey("rebates.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), index=True)
    vin: Mapped[Code]
    allowance: Mapped[Fen]
    freed_at: Mapped[Moment | None]  # the claim came to nothing: the VIN may be claimed again
    rebate: Mapped[Rebate] = relationship(back_populates="cars")
    unit: Mapped[Unit] = relationship()
    __table_args__ = (
        # One VIN is claimed once, whoever is faster.
        Index(
            "uq_rebate_cars_vin", "store_id", "vin", unique=True,
            sqlite_where=text("freed_at IS NULL"), postgresql_where=text("freed_at IS NULL"),
        ),
    )  # fmt: skip
