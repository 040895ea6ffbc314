"""Figures about the running program, for Prometheus: what happened how often, and how long it took.

Whoever sees something happen says so by `count` or `took`, which do nothing until a command has called `begin`.
Several processes of one machine write into one folder (PROMETHEUS_MULTIPROC_DIR) and one of them serves all of it.

Labels are codes of the house: actions, refusals, routes, statuses. None holds what somebody typed, so there is an end
to how many there are.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wsgiref.simple_server import WSGIServer

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client when it is imported


@dataclass(frozen=True)
class Figure:
    """One of them: what it says, by what it is told apart, and for times their limits in seconds."""

    told: str
    labels: tuple[str, ...]
    limits: tuple[float, ...] = ()


FIGURES: dict[str, Figure] = {
    "dealer_steps_total": Figure(
        "Steps and other changes: taken, by rows of the history, or refused.", ("life", "action", "result")
    ),
    "dealer_refusals_total": Figure("Reasons for refusing, by code.", ("code",)),
    "dealer_request_seconds": Figure(
        "Time to answer a request.", ("method", "route", "status"), (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
    ),
    "dealer_job_seconds": Figure(
        "Time of one attempt at a background job.", ("kind", "outcome"), (0.1, 0.5, 1, 2.5, 10, 30, 180)
    ),
    "dealer_render_seconds": Figure("Time to print one paper.", ("template", "outcome"), (0.5, 1, 2, 5, 10, 30, 180)),
}

Reading = tuple[str, str, dict[str, str], float]
"""What is looked up when somebody asks: name, what it says, labels, value."""

_kept: dict[str, Any] = {}
_known: dict[tuple[str, ...], Any] = {}


def count(name: str, *labels: str) -> None:
    """It happened once more."""
    if _kept:
        _child(name, labels).inc()


def took(name: str, seconds: float, *labels: str) -> None:
    """It took so long."""
    if _kept:
        _child(name, labels).observe(seconds)


@contextmanager
def timed(name: str, *labels: str) -> Iterator[None]:
    """Say how long the block took, and as the last label how it ended: done, or the kind of its error."""
    began, outcome = perf_counter(), "done"
    try:
        yield
    except Exception as error:
        outcome = type(error).__name__
        raise
    finally:
        took(name, perf_counter() - began, *labels, outcome)


def _child(name: str, labels: tuple[str, ...]) -> Any:
    # `labels()` takes a lock and builds a tuple each time: a third of what counting costs.
    key = (name, *labels)
    known = _known.get(key)
    if known is None:
        known = _known[key] = _kept[name].labels(*labels)
    return known


# ── beginning ─────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def shared() -> Iterator[None]:
    """A folder in which this process and those it starts keep their figures together; it goes when they do."""
    folder = tempfile.mkdtemp(prefix="dealer-metrics-")
    os.environ[FOLDER] = folder
    try:
        yield
    finally:
        os.environ.pop(FOLDER, None)
        shutil.rmtree(folder, ignore_errors=True)


def is_shared() -> bool:
    """Whether who started this process keeps the figures of both."""
    return FOLDER in os.environ


def begin() -> None:
    """Keep figures from now on, where a folder for them was shared; otherwise nobody would ever read them."""
    if _kept or not is_shared():
        return
    from prometheus_client import Counter, Histogram

    for name, figure in FIGURES.items():
        if figure.limits:
            _kept[name] = Histogram(name, figure.told, figure.labels, buckets=figure.limits, registry=None)
        else:
            _kept[name] = Counter(name.removesuffix("_total"), figure.told, figure.labels, registry=None)


# ── serving ───────────────────────────────────────────────────────────────────────────────────────────────────────


class _Looked:
    """What the database says at this moment, in the form in which Prometheus asks."""

    def __init__(self, look: Callable[[], Iterable[Reading]]) -> None:
        self.look = look

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        families: dict[str, Any] = {}
        for name, told, labels, value in self.look():
            family = families.setdefault(name, GaugeMetricFamily(name, told, labels=list(labels)))
            family.add_metric(list(labels.values()), value)
        yield from families.values()


def serve(address: str, look: Callable[[], Iterable[Reading]]) -> "WSGIServer":
    """Answer Prometheus at HOST:PORT in a thread of its own; `look` is asked each time. Raises OSError, ValueError."""
    from prometheus_client import CollectorRegistry, start_wsgi_server
    from prometheus_client.multiprocess import MultiProcessCollector

    host, _, port = address.rpartition(":")
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(_Looked(look))
    server, _thread = start_wsgi_server(int(port), addr=host, registry=registry)
    return server
