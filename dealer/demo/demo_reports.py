"""Scenes of the demo around reports: one that is brought every week, and its first copy."""

from dealer.demo.demo_stage import Stage
from dealer.engine.database import calendar_of
from dealer.records.reports import Pace
from dealer.reports import subscriptions
from dealer.reports.subscriptions import Wanted


def the_manager_wants_the_progress_every_week(stage: Stage) -> None:
    """陈静, ten days ago."""
    told = Wanted(report="progress", pace=Pace.WEEKLY, hour=8, language="zh")
    with stage.acting("陈静", 10, "17:40", told) as ask:
        subscriptions.subscribe(ask)


def the_first_copy_was_brought(stage: Stage) -> None:
    """As the worker brings it, at its hour."""
    with stage.acting("陈静", 0, "08:00") as ask:
        (row,) = subscriptions.mine(ask.db, ask.actor)
        book = subscriptions.made(ask.db, row, ask.at)
        if book is not None:
            subscriptions.deliver(ask.db, row, ask.at, book, ask.at)
        row.next_at = subscriptions.next_after(calendar_of(ask.db), row.pace, row.hour, ask.at)


REPORT_SCENES = (the_manager_wants_the_progress_every_week, the_first_copy_was_brought)
