"""The door of the API: who shows which token, in which language answers come, and how everything wrong is told.

No cookie counts here, and so no form token is needed: a browser's session opens nothing under /api.
"""

import json
from datetime import datetime
from typing import Any

from flask import Flask, Response, current_app, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import HTTPException

from dealer.engine.database import Database
from dealer.engine.steps import Refusal, no
from dealer.integrations import integrations
from dealer.integrations.scopes import Scope
from dealer.records.integrations import AccessToken
from web import watched
from web.asking import Answer, as_json

PREFIX = "/api/"
# How to use it is no secret.
OPEN = ("api_document.document", "api_reading.page", "api_reading.about", "api_reading.codes")
MOST_BYTES = 1024 * 1024
PER_MINUTE = 300  # requests of one token to one process
JSON, PROBLEM, PDF = "application/json", "application/problem+json", "application/pdf"

NO_TOKEN = no("Show a token that counts: Authorization: Bearer dlr_…", code="E-TOKEN")
NO_SCOPE = "This program was not given “{scope}”: ask the administrator of the shop."
TOO_MANY = no("Too many requests: wait until the minute is over.", code="E-TOO-MANY")
# status → what is told where no rule has spoken
WRONG = {
    400: no("This request cannot be read: look at how the document of the API describes it.", code="E-REQUEST"),
    403: no("This is none of this program's business: ask the administrator of the shop.", code="E-SCOPE"),
    404: no("There is nothing at this address that this program may see: check the number.", code="E-NOT-FOUND"),
    405: no("This address does not take that method: look into the document of the API.", code="E-METHOD"),
    406: no("Answers are JSON, papers are PDF: ask for one of them in Accept.", code="E-ACCEPT"),
    413: no("More than 1 MB was sent: send less.", code="E-TOO-LARGE"),
    415: no("Send JSON: Content-Type: application/json.", code="E-MEDIA-TYPE"),
    500: no("Something went wrong on our side, and nothing was saved: tell the administrator.", code="E-FAULT"),
    503: no("Somebody else is writing, and nothing was saved: send it again.", code="E-BUSY"),
    507: no("The disk of the server is full, and nothing was saved: tell the administrator.", code="E-FULL"),
}
AGAIN_IN = {503: {"Retry-After": "1"}}  # seconds


class Wrong(Exception):
    """A request that is told what is wrong with it; raised anywhere behind the door."""

    def __init__(self, status: int, *refusals: Refusal, told: list[dict[str, Any]] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.told = told if told is not None else [as_json(each) for each in refusals]


def is_here() -> bool:
    """Whether a request is one to the API."""
    return request.path.startswith(PREFIX)


def enter() -> Answer | None:
    """Let a program in by its token, or say why not."""
    if request.endpoint in OPEN:
        return None
    g.language = (request.accept_languages.best_match(["zh-CN", "zh", "en"]) or "zh")[:2]
    if request.endpoint is None:
        return None  # the router says 404 or 405
    request.max_content_length = MOST_BYTES
    wanted = request.accept_mimetypes
    return _admit() if not wanted.provided or wanted.best_match((JSON, PROBLEM, PDF)) else problem(406)


def _admit() -> Answer | None:
    shown = request.authorization
    bearer = shown is not None and shown.type == "bearer" and shown.token
    database: Database = g.database
    # Read apart: whoever shows a token is of no shop yet, and what is read afterwards is of theirs alone.
    with database.reading() as db:
        token = integrations.token_of(db, bearer, g.now) if bearer else None
    if token is None:
        return problem(401, NO_TOKEN, headers={"WWW-Authenticate": WWWAuthenticate("bearer").to_header()})
    wait = _too_fast(token, g.now)
    if wait:
        return problem(429, TOO_MANY, headers={"Retry-After": str(wait)})
    g.scopes, g.actor = token.integration.scopes, integrations.actor_of(token.integration)
    if not integrations.is_noted(token, g.now):
        with database.writing() as db:
            integrations.note_use(db, token.id, g.now)
    return None


def _too_fast(token: AccessToken, at: datetime) -> int:
    """Seconds to wait; 0 while a token keeps to its pace. Counted in this process: nobody waits for a row."""
    counted: dict[Any, tuple[int, int]] = current_app.extensions.setdefault("api_pace", {})
    minute = int(at.timestamp()) // 60
    since, many = counted.get(token.id, (minute, 0))
    many = many + 1 if since == minute else 1
    counted[token.id] = (minute, many)
    return 60 - int(at.timestamp()) % 60 if many > current_app.config["API_PER_MINUTE"] else 0


def need(scope: Scope) -> None:
    """403 unless the program was given the scope."""
    if scope not in g.scopes:
        raise Wrong(403, no(NO_SCOPE, code="E-SCOPE", scope=scope.value))


def problem(
    status: int,
    *refusals: Refusal,
    told: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    """The one shape of everything that is wrong (RFC 9457): `refusals` says every reason at once."""
    reasons = told or [as_json(each) for each in refusals or (WRONG.get(status, WRONG[400]),)]
    watched.refused(each["code"] for each in reasons)
    body = {"type": "about:blank", "status": status, "title": reasons[0]["sentence"], "refusals": reasons, **more}
    answer = Response(json.dumps(body, ensure_ascii=False), status, mimetype=PROBLEM)
    answer.headers.update(headers or AGAIN_IN.get(status, {}))
    return answer


def register(app: Flask) -> None:
    """Have what is raised behind the door told in its shape."""
    app.config.setdefault("API_PER_MINUTE", PER_MINUTE)

    @app.errorhandler(Wrong)
    def _wrong(wrong: Wrong) -> Answer:
        return problem(wrong.status, told=wrong.told)


def told_here(error: HTTPException) -> Answer:
    """What Flask or the router refuses, in the shape of the API."""
    status = error.code or 500
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return problem(status, headers=kept)
