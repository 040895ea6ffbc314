"""The Flask application: what every request passes through, and where every screen is hooked in."""

import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import walk_packages
from string import punctuation
from types import ModuleType
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, abort, flash, g, redirect, render_template, request, url_for
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter

import web
from dealer.engine.database import Busy, Database, DBAPIError, Full, is_away
from dealer.engine.malformed import MOST_NUMBER
from dealer.engine.settings import Settings
from dealer.engine.steps import no
from web import forms, frame, health, imports, language, packing, search, session, steps, tables, today, watched
from web.api import door
from web.asking import as_json, wants_json
from web.assets import assets
from web.cookies import SessionCookie
from web.house import parking, proving
from web.papers import verification

log = logging.getLogger(__name__)

AT_THE_DOOR = (health, session, today, search, steps, imports)
"""Screens of no room, or of all."""

# Room for a photo that is too large to be kept, so that its field can say so; beyond it the connection is closed.
MOST_REQUEST_BYTES = 64 * 1024 * 1024

CSP = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=(self)",
}


class Application(Flask):
    """Flask, but for what it would do with addresses: write them into the log, and fall over bytes in them."""

    def wsgi_app(self, environ: Any, start_response: Any) -> Any:
        """What somebody sends raw in an address is read as if a browser had escaped it: werkzeug raises at it."""
        asked = environ.get("QUERY_STRING", "")
        environ["QUERY_STRING"] = asked if asked.isascii() else quote(asked, safe=punctuation, encoding="latin-1")
        return super().wsgi_app(environ, start_response)

    def log_exception(self, exc_info: Any) -> None:
        log.error("a request failed", exc_info=exc_info, extra={"method": request.method, "route": watched.route()})


class KeptTemplates(FileSystemBytecodeCache):
    """Compiled templates on the disk; one that cannot be kept there is compiled anew at the next start."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


class Number(IntegerConverter):
    """A number in an address, up to what a column of numbers holds: beyond it there is no page."""

    def __init__(self, *told: Any, **named: Any) -> None:
        super().__init__(*told, **{"max": MOST_NUMBER} | named)


def create_app(
    database: Database, settings: Settings | None = None, clock: Callable[[], datetime] | None = None
) -> Flask:
    """Build the application around one database. `clock` is an argument, so that tests can live in any year."""
    app = Application(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=database.keys.web,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=MOST_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_REQUEST_BYTES,
        MAX_FORM_PARTS=20_000,
        WTF_CSRF_TIME_LIMIT=None,  # a form may lie open over lunch
        WTF_CSRF_CHECK_DEFAULT=False,  # asked after the session, see _guard
        DATABASE=database,
        SETTINGS=settings,
        CLOCK=clock or (lambda: datetime.now(UTC)),
    )
    app.session_interface = SessionCookie()
    app.url_map.converters["int"] = Number
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    # Kept in the temporary folder of whoever runs it, closed to others: a page's first visit after a start compiles no
    # template that was compiled before.
    app.jinja_env.bytecode_cache = KeptTemplates()
    app.jinja_env.globals["form_key"] = forms.form_key
    assets().register(app)
    language.register(app)
    tables.register(app)
    csrf = CSRFProtect(app)
    _know_people(app)
    for screen in _screens():
        app.register_blueprint(screen.pages)
    watched.register(app)
    _guard(app, csrf)
    app.before_request(_find_nothing_by_what_no_database_keeps)
    _tell_errors(app)
    _tell_of_the_database(app)
    frame.register(app)
    packing.register(app)
    return app


def _screens() -> Iterator[ModuleType]:
    """Every file that has pages: those at the door, and those of each room of web/."""
    yield from AT_THE_DOOR
    for found in walk_packages(web.__path__, "web."):
        if found.name.count(".") > 1:
            module = import_module(found.name)
            if hasattr(module, "pages"):
                yield module


def _know_people(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # the row behind the token decides, not the browser's name
    manager.user_loader(session.load)
    manager.unauthorized_handler(session.ask_to_sign_in)


def _guard(app: Flask, csrf: CSRFProtect) -> None:
    @app.before_request
    def _begin() -> Any:
        g.now = app.config["CLOCK"]()
        g.database = app.config["DATABASE"]
        return door.enter() if door.is_here() else _let_in()

    @app.before_request
    def _same_origin() -> None:
        if request.endpoint not in (None, "asset", "health.healthz", *verification.ASKED) and not door.is_here():
            csrf.protect()

    @app.after_request
    def _seal(answer: Response) -> Response:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        answer.headers.setdefault("Cache-Control", "no-store")  # deal data on a shared reception PC
        return answer

    @app.teardown_request
    def _end(_: BaseException | None) -> None:
        opened = g.pop("reading", None)
        if opened is not None:
            opened.__exit__(None, None, None)


def _let_in() -> Any:
    """Whoever is signed in; others see only what is open to all."""
    if request.endpoint is None or request.endpoint in session.OPEN_TO_ALL:
        return None
    # An ended session first: it parks what was typed, while a failed token would throw it away.
    if not current_user.is_authenticated:
        return session.ask_to_sign_in()
    g.actor = current_user.actor
    return _first_things_first()


def _find_nothing_by_what_no_database_keeps() -> None:
    """A NUL in an address: nothing is called so."""
    if any("\0" in value for values in request.args.listvalues() for value in values):
        abort(404)


def _first_things_first() -> Any:
    """Whoever signed in with a password that somebody else knows, or lacks the second factor that their duties ask for,
    goes no further before they have changed that."""
    if current_user.password_given and request.endpoint not in session.BEFORE_THE_OWN_PASSWORD:
        return redirect(url_for("account.password_form"), 303)
    if current_user.factor_missing and request.endpoint not in session.BEFORE_THE_SECOND_FACTOR:
        return redirect(url_for("second_factor.page"), 303)
    return proving.first()


# status → heading and sentence, English: the keys of their translations
ERRORS = {
    400: (
        "The form could not be accepted",
        "This request could not be read: open the page again and send the form from there.",
    ),
    403: ("Not for your role", "Your role does not open this page: ask a colleague whose work it is."),
    404: ("Not found", "There is no such page in your shop: check the number or go back to the list."),
    405: ("This address only takes a form", "Go back and use the button on the page."),
    413: ("Too large", "What was sent is larger than this server takes: choose a smaller file."),
    500: (
        "Something went wrong on our side",
        "Nothing was saved. The fault was written to the log; try again or tell the administrator.",
    ),
}
FORGED = "This form was opened in another session: open the page again and send it from there."
KEPT = "This form is not of your present session. What you had typed is kept: read it and send it now."
SIGN_IN_ANEW = "This form is not of your present session, and nothing was done: send it from here."
BUSY = ("Busy for a moment", "Nothing was saved: somebody else is writing. Go back and send the form again.")
AWAY = no(
    "The database is changing over. Nothing was saved, or all of it was: sending this once more finds out which, and "
    "counts once.",
    code="E-AWAY",
)
AWAY_FOR = {"Retry-After": "5"}  # seconds
FULL = (
    "No room on the disk",
    "Nothing was saved: the server's disk is full. Ask the administrator to make room, then go back and send it again.",
)


def _error_page(status: int, heading: str, sentence: str) -> Any:
    if door.is_here():
        return door.problem(status)
    told = {"heading": language.say(heading), "sentence": language.say(sentence)}
    return render_template("error.html", status=status, request_id=g.request_id, **told), status


def _tell_errors(app: Flask) -> None:
    door.register(app)

    @app.errorhandler(HTTPException)
    def _failed(error: HTTPException) -> Any:
        status = error.code or 500
        if status < 400:
            return error  # a redirect of the router, such as a missing slash
        return door.told_here(error) if door.is_here() else _error_page(status, *ERRORS.get(status, ERRORS[400]))

    @app.errorhandler(CSRFError)
    def _forged(_: CSRFError) -> Any:
        if not parking.sent_from_here():
            return _error_page(400, ERRORS[400][0], FORGED)
        if wants_json():
            return {"refusals": [as_json(no(FORGED, code="E-SESSION"))]}, 400
        if "actor" not in g:  # signed out, or at the sign-in page all the same
            flash(language.say(SIGN_IN_ANEW), "info")
            return session.go_to("/sign-in")
        flash(language.say(KEPT), "info")
        return session.go_to(parking.address(parking.form_address(), parking.park(g.actor.id)))


def _tell_of_the_database(app: Flask) -> None:
    @app.errorhandler(DBAPIError)
    def _away(error: DBAPIError) -> Any:
        if not is_away(error):
            raise error
        app.logger.warning("the database is away: %s", type(error.orig).__name__)
        language.language()  # the person's own, before nobody is known any more
        g.is_away, g.actor = True, None
        if door.is_here():
            return door.problem(503, AWAY, headers=AWAY_FOR)
        if wants_json():
            return {"refusals": [as_json(AWAY)]}, 503, AWAY_FOR
        typed = list(request.form.items(multi=True))
        # A browser does not give a file twice, and a password stands in no page.
        lost = any(request.files.values()) or any(name.startswith("password") for name, _ in typed)
        told = {"sentence": language.told(AWAY), "typed": typed, "lost": lost}
        return render_template("away.html", address=request.full_path.rstrip("?"), **told), 503, AWAY_FOR

    @app.errorhandler(Busy)
    def _busy(busy: Busy) -> Any:
        return _error_page(507, *FULL) if isinstance(busy, Full) else _error_page(503, *BUSY)

    @app.errorhandler(OSError)
    def _no_room(error: OSError) -> Any:
        """A large upload is received into a temporary file."""
        if error.errno != errno.ENOSPC:
            raise error
        return _error_page(507, *FULL)
