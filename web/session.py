"""Signing in and out; what somebody had typed when their session ended waits for them (web/house/parking.py)."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import UserMixin, login_user, logout_user

from dealer import people
from dealer.engine.database import Busy, Database, calendar_of
from dealer.engine.steps import Refused
from dealer.house import callers, passwords, second_factor, sign_ins, signin
from dealer.people import Actor
from dealer.records.people import Person
from dealer.records.signing_in import SignInKind
from web import cookies
from web.asking import Answer
from web.house import parking
from web.language import say, told

pages = Blueprint("session", __name__)
OPEN_TO_ALL = (
    "asset", "health.healthz", "health.readyz", "session.form", "session.sign_in", "session.sign_out",
    "session.code_form", "session.show_code", "provider.begin", "provider.answer",
    "verification.page", "verification.answer", "verification.ask", "verification.ask_file",
)  # fmt: skip
HALF_WAY = timedelta(minutes=10)  # between the password and the code: the phone lies in the other room
# Whoever signed in with a password that somebody gave them chooses their own before anything else.
BEFORE_THE_OWN_PASSWORD = (*OPEN_TO_ALL, "account.password_form", "account.choose_password")
# Whoever needs a second factor and has none sets one up before anything else.
BEFORE_THE_SECOND_FACTOR = (
    *BEFORE_THE_OWN_PASSWORD, "second_factor.page", "second_factor.begin", "second_factor.confirm",
)  # fmt: skip


@dataclass
class SignedInPerson(UserMixin):
    """A browser's person, as Flask-Login wants to see them; the token is what the cookie holds."""

    token: str
    actor: Actor
    password_given: bool
    is_fresh: bool  # they have shown a moment ago that it is themselves
    factor_missing: bool = False

    def get_id(self) -> str:
        """What the cookie keeps."""
        return self.token


def load(token: str) -> SignedInPerson | None:
    """The person behind a cookie, or None when the session was ended, is too old or never was."""
    if g.get("is_away"):  # the page that says so has nobody to ask
        return None
    database: Database = g.database
    with database.reading() as db:
        caller = callers.behind(db, token, g.now)
    if caller is None:
        return None
    if not caller.is_open:
        g.ended_for = caller.actor.id
        return None
    if (g.now - caller.seen_at).total_seconds() > 300:  # write now and then, not at every click
        _note_seen(database, token)
    return SignedInPerson(token, caller.actor, caller.password_given, caller.is_fresh, caller.factor_missing)


def _note_seen(database: Database, token: str) -> None:
    # Whoever only looks is stopped neither by a full disk nor by somebody who writes for long.
    with suppress(Busy), database.writing() as db:
        row = signin.session_of(db, token)
        if row is not None:
            row.seen_at = g.now


def ask_to_sign_in() -> Answer:
    """Send to the sign-in page; what was typed is parked for the same person."""
    g.setdefault("actor", None)
    sent, whose = request.method == "POST", g.get("ended_for")
    target = parking.form_address() if sent else request.full_path.rstrip("?")
    parked = parking.park(whose) if sent and whose else None
    address = url_for("session.form", next=target, parked=parked)
    return go_to(address)


def go_to(address: str) -> Answer:
    """On to another page as a whole, also for what asked for a part of one."""
    if request.headers.get("HX-Request"):
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = address
        return answer
    return redirect(address, 303)


@pages.get("/sign-in")
def form() -> Answer:
    """The sign-in page."""
    return _page("", "")


def _page(name: str, error: str) -> str:
    return render_template("session/sign_in.html", name=name, error=error, provider=provider_name())


def provider_name() -> str:
    """What the button says that leads to the provider of the house; empty where there is none."""
    settings = current_app.config["SETTINGS"]
    return str(settings.oidc_name or settings.oidc_issuer) if settings else ""


@pages.post("/sign-in")
def sign_in() -> Answer:
    """Check name and password; too many failures of a name or an address have to wait."""
    name, password = request.form.get("name", "")[:60], request.form.get("password", "")
    database: Database = g.database
    with database.reading() as db:
        tried_as = signin.counted(db, name, request.remote_addr or "", cookies.known_browser(name))
        if signin.throttled(db, tried_as, g.now):
            return _again(name, say("Too many failed tries: wait a quarter of an hour, or ask the administrator."), 429)
        person = signin.by_sign_in(db, name)
        right = passwords.is_of(person, password)
    if person is None or not right:
        _note_failure(tried_as, person)
        return _again(name, say("Name or password is wrong: try again."), 401)
    return welcome(person, request.query_string.decode())


def _note_failure(tried_as: signin.Counted, person: Person | None) -> None:
    database: Database = g.database
    with database.writing() as db:
        signin.note_failure(db, tried_as, g.now)
        if person is not None:
            sign_ins.note(db, person, SignInKind.WRONG_PASSWORD, request.user_agent.string, g.now)


def welcome(person: Person, query: str, *, with_second_factor: bool = False) -> Answer:
    """On to the page they wanted, or first to the code, if they have a second factor and nobody has asked for it yet;
    `query` says where to, as in the address of the sign-in page."""
    database: Database = g.database
    with database.reading() as db:
        asks_for_code = second_factor.has(db, person.id) and not with_second_factor
    return _ask_for_code(person, query) if asks_for_code else _let_in(person, query)


def _let_in(person: Person, query: str) -> Answer:
    """A fresh session for somebody who has shown who they are; nothing of the one before stays."""
    database: Database = g.database
    try:
        with database.writing() as db:
            signin.end(db, session.get("_user_id", ""), g.now)
            in_vain = sign_ins.in_vain_since_the_last(db, person.id)
            token, store_id = signin.start(db, person, request.user_agent.string, g.now)
            actor = people.actor(db, person, store_id, calendar_of(db).today(g.now))
    except Refused as refused:
        return _again(person.sign_in, told(refused.refusals[0]), 403)
    _begin_anew()
    login_user(SignedInPerson(token, actor, person.password_given, is_fresh=True))
    if in_vain:
        flash(say("Tries in vain to sign in in your name since you last did: {count}. If it was not you, choose "
                  "another password.", count=in_vain), "info")  # fmt: skip
    return cookies.know_browser(make_response(redirect(parking.where_to(query), 303)), person.sign_in)


def _begin_anew() -> None:
    chosen = session.get("language")
    session.clear()
    if chosen:
        session["language"] = chosen


# ── the code after the password ───────────────────────────────────────────────────────────────────────────────────


def _ask_for_code(person: Person, query: str) -> Answer:
    """Remember for some minutes, in the signed cookie, whose password was right; it opens nothing by itself."""
    _begin_anew()
    session["half"] = {"person": str(person.id), "proof": _proof_of(person), "until": (g.now + HALF_WAY).timestamp()}
    return redirect(f"{url_for('session.code_form')}?{query}".rstrip("?"), 303)


def _to_the_password() -> Answer:
    return redirect(f"{url_for('session.form')}?{request.query_string.decode()}".rstrip("?"), 303)


def _half_way() -> Person | None:
    """Who has shown their password just now; nobody once it was changed or the minutes are over."""
    half = session.get("half")
    if not half or g.now.timestamp() > half["until"]:
        return None
    database: Database = g.database
    with database.reading() as db:
        person = people.person(db, UUID(half["person"]))
    return person if person and person.active and half["proof"] == _proof_of(person) else None


def _proof_of(person: Person) -> str:
    database: Database = g.database
    return database.keys.hash("half signed in", person.password_hash)


@pages.get("/sign-in/code")
def code_form() -> Answer:
    """What the app on the phone shows, or a recovery code."""
    if _half_way() is None:
        return _to_the_password()
    return render_template("session/code.html", error="")


@pages.post("/sign-in/code")
def show_code() -> Answer:
    """Let them in once the code counts."""
    person = _half_way()
    if person is None:
        return _to_the_password()
    database: Database = g.database
    typed = request.form.get("password_code", "")[:40]
    refused = second_factor.try_code(database, person.id, typed, request.user_agent.string, g.now)
    if refused is not None:
        status = 429 if refused.code == "E-TRIES" else 401
        return render_template("session/code.html", error=told(refused)), status
    return _let_in(person, request.query_string.decode())


def _again(name: str, error: str, status: int) -> Answer:
    return _page(name, error), status


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
