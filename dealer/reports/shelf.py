"""Every report of the shape, by the name in its address, in the order in which they are offered."""

from dealer.reports.exceptions import EXCEPTIONS
from dealer.reports.funnel import FUNNEL
from dealer.reports.losses import LOSSES
from dealer.reports.performance import PERFORMANCE
from dealer.reports.progress import PROGRESS
from dealer.reports.shape import Report

REPORTS: dict[str, Report] = {each.name: each for each in (PROGRESS, PERFORMANCE, FUNNEL, LOSSES, EXCEPTIONS)}
