"""A program of somebody else at the API: its token, its keys, and answers as it reads them."""

import re
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from dealer.integrations.scopes import Scope
from tests.desk import Desk

HOME = "/api/v1"
ALL = tuple(scope.value for scope in Scope)


@dataclass
class Program:
    """Whoever holds a token."""

    app: Flask
    token: str
    language: str = "en"
    keys: Any = field(default_factory=count)

    def get(self, address: str, **headers: str) -> TestResponse:
        """Read something."""
        return self.app.test_client().get(f"{HOME}{address}", headers=self._headers() | headers)

    def post(self, address: str, body: Any = None, key: str | None = None, **headers: str) -> TestResponse:
        """Do something; without a key, with one of its own."""
        named = {"Idempotency-Key": key if key is not None else f"key-{next(self.keys)}"}
        return self.app.test_client().post(
            f"{HOME}{address}", json={} if body is None else body, headers=self._headers() | named | headers
        )

    def step(self, address: str, action: str, facts: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Read a thing's version and take a step by it."""
        seen = more.pop("seen", None)
        version = self.get(address).json["version"] if seen is None else seen  # type: ignore[index]
        return self.post(f"{address}/steps/{action}", {"seen_version": version, "facts": facts or {}}, **more)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept-Language": self.language}


def codes(answer: TestResponse) -> tuple[str, ...]:
    """The codes of an answer that refuses."""
    return tuple(each["code"] for each in (answer.json or {}).get("refusals", ()))


def connect(admin: Desk, answers: str, *scopes: str, name: str = "集团ERP") -> tuple[str, Program]:
    """The administrator adds a program and makes its token: its page, and the program with the token."""
    made = admin.submit("/settings/integrations/new", {"name": name, "answers": answers, "scopes": list(scopes or ALL)})
    assert made.status == 200, made.text
    page = made.url
    given = admin.submit(f"{page}/token", {"days": 365})
    token = re.search(r'class="secret">([^<]+)<', given.html)
    assert token, given.text
    return page, Program(admin.app, token[1])
