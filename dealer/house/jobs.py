"""Failed jobs: what they were to do, what stood in the way, and having them tried again once somebody has seen to it.

They are for whoever keeps the machine, who may know nothing of the customers: only words, numbers of things, no names.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from dealer import people
from dealer.deadlines import record_of
from dealer.engine import backlog, jobs
from dealer.engine.attempts import JobRecord, JobState
from dealer.engine.backlog import Backlog
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.house.staff import need
from dealer.people import Actor
from dealer.records.claims import ClaimPack
from dealer.records.contracts import Rendering

GONE = no("This job is no longer among the failed ones: look at the list again.", code="E-JOB-GONE")

# What stood in the way, by the fault as engine/attempts.py writes it down: the name of an error, never its words.
FAULTS: Mapping[str, Refusal] = {
    "PaperFailed": no(
        "The press is out of order: run “dealer doctor” on the machine and do what it says.", code="E-JOB-PRESS"
    ),
    "NotTaken": no(
        "A message did not go: look at the messages out of the house, see to the cause, then try again.",
        code="E-JOB-MESSAGE",
    ),
    "Unreadable": no("A stored file cannot be read: bring it back from a backup.", code="E-JOB-FILE"),
    "Busy": no("The database was occupied for too long: try again.", code="E-JOB-BUSY"),
    "Full": no("The disk was full: make room, then try again.", code="E-JOB-FULL"),
    "OperationalError": no("The database did not answer: see that it runs, then try again.", code="E-JOB-DATABASE"),
    "MemoryError": no("There was not enough memory: give the machine more, or close others.", code="E-JOB-MEMORY"),
    "OSError": no("The disk did not do as it should: see that it has room, then try again.", code="E-JOB-DISK"),
    "LookupError": no("Something it needs is no longer there: order it anew.", code="E-JOB-LOST"),
    "NoResultFound": no("Something it needs is no longer there: order it anew.", code="E-JOB-LOST"),
    "the worker was lost": no(
        "The worker ended in the middle of it, each time: look whether memory was short.", code="E-JOB-WORKER"
    ),
}
UNEXPECTED = no("An unexpected fault: tell whoever looks after the program where it happened.", code="E-JOB-FAULT")


class Retried(Facts):
    """What the history keeps of it: which kind of work, and how much of it."""

    kind: str
    count: int


@dataclass(frozen=True)
class Failed:
    """A job that waits for somebody, the thing it was for, and what stood in the way."""

    job: JobRecord
    thing: Any | None
    why: Refusal


# ── what it was for ───────────────────────────────────────────────────────────────────────────────────────────────


def _of_rendering(db: Session, told: Mapping[str, str]) -> Any | None:
    rendering = db.get(Rendering, UUID(told["rendering"]))
    record = record_of(rendering.subject_kind) if rendering else None
    return db.get(record, rendering.subject_id) if rendering and record else None


def _of_claim_pack(db: Session, told: Mapping[str, str]) -> Any | None:
    pack = db.get(ClaimPack, UUID(told["pack"]))
    return pack.deal if pack else None


THINGS: Mapping[str, Callable[[Session, Mapping[str, str]], Any | None]] = {
    "render_paper": _of_rendering,
    "seal_paper": _of_rendering,
    "make_claim_pack": _of_claim_pack,
}
"""Kinds of work that are for one thing; a bundle or a report is for many."""


def _why(job: JobRecord) -> Refusal:
    fault = (job.last_error or "").partition(" in ")[0]
    return FAULTS.get(fault, UNEXPECTED)


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def standing(db: Session, who: Actor) -> Backlog:
    """How the work of this shop stands."""
    return backlog.backlog(db, backlog.of_store(who.store_id))


def how_many_failed(db: Session, who: Actor) -> int:
    """How many jobs of this shop wait for somebody to look."""
    return backlog.how_many_failed(db, backlog.of_store(who.store_id))


def failed(db: Session, who: Actor) -> list[Failed]:
    """The failed jobs of this shop, the newest first; at most a hundred."""
    rows = backlog.failed(db, backlog.of_store(who.store_id))
    return [Failed(row, THINGS[row.kind](db, row.payload) if row.kind in THINGS else None, _why(row)) for row in rows]


# ── once more ─────────────────────────────────────────────────────────────────────────────────────────────────────


def retry(ask: Ask, key: UUID) -> None:
    """Have one job tried again. Raises Refused when it is none of the failed ones any more, or for others."""
    need("keep the machine", ask)
    job = ask.db.get(JobRecord, key)
    if job is None or job.state is not JobState.FAILED or job.store_id not in (None, ask.actor.store_id):
        raise Refused([GONE])
    _again(ask, job.kind, [job])


def retry_all(ask: Ask, kind: str) -> None:
    """Have everything of a kind tried again, a hundred at a time."""
    need("keep the machine", ask)
    rows = backlog.failed(ask.db, backlog.of_store(ask.actor.store_id), JobRecord.kind == kind)
    if not rows:
        raise Refused([GONE])
    _again(ask, kind, rows)


def _again(ask: Ask, kind: str, rows: list[JobRecord]) -> None:
    count = 0
    for row in rows:
        with suppress(LookupError):  # of no shop's work somebody of another shop may have been faster
            jobs.retry(ask.db, row.key)
            count += 1
    store = people.store_of(ask.db, ask.actor.store_id)
    write_down(ask, "store", store, "retry_jobs", Retried(kind=kind, count=count))
