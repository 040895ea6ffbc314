"""Signing in and out; and what somebody had typed when their session ended, kept for them."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, session, url_for
from flask_login import UserMixin, login_user, logout_user

from dealer import people, signin
from dealer.engine.database import Database, calendar_of
from dealer.people import Actor
from dealer.records.people import ParkedForm
from web.asking import Answer
from web.language import say

pages = Blueprint("session", __name__)
OPEN_TO_ALL = (
    "asset", "health.healthz", "session.form", "session.sign_in", "session.sign_out",
    "verification.page", "verification.answer", "verification.ask", "verification.ask_file",
)  # fmt: skip
# Whoever signed in with a password that somebody gave them chooses their own before anything else.
BEFORE_THE_OWN_PASSWORD = (*OPEN_TO_ALL, "account.password_form", "account.choose_password")
MOST_PARKED = 200_000  # characters of typed text that survive the end of a session


@dataclass
class SignedInPerson(UserMixin):
    """A browser's person, as Flask-Login wants to see them; the token is what the cookie holds."""

    token: str
    actor: Actor
    password_given: bool

    def get_id(self) -> str:
        """What the cookie keeps."""
        return self.token


def load(token: str) -> SignedInPerson | None:
    """The person behind a cookie, or None when the session was ended, is too old or never was."""
    database: Database = g.database
    with database.reading() as db:
        row = signin.session_of(db, token)
        if row is None:
            return None
        if not signin.is_open(row, g.now):
            g.ended_for = row.person_id
            return None
        actor = people.actor(db, row.person, row.store_id, calendar_of(db).today(g.now))
    if (g.now - row.seen_at).total_seconds() > 300:  # write now and then, not at every click
        _note_seen(database, token)
    return SignedInPerson(token, actor, row.person.password_given)


def _note_seen(database: Database, token: str) -> None:
    with database.writing() as db:
        row = signin.session_of(db, token)
        if row is not None:
            row.seen_at = g.now


def ask_to_sign_in() -> Answer:
    """Send to the sign-in page; what was typed is parked for the same person."""
    g.setdefault("actor", None)
    target = request.full_path.rstrip("?") if request.method == "GET" else request.path
    parked = _park() if request.method == "POST" else None
    address = url_for("session.form", next=target, parked=parked)
    if request.headers.get("HX-Request"):
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = address
        return answer
    return redirect(address, 303)


def _park() -> UUID | None:
    whose = g.get("ended_for")
    if whose is None:
        return None
    kept = (name for name in request.form if name not in ("csrf_token", "form_key") and not name.startswith("password"))
    fields = [(name, value) for name in kept for value in request.form.getlist(name)]
    text = json.dumps(fields)
    if len(text) > MOST_PARKED:
        return None
    database: Database = g.database
    with database.writing() as db:
        row = ParkedForm(person_id=whose, path=request.path, fields_sealed=b"", at=g.now)
        row.fields_sealed = database.keys.seal(text, f"parked/{row.id}")
        db.add(row)
        return row.id


@pages.get("/sign-in")
def form() -> Answer:
    """The sign-in page."""
    return render_template("session/sign_in.html", name="", error="")


@pages.post("/sign-in")
def sign_in() -> Answer:
    """Check name and password; too many failures of a name or an address have to wait."""
    name, password = request.form.get("name", "")[:60], request.form.get("password", "").strip()[:200]
    address = request.remote_addr or ""
    database: Database = g.database
    with database.reading() as db:
        if signin.throttled(db, name, address, g.now):
            return _again(name, say("Too many failed tries: wait a quarter of an hour, or ask the administrator."), 429)
        person = signin.by_sign_in(db, name)
        right = signin.is_password_of(person, password)
    with database.writing() as db:
        if person is None or not right:
            signin.note_failure(db, name, address, g.now)
            return _again(name, say("Name or password is wrong: try again."), 401)
        token = signin.start(db, person, request.user_agent.string, g.now)
        row = signin.session_of(db, token)
        store_id = row.store_id if row else None
    chosen = session.get("language")
    session.clear()  # a fresh session for a fresh person: nothing of the one before stays
    if chosen:
        session["language"] = chosen
    with database.reading() as db:
        actor = people.actor(db, person, store_id, calendar_of(db).today(g.now))  # type: ignore[arg-type]
    login_user(SignedInPerson(token, actor, person.password_given))
    return redirect(_where_to(), 303)


def _again(name: str, error: str, status: int) -> Answer:
    return render_template("session/sign_in.html", name=name, error=error), status


def _where_to() -> str:
    target = request.args.get("next", "")
    safe = target.startswith("/") and not target.startswith(("//", "/\\"))
    parked = request.args.get("parked", "")
    if not safe:
        return "/"
    return f"{target}{'&' if '?' in target else '?'}parked={parked}" if parked else target


@pages.post("/sign-out")
def sign_out() -> Response:
    """End the session here and behind the cookie."""
    token = session.get("_user_id", "")
    database: Database = g.database
    with database.writing() as db:
        signin.end(db, token, g.now)
    logout_user()
    session.clear()
    flash(say("You are signed out."), "info")
    return redirect(url_for("session.form"), 303)  # type: ignore[return-value]


def unparked() -> list[tuple[str, str]]:
    """What this person had typed into the form at this address when their session ended."""
    given = request.args.get("parked", "")
    try:
        key = UUID(given)
    except ValueError:
        return []
    database: Database = g.database
    with database.reading() as db:
        row: Any = db.get(ParkedForm, key)
        if row is None or row.person_id != g.actor.id or row.path != request.path:
            return []
        return [(name, value) for name, value in json.loads(database.keys.open(row.fields_sealed, f"parked/{row.id}"))]
