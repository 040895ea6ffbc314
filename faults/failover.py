"""The primary PostgreSQL killed KILLS (20) times while four people work over HTTP: a standby takes over, the old one
comes back as a standby (pg_rewind), and what was acknowledged is there once. Three nodes under Patroni, on loopback.

Every fourth time the whole machine goes, Patroni with it: then nobody gives the leader's key back, and the others wait
until it has run out (ttl). Each round is told on the error output, the row at the end on the usual one.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import monotonic, sleep

import psycopg

from dealer.engine.database import open_database
from faults import _cluster
from faults._clients import Client
from faults._cluster import Cluster, Node, wait_until
from faults._killing import at_work, furnish, looked_at, wait_until_nothing_is_open
from faults._nursery import Nursery, free_port, kill
from faults._shops import build
from faults._table import Row, tell
from tests.cast import Shop
from tests.conftest import KEYS

KILLS = int(os.environ.get("KILLS", "20"))
WHOLE_MACHINE = 4  # every so many rounds
ENOUGH = 8  # answers before the next kill, so that there is something to lose


@dataclass
class Pulse:
    """When people were answered."""

    clients: list[Client]
    beats: list[float]

    def listen(self, stop: Event) -> None:
        """Look a hundred times a second whether somebody was answered."""
        known = self.count
        while not stop.wait(0.01):
            if self.count > known:
                known = self.count
                self.beats.append(monotonic())

    @property
    def count(self) -> int:
        """How many answers there were."""
        return sum(len(client.acknowledged) for client in self.clients)

    def goes_on(self, what: str, troubles: list[str]) -> None:
        """Wait until some more were answered, or somebody has given up."""
        wanted = self.count + ENOUGH
        wait_until(lambda: self.count >= wanted or bool(troubles), what)
        if troubles:
            raise AssertionError("; ".join(troubles))

    def longest_pause(self, since: float) -> float:
        """How long nobody was answered."""
        beats = [since, *(beat for beat in self.beats if beat >= since)]
        return max(later - one for one, later in pairwise(beats))


def main() -> Iterator[Row]:
    """One row."""
    _cluster.install()
    with Nursery() as nursery, Cluster(3) as cluster:
        with psycopg.connect(f"postgresql://postgres@{_cluster.HERE}:{cluster.settled().port}/postgres") as server:
            server.autocommit = True
            server.execute("CREATE DATABASE shop")
        url = cluster.url("shop")
        build(url)
        database = open_database(url, KEYS)
        furnish(Shop(database))
        ports, troubles = (free_port(), free_port()), list[str]()
        processes = [*(nursery.serve(url, port) for port in ports), nursery.work(url, "the worker")]
        clients = [Client(ports[n % 2], name) for n, name in enumerate(("李娜", "李娜", "王磊", "吴倩"))]
        for client in clients:
            client.sign_in()
        with at_work(clients, troubles), _heard(clients) as pulse:
            gaps = [_round(number, cluster, pulse, troubles) for number in range(1, KILLS + 1)]
        troubles += wait_until_nothing_is_open(database)
        troubles += [f"process {each} did not survive" for each in processes if not Path(f"/proc/{each}").exists()]
        for each in processes:
            kill(each)
        seen = looked_at(database, KILLS, clients, troubles)
        database.engine.dispose()
    yield Row(
        "primary PostgreSQL killed, a standby promoted",
        str(KILLS),
        len(seen.acknowledged),
        len(seen.lost),
        len(seen.duplicated),
        f"nobody answered for {_span([gap for gap, whole in gaps if not whole])} when the server died, "
        f"{_span([gap for gap, whole in gaps if whole])} when its machine did; {seen.cut} outcomes unknown or put off, "
        f"settled by their key; {seen.jobs} jobs",
        tuple(seen.broken),
    )


@contextmanager
def _heard(clients: list[Client]) -> Iterator[Pulse]:
    pulse, stop = Pulse(clients, []), Event()
    listener = Thread(target=pulse.listen, args=(stop,))
    listener.start()
    try:
        yield pulse
    finally:
        stop.set()
        listener.join()


def _round(number: int, cluster: Cluster, pulse: Pulse, troubles: list[str]) -> tuple[float, bool]:
    """Kill the primary once, wait until all is as before, and say how long nobody was answered."""
    primary = cluster.settled()
    pulse.goes_on("people work before the kill", troubles)
    whole, began = number % WHOLE_MACHINE == 0, monotonic()
    _strike(primary, whole)
    wait_until(lambda: cluster.primary() not in (None, primary), "a standby is promoted")
    promoted, new = monotonic() - began, cluster.primary()
    pulse.goes_on("people work again", troubles)
    gap = pulse.longest_pause(began)
    if whole:
        cluster.start(primary)
    cluster.settled()
    who = f"{primary.name} {'with its machine' if whole else 'alone'}, {new.name if new else '?'} promoted"
    took = f"within {promoted:.1f} s, nobody answered for {gap:.1f} s, all as before after {monotonic() - began:.0f} s"
    print(f"round {number}: {who} {took}", file=sys.stderr, flush=True)
    return gap, whole


def _strike(primary: Node, whole: bool) -> None:
    if whole:
        primary.kill()
    else:
        primary.kill_postgresql()
    sleep(0.1)


def _span(seconds: list[float]) -> str:
    return f"{min(seconds):.1f}–{max(seconds):.1f} s (half within {median(seconds):.1f})" if seconds else "—"


if __name__ == "__main__":
    tell(main())
