"""Background work: what follows a change but must not hold it up, such as rendering a contract or sending a message.

A job is a row of our own, written in the transaction that wants it: no change without its job, no job without its
change. `enqueue` hands it in the same transaction to DBOS, whose queue gives it to one worker; the table `jobs` says
what became of it. Whatever happens to a worker, a job is finished once:

* the handler does its slow part first and then opens `job.finishing()`, which locks the job's row, lets the handler
  write its results and marks the job done, all in one transaction; a second run finds it done and leaves;
* a job that fails is tried again later, with growing pauses; after five tries it waits for a person (`retry`);
* a worker shows by its heartbeat that it lives; what a dead one held is given to another.

No other file knows DBOS. Only `work` launches it; whoever enqueues needs no more than the tables `prepare` makes.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy import Index, create_engine, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from dealer.engine.database import (
    Busy,
    Code,
    Count,
    Database,
    Document,
    Identified,
    Moment,
    Name,
    Prose,
    Record,
    new_id,
    word_of,
)

if TYPE_CHECKING:
    from dbos import DBOSClient, DBOSConfig

log = logging.getLogger(__name__)

QUEUE = "jobs"
WORKFLOW = "job"
APPLICATION = "dealer"  # also its version: work queued before an update must still be done after it
TRIES = 5
GONE_AFTER = timedelta(days=1)  # DBOS's own record of finished work; ours, the table `jobs`, stays
AT_MOST = 500  # rows of one sweep


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
            sqlite_where=done_at.column.is_(None),
            postgresql_where=done_at.column.is_(None),
        ),
    )


class Worker(Record):
    """A worker that lives: it renews `beat_at` all the time, and takes its row along when it leaves."""

    __tablename__ = "workers"
    id: Mapped[Code] = mapped_column(primary_key=True)
    beat_at: Mapped[Moment]


@dataclass(frozen=True)
class Pace:
    """How fast a worker goes about its business, in seconds; tests hurry."""

    beat: float = 15
    dead_after: float = 60  # without a heartbeat; less would take work from a machine that merely has a slow minute
    look: float = 1  # for jobs whose time has come
    sweep: float = 60
    poll: float = 1  # of DBOS's queue
    pauses: tuple[float, ...] = (60, 300, 900, 3600)  # after the first, second … failure
    patience: float = 30  # for running jobs when asked to stop
    at_once: int = 2


class AlreadyDone(Exception):
    """The job was finished by somebody else in the meantime; its handler is left by this, and nothing is written."""


# ── for the business ──────────────────────────────────────────────────────────────────────────────────────────────


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
            row = db.execute(_LOCKED.where(JobRecord.id == self.id)).one_or_none()
            if row is None or row.state is JobState.DONE:
                raise AlreadyDone(self.key)
            yield db
            _mark(db, self.id, state=JobState.DONE, done_at=self.now(), last_error=None)
        self.is_finished = True


Handler = Callable[[Job], None]
Sweep = Callable[[Database, datetime], None]
H = TypeVar("H", bound=Handler)
S = TypeVar("S", bound=Sweep)
_handlers: dict[str, Handler] = {}
_sweeps: list[Sweep] = []


def handles(kind: str) -> Callable[[H], H]:
    """Name the function that does jobs of this kind."""

    def register(handler: H) -> H:
        if kind in _handlers:
            raise ValueError(f"two functions handle {kind}")
        _handlers[kind] = handler
        return handler

    return register


def every_minute(sweep: S) -> S:
    """Have a function called about once a minute, with the database and the moment.

    It must bear being called twice: when a worker is taken for dead two may call it for a while.
    """
    _sweeps.append(sweep)
    return sweep


def enqueue(db: Session, kind: str, key: str, payload: dict[str, Any], at: datetime | None = None) -> None:
    """Want work done after this transaction, not before `at`. A key that was enqueued before is left as it is."""
    insert = _INSERT[db.get_bind().dialect.name]
    head = db.info.get("head")
    job_id = db.scalar(
        insert,
        {
            "id": new_id(),
            "key": key,
            "store_id": head["store_id"] if head else None,
            "kind": kind,
            "payload": payload,
            "state": JobState.WAITING if at else JobState.QUEUED,
            "attempts": 0,
            "not_before": at,
        },
    )
    if job_id is not None and at is None:
        _hand_over(db, job_id, 1)


def retry(db: Session, key: str) -> None:
    """Have a failed job tried again, now that somebody has removed the cause. Raises LookupError for other jobs."""
    row = db.execute(_LOCKED.where(JobRecord.key == key, JobRecord.state == JobState.FAILED)).one_or_none()
    if row is None:
        raise LookupError(f"no failed job {key}")
    _queue_again(db, row.id, row.attempts)


def prepare(url: str) -> None:
    """Create or update DBOS's own tables. On SQLite they lie in our file, on PostgreSQL in the schema `dbos`."""
    from dbos import DBOS

    _through_our_log()
    DBOS.migrate(url)


def dismiss(database: Database, executor_id: str) -> None:
    """Say that a worker is no more, so that its work is taken over at the next sweep and not a minute later."""
    with database.writing() as db:
        db.execute(delete(Worker).where(Worker.id == executor_id))


# ── rows and their hand-over ──────────────────────────────────────────────────────────────────────────────────────

_INSERT = {
    name: dialect.insert(JobRecord).on_conflict_do_nothing(index_elements=["key"]).returning(JobRecord.id)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
_LOCKED = select(JobRecord.id, JobRecord.state, JobRecord.attempts).with_for_update()


def _mark(db: Session, job_id: UUID, **changes: Any) -> None:
    db.execute(update(JobRecord.__table__).where(JobRecord.id == job_id).values(**changes))


def _queue_again(db: Session, job_id: UUID, attempts: int) -> None:
    _mark(db, job_id, state=JobState.QUEUED, not_before=None, worker=None)
    _hand_over(db, job_id, attempts + 1)


def _hand_over(db: Session, job_id: UUID, attempt: int) -> None:
    """Queue one attempt with DBOS in the session's own transaction: two statements."""
    _client(db.get_bind().dialect.name).enqueue_in_transaction(
        db,
        {"workflow_name": WORKFLOW, "queue_name": QUEUE, "workflow_id": _workflow(job_id, attempt)},
        str(job_id),
        attempt,
    )


def _workflow(job_id: UUID, attempt: int) -> str:
    return f"{job_id}:{attempt}"


@cache
def _client(dialect: str) -> "DBOSClient":
    """What phrases an enqueuing. Its own engine never connects: the connection is always the caller's."""
    from dbos import DBOSClient, DBOSPortableJSONSerializer

    _through_our_log()
    unused = create_engine("sqlite://" if dialect == "sqlite" else "postgresql+psycopg://")
    return DBOSClient(
        system_database_engine=unused,
        serializer=DBOSPortableJSONSerializer(),
        application_name=APPLICATION,
        lazy=True,
    )


def warm_up(database: Database) -> None:
    """Import DBOS before somebody waits for it: the first enqueuing would hold the shop's lock for a second."""
    _client(database.engine.dialect.name)


def _through_our_log() -> None:
    """Have DBOS speak through our log, and only of trouble: left alone it opens a console of its own."""
    theirs = logging.getLogger("dbos")
    if not theirs.handlers:
        theirs.addHandler(logging.NullHandler())
    theirs.setLevel(logging.WARNING)


# ── one attempt ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Attempts:
    """Does what the queue gives to this worker."""

    database: Database
    worker: str
    stop: Event
    now: Callable[[], datetime]
    pace: Pace

    def make(self, job_id: UUID, attempt: int) -> None:
        """Make one attempt at one job and write down what became of it; nothing is raised but a lost database."""
        job = self._insistently(lambda: self._begin(job_id, attempt))
        if job is None:
            return
        try:
            self._handle(job)
        except AlreadyDone:
            log.info("job %s was finished elsewhere", job.key)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises: the job is tried again or shown
            fault = fault_of(error)
            log.warning("job %s failed: %s", job.key, fault)
            self._insistently(lambda: self._fail(job_id, attempt, fault))

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
            row = db.execute(_LOCKED.where(JobRecord.id == job_id)).one_or_none()
            if row is None:
                return None
            if row.state is JobState.RUNNING and row.attempts == attempt:
                # Begun by a worker that never ended it. It counts, or a job that kills its worker would do so for ever.
                self._settle(db, job_id, attempt, "the worker was lost", 0)
                return None
            if row.state is not JobState.QUEUED or row.attempts != attempt - 1:
                return None
            _mark(db, job_id, state=JobState.RUNNING, attempts=attempt, worker=self.worker)
            record = db.get_one(JobRecord, job_id)
            return Job(job_id, record.key, record.kind, record.store_id, record.payload, self.database, self.now)

    def _fail(self, job_id: UUID, attempt: int, fault: str) -> None:
        with self.database.writing() as db:
            row = db.execute(_LOCKED.where(JobRecord.id == job_id)).one()
            if row.state is JobState.RUNNING and row.attempts == attempt:
                self._settle(db, job_id, attempt, fault, self.pace.pauses[attempt % TRIES - 1])

    def _settle(self, db: Session, job_id: UUID, attempt: int, fault: str, pause: float) -> None:
        """After a failed attempt: again after a pause, or, when it was tried often enough, over to a person."""
        if attempt % TRIES == 0:
            _mark(db, job_id, state=JobState.FAILED, last_error=fault, worker=None)
        else:
            later = self.now() + timedelta(seconds=pause)
            _mark(db, job_id, state=JobState.WAITING, last_error=fault, worker=None, not_before=later)

    def _insistently(self, do: Callable[[], Any]) -> Any:
        """Do it, however long the database takes to come back."""
        while True:
            try:
                return do()
            except (Busy, DBAPIError) as error:
                log.warning("the database does not answer: %s", fault_of(error))
                if self.stop.wait(self.pace.look):
                    raise
