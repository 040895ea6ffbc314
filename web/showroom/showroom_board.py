"""The board of the day: who is here and since when, whose turn it is, who came or called, how the day counts."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, g, render_template, request

from dealer.engine.database import calendar_of
from dealer.engine.identifiers import mask_phone
from dealer.records.prospects import Purpose, Visit, VisitKind
from dealer.showroom import reception, showroom
from dealer.showroom.showroom import Happened
from web import steps
from web.asking import Answer, day_asked, looking, looking_ask, me, need
from web.language import lasting, say, show
from web.showroom import showroom_days, walkins

pages = Blueprint("showroom_board", __name__)


@pages.get("/walkins")
def board() -> Answer:
    """A day of the showroom; the part about who is here now is also asked for alone, each minute."""
    need("see visits")
    today = calendar_of(looking()).today(g.now)
    day = min(day_asked() or today, today)
    parties = showroom.parties_of(looking(), me(), day)
    now = _now(parties) if day == today else None
    if request.headers.get("HX-Request") and now is not None:
        return render_template("walkins/here.html", now=now)
    gone = [each for each in parties if each.kind is VisitKind.VISIT and (now is None or not _is_here(each))]
    return render_template(
        "walkins/board.html",
        day=day,
        before=(day - timedelta(days=1)).isoformat(),
        after=(day + timedelta(days=1)).isoformat() if day < today else "",
        figures=showroom_days.figures_shown(showroom.day_figures(looking(), me().store_id, day)),
        now=now,
        visits=_rows(gone),
        calls=_rows([each for each in parties if each.kind is VisitKind.CALL]),
        logs=me().may_or_stands_in("log visits"),
        closing=showroom_days.link(day),
        unsigned=showroom_days.links_to_unsigned(day),
    )


def _is_here(visit: Visit) -> bool:
    return visit.state in showroom.HERE


def _now(parties: Sequence[Visit]) -> dict[str, Any]:
    """Who is in the showroom, longest here first, and who receives the next party."""
    return {
        "here": _rows([each for each in reversed(parties) if _is_here(each)]),
        "turns": [
            {"name": each.person.name, "note": walkins.how_busy(each), "next": each.next}
            for each in showroom.whose_turn(looking(), me().store_id, g.now)
        ],
    }


def _rows(visits: Sequence[Visit]) -> list[dict[str, Any]]:
    told = showroom.happened(looking(), visits)
    return [_row(each, told[each.id]) for each in visits]


def _row(visit: Visit, told: Happened) -> dict[str, Any]:
    minutes = walkins.minutes_here(visit, g.now)
    return walkins.in_list(visit) | {
        "heads": visit.heads,
        "phone": mask_phone(visit.phone) if visit.phone and visit.name else "",
        "note": walkins.why(visit),
        "first": visit.first,
        "stay": walkins.stay(visit),
        "minutes": minutes,
        "lasting": lasting(timedelta(minutes=minutes)),
        "version": visit.version,
        "ticks": [
            {"label": say("Card written"), "done": told.card},
            {"label": show(Purpose.DRIVE), "done": told.drove},
            {"label": say("Quotation"), "done": told.quoted},
        ],
        "buttons": _buttons(visit) if _is_here(visit) else [],
    }


def _buttons(visit: Visit) -> list[dict[str, Any]]:
    choices = reception.VISITS.choices(visit, looking_ask())
    offered = (each for each in steps.buttons(walkins.KIND, visit, choices) if each["open"] or each["asks"])
    return [each for each in offered if each["action"] in ("receive", "leave", "assign")]
