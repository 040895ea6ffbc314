"""Somebody of the second shop at every door of the first: by address, by number, by what a form's fields hold.

The doors are the addresses that the crawl (tests/screens/crawl.py) has found open for a person of the first shop; who
knocks works as the same in the second one. See tests/second_shop.py for what they must never read or write.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from dealer.engine.database import Database, Record
from tests.cast import PASSWORD
from tests.desk import Clock, Desk, Page
from tests.screens.browser import NOW
from tests.second_shop import APART, BESIDE, MARK, Beside

ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b[0-9a-f]{64}\b")
ELSEWHERE = (303, 403, 404)
"""What a stranger is answered: sent elsewhere, not for you, nothing here."""
OWN_BUSINESS = ("/account", "/sign-out", "/people")
"""Forms that would put somebody of the second shop out of work before they have knocked at every door."""
TYPED = {
    "date": f"{NOW:%Y-%m-%d}", "datetime-local": f"{NOW:%Y-%m-%dT%H:%M}", "tel": "13987650999", "checkbox": "1",
    "textarea": "试一试", "text": "1",
}  # fmt: skip


@dataclass
class DeskBeside(Desk):
    """A desk of the second shop."""

    @property
    def sign_in_name(self) -> str:
        """The name of the same person there."""
        return f"{BESIDE}{super().sign_in_name}"

    def sign_in(self, password: str = PASSWORD) -> Page:
        """Sign in, and stay outside: the first page of all of them would cost more than the doors."""
        blank = self._page(self.client.get("/sign-in"))
        told = {"name": self.sign_in_name, "password": password, "csrf_token": blank.hidden("csrf_token")}
        answer = self.client.post("/sign-in", data=told)
        return Page(answer.status_code, "/sign-in", "")


@dataclass
class Form:
    """A form as it stands on a page."""

    action: str
    fields: MultiDict[str, str] = field(default_factory=MultiDict)


class Forms(HTMLParser):
    """The forms of a page that are sent by POST, filled in with whatever their fields take."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select = ""
        self._radios: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A form begins, or one of its fields."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(given.get("action", "")) if given.get("method", "").lower() == "post" else None
            return
        if self._form is None:
            return
        if tag == "select":
            self._select = given.get("name", "")
        elif tag == "option":
            if self._select and given.get("value") and ("selected" in given or self._select not in self._form.fields):
                self._form.fields[self._select] = given["value"]
        elif tag in ("input", "textarea") and given.get("name"):
            self._take(given, given.get("type", "textarea" if tag == "textarea" else "text"))

    def _take(self, given: dict[str, str], kind: str) -> None:
        form, name, value = self._form, given["name"], given.get("value", "")
        if form is None:
            return
        if kind == "file":
            return
        if kind in ("radio", "checkbox"):
            if kind == "checkbox" or name not in form.fields:
                form.fields.add(name, value or "1")
        else:
            form.fields.add(name, value or TYPED.get(kind, "1"))

    def handle_endtag(self, tag: str) -> None:
        """A form, or a list in it, ends."""
        if tag == "form" and self._form is not None:
            self.found.append(self._form)
            self._form = None
        elif tag == "select":
            self._select = ""


@dataclass
class Knocking:
    """One stranger, what they asked and what was wrong with the answers."""

    app: Flask
    beside: Beside
    name: str
    wrong: list[str] = field(default_factory=list)
    asked: int = 0
    sent: int = 0  # forms with something of the first shop in them

    def __post_init__(self) -> None:
        self.desk = DeskBeside(self.app, Clock(NOW), self.name)
        self.adapter = self.app.url_map.bind("127.0.0.1")
        self._forms: set[str] = set()

    def knock(self, url: str) -> None:
        """At one address of the first shop."""
        if self.of_their_own(url).partition("?")[0] == url.partition("?")[0]:
            return
        got = self.desk.client.get(url)
        self.asked += 1
        if got.status_code not in ELSEWHERE:
            self.wrong.append(f"{self.name} GET {url}: {got.status_code}")
        self._find(url, _read(url, got))

    def look_and_send(self, url: str) -> None:
        """At the same address of their own shop; its forms are sent with what fields of the first shop's hold."""
        own = self.of_their_own(url)
        page = _read(own, self.desk.client.get(own, follow_redirects=True))
        self.asked += 1
        self._find(own, page)
        if page.status == 200:
            self._send_forms(own, page)

    def of_their_own(self, url: str) -> str:
        """The address of the same thing in the second shop."""
        path, _, query = url.partition("?")
        try:
            _, values = self.adapter.match(path, method="GET")
        except HTTPException:
            return url
        for name in ("number", "hook"):  # of a thing, and of a webhook below an integration
            if isinstance(number := values.get(name), int):
                path = path.replace(f"/{number}", f"/{number + APART}", 1)
        for each in ID.findall(path + query):
            path, query = (text.replace(each, self.beside.others.get(each, each)) for text in (path, query))
        return f"{path}?{query}" if query else path

    def _find(self, url: str, page: Page) -> None:
        """What an answer has of the first shop; what was in the address or the form comes back with it."""
        if page.status >= 500:
            self.wrong.append(f"{self.name} {url}: {page.status}")
        if MARK in page.html:
            at = page.html.index(MARK)
            self.wrong.append(f"{self.name} reads at {url}: {page.html[max(0, at - 60) : at + 10]!r}")
        elif leaked := [each for each in set(ID.findall(page.html)) & self.beside.others.keys() if each not in url]:
            self.wrong.append(f"{self.name} finds at {url}: {leaked[:3]}")

    # ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _send_forms(self, url: str, page: Page) -> None:
        for form in Forms(page.html).found:
            action = form.action or url
            if action.startswith(OWN_BUSINESS) or (sort := self._sort(action)) in self._forms:
                continue
            self._forms.add(sort)
            self._send(action, form)

    def _sort(self, action: str) -> str:
        path = action.partition("?")[0]
        try:
            rule, values = self.adapter.match(path, method="POST", return_rule=True)
        except HTTPException:
            return path
        return f"{rule.rule} {values.get('kind', '')} {values.get('action', '')}"

    def _send(self, action: str, form: Form) -> None:
        """With their own token and their own thing, but with the first shop's people, cars, customers, files."""
        data: MultiDict[str, Any] = MultiDict()
        strange = []
        for name, value in form.fields.items(multi=True):
            other = value if name in ("csrf_token", "form_key") else self.beside.of_the_first(value)
            strange += [other] if other != value else []
            data.add(name, other)
        got = self.desk.client.post(action, data=data)
        self.sent += bool(strange)
        page = _read(action, got)
        for each in ID.findall(" ".join(strange)):
            page.html = page.html.replace(each, "")  # what was typed comes back as it was typed
        self._find(f"POST {action}", page)


def rows_of(database: Database, store_id: UUID) -> dict[str, list[str]]:
    """Everything a shop has, to see whether somebody has changed it."""
    tables = [table for table in Record.metadata.sorted_tables if "store_id" in table.c and table.name != "signed_in"]
    with database.reading() as db:
        return {
            table.name: sorted(map(repr, db.execute(select(table).where(table.c.store_id == store_id))))
            for table in tables
        }


def bonds(database: Database, beside: Beside) -> list[str]:
    """What of the second shop speaks of something of the first."""
    theirs = rows_of(database, beside.store_id)
    return [
        f"{table}: {row}"
        for table, rows in theirs.items()
        for row in rows
        if set(ID.findall(row)) & beside.others.keys()
    ]


def _read(url: str, answer: TestResponse) -> Page:
    """What somebody can read in an answer: the cells of a sheet too."""
    content = answer.get_data()
    if content.startswith(b"PK"):
        with ZipFile(BytesIO(content)) as sheet:
            content = b" ".join(sheet.read(name) for name in sheet.namelist() if name.endswith(".xml"))
    return Page(answer.status_code, url, content.decode(errors="replace"))
