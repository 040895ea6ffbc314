"""Deliveries: an alert is wanted in a channel, at once or when its reader's quiet hours end, as a job of the same
transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, joinedload

from dealer.alerts import channels
from dealer.engine.attempts import JobRecord, JobState
from dealer.engine.database import calendar_of
from dealer.engine.jobs import enqueue
from dealer.people import Actor
from dealer.records.alerts import Alert, AlertDelivery, Channel

SEND = "send_alert"
LISTED = 100


def want(db: Session, alert: Alert, at: datetime) -> None:
    """Wherever its reader wants this kind; what is urgent waits for no morning."""
    there = [each for each in _verified(db, alert) if alert.kind.value in each.wanted]
    if not there:
        return
    quiet = channels.quiet_of(db, alert.store_id, alert.person_id)
    held = None if alert.urgent else channels.held_until(calendar_of(db), quiet, at)
    for channel in there:
        row = AlertDelivery(store_id=alert.store_id, alert_id=alert.id, channel_id=channel.id, held_until=held)
        row.job_key = f"{SEND} {row.id}"
        db.add(row)
        db.flush()
        enqueue(db, SEND, row.job_key, {"delivery": str(row.id)}, at=held)


def _verified(db: Session, alert: Alert) -> list[Channel]:
    query = select(Channel).where(
        Channel.store_id == alert.store_id, Channel.person_id == alert.person_id, Channel.ended_at.is_(None),
        Channel.verified_at.is_not(None),
    )  # fmt: skip
    return list(db.scalars(query))


# ── what did not go ───────────────────────────────────────────────────────────────────────────────────────────────


def _given_up(store_id: UUID) -> Select[Any]:
    """Tried as often as work in the background is tried. Whoever keeps the machine can have it tried again."""
    failed = exists().where(JobRecord.key == AlertDelivery.job_key, JobRecord.state == JobState.FAILED)
    return select(AlertDelivery).where(AlertDelivery.store_id == store_id, AlertDelivery.sent_at.is_(None), failed)


def there_are_given_up(db: Session, store_id: UUID) -> bool:
    """Whether any message of the shop did not go."""
    return db.scalar(_given_up(store_id).limit(1)) is not None


def given_up(db: Session, who: Actor) -> list[AlertDelivery]:
    """The messages of the shop that did not go, newest first."""
    beside = joinedload(AlertDelivery.channel).joinedload(Channel.person)
    query = _given_up(who.store_id).options(beside, joinedload(AlertDelivery.alert))
    return list(db.scalars(query.order_by(AlertDelivery.id.desc()).limit(LISTED)))


def given_up_of(db: Session, who: Actor, alerts: list[Alert]) -> dict[UUID, Channel]:
    """Which of some alerts did not reach a channel of their reader, and which channel."""
    theirs = _given_up(who.store_id).where(AlertDelivery.alert_id.in_([each.id for each in alerts]))
    return {row.alert_id: row.channel for row in db.scalars(theirs.options(joinedload(AlertDelivery.channel)))}
