"""Plans: targets and budget of a year in versions, for whom or what they are meant; the work plan of a month."""

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
    NameType,
    OfStore,
    Prose,
    numbered,
    state_of,
    word_of,
)


class PlanKind(StrEnum):
    """What a plan sets: cars to be sold, cars to be ordered from the factory, or money."""

    SALES = "sales"
    ORDERING = "ordering"
    BUDGET = "budget"


class PlanState(StrEnum):
    """A version is written, submitted, approved or returned; approved it counts from its day until a later one does."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class PlanScope(StrEnum):
    """For whom or what a target is meant; a heading is a line of the budget."""

    STORE = "store"
    GROUP = "group"
    PERSON = "person"
    MODEL = "model"
    CLASS = "customer_class"
    HEADING = "heading"


class BudgetHeading(StrEnum):
    """The lines of the department's budget: what comes in, then what it costs."""

    REVENUE = "revenue"
    MARKETING = "marketing"
    TRAVEL = "travel"
    HOSPITALITY = "hospitality"
    TRAINING = "training"
    OTHER = "other_costs"


class Plan(Living):
    """One version of what a year is to bring."""

    __tablename__ = "plans"
    state: Mapped[PlanState] = mapped_column(state_of(PlanState))
    kind: Mapped[PlanKind] = mapped_column(word_of(PlanKind))
    year: Mapped[Count]
    effective_from: Mapped[Day]
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    submitted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_at: Mapped[Moment | None]
    remark: Mapped[Prose] = mapped_column(default="")
    lines: Mapped[list["PlanLine"]] = relationship(
        order_by="(PlanLine.month, PlanLine.id)", cascade="all, delete-orphan"
    )
    __table_args__ = (numbered(), Index("ix_plans_in_force", "store_id", "kind", "year", "state"))


class PlanLine(OfStore):
    """What one month is to bring. Its days are never stored: they follow from the shop's calendar (spreading.py)."""

    __tablename__ = "plan_lines"
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"))
    scope: Mapped[PlanScope] = mapped_column(word_of(PlanScope))
    whose: Mapped[Code] = mapped_column(default="")  # the id of a person or model, or a code; nothing for the store
    month: Mapped[Day]  # its first day
    amount: Mapped[Fen]  # cars; in a budget fen
    weeks: Mapped[Document | None]  # the amount of each of its weeks, where the manager has divided it by hand
    __table_args__ = (UniqueConstraint("plan_id", "scope", "whose", "month"),)


class WorkPlanState(StrEnum):
    """Written by the key-account manager, completed, approved by the general manager and from then on kept as paper."""

    DRAFT = "draft"
    COMPLETED = "completed"
    APPROVED = "approved"


class WorkPlan(Living):
    """The department's work plan of a month with the summary of the month before, in the manager's own words."""

    __tablename__ = "work_plans"
    state: Mapped[WorkPlanState] = mapped_column(state_of(WorkPlanState))
    month: Mapped[Day]  # its first day
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    completed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    approved_at: Mapped[Moment | None]
    summary: Mapped[Prose] = mapped_column(default="")  # of the month before
    focus: Mapped[Prose] = mapped_column(default="")
    measures: Mapped[Prose] = mapped_column(default="")
    support: Mapped[Prose] = mapped_column(default="")
    frozen: Mapped[Document | None]  # the terms as they were approved: what is read then is what is printed
    fingerprint: Mapped[str | None] = mapped_column(NameType(64))
    pdf_sha256: Mapped[str | None] = mapped_column(NameType(64))
    __table_args__ = (numbered(), UniqueConstraint("store_id", "month"))
