"""Which version of a plan counts on a day, and what it sets: for the store, a group, a person, a model, a class."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from dealer import people
from dealer.duties import SELLERS
from dealer.engine.calendar import ShopCalendar
from dealer.people import Actor
from dealer.planning.plan_forms import Key
from dealer.planning.spreading import days_between, days_of, last_of, months_of, over_days
from dealer.records.customers import CustomerClass
from dealer.records.people import Person, Posting
from dealer.records.planning import BudgetHeading, Plan, PlanKind, PlanLine, PlanScope, PlanState
from dealer.records.vehicles import Model
from dealer.reports.periods import Period

S = PlanState
STORE: Key = (PlanScope.STORE, "")

# ── which counts ──────────────────────────────────────────────────────────────────────────────────────────────────


def approved(db: Session, store_id: UUID, kind: PlanKind, year: int) -> list[Plan]:
    """Every version that was approved, the latest first."""
    query = select(Plan).where(
        Plan.store_id == store_id, Plan.kind == kind, Plan.year == year, Plan.state.in_([S.APPROVED, S.SUPERSEDED])
    )
    latest = (Plan.effective_from.desc(), Plan.approved_at.desc(), Plan.number.desc())
    return list(db.scalars(query.options(selectinload(Plan.lines)).order_by(*latest)))


def in_force(db: Session, store_id: UUID, kind: PlanKind, year: int, day: date) -> Plan | None:
    """The version that counts on a day: the latest approved one whose day has come."""
    return next((each for each in approved(db, store_id, kind, year) if each.effective_from <= day), None)


def counting(db: Session, who: Actor, kind: PlanKind, year: int, day: date) -> Plan | None:
    """The version in force; for a year whose first one has not begun, the one that will."""
    versions = approved(db, who.store_id, kind, year)
    return next((each for each in versions if each.effective_from <= day), versions[-1] if versions else None)


def listed(db: Session, who: Actor, kinds: Iterable[PlanKind], year: int) -> list[Plan]:
    """All versions of a year, newest first."""
    query = select(Plan).where(Plan.kind.in_(list(kinds)), Plan.year == year)
    return list(db.scalars(people.scoped(query, Plan, who).order_by(Plan.number.desc()).limit(50)))


def waiting_for(db: Session, who: Actor) -> list[Plan]:
    """Versions that somebody has to approve, oldest first; nothing for whom that is not."""
    if not who.may_or_stands_in("approve plans"):
        return []
    query = people.scoped(select(Plan).where(Plan.state == S.SUBMITTED), Plan, who)
    return list(db.scalars(query.order_by(Plan.since).limit(50)))


# ── for whom or what ──────────────────────────────────────────────────────────────────────────────────────────────


def sellers(db: Session, store_id: UUID) -> dict[str, str]:
    """Who may have a target of their own: everybody who sells and is at work, by id."""
    roles = [role.value for role in SELLERS]
    query = (
        select(Person)
        .join(Posting, Posting.person_id == Person.id)
        .where(Posting.store_id == store_id, Posting.role.in_(roles), Person.active)
        .order_by(Person.name)
    )
    return {str(person.id): person.name for person in db.scalars(query)}


def groups(db: Session, store_id: UUID) -> dict[str, set[str]]:
    """The people of each group with their head, by the head's id."""
    rows = db.execute(
        select(Posting.group_head_id, Posting.person_id).where(
            Posting.store_id == store_id, Posting.group_head_id.is_not(None)
        )
    )
    found: dict[str, set[str]] = {}
    for head, person in rows:
        found.setdefault(str(head), {str(head)}).add(str(person))
    return found


def models(db: Session, store_id: UUID) -> dict[str, str]:
    """The models on sale, by id."""
    query = select(Model).where(Model.store_id == store_id, Model.active).order_by(Model.code)
    return {str(model.id): f"{model.name} {model.configuration}".strip() for model in db.scalars(query)}


def keys(db: Session, store_id: UUID, kind: PlanKind, plan: Plan | None = None) -> list[Key]:
    """What the rows of a plan may be about, in their order; whoever has a target in it keeps the row."""
    of_models = [(PlanScope.MODEL, each) for each in models(db, store_id)]
    known: dict[PlanKind, list[Key]] = {
        PlanKind.SALES: [
            STORE,
            *((PlanScope.GROUP, each) for each in groups(db, store_id)),
            *((PlanScope.PERSON, each) for each in sellers(db, store_id)),
            *of_models,
            *((PlanScope.CLASS, each.value) for each in CustomerClass),
        ],
        PlanKind.ORDERING: [STORE, *of_models],
        PlanKind.BUDGET: [(PlanScope.HEADING, each.value) for each in BudgetHeading],
    }
    found = known[kind]
    kept = {(line.scope, line.whose) for line in plan.lines if line.amount} if plan is not None else set()
    order = list(PlanScope)
    return found + sorted(kept - set(found), key=lambda key: (order.index(key[0]), key[1]))


def twelve(plan: Plan | None, key: Key | None) -> list[int]:
    """What a version sets for each month of its year."""
    if plan is None:
        return [0] * 12
    told = {line.month: line.amount for line in plan.lines if (line.scope, line.whose) == key}
    return [told.get(month, 0) for month in months_of(plan.year)]


# ── what a stretch of days is to bring ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Targets:
    """Targets of some years, as the shop's calendar spreads them."""

    lines: tuple[PlanLine, ...]
    calendar: ShopCalendar

    @cached_property
    def _by_key(self) -> dict[tuple[PlanScope, str, date], PlanLine]:
        return {(line.scope, line.whose, line.month): line for line in self.lines}

    @property
    def keys(self) -> set[Key]:
        """For whom or what anything is set."""
        return {(line.scope, line.whose) for line in self.lines if line.amount}

    def of_days(self, key: Key, month: date) -> dict[date, int]:
        """Each day of a month; they sum to the month."""
        line = self._by_key.get((*key, month))
        parts = over_days(line.amount, line.weeks, month, self.calendar) if line else [0] * len(days_of(month))
        return dict(zip(days_of(month), parts, strict=True))

    def of(self, key: Key, first: date, last: date) -> int:
        """From a first to a last day: whole months as they are set, of others the days."""
        total, month = 0, first.replace(day=1)
        while month <= last:
            end, line = last_of(month), self._by_key.get((*key, month))
            if line is not None and first <= month and end <= last:
                total += line.amount
            elif line is not None:
                by_day = self.of_days(key, month)
                total += sum(by_day[day] for day in days_between(max(first, month), min(last, end)))
            month = end + timedelta(days=1)
        return total


def targets(db: Session, who: Actor, kind: PlanKind, period: Period, day: date, calendar: ShopCalendar) -> Targets:
    """What the versions that count today set for the years of a period."""
    years = range(period.first.year, period.last.year + 1)
    plans = [counting(db, who, kind, year, day) for year in years]
    return Targets(tuple(line for plan in plans if plan for line in plan.lines), calendar)


def sees_all(who: Actor) -> bool:
    """Whether somebody sees the targets of everybody, themselves or as a stand-in."""
    return who.may_or_stands_in("see all plans")


def seen_people(db: Session, who: Actor) -> set[UUID]:
    """Whose targets and deals somebody sees who does not see all: their own, and those of their group."""
    return {each for one in (who, *who.stands_in_for) for each in people.group_of(db, one)}


def names(db: Session, store_id: UUID, found: Iterable[Key]) -> dict[Key, Any]:
    """What each is called: a person's or a model's name; a class, a heading and the store by their words."""
    wanted = list(found)
    ids = [UUID(whose) for scope, whose in wanted if scope in (PlanScope.PERSON, PlanScope.GROUP)]
    persons = people.names(db, ids)
    of_models = {
        str(model.id): f"{model.name} {model.configuration}".strip()
        for model in db.scalars(select(Model).where(Model.store_id == store_id))
    }
    told: dict[Key, Any] = {}
    for key in wanted:
        scope, whose = key
        if scope in (PlanScope.PERSON, PlanScope.GROUP):
            told[key] = persons.get(UUID(whose), "")
        elif scope is PlanScope.MODEL:
            told[key] = of_models.get(whose, "")
        elif scope is PlanScope.CLASS:
            told[key] = CustomerClass(whose)
        else:
            told[key] = BudgetHeading(whose) if scope is PlanScope.HEADING else scope
    return told
