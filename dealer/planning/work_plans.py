"""The department's work plan and summary 部门工作计划与总结: a month's document, filled from the facts, completed by
the key-account manager, approved by the general manager; from then on it is frozen and kept as paper."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import deadlines, people
from dealer.deals.deals import Comment
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of
from dealer.engine.fields import Paragraph
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Step, no, on_facts
from dealer.house.hands import not_their_hand
from dealer.papers import printing
from dealer.people import Actor, has
from dealer.planning import work_facts
from dealer.planning.spreading import last_of
from dealer.records.people import Role
from dealer.records.planning import WorkPlan, WorkPlanState
from dealer.terms import WorkPlanBlock, WorkPlanRow, WorkPlanTerms

S = WorkPlanState
PAPER = "work_plan"
WRITER = has("write plans")
APPROVER = has("approve plans")
WRITTEN = ("begin", "write", "complete")
WORDS = ("summary", "focus", "measures", "support")

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class NewWorkPlan(Facts):
    """Of which month."""

    month: date = Field(title="Month")


class WorkPlanWords(Facts):
    """What no fact says."""

    summary: Annotated[str, Paragraph] = Field("", title="Summary of the month before", max_length=2000)
    focus: Annotated[str, Paragraph] = Field("", title="What this month is about", max_length=2000)
    measures: Annotated[str, Paragraph] = Field("", title="Measures", max_length=2000)
    support: Annotated[str, Paragraph] = Field("", title="Support that is needed", max_length=2000)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def month_is_not_over(plan: WorkPlan, ask: Ask) -> Refusal | None:
    """What is over can be summed up in the next month's."""
    if last_of(ask.facts.month.replace(day=1)) < ask.today:
        return no("This month is over: its summary belongs to the plan of the month after it.", code="E-MONTH-OVER",
                  field="month")  # fmt: skip
    return None


@on_facts
def month_has_none_yet(plan: WorkPlan, ask: Ask) -> Refusal | None:
    """A month has one plan."""
    if of_month(ask.db, plan.store_id, ask.facts.month) is not None:
        return no("This month has its plan already: go on with that one.", code="E-PLAN-OPEN", field="month")
    return None


def own_words_are_written(plan: WorkPlan, ask: Ask) -> Refusal | None:
    """Figures alone are no plan: what came of the last month, and what this one is about."""
    if not plan.summary or not plan.focus:
        return no("Write the summary of the month before, and what this month is about.", code="E-REQ-FIELD")
    return None


def somebody_else_wrote_the_work_plan(plan: WorkPlan, ask: Ask) -> Refusal | None:
    """Nobody approves what they have written on."""
    return not_their_hand(plan, WRITTEN, ask)


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def write_words(plan: WorkPlan, ask: Ask) -> None:
    """As typed."""
    for name in WORDS:
        setattr(plan, name, getattr(ask.facts, name))


def ask_for_approval(plan: WorkPlan, ask: Ask) -> None:
    """The general manager has a working day."""
    plan.completed_by_id = ask.actor.id
    deadlines.plan(ask, "approve_work_plan", plan, calendar_of(ask.db).due_after(ask.today, 1), role=Role.GENERAL)


def close_tasks(plan: WorkPlan, ask: Ask) -> None:
    """Nobody owes it anything."""
    deadlines.cancel(ask, plan)


def freeze(plan: WorkPlan, ask: Ask) -> None:
    """What the general manager read is what is kept: facts and words as they stand now, printed once."""
    plan.approved_by_id, plan.approved_at = ask.actor.id, ask.at
    deadlines.finish(ask, plan, "approve_work_plan")
    terms = terms_of(plan, ask)
    plan.frozen, plan.fingerprint = terms.model_dump(mode="json"), terms.fingerprint()
    printing.order_paper(ask, plan, PAPER, terms, number=f"{plan.month:%Y-%m}")


def terms_of(plan: WorkPlan, ask: Ask) -> WorkPlanTerms:
    """What the paper says."""
    names = people.names(ask.db, [plan.completed_by_id, ask.actor.id])
    told = tuple(
        WorkPlanBlock(
            title=block.title, heads=block.heads, rows=tuple(WorkPlanRow(cells=row.cells) for row in block.rows)
        )
        for block in work_facts.blocks(ask, plan.month, "zh")
    )
    return WorkPlanTerms(
        dealer=people.store_of(ask.db, plan.store_id).name,
        month=f"{plan.month:%Y-%m}",
        blocks=told,
        written_by=names.get(plan.completed_by_id, "") if plan.completed_by_id else "",
        approved_by=ask.actor.name,
        approved_on=ask.today,
        **{name: getattr(plan, name) for name in WORDS},
    )


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …
    Step("begin", None, S.DRAFT, WRITER, NewWorkPlan, (month_is_not_over, month_has_none_yet), ()),
    Step("write", S.DRAFT, SAME, WRITER, WorkPlanWords, (), (write_words,)),
    Step("complete", S.DRAFT, S.COMPLETED, WRITER, None, (own_words_are_written,), (ask_for_approval,)),
    Step("return", S.COMPLETED, S.DRAFT, APPROVER, Comment, (somebody_else_wrote_the_work_plan,), (close_tasks,)),
    Step("approve", S.COMPLETED, S.APPROVED, APPROVER, None, (somebody_else_wrote_the_work_plan,), (freeze,)),
]
# fmt: on

WORK_PLANS = Life("work_plan", WorkPlan, WorkPlanState, STEPS, path=(S.DRAFT, S.COMPLETED, S.APPROVED))


def blank(ask: Ask, facts: NewWorkPlan) -> WorkPlan:
    """A plan that is not yet born."""
    return WorkPlan(store_id=ask.actor.store_id, month=facts.month.replace(day=1), made_by_id=ask.actor.id)


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def of_month(db: Session, store_id: UUID, month: date) -> WorkPlan | None:
    """The plan of a month."""
    query = select(WorkPlan).where(WorkPlan.store_id == store_id, WorkPlan.month == month.replace(day=1))
    return db.scalars(query).first()


def newest(db: Session, who: Actor) -> list[WorkPlan]:
    """The plans of the last months, newest first."""
    query = people.scoped(select(WorkPlan), WorkPlan, who)
    return list(db.scalars(query.order_by(WorkPlan.month.desc()).limit(36)))


def waiting_for(db: Session, who: Actor) -> list[WorkPlan]:
    """Plans that somebody has to approve; nothing for whom that is not."""
    if not who.may_or_stands_in("approve plans"):
        return []
    query = people.scoped(select(WorkPlan).where(WorkPlan.state == S.COMPLETED), WorkPlan, who)
    return list(db.scalars(query.order_by(WorkPlan.month)))


def month_without_one(db: Session, who: Actor, today: date) -> date | None:
    """The month that has begun without a plan, for whoever writes it; from its last five days on the next one."""
    if not who.may_or_stands_in("write plans"):
        return None
    this = today.replace(day=1)
    soon = [add_months(this, 1)] if (last_of(this) - today).days < 5 else []
    return next((month for month in (this, *soon) if of_month(db, who.store_id, month) is None), None)
