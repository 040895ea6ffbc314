"""What is told before anything is collected, to be read on a screen or printed."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, g, render_template

from dealer import people
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.privacy import notices, notices_told
from dealer.privacy.notices_told import LIFE_OF, Telling
from web import steps
from web.asking import Answer, day_asked, looking, me, or_404, write
from web.forms import Form
from web.language import clock, language, say, show

pages = Blueprint("notices", __name__)

TITLES = {
    "visit": "About your data: a visit", "card": "About your data: advice on cars",
    "drive": "About your data: a test drive", "contact": "About your data: contacts of customers",
    "outside": "About your data: contacts of organisations",
}  # fmt: skip


@pages.get("/notices/<any(visit,card,drive,contact,outside):kind>")
def page(kind: str) -> Answer:
    """One notice as it stands today, or as it stood on the day in the address."""
    day = day_asked() or calendar_of(looking()).today(g.now)
    notice = notices.on(looking(), me().store_id, kind, day, language())
    others = [{"url": f"/notices/{each}", "label": say(TITLES[each]), "current": each == kind} for each in TITLES]
    version = say("Version of {day}, mark {mark}", day=show(notice.version), mark=notice.mark)
    return render_template(
        "privacy/notice.html", title=say(TITLES[kind]), notice=notice, others=others, version=version
    )


# ── who was told ──────────────────────────────────────────────────────────────────────────────────────────────────


def told_about(kind: str, thing: Any) -> dict[str, str]:
    """Whether whoever this thing is about was told, as a line of its page that leads to the form."""
    row = notices_told.last_about(looking(), thing)
    value = (
        " · ".join((clock(row.at), row.person.name, show(row.how), say("version of {day}", day=show(row.version))))
        if row
        else say("Not written down yet")
    )
    return {"label": say("Told about their data"), "value": value, "url": f"/notices/{kind}/told/{thing.id}"}


@pages.get("/notices/<any(visit,card,drive):kind>/told/<uuid:key>")
def told_form(kind: str, key: UUID) -> Answer:
    """How they were told."""
    return _ask(kind, _find(looking(), kind, key), Form(Telling))


@pages.post("/notices/<any(visit,card,drive):kind>/told/<uuid:key>")
def tell(kind: str, key: UUID) -> Answer:
    """They were: which version, when, by whom and how is a row."""

    def work(ask: Ask) -> str:
        thing = _find(ask.db, kind, key)
        notices_told.tell(ask, kind, thing, ask.facts.how)
        return steps.seen_url(thing)

    return write(
        Form.received(Telling), work,
        lambda form, trouble: _ask(kind, _find(looking(), kind, key), or_404(form)),
    )  # fmt: skip


def _find(db: Any, kind: str, key: UUID) -> Any:
    record = next(each.record for each in steps.KINDS.values() if each.life.kind == LIFE_OF[kind])
    thing = or_404(people.by_id(db, record, me(), key))
    return thing if steps.seen_url(thing) else abort(404)


def _ask(kind: str, thing: Any, form: Form) -> str:
    address = f"/notices/{kind}/told/{thing.id}"
    note = say("The notice that is in force today is written down with your name and the time.")
    return render_template("privacy/ask.html", form=form, title=say(TITLES[kind]), address=address,
                           back=steps.seen_url(thing), note=note)  # fmt: skip
