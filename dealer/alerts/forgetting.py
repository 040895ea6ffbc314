"""Forgetting: an alert is no record of what happened, which is the history's; after half a year it goes."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from dealer.engine.database import Database
from dealer.engine.jobs import every_minute
from dealer.records.alerts import Alert, AlertDelivery

KEPT_FOR = timedelta(days=180)
BATCH = 500  # of a minute


@every_minute
def forget_old(database: Database, at: datetime) -> None:
    """Those made longer ago than that, with what was sent of them; nothing to do is no writing."""
    # Ids begin with the time they were made at: the primary key finds the oldest without another index.
    old = select(Alert.id).where(Alert.id < UUID(int=int((at - KEPT_FOR).timestamp() * 1000) << 80)).limit(BATCH)
    with database.reading() as db:
        keys = list(db.scalars(old.order_by(Alert.id)))
    if keys:
        with database.writing() as db:
            db.execute(delete(AlertDelivery).where(AlertDelivery.alert_id.in_(keys)))
            db.execute(delete(Alert).where(Alert.id.in_(keys)))
