"""The board of the day: everybody who came or called, and how the day counts."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, g, render_template

from dealer import reception, showroom
from dealer.engine.database import calendar_of
from dealer.engine.identifiers import mask_phone
from dealer.records.prospects import Visit
from web import showroom_days, steps, walkins
from web.asking import Answer, day_asked, looking, looking_ask, me, need

pages = Blueprint("showroom_board", __name__)


@pages.get("/walkins")
def board() -> Answer:
    """Everybody who came or called on a day, and how the day counts."""
    need("see visits")
    today = calendar_of(looking()).today(g.now)
    day = min(day_asked() or today, today)
    parties = showroom.parties_of(looking(), me(), day)
    return render_template(
        "walkins/board.html",
        day=day,
        before=(day - timedelta(days=1)).isoformat(),
        after=(day + timedelta(days=1)).isoformat() if day < today else "",
        figures=showroom_days.figures_shown(showroom.day_figures(looking(), me().store_id, day)),
        parties=[_row(each) for each in parties],
        logs=me().may_or_stands_in("log visits"),
        closing=showroom_days.link(day),
        unsigned=showroom_days.links_to_unsigned(day),
    )


def _row(visit: Visit) -> dict[str, Any]:
    choices = reception.VISITS.choices(visit, looking_ask()) if visit.state in showroom.HERE else []
    offered = [
        each for each in steps.buttons(walkins.KIND, visit, choices) if each["action"] in ("receive", "leave", "assign")
    ]
    return walkins.in_list(visit) | {
        "heads": visit.heads,
        "phone": mask_phone(visit.phone) if visit.phone else "",
        "kind": visit.kind,
        "note": walkins.why(visit),
        "first": visit.first,
        "stay": walkins.stay(visit),
        "version": visit.version,
        "buttons": [each for each in offered if each["open"] or each["asks"]],
    }
