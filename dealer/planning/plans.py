"""Plans 计划: the life of a version. Written by the key-account manager, approved by the general manager, in force from
its day on (K4, K13); which version counts is asked of versions.py."""

from datetime import date
from typing import Any

from sqlalchemy import select

from dealer import deadlines
from dealer.deals.deals import Comment
from dealer.engine.database import calendar_of
from dealer.engine.steps import SAME, Ask, Life, Step
from dealer.people import SYSTEM, has
from dealer.planning import plan_rules as rules
from dealer.planning import versions
from dealer.planning.plan_forms import BudgetFacts, MonthWeeks, NewPlan, PlanFacts, key_of, name_of
from dealer.planning.spreading import months_of, weeks_of
from dealer.records.people import Role
from dealer.records.planning import Plan, PlanKind, PlanLine, PlanState

S = PlanState
WRITER = has("write plans")
APPROVER = has("approve plans")
EDITABLE = (S.DRAFT, S.RETURNED)


def counts_money(plan: Plan, ask: Any = None) -> bool:
    """Whether it is the budget. Tells the rows of the life apart."""
    return plan.kind is PlanKind.BUDGET


def counts_cars(plan: Plan, ask: Any = None) -> bool:
    """Likewise: a sales or an ordering plan."""
    return not counts_money(plan)


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def begin_from_what_counts(plan: Plan, ask: Ask) -> None:
    """A new version begins with what the latest one says."""
    last = next(iter(versions.approved(ask.db, plan.store_id, plan.kind, plan.year)), None)
    plan.lines = [
        PlanLine(store_id=plan.store_id, scope=line.scope, whose=line.whose, month=line.month, amount=line.amount,
                 weeks=line.weeks)
        for line in (last.lines if last else ())
    ]  # fmt: skip


def write_rows(plan: Plan, ask: Ask) -> None:
    """The months as typed. Weeks that were divided by hand stay where their month stays."""
    before = versions.in_force(ask.db, plan.store_id, plan.kind, plan.year, ask.today)
    weeks = {(line.scope, line.whose, line.month, line.amount): line.weeks for line in plan.lines}
    meant = {
        key: rules.months_meant(ask, plan, row, versions.twelve(before, key))
        for row in ask.facts.rows
        if (key := key_of(row.whose)) is not None
    }
    plan.effective_from, plan.remark = ask.facts.effective_from, ask.facts.remark
    plan.lines = []
    ask.db.flush()  # the old rows go first: a month stands once in a plan, also for the moment in between
    plan.lines = [
        PlanLine(store_id=plan.store_id, scope=scope, whose=whose, month=month, amount=amount,
                 weeks=weeks.get((scope, whose, month, amount)))
        for (scope, whose), months in meant.items()
        for month, amount in zip(months_of(plan.year), months, strict=True)
        if amount
    ]  # fmt: skip


def write_weeks(plan: Plan, ask: Ask) -> None:
    """As divided by hand; a row without any follows the working days again."""
    facts: MonthWeeks = ask.facts
    divided = {key_of(row.whose): row.weeks for row in facts.rows}
    count = len(weeks_of(facts.month))
    for line in plan.lines:
        typed = divided.get((line.scope, line.whose))
        if line.month == facts.month and typed is not None:
            by_hand = any(week is not None for week in typed)
            line.weeks = [week or 0 for week in typed[:count]] if by_hand else None


def ask_for_approval(plan: Plan, ask: Ask) -> None:
    """The general manager has a working day."""
    plan.submitted_by_id = ask.actor.id
    deadlines.plan(ask, "approve_plan", plan, calendar_of(ask.db).due_after(ask.today, 1), role=Role.GENERAL)


def note_approval(plan: Plan, ask: Ask) -> None:
    """From its day on it takes the place of the versions before it."""
    plan.approved_by_id, plan.approved_at = ask.actor.id, ask.at
    deadlines.finish(ask, plan, "approve_plan")
    first = max(plan.effective_from, ask.today)
    fires = calendar_of(ask.db).at(first, "00:05")
    earlier = select(Plan).where(
        Plan.store_id == plan.store_id, Plan.kind == plan.kind, Plan.year == plan.year, Plan.state == S.APPROVED,
        Plan.id != plan.id,
    )  # fmt: skip
    for each in ask.db.scalars(earlier):
        deadlines.plan(ask, "supersede_plan", each, fires, by_system=True)


def close_tasks(plan: Plan, ask: Ask) -> None:
    """Nobody owes it anything."""
    deadlines.cancel(ask, plan)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

TYPED = (
    rules.it_begins_in_time,
    rules.rows_are_the_shops,
    rules.months_that_are_over_stay,
    rules.months_come_to_the_year,
)
DIVIDED = (
    rules.month_is_of_the_year,
    rules.rows_are_the_shops,
    rules.weeks_come_to_the_month,
    rules.weeks_have_working_days,
)

# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …
    Step("draft", None, S.DRAFT, WRITER, NewPlan,
         (rules.year_is_not_over, rules.no_other_version_is_open),
         (begin_from_what_counts,)),
    Step("edit", EDITABLE, SAME, WRITER, PlanFacts, TYPED, (write_rows,), when=counts_cars),
    Step("edit", EDITABLE, SAME, WRITER, BudgetFacts, TYPED, (write_rows,), when=counts_money),
    Step("set_weeks", EDITABLE, SAME, WRITER, MonthWeeks, DIVIDED, (write_weeks,), when=counts_cars),
    Step("submit", EDITABLE, S.SUBMITTED, WRITER, None,
         (rules.plan_has_targets, rules.months_that_are_over_stayed),
         (ask_for_approval,)),
    Step("return", S.SUBMITTED, S.RETURNED, APPROVER, Comment,
         (rules.somebody_else_wrote_the_plan,),
         (close_tasks,)),
    Step("approve", S.SUBMITTED, S.APPROVED, APPROVER, None,
         (rules.somebody_else_wrote_the_plan, rules.plan_has_targets, rules.months_that_are_over_stayed),
         (note_approval,)),
    Step("withdraw", (*EDITABLE, S.SUBMITTED), S.WITHDRAWN, WRITER, None,
         (),
         (close_tasks,)),
    Step("supersede", S.APPROVED, S.SUPERSEDED, SYSTEM, None,
         (rules.a_later_version_counts,),
         ()),
]
# fmt: on

PLANS = Life("plan", Plan, PlanState, STEPS, path=(S.DRAFT, S.SUBMITTED, S.APPROVED))


def blank(ask: Ask, facts: NewPlan) -> Plan:
    """A version that is not yet born: it counts from the first day of its year, or from today."""
    first = max(months_of(facts.year)[0], ask.today)
    return Plan(
        store_id=ask.actor.store_id, kind=facts.kind, year=facts.year, made_by_id=ask.actor.id, effective_from=first,
    )  # fmt: skip


# ── as its form shows it ──────────────────────────────────────────────────────────────────────────────────────────


def known_facts(ask: Ask, plan: Plan) -> dict[str, Any]:
    """The year as the form shows it: a row for everybody and everything, empty where nothing is set."""
    rows = []
    for key in versions.keys(ask.db, plan.store_id, plan.kind, plan):
        months = versions.twelve(plan, key)
        filled = {f"m{number}": amount for number, amount in enumerate(months, 1) if amount}
        rows.append({"whose": name_of(key)} | filled)
    return {"effective_from": max(plan.effective_from, ask.today), "remark": plan.remark, "rows": rows}


def known_weeks(plan: Plan, month: date) -> dict[str, Any]:
    """One month as its form shows it: whoever has a target in it."""
    rows = [
        {"whose": name_of((line.scope, line.whose))}
        | {f"w{number}": week for number, week in enumerate(line.weeks or (), 1)}
        for line in plan.lines
        if line.month == month and line.amount
    ]
    return {"month": month, "rows": rows}
