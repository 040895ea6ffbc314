"""Every report of the shape, by the name in its address."""

from dealer.reports.performance import PERFORMANCE
from dealer.reports.shape import Report

REPORTS: dict[str, Report] = {each.name: each for each in (PERFORMANCE,)}
