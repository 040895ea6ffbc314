"""The life of a day of the showroom: open while the register is written, signed by the showroom manager, locked.

A signature covers the rows that stand in the register: by their numbers, and by how often rows were changed after an
earlier signature, never by time, because a machine's clock may be set back. Who comes after it is written down as ever
and reopens nothing: the day then waits for a further signature, as it does when a signed row was corrected.
"""

from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.engine.database import calendar_of, sum_of
from dealer.engine.fields import Kind
from dealer.engine.steps import Ask, Facts, Life, Refusal, Step, no, on_facts, write_down
from dealer.engine.words import SHOP_ZONE
from dealer.people import SYSTEM, Actor, has
from dealer.records.people import Role
from dealer.records.prospects import Visit
from dealer.records.showroom_days import ShowroomDay, ShowroomDayState
from dealer.showroom.showroom import HERE, DayFigures, day_figures

S = ShowroomDayState
SIGNS = has("sign days")
TOTALS = "totals"  # the row of the history that keeps how the day counted when it was signed
NAMED = 8  # parties that a refusal names: whoever has more of them in the showroom looks at the board

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class DaySigning(Facts):
    """How many rows the register had when it was looked at; a program need not say."""

    rows: Annotated[int | None, Kind("hidden")] = Field(None, title="Rows")


class Totals(Facts):
    """How the day counted when it was signed: kept in the history, where nobody changes it."""

    visits: int
    calls: int
    first: int
    again: int
    outside_sales: int
    first_with_phone: int


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def nobody_is_still_here(day: ShowroomDay, ask: Ask) -> Refusal | None:
    """A day is closed when everybody has gone; whoever was forgotten is noted as gone first."""
    parties = still_here_on(ask.db, day)
    if not parties:
        return None
    who = [f"{each.came_at.astimezone(SHOP_ZONE):%H:%M} {each.name}".strip() for each in parties[:NAMED]]
    return no("Still in the showroom: {who}. Note that they have left.", code="E-DAY-OPEN", who=who)


@on_facts
def rows_are_those_seen(day: ShowroomDay, ask: Ask) -> Refusal | None:
    """Nobody signs for a party that came while they read."""
    now, seen = figures_of(ask.db, day).rows, ask.facts.rows
    if seen is not None and seen != now:
        return no(
            "The register has {now} rows, you saw {seen}: look again, then sign.", code="E-ROWS", now=now, seen=seen
        )
    return None


def register_was_written_since(day: ShowroomDay, ask: Ask) -> Refusal | None:
    """A row more, or a signed row changed."""
    if _end_of_register(ask.db, day) != (day.signed_to, day.signed_changes):
        return None
    return no("Nothing has changed since it was signed.", code="E-NOT-YET", quiet=True)


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def plan_signature(day: ShowroomDay, ask: Ask) -> None:
    """By the end of the day; the next morning the sales manager sees it too."""
    due = calendar_of(ask.db).end_of(max(day.day, ask.today))
    deadlines.plan(ask, "sign_day", day, due, role=Role.SHOWROOM)


def sign(day: ShowroomDay, ask: Ask) -> None:
    """These rows and these totals, by this person, now."""
    figures = asdict(figures_of(ask.db, day))
    write_down(ask, "showroom_day", day, TOTALS, Totals(**figures))
    day.signed_figures = figures
    day.signed_to, day.signed_changes = _end_of_register(ask.db, day)
    day.signed_at, day.signed_by_id = ask.at, ask.actor.id
    day.signatures += 1
    deadlines.finish(ask, day, "sign_day")


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action    from                     to          who      asks for  refused unless …                             then …
    Step("sign",   (S.OPEN, S.CHANGED),     S.SIGNED,   SIGNS,   DaySigning,  (nobody_is_still_here, rows_are_those_seen), (sign,)),
    # by itself
    Step("open",   None,                    S.OPEN,     SYSTEM,  None,     (),                                          (plan_signature,)),
    Step("change", S.SIGNED,                S.CHANGED,  SYSTEM,  None,     (register_was_written_since,),               (plan_signature,)),
]
# ruff: enable[E501]
# fmt: on

DAYS = Life("showroom_day", ShowroomDay, ShowroomDayState, STEPS, path=(S.OPEN, S.SIGNED))


def births(db: Session, visit: Visit, ask: Ask) -> bool:
    """The day of a visit, if it is the first that is written down for it."""
    if of_day(db, visit.store_id, visit.day) is not None:
        return False
    DAYS.begin("open", ShowroomDay(store_id=visit.store_id, day=visit.day), ask)
    return True


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def of_day(db: Session, store_id: UUID, day: date) -> ShowroomDay | None:
    """The row of a day; None when nobody came or called."""
    return db.scalars(select(ShowroomDay).where(ShowroomDay.store_id == store_id, ShowroomDay.day == day)).first()


def is_signed(db: Session, store_id: UUID, day: date) -> bool:
    """Whether a day has a signature, whatever came after it."""
    known = of_day(db, store_id, day)
    return known is not None and known.signatures > 0


def covers_row(db: Session, visit: Visit) -> bool:
    """Whether a signature covers this very row."""
    day = of_day(db, visit.store_id, visit.day)
    return day is not None and day.signed_to is not None and visit.number <= day.signed_to


def figures_of(db: Session, day: ShowroomDay) -> DayFigures:
    """How the day counts now."""
    return day_figures(db, day.store_id, day.day)


def figures_as_signed(day: ShowroomDay) -> DayFigures | None:
    """How it counted when it was last signed."""
    return DayFigures(**day.signed_figures) if day.signed_figures else None


def still_here_on(db: Session, day: ShowroomDay) -> list[Visit]:
    """Parties of the day that nobody saw leave, longest here first."""
    return list(db.scalars(_rows(day).where(Visit.state.in_(HERE)).order_by(Visit.came_at)))


def not_completed_on(db: Session, day: ShowroomDay) -> list[Visit]:
    """Rows of which the consultant still owes the rest."""
    owed = _rows(day).where(Visit.completed_at.is_(None), Visit.owner_id.is_not(None))
    return list(db.scalars(owed.order_by(Visit.came_at)))


def came_after_signature(db: Session, day: ShowroomDay) -> list[Visit]:
    """Rows that no signature covers yet, of a day that has one."""
    later = _rows(day).where(Visit.number > (day.signed_to or 0)).order_by(Visit.number)
    return list(db.scalars(later)) if day.signatures else []


def changed_after_signature(db: Session, day: ShowroomDay) -> list[Visit]:
    """Rows that were changed although a signature covered them."""
    return list(db.scalars(_rows(day).where(Visit.late_changes > 0).order_by(Visit.number)))


def unsigned(db: Session, who: Actor, since: date, before: date) -> list[ShowroomDay]:
    """Days that nobody has signed, or that changed after it, latest first."""
    query = people.scoped(select(ShowroomDay), ShowroomDay, who).where(ShowroomDay.state.in_([S.OPEN, S.CHANGED]))
    query = query.where(ShowroomDay.day >= since, ShowroomDay.day < before)
    return list(db.scalars(query.order_by(ShowroomDay.day.desc())))


def _rows(day: ShowroomDay) -> Select[Visit]:
    query = select(Visit).where(Visit.store_id == day.store_id, Visit.day == day.day)
    return query.options(joinedload(Visit.consultant))


def _end_of_register(db: Session, day: ShowroomDay) -> tuple[int, int]:
    """The highest number in the register of the day, and how often its rows were changed after a signature."""
    rows = select(func.coalesce(func.max(Visit.number), 0), sum_of(Visit.late_changes))
    number, changes = db.execute(rows.where(Visit.store_id == day.store_id, Visit.day == day.day)).one()
    return int(number), int(changes)
