"""People who go on sending forms over a line that is cut all the time: an outcome they never heard of is settled by
sending the same form with the same key again."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPException, HTTPResponse
from secrets import token_hex
from threading import Event
from time import sleep
from typing import Any
from urllib.parse import urlencode

from tests.cast import CAST, PASSWORD

PATIENCE = 30  # seconds for one answer
OTHER_TRY = 0.03  # seconds
PART = "Content-Disposition: form-data"
FORM = "application/x-www-form-urlencoded"


class Unexpected(Exception):
    """An answer that no fault excuses, such as a page that says that something went wrong on our side."""


@dataclass
class Client:
    """One person's browser over a real connection, and what became of each form it sent, by the form's key."""

    port: int
    name: str
    acknowledged: list[str] = field(default_factory=list)
    cut: int = 0  # answers that never came
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def sign_in(self) -> None:
        """As everybody does."""
        self.try_to_sign_in()
        self.token = self._token_of("/today")

    def try_to_sign_in(self) -> tuple[int, str]:
        """Send name and password."""
        fields = {"name": CAST[self.name][0], "password": PASSWORD, "csrf_token": self._token_of("/sign-in")}
        return self.request("POST", "/sign-in", urlencode(fields).encode())

    def send(self, route: str, fields: Mapping[str, Any], key: str) -> str | None:
        """Send a form until somebody answers: where it led to, or None when it was refused for now."""
        while True:
            try:
                status, told = self.post(route, fields, key)
            except ConnectionRefusedError:
                sleep(OTHER_TRY)
            except (OSError, HTTPException):
                self.cut += 1
                sleep(OTHER_TRY)
            else:
                if status == 303 and not told.startswith("/sign-in"):
                    self.acknowledged.append(key)
                    return told
                if status == 409:
                    return None
                if status != 503:
                    raise Unexpected(f"{route} answers {status}: {told[:200]}")
                self.cut += 1
                sleep(OTHER_TRY)

    def post(self, route: str, fields: Mapping[str, Any], key: str) -> tuple[int, str]:
        """Send a form once: the status of its answer, and the page or where it led to."""
        sent = dict(fields) | {"csrf_token": self.token, "form_key": key}
        return self.request("POST", route, urlencode(sent, doseq=True).encode())

    def post_json(self, route: str, facts: Mapping[str, Any]) -> tuple[int, str]:
        """Send facts as a program does."""
        return self.request("POST", route, json.dumps(facts).encode(), "application/json")

    def upload(self, route: str, name: str, file: str, content: bytes) -> tuple[int, str]:
        """Send a form with a file."""
        kind, sent = self.form_with_file(name, file, content)
        return self.request("POST", route, sent, kind)

    def form_with_file(self, name: str, file: str, content: bytes) -> tuple[str, bytes]:
        """What a browser sends for a form with a file: its content type and its body."""
        edge = f"edge-{token_hex(8)}"
        fields = {"csrf_token": self.token, "form_key": new_key()}
        told = [f'--{edge}\r\n{PART}; name="{each}"\r\n\r\n{value}\r\n' for each, value in fields.items()]
        last = f'--{edge}\r\n{PART}; name="{name}"; filename="{file}"\r\n\r\n'
        sent = "".join((*told, last)).encode() + content + f"\r\n--{edge}--\r\n".encode()
        return f"multipart/form-data; boundary={edge}", sent

    def request(self, method: str, route: str, content: bytes | None = None, kind: str = FORM) -> tuple[int, str]:
        """One request: its status, and the page or where it leads to."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            line.request(method, route, content, self.headers(kind))
            answer = line.getresponse()
            page = answer.read().decode(errors="replace")
        finally:
            line.close()
        self._keep_cookie(answer)
        return answer.status, answer.getheader("Location") or page

    def headers(self, kind: str) -> dict[str, str]:
        """What goes along with every request."""
        program = {"Accept": "application/json", "X-CSRFToken": self.token} if kind == "application/json" else {}
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Content-Type": kind, "Cookie": cookies} | program

    def _keep_cookie(self, answer: HTTPResponse) -> None:
        for given in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = given.partition(";")[0].partition("=")
            self.cookies[name] = value

    def _token_of(self, route: str) -> str:
        _, page = self.request("GET", route)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        if found is None:
            raise Unexpected(f"{route} has no form for {self.name}: {page[:300]}")
        return unescape(found[1])


def new_key() -> str:
    """A form's key that stands in the form's text as well, so that its effect is found by it."""
    return f"key-{token_hex(8)}"


# ── what they do all day ──────────────────────────────────────────────────────────────────────────────────────────

Work = Callable[[Client], Iterator[None]]
PASSER_BY = {"name": "游客", "customer_class": "individual", "contact": "杨帆", "phone": "13888880001"}


def ask_and_keep(deal: int) -> Work:
    """Ask for a deal to be lost, and keep it after all."""

    def work(client: Client) -> Iterator[None]:
        while True:
            key = new_key()
            client.send(f"/deals/{deal}/ask_to_lose", {"reason": "budget_cut", "remark": key}, key)
            yield
            key = new_key()
            client.send(f"/deals/{deal}/keep", {"comment": key}, key)
            yield

    return work


def register(client: Client) -> Iterator[None]:
    """Register one deal after the other."""
    while True:
        key = new_key()
        asked = {
            "name": "游客",
            "customer_class": "individual",
            "contact": "杨帆",
            "phone": "13888880001",
            "title": key,
        }
        client.send("/deals/new", asked, key)
        yield


def print_contracts(client: Client) -> Iterator[None]:
    """Have some contracts put together in the background, and hand each print out as soon as it is made."""
    waiting: list[tuple[str, str]] = []
    while True:
        chosen = {"day": "2026-11-09", "contracts": [1, 2, 3, 4], "shape": "one_pdf"}
        bundle = client.send("/contracts/print", chosen, new_key())
        assert bundle is not None
        waiting.append((f"{bundle}/hand-out", new_key()))
        yield
        waiting = [(route, key) for route, key in waiting if client.send(route, {}, key) is None]
        yield


def keep_at_it(client: Client, work: Work, pause: float, stop: Event, troubles: list[str]) -> None:
    """Work until told to stop; what has been sent is settled first."""
    try:
        for _ in work(client):
            if stop.wait(pause):
                return
    except Exception as trouble:
        troubles.append(f"{client.name}: {trouble!r}")
