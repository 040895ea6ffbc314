"""The day of the showroom on screen: who is still here, how the day counts, what came after the signature; signing."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template

from dealer import people
from dealer.engine import history
from dealer.records.prospects import Visit
from dealer.records.showroom_days import ShowroomDay, ShowroomDayState
from dealer.showroom import showroom_days
from dealer.showroom.showroom import DayFigures
from web import steps
from web.asking import Answer, looking, looking_ask, me
from web.deals import timeline
from web.language import clock, say, show
from web.showroom import visit_changes, walkins

pages = Blueprint("showroom_days", __name__)
S = ShowroomDayState
TONES = {S.OPEN: "wait", S.SIGNED: "ok", S.CHANGED: "wait"}
ASKED_FOR = timedelta(days=14)  # how far back the board speaks of days without a signature


def _sees(day: ShowroomDay, who: people.Actor) -> bool:
    return who.may_or_stands_in("see visits")


def _known(day: ShowroomDay, action: str) -> dict[str, Any]:
    return {"rows": showroom_days.figures_of(looking(), day).rows}


KIND = steps.register(
    steps.Kind(
        "showroom-days", ShowroomDay, showroom_days.DAYS, title=lambda day: show(day.day), sees=_sees, known=_known
    )
)


def link(day: date) -> dict[str, str] | None:
    """From the board of a day to its signature; nothing while nobody has come."""
    known = showroom_days.of_day(looking(), me().store_id, day)
    if known is None:
        return None
    label = say("Close the day") if known.state is S.OPEN else show(known.state)
    return {"label": label, "url": KIND.url(known), "icon": "lock" if known.state is S.SIGNED else "unlock"}


def links_to_unsigned(until: date) -> list[dict[str, str]]:
    """Earlier days that wait for a signature, for who signs and for who has to see that it is done."""
    if not me().may_or_stands_in("see traffic"):
        return []
    waiting = showroom_days.unsigned(looking(), me(), until - ASKED_FOR, until)
    return [{"label": f"{show(day.day)} {show(day.state)}", "url": KIND.url(day)} for day in waiting]


@pages.get("/showroom-days/<int:number>")
def page(number: int) -> Answer:
    """Everything the showroom manager looks at before signing, and what happened after."""
    db = looking()
    day = steps.find(db, KIND, number)
    figures = showroom_days.figures_of(db, day)
    signing = [
        each for each in steps.buttons(KIND, day, showroom_days.DAYS.choices(day, looking_ask())) if each["asks"]
    ]
    told = history.of_thing(db, day.store_id, day.id)
    changed = showroom_days.changed_after_signature(db, day)
    return render_template(
        "walkins/day.html",
        day=day,
        badges=_badges(day),
        signing=signing,
        rows=figures.rows,
        figures=figures_shown(figures),
        differs=_differences(day, figures),
        here=[_line(each) for each in showroom_days.still_here_on(db, day)],
        owed=[_line(each) for each in showroom_days.not_completed_on(db, day)],
        late=[_line(each) for each in showroom_days.came_after_signature(db, day)],
        changes=[
            line | {"row": _line(visit)}
            for visit in changed
            for line in visit_changes.shown(visit)[: visit.late_changes]
        ],
        timeline=timeline.entries([row for row in reversed(told) if row.action != showroom_days.TOTALS]),
    )


def _badges(day: ShowroomDay) -> list[dict[str, str]]:
    badges = [{"label": show(day.state), "tone": TONES[day.state]}]
    if day.signatures > 1:
        badges.append({"label": say("Changed after the first signature"), "tone": "tag"})
    return badges


def _differences(day: ShowroomDay, now: DayFigures) -> list[str]:
    """Where the day counts otherwise than it was signed."""
    signed = showroom_days.figures_as_signed(day)
    if signed is None:
        return []
    was, became = figures_shown(signed), figures_shown(now)
    return [
        say("{label}: {was} when signed, {now} now", label=old["label"], was=old["value"], now=new["value"])
        for old, new in zip(was, became, strict=True)
        if old["value"] != new["value"]
    ]


def _line(visit: Visit) -> dict[str, Any]:
    return {
        "label": f"{clock(visit.came_at)} {walkins.title_of(visit)}",
        "url": walkins.KIND.url(visit),
        "consultant": visit.consultant.name if visit.consultant else "",
        "leave": walkins.KIND.step_url(visit, "leave"),
        "version": visit.version,
    }


def figures_shown(day: DayFigures) -> list[dict[str, Any]]:
    """The day in figures, each with what it counts."""
    rate = "—" if day.kept_percent is None else f"{day.kept_percent} %"
    return [
        {"label": say("Visits"), "value": day.visits, "note": say("and calls: {count}", count=day.calls)},
        {"label": say("First visits"), "value": day.first, "note": say("to buy, phone new or not left")},
        {"label": say("Came again"), "value": day.again, "note": say("to buy, phone known")},
        {"label": say("Phones kept"), "value": rate, "note": say("{kept} of {first} first visits left a phone",
                                                                 kept=day.first_with_phone, first=day.first)},
        {"label": say("Not to buy"), "value": day.outside_sales, "note": say("collecting, service, errands")},
    ]  # fmt: skip
