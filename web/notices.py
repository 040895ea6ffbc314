"""What is told before anything is collected, to be read on a screen or printed."""

from flask import Blueprint, g, render_template

from dealer import notices
from dealer.engine.database import calendar_of
from web.asking import Answer, day_asked, looking, me
from web.language import language, say, show

pages = Blueprint("notices", __name__)

TITLES = {
    "visit": "About your data: a visit", "card": "About your data: advice on cars",
    "drive": "About your data: a test drive", "contact": "About your data: contacts of customers",
}  # fmt: skip


@pages.get("/notices/<any(visit,card,drive,contact):kind>")
def page(kind: str) -> Answer:
    """One notice as it stands today, or as it stood on the day in the address."""
    day = day_asked() or calendar_of(looking()).today(g.now)
    notice = notices.on(looking(), me().store_id, kind, day, language())
    others = [{"url": f"/notices/{each}", "label": say(TITLES[each]), "current": each == kind} for each in TITLES]
    version = say("Version of {day}, mark {mark}", day=show(notice.version), mark=notice.mark)
    return render_template(
        "privacy/notice.html", title=say(TITLES[kind]), notice=notice, others=others, version=version
    )
