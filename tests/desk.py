"""Somebody at their desk: a signed-in browser without a screen, and a clock the test turns.

Stories are told with it, from the outside: addresses, fields, what the page says.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from io import BytesIO
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.cast import CAST, PASSWORD

AGAIN = "/sign-in/again"


@dataclass
class Clock:
    """The time it is in a test."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Page:
    """An answer of the server."""

    status: int
    url: str
    html: str
    json: Any = None

    @property
    def text(self) -> str:
        """What a person reads."""
        body = re.sub(r"<(script|style|template)\b.*?</\1>", " ", self.html, flags=re.DOTALL)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).strip()

    @property
    def codes(self) -> tuple[str, ...]:
        """The refusal codes of an answer to a program."""
        return tuple(each["code"] for each in (self.json or {}).get("refusals", ()))

    def hidden(self, name: str) -> str:
        """The value of a hidden field on the page."""
        found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', self.html)
        return unescape(found[1]) if found else ""


@dataclass
class Desk:
    """A person's browser."""

    app: Flask
    clock: Clock
    name: str
    client: FlaskClient = field(init=False)
    token: str = field(init=False, default="")  # what a program shows with every step, once it has read a page

    def __post_init__(self) -> None:
        self.client = self.app.test_client()
        self.sign_in()

    def sign_in(self, password: str = PASSWORD) -> Page:
        """Sign in by the name of the cast."""
        blank = self._page(self.client.get("/sign-in"))
        fields = {"name": self.sign_in_name, "password": password, "csrf_token": blank.hidden("csrf_token")}
        self.token = ""
        return self._page(self.client.post("/sign-in", data=fields, follow_redirects=True))

    @property
    def sign_in_name(self) -> str:
        """What they sign in by."""
        return CAST[self.name][0]

    def get(self, url: str) -> Page:
        """Open a page; where it asks who is there, once more with the password."""
        return self._as_themselves(lambda: self._page(self.client.get(url, follow_redirects=True)))

    def submit(self, url: str, fields: Mapping[str, Any] | None = None, form_at: str = "", when: str = "") -> Page:
        """Open the form at an address, fill it in and send it. Values may be lists, and (name, bytes) for files."""
        if when:
            self.turn_clock(when)
        blank = self.get(form_at or url)
        return self.post(url, fields, blank)

    def post(self, url: str, fields: Mapping[str, Any] | None, blank: Page) -> Page:
        """Send a form that was opened before: its token, its key and the version its page was drawn from go along."""
        data: MultiDict[str, Any] = MultiDict()
        for name in ("csrf_token", "form_key", "seen"):
            if blank.hidden(name):
                data.add(name, blank.hidden(name))
        for name, value in (fields or {}).items():
            for each in value if isinstance(value, list) else [value]:
                data.add(name, (BytesIO(each[1]), each[0]) if isinstance(each, tuple) else str(each))
        return self._as_themselves(lambda: self._sent(url, data))

    def _sent(self, url: str, data: MultiDict[str, Any]) -> Page:
        answer = self.client.post(url, data=data, follow_redirects=True)
        for each in (*answer.history, answer):
            each.request.environ["wsgi.input"].close()  # a large form is sent from a temporary file
        return self._page(answer)

    def _as_themselves(self, send: Callable[[], Page]) -> Page:
        page = send()
        if page.url != AGAIN and page.codes != ("E-PROVE",):
            return page
        self.prove()
        return send()

    def prove(self, password: str = PASSWORD) -> Page:
        """Show once more who it is."""
        blank = self._page(self.client.get(AGAIN))
        fields = {"password": password, "csrf_token": blank.hidden("csrf_token")}
        return self._page(self.client.post(AGAIN, data=fields, follow_redirects=True))

    def press(self, page: Page, action: str) -> Page:
        """Press a button that is a form of its own on a page, with what stands hidden in it."""
        form = next(each for each in re.findall(r"<form.*?</form>", page.html, re.DOTALL) if f'"{action}"' in each)
        told = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        return self.post(action, told, Page(page.status, page.url, ""))

    def ask(self, url: str, facts: Mapping[str, Any] | None = None, when: str = "") -> Page:
        """Take a step as a program does: JSON in, JSON out, with the literal codes of a refusal."""
        if when:
            self.turn_clock(when)
        self.token = self.token or self._token()
        headers = {"X-CSRFToken": self.token, "Accept": "application/json"}
        return self._as_themselves(lambda: self._page(self.client.post(url, json=dict(facts or {}), headers=headers)))

    def _token(self) -> str:
        return self.get("/customers/new" if self.name in ("李娜", "王磊") else "/today").hidden("csrf_token")

    def send(self, url: str, fields: Mapping[str, Any]) -> Page:
        """A form with files, answered as to a program: with the literal codes of a refusal."""
        self.token = self.token or self._token()
        data: MultiDict[str, Any] = MultiDict({"csrf_token": self.token})
        for name, value in fields.items():
            data.add(name, (BytesIO(value[1]), value[0]) if isinstance(value, tuple) else str(value))
        return self._page(self.client.post(url, data=data, headers={"Accept": "application/json"}))

    def turn_clock(self, when: str) -> None:
        """It is now another time of the shop's clock."""
        self.clock.now = datetime.fromisoformat(when).replace(tzinfo=self.clock.now.tzinfo)

    def _page(self, answer: TestResponse) -> Page:
        told = answer.json if answer.mimetype == "application/json" else None
        return Page(answer.status_code, answer.request.path, answer.get_data(as_text=True), told)
