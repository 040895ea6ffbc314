"""The table of jobs as whoever keeps the machine looks at it: what waits, what has failed, and when old rows go."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, or_, select
from sqlalchemy.orm import Session

from dealer.engine.attempts import JobRecord, JobState, Worker
from dealer.engine.columns import made_at, oldest_after
from dealer.engine.database import Database
from dealer.engine.jobs import every_minute
from dealer.engine.metrics import Reading

KEPT = timedelta(days=90)  # what was done a quarter ago is asked for by nobody; its results lie elsewhere
AT_MOST = 500  # rows of one sweep: it shares the database with people
LISTED = 100
NEVER = -1.0  # seconds, where no worker is known

OPEN = JobRecord.done_at.is_(None)  # as the index of open jobs says it


@dataclass(frozen=True)
class Backlog:
    """How many jobs stand in each state, and since when the oldest of the queue waits for a worker."""

    counts: dict[JobState, int]
    oldest: datetime | None

    @property
    def failed(self) -> int:
        return self.counts.get(JobState.FAILED, 0)

    def age(self, at: datetime) -> timedelta:
        """How long the oldest has waited; nothing when the queue is empty."""
        return max(at - self.oldest, timedelta()) if self.oldest else timedelta()


def of_store(store_id: UUID) -> ColumnElement[bool]:
    """The work of a shop, and that of no shop in particular."""
    return or_(JobRecord.store_id == store_id, JobRecord.store_id.is_(None))


def backlog(db: Session, *of: ColumnElement[bool]) -> Backlog:
    """How work stands now: of everybody, or as `of` says. It reads open jobs only."""
    rows = db.execute(select(JobRecord.state, func.count().label("n")).where(OPEN, *of).group_by(JobRecord.state)).all()
    first = select(JobRecord.id).where(OPEN, JobRecord.state == JobState.QUEUED, *of).order_by(JobRecord.id).limit(1)
    oldest = db.scalar(first)
    return Backlog({row.state: row.n for row in rows}, made_at(oldest) if oldest else None)


def how_many_failed(db: Session, *of: ColumnElement[bool]) -> int:
    """How many jobs wait for a person."""
    return db.scalar(select(func.count()).where(OPEN, JobRecord.state == JobState.FAILED, *of)) or 0


def failed(db: Session, *of: ColumnElement[bool]) -> list[JobRecord]:
    """The jobs that wait for a person, the newest first; at most a hundred."""
    query: Select[Any] = select(JobRecord).where(OPEN, JobRecord.state == JobState.FAILED, *of)
    return list(db.scalars(query.order_by(JobRecord.id.desc()).limit(LISTED)))


def last_beat(db: Session) -> datetime | None:
    """When a worker last showed that it lives; None while there is none."""
    return db.scalar(select(func.max(Worker.beat_at)))


def readings(database: Database, at: datetime) -> Iterator[Reading]:
    """How background work stands, in four queries over open jobs."""
    with database.reading() as db:
        standing, beat = backlog(db), last_beat(db)
    for state in (JobState.WAITING, JobState.QUEUED, JobState.RUNNING, JobState.FAILED):
        yield "dealer_jobs", "Open background jobs by state.", {"state": state}, standing.counts.get(state, 0)
    yield "dealer_queue_age_seconds", "How long the oldest queued job waits.", {}, standing.age(at).total_seconds()
    age = (at - beat).total_seconds() if beat else NEVER
    yield "dealer_worker_beat_age_seconds", "Since when no worker has shown itself; -1: there is none.", {}, age


@every_minute
def forget_done(database: Database, at: datetime) -> None:
    """Finished jobs go after a quarter, some of them each minute; one that failed stays until somebody has looked."""
    before = at - KEPT
    # Ids begin with the moment they were made: a row that was done before then has one below this, and the primary
    # key finds it without an index of its own.
    old = (
        select(JobRecord.id)
        .where(JobRecord.id < oldest_after(before), JobRecord.done_at < before)
        .order_by(JobRecord.id)
        .limit(AT_MOST)
    )
    with database.reading() as db:
        keys = list(db.scalars(old))
    if keys:
        with database.writing() as db:
            db.execute(delete(JobRecord).where(JobRecord.id.in_(keys), JobRecord.state == JobState.DONE))
