"""`dealer serve` is two processes: they begin together, end together, and neither leaves the other behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.request import urlopen

import pytest
from sqlalchemy import create_engine, text

from dealer.engine import migrating

HOUSE = Path(__file__).parents[2]
PATIENCE = 60  # seconds: on a machine with other work a start alone may take ten


class Served:
    """An installation that is being served."""

    figures: str

    def __init__(self, folder: Path, metrics_port: int) -> None:
        self.url = f"sqlite:///{folder}/dealer.sqlite"
        migrating.upgrade(self.url)
        environment = os.environ | {
            "DEALER_DATABASE_URL": self.url,
            "DEALER_DATA": str(folder / "data"),
            "DEALER_KEYS": str(folder / "keys" / "keys.json"),
            "PORT": "0",
            "DEALER_METRICS": f"127.0.0.1:{metrics_port}",
        }
        command = [sys.executable, "-m", "web.cli", "serve"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HOUSE, env=environment)
        assert self.process.stdout is not None
        told = re.fullmatch(r"dealer serves at (http://127\.0\.0\.1:\d+)\n", self.process.stdout.readline())
        assert told
        self.address = told[1]

    def worker(self) -> str | None:
        """The name under which a worker shows that it lives."""
        engine = create_engine(self.url)
        with engine.connect() as connection:
            name: str | None = connection.scalar(text("SELECT id FROM workers"))
        engine.dispose()
        return name

    def worker_process(self) -> int:
        """The worker's process: the only child there is."""
        threads = Path(f"/proc/{self.process.pid}/task").iterdir()
        children = [child for thread in threads for child in (thread / "children").read_text().split()]
        return int(children[0])


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    installation = Served(folder, port)
    installation.figures = f"http://127.0.0.1:{port}/metrics"
    try:
        yield installation
    finally:
        with installation.process:
            installation.process.kill()


def within(seconds: float, question: Callable[[], object]) -> bool:
    until = monotonic() + seconds
    while monotonic() < until:
        if question():
            return True
        sleep(0.05)
    return False


def lives(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_request_is_answered_while_a_worker_runs_beside_and_both_end_when_asked(tmp_path: Path) -> None:
    with served(tmp_path) as installation:
        with urlopen(f"{installation.address}/healthz") as answer:
            assert answer.status == 200
        assert within(PATIENCE, installation.worker)
        with urlopen(f"{installation.address}/readyz") as answer:
            assert json.load(answer) == {"ready": True, "missing": []}
        with urlopen(installation.figures) as answer:
            told = answer.read().decode()
        assert 'dealer_request_seconds_count{method="GET",route="/readyz",status="200"} 1.0' in told
        assert 'dealer_jobs{state="failed"} 0.0' in told
        worker = installation.worker_process()
        with half_a_request(installation.address) as (line, the_other_half):
            installation.process.send_signal(signal.SIGTERM)
            assert within(PATIENCE, lambda: refuses(installation.address)), "whoever ends takes nothing new"
            line.sendall(the_other_half)
            assert line.makefile("rb").readline() == b"HTTP/1.1 303 SEE OTHER\r\n", "what has begun is answered"
        assert installation.process.wait(PATIENCE) == 0
        assert not lives(worker)
        assert installation.worker() is None, "a worker that is asked to leave says so"


@contextmanager
def half_a_request(address: str) -> Iterator[tuple[socket.socket, bytes]]:
    """A form on a slow line: its first half is with the server, which has begun to read it."""
    host, port = address.removeprefix("http://").split(":")
    body = b"name=" + b"x" * 2000
    head = f"POST /sign-in HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n".encode()
    head += b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as line:
        line.sendall(head + body[:1000])
        sleep(0.2)
        yield line, body[1000:]


def refuses(address: str) -> bool:
    host, port = address.removeprefix("http://").split(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return True
    return False


def test_a_worker_that_is_killed_is_followed_by_another(tmp_path: Path) -> None:
    with served(tmp_path) as installation:
        assert within(PATIENCE, installation.worker)
        first = installation.worker()
        os.kill(installation.worker_process(), signal.SIGKILL)
        assert within(PATIENCE, lambda: installation.worker() not in (None, first))
        installation.process.send_signal(signal.SIGINT)
        assert installation.process.wait(PATIENCE) == 0


def test_a_worker_whose_server_is_killed_leaves_by_itself(tmp_path: Path) -> None:
    with served(tmp_path) as installation:
        assert within(PATIENCE, installation.worker)
        worker = installation.worker_process()
        installation.process.kill()
        assert within(PATIENCE, lambda: not lives(worker))
        assert installation.worker() is None


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_nothing_is_served_from_tables_of_another_version(tmp_path: Path, command: str) -> None:
    environment = os.environ | {"DEALER_DATA": str(tmp_path / "data"), "DEALER_KEYS": str(tmp_path / "keys.json")}
    call = [sys.executable, "-m", "web.cli", command]
    done = subprocess.run(call, capture_output=True, text=True, cwd=HOUSE, env=environment, check=False)
    assert done.returncode == 1
    assert done.stderr == f"dealer: the tables stand at nothing and not at {migrating.head()}: run dealer migrate\n"
