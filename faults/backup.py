"""Backups while people work over HTTP, ROUNDS (5) of them on both databases: each is restored beside the original, and
everything that was acknowledged before it began must be in it, once, under a history that is whole."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from sqlalchemy import make_url

from dealer.engine import backup, migrating, restore
from dealer.engine.database import open_database
from faults._clients import Client
from faults._killing import at_work, furnish, looked_at
from faults._nursery import Nursery, free_port, kill
from faults._table import Row, tell
from tests.cast import Shop, found_shop
from tests.conftest import KEYS
from tests.databases import KINDS, Databases, Kind
from tests.postgresql import clients as programs

ROUNDS = int(os.environ.get("ROUNDS", "5"))
ENOUGH = 10  # answers before each backup
PATIENCE = 120  # seconds


@dataclass
class Seen:
    """What came of the backups of one database."""

    before: int = 0  # acknowledged before a backup began
    during: int = 0  # … while it was made
    lost: int = 0
    twice: int = 0
    broken: list[str] = field(default_factory=list)


def main() -> Iterator[Row]:
    """One row a database."""
    os.environ["PATH"] = f"{programs()}{os.pathsep}{os.environ['PATH']}"
    with Databases() as databases, Nursery() as nursery:
        for kind in KINDS:
            seen = _backed_up(databases, kind, nursery)
            also = f"{seen.during} more while they were made; every one restored, compared with its manifest, verified"
            told = (seen.before, seen.lost, seen.twice, also, tuple(seen.broken))
            yield Row(f"backup under load, restore, {kind}", str(ROUNDS), *told)


def _backed_up(databases: Databases, kind: Kind, nursery: Nursery) -> Seen:
    url, seen, port = databases.empty(kind), Seen(), free_port()
    migrating.upgrade(url)
    database = open_database(url, KEYS)
    found_shop(database)
    furnish(Shop(database))
    database.engine.dispose()
    web = nursery.serve(url, port)
    people = [Client(port, name) for name in ("李娜", "李娜", "王磊")]
    for each in people:
        each.sign_in()
    with TemporaryDirectory(prefix="dealer-backup-") as folder, at_work(people, seen.broken):
        keys_file = Path(folder) / "keys" / "keys.json"
        keys_file.parent.mkdir()
        keys_file.touch()
        for number in range(ROUNDS):
            _once(number, url, Path(folder), people, seen)
    kill(web)
    databases.drop(url)
    return seen


def _once(number: int, url: str, folder: Path, people: list[Client], seen: Seen) -> None:
    """Make one backup, restore it beside the original and look for what was acknowledged before."""
    _let_work(people, seen.broken)
    before, at = _acknowledged(people), datetime.now(UTC) + timedelta(seconds=number)  # no two within a second
    made = backup.make(url, KEYS, folder / "keys" / "keys.json", folder / "backups", at)
    seen.before += len(before)
    seen.during += len(_acknowledged(people)) - len(before)
    seen.broken += made.damage
    beside = _beside(url, folder, number)
    restore.restore(made.file, beside, KEYS, at, replace=False)
    database = open_database(beside, KEYS)
    effects = looked_at(database, 0, [], []).effects
    database.engine.dispose()
    seen.lost += sum(not effects[key] for key in before)
    seen.twice += sum(effects[key] > 1 for key in before)


def _beside(url: str, folder: Path, number: int) -> str:
    address = make_url(url)
    name = f"{address.database}-{number}" if address.get_backend_name() == "postgresql" else f"{folder}/{number}.sqlite"
    return address.set(database=name).render_as_string(hide_password=False)


def _acknowledged(people: list[Client]) -> list[str]:
    return [key for each in people for key in each.acknowledged]


def _let_work(people: list[Client], troubles: list[str]) -> None:
    wanted, until = len(_acknowledged(people)) + ENOUGH, monotonic() + PATIENCE
    while len(_acknowledged(people)) < wanted:
        if troubles or monotonic() > until:
            raise AssertionError("; ".join(troubles) or "nobody is answered any more")
        sleep(0.01)


if __name__ == "__main__":
    tell(main())
