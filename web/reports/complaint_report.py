"""The complaints of a period in figures: by cause, model, severity and handler; every number opens its rows."""

from flask import Blueprint

from dealer.reports.complaint_figures import FIGURES
from web.asking import Answer, need
from web.language import say
from web.reports import report_page
from web.reports.chosen import chosen
from web.service import complaints

pages = Blueprint("complaint_report", __name__)
HERE = "/complaints/report"


@pages.get(HERE)
def report() -> Answer:
    """One period, divided one way."""
    need("see all complaints")
    beside = {"tabs": complaints.tabs("report"), "tabs_label": say("Complaints")}
    return report_page.drawn(FIGURES, chosen(HERE, by_group=False), **beside, crumbs=[], sheet="/exports/complaints")


@pages.get(f"{HERE}/rows")
def rows() -> Answer:
    """The complaints that a number counts, by the same condition."""
    need("see all complaints")
    return report_page.drawn_rows(FIGURES, chosen(HERE, by_group=False), crumbs=[])
