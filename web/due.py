"""How a deadline reads: until when, and how many working days are left of what one was warned of."""

from datetime import datetime

from flask import g

from dealer.engine.database import calendar_of
from dealer.records.deadlines import Deadline
from web.asking import looking
from web.language import clock, say, short_day


def when(due: datetime) -> str:
    """By when; a limit at midnight is the end of the day before, and is read as that day."""
    calendar = calendar_of(looking())
    last = calendar.last_day(due)
    return short_day(last) if due == calendar.end_of(last) else clock(due)


def ahead(row: Deadline) -> str:
    """How many working days are left of what one was warned of; nothing before the warning and on the last day."""
    if row.warned_at is None:
        return ""
    calendar = calendar_of(looking())
    left = calendar.working_days_between(calendar.today(g.now), calendar.last_day(row.due_at))
    return say("in {days} working days", days=left) if left > 0 else ""


def left(due: datetime) -> str:
    """How much time is left, or since when it is too late: 1 h 20 min left."""
    minutes = int(abs((due - g.now).total_seconds()) // 60)
    hours, days = minutes // 60, minutes // (24 * 60)
    if days > 1:
        time = say("{days} days", days=days)
    elif hours:
        time = say("{hours} h {minutes} min", hours=hours, minutes=minutes % 60)
    else:
        time = say("{minutes} min", minutes=minutes)
    return say("{time} overdue", time=time) if due < g.now else say("{time} left", time=time)
