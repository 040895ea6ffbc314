"""Reports that are brought: what somebody wants, and what was brought to them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, render_template

from dealer.engine.steps import Ask
from dealer.records.reports import ReportCopy, Subscription
from dealer.reports import subscriptions
from dealer.reports.shelf import REPORTS
from dealer.reports.subscriptions import Wanted
from web import today
from web.asking import Answer, looking, me, need, or_404, write
from web.forms import Form, options
from web.language import clock, language, say, show, told
from web.papers.papers import hand_over
from web.today import Line, Section

pages = Blueprint("subscriptions", __name__)
HERE = "/reports/subscriptions"


@options("subscribable_reports")
def _reports() -> Iterable[tuple[str, str]]:
    return [(each.name, say(each.title)) for each in subscriptions.readable(me())]


@pages.get(HERE)
def page() -> Answer:
    """What is wanted, what was brought, and a form for one more."""
    return _page(Form(Wanted, {"language": language()[:2]}))


@pages.post(HERE)
def subscribe() -> Answer:
    """One more."""
    need("see reports")

    def work(ask: Ask) -> str:
        subscriptions.subscribe(ask)
        return HERE

    return write(Form.received(Wanted), work, _again)


@pages.post(f"{HERE}/<uuid:key>/end")
def end(key: UUID) -> Answer:
    """No more of it."""
    need("see reports")

    def work(ask: Ask) -> str:
        or_404(subscriptions.unsubscribe(ask, key))
        return HERE

    return write(None, work, _again)


@pages.get(f"{HERE}/<uuid:key>/file")
def file(key: UUID) -> Response:
    """The workbook as it was brought."""
    need("see reports")
    copy = or_404(next((each for each in subscriptions.copies(looking(), me()) if each.id == key), None))
    return hand_over(copy.file_sha256, f"{copy.subscription.report}-{copy.first}-{copy.last}.xlsx")


def _again(form: Form | None, trouble: Any) -> Answer:
    refusals = trouble if isinstance(trouble, tuple) else ()
    return _page(form or Form(Wanted), [told(each) for each in refusals if each.field is None])


def _page(form: Form, standing: list[str] | None = None) -> Answer:
    need("see reports")
    return render_template(
        "reports/subscriptions.html",
        here=HERE,
        form=form,
        standing=standing or [],
        wanted=[_wanted(each) for each in subscriptions.mine(looking(), me())],
        copies=[_copy(each) for each in subscriptions.copies(looking(), me())],
    )


def _wanted(row: Subscription) -> dict[str, Any]:
    note = say("{pace} at {hour}:00, next on {day}", pace=show(row.pace), hour=row.hour, day=clock(row.next_at))
    return {"id": row.id, "title": say(REPORTS[row.report].title), "note": note}


def _copy(copy: ReportCopy) -> dict[str, Any]:
    report = REPORTS[copy.subscription.report]
    days = f"from={copy.first}&to={copy.last}"
    return {
        "title": say(report.title),
        "url": f"/reports/{report.name}?{days}",
        "note": " – ".join(show(day) for day in dict.fromkeys((copy.first, copy.last))),
        "file": f"{HERE}/{copy.id}/file",
        "when": clock(copy.at),
    }


@today.section
def _brought() -> Section | None:
    """What was brought since yesterday, or this week."""
    found = subscriptions.new_to(looking(), me(), g.now) if me().may("see reports") else []
    lines = [Line(each["title"], each["note"], each["url"], when=each["when"]) for each in map(_copy, found)]
    return Section(say("Reports for you"), icon="bar-chart", lines=lines, beside=True) if lines else None
