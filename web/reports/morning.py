"""The morning report: the day before at a glance, every number with its rows behind it, and on paper."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, render_template, request

from dealer.engine.steps import Ask
from dealer.papers import printing
from dealer.prospects import hand_ins
from dealer.records.contracts import Contract
from dealer.records.hand_ins import MorningPaper, Standing
from dealer.records.prospects import FollowUp, Prospect, Visit
from dealer.records.testdrives import TestDrive
from dealer.reports import morning, morning_paper
from dealer.reports.morning import EVERYBODY, FIGURES, NOBODY, SHARES, Report
from web import steps
from web.asking import Answer, day_asked, looking, looking_ask, me, need, or_404, write
from web.frame import names_of
from web.language import clock, language, say, short_day, show, told, word
from web.papers.papers import show_file
from web.showroom.walkins import title_of

pages = Blueprint("morning", __name__)
HERE = "/reports/morning"


def _report() -> Report:
    """Of the day asked for, at the latest yesterday's: today is not over."""
    need("see cards")
    yesterday = looking_ask().today - timedelta(days=1)
    return morning.report(looking(), me(), min(day_asked() or yesterday, yesterday))


@pages.get(HERE)
def page() -> Answer:
    """What happened on a day, per consultant and together."""
    report = _report()
    return render_template(
        "morning/page.html",
        head=morning_paper.head(looking_ask()) if me().may_or_stands_in("see all cards") else "",
        day=report.day,
        before=(report.day - timedelta(days=1)).isoformat(),
        after=(report.day + timedelta(days=1)).isoformat()
        if report.day < looking_ask().today - timedelta(days=1)
        else "",
        names=[_name(report, whose) for whose in report.columns],
        blocks=[
            {"title": word("MorningPart", part), "lines": [_line(report, line) for line in lines]}
            for part, lines in morning.parts().items()
        ],
        papers=[
            {"label": say("On paper, {time}", time=clock(each.at)), "url": f"{HERE}/papers/{each.id}"}
            for each in morning_paper.of_day(looking(), me(), report.day)
        ],
        hand_ins=[
            {"owner": each.owner.name, "state": show(each.state), "url": f"/hand-ins/{each.number}"}
            for each in hand_ins.seen_on(looking(), me(), report.day)
        ],
    )


def _name(report: Report, whose: str) -> str:
    if whose in (EVERYBODY, NOBODY):
        return word("MorningColumn", whose)
    return next(each.name for each in report.people if str(each.id) == whose)


def _line(report: Report, line: str) -> dict[str, Any]:
    cells = [
        {"shown": morning.shown(report, line, whose), "url": _rows_url(report, line, whose)} for whose in report.columns
    ]
    return {"label": word("MorningFigure", line), "cells": cells}


def _rows_url(report: Report, line: str, whose: str) -> str:
    """Behind a share stand the rows that it is a share of."""
    figure = SHARES[line][1] if line in SHARES else line
    return f"{HERE}/rows?day={report.day}&figure={figure}&whose={whose}"


@pages.get(f"{HERE}/head")
def head() -> Response:
    """Where the history ends now, as a file to be put away outside: see dealer/engine/heads.py."""
    need("see all cards")
    answer = Response(morning_paper.head_as_file(looking_ask()), mimetype="text/plain")
    answer.headers["Content-Disposition"] = f'attachment; filename="history-{looking_ask().today:%Y-%m-%d}.txt"'
    return answer


# ── the rows behind a number ──────────────────────────────────────────────────────────────────────────────────────


@pages.get(f"{HERE}/rows")
def rows() -> Answer:
    """The rows behind one number."""
    need("see cards")
    day, figure, whose = or_404(day_asked()), request.args.get("figure", ""), request.args.get("whose", EVERYBODY)
    if figure not in FIGURES or not _is_column(whose):
        abort(404)
    found = morning.rows(looking(), me(), day, figure, whose)
    names = names_of([getattr(each, FIGURES[figure].owner.key) for each in found])
    return render_template(
        "morning/rows.html",
        day=day,
        title=word("MorningFigure", figure),
        back=f"{HERE}?day={day}",
        rows=[
            _row(each, FIGURES[figure].part, names.get(getattr(each, FIGURES[figure].owner.key), "—")) for each in found
        ],
    )


def _is_column(whose: str) -> bool:
    if whose in (EVERYBODY, NOBODY):
        return True
    try:
        return bool(UUID(whose))
    except ValueError:
        return False


def _row(row: Any, part: str, owner: str) -> dict[str, Any]:
    thing, who, when, what = _standing(row, part) if isinstance(row, Standing) else _told(row)
    return {"url": steps.seen_url(thing), "cells": [who, when, what, owner]}


def _told(row: Any) -> tuple[Any, str, str, str]:
    """Which page a row leads to, who it is about, when, and what it was."""
    match row:
        case Visit():
            return row, title_of(row), clock(row.came_at), show(row.purpose)
        case FollowUp():
            card = or_404(looking().get(Prospect, row.prospect_id))
            return card, card.name, clock(row.at), row.what
        case TestDrive():
            return row, row.name, clock(row.started_at), clock(row.ended_at)
        case Contract():
            return row, row.deal.customer.name, short_day(row.effective_on), row.code or ""
        case _:
            raise TypeError(row)


def _standing(row: Standing, part: str) -> tuple[Any, str, str, str]:
    """A card: how it moved, or how it stood, or when it is to be contacted."""
    card = row.prospect
    if part == "next":
        return card, card.name, clock(row.next_contact_at), show(row.level)
    moved = part != "levels" and row.was_level is not None and row.was_level is not row.level
    level = f"{show(row.was_level)} → {show(row.level)}" if moved else show(row.level)
    following = say("next contact {when}", when=clock(row.next_contact_at)) if row.next_contact_at else ""
    told = (level, show(row.state), following)
    return card, card.name, clock(row.from_at), " · ".join(each for each in told if each)


# ── on paper ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.post(f"{HERE}/print")
def order() -> Answer:
    """Have it printed as this person sees it."""
    report, spoken = _report(), language()

    def work(ask: Ask) -> str:
        return f"{HERE}/papers/{morning_paper.order(ask, report, 'en' if spoken == 'en' else 'zh').id}"

    return write(None, work, lambda form, trouble: page())


def _paper(key: UUID) -> MorningPaper:
    need("see cards")
    paper: MorningPaper = or_404(morning_paper.find(looking(), me(), key))
    return paper


@pages.get(f"{HERE}/papers/<uuid:key>")
def paper(key: UUID) -> Answer:
    """The paper once the press is done with it; until then how it stands."""
    found = _paper(key)
    rendering = morning_paper.rendering_of(looking(), found)
    trouble = printing.what_stands_against(rendering) if rendering else None
    return render_template(
        "morning/paper.html",
        day=found.day,
        file=f"{HERE}/papers/{key}/file" if rendering and rendering.pdf_sha256 else "",
        waits=f"{HERE}/papers/{key}/press" if rendering and rendering.passed is None and trouble is None else "",
        trouble=told(trouble) if trouble else "",
    )


@pages.get(f"{HERE}/papers/<uuid:key>/press")
def press(key: UUID) -> Answer:
    """Asked by the page while the press is at it: the page anew once it is done."""
    rendering = morning_paper.rendering_of(looking(), _paper(key))
    done = rendering is None or rendering.passed is not None or rendering.trouble is not None
    return ("", 200, {"HX-Refresh": "true"}) if done else ("", 204)


@pages.get(f"{HERE}/papers/<uuid:key>/file")
def file(key: UUID) -> Response:
    """The PDF as it left the press."""
    rendering = morning_paper.rendering_of(looking(), _paper(key))
    return show_file(rendering.pdf_sha256 if rendering else None)
