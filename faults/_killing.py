"""kill -9 of web and worker while people work: the scene, the killing, and what is looked for afterwards."""

import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex
from threading import Event, Thread
from time import monotonic, sleep

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dealer import workflow
from dealer.engine import history, jobs
from dealer.engine.attempts import JobRecord, JobState
from dealer.engine.database import Database, open_database
from dealer.engine.history import History
from dealer.records.bundles import Bundle
from dealer.records.contracts import PrintLog
from dealer.records.deals import Deal
from dealer.records.people import PostOnce
from faults._clients import Client, ask_and_keep, keep_at_it, print_contracts, register
from faults._forgeries import POLICE
from faults._nursery import Nursery, free_port, kill
from tests.cast import Shop
from tests.conftest import KEYS, at
from tests.contracts import shelf

MOST_ANSWERS = 8  # that are given before the next kill, …
LONGEST_LIFE = 5  # … unless it takes so many seconds
STANDSTILL = 60  # seconds without one job fewer: then something waits for ever
PAUSE = 0.15  # seconds between two forms of one person

HELD_BY_THE_QUEUE = {
    is_sqlite: f"SELECT count(*) FROM {table} WHERE status IN ('PENDING', 'ENQUEUED', 'DELAYED')"
    for is_sqlite, table in ((True, "workflow_status"), (False, "dbos.workflow_status"))
}


@dataclass
class Outcome:
    """What a run has shown."""

    kills: int
    acknowledged: list[str]
    cut: int  # outcomes that nobody heard of, settled by sending the same key again
    effects: Counter[str]  # how often each form had its effect, by its key
    jobs: int
    tried_again: int  # jobs whose worker died at them
    broken: list[str]

    @property
    def lost(self) -> list[str]:
        """What was acknowledged and did not happen."""
        return [key for key in self.acknowledged if not self.effects[key]]

    @property
    def duplicated(self) -> list[str]:
        """What happened more than once, or was ordered by nobody."""
        ordered = set(self.acknowledged)
        return [key for key, often in self.effects.items() if often > 1 or key not in ordered]


def killed_at_work(url: str, kills: int, nursery: Nursery) -> Outcome:
    """Have people work while web and worker are killed at random so many times each; then look."""
    database = open_database(url, KEYS)
    shop = Shop(database)
    furnish(shop)
    port, troubles = free_port(), list[str]()
    alive = {"web": nursery.serve(url, port), "worker": nursery.work(url, "the first")}
    clients = [Client(port, name) for name in ("李娜", "李娜", "王磊", "吴倩")]
    for client in clients:
        client.sign_in()
    with at_work(clients, troubles):
        for _ in range(kills):
            for victim in random.sample(list(alive), 2):
                _let_live(clients)
                kill(alive[victim])
                sleep(random.choice((0, 0, 0.1)))
                alive[victim] = nursery.serve(url, port) if victim == "web" else nursery.work(url, token_hex(6))
    troubles += wait_until_nothing_is_open(database)
    for each in alive.values():
        kill(each)
    outcome = looked_at(database, kills, clients, troubles)
    database.engine.dispose()
    return outcome


def furnish(shop: Shop) -> None:
    """Four printable contracts of deal 1, and deal 2 beside it."""
    shelf(shop, 4)
    with shop.acting("李娜", at("2026-11-10 09:00"), POLICE) as ask:
        workflow.register(ask)


def _let_live(clients: list[Client]) -> None:
    """Wait for some answers and a moment more, so that on a slow machine too there is something to lose."""
    wanted = sum(len(client.acknowledged) for client in clients) + random.randint(0, MOST_ANSWERS)
    until = monotonic() + LONGEST_LIFE
    while sum(len(client.acknowledged) for client in clients) < wanted and monotonic() < until:
        sleep(0.01)
    sleep(random.uniform(0, 0.2))


WORKS = (ask_and_keep(1), ask_and_keep(2), register, print_contracts)


@contextmanager
def at_work(clients: list[Client], troubles: list[str]) -> Iterator[None]:
    """Everybody does work of their own until the end of the block, and settles then what they have sent."""
    stop = Event()
    threads = [
        Thread(target=keep_at_it, args=(client, work, PAUSE, stop, troubles))
        for client, work in zip(clients, WORKS[: len(clients)], strict=True)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def wait_until_nothing_is_open(database: Database) -> list[str]:
    """Wait as long as there is less to do than before; what is never done."""
    least, until = sys.maxsize, monotonic() + STANDSTILL
    while True:
        with database.reading() as db:
            still_open = db.scalars(select(JobRecord).where(JobRecord.state != JobState.DONE)).all()
            still_held = db.scalar(text(HELD_BY_THE_QUEUE[database.is_sqlite])) or 0
        left = len(still_open) + still_held
        if left == 0:
            return []
        if left < least:
            least, until = left, monotonic() + STANDSTILL
        if monotonic() > until:
            return [f"{len(still_open)} jobs are never done, {still_held} are held by the queue for ever"]
        # Five workers may have died over the same job: then it waits for a person, and here is one.
        for row in still_open:
            if row.state is JobState.FAILED:
                with database.writing() as db:
                    jobs.retry(db, row.key)
        sleep(0.1)


# ── what is looked for ────────────────────────────────────────────────────────────────────────────────────────────


def looked_at(database: Database, kills: int, clients: list[Client], troubles: list[str]) -> Outcome:
    with database.reading() as db:
        made = list(db.scalars(select(JobRecord)))
        return Outcome(
            kills=kills,
            acknowledged=[key for client in clients for key in client.acknowledged],
            cut=sum(client.cut for client in clients),
            effects=_effects(db),
            jobs=len(made),
            tried_again=sum(job.attempts > 1 for job in made),
            broken=[*troubles, *_what_is_torn(db, made)],
        )


def _effects(db: Session) -> Counter[str]:
    """How often each form had its effect: steps name it, a deal is called by it, a print is what it led to."""
    told = db.execute(select(History.kind, History.action, History.thing_id, History.facts)).all()
    posts = list(db.scalars(select(PostOnce)))
    led_to = {post.answer: post.key for post in posts if post.route == "/contracts/print"}
    sent_to = {post.route: post.key for post in posts}
    effects = Counter(key for row in told for key in re.findall(r"key-\w+", row.facts) if row.action != "register")
    effects.update(key for key in db.scalars(select(Deal.title)) if key.startswith("key-"))
    for row in told:
        address = f"/contracts/bundles/{row.thing_id}"
        if row.action == "order":
            effects[led_to.get(address, f"nobody's order {address}")] += 1
        elif row.action == "hand_out":
            effects[sent_to.get(f"{address}/hand-out", f"nobody's print {address}")] += 1
    return effects


def _what_is_torn(db: Session, made: list[JobRecord]) -> Iterator[str]:
    """Every sentence is one thing that must not be."""
    wanted, bundles = {job.key for job in made}, list(db.scalars(select(Bundle)))
    ordered = {f"bundle:{each.id}" for each in bundles}
    if wanted - ordered:
        yield f"{len(wanted - ordered)} jobs without their step"
    if ordered - wanted:
        yield f"{len(ordered - wanted)} steps without their job"
    if any(each.made_at is None or each.trouble for each in bundles):
        yield "a job is done and left nothing"
    handed_out = sum(each.handed_out_at is not None for each in bundles)
    copies = Counter(db.scalars(select(PrintLog.copy)))
    if copies != dict.fromkeys(range(1, handed_out + 1), 4):
        yield f"{handed_out} prints of four contracts, logged as {dict(copies)}"
    numbers = sorted(db.scalars(select(Deal.number)))
    if numbers != list(range(1, len(numbers) + 1)):
        yield "the numbers of the deals have a gap"
    for finding in history.verify(db):
        yield f"history row {finding.seq}: {finding.what}"
