"""Background work: wanted in the transaction of a change, done once, whatever happens to a worker."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, func, select, text

from dealer.engine import jobs
from dealer.engine.attempts import Attempts, JobRecord, JobState, Worker, fault_of
from dealer.engine.database import Counter, Database
from dealer.engine.jobs import Job, Pace
from tests.cast import Shop
from tests.conftest import at

MORNING = at("2026-11-10 08:30")
HURRY = Pace(beat=0.2, dead_after=1, look=0.1, sweep=0.3, poll=0.1, pauses=(0.1, 0.1, 0.1, 0.1))


class Bench:
    """A worker's hands without its queue: a test says which attempt is made, and when."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.database, self.clock = shop, shop.database, MORNING
        self.attempts = Attempts(shop.database, "w1", Event(), lambda: self.clock, (60, 300, 900, 3600), 0.01)

    def want(self, kind: str, key: str, when: datetime | None = None) -> UUID:
        with self.database.writing(self.shop.store.id) as db:
            jobs.enqueue(db, kind, key, {"number": 7}, when)
        return self.row(key).id

    def make(self, key: str, attempt: int) -> JobRecord:
        self.attempts.make(self.row(key).id, attempt)
        return self.row(key)

    def row(self, key: str) -> JobRecord:
        with self.database.reading() as db:
            return db.scalars(select(JobRecord).where(JobRecord.key == key)).one()

    def queued(self) -> list[str]:
        """The attempts that the queue holds, as job and number."""
        with self.database.reading() as db:
            return sorted(db.scalars(text(f"SELECT workflow_uuid FROM {queue_table(self.database)}")))


@pytest.fixture
def bench(shop: Shop) -> Bench:
    return Bench(shop)


def queue_table(database: Database) -> str:
    return "workflow_status" if database.is_sqlite else "dbos.workflow_status"


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    heard: list[str] = []

    def hear(_: Any, __: Any, statement: str, *___: Any) -> None:
        heard.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    yield heard
    event.remove(engine, "before_cursor_execute", hear)


# ── handlers of this file ─────────────────────────────────────────────────────────────────────────────────────────

meanwhile: list[Callable[[Job], None]] = []  # what happens while a handler does its slow part


@jobs.handles("count")
def count(job: Job) -> None:
    """Leave a mark that shows how often it was left."""
    for happening in meanwhile:
        happening(job)
    with job.finishing() as db:
        mark(db, job.store_id, job.key)


@jobs.handles("stumble")
def stumble(job: Job) -> None:
    raise ValueError("王磊 13888001234")


@jobs.handles("glance")
def glance(job: Job) -> None:
    """Work that leaves nothing in the database, such as a message sent."""


def mark(db: Any, store_id: UUID | None, key: str) -> None:
    row = db.get(Counter, (store_id, key, 0))
    if row is None:
        db.add(Counter(store_id=store_id, subject=key, year=0, value=1))
    else:
        row.value += 1


def marks(database: Database, key: str) -> int:
    with database.reading() as db:
        return db.scalar(select(Counter.value).where(Counter.subject == key)) or 0


@pytest.fixture
def happening() -> Iterator[list[Callable[[Job], None]]]:
    yield meanwhile
    meanwhile.clear()


# ── wanting ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_change_that_is_rolled_back_leaves_no_job(bench: Bench) -> None:
    def change_one_s_mind() -> None:
        with bench.database.writing(bench.shop.store.id) as db:
            jobs.enqueue(db, "count", "contract/1", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_one_s_mind()
    with bench.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(JobRecord)) == 0
    assert bench.queued() == []


def test_wanting_a_job_costs_its_transaction_three_statements(bench: Bench) -> None:
    bench.want("count", "contract/1")
    with bench.database.writing(bench.shop.store.id) as db, statements(bench.database.engine) as heard:
        jobs.enqueue(db, "count", "contract/2", {})
    assert [statement.split("(")[0].split()[-1].split(".")[-1] for statement in heard] == [
        "jobs", "workflow_status", "workflow_input",
    ]  # fmt: skip


def test_a_key_that_was_wanted_before_makes_no_second_job(bench: Bench) -> None:
    first = bench.want("count", "contract/1")
    assert bench.want("count", "contract/1") == first
    assert bench.queued() == [f"{first}:1"]


def test_a_job_belongs_to_the_shop_that_wants_it_and_keeps_its_payload(bench: Bench) -> None:
    bench.want("count", "contract/1")
    row = bench.row("contract/1")
    assert (row.store_id, row.payload, row.state) == (bench.shop.store.id, {"number": 7}, JobState.QUEUED)


def test_a_job_for_later_is_handed_over_when_its_time_has_come(bench: Bench) -> None:
    job_id = bench.want("count", "thank-you/1", MORNING + timedelta(hours=1))
    jobs.hand_over_due(bench.database, MORNING + timedelta(minutes=59))
    assert bench.queued() == []
    jobs.hand_over_due(bench.database, MORNING + timedelta(hours=1))
    jobs.hand_over_due(bench.database, MORNING + timedelta(hours=2))
    assert bench.queued() == [f"{job_id}:1"]
    assert bench.make("thank-you/1", 1).state is JobState.DONE


def test_two_functions_for_one_kind_are_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="two functions handle count"):
        jobs.handles("count")(count)


# ── making attempts ───────────────────────────────────────────────────────────────────────────────────────────────


def test_results_and_the_end_of_a_job_are_written_together(bench: Bench) -> None:
    bench.want("count", "contract/1")
    row = bench.make("contract/1", 1)
    assert (row.state, row.attempts, row.done_at, row.worker) == (JobState.DONE, 1, MORNING, "w1")
    assert marks(bench.database, "contract/1") == 1


def test_an_attempt_made_a_second_time_writes_nothing(bench: Bench) -> None:
    bench.want("count", "contract/1")
    bench.make("contract/1", 1)
    assert bench.make("contract/1", 1).attempts == 1
    assert bench.make("contract/1", 2).attempts == 1
    assert marks(bench.database, "contract/1") == 1


def test_work_without_results_counts_as_done_when_its_handler_returns(bench: Bench) -> None:
    bench.want("glance", "message/1")
    assert bench.make("message/1", 1).state is JobState.DONE


def test_whoever_finishes_second_writes_nothing(bench: Bench, happening: list[Callable[[Job], None]]) -> None:
    """A worker is taken for dead while it renders; another one is faster."""

    def another_one_is_faster(job: Job) -> None:
        meanwhile.clear()
        count(Job(job.id, job.key, job.kind, job.store_id, job.payload, job.database, job.now))

    happening.append(another_one_is_faster)
    bench.want("count", "contract/1")
    assert bench.make("contract/1", 1).state is JobState.DONE
    assert marks(bench.database, "contract/1") == 1


def test_a_job_that_fails_is_tried_five_times_with_growing_pauses_and_then_shown(bench: Bench) -> None:
    bench.want("stumble", "contract/1")
    waited = []
    for attempt in range(1, 6):
        row = bench.make("contract/1", attempt)
        if row.not_before and row.state is JobState.WAITING:
            waited.append((row.not_before - bench.clock).total_seconds())
            bench.clock = row.not_before
            jobs.hand_over_due(bench.database, bench.clock)
    assert waited == [60, 300, 900, 3600]
    assert (row.state, row.attempts, row.worker) == (JobState.FAILED, 5, None)


def test_what_is_written_about_a_failure_names_the_place_and_no_person(bench: Bench) -> None:
    bench.want("stumble", "contract/1")
    told = bench.make("contract/1", 1).last_error
    assert told is not None
    assert told.startswith("ValueError in tests.test_jobs, line ")
    assert "王磊" not in told


def test_a_failed_job_is_tried_again_when_somebody_says_so(bench: Bench) -> None:
    bench.want("stumble", "contract/1")
    for attempt in range(1, 6):
        bench.make("contract/1", attempt)
        jobs.hand_over_due(bench.database, MORNING + timedelta(days=1))
    with bench.database.writing() as db:
        jobs.retry(db, "contract/1")
    assert bench.queued()[-1] == f"{bench.row('contract/1').id}:6"
    row = bench.make("contract/1", 6)
    assert (row.state, row.attempts) == (JobState.WAITING, 6)


def test_only_a_failed_job_can_be_tried_again(bench: Bench) -> None:
    bench.want("count", "contract/1")
    with bench.database.writing() as db, pytest.raises(LookupError, match="no failed job contract/1"):
        jobs.retry(db, "contract/1")


def test_work_that_nobody_knows_fails_like_any_other(bench: Bench) -> None:
    bench.want("unheard-of", "x/1")
    assert bench.make("x/1", 1).state is JobState.WAITING


def test_a_job_that_kills_its_worker_is_given_up_after_five_tries(bench: Bench) -> None:
    """A worker that dies leaves its job running; the queue gives the same attempt to the next one."""

    class Killed(BaseException):
        pass

    def kill(_: Job) -> None:
        raise Killed

    bench.want("count", "contract/1")
    meanwhile.append(kill)
    try:
        for attempt in range(1, 6):
            with pytest.raises(Killed):
                bench.make("contract/1", attempt)
            assert bench.row("contract/1").state is JobState.RUNNING
            bench.make("contract/1", attempt)
            jobs.hand_over_due(bench.database, MORNING)
    finally:
        meanwhile.clear()
    row = bench.row("contract/1")
    assert (row.state, row.attempts, row.last_error) == (JobState.FAILED, 5, "the worker was lost")
    assert marks(bench.database, "contract/1") == 0


def test_a_fault_without_a_place_is_told_by_its_name() -> None:
    assert fault_of(KeyError("13888001234")) == "KeyError"


# ── with a worker ─────────────────────────────────────────────────────────────────────────────────────────────────

swept: list[datetime] = []


@jobs.every_minute
def broken_sweep(database: Database, at: datetime) -> None:
    raise RuntimeError("a sweep of its own")


@jobs.every_minute
def note_the_minute(database: Database, at: datetime) -> None:
    swept.append(at)


@contextmanager
def working(database: Database, name: str) -> Iterator[None]:
    """A worker that lives as long as the block."""
    stop = Event()
    arguments = {"executor_id": name, "stop": stop, "now": lambda: datetime.now(UTC), "pace": HURRY}
    thread = Thread(target=jobs.work, args=(database,), kwargs=arguments)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def soon(question: Callable[[], bool]) -> bool:
    """Whether something comes true within ten seconds."""
    until = monotonic() + 10
    while monotonic() < until:
        if question():
            return True
        sleep(0.05)
    return False


def test_a_worker_does_what_is_wanted_before_and_while_it_runs(
    bench: Bench, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    database = bench.database
    bench.want("count", "contract/1")
    swept.clear()
    with caplog.at_level(logging.WARNING), working(database, "w1"):
        bench.want("count", "contract/2")
        bench.want("stumble", "contract/3")
        bench.want("count", "contract/4", datetime.now(UTC) + timedelta(seconds=0.5))
        assert soon(lambda: bench.row("contract/3").state is JobState.FAILED)
        assert soon(lambda: bench.row("contract/4").state is JobState.DONE)
        assert soon(lambda: len(swept) >= 2)
        with database.reading() as db:
            assert db.scalars(select(Worker.id)).all() == ["w1"]
    assert [marks(database, f"contract/{number}") for number in (1, 2, 3, 4)] == [1, 1, 0, 1]
    with database.reading() as db:
        assert db.scalars(select(Worker.id)).all() == [], "who leaves takes the heartbeat along"
    assert "a round of the worker failed: RuntimeError in tests.test_jobs" in caplog.text
    assert "王磊" not in caplog.text
    assert capfd.readouterr().err == "", "DBOS speaks through our log, not past it"


def test_a_worker_takes_over_from_one_that_died_and_finds_what_the_queue_has_lost(bench: Bench) -> None:
    database = bench.database
    held, lost = bench.want("count", "contract/1"), bench.want("count", "contract/2")
    with database.writing() as db:
        db.add(Worker(id="dead", beat_at=datetime.now(UTC) - timedelta(seconds=2)))
        db.execute(
            text(
                f"UPDATE {queue_table(database)} SET status = 'PENDING', executor_id = 'dead', "
                "application_version = 'dealer' WHERE workflow_uuid = :id"
            ),
            {"id": f"{held}:1"},
        )
        db.execute(text(f"DELETE FROM {queue_table(database)} WHERE workflow_uuid = :id"), {"id": f"{lost}:1"})
    with working(database, "w2"):
        assert soon(lambda: bench.row("contract/1").state is JobState.DONE)
        assert soon(lambda: bench.row("contract/2").state is JobState.DONE)
    assert (bench.row("contract/1").attempts, bench.row("contract/2").attempts) == (1, 2)
    assert [marks(database, key) for key in ("contract/1", "contract/2")] == [1, 1]


def test_the_work_of_a_worker_whose_heart_beats_is_left_to_it(bench: Bench) -> None:
    database = bench.database
    held = bench.want("count", "contract/1")
    with database.writing() as db:
        # Its clock is a little ahead: it lives for as long as this test does.
        db.add(Worker(id="slow", beat_at=datetime.now(UTC) + timedelta(seconds=60)))
        db.execute(
            text(
                f"UPDATE {queue_table(database)} SET status = 'PENDING', executor_id = 'slow', "
                "application_version = 'dealer' WHERE workflow_uuid = :id"
            ),
            {"id": f"{held}:1"},
        )
    bench.want("count", "contract/2")
    with working(database, "w2"):
        assert soon(lambda: bench.row("contract/2").state is JobState.DONE)
        sleep(1)  # three sweeps
        assert bench.row("contract/1").state is JobState.QUEUED
        jobs.dismiss(database, "slow")
        assert soon(lambda: bench.row("contract/1").state is JobState.DONE)


def test_the_queue_forgets_finished_work_and_the_table_of_jobs_does_not(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "GONE_AFTER", timedelta(seconds=0))
    bench.want("count", "contract/1")
    with working(bench.database, "w1"):
        assert soon(lambda: bench.row("contract/1").state is JobState.DONE)
        assert soon(lambda: bench.queued() == [])
        sleep(0.5)  # a sweep later it has not been done again
    assert marks(bench.database, "contract/1") == 1
