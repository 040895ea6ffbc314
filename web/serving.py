"""`dealer serve` and `dealer worker`: the processes of an installation, which begin and end together."""

import gc
import logging
import os
import pkgutil
import secrets
import signal
import socket
import subprocess
import sys
import time
from argparse import Namespace
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from threading import Event, Thread, Timer

import dealer
from dealer.engine import jobs, migrating
from dealer.engine.database import Database, DBAPIError, open_database
from dealer.engine.settings import Settings
from web import metrics

log = logging.getLogger(__name__)

PATIENCE = 40  # seconds for a worker to finish what it does; it gives up itself after thirty
AFTER_THE_START = 3  # seconds: the first page comes first
LONGEST_PAUSE = 30  # seconds before a worker that cannot live is started again


def serve(settings: Settings, _: Namespace) -> int:
    """Serve the screens, with one worker beside them for what happens in the background; Ctrl-C or SIGTERM ends both.

    HOST and port come from DEALER_HOST (default: this machine only) and PORT.
    """
    from dealer.house import made_up  # noqa: PLC0415 - the other commands start without tables

    migrating.refuse_behind(settings.url)
    made_up.refuse_to_serve_others(open_database(settings.url, settings.keys), settings)
    return attend(settings)


def attend(settings: Settings, greeting: tuple[str, ...] = ()) -> int:
    """Serve until told to end; `greeting` is printed below the address."""
    from web.app import create_app  # noqa: PLC0415 - the other commands start without screens
    from web.listening import Listener  # noqa: PLC0415 - likewise

    database = open_database(settings.url, settings.keys)
    app = create_app(database, settings)
    gc.freeze()  # what was imported stays: to look through it costs 0.3 s, for one in five pages with hundreds of rows
    listener, stop = Listener(app, settings), Event()
    listener.end_at(signal.SIGTERM, signal.SIGINT)
    with metrics.offered(settings, database):
        beside = Thread(target=keep_a_worker, args=(database, stop), name="worker's keeper")
        beside.start()
        warming = Timer(AFTER_THE_START, jobs.warm_up, (database,))
        warming.daemon = True
        warming.start()
        print(f"dealer serves at http://{settings.host}:{listener.port}", *greeting, sep="\n", flush=True)
        try:
            listener.run()
        finally:
            stop.set()  # the worker ends meanwhile
            warming.cancel()
            listener.finish()
            beside.join()
    return 0


def keep_a_worker(database: Database, stop: Event) -> None:
    """Have exactly one worker process beside the screens, and another one when it dies."""
    pause = 1.0
    while not stop.is_set():
        name, began = _new_name(), time.monotonic()
        child = _start_worker(name)
        while child.poll() is None and not stop.wait(0.2):
            pass
        if stop.is_set():
            _end(child)
            return
        log.warning("the worker ended with %s: starting another", child.returncode)
        with child, suppress(DBAPIError):  # closes its pipe; while the database is away it is missed by its silence
            jobs.dismiss(database, name)
        pause = 1.0 if time.monotonic() - began > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
        stop.wait(pause)


def _start_worker(name: str) -> "subprocess.Popen[bytes]":
    # A session of its own: Ctrl-C reaches us alone, and we end it. Its stdin ends with us, whatever ends us.
    command = [sys.executable, "-m", "web.cli", "worker", "--beside", name]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - our own program


def _end(child: "subprocess.Popen[bytes]") -> None:
    with child:
        child.terminate()
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()


def _new_name() -> str:
    """A name that no other worker ever had."""
    return f"{socket.gethostname()[:20]}-{secrets.token_hex(6)}"


# ── worker ────────────────────────────────────────────────────────────────────────────────────────────────────────


def worker(settings: Settings, arguments: Namespace) -> int:
    """Do background work until SIGTERM or Ctrl-C; what has begun is finished first.

    `dealer serve` has one of its own; more of them, on more machines, need PostgreSQL.
    """
    migrating.refuse_behind(settings.url)
    know_the_business()
    stop = Event()
    for end in (signal.SIGTERM, signal.SIGINT):
        signal.signal(end, lambda *_: stop.set())
    if arguments.beside:
        Thread(target=_stop_when_alone, args=(stop,), daemon=True).start()
    database = open_database(settings.url, settings.keys)
    with metrics.offered(settings, database):
        jobs.work(database, executor_id=arguments.beside or _new_name(), stop=stop, now=lambda: datetime.now(UTC))
    return 0


def know_the_business() -> None:
    """Import all of it: whatever a module says it handles, does every minute or keeps in tables is known after this."""
    for module in pkgutil.walk_packages(dealer.__path__, "dealer."):
        import_module(module.name)


def _stop_when_alone(stop: Event) -> None:
    while os.read(0, 1):  # never written to: it ends when the other end is closed
        pass
    stop.set()
