"""How long the traffic page takes over a month of 3,000 rows, and the list behind one of its numbers.

Wall clocks of a busy machine say little, and its CPU times not much more. So each round also asks /healthz, which no
page can beat, and the limit is how many times of it a page may be: it keeps the pages from growing slower. On a quiet
machine 95 of 100 requests took 15 to 16 ms; ten are the aim. A third is the counting of 3,000 rows, a quarter the frame
around every page.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from dealer.engine.database import Database, open_database
from dealer.records.people import Person, Store
from tests.cast import found_shop
from tests.conftest import KEYS, at, make_tables
from tests.desk import Clock, Desk
from tests.traffic_month import ROWS, made_up, write_month
from web.app import create_app

LIMIT = 25.0
"""Times the CPU of /healthz that 95 of 100 requests stay below."""
ROUNDS = 100
PAGES = {
    "by hour": "/reports/traffic?span=month&day=2026-10-08",
    "by day": "/reports/traffic?span=month&day=2026-10-08&by=day",
    "rows": "/reports/traffic/rows?from=2026-10-01&to=2026-10-31&figure=first",
}


def main() -> None:
    """Fill a shop with a month, then look at it."""
    with tempfile.TemporaryDirectory(prefix="dealer-bench-") as folder, a_month(Path(folder)) as app:
        desk = Desk(app, Clock(at("2026-11-10 09:00")), "刘洋")
        slow = [name for name, address in PAGES.items() if measured(desk, name, address) > LIMIT]
    sys.exit(bool(slow))


@contextmanager
def a_month(folder: Path) -> Iterator[Flask]:
    """The application before a database with the month in it."""
    database = open_database(f"sqlite:///{folder}/traffic.sqlite", KEYS)
    make_tables(database)
    found_shop(database)
    fill(database)
    yield create_app(database, clock=lambda: at("2026-11-10 09:00"))
    database.engine.dispose()


def fill(database: Database) -> None:
    """3,000 rows of October."""
    with database.reading() as db:
        store_id = db.scalars(select(Store.id)).one()
        people = {each.name: each for each in db.scalars(select(Person))}
    parties = made_up([people["王磊"].id, people["李娜"].id], [])
    write_month(database, store_id, people["王磊"], parties)


def measured(desk: Desk, name: str, address: str) -> float:
    """Prints how long the page takes; how many times of /healthz 95 of 100 requests stay below."""
    times = [(once(desk, "/healthz"), once(desk, address)) for _ in range(ROUNDS)]
    cpu = statistics.quantiles([page[0] for _, page in times], n=20)[-1]
    wall = statistics.quantiles([page[1] for _, page in times], n=20)[-1]
    floor = statistics.quantiles([least[0] for least, _ in times], n=20)[-1]
    print(f"traffic {name}: p95 {cpu / floor:.1f} times /healthz, limit {LIMIT} ({ROWS} rows in the month),")
    print(f"         {cpu:.1f} ms of CPU and {wall:.1f} ms by the clock; /healthz {floor:.1f} ms")
    return cpu / floor


def once(desk: Desk, address: str) -> tuple[float, float]:
    """Milliseconds of CPU and of the clock for one request."""
    cpu, wall = time.process_time(), time.perf_counter()
    answer = desk.client.get(address)
    took = (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000
    if answer.status_code != 200:
        sys.exit(f"traffic: {address} answered {answer.status_code}")
    return took


if __name__ == "__main__":
    main()
