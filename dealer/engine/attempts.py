"""A job's row and the attempts at it: who may begin one, how it is finished once, what follows a failure.

Nothing here knows how jobs come to a worker; that is engine/jobs.py, which is also where the business finds all of it.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Event
from time import perf_counter
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Index, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from dealer.engine import logs, metrics
from dealer.engine.columns import Code, Count, Document, Identified, Moment, Name, Prose, Record, word_of
from dealer.engine.database import Busy, Database

log = logging.getLogger(__name__)

TRIES = 5


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"  # for its time
    QUEUED = "queued"  # handed to DBOS
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # tried often enough: somebody has to look


class JobRecord(Identified):
    """One piece of background work. The payload holds ids and codes, never a name or a number of a person."""

    __tablename__ = "jobs"
    key: Mapped[Name] = mapped_column(unique=True)
    store_id: Mapped[UUID | None] = mapped_column(Uuid)  # None: work for no shop in particular
    kind: Mapped[Code]
    payload: Mapped[Document]
    state: Mapped[JobState] = mapped_column(word_of(JobState))
    attempts: Mapped[Count]
    not_before: Mapped[Moment | None]
    worker: Mapped[Code | None]
    last_error: Mapped[Prose | None]
    done_at: Mapped[Moment | None]
    __table_args__ = (
        Index(
            "ix_jobs_open",
            "state",
            "not_before",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )


class Worker(Record):
    """A worker that lives: it renews `beat_at` all the time, and takes its row along when it leaves."""

    __tablename__ = "workers"
    id: Mapped[Code] = mapped_column(primary_key=True)
    beat_at: Mapped[Moment]


class AlreadyDone(Exception):
    """The job was finished by somebody else in the meantime; its handler is left by this, and nothing is written."""


@dataclass
class Job:
    """What a handler gets: the key and payload it was enqueued with, and the way to finish it."""

    id: UUID
    key: str
    kind: str
    store_id: UUID | None
    payload: Any
    database: Database
    now: Callable[[], datetime]
    is_finished: bool = field(default=False, init=False)

    @contextmanager
    def finishing(self) -> Iterator[Session]:
        """Open the transaction that writes the results and marks the job done; slow work comes before it.

        It holds the shop's lock, so keep it short. Raises AlreadyDone, which the worker understands.
        """
        with self.database.writing(self.store_id) as db:
            row = db.execute(LOCKED.where(JobRecord.id == self.id)).one_or_none()
            if row is None or row.state is JobState.DONE:
                raise AlreadyDone(self.key)
            yield db
            mark(db, self.id, state=JobState.DONE, done_at=self.now(), last_error=None)
        self.is_finished = True


LOCKED = select(JobRecord.id, JobRecord.state, JobRecord.attempts).with_for_update()


def mark(db: Session, job_id: UUID, **changes: Any) -> None:
    """Write down where a job stands; the caller holds its row."""
    db.execute(update(JobRecord).where(JobRecord.id == job_id).values(**changes))


Handler = Callable[[Job], None]
H = TypeVar("H", bound=Handler)
_handlers: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[H], H]:
    """Name the function that does jobs of this kind."""

    def register(handler: H) -> H:
        if kind in _handlers:
            raise ValueError(f"two functions handle {kind}")
        _handlers[kind] = handler
        return handler

    return register


# ── one attempt ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Attempts:
    """Does what the queue gives to this worker."""

    database: Database
    worker: str
    stop: Event
    now: Callable[[], datetime]
    pauses: tuple[float, ...]  # in seconds, after the first, second … failure
    patience: float  # in seconds, before a database that does not answer is asked again

    def make(self, job_id: UUID, attempt: int) -> None:
        """Make one attempt at one job and write down what became of it; nothing is raised but a lost database."""
        job = self._insistently(lambda: self._begin(job_id, attempt))
        if job is None:
            return
        began = perf_counter()
        with logs.about(job=job.kind, key=job.key, attempt=attempt):
            outcome = self._attempt(job, job_id, attempt)
            took = perf_counter() - began
            log.info("job", extra={"outcome": outcome, "ms": round(1000 * took, 1)})
        metrics.took("dealer_job_seconds", took, job.kind, outcome.replace(" ", "_"))

    def _attempt(self, job: Job, job_id: UUID, attempt: int) -> str:
        try:
            self._handle(job)
        except AlreadyDone:
            return "done elsewhere"
        except Exception as error:
            fault = fault_of(error)
            log.warning("job failed: %s", fault, extra={"exception": logs.places_of(error)})
            self._insistently(lambda: self._fail(job_id, attempt, fault))
            return "failed"
        return "done"

    def _handle(self, job: Job) -> None:
        handler = _handlers.get(job.kind)
        if handler is None:
            raise LookupError(f"nobody handles {job.kind}")
        handler(job)
        if not job.is_finished:
            with job.finishing():
                pass

    def _begin(self, job_id: UUID, attempt: int) -> Job | None:
        """Note that the attempt begins. None: it is not, or no longer, this attempt's turn."""
        with self.database.writing() as db:
            row = db.execute(LOCKED.where(JobRecord.id == job_id)).one_or_none()
            if row is None:
                return None
            if row.state is JobState.RUNNING and row.attempts == attempt:
                # Begun by a worker that never ended it. It counts, or a job that kills its worker would do so for ever.
                self._settle(db, job_id, attempt, "the worker was lost", 0)
                return None
            if row.state is not JobState.QUEUED or row.attempts != attempt - 1:
                return None
            mark(db, job_id, state=JobState.RUNNING, attempts=attempt, worker=self.worker)
            record = db.get_one(JobRecord, job_id)
            return Job(job_id, record.key, record.kind, record.store_id, record.payload, self.database, self.now)

    def _fail(self, job_id: UUID, attempt: int, fault: str) -> None:
        with self.database.writing() as db:
            row = db.execute(LOCKED.where(JobRecord.id == job_id)).one()
            if row.state is JobState.RUNNING and row.attempts == attempt:
                self._settle(db, job_id, attempt, fault, self.pauses[attempt % TRIES - 1])

    def _settle(self, db: Session, job_id: UUID, attempt: int, fault: str, pause: float) -> None:
        """After a failed attempt: again after a pause, or, when it was tried often enough, over to a person."""
        if attempt % TRIES == 0:
            mark(db, job_id, state=JobState.FAILED, last_error=fault, worker=None)
        else:
            later = self.now() + timedelta(seconds=pause)
            mark(db, job_id, state=JobState.WAITING, last_error=fault, worker=None, not_before=later)

    def _insistently(self, do: Callable[[], Any]) -> Any:
        """Do it, however long the database takes to come back."""
        while True:
            try:
                return do()
            except (Busy, DBAPIError) as error:
                log.warning("the database does not answer: %s", fault_of(error))
                if self.stop.wait(self.patience):
                    raise


def fault_of(error: BaseException) -> str:
    """What went wrong and where. Never the message: it may quote a person."""
    place, deepest = "", error.__traceback__
    while deepest is not None:
        module = str(deepest.tb_frame.f_globals.get("__name__"))
        if module.partition(".")[0] in _HOUSE or not place:
            place = f"{module}, line {deepest.tb_lineno}"
        deepest = deepest.tb_next
    return f"{type(error).__name__} in {place}" if place else type(error).__name__


_HOUSE = ("dealer", "web", "tests")
