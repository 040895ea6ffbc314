"""Contracts: parties, lines, delivery plan, payment plan, reviews, papers and their prints."""

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
from dealer.records.clauses import OwnClause, Remark
from dealer.records.deals import Deal, Terms
from dealer.records.frameworks import Framework
from dealer.records.quotations import Quotation
from dealer.records.vehicles import Model


class ContractState(StrEnum):
    """The life of a contract (DOMAIN C4)."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    ISSUED = "issued"
    EFFECTIVE = "effective"
    PERFORMED = "performed"
    RETURNED = "returned"
    VOID = "void"
    TERMINATED = "terminated"


class ContractKind(StrEnum):
    """What a contract does, and so which text is printed (DOMAIN B1, C4)."""

    SALE = "sale"
    PROCUREMENT = "procurement"  # carries out a public procurement
    LEASE = "lease"  # a leasing company buys, somebody else uses the cars
    FRAMEWORK = "framework"  # prices for a time, without cars
    CALL_OFF = "call_off"  # an order under a framework
    AMENDMENT = "amendment"  # 补充协议: changes a contract in effect, its parent


class DepositKind(StrEnum):
    """定金 is security (Civil Code 586-588), 订金 a prepayment without penalty: two words, never mixed."""

    NONE = "none"
    EARNEST = "earnest"  # 定金
    PREPAYMENT = "prepayment"  # 订金


class Dispute(StrEnum):
    """Where a dispute goes: one court, or arbitration; never both."""

    SELLERS_COURT = "sellers_court"
    BUYERS_COURT = "buyers_court"
    SIGNING_COURT = "signing_court"
    ARBITRATION = "arbitration"


class Contract(Living):
    """A contract. Its official number `code` is given at issue, gap-free, and never reused."""

    __tablename__ = "contracts"
    state: Mapped[ContractState] = mapped_column(state_of(ContractState))
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), index=True)
    quotation_id: Mapped[UUID] = mapped_column(ForeignKey("quotations.id"))
    framework_id: Mapped[UUID | None] = mapped_column(ForeignKey("frameworks.id"), index=True)  # that an order is under
    kind: Mapped[ContractKind] = mapped_column(word_of(ContractKind), default=ContractKind.SALE)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("contracts.id"), index=True)  # the contract it amends
    base_id: Mapped[UUID | None] = mapped_column(ForeignKey("contracts.id"))  # the text that an amendment changes
    amend_reason: Mapped[Prose | None]
    ended_batch: Mapped[Count | None]  # the batch of which nothing more is delivered, if that is what it writes down
    ending: Mapped[Document | None]  # on what ground, what becomes of the deposit, by whom, by which evidence
    # the customer's own paper, where it is signed instead of ours: their file, and what was typed of it
    their_paper_sha256: Mapped[str | None] = mapped_column(NameType(64))
    their_terms: Mapped[Document | None]
    price_request: Mapped[Document | None]  # why an amended price lies below the floor, while it is asked for
    revision: Mapped[Count] = mapped_column(default=1)  # how often it was drafted; a rework begins the next
    code: Mapped[Code | None]
    total: Mapped[Fen]
    terms: Mapped[Terms] = mapped_column(word_of(Terms))
    # payment
    deposit_kind: Mapped[DepositKind] = mapped_column(word_of(DepositKind), default=DepositKind.NONE)
    deposit: Mapped[Fen] = mapped_column(default=0)  # the first of the payments, if there is one
    performance_bond: Mapped[Fen] = mapped_column(default=0)  # paid by us to a purchaser
    bond_by_guarantee: Mapped[Flag] = mapped_column(default=False)  # by a bank's letter instead of a transfer
    damages_permille: Mapped[Count | None]  # delay damages per day, in hundredths of a per mille: 50 = 0.5 ‰
    damages_cap_percent: Mapped[Count | None]
    end_after_days: Mapped[Count] = mapped_column(default=30)  # of delay: then the other side may end the contract
    # delivery
    odometer_limit: Mapped[Count] = mapped_column(default=50)
    keys: Mapped[Count] = mapped_column(default=2)
    inspection_days: Mapped[Count] = mapped_column(default=7)
    storage_fee: Mapped[Fen] = mapped_column(default=0)  # per car and day, once the buyer fails to collect
    # wording
    signing_place: Mapped[Name] = mapped_column(default="")
    dispute: Mapped[Dispute] = mapped_column(word_of(Dispute), default=Dispute.SELLERS_COURT)
    arbitration: Mapped[Name] = mapped_column(default="")  # the commission, if it is arbitration
    copies_each: Mapped[Count] = mapped_column(default=2)
    copies_filed: Mapped[Count] = mapped_column(default=0)
    warranty_months: Mapped[Count] = mapped_column(default=36)
    warranty_km: Mapped[Count] = mapped_column(default=60_000)
    price_includes: Mapped[Prose] = mapped_column(default="")  # one item a line, as below
    price_excludes: Mapped[Prose] = mapped_column(default="")
    services: Mapped[Prose] = mapped_column(default="")
    special: Mapped[Prose] = mapped_column(default="")
    features: Mapped[Document] = mapped_column(default=list)  # [{name, agreed}]: configuration and conversions
    seller_agent: Mapped[Name] = mapped_column(default="")  # who signs for us, if not the legal representative
    seller_agent_phone: Mapped[Code] = mapped_column(default="")
    seller_authorisation: Mapped[Name] = mapped_column(default="")
    # procurement
    award_day: Mapped[Day | None]  # 中标/成交通知书; a written contract is due within 30 days
    procurement: Mapped[Document] = mapped_column(default=dict)  # project, number, plan_number, way, item, agency
    late_sign_reason: Mapped[Prose | None]
    late_sign_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    # the text under review, as issued, as signed
    submitted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    fingerprint: Mapped[str | None] = mapped_column(NameType(64))  # sha256 of the canonical terms
    frozen: Mapped[Document | None]  # the terms as submitted: what is reviewed is what is printed
    issued_on: Mapped[Day | None]
    pdf_sha256: Mapped[str | None] = mapped_column(NameType(64))
    seller_signer: Mapped[Name | None]
    seller_signed_on: Mapped[Day | None]
    buyer_signer: Mapped[Name | None]
    buyer_signed_on: Mapped[Day | None]
    further_signed_on: Mapped[Day | None]  # of the last of the further parties, if there are any
    signed_scan_sha256: Mapped[str | None] = mapped_column(NameType(64))
    signed_recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    signed_confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    effective_on: Mapped[Day | None]
    deal: Mapped[Deal] = relationship()
    quotation: Mapped[Quotation] = relationship()
    framework: Mapped[Framework | None] = relationship()
    parent: Mapped["Contract | None"] = relationship(foreign_keys=[parent_id], remote_side="Contract.id")
    base: Mapped["Contract | None"] = relationship(foreign_keys=[base_id], remote_side="Contract.id")
    parties: Mapped[list["Party"]] = relationship(order_by="Party.position", cascade="all, delete-orphan")
    lines: Mapped[list["ContractLine"]] = relationship(order_by="ContractLine.position", cascade="all, delete-orphan")
    plan: Mapped[list["PlannedBatch"]] = relationship(order_by="PlannedBatch.position", cascade="all, delete-orphan")
    payments: Mapped[list["Instalment"]] = relationship(order_by="Instalment.position", cascade="all, delete-orphan")
    reviews: Mapped[list["Review"]] = relationship(order_by="Review.at", cascade="all, delete-orphan")
    own_clauses: Mapped[list[OwnClause]] = relationship(order_by=OwnClause.id, cascade="all, delete-orphan")
    remarks: Mapped[list[Remark]] = relationship(order_by=Remark.number, cascade="all, delete-orphan")
    receivers: Mapped[list["Receiver"]] = relationship(order_by="Receiver.position", cascade="all, delete-orphan")
    former: Mapped[list["FormerIssue"]] = relationship(order_by="FormerIssue.code", cascade="all, delete-orphan")
    __table_args__ = (numbered(), UniqueConstraint("store_id", "code"))

    @property
    def owner_id(self) -> UUID:
        """Its deal's owner."""
        return self.deal.owner_id

    def party(self, role: "PartyRole") -> "Party":
        """Who buys, is invoiced, pays or uses the cars: the buyer does whatever nobody else was named for."""
        return next((party for party in self.parties if role.value in party.roles), self.parties[0])


class FormerIssue(OfStore):
    """A text that was issued and withdrawn for rework. Its number stays used, its paper stays readable."""

    __tablename__ = "former_issues"
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    code: Mapped[Code]
    fingerprint: Mapped[str] = mapped_column(NameType(64))
    frozen: Mapped[Document]
    issued_on: Mapped[Day]
    pdf_sha256: Mapped[str | None] = mapped_column(NameType(64))
    withdrawn_at: Mapped[Moment]
    __table_args__ = (UniqueConstraint("store_id", "code"),)


class PartyRole(StrEnum):
    """What a party to the contract does; one party may do several."""

    BUYER = "buyer"
    INVOICED = "invoiced"
    PAYER = "payer"
    USER = "user"


class Party(OfStore):
    """A party beside the seller. The buyer is party one."""

    __tablename__ = "parties"
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    position: Mapped[Count]
    roles: Mapped[Document]  # words of PartyRole; within a contract each is held by one party
    name: Mapped[Name]
    uscc: Mapped[Code | None]
    legal_representative: Mapped[Name] = mapped_column(default="")
    agent: Mapped[Name] = mapped_column(default="")
    agent_phone: Mapped[Code] = mapped_column(default="")
    authorisation_sha256: Mapped[str | None] = mapped_column(NameType(64))  # 授权委托书 of the agent
    authorisation_number: Mapped[Code] = mapped_column(default="")
    authorised_on: Mapped[Day | None]
    address: Mapped[Name] = mapped_column(default="")
    post_code: Mapped[Code] = mapped_column(default="")
    phone: Mapped[Code] = mapped_column(default="")
    bank: Mapped[Name] = mapped_column(default="")
    bank_account: Mapped[Code] = mapped_column(default="")


class ContractLine(OfStore):
    """A line exactly as the accepted quotation had it; in an amendment, as it shall be from then on.

    Amended lines of the same `root` differ in their quantity only: whatever else changes makes a line of its own, so
    that cars, batches and invoices may point to the first of them.
    """

    __tablename__ = "contract_lines"
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    quotation_line_id: Mapped[UUID | None] = mapped_column(ForeignKey("quotation_lines.id"))
    root_id: Mapped[UUID | None] = mapped_column(ForeignKey("contract_lines.id"))  # the line that it continues
    replaces: Mapped[Count | None]  # the position of the line whose cars it changes
    position: Mapped[Count]
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    colour: Mapped[Code]
    quantity: Mapped[Count]
    unit_price: Mapped[Fen]
    extras: Mapped[Document]  # gifts and accessories as printed: [{kind, name, amount}]
    model: Mapped[Model] = relationship()

    @property
    def root(self) -> UUID:
        """The line as cars and batches know it."""
        return self.root_id or self.id


class PlannedBatch(OfStore):
    """One row of annex 2: how many of a line, when, where. Rows of one `batch` are delivered together."""

    __tablename__ = "planned_batches"
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    position: Mapped[Count]
    batch: Mapped[Count]
    line_position: Mapped[Count]
    quantity: Mapped[Count]
    due_on: Mapped[Day]
    place: Mapped[Name]
    sent_by_seller: Mapped[Flag] = mapped_column(default=False)  # else the buyer fetches the cars
    contact: Mapped[Name] = mapped_column(default="")
    contact_phone: Mapped[Code] = mapped_column(default="")


class PaymentEvent(StrEnum):
    """What makes an instalment due."""

    SIGNING = "signing"
    BEFORE_COLLECTION = "before_collection"
    ACCEPTANCE = "acceptance"
    RETENTION_END = "retention_end"  # 质保金: on a day


class Instalment(OfStore):
    """One row of the payment plan; the deposit, if there is one, is the first. Together they are the total."""

    __tablename__ = "instalments"
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    position: Mapped[Count]
    event: Mapped[PaymentEvent] = mapped_column(word_of(PaymentEvent))
    days: Mapped[Count] = mapped_column(default=0)  # working days after the event; before it for a collection
    day: Mapped[Day | None]  # the end of the retention
    batch: Mapped[Count | None]  # None: the whole contract
    amount: Mapped[Fen]


class Receiver(OfStore):
    """Somebody authorised by the contract to take over cars."""

    __tablename__ = "receivers"
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    position: Mapped[Count] = mapped_column(default=1)
    name: Mapped[Name]
    phone: Mapped[Code] = mapped_column(default="")


class Reviewer(StrEnum):
    """Who reviews a contract."""

    KEY_ACCOUNT = "key_account"
    FINANCE = "finance"
    GENERAL = "general"


class Occasion(StrEnum):
    """Why the general manager reviews a contract."""

    ABOVE = "above_threshold"
    CLAUSES = "own_clauses"


class Review(OfStore):
    """A mark by one of the reviewers; a return clears the others'."""

    __tablename__ = "reviews"
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    reviewer: Mapped[Reviewer] = mapped_column(word_of(Reviewer))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    for_whom_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))  # whom they stood in for
    at: Mapped[Moment]
    passed: Mapped[Flag]
    cleared: Mapped[Flag] = mapped_column(default=False)
    comment: Mapped[Prose] = mapped_column(default="")


class Rendering(OfStore):
    """A paper that was ordered: its frozen terms, and the verdict of the press once it has printed them."""

    __tablename__ = "renderings"
    subject_kind: Mapped[Code]  # the subject's table
    subject_id: Mapped[UUID]
    template: Mapped[Code]
    language: Mapped[Code] = mapped_column(default="zh")
    fingerprint: Mapped[str] = mapped_column(NameType(64))
    terms: Mapped[Document]
    number: Mapped[Code] = mapped_column(default="")  # as printed; a trial has none
    trial: Mapped[Flag]
    passed: Mapped[Flag | None]  # None: still to come
    trouble: Mapped[Document | None]  # what stood in the way: a code and its values
    pdf_sha256: Mapped[str | None] = mapped_column(NameType(64))
    pages: Mapped[Count | None]
    at: Mapped[Moment]
    __table_args__ = (
        UniqueConstraint(
            "subject_id", "template", "language", "fingerprint", "number", "trial", name="uq_renderings_paper"
        ),
        Index("ix_renderings_pdf", "pdf_sha256"),
    )


class PrintLog(OfStore):
    """Every print of a stored paper, with its copy number."""

    __tablename__ = "print_log"
    subject_id: Mapped[UUID]
    pdf_sha256: Mapped[str] = mapped_column(NameType(64))
    copy: Mapped[Count]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[Moment]
    __table_args__ = (
        UniqueConstraint("subject_id", "pdf_sha256", "copy"),
        Index("ix_print_log_store", "store_id", "at"),
    )


class DriveWaiver(OfStore):
    """免试驾 for a model of a deal: by KAM or showroom manager other than the owner, with a reason."""

    __tablename__ = "drive_waivers"
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id"), index=True)
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[Prose]
    at: Mapped[Moment]
