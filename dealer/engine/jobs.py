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
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy import create_engine, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dealer.engine.attempts import LOCKED, Attempts, Job, JobRecord, JobState, Worker, fault_of, handles, mark
from dealer.engine.columns import new_id
from dealer.engine.database import Database

if TYPE_CHECKING:
    from dbos import DBOSClient, DBOSConfig

__all__ = [
    "Job",
    "Pace",
    "dismiss",
    "enqueue",
    "every_minute",
    "handles",
    "known",
    "prepare",
    "retry",
    "warm_up",
    "work",
]

log = logging.getLogger(__name__)

QUEUE = "jobs"
WORKFLOW = "job"
APPLICATION = "dealer"  # also its version: work queued before an update must still be done after it
GONE_AFTER = timedelta(days=1)  # DBOS's own record of finished work; ours, the table `jobs`, stays
AT_MOST = 500  # rows of one sweep


@dataclass(frozen=True)
class Pace:
    """How fast a worker goes about its business, in seconds; tests hurry."""

    beat: float = 15
    dead_after: float = 60  # without a heartbeat; less would take work from a machine that merely has a slow minute
    look: float = 1  # for jobs whose time has come
    sweep: float = 60
    poll: float = 0.3  # of DBOS's queue
    pauses: tuple[float, ...] = (60, 300, 900, 3600)  # after the first, second … failure
    patience: float = 30  # for running jobs when asked to stop
    at_once: int = 3


USUAL_PACE = Pace()

Sweep = Callable[[Database, datetime], None]
S = TypeVar("S", bound=Sweep)
_sweeps: list[Sweep] = []


# ── for the business ──────────────────────────────────────────────────────────────────────────────────────────────


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


def every_minute(sweep: S) -> S:
    """Have a function called about once a minute, with the database and the moment.

    It must bear being called twice: when a worker is taken for dead two may call it for a while.
    """
    _sweeps.append(sweep)
    return sweep


def retry(db: Session, key: str) -> None:
    """Have a failed job tried again, now that somebody has removed the cause. Raises LookupError for other jobs."""
    row = db.execute(LOCKED.where(JobRecord.key == key, JobRecord.state == JobState.FAILED)).one_or_none()
    if row is None:
        raise LookupError(f"no failed job {key}")
    _queue_again(db, row.id, row.attempts)


def known(db: Session, key: str) -> JobRecord | None:
    """The job of that key, whatever became of it; None while there is none."""
    return db.scalars(select(JobRecord).where(JobRecord.key == key)).first()


def prepare(url: str) -> None:
    """Create DBOS's own tables. On SQLite they lie in our file, on PostgreSQL in the schema `dbos`.

    A worker brings them up to date when it starts, should DBOS be newer than they are.
    """
    from dbos import DBOS

    _through_our_log()
    DBOS.migrate(url)


def dismiss(database: Database, executor_id: str) -> None:
    """Say that a worker is no more, so that its work is taken over at the next sweep and not a minute later."""
    with database.writing() as db:
        db.execute(delete(Worker).where(Worker.id == executor_id))


# ── rows and their hand-over ──────────────────────────────────────────────────────────────────────────────────────

_INSERT = {
    name: dialect.insert(JobRecord.__table__).on_conflict_do_nothing(index_elements=["key"]).returning(JobRecord.id)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}


def _queue_again(db: Session, job_id: UUID, attempts: int) -> None:
    mark(db, job_id, state=JobState.QUEUED, not_before=None, worker=None)
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


# ── the worker ────────────────────────────────────────────────────────────────────────────────────────────────────


def work(
    database: Database, *, executor_id: str, stop: Event, now: Callable[[], datetime], pace: Pace = USUAL_PACE
) -> None:
    """Be a worker until `stop` is set. Each process needs an `executor_id` of its own: two that share one do each
    other's work a second time.
    """
    from dbos import DBOS

    _through_our_log()
    # Before the launch: whoever works without a heartbeat counts as dead.
    beat(database, executor_id, now())
    attempts = Attempts(database, executor_id, stop, now, pace.pauses, pace.look)

    DBOS(config=_config(database, executor_id))

    @DBOS.workflow(name=WORKFLOW)
    def make(job_id: str, attempt: int) -> None:
        attempts.make(UUID(job_id), attempt)

    DBOS.launch()
    # After the launch: before, DBOS has no database to write the queue to, and work in an unknown queue waits for ever.
    DBOS.register_queue(
        QUEUE, worker_concurrency=pace.at_once, polling_interval_sec=pace.poll, on_conflict="always_update"
    )
    rounds = _Rounds(database, executor_id, stop, now, pace)
    heart = Thread(target=rounds.keep_beating, name="heartbeat", daemon=True)
    heart.start()
    try:
        rounds.go()
    finally:
        DBOS.destroy(workflow_completion_timeout_sec=int(pace.patience), destroy_registry=True)
        heart.join()
        dismiss(database, executor_id)


def _config(database: Database, executor_id: str) -> "DBOSConfig":
    from dbos import DBOSPortableJSONSerializer

    config: DBOSConfig = {
        "name": APPLICATION,
        "application_version": APPLICATION,
        "executor_id": executor_id,
        "serializer": DBOSPortableJSONSerializer(),  # the default is pickle: a row in a table would be code
        "use_listen_notify": False,  # a pooler in front of PostgreSQL passes no notifications on
        "log_level": "WARNING",
    }
    if database.is_sqlite:
        # A pool of its own: ours says BEGIN itself, which DBOS would do a second time.
        config["system_database_url"] = database.engine.url.render_as_string(hide_password=False)
    else:
        config["system_database_engine"] = database.engine
    return config


def beat(database: Database, executor_id: str, at: datetime) -> None:
    """Show that a worker lives."""
    with database.writing() as db:
        alive = update(Worker).where(Worker.id == executor_id).values(beat_at=at).returning(Worker.id)
        if db.scalar(alive) is None:
            db.add(Worker(id=executor_id, beat_at=at))


@dataclass
class _Rounds:
    """What a worker does beside the jobs themselves: heartbeat, due rows, the minute's sweep."""

    database: Database
    worker: str
    stop: Event
    now: Callable[[], datetime]
    pace: Pace

    def keep_beating(self) -> None:
        """Beat in a thread of its own, so that a long sweep does not look like death."""
        while not self.stop.wait(self.pace.beat):
            with self._survived():
                beat(self.database, self.worker, self.now())

    def go(self) -> None:
        """Look every second for rows whose time has come, and sweep every minute, until asked to stop."""
        swept = None
        while True:
            with self._survived():
                hand_over_due(self.database, self.now())
            if swept is None or self.now() - swept >= timedelta(seconds=self.pace.sweep):
                swept = self.now()
                self._sweep(swept)
            if self.stop.wait(self.pace.look):
                return

    def _sweep(self, at: datetime) -> None:
        with self._survived():
            alive = living(self.database, at - timedelta(seconds=self.pace.dead_after))
            take_over(self.database, alive)
            # One of several workers is enough; which one may change, hence each sweep bears being called twice.
            if self.worker != min(alive, default=self.worker):
                return
            forget_finished(at - GONE_AFTER)
        for sweep in _sweeps:
            with self._survived():
                sweep(self.database, at)

    @contextmanager
    def _survived(self) -> Iterator[None]:
        """A worker outlives whatever goes wrong in a round: the next one may do better."""
        try:
            yield
        except Exception as error:
            log.warning("a round of the worker failed: %s", fault_of(error))


def hand_over_due(database: Database, at: datetime) -> None:
    """Give the queue the jobs whose time has come."""
    due = (JobRecord.state == JobState.WAITING, JobRecord.not_before <= at)
    with database.reading() as db:
        if db.scalar(select(JobRecord.id).where(*due).limit(1)) is None:
            return  # most of the time: no need to hold up a writer every second
    with database.writing() as db:
        for row in db.execute(
            select(JobRecord.id, JobRecord.attempts)
            .where(*due)
            .order_by(JobRecord.not_before)
            .limit(AT_MOST)
            .with_for_update(skip_locked=True)
        ).all():
            _queue_again(db, row.id, row.attempts)


def living(database: Database, since: datetime) -> set[str]:
    """The workers whose heart has beaten since then; the rows of the others are taken away."""
    with database.writing() as db:
        db.execute(delete(Worker).where(Worker.beat_at < since))
        return set(db.scalars(select(Worker.id)))


def take_over(database: Database, alive: set[str]) -> None:
    """Bring back to the queue what dead workers held, and what the queue has lost."""
    from dbos import DBOS

    held = DBOS.list_workflows(name=WORKFLOW, status="PENDING", load_input=False, load_output=False, limit=AT_MOST)
    lost = [held_one.workflow_id for held_one in held if held_one.executor_id not in alive]
    if lost:
        log.warning("taking over %d jobs of workers that are gone", len(lost))
        DBOS.resume_workflows(lost, queue_name=QUEUE)
    _requeue_forgotten(database)


def _requeue_forgotten(database: Database) -> None:
    """A job that waits for the queue while the queue holds it for finished would wait for ever: queue it anew.

    It happens when the database was away at the wrong moment, or when DBOS's tables were lost or restored.
    """
    from dbos import DBOS

    open_states = (JobState.QUEUED, JobState.RUNNING)
    with database.reading() as db:
        rows = db.execute(
            select(JobRecord.id, JobRecord.state, JobRecord.attempts)
            .where(JobRecord.state.in_(open_states), JobRecord.done_at.is_(None))
            .order_by(JobRecord.id)
            .limit(AT_MOST)
        ).all()
    awaited = {_workflow(row.id, row.attempts + (row.state is JobState.QUEUED)): row for row in rows}
    if not awaited:
        return
    # Asked after our rows were read: what the queue finished meanwhile has changed the row as well, see below.
    known = DBOS.list_workflows(workflow_ids=list(awaited), load_input=False, load_output=False)
    moving = {one.workflow_id for one in known if one.status in ("ENQUEUED", "PENDING", "DELAYED")}
    for row in (row for workflow, row in awaited.items() if workflow not in moving):
        with database.writing() as db:
            if db.execute(LOCKED.where(JobRecord.id == row.id)).one() == row:
                log.warning("job %s was lost by the queue", row.id)
                attempt = row.attempts + (row.state is JobState.QUEUED)
                mark(db, row.id, attempts=attempt)
                _queue_again(db, row.id, attempt)


def forget_finished(before: datetime) -> None:
    """Clear DBOS's own record of finished work; ours, the table `jobs`, keeps what became of it."""
    from dbos import DBOS

    old = DBOS.list_workflows(
        name=WORKFLOW,
        status=["SUCCESS", "ERROR", "CANCELLED"],
        completed_before=before.isoformat(),
        load_input=False,
        load_output=False,
        limit=AT_MOST,
    )
    if old:
        DBOS.delete_workflows([one.workflow_id for one in old])
