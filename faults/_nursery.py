"""Web servers and workers that begin at once, because they are forks of one process that has imported everything: a
hundred starts cost as little as the hundred kills they are for. `python -m faults._nursery` is that process.
"""

import gc
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from time import sleep
from typing import Any, Self

from sqlalchemy.orm import configure_mappers

from dealer.engine import jobs
from dealer.engine.database import open_database
from dealer.engine.jobs import Pace
from tests.conftest import KEYS

HOUSE = Path(__file__).parents[1]
HURRY = Pace(beat=0.3, dead_after=3, look=0.1, sweep=0.5, poll=0.05, pauses=(0.2, 0.2, 0.2, 0.2))


class Nursery:
    """The process that has imported everything, as who wants its children sees it. They end with it."""

    def __init__(self, **environment: str) -> None:
        self.environment = os.environ | environment

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "faults._nursery"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HOUSE, env=self.environment,
            start_new_session=True,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        with self.process:
            os.killpg(self.process.pid, signal.SIGKILL)

    def serve(self, url: str, port: int) -> int:
        """A web server that answers by now; its process."""
        return self._born("serve", url, port)

    def work(self, url: str, name: str) -> int:
        """A worker that is about to begin; its process."""
        return self._born("work", url, name)

    def _born(self, *order: Any) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps(order)}\n")
        self.process.stdin.flush()
        told = self.process.stdout.readline()
        if not told:
            raise ChildProcessError(f"{order[0]} does not begin")
        return int(told)


def kill(child: int) -> None:
    """kill -9, and wait until it is gone."""
    os.kill(child, signal.SIGKILL)
    while Path(f"/proc/{child}").exists():
        sleep(0.001)


def free_port() -> int:
    """A port on which nobody listens just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


# ── the process itself ────────────────────────────────────────────────────────────────────────────────────────────


def main() -> None:
    """Import everything, then have one child for each line; when nobody wants children any more all end."""
    from web.app import create_app  # noqa: PLC0415 - whoever only asks for children needs none of it
    from web.serving import know_the_business  # noqa: PLC0415 - likewise

    logging.basicConfig()
    logging.getLogger().handlers[0].setLevel(logging.ERROR)  # what a killed worker leaves behind is no news here
    logging.getLogger("waitress").setLevel(logging.CRITICAL)  # it complains of lines that were cut
    know_the_business()
    configure_mappers()
    app = create_app(open_database("sqlite://", KEYS))
    jobs.warm_up(open_database("sqlite://", KEYS))
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    for line in sys.stdin:
        task, url, more = json.loads(line)
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            if task == "serve":
                _serve(app, url, more)
            else:
                _work(url, more)
            os._exit(0)
    os.killpg(0, signal.SIGKILL)


def _serve(app: Any, url: str, port: int) -> None:
    from waitress.server import create_server  # noqa: PLC0415 - see main

    app.config["DATABASE"] = open_database(url, KEYS)
    server = create_server(app, host="127.0.0.1", port=port, threads=8, ident="")
    _say_who()
    server.run()


def _work(url: str, name: str) -> None:
    _say_who()
    jobs.work(open_database(url, KEYS), executor_id=name, stop=Event(), now=lambda: datetime.now(UTC), pace=HURRY)


def _say_who() -> None:
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
