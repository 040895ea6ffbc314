"""The reports that somebody may read, each in a line."""

from collections.abc import Iterator

from flask import Blueprint, render_template

from dealer.reports import shelf
from dealer.reports.campaign_results import CAMPAIGN_RESULTS
from dealer.reports.care_coverage import COVERAGE
from dealer.reports.complaint_figures import FIGURES
from web.asking import Answer, me, need
from web.language import say
from web.menu import Entry

pages = Blueprint("reports", __name__)

# entry → what the report answers
REPORTS = (
    (
        Entry("see cards", "/reports/morning", icon="sunrise", label="Morning report"),
        "What happened the day before, by consultant.",
    ),
    (
        Entry("see traffic", "/reports/traffic", icon="bar-chart", label="Traffic"),
        "Who came, from where, for what, and what became of it.",
    ),
    (
        Entry("see cards", "/reports/needs", icon="clipboard-data", label="Needs"),
        "What customers want, by class, model and month.",
    ),
    (
        Entry("see plans", "/plans/actual", icon="bullseye", label="Plan against actual"),
        "What was signed and handed over, beside its target, and what the pipeline still promises.",
    ),
    (
        Entry("see the money", "/money/receivables", icon="cash-stack", label="Receivables"),
        "What customers owe, how long it is late, and what they may owe.",
    ),
    (Entry(COVERAGE.duty, "/care/report", icon="telephone", label=COVERAGE.title), COVERAGE.answers),
    (Entry(FIGURES.duty, "/complaints/report", icon="chat-left-text", label=FIGURES.title), FIGURES.answers),
    (
        Entry(CAMPAIGN_RESULTS.duty, "/campaigns/report", icon="megaphone", label=CAMPAIGN_RESULTS.title),
        CAMPAIGN_RESULTS.answers,
    ),
)

# name of a report of the one shape → its icon
REPORT_ICONS = {
    "progress": "list-check", "performance": "trophy", "funnel": "funnel", "losses": "x-octagon", "exceptions": "tag",
    "overdue": "alarm", "realised": "cash-coin", "satisfaction": "emoji-smile",
    "idle": "hourglass-split",
}  # fmt: skip


@pages.get("/reports")
def page() -> Answer:
    """One line each; every number in them opens its rows."""
    need("see reports")
    return render_template(
        "reports/list.html",
        reports=[
            {"url": report.url, "icon": report.icon, "name": say(report.label), "answers": say(answers)}
            for report, answers in (*REPORTS, *_of_the_shape())
            if report.duty is None or me().may_or_stands_in(report.duty)
        ],
    )


def _of_the_shape() -> Iterator[tuple[Entry, str]]:
    for each in shelf.REPORTS.values():
        yield Entry(each.duty, f"/reports/{each.name}", icon=REPORT_ICONS[each.name], label=each.title), each.answers
