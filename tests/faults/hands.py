"""Two processes to be killed: one orders work all the time, one carries it out. `python -m tests.faults.hands …`"""

import random
import sys
from datetime import UTC, datetime
from threading import Event
from time import sleep
from uuid import UUID

from sqlalchemy.orm import Session

import dealer.papers.bundles  # noqa: F401 - one of the jobs it carries out
from dealer.engine import history, jobs
from dealer.engine.columns import new_id
from dealer.engine.database import Database, open_database
from dealer.engine.jobs import Job, Pace
from dealer.engine.sealed import Keys

KEYS = Keys("k1", {"k1": bytes(32)}, b"index", b"history", b"web")
HURRY = Pace(beat=0.3, dead_after=1.5, look=0.1, sweep=0.5, poll=0.05, pauses=(0.2, 0.2, 0.2, 0.2))


def say(line: str) -> None:
    """Tell whoever listens at the other end, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def note(db: Session, action: str, thing: UUID) -> None:
    """A row in the history: what a step of a deal would leave."""
    entry = history.Entry(datetime.now(UTC), "thing", thing, None, action, None, None, 0, None, None, None, {}, {})
    history.append(db, entry)


def order(database: Database, store_id: UUID) -> None:
    """Change something and want a job for it, in one transaction; say so when it has committed."""
    while True:
        thing = new_id()
        with database.writing(store_id) as db:
            note(db, "ordered", thing)
            jobs.enqueue(db, "carry out", str(thing), {})
        say(str(thing))
        sleep(0.08)


def carry_out(job: Job) -> None:
    """Be slow outside the transaction, as rendering is, and leave a row that shows how often it was done."""
    say("at work")
    sleep(random.uniform(0.02, 0.1))
    with job.finishing() as db:
        note(db, "carried out", UUID(job.key))


def main() -> None:
    task, url, name = sys.argv[1:]
    database = open_database(url, KEYS)
    if task == "order":
        order(database, UUID(name))
    else:
        jobs.handles("carry out")(carry_out)
        jobs.work(database, executor_id=name, stop=Event(), now=lambda: datetime.now(UTC), pace=HURRY)


if __name__ == "__main__":
    main()
