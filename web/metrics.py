"""/metrics, on an address of its own (DEALER_METRICS): for a Prometheus that may reach it, never through the screens.

What happens in a process is counted there; how long the queue is, and when a worker last showed itself, the database
says when somebody asks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from dealer.engine import backlog, metrics
from dealer.engine.database import Database
from dealer.engine.settings import Settings


@contextmanager
def offered(settings: Settings, database: Database) -> Iterator[None]:
    """Count from now on, and answer at the address until the block ends; without an address nothing is counted.

    The worker beside the screens counts into their folder, and answers nobody.
    """
    if not settings.metrics or metrics.is_shared():
        metrics.begin()
        yield
        return
    with metrics.shared():
        metrics.begin()
        server = metrics.serve(settings.metrics, lambda: backlog.readings(database, datetime.now(UTC)))
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
