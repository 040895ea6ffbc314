"""What the steps of a leave ask for, and what they write down: forms and effects.

The rules are in leave_rules.py, the table in leave.py, lists in leave_lists.py. An approved leave names the stand-in
(records/people.py), who from then on sees the other's tasks, cards and approvals and acts in their name. Nothing
changes its owner: on the day after, everything is where it was.
"""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from dealer import deadlines
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Options, Paragraph
from dealer.engine.steps import Ask, Facts, Personal, Refused, no
from dealer.house.accounts import NewStandIn
from dealer.house.staff import changed
from dealer.records.people import Person, StandIn
from dealer.records.staffing import Leave, LeaveKind
from dealer.staffing import leave_deciders

ONE_DAY = timedelta(days=1)
STARTS_AT = "09:00"


class LeaveRequest(Facts):
    """Somebody will be away: from which day until which, and who goes on with their work."""

    kind: Annotated[LeaveKind, Kind("chips")] = Field(title="Kind of leave")
    from_day: date = Field(title="First day away")
    to_day: date = Field(title="Last day away")
    stand_in: Annotated[UUID, Options("leave_stand_ins")] = Field(
        title="Stand-in", description="Sees your tasks, cards and approvals on these days and acts in your name."
    )
    reason: Annotated[str, Paragraph, Personal()] = Field("", title="Reason", max_length=2000)


class OtherStandIn(Facts):
    """Somebody else goes on with the work."""

    stand_in: Annotated[UUID, Options("leave_stand_ins")] = Field(title="Stand-in")


# ── the request ───────────────────────────────────────────────────────────────────────────────────────────────────


def prepare(ask: Ask) -> Leave:
    """The leave that is asked for, not yet born: `begin(leave, "request", ask)` asks the rules."""
    facts: LeaveRequest = ask.facts
    leave = Leave(
        store_id=ask.actor.store_id, owner_id=ask.actor.id, kind=facts.kind, from_day=facts.from_day,
        to_day=facts.to_day, days=working_days(ask, facts.from_day, facts.to_day), reason=facts.reason,
        stand_in_id=_somebody(ask, facts.stand_in).id,
    )  # fmt: skip
    leave.owner = ask.db.get_one(Person, ask.actor.id)
    return leave


def _somebody(ask: Ask, key: UUID) -> Person:
    person = ask.db.get(Person, key)
    if person is None:
        raise Refused([no("Choose a colleague who works in this shop.", code="E-REQ-FIELD", field="stand_in")])
    return person


def working_days(ask: Ask, first: date, last: date) -> int:
    """How many of the days are worked, by the shop's calendar; a span that was mistyped has none."""
    calendar, span = calendar_of(ask.db), (last - first).days + 1
    return sum(calendar.is_working_day(first + each * ONE_DAY) for each in range(min(span, MOST_DAYS)))


MOST_DAYS = 366


def wanted(leave: Leave, ask: Ask) -> UUID:
    """The stand-in that is being named, else the one the leave has."""
    return ask.facts.stand_in if isinstance(ask.facts, OtherStandIn) else leave.stand_in_id


def days_to_come(leave: Leave, ask: Ask) -> tuple[date, date]:
    """The days on which somebody has to stand in from now on."""
    return max(leave.from_day, min(ask.today, leave.to_day)), leave.to_day


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def ask_the_manager(leave: Leave, ask: Ask) -> None:
    """It waits for whoever decides it, until its last day is over."""
    _ask_who_decides(leave, ask)
    ends = calendar_of(ask.db).end_of(leave.to_day)
    deadlines.plan(ask, "leave_ends", leave, ends, by_system=True)


def _ask_who_decides(leave: Leave, ask: Ask) -> None:
    calendar = calendar_of(ask.db)
    due = max(ask.at, min(calendar.due_after(ask.today, 1), calendar.start_of(leave.from_day)))
    person, roles = leave_deciders.asked_first(leave, ask)
    for role in sorted(roles):
        deadlines.plan(ask, "decide_leave", leave, due, role=role, note=leave.owner.name)
    if person is not None:
        deadlines.plan(ask, "decide_leave", leave, due, owner_id=person, note=leave.owner.name)


def approve(leave: Leave, ask: Ask) -> None:
    """From its first day on the stand-in acts for whoever is away."""
    leave.decided_by_id = ask.hat.id
    deadlines.finish(ask, leave, "decide_leave")
    deadlines.plan(ask, "leave_begins", leave, calendar_of(ask.db).start_of(leave.from_day), by_system=True)
    _name(leave, ask, *days_to_come(leave, ask))


def _name(leave: Leave, ask: Ask, first: date, last: date) -> None:
    """The stand-in acts from a day on, and has a task that says so."""
    row = StandIn(
        store_id=leave.store_id, away_id=leave.owner_id, stand_in_id=leave.stand_in_id, from_day=first, to_day=last,
        reason="", leave_id=leave.id,
    )  # fmt: skip
    ask.db.add(row)
    facts = NewStandIn(stand_in=leave.stand_in_id, from_day=first, to_day=last, reason="")
    changed(ask, leave.owner, "name_stand_in", facts)
    morning = calendar_of(ask.db).at(first, STARTS_AT)
    note = leave.owner.name
    deadlines.plan(ask, "take_over", leave, max(ask.at, morning), owner_id=leave.stand_in_id, note=note)


def _withdraw(leave: Leave, ask: Ask, from_day: date) -> None:
    """From a day on nobody acts for them because of this leave; what was done before stays theirs who did it."""
    for row in ask.db.scalars(select(StandIn).where(StandIn.leave_id == leave.id, StandIn.to_day >= from_day)):
        facts = NewStandIn(stand_in=row.stand_in_id, from_day=row.from_day, to_day=row.to_day, reason="")
        if row.from_day < from_day:
            row.to_day = from_day - ONE_DAY
        else:
            ask.db.delete(row)
        changed(ask, leave.owner, "end_stand_in", facts)
    deadlines.cancel(ask, leave, "take_over")


def refuse(leave: Leave, ask: Ask) -> None:
    """The manager does not agree."""
    leave.decided_by_id = ask.hat.id
    deadlines.cancel(ask, leave)


def name_another(leave: Leave, ask: Ask) -> None:
    """Somebody else goes on with the work: from today if the leave runs already.

    Where the stand-in is asked to decide, too (the general manager's leave), that goes to the other one.
    """
    leave.stand_in_id = ask.facts.stand_in
    if leave.decided_by_id is None:
        deadlines.cancel(ask, leave, "decide_leave")
        _ask_who_decides(leave, ask)
    else:
        first, last = days_to_come(leave, ask)
        _withdraw(leave, ask, first)
        _name(leave, ask, first, last)


def call_off(leave: Leave, ask: Ask) -> None:
    """It will not take place: nobody stands in, nothing of it stays due."""
    _withdraw(leave, ask, leave.from_day)
    deadlines.cancel(ask, leave)


def end_early(leave: Leave, ask: Ask) -> None:
    """Back at work today: from now on they act for themselves again."""
    _withdraw(leave, ask, ask.today)
    leave.back_on = ask.today
    leave.days = working_days(ask, leave.from_day, ask.today - ONE_DAY)
    deadlines.cancel(ask, leave)


def end(leave: Leave, ask: Ask) -> None:
    """Its days are over; whoever stood in has no task of it any more."""
    deadlines.cancel(ask, leave)
