"""How many of the calls that were due were made, by kind and by person: every number opens its calls; on A4, too."""

from flask import Blueprint

from dealer.reports.care_coverage import COVERAGE
from web.asking import Answer, need
from web.care import care
from web.language import say
from web.reports import report_page
from web.reports.chosen import chosen

pages = Blueprint("care_report", __name__)
HERE = "/care/report"


@pages.get(HERE)
def page() -> Answer:
    """One period, divided by kind or by person."""
    need("see all care")
    asked = chosen(HERE, by_group=False)
    beside = {"tabs": care.tabs("report"), "tabs_label": say("Customer care")}
    return report_page.drawn(COVERAGE, asked, **beside, crumbs=[], sheet=report_page.list_sheet(COVERAGE, asked))


@pages.get(f"{HERE}/rows")
def rows() -> Answer:
    """The calls that a number counts, by the same condition."""
    need("see all care")
    return report_page.drawn_rows(COVERAGE, chosen(HERE, by_group=False), crumbs=[])
