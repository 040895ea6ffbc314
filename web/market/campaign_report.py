"""What came of campaigns in figures: by campaign, person and month; every number opens its rows."""

from flask import Blueprint, Response

from dealer.reports.campaign_results import CAMPAIGN_RESULTS
from web.asking import Answer, need
from web.language import say
from web.reports import report_page
from web.reports.chosen import chosen

pages = Blueprint("campaign_report", __name__)
HERE = "/campaigns/report"


@pages.get(HERE)
def report() -> Answer:
    """One period, divided one way."""
    need(CAMPAIGN_RESULTS.duty)
    crumbs = [{"label": say("Promotion plan"), "url": "/campaigns"}]
    return report_page.drawn(CAMPAIGN_RESULTS, chosen(HERE), crumbs=crumbs)


@pages.get(f"{HERE}/sheet")
def sheet() -> Response:
    """The period as a workbook."""
    need(CAMPAIGN_RESULTS.duty)
    return report_page.workbook(CAMPAIGN_RESULTS, chosen(HERE))


@pages.get(f"{HERE}/rows")
def rows() -> Answer:
    """What a number counts, by the same condition."""
    need(CAMPAIGN_RESULTS.duty)
    crumbs = [{"label": say("Promotion plan"), "url": "/campaigns"}]
    return report_page.drawn_rows(CAMPAIGN_RESULTS, chosen(HERE), crumbs=crumbs)
