"""What nobody should send, and what must hold whoever sends it: no 5xx, and nothing written by what was refused.

Two senders: schemathesis, which reads the document of the API and makes requests that fit it or nearly do; and hostile
forms, which fill every form route of the screens with values that no browser would send.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from sqlalchemy import Connection, func, select

from dealer.engine.database import Database, HistoryHead, Record
from dealer.workflow import LIVES
from tests.desk import Desk
from tests.program import HOME
from web.steps import KINDS
from web.typed import row_model_of

# What a form of nobody's holds; a NUL, half a pair, a number too large for any column, a place in a formula …
HOSTILE = (
    "", " ", "\0", "\ud800", "x" * 70_000, "-1", "0", "2147483648", "9" * 400, "1e309", "NaN", "½", "２", "0202-13-45",
    "9999-12-31", "2026-11-10T25:61", "00000000-0000-0000-0000-000000000000", "' OR 1=1 --", "=1+1", "<script>",
    "../../x", "\u202e\u2066", "😀" * 50, "[]", "{}", "null", "true",
)  # fmt: skip
ALWAYS_KEPT = ("parked_forms", "sign_in_tries", "signed_in")
"""Tables that a refused form may write to: what was typed waits there, and tries are counted."""


@dataclass
class Tally:
    """What came of all cases."""

    cases: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def note(self, case: str, status: int, before: Any, after: Any) -> None:
        """One case, and what the database held before and after it."""
        self.cases += 1
        self.answers[status // 100] += 1
        if status >= 500:
            self.broken.append(f"{status}: {case}")
        if status >= 400 and before != after:
            self.broken.append(f"{status} and written: {case}")


# ── the API ───────────────────────────────────────────────────────────────────────────────────────────────────────


def requests_by_the_document(app: Flask, token: str, each: int, commits: Any) -> Tally:
    """`each` cases for every operation of the document: half as it says, half nearly so. `commits()` changes whenever
    anything was committed."""
    tally = Tally()
    headers = {"Authorization": f"Bearer {token}"}
    described = schemathesis.openapi.from_wsgi(f"{HOME}/openapi.json", app)
    for found in described.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @seed(4711)
            @settings(
                max_examples=max(1, each // 2), database=None, deadline=None, phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                case.headers = {**(case.headers or {}), **headers}
                before = commits()
                answer = case.call()
                after = commits()
                tally.note(f"{case.method} {case.formatted_path} {case.body!r:.200}", answer.status_code, before, after)

            ask()
    return tally


# ── the screens ───────────────────────────────────────────────────────────────────────────────────────────────────


def hostile_forms(app: Flask, database: Database, desks: list[Desk | None], rounds: int, most: int = 0) -> Tally:
    """Every form route of the screens, `rounds` times for each desk; None is somebody who is not signed in."""
    tally, chance = Tally(), random.Random(4711)
    routes = sorted(form_routes(app))
    chance.shuffle(routes)
    with database.engine.connect() as watching:
        for address, names in routes[: most or None]:
            for desk in desks:
                for _ in range(rounds):
                    data = {name: chance.choice(HOSTILE) for name in names if chance.random() < 0.8}
                    _send(app, desk, address, data, tally, watching)
    return tally


def _send(
    app: Flask, desk: Desk | None, address: str, data: dict[str, str], tally: Tally, watching: Connection
) -> None:
    client = desk.client if desk else app.test_client()
    sent = {name: value.encode("utf-8", "surrogatepass") for name, value in data.items()}
    if desk:
        desk.token = desk.token or desk.get("/account").hidden("csrf_token")
        sent["csrf_token"] = desk.token.encode()
    before = content(watching)
    answer = client.post(address, data=sent)
    told = {name: value[:30] for name, value in data.items()}
    tally.note(
        f"{address} {desk.name if desk else 'nobody'} {told!r:.200}", answer.status_code, before, content(watching)
    )


def form_routes(app: Flask) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Where a form may be sent, and the fields that some form there has."""
    for kind in KINDS.values():
        for step in LIVES[kind.record].steps:
            yield f"/{kind.address}/1/{step.action}", _fields(step.asks_for)
    anything = ("name", "phone", "reason", "seen", "number", "day", "key", "q", "kind", "role")
    values = {"number": 1, "edition": 1, "key": _NOBODY, "posting": _NOBODY, "named": _NOBODY, "sha256": "0" * 64}
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and not rule.rule.startswith(("/api/", "/<kind>", "/sign-")):
            told = {name: values.get(name, "x") for name in rule.arguments if name not in (rule.defaults or {})}
            try:
                yield adapter.build(rule.endpoint, told, method="POST"), anything
            except Exception:
                continue


_NOBODY = "01a21ebb-223b-7ec6-9db1-0c96745365fb"


def _fields(model: Any) -> tuple[str, ...]:
    if model is None:
        return ("seen",)
    names = ["seen"]
    for name, info in model.model_fields.items():
        inner = row_model_of(info)
        names += [f"{name}-{at}-{cell}" for at in (0, 7) for cell in inner.model_fields] if inner else [name]
    return tuple(names)


def content(connection: Connection) -> tuple[int, ...]:
    """How much there is: the heads of all histories, and the rows of every table that a refusal leaves alone."""
    rows = [
        select(func.count()).select_from(table).scalar_subquery()
        for name, table in sorted(Record.metadata.tables.items())
        if name not in ALWAYS_KEPT
    ]
    heads = select(func.sum(HistoryHead.seq)).scalar_subquery()
    found = tuple(connection.execute(select(heads, *rows)).one())
    connection.rollback()
    return found
