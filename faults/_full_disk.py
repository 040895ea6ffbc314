"""A disk that is full to the last byte while people send forms: what they are told, what is there afterwards.

The disk is a small tmpfs in a mount namespace of this process; nobody else sees it, and it goes with it.
"""

import json
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import func, make_url, select, update

from dealer.engine import history
from dealer.engine.database import Database, open_database
from dealer.records.deals import Deal
from dealer.records.people import Person, SignedIn
from faults._clients import PASSER_BY, Client, new_key
from faults._killing import wait_until_nothing_is_open
from faults._nursery import Nursery, free_port, kill
from tests.cast import Shop
from tests.conftest import KEYS
from tests.contracts import shelf

INSIDE = "DEALER_FAULTS_INSIDE"
MEGABYTES = 48
MOST_FORMS = 400  # that still find room in pages which the database has already
NO_ROOM = {"zh": "服务器磁盘已满", "en": "disk is full"}
LONG_NAME = PASSER_BY | {"name": "客" * 60}
PRINT = {"day": "2026-11-09", "contracts": [1], "shape": "one_pdf"}


def go_inside(folder: Path) -> None:
    """Start this script again in a mount namespace of its own, unless it is there, and mount the small disk."""
    if INSIDE not in os.environ:
        os.environ[INSIDE] = token_hex(4)
        alone = ["--mount"] if os.geteuid() == 0 else ["--mount", "--map-root-user"]
        os.execvp("unshare", ["unshare", *alone, sys.executable, *sys.argv])
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=755", "tmpfs", folder], check=True)


def place_of_a_tablespace(folder: Path) -> Path:
    """A folder on the small disk that belongs to whoever runs PostgreSQL."""
    place = folder / "tablespace"
    place.mkdir(mode=0o700)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(place, nobody.pw_uid, nobody.pw_gid)
    return place


def move_to(url: str, place: Path) -> None:
    """Have a database of PostgreSQL lie on the small disk."""
    server = make_url(url).set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    name = sql.Identifier(str(make_url(url).database))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE TABLESPACE small LOCATION {}").format(sql.Literal(str(place))))
        connection.execute(sql.SQL("ALTER DATABASE {} SET TABLESPACE small").format(name))


@contextmanager
def filled_up(folder: Path) -> Iterator[None]:
    """No room for another byte, until the end of the block."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for piece in (bytes(1 << 20), bytes(1 << 10), b"0"):
            while True:
                try:
                    if file.write(piece) < len(piece):
                        break
                except OSError:
                    break
    yield
    ballast.unlink()


class Trial:
    """One database on the small disk, the web server and the worker on it, and what did not hold."""

    def __init__(self, url: str, folder: Path, nursery: Nursery) -> None:
        self.url, self.folder, self.nursery = url, folder, nursery
        self.database: Database = open_database(url, KEYS)
        self.broken: list[str] = []
        self.told = 0  # people who were told that there is no room
        self.acknowledged = 0  # deals that were registered all the same, or afterwards

    def run(self) -> None:
        """Before, while it is full, and after."""
        shelf(Shop(self.database), 1)
        with self.database.writing() as db:
            db.execute(update(Person).where(Person.name == "王磊").values(language="en"))
        port = free_port()
        web, worker = self.nursery.serve(self.url, port), self.nursery.work(self.url, token_hex(6))
        clients = {"zh": Client(port, "李娜"), "en": Client(port, "王磊"), "clerk": Client(port, "吴倩")}
        for client in clients.values():
            client.sign_in()
        self._register(clients["zh"])
        with self.database.writing() as db:  # so long ago that the next page would note that they are still here
            db.execute(update(SignedIn).values(seen_at=datetime.now(UTC) - timedelta(hours=1)))
        with filled_up(self.folder):
            kept = self._while_it_is_full(clients)
        self._afterwards(clients, kept)
        for child in (web, worker):
            self._must(Path(f"/proc/{child}").exists(), "a process did not outlive the full disk")
            kill(child)
        self._look()
        self.database.engine.dispose()

    def _register(self, client: Client) -> None:
        key = new_key()
        client.send("/deals/new", PASSER_BY | {"title": key}, key)
        self.acknowledged += 1

    def _while_it_is_full(self, clients: dict[str, Client]) -> dict[str, str]:
        """Forms until there is no room for one, in both languages and from a program; the keys of those refused."""
        kept = {}
        for language in ("zh", "en"):
            key, status, page = self._until_refused(clients[language])
            self._must(status == 507, f"a form is answered {status}")
            self._must(NO_ROOM[language] in page, f"the page does not say in {language} that there is no room")
            self._must(f'value="{key}"' in page, "what was typed is gone")
            self._must("Traceback" not in page, "the page shows a traceback")
            kept[language] = key
        self._must(clients["zh"].request("GET", "/deals")[0] == 200, "whoever only looks is stopped")
        self._a_program(clients["zh"])
        self._a_large_upload(clients["zh"])
        status, page = Client(clients["zh"].port, "赵敏").try_to_sign_in()
        self._must(status in {303, 507}, f"the sign-in is answered {status}")
        return kept

    def _until_refused(self, client: Client) -> tuple[str, int, str]:
        """The key of the first form that finds no room, and its answer."""
        for _ in range(MOST_FORMS):
            key = new_key()
            status, page = client.post("/deals/new", LONG_NAME | {"title": key}, key)
            if status != 303:
                self.told += 1
                return key, status, page
            self.acknowledged += 1
        return "", 303, "there is room for ever"

    def _a_program(self, client: Client) -> None:
        status, told = client.post_json("/deals/new", PASSER_BY | {"title": "a program"})
        if status == 200:
            self.acknowledged += 1
            return
        self.told += 1
        codes = [each["code"] for each in json.loads(told).get("refusals", ())] if status == 507 else []
        self._must(codes == ["E-DISK-FULL"], f"a program is answered {status}: {told[:100]}")

    def _a_large_upload(self, client: Client) -> None:
        try:
            status, page = client.upload("/imports/stock", "file", "stock.xlsx", os.urandom(3 << 20))
        except OSError:
            return  # the connection was closed: the browser says so
        self._must(status in {403, 409, 413, 422, 507}, f"an upload is answered {status}")
        self._must("Traceback" not in page, "the page shows a traceback")

    def _afterwards(self, clients: dict[str, Client], kept: dict[str, str]) -> None:
        """The same forms, with the same keys, to the same processes; and work in the background."""
        for language, key in kept.items():
            status, _ = clients[language].post("/deals/new", LONG_NAME | {"title": key}, key)
            self._must(status == 303, f"afterwards the form is answered {status}")
            self.acknowledged += 1
        clients["clerk"].send("/contracts/print", PRINT, new_key())
        self.broken += wait_until_nothing_is_open(self.database)

    def _look(self) -> None:
        with self.database.reading() as db:
            deals = db.scalar(select(func.count()).select_from(Deal)) or 0
            damage: list[Any] = history.verify(db)
        wanted = self.acknowledged + 1  # and the deal whose contract is printed
        self._must(deals == wanted, f"{wanted} deals were acknowledged, {deals} are there")
        self._must(not damage, f"the history is damaged: {damage}")

    def _must(self, holds: object, otherwise: str) -> None:
        if not holds:
            self.broken.append(otherwise)


def leave(folder: Path) -> None:
    """The small disk goes."""
    subprocess.run(["umount", "--lazy", folder], check=True)
    shutil.rmtree(folder, ignore_errors=True)
