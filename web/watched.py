"""What is written down of every request: one line of the log, by which a support call finds what went wrong."""

import logging
import secrets
from collections.abc import Iterable
from time import perf_counter
from typing import Any

from flask import Flask, Response, g, request

from dealer import workflow
from dealer.engine import logs, metrics

log = logging.getLogger(__name__)

QUIET = ("asset", "health.healthz", "health.readyz")
"""Answers that say nothing when they are well: files that never change, and a machine that asks every few seconds."""


def register(app: Flask) -> None:
    """Watch every request from its first moment to its last: before all other hooks."""

    @app.before_request
    def _begin() -> None:
        g.began = perf_counter()
        g.request_id = secrets.token_hex(4)  # short enough to be read out on the phone
        g.about = logs.about(request=g.request_id)
        g.about.__enter__()

    @app.after_request
    def _tell(answer: Response) -> Response:
        answer.headers["X-Request-Id"] = g.request_id
        metrics.took("dealer_request_seconds", perf_counter() - g.began, _method(), route(), str(answer.status_code))
        if request.endpoint not in QUIET or answer.status_code >= 500:
            log.info("request", extra=_told(answer))
        return answer

    @app.teardown_request
    def _end(_: BaseException | None) -> None:
        about = g.pop("about", None)
        if about is not None:
            about.__exit__(None, None, None)


def route() -> str:
    """The pattern of the address, never the address itself: /deals/<int:number>."""
    return request.url_rule.rule if request.url_rule else "none"


def _told(answer: Response) -> dict[str, Any]:
    told: dict[str, Any] = {
        "method": _method(),
        "route": route(),
        "status": answer.status_code,
        "ms": round(1000 * (perf_counter() - g.began), 1),
    }
    actor = g.get("actor")
    if actor is not None:
        told |= {"person": str(actor.id), "store": str(actor.store_id)}
    if "codes" in g:
        told["codes"] = g.codes
    return told


def _method() -> str:
    """What is called so, and not whatever somebody makes up."""
    return request.method if request.method in METHODS else "other"


METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


def refused(codes: Iterable[str]) -> None:
    """Note why something was refused."""
    g.codes = list(codes)
    for code in g.codes:
        metrics.count("dealer_refusals_total", code)


def not_taken(thing: Any, action: str) -> None:
    """Count a step that came to nothing; one that was taken is counted when it is committed."""
    life = workflow.LIVES.get(type(thing))
    if life is not None and action in life.actions():
        metrics.count("dealer_steps_total", life.kind, action, "refused")
