"""The address that takes a step, over HTTP, in turns with a bare WSGI application and the bare driver.

Both are served by waitress in processes of their own; one client asks one after the other over connections that stay
open. Ours knows who asks, checks the form's token, counts a form once, asks every rule, writes the history and tries
what follows; the bare one looks up the session and takes the step of bench/_bare.py. Throughput is what is held against
the limit; the CPU of both processes is told beside it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle
from pathlib import Path

from bench._bare import second_shop
from bench._browser import Browser
from bench._databases import KINDS, kept_databases
from bench._measure import MILLI, Sheet, fsync, heard, turns, typical_wall
from bench._scene import registered
from dealer.engine.database import Database
from tests.cast import Shop
from tests.desk import Clock, Desk
from web.app import create_app

ROUNDS, REQUESTS = 12, 20
LEAST = {"sqlite": 0.4, "postgresql": 0.5}
HOUSE = Path(__file__).parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
WHO = "陈静"


def main() -> None:
    """On both databases."""
    sheet = Sheet("http")
    with kept_databases() as kept:
        for kind in KINDS:
            with kept.fresh(kind, "http") as database:
                measure(sheet, kind, database, ROUNDS)
        sheet.note(f"one fsync of this disk takes {fsync(kept.folder):.2f} ms")
    sheet.end()


def measure(sheet: Sheet, kind: str, database: Database, rounds: int) -> None:
    """The same number of steps by turns."""
    number = registered(Shop(database))
    url = database.engine.url.render_as_string(hide_password=False)
    store_id = second_shop(database, number)
    with served("ours", url) as (ours, process), served("bare", url, str(store_id), "token") as (bare, beside):
        theirs = _asking(Browser(bare), number)
        here = _asking(Browser(ours, WHO), number)
        here(), theirs()
        before = cpu_of(process), cpu_of(beside)
        taken, raw = turns(rounds, here, theirs)
        used = cpu_of(process) - before[0], cpu_of(beside) - before[1]
    sheet.row(
        f"{kind}: requests in a time, of the bare server's",
        typical_wall(raw) / typical_wall(taken),
        "×",
        least=LEAST[kind],
    )
    sheet.row(f"{kind}: CPU of the server, times the bare one", used[0] / max(used[1], 1 / TICKS), "×")
    each = [typical_wall(every) / REQUESTS * MILLI for every in (taken, raw)]
    sheet.note(f"{kind}: {each[0]:.1f} ms a request, {each[1]:.1f} bare")
    now = datetime.now(UTC)
    count(sheet, kind, Desk(create_app(database, clock=lambda: now), Clock(now), WHO), number)


def _asking(browser: Browser, number: int) -> "partial[None]":
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    steps = cycle((("hold", {"until": until, "comment": "等预算批复"}), ("resume", {})))
    return partial(_ask_many, browser, number, steps)


def _ask_many(browser: Browser, number: int, steps: Iterator[tuple[str, dict[str, str]]]) -> None:
    for _ in range(REQUESTS):
        action, facts = next(steps)
        status, told = browser.ask(f"/deals/{number}/{action}", facts)
        if status != 200:
            raise RuntimeError(f"{action} answered {status}: {told[:200]}")


def count(sheet: Sheet, kind: str, desk: Desk, number: int) -> None:
    """What one request says to the database, in this process."""
    desk.token = desk.get("/today").hidden("csrf_token")
    database: Database = desk.app.config["DATABASE"]
    facts = {"until": (desk.clock() + timedelta(days=30)).date().isoformat(), "comment": "等预算批复"}
    with heard(database.engine) as said:
        answer = desk.ask(f"/deals/{number}/hold", facts)
    if answer.status != 200:
        raise RuntimeError(f"hold answered {answer.status}: {answer.json}")
    sheet.row(f"{kind}: statements of a request", said.statements, "")
    sheet.row(f"{kind}: beside them, that name its shop", said.walls, "", most=2)
    sheet.row(f"{kind}: commits of a request", said.commits, "", most=1)


@contextmanager
def served(*which: str) -> Iterator[tuple[int, int]]:
    """A server: its port and its process."""
    command = [sys.executable, "-m", "bench._server", *which]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HOUSE)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline()), process.pid
    finally:
        process.kill()
        process.communicate()


def cpu_of(process: int) -> float:
    """Seconds of CPU that a process has used."""
    told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / TICKS


if __name__ == "__main__":
    main()
