"""What refuses a plan: months that do not come to their year, weeks that do not come to their month, months that are
over, and who decides on their own."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select

from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.engine.words import Yuan
from dealer.house.hands import not_their_hand
from dealer.planning import versions
from dealer.planning.plan_forms import Key, MonthWeeks, WeekRow, key_of
from dealer.planning.spreading import days_between, last_of, months_of, over_months, weeks_of, worked
from dealer.records.planning import Plan, PlanKind, PlanState

OPEN = (PlanState.DRAFT, PlanState.SUBMITTED, PlanState.RETURNED)
WRITTEN = ("draft", "edit", "set_weeks", "submit")

# ── reading what was typed ────────────────────────────────────────────────────────────────────────────────────────


def typed_months(row: Any) -> list[int | None]:
    """Month after month."""
    return [getattr(row, f"m{number}") for number in range(1, 13)]


def is_over(month: date, today: date) -> bool:
    """Whether its last day is past."""
    return last_of(month) < today


def months_meant(ask: Ask, plan: Plan, row: Any, before: list[int]) -> list[int]:
    """The twelve months that a row comes to: as typed; where only the year was typed it is spread over those that are
    still open, and what is over keeps what was in force."""
    typed = [value or 0 for value in typed_months(row)]
    ahead = [month for month in months_of(plan.year) if not is_over(month, ask.today)]
    still = slice(12 - len(ahead), 12)
    drawn = versions.twelve(plan, key_of(row.whose))
    if row.year is None or typed[still] != drawn[still] or sum(typed) == row.year:
        return typed
    behind = before[: 12 - len(ahead)]
    return behind + over_months(max(0, row.year - sum(behind)), ahead, calendar_of(ask.db))


def shown(plan: Plan, amount: int) -> Any:
    """An amount as a sentence shows it."""
    return Yuan(amount) if plan.kind is PlanKind.BUDGET else amount


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def year_is_not_over(plan: Plan, ask: Ask) -> Refusal | None:
    """What has happened needs no plan."""
    if ask.facts.year < ask.today.year:
        return no("{year} is over: plan a year that is not.", code="E-MONTH-OVER", field="year", year=ask.facts.year)
    return None


@on_facts
def no_other_version_is_open(plan: Plan, ask: Ask) -> Refusal | None:
    """Two drafts of one year would each miss what the other changes."""
    query = select(Plan.number).where(
        Plan.store_id == plan.store_id, Plan.kind == ask.facts.kind, Plan.year == ask.facts.year,
        Plan.state.in_([state.value for state in OPEN]),
    )  # fmt: skip
    number = ask.db.scalar(query.limit(1))
    if number is not None:
        return no("Version {number} is still open: go on with that one, or withdraw it.", code="E-PLAN-OPEN",
                  number=number)  # fmt: skip
    return None


@on_facts
def rows_are_the_shops(plan: Plan, ask: Ask) -> Refusal | None:
    """Each is about somebody or something of this shop, and stands once."""
    known, seen = versions.keys(ask.db, plan.store_id, plan.kind, plan), set[Key]()
    for at, row in enumerate(ask.facts.rows):
        key = key_of(row.whose)
        if key is None or key not in known or key in seen:
            return no("Choose one of the offered values.", code="E-REQ-FIELD", field=f"rows-{at}-whose")
        seen.add(key)
    return None


@on_facts
def months_come_to_the_year(plan: Plan, ask: Ask) -> Refusal | None:
    """A year that was typed is the sum of its months."""
    before = versions.in_force(ask.db, plan.store_id, plan.kind, plan.year, ask.today)
    for at, row in enumerate(ask.facts.rows):
        key = key_of(row.whose)
        meant = sum(months_meant(ask, plan, row, versions.twelve(before, key))) if key else row.year
        if row.year is not None and meant != row.year:
            return no(
                "The months come to {months}, not to {year}: correct a month, or change the year alone and the months "
                "follow.",
                code="E-PLAN-YEAR", field=f"rows-{at}-year", months=shown(plan, meant), year=shown(plan, row.year),
            )  # fmt: skip
    return None


@on_facts
def months_that_are_over_stay(plan: Plan, ask: Ask) -> Refusal | None:
    """Nobody sets a target for what has happened: a month that is over keeps what was in force."""
    before = versions.in_force(ask.db, plan.store_id, plan.kind, plan.year, ask.today)
    for at, row in enumerate(ask.facts.rows):
        kept = versions.twelve(before, key_of(row.whose))
        for month, typed, was in zip(months_of(plan.year), typed_months(row), kept, strict=True):
            if is_over(month, ask.today) and typed is not None and typed != was:
                return no(
                    "{month} is over: its target stays {was}.", code="E-MONTH-OVER",
                    field=f"rows-{at}-m{month.month}", month=month_words(month), was=shown(plan, was),
                )  # fmt: skip
    return None


def month_words(month: date) -> str:
    """2026-11, the same in both languages."""
    return f"{month:%Y-%m}"


@on_facts
def it_begins_in_time(plan: Plan, ask: Ask) -> Refusal | None:
    """A version counts from today on at the earliest, and before its year is over."""
    day: date = ask.facts.effective_from
    if day < ask.today or day.year > plan.year:
        return no(
            "A version counts from today on and before its year ends: choose a day from {first} to {last}.",
            code="E-DAY-PAST", field="effective_from", first=ask.today, last=date(plan.year, 12, 31),
        )  # fmt: skip
    return None


def plan_has_targets(plan: Plan, ask: Ask) -> Refusal | None:
    """An empty plan would take every target off."""
    if not any(line.amount for line in plan.lines):
        return no("Fill in at least one month first.", code="E-REQ-FIELD")
    return None


def months_that_are_over_stayed(plan: Plan, ask: Ask) -> Refusal | None:
    """Likewise when it is submitted and approved: a month may have ended since it was written."""
    before = versions.in_force(ask.db, plan.store_id, plan.kind, plan.year, ask.today)
    told = {(line.scope, line.whose) for each in (plan, before) if each is not None for line in each.lines}
    for key in sorted(told):
        kept, drawn = versions.twelve(before, key), versions.twelve(plan, key)
        for month, was, now in zip(months_of(plan.year), kept, drawn, strict=True):
            if is_over(month, ask.today) and now != was:
                return no(
                    "{month} has ended since this was written: its target stays {was}, not {now}. Correct it first.",
                    code="E-MONTH-OVER", fix="edit", month=month_words(month), was=shown(plan, was),
                    now=shown(plan, now),
                )  # fmt: skip
    return None


def somebody_else_wrote_the_plan(plan: Plan, ask: Ask) -> Refusal | None:
    """Nobody approves a plan that they have written on."""
    return not_their_hand(plan, WRITTEN, ask)


def a_later_version_counts(plan: Plan, ask: Ask) -> Refusal | None:
    """Until a later version has come into force this one counts."""
    now = versions.in_force(ask.db, plan.store_id, plan.kind, plan.year, ask.today)
    if now is None or now.id == plan.id or plan.effective_from > ask.today:
        return no("No later version is in force.", code="E-NOT-YET", quiet=True)
    return None


# ── weeks ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _week_rows(plan: Plan, facts: MonthWeeks) -> Iterator[tuple[int, WeekRow, int]]:
    """Rows in which anything was typed, with their place and what their month comes to."""
    amounts = {(line.scope, line.whose): line.amount for line in plan.lines if line.month == facts.month}
    for at, row in enumerate(facts.rows):
        if any(week is not None for week in row.weeks):
            key = key_of(row.whose)
            yield at, row, amounts.get(key, 0) if key else 0


@on_facts
def month_is_of_the_year(plan: Plan, ask: Ask) -> Refusal | None:
    """A month of this plan that is not over."""
    month = ask.facts.month
    if month not in months_of(plan.year):
        return no("Choose one of the offered values.", code="E-REQ-FIELD", field="month")
    if is_over(month, ask.today):
        return no("{month} is over: its weeks stay as they were.", code="E-MONTH-OVER", month=month_words(month))
    return None


@on_facts
def weeks_come_to_the_month(plan: Plan, ask: Ask) -> Refusal | None:
    """Weeks that were divided by hand sum to their month."""
    for at, row, amount in _week_rows(plan, ask.facts):
        total, last = sum(week or 0 for week in row.weeks), len(weeks_of(ask.facts.month))
        if total != amount:
            return no(
                "The weeks come to {weeks}, the month to {month}: correct a week, or leave them all empty.",
                code="E-PLAN-WEEKS", field=f"rows-{at}-w{last}", weeks=total, month=amount,
            )  # fmt: skip
    return None


@on_facts
def weeks_have_working_days(plan: Plan, ask: Ask) -> Refusal | None:
    """Nothing is planned for a week of the month in which the shop does not work."""
    calendar, weeks = calendar_of(ask.db), weeks_of(ask.facts.month)
    for at, row, _ in _week_rows(plan, ask.facts):
        for number, amount in enumerate(row.weeks, 1):
            days = days_between(*weeks[number - 1]) if number <= len(weeks) else []
            if amount and not any(worked(calendar, days)):
                return no("This week has no working day in this month: plan its cars for another one.",
                          code="E-PLAN-WEEKS", field=f"rows-{at}-w{number}")  # fmt: skip
    return None
