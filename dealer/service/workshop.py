"""How many cars the workshop took in 进站台次: a count a day, typed there or imported from a sheet."""

from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.people import Actor, has
from dealer.records.enquiries import WorkshopDay
from dealer.sheets import importing, sheets
from dealer.sheets.importing import Preview
from dealer.sheets.sheets import Column, Trouble, Unreadable

DAYS_SHOWN = 31
MOST_CARS = 2_000  # of a day: more was mistyped
MOST_DAYS = 1_000  # of a sheet
BAY = has("run the workshop")


class Counting(Facts):
    """How many cars the workshop took in on a day."""

    day: date = Field(title="Day")
    cars: int = Field(title="Cars taken in", ge=0, le=MOST_CARS)


def count_day(ask: Ask) -> WorkshopDay:
    """Write down a day's count; one that is typed again is corrected, the history keeps both."""
    facts: Counting = ask.facts
    answer = BAY(None, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer], "count")
    if refusal := _day_has_come(facts.day, ask.today):
        raise Refused([refusal], "count")
    known = select(WorkshopDay).where(WorkshopDay.store_id == ask.actor.store_id, WorkshopDay.day == facts.day)
    row = ask.db.scalars(known).first() or WorkshopDay(store_id=ask.actor.store_id, day=facts.day)
    row.cars, row.counted_by_id, row.counted_at = facts.cars, ask.actor.id, ask.at
    ask.db.add(row)
    ask.db.flush()
    write_down(ask, "workshop_day", row, "count", facts)
    return row


def _day_has_come(day: date, today: date) -> Refusal | None:
    if day > today:
        return no("This day has not come yet.", code="E-DAY-FUTURE", field="day")
    return None


def counted(db: Session, who: Actor, today: date) -> list[WorkshopDay]:
    """The days of the last month, newest first."""
    query = people.scoped(select(WorkshopDay), WorkshopDay, who).options(joinedload(WorkshopDay.counted_by))
    since = today - timedelta(days=DAYS_SHOWN)
    return list(db.scalars(query.where(WorkshopDay.day > since).order_by(WorkshopDay.day.desc())))


# ── from a sheet ──────────────────────────────────────────────────────────────────────────────────────────────────

COLUMNS = (
    Column("day", "Day", sheets.a_day, example=""),
    Column("cars", "Cars taken in", sheets.a_count(0, MOST_CARS), example=1),
)


@dataclass(frozen=True)
class ListedDay:
    """One good row. `was`: what the shop counted for that day before."""

    day: date
    cars: int
    was: int | None


def preview(content: bytes, db: Session, who: Actor, today: date) -> Preview:
    """Read the counts and hold them against those that are known."""
    try:
        rows, troubles = sheets.read(content, COLUMNS)
    except Unreadable as unreadable:
        return Preview((), unreadable.troubles, content)
    if len(rows) > MOST_DAYS:
        return Preview((), (sheets.too_large(MOST_DAYS),), content)
    troubles += importing.twice(rows, "day")
    days = [(row, row.values["day"]) for row in rows if "day" in row.values]
    troubles += [
        Trouble(row.cells["day"], refusal) for row, day in days if (refusal := _day_has_come(day, today)) is not None
    ]
    if troubles:
        return Preview((), importing.by_place(troubles), content)
    known = people.scoped(select(WorkshopDay), WorkshopDay, who).where(WorkshopDay.day.in_([day for _, day in days]))
    was = {each.day: each.cars for each in db.scalars(known)}
    return Preview(tuple(ListedDay(day, row.values["cars"], was.get(day)) for row, day in days), (), content)


def import_counts(ask: Ask, previewed: Preview, sheet: str = "workshop.xlsx") -> int:
    """Every day of a good preview; how many."""
    importing.refuse_bad(previewed)
    importing.keep(ask, sheet, previewed.content)
    for row in previewed.rows:
        count_day(ask.with_facts(Counting(day=row.day, cars=row.cars)))
    return len(previewed.rows)


def template(language: str) -> bytes:
    """An empty sheet with the right header."""
    return sheets.template(COLUMNS, language)
