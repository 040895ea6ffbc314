"""What breaks outside the database: the process that prints a paper, and the line over which a file is sent.

A press that is killed, runs out of memory or hangs is told on the page, and its job is tried again until it prints. Of
an upload that is cut nothing is written, and the server goes on.
"""

import os
import random
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import TypeVar

from sqlalchemy import select

from dealer.engine.attempts import JobRecord, JobState
from dealer.engine.database import Database, open_database
from dealer.records.contracts import Rendering
from faults._clients import Client
from faults._deaths import content, differences
from faults._nursery import Nursery, free_port, kill
from faults._shops import a_shop
from faults._table import Row, tell
from tests.cast import Shop
from tests.conftest import KEYS
from tests.contracts import approved
from tests.databases import KINDS, Databases
from tests.deliveries import VINS, WHITE, model
from tests.desk import Clock, Desk
from tests.test_importing import sheet
from tests.test_stock_imports import HEAD
from web.app import create_app

TIMES = 2  # that the press is broken before it is left alone
PATIENCE = 400  # seconds; a press that hangs is given up after 180
CUTS = int(os.environ.get("CUTS", "40"))
SAID = "打印程序出现故障"

T = TypeVar("T")
Breaking = Callable[[int], None]


def main() -> Iterator[Row]:
    """A row for each way in which the press breaks, and for cut uploads on both databases."""
    with Databases() as databases, Nursery() as nursery:
        for name, breaking, times in (
            ("killed", _kill, TIMES),
            ("out of memory", _starve, TIMES),
            ("hanging", _stop, 1),
        ):
            with a_shop(databases, "sqlite") as url:
                yield _press_is(name, breaking, times, url, nursery)
        for kind in KINDS:
            with a_shop(databases, kind) as url:
                yield Row(f"upload cut, {kind}", f"{CUTS} times", 1, broken=tuple(_uploads_are_cut(url, nursery)))


# ── the press ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _kill(press: int) -> None:
    os.kill(press, signal.SIGKILL)


def _starve(press: int) -> None:
    while Path(f"/proc/{press}").exists():  # it sets a limit of its own when it begins
        resource.prlimit(press, resource.RLIMIT_AS, (80_000_000, 80_000_000))
        sleep(0.005)


def _stop(press: int) -> None:
    os.kill(press, signal.SIGSTOP)


def _press_is(name: str, breaking: Breaking, times: int, url: str, nursery: Nursery) -> Row:
    """Order a paper and break the press so many times at it."""
    database = open_database(url, KEYS)
    shop = Shop(database)
    _, number = approved(shop)
    worker, broken = nursery.work(url, f"press {name}"), list[str]()
    app = create_app(database, clock=Clock(datetime.now(UTC)))
    clerk = Desk(app, app.config["CLOCK"], "吴倩")
    for _ in range(times):
        press = _wait_for(lambda: _press_of(worker))
        with suppress(ProcessLookupError):
            breaking(press)
        _wait_for(lambda: _is_in_trouble(database))
        if SAID not in clerk.get(f"/contracts/{number}").text:
            broken.append("the page does not say that the press is out of order")
        _wait_for(partial(_is_gone, press))
    _wait_for(lambda: _job(database).state is JobState.DONE)
    kill(worker)
    job = _job(database)
    with database.reading() as db:
        rendering = db.scalars(select(Rendering)).one()
    if not rendering.passed or rendering.trouble:
        broken.append(f"the paper is not printed in the end: {rendering.trouble}")
    if job.attempts <= times:  # more on a busy machine, where a worker may look dead for a moment
        broken.append(f"{job.attempts} attempts for {times} that were broken")
    if SAID in clerk.get(f"/contracts/{number}").text:
        broken.append("the page still speaks of a broken press")
    database.engine.dispose()
    return Row(f"press {name}", f"{times} in a row", 1, 0, 0, f"{job.attempts} attempts", tuple(broken))


def _press_of(worker: int) -> int:
    """The process that prints for a worker; 0 while there is none."""
    with suppress(FileNotFoundError, ProcessLookupError):
        for thread in Path(f"/proc/{worker}/task").iterdir():
            for child in (thread / "children").read_text().split():
                if b"dealer.engine.papers" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return int(child)
    return 0


def _is_gone(process: int) -> bool:
    return not Path(f"/proc/{process}").exists()


def _is_in_trouble(database: Database) -> bool:
    with database.reading() as db:
        return db.scalars(select(Rendering)).one().trouble is not None


def _job(database: Database) -> JobRecord:
    with database.reading() as db:
        return db.scalars(select(JobRecord)).one()


def _wait_for(it: Callable[[], T]) -> T:
    until = monotonic() + PATIENCE
    while not (answer := it()):
        if monotonic() > until:
            raise TimeoutError("it never comes")
        sleep(0.01)
    return answer


# ── uploads ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _uploads_are_cut(url: str, nursery: Nursery) -> Iterator[str]:
    """Send a sheet and close the line somewhere in it; afterwards send it whole."""
    database = open_database(url, KEYS)
    model(Shop(database))
    good = sheet(HEAD, (VINS[0], "X5", WHITE, "", "A-01", "", ""))
    port = free_port()
    web, client = nursery.serve(url, port), Client(port, "孙强")
    client.sign_in()
    with database.reading() as db:
        before = content(db)
    for turn in range(CUTS):
        kind, body = client.form_with_file("file", "stock.xlsx", good if turn % 2 else os.urandom(3 << 20))
        _send_in_part(client, kind, body, random.randrange(len(body)))
    status, _ = client.request("GET", "/healthz")
    if status != 200:
        yield f"the server is ill afterwards: {status}"
    with database.reading() as db:
        if told := differences(before, content(db)):
            yield f"something was written: {told}"
    status, led_to = client.upload("/imports/stock", "file", "stock.xlsx", good)
    if status != 303 or not led_to.startswith("/imports/stock/"):
        yield f"the whole sheet is answered {status}: {led_to[:100]}"
    kill(web)
    database.engine.dispose()


def _send_in_part(client: Client, kind: str, body: bytes, length: int) -> None:
    head = [f"POST /imports/stock HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\nContent-Length: {len(body)}\r\n"]
    head += [f"{name}: {value}\r\n" for name, value in client.headers(kind).items()]
    with socket.create_connection(("127.0.0.1", client.port)) as line:
        line.sendall("".join((*head, "\r\n")).encode() + body[:length])


if __name__ == "__main__":
    tell(main())
