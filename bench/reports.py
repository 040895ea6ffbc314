"""How long every report takes over a generated year of a busy store, and the list behind one of its numbers.

Reports are found on the list of reports, so that a new one is measured by itself: its page as it opens, its page over a
whole year, and the first list that it leads to. Wall clocks of a busy machine say little, and its CPU times not much
more. So each round also asks /healthz, which no page can beat and which takes 0.9 ms on a quiet machine: the 10 ms that
a page may take are so many times of it. docs/measures.md says which miss that, and why.
`./run bench reports --profile` prints instead where the time goes.
"""

import cProfile
import gc
import pstats
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

from flask import Flask

from dealer.engine.database import open_database
from tests.busy_year import NOW, made_up, write
from tests.cast import found_shop
from tests.conftest import KEYS, make_tables
from tests.desk import Clock, Desk
from web.app import create_app

LIMIT = 11.0
"""Times the CPU of /healthz that 95 of 100 requests stay below: 10 ms where /healthz takes 0.9."""
ROUNDS = 40
YEAR = "span=year&day=2026-10-01"
READERS = ("周建国", "陈静", "林芳")  # between them they read every report


def main() -> None:
    """Fill a shop with a year, then look at it."""
    with tempfile.TemporaryDirectory(prefix="dealer-bench-") as folder, a_year(Path(folder)) as app:
        desks = [Desk(app, Clock(NOW), name) for name in READERS]
        pages = {address: desk for desk in desks for address in addresses(desk)}
        if "--profile" in sys.argv:
            profile(pages)
            return
        slow = [address for address, desk in sorted(pages.items()) if measured(desk, address) > LIMIT]
    sys.exit(bool(slow))


@contextmanager
def a_year(folder: Path) -> Iterator[Flask]:
    """The application before a database with the year in it."""
    began = time.process_time()
    database = open_database(f"sqlite:///{folder}/year.sqlite", KEYS)
    make_tables(database)
    found_shop(database)
    with database.reading() as db:
        year = made_up(db)
    write(database, year)
    print(
        f"a year of {sum(map(len, year.book.rows.values())):,} rows and {len(year.book.told):,} of the history:", end=""
    )
    print(f" {time.process_time() - began:.0f} s of CPU to make and write")
    app = create_app(database, clock=lambda: NOW)
    gc.freeze()  # as `dealer serve` does
    yield app
    database.engine.dispose()


def addresses(desk: Desk) -> Iterator[str]:
    """Every report that this person finds on the list, each with the pages that are measured of it."""
    listed = re.findall(r'task-what">.*?<a href="(/[^"?]*)"', desk.get("/reports").html)
    for address in dict.fromkeys(listed):
        yield address
        whole = desk.get(f"{address}?{YEAR}")
        yield f"{address}?{YEAR}"
        rows = re.findall(rf'href="({re.escape(address)}/rows\?[^"]*)"', whole.html)
        yield from map(unescape, rows[:1])


def measured(desk: Desk, address: str) -> float:
    """Prints how long the page takes; how many times of /healthz 95 of 100 requests stay below."""
    times = [(once(desk, "/healthz"), once(desk, address)) for _ in range(ROUNDS)]
    half, most = (_of(times, 1, place) for place in (9, 18))
    floor = _of(times, 0, 18)
    wall = statistics.quantiles([page[1] for _, page in times], n=20)[18]
    print(
        f"{most / floor:6.1f} times /healthz, {half:6.1f} to {most:6.1f} ms of CPU, {wall:6.1f} by the clock: {address}"
    )
    return most / floor


def _of(times: list[tuple[tuple[float, float], tuple[float, float]]], which: int, place: int) -> float:
    """The median (9) or the 95th of 100 (18) of the CPU of one of the two pages."""
    return statistics.quantiles([each[which][0] for each in times], n=20)[place]


def once(desk: Desk, address: str) -> tuple[float, float]:
    """Milliseconds of CPU and of the clock for one request."""
    cpu, wall = time.process_time(), time.perf_counter()
    answer = desk.client.get(address)
    took = (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000
    if answer.status_code != 200:
        sys.exit(f"reports: {address} answered {answer.status_code}")
    return took


def profile(pages: dict[str, Desk]) -> None:
    """Where the time of each page goes."""
    for address, desk in sorted(pages.items()):
        once(desk, address)
        with cProfile.Profile() as told:
            once(desk, address)
        print(f"\n──── {address}")
        pstats.Stats(told).sort_stats("cumulative").print_stats(r"(dealer|web|sqlalchemy/engine/default|sqlite)", 30)


if __name__ == "__main__":
    main()
