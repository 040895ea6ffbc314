"""Today: what is overdue and due to me, what waits for my word, what I wait for, and what others let slip.

The page is made of sections. Another screen adds one with `@section`: a function that looks and answers a `Section`, or
None when there is nothing to show.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, g, redirect, render_template

from dealer import deadlines, waiting
from dealer.deals import idle
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.prospects import card_lists, do_not_call
from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal
from dealer.records.people import Role
from dealer.records.prospects import Prospect
from dealer.waiting import Waiting
from web import due, steps
from web.asking import Answer, looking, me, or_404, write
from web.deals import deals
from web.frame import names_of
from web.language import say, show, word
from web.prospects import hand_ins, prospects

pages = Blueprint("today", __name__)

# Done by ticking; everything else is done by the step it asks for.
DONE_BY_HAND = (
    "follow_up",
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
    "outing_next_step",
    "complaint_grave",
    "take_over",
    "emergency_known",
)


@pages.get("/")
def front() -> Response:
    """Where a person's day begins."""
    return redirect("/today", 303)  # type: ignore[return-value]


# ── the sections ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Line:
    """One thing to do or to know: what, about whom, by when."""

    what: str
    about: str = ""
    url: str = ""
    note: str = ""
    when: str = ""
    tone: str = "neutral"  # of the badge that says when; "bad" marks the whole line
    ahead: str = ""
    done: str = ""  # the address that ticks it off, if that is all there is to do


@dataclass(frozen=True)
class Section:
    """One list of the page. `beside`: in the narrow column; `folded`: opened by who wants it."""

    title: str
    icon: str
    lines: list[Line]
    tone: str = ""
    beside: bool = False
    folded: bool = False


SECTIONS: list[Callable[[], Section | None]] = []


def section(look: Callable[[], Section | None]) -> Callable[[], Section | None]:
    """Add a list to the page, below those that are there already."""
    SECTIONS.append(look)
    return look


@section
def _overdue() -> Section | None:
    lines = [_line(row) for row in _due_today() if _is_late(row)]
    return Section(say("Overdue"), icon="alarm", lines=lines, tone="bad") if lines else None


@section
def _due() -> Section:
    """Always there: a day without anything due says so."""
    return Section(say("Due"), icon="calendar-event", lines=[_line(row) for row in _due_today() if not _is_late(row)])


@section
def _waits_for_me() -> Section | None:
    known = {row.subject_id for row in _due_today()}  # what has its line above needs no second one
    lines = [_waiting(each) for each in waiting.on_me(looking(), me()) if each.thing.id not in known]
    return Section(say("Waits for your decision"), icon="patch-question", lines=lines, beside=True) if lines else None


@section
def _waits_for_others() -> Section | None:
    lines = [
        replace(_waiting(each), note=show(sorted(each.by, key=list(Role).index)))
        for each in waiting.on_others(looking(), me())
    ]
    return Section(say("You wait for others"), icon="hourglass-split", lines=lines, beside=True) if lines else None


@section
def _for_somebody_else() -> Section | None:
    """Cards whose contacts are missed, deals that stand still: one tap to hand them over, for who decides that."""
    asked = idle.for_somebody_else(looking(), me(), g.now) if me().may_or_stands_in("move cards") else []
    lines = [
        Line(prospects.proposed(each), each.thing.name, prospects.KIND.url(each.thing), note=each.thing.owner.name)
        for each in asked
    ]
    lines += [
        Line(prospects.proposed(each), each.thing.customer.name, f"{deals.KIND.url(each.thing)}/change_owner",
             note=each.thing.owner.name)
        for each in deals.for_somebody_else()
    ]  # fmt: skip
    return Section(say("Somebody else?"), icon="arrow-left-right", lines=lines) if lines else None


@section
def _slipped() -> Section | None:
    """What others should have done and that this person now sees."""
    mine = {row.id for row in _due_today()}
    rows = [row for row in deadlines.escalated_to(looking(), me(), g.now) if row.id not in mine]
    names = names_of(row.owner_id for row in rows)
    lines = [replace(_line(row), note=names.get(row.owner_id, "") if row.owner_id else "") for row in rows]
    return Section(say("Overdue with others"), icon="exclamation-triangle", lines=lines) if lines else None


@section
def _later() -> Section | None:
    end = _end_of_day()
    known = {row.id for row in _due_today()}
    rows = [row for row in deadlines.due_to(looking(), me(), end.replace(year=end.year + 1)) if row.id not in known]
    lines = [_line(row) for row in rows[:20]]
    return Section(say("Later"), icon="calendar3", lines=lines, beside=True, folded=True) if lines else None


# ── the page ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/today")
def page() -> Answer:
    """The page of the day; the first card to be contacted is one key away."""
    sections = [each for each in (look() for look in SECTIONS) if each is not None]
    return render_template(
        "today/page.html",
        day=calendar_of(looking()).today(g.now),
        main=[each for each in sections if not each.beside],
        beside=[each for each in sections if each.beside],
        calls=[prospects.KIND.url(card) for card in card_lists.mine_due(looking(), me(), _end_of_day())],
        day_end=hand_ins.of_today(),
        to_deals=deals.to_deals(),
    )


def _end_of_day() -> datetime:
    calendar = calendar_of(looking())
    return calendar.end_of(calendar.today(g.now))


def _due_today() -> list[Deadline]:
    """What is due to this person by the end of the day, read once a page."""
    if "due_today" not in g:
        g.due_today = deadlines.due_to(looking(), me(), _end_of_day())
    rows: list[Deadline] = g.due_today
    return rows


def _is_late(row: Deadline) -> bool:
    """Overdue now; who is to be contacted in the morning's hours has until they end."""
    thing = deadlines.subject_of(looking(), row)
    return prospects.is_late(row.due_at) if isinstance(thing, Prospect) else row.due_at < g.now


def _line(row: Deadline) -> Line:
    thing = deadlines.subject_of(looking(), row)
    late, ahead, when = _is_late(row), due.ahead(row), due.when(row.due_at)
    what = word("Deadline", row.kind)
    return Line(
        what=what,
        about=_about(row, thing).removeprefix(f"{what} · "),  # a call is called by its kind
        url=_address(thing),
        note=" ".join(filter(None, (_before_calling(row, thing), row.note))),
        when=say("Overdue since {when}", when=when) if late else say("Due {when}", when=when),
        tone="bad" if late else "wait" if ahead else "neutral",
        ahead=ahead,
        done=f"/deadlines/{row.id}/done" if row.kind in DONE_BY_HAND else "",
    )


def _before_calling(row: Deadline, thing: Any) -> str:
    """The level of a card; that whoever drove a car has asked since not to be called."""
    if isinstance(thing, Prospect):
        return show(thing.level)
    asked = row.kind == "drive_follow_up" and do_not_call.is_asked(looking(), thing.store_id, thing.phone)
    return say("Do not call") if asked else ""


def _waiting(each: Waiting) -> Line:
    kind = steps.kind_of(each.thing)
    about = kind.title(each.thing) if kind else ""
    return Line(word("Waiting", each.what), about, _address(each.thing))


def _about(row: Deadline, thing: Any) -> str:
    """Whose deal it is, else what the thing itself is called."""
    deal = looking().get(Deal, row.case_id) if row.case_id and not isinstance(thing, Prospect) else None
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
