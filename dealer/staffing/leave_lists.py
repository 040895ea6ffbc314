"""Leave in lists: who is away in a month, what waits for a decision, one's own, and what falls in the days."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.people import Actor
from dealer.records.deadlines import Deadline
from dealer.records.people import StandIn
from dealer.records.prospects import Prospect
from dealer.records.staffing import Leave, LeaveState
from dealer.records.testdrives import DriveState, TestDrive
from dealer.staffing import leave_deciders

S = LeaveState
MOST = 200
MOST_LISTED = 50
HELD = (DriveState.REQUESTED, DriveState.BOOKED, DriveState.VERIFIED)


def waiting_for(ask: Ask) -> list[Leave]:
    """What this person, or whom they stand in for, is to decide; the earliest days first."""
    query = people.scoped(select(Leave), Leave, ask.actor).where(Leave.state == S.REQUESTED)
    found = ask.db.scalars(query.options(joinedload(Leave.owner)).order_by(Leave.from_day, Leave.number).limit(MOST))
    ones = (ask.actor, *ask.actor.stands_in_for)
    return [
        leave
        for leave in found
        if leave.owner_id != ask.actor.id and any(leave_deciders.decides(leave, one, ask) for one in ones)
    ]


def of_owner(db: Session, who: Actor, below: int | None = None) -> list[Leave]:
    """One's own leaves, newest first, from below a number on; one more than a page if there is one."""
    query = people.scoped(select(Leave), Leave, who).where(Leave.owner_id == who.id)
    if below is not None:
        query = query.where(Leave.number < below)
    return list(db.scalars(query.order_by(Leave.number.desc()).limit(MOST_LISTED + 1)))


def sees(leave: Leave, who: Actor) -> bool:
    """Whoever is away, whoever stands in, and those who decide."""
    mine = {who.id, *(away.id for away in who.stands_in_for)}
    return bool(mine & {leave.owner_id, leave.stand_in_id}) or who.may_or_stands_in("approve leave")


def sees_reason(leave: Leave, who: Actor) -> bool:
    """Whoever is away, and those who decide; a stand-in knows the days only."""
    return leave.owner_id == who.id or who.may_or_stands_in("approve leave")


def standing_in(db: Session, leave: Leave) -> list[StandIn]:
    """Who acts because of a leave, from and until when; earliest first."""
    query = select(StandIn).where(StandIn.leave_id == leave.id)
    return list(db.scalars(query.order_by(StandIn.from_day, StandIn.id)))


# ── what falls in the days ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Falls:
    """What is due in the days of a leave, which the stand-in sees as their own: tasks by kind, cards, drives."""

    tasks: dict[str, int]
    cards: int
    drives: int


def falls_in(db: Session, leave: Leave) -> Falls:
    """What the stand-in takes over, as it stands now."""
    calendar = calendar_of(db)
    start, end = calendar.start_of(leave.from_day), calendar.end_of(leave.to_day)
    cards = select(func.count(Prospect.id)).where(
        Prospect.store_id == leave.store_id, Prospect.owner_id == leave.owner_id, Prospect.next_contact_at >= start,
        Prospect.next_contact_at < end,
    )  # fmt: skip
    drives = select(func.count(TestDrive.id)).where(
        TestDrive.store_id == leave.store_id, TestDrive.owner_id == leave.owner_id, TestDrive.state.in_(HELD),
        TestDrive.starts_at >= start, TestDrive.starts_at < end,
    )  # fmt: skip
    return Falls(_tasks(db, leave, start, end), db.scalar(cards) or 0, db.scalar(drives) or 0)


def _tasks(db: Session, leave: Leave, start: datetime, end: datetime) -> dict[str, int]:
    query = select(Deadline.kind).where(
        Deadline.store_id == leave.store_id, Deadline.owner_id == leave.owner_id, Deadline.done_at.is_(None),
        Deadline.cancelled_at.is_(None), Deadline.by_system.is_(False), Deadline.due_at >= start,
        Deadline.due_at < end,
    )  # fmt: skip
    return dict(Counter(db.scalars(query)).most_common())
