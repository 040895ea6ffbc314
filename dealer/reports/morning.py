"""The morning report 晨会报告: what was true of a day, from 0:00 to 24:00 of the shop's clock, without typing.

A figure is a condition on rows of one kind. The number is how many of them it holds for, the list is these rows: they
cannot differ. Every row says when it was so, thus the report of a past day does not change with what happens later.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from dealer import people
from dealer.engine.amounts import half_up
from dealer.engine.calendar import ShopCalendar
from dealer.engine.database import calendar_of
from dealer.people import Actor
from dealer.prospects import card_lists, hand_in_lines, standings
from dealer.prospects.cards import LIVE
from dealer.prospects.prospects import ASIDE
from dealer.records.contracts import Contract
from dealer.records.deals import Deal
from dealer.records.hand_ins import Standing
from dealer.records.people import Person
from dealer.records.prospects import FollowUp, Level, Prospect, ProspectState, Visit, VisitKind
from dealer.records.testdrives import DriveState, Experience, TestDrive
from dealer.reports import traffic

ROWS = 500  # of one list


@dataclass(frozen=True)
class Day:
    """Which day of which shop."""

    store_id: UUID
    day: date
    calendar: ShopCalendar

    @cached_property
    def start(self) -> datetime:
        """0:00."""
        return self.calendar.start_of(self.day)

    @cached_property
    def end(self) -> datetime:
        """24:00: the first moment that is too late."""
        return self.calendar.end_of(self.day)


# ── what is counted ───────────────────────────────────────────────────────────────────────────────────────────────


def _of_day(day: Day) -> Select[Any]:
    return select(Visit).where(Visit.store_id == day.store_id, Visit.day == day.day)


def _drives(day: Day) -> Select[Any]:
    return select(TestDrive).where(
        TestDrive.store_id == day.store_id,
        TestDrive.ended_at >= day.start,
        TestDrive.ended_at < day.end,
        TestDrive.state == DriveState.COMPLETED,
        TestDrive.experience == Experience.DRIVE,
    )


def _spoken(day: Day) -> Select[Any]:
    written = hand_in_lines.entries(day.store_id, day.start, day.end)
    return written.where(FollowUp.corrects_id.is_(None))


def _moved(day: Day) -> Select[Any]:
    return standings.with_card(standings.between(day.store_id, day.start, day.end))


def _level_moved(*, cooler: bool) -> ColumnElement[bool]:
    grades = [level for level in Level if level is not Level.N]
    pairs = [
        and_(Standing.was_level == before, Standing.level == after)
        for before in grades
        for after in grades
        if before is not after and standings.is_cooler(after, before) is cooler
    ]
    return or_(*pairs)


_NEW = Standing.was_state.is_(None)
_GRADED = and_(Standing.was_level == Level.N, Standing.level != Level.N)
_WARMER, _COOLER = _level_moved(cooler=False), _level_moved(cooler=True)
_PUT_ASIDE = and_(Standing.was_state.in_(LIVE), Standing.state.in_(ASIDE))


def _cards_ordered(day: Day) -> Select[Any]:
    """Orders of cards that are no deal: a deal's order is its contract."""
    ordered = _moved(day).where(Standing.state == ProspectState.ORDERED, Standing.was_state.in_(LIVE))
    return ordered.join(Prospect, Prospect.id == Standing.prospect_id).where(Prospect.deal_id.is_(None))


def _contracts(day: Day) -> Select[Any]:
    deal = joinedload(Contract.deal).joinedload(Deal.customer)
    here = select(Contract).where(Contract.store_id == day.store_id, Contract.effective_on == day.day)
    return here.where(Contract.parent_id.is_(None)).options(deal)


def _stood(day: Day) -> Select[Any]:
    """Cards that are worked on, or of which something is due; what else there is counts nowhere."""
    worked = or_(
        Standing.state.in_([literal_column(f"'{state.value}'") for state in LIVE]),  # as the index has it
        Standing.next_contact_at.is_not(None),
    )
    return standings.with_card(standings.at_moment(day.store_id, day.end)).where(worked)


def _at_level(level: Level) -> ColumnElement[bool]:
    return and_(Standing.level == level, Standing.state.in_(LIVE))


def _overdue(day: Day) -> ColumnElement[bool]:
    return Standing.next_contact_at < day.end


def _promised(day: Day) -> ColumnElement[bool]:
    following = replace(day, day=day.calendar.today(day.end))
    return and_(Standing.next_contact_at >= following.start, Standing.next_contact_at < following.end)


_EVERY = true()


@dataclass(frozen=True)
class Figure:
    """One line of the report: of which rows it counts which, and whose each of them is."""

    part: str
    of: Callable[[Day], Select[Any]]
    owner: InstrumentedAttribute[Any]
    holds: ColumnElement[bool] | Callable[[Day], ColumnElement[bool]] = _EVERY

    def condition(self, day: Day) -> ColumnElement[bool]:
        """Which of the rows it counts."""
        return self.holds if isinstance(self.holds, ColumnElement) else self.holds(day)


FIGURES: dict[str, Figure] = {
    "visits": Figure("received", _of_day, Visit.owner_id, Visit.kind == VisitKind.VISIT),
    "calls": Figure("received", _of_day, Visit.owner_id, Visit.kind == VisitKind.CALL),
    "first": Figure("received", _of_day, Visit.owner_id, traffic.FIGURES["first"]),
    "first_with_phone": Figure("received", _of_day, Visit.owner_id, traffic.FIGURES["kept"]),
    "drives": Figure("received", _drives, TestDrive.owner_id),
    "new_cards": Figure("cards", _moved, Standing.owner_id, _NEW),
    "contacts": Figure("cards", _spoken, FollowUp.person_id, FollowUp.answered.is_(True)),
    "in_vain": Figure("cards", _spoken, FollowUp.person_id, FollowUp.answered.is_(False)),
    "graded": Figure("cards", _moved, Standing.owner_id, _GRADED),
    "warmer": Figure("cards", _moved, Standing.owner_id, _WARMER),
    "cooler": Figure("cards", _moved, Standing.owner_id, _COOLER),
    "put_aside": Figure("cards", _moved, Standing.owner_id, _PUT_ASIDE),
    **{f"level_{level.value}": Figure("levels", _stood, Standing.owner_id, _at_level(level)) for level in Level},
    "cards_ordered": Figure("orders", _cards_ordered, Standing.owner_id),
    "contracts": Figure("orders", _contracts, Contract.submitted_by_id),
    "overdue": Figure("next", _stood, Standing.owner_id, _overdue),
    "promised": Figure("next", _stood, Standing.owner_id, _promised),
}
"""The lines of the report in their order; a part is a block of them."""

SHARES = {"kept": ("first_with_phone", "first")}
"""留档率: first visits that left a phone ÷ first visits; shown after its first part."""

# ── the report ────────────────────────────────────────────────────────────────────────────────────────────────────


EVERYBODY = "all"
NOBODY = "none"


@dataclass(frozen=True)
class Report:
    """The figures of a day: of everybody in it by id, and by None of what has no consultant."""

    day: date
    people: list[Person]
    counted: dict[str, dict[UUID | None, int]]

    def count(self, figure: str, whose: str) -> int:
        """Of one person by id, of nobody, or of everybody together."""
        counts = self.counted[figure]
        if whose == EVERYBODY:
            return sum(counts.values())
        return counts.get(None if whose == NOBODY else UUID(whose), 0)

    def percent(self, share: str, whose: str) -> int | None:
        """A share in whole percent; None where there is nothing to have a share of."""
        part, whole = (self.count(figure, whose) for figure in SHARES[share])
        return half_up(100 * part, whole) if whole else None

    @property
    def columns(self) -> list[str]:
        """Whose numbers stand side by side: each person, what is nobody's where there is such, everybody's."""
        nobodys = [NOBODY] if any(None in counts for counts in self.counted.values()) else []
        return [*(str(each.id) for each in self.people), *nobodys, EVERYBODY]


def parts() -> dict[str, list[str]]:
    """The lines of each block, shares where they belong."""
    blocks: dict[str, list[str]] = {}
    for name, figure in FIGURES.items():
        after = [share for share, (part, _) in SHARES.items() if part == name]
        blocks.setdefault(figure.part, []).extend([name, *after])
    return blocks


def shown(report: Report, line: str, whose: str) -> str:
    """The number of one line in one column, as a screen and a paper show it."""
    if line not in SHARES:
        return str(report.count(line, whose))
    percent = report.percent(line, whose)
    return "—" if percent is None else f"{percent} %"


def day_of(db: Session, who: Actor, day: date) -> Day:
    """The day in the person's shop."""
    return Day(who.store_id, day, calendar_of(db))


def report(db: Session, who: Actor, day: date) -> Report:
    """What a person sees of a day: their own, their group's, or the whole shop."""
    of, seen = day_of(db, who, day), card_lists.owners_seen_by(db, who)
    counted: dict[str, dict[UUID | None, int]] = {}
    for figures in _of_the_same_rows():
        counted |= _counted(db, figures, of, seen)
    there = {owner for each in counted.values() for owner in each if owner is not None}
    there |= {each.id for each in people.with_duty(db, who.store_id, "keep cards") if seen is None or each.id in seen}
    named = db.scalars(select(Person).where(Person.id.in_(there)).order_by(Person.name))
    return Report(day, list(named), counted)


def _of_the_same_rows() -> list[dict[str, Figure]]:
    found: dict[Any, dict[str, Figure]] = {}
    for name, figure in FIGURES.items():
        found.setdefault(figure.of, {})[name] = figure
    return list(found.values())


def _counted(
    db: Session, figures: dict[str, Figure], day: Day, seen: set[UUID] | None
) -> dict[str, dict[UUID | None, int]]:
    """Figures of the same rows, in one pass over these; of whoever has any."""
    one = next(iter(figures.values()))
    told = [one.owner.label("owner"), *(figure.condition(day).label(name) for name, figure in figures.items())]
    # Materialized: SQLite would walk through the visits of all years, for those lie in the order of their owners.
    rows = _seen(one.of(day), one, seen).options().with_only_columns(*told).cte("rows").prefix_with("MATERIALIZED").c
    counts = select(rows.owner, *(func.count().filter(rows[name]) for name in figures)).group_by(rows.owner)
    found: dict[str, dict[UUID | None, int]] = {name: {} for name in figures}
    for owner, *numbers in db.execute(counts):
        for name, number in zip(figures, numbers, strict=True):
            if number:
                found[name][owner] = number
    return found


def _seen(rows: Select[Any], figure: Figure, seen: Iterable[UUID] | None) -> Select[Any]:
    return rows if seen is None else rows.where(figure.owner.in_(list(seen)))


def rows(db: Session, who: Actor, day: date, name: str, whose: str) -> list[Any]:
    """The rows behind one number: of everybody, of what has no consultant, or of one person by id."""
    figure = FIGURES[name]
    asked = day_of(db, who, day)
    found = _seen(figure.of(asked), figure, card_lists.owners_seen_by(db, who)).where(figure.condition(asked))
    if whose == NOBODY:
        found = found.where(figure.owner.is_(None))
    elif whose != EVERYBODY:
        found = found.where(figure.owner == UUID(whose))
    return list(db.scalars(found.limit(ROWS)))
