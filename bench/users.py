"""Fifty people at work: each opens pages and takes steps, thinks a third of a second, goes on. A real `dealer serve`.

The shop has 2,000 deals. Half of the people read, the others read and take steps: of five requests four open a page
(the day, the board, the list, a deal), one puts a deal on hold or resumes it. Most are of their own, some of a few that
all of them share, so that now and then somebody is too late, which an honest 409 says. /healthz is asked beside them
all the time: no page can be quicker. An answer is waited for before the next request (a closed loop), and the clients'
own CPU is spent on the same machine. USERS and SECONDS change the size.
"""

import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event, Thread
from time import perf_counter

from bench import data
from bench._browser import Browser
from bench._databases import KINDS, kept_databases
from bench._measure import MILLI, Sheet, fsync, percentile
from bench._scene import open_deals
from dealer.engine.database import Database
from dealer.engine.sealed import load_keys

USERS, SECONDS = int(os.environ.get("USERS", "50")), float(os.environ.get("SECONDS", "30"))
DEALS, SHARED = 2_000, 5
THINK = 0.3
WARM_UP = 3.0
MOST_OF_A_PAGE = 10.0
MOST_OF_A_STEP = {"sqlite": 25.0, "postgresql": 10.0}
PEOPLE = ("李娜", "王磊", "张伟", "马超", "周建国", "刘洋")
STEPPER, STEPS_OF_A_STEPPER = "陈静", 0.4
PAGES = ("/today", "/deals", "/deals?view=list", "/deals/{number}")
KEYS, DATA = "users-keys.json", "users-data"
HOUSE = Path(__file__).parents[1]


@dataclass
class Taken:
    """Seconds by the kind of request, and what was not answered as it should be."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    late: int = 0
    troubles: list[str] = field(default_factory=list)


def main() -> None:
    """On both databases."""
    sheet = Sheet("users")
    with kept_databases() as kept:
        for kind in KINDS:
            with kept.fresh(kind, "users", load_keys(kept.folder / KEYS, kept.folder / DATA)) as database:
                data.fill(database, DEALS)
                measure(sheet, kind, database, kept.folder, USERS, SECONDS)
        sheet.note(f"one fsync of this disk takes {fsync(kept.folder):.2f} ms")
    sheet.end()


def measure(sheet: Sheet, kind: str, database: Database, folder: Path, users: int, seconds: float) -> None:
    """Let them work for some seconds."""
    numbers = open_deals(database)
    each = len(numbers) // users
    own = [[*numbers[:SHARED], *numbers[user * each : (user + 1) * each]] for user in range(users)]
    with serving(database, folder) as port:
        taken = work(port, own, seconds)
    for what, most in (("page", MOST_OF_A_PAGE), ("step", MOST_OF_A_STEP[kind])):
        times = taken.seconds[what]
        sheet.row(f"{kind}: {what}, 95 of 100 within", percentile(times, 95) * MILLI, "ms", most=most)
        sheet.row(f"{kind}: {what}, half of them within", percentile(times, 50) * MILLI, "ms")
    sheet.row(f"{kind}: /healthz, 95 of 100 within", percentile(taken.seconds["health"], 95) * MILLI, "ms")
    sheet.row(f"{kind}: errors", len(taken.troubles), "", most=0)
    asked = sum(map(len, taken.seconds.values()))
    sheet.note(
        f"{kind}: {users} people, {asked / seconds:.0f} requests a second, {taken.late} told that they were late"
    )
    for trouble in taken.troubles[:3]:
        sheet.note(f"{kind}: {trouble}")


# ── the people ────────────────────────────────────────────────────────────────────────────────────────────────────


def work(port: int, deals: list[list[int]], seconds: float) -> Taken:
    """One person for each list of deals, for so many seconds after a time to warm up; the first five are shared."""
    taken, stop, counts = Taken(), Event(), Event()
    at_work = [
        Thread(target=_one, args=(Browser(port, _name(user)), user, own, taken, stop, counts))
        for user, own in enumerate(deals)
    ]
    at_work.append(Thread(target=_ask_health, args=(Browser(port), taken, stop, counts)))
    for each in at_work:
        each.start()
    stop.wait(min(WARM_UP, seconds))
    counts.set()
    stop.wait(seconds)
    stop.set()
    for each in at_work:
        each.join()
    return taken


def _one(browser: Browser, user: int, own: list[int], taken: Taken, stop: Event, counts: Event) -> None:
    dice, held = Random(user), set[int]()
    try:
        while not stop.wait(dice.uniform(0, 2 * THINK)):
            number = dice.choice(own[:SHARED] if dice.random() < 0.1 else own[SHARED:])
            if _name(user) == STEPPER and dice.random() < STEPS_OF_A_STEPPER:
                _step(browser, number, held, taken, counts)
            else:
                _page(browser, dice.choice(PAGES).format(number=number), taken, counts)
    except Exception as trouble:
        taken.troubles.append(f"{type(trouble).__name__}: {trouble}")


def _name(user: int) -> str:
    """Every second one holds and resumes deals, which is the key-account manager's."""
    return PEOPLE[user // 2 % len(PEOPLE)] if user % 2 else STEPPER


def _page(browser: Browser, address: str, taken: Taken, counts: Event) -> None:
    began = perf_counter()
    status, _ = browser.get(address)
    _note(taken, "page", began, counts)
    if status not in (200, 404):  # 404: a consultant does not see another's deal
        taken.troubles.append(f"{address} answered {status}")


def _step(browser: Browser, number: int, held: set[int], taken: Taken, counts: Event) -> None:
    """Put on hold what stands open as far as this person knows, resume what they have put on hold."""
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    action, facts = ("resume", {}) if number in held else ("hold", {"until": until, "comment": "等预算批复"})
    began = perf_counter()
    status, told = browser.ask(f"/deals/{number}/{action}", facts)
    _note(taken, "step", began, counts)
    held ^= {number}  # also when somebody else was faster: then that is how it stands
    if status == 409:
        taken.late += 1
    elif status != 200:
        taken.troubles.append(f"{action} answered {status}: {told[:200]}")


def _ask_health(browser: Browser, taken: Taken, stop: Event, counts: Event) -> None:
    while not stop.wait(THINK / 3):
        began = perf_counter()
        browser.get("/healthz")
        _note(taken, "health", began, counts)


def _note(taken: Taken, what: str, began: float, counts: Event) -> None:
    if counts.is_set():
        taken.seconds[what].append(perf_counter() - began)


# ── the server ────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def serving(database: Database, folder: Path) -> Iterator[int]:
    """`dealer serve` with its worker, on a port of its own; it is ended as a system ends it."""
    url = database.engine.url.render_as_string(hide_password=False)
    told = {
        "DEALER_DATABASE_URL": url,
        "DEALER_KEYS": str(folder / KEYS),
        "DEALER_DATA": str(folder / DATA),
        "PORT": "0",
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DEALER_")} | told
    command = [sys.executable, "-m", "web.cli", "serve"]
    log = (folder / "users.log").open("w")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=HOUSE, env=environment)
    try:
        assert process.stdout is not None
        greeting = process.stdout.readline()
        yield int(greeting.rsplit(":", 1)[1])
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()
        log.close()


if __name__ == "__main__":
    main()
