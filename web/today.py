"""Today: what is due to me, what waits for me, what others let slip and I now see."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, g, redirect, render_template

from dealer import deadlines, reports
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal
from web import deals, hand_ins, steps
from web.asking import Answer, looking, me, or_404, write
from web.frame import names_of
from web.language import clock, say, short_day, word

pages = Blueprint("today", __name__)

# Done by ticking; everything else is done by the step it asks for.
DONE_BY_HAND = (
    "follow_up",
    "second_contact",
    "revisit",
    "file_with_manufacturer",
    "drive_follow_up",
    "ask_whether_published",
    "ask_whether_filed",
    "drive_reminder",
    "incident_showroom",
    "incident_key_account",
    "insurer_claim",
    "car_not_back",
    "tender_questions",
    "tender_bid",
    "tender_opening",
    "tender_validity",
    "tender_sign",
    "outing_next_step",
)


@pages.get("/")
def front() -> Response:
    """Where a person's day begins."""
    return redirect("/today", 303)  # type: ignore[return-value]


@pages.get("/today")
def page() -> Answer:
    """The page of the day."""
    db, who, calendar = looking(), me(), calendar_of(looking())
    end_of_day = calendar.end_of(calendar.today(g.now))
    mine = deadlines.due_to(db, who, end_of_day)
    others = [row for row in deadlines.escalated_to(db, who, g.now) if row not in mine]
    later = [row for row in deadlines.due_to(db, who, end_of_day.replace(year=end_of_day.year + 1)) if row not in mine]
    decide = reports.waiting_for_confirmation(db, who) if who.may_or_stands_in("decide on deals") else []
    names = names_of(row.owner_id for row in others)
    return render_template(
        "today/page.html",
        day=calendar.today(g.now),
        due=[_line(row) for row in mine],
        later=[_line(row) for row in later[:20]],
        others=[_line(row) | {"owner": names.get(row.owner_id, "") if row.owner_id else ""} for row in others],
        decide=decide,
        day_end=hand_ins.of_today(),
        to_deals=deals.to_deals(),
    )


def _line(row: Deadline) -> dict[str, Any]:
    thing = deadlines.subject_of(looking(), row)
    return {
        "id": row.id,
        "what": word("Deadline", row.kind),
        "about": _about(row, thing),
        "url": _address(thing),
        "when": _when(row.due_at),
        "ahead": _ahead(row),
        "overdue": row.due_at < g.now,
        "by_hand": row.kind in DONE_BY_HAND,
        "note": row.note,
    }


def _when(due: datetime) -> str:
    """By when; a limit at midnight is the end of the day before, and is read as that day."""
    calendar = calendar_of(looking())
    last = calendar.last_day(due)
    return short_day(last) if due == calendar.end_of(last) else clock(due)


def _ahead(row: Deadline) -> str:
    """How many working days are left of what one was warned of."""
    if row.warned_at is None:
        return ""
    calendar = calendar_of(looking())
    left = calendar.working_days_between(calendar.today(g.now), calendar.last_day(row.due_at))
    return say("in {days} working days", days=left) if left > 0 else ""


def _about(row: Deadline, thing: Any) -> str:
    """Whose deal it is, else what the thing itself is called."""
    deal = looking().get(Deal, row.case_id) if row.case_id else None
    if deal is not None:
        return str(deal.customer.name)
    kind = steps.kind_of(thing)
    return kind.title(thing) if kind else ""


def _address(thing: Any) -> str:
    return steps.seen_url(thing) or "/today"


@pages.post("/deadlines/<uuid:key>/done")
def done(key: UUID) -> Answer:
    """It was done; the row keeps who and when."""

    def work(ask: Ask) -> str:
        row = or_404(deadlines.mine(ask.db, ask.actor, key))
        if row.kind not in DONE_BY_HAND:
            abort(404)
        deadlines.tick(ask, row)
        return "/today"

    return write(None, work, lambda form, trouble: (page(), 409))
