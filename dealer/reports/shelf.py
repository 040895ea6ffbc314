"""Every report of the shape, by the name in its address, in the order in which they are offered."""

from dealer.reports.exceptions import EXCEPTIONS
from dealer.reports.funnel import FUNNEL
from dealer.reports.idle_deals import IDLE
from dealer.reports.losses import LOSSES
from dealer.reports.overdue import OVERDUE
from dealer.reports.performance import PERFORMANCE
from dealer.reports.progress import PROGRESS
from dealer.reports.realised import REALISED
from dealer.reports.satisfaction import SATISFACTION
from dealer.reports.shape import Report

SHELF = (PROGRESS, IDLE, OVERDUE, PERFORMANCE, FUNNEL, LOSSES, EXCEPTIONS, REALISED, SATISFACTION)
REPORTS: dict[str, Report] = {each.name: each for each in SHELF}
