"""Somebody at a real connection that stays open: signs in, opens pages, takes steps as a program does."""

import json
import re
from collections.abc import Mapping
from html import unescape
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlencode

from tests.cast import CAST, PASSWORD

PATIENCE = 30  # seconds for one answer
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class Browser:
    """One person's."""

    def __init__(self, port: int, name: str = "") -> None:
        self.line = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.cookies: dict[str, str] = {}
        self.token = ""
        if name:
            self.sign_in(name)

    def sign_in(self, name: str) -> None:
        """As everybody does; keeps what a step has to show."""
        token = _token_on(self.get("/sign-in")[1])
        fields = {"name": CAST[name][0], "password": PASSWORD, "csrf_token": token}
        status, _ = self._answered("POST", "/sign-in", urlencode(fields).encode(), FORM)
        if status != 303:
            raise RuntimeError(f"{name} cannot sign in: {status}")
        self.token = _token_on(self.get("/today")[1])

    def get(self, address: str) -> tuple[int, str]:
        """A page: its status and what it says."""
        return self._answered("GET", address, None, "")

    def ask(self, address: str, facts: Mapping[str, Any]) -> tuple[int, str]:
        """A step: JSON in, JSON out."""
        return self._answered("POST", address, json.dumps(facts).encode(), JSON)

    def _answered(self, method: str, address: str, content: bytes | None, kind: str) -> tuple[int, str]:
        told = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if content is not None:
            told |= {"Content-Type": kind, "X-CSRFToken": self.token}
        if kind == JSON:
            told["Accept"] = JSON
        self.line.request(method, address, content, told)
        answer = self.line.getresponse()
        page = answer.read().decode(errors="replace")
        self._keep_cookies(answer)
        return answer.status, page

    def _keep_cookies(self, answer: HTTPResponse) -> None:
        for each in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = each.partition(";")[0].partition("=")
            self.cookies[name] = value


def _token_on(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("a page without a form")
    return unescape(found[1])
