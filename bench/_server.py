"""The two servers that bench/http.py compares, each in a process of its own: `python -m bench._server ours|bare …`.

Both are waitress with the same threads. `ours` is the application; `bare` looks up the session behind a cookie and
takes the step with the bare driver, one connection a thread.
"""

import gc
import hashlib
import json
import sys
from collections.abc import Callable, Iterable
from threading import local
from typing import Any
from uuid import UUID

from waitress.server import create_server

from bench._bare import Bare
from dealer.engine.database import open_database
from tests.conftest import KEYS

THREADS = 8
WHOSE = "SELECT person_id, store_id, seen_at, ended_at FROM signed_in WHERE token_hash = ?"


def main() -> None:
    """Serve until killed; says its port once it listens."""
    which, url, *more = sys.argv[1:]
    server = create_server(
        _ours(url) if which == "ours" else bare(lambda: Bare(url, UUID(more[0])), more[1]),
        host="127.0.0.1",
        port=0,
        threads=THREADS,
    )
    gc.freeze()  # as `dealer serve` does
    print(getattr(server, "effective_port", 0), flush=True)
    server.run()


def _ours(url: str) -> Any:
    from web.app import create_app  # noqa: PLC0415 - the bare server needs none of it

    return create_app(open_database(url, KEYS))


def bare(driver: Callable[[], Bare], token: str) -> Callable[[Any, Any], Iterable[bytes]]:
    """A WSGI application that answers every request with a session looked up and a step taken."""
    own = local()
    asked = hashlib.sha256(token.encode()).hexdigest()

    def answer(environ: Any, begin: Any) -> Iterable[bytes]:
        if not hasattr(own, "driver"):
            own.driver = driver()
        json.loads(environ["wsgi.input"].read() or b"{}")
        own.driver.look(WHOSE, (asked,))
        own.driver.step()
        told = json.dumps({"url": "/deals/1"}).encode()
        begin("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(told)))])
        return [told]

    return answer


if __name__ == "__main__":
    main()
