"""Scenes of the demo around alerts: what happened since yesterday has been told, and some of it was read."""

from sqlalchemy import func, select

from dealer.alerts import news, reading
from dealer.demo.demo_stage import Stage
from dealer.engine.history import History
from dealer.records.alerts import AlertsUpTo


def everybody_is_told_of_the_last_days(stage: Stage) -> None:
    """As the sweep does each minute; what is older than yesterday was told at its time."""
    since = stage.database.calendar.start_of(stage.day(1))
    with stage.database.writing(stage.store_id) as db:
        before = select(func.max(History.seq)).where(History.store_id == stage.store_id, History.at < since)
        db.add(AlertsUpTo(store_id=stage.store_id, seq=db.scalar(before) or 0))
    news.tell_what_is_new(stage.database, stage.now)


def the_manager_has_read_some(stage: Stage) -> None:
    """陈静, the older half of hers."""
    with stage.acting("陈静", 0, "08:20") as ask:
        mine = reading.page(ask.db, ask.actor)
        for alert in mine[len(mine) // 2 :]:
            reading.mark_read(alert, ask.at)


ALERT_SCENES = (everybody_is_told_of_the_last_days, the_manager_has_read_some)
