"""What a browser keeps: the session, and of whom it is a browser they have signed in with before.

Over https both are Secure, and the session takes the prefix __Host-, so that no neighbour on the same domain can set
it. Whether a page came over https is what the web server in front says (DEALER_PROXY), or the connection itself.
"""

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface

from dealer.engine.database import Database
from dealer.house import signin


class SessionCookie(SecureCookieSessionInterface):
    """Flask's own, whose name and Secure flag follow each request."""

    def get_cookie_name(self, app: Flask) -> str:
        """The prefix makes the browser refuse it from anywhere but this very host."""
        name = super().get_cookie_name(app)
        return f"__Host-{name}" if request.is_secure else name

    def get_cookie_secure(self, app: Flask) -> bool:
        """Never over a line that others read, where there is a better one."""
        return request.is_secure


def known_browser(name: str) -> str:
    """What this browser kept when the person of that name signed in; empty where they never did."""
    return request.cookies.get(_name(name), "")


def know_browser(answer: Response, name: str) -> Response:
    """From now on tries in vain from elsewhere do not keep the person from signing in here."""
    database: Database = g.database
    with database.reading() as db:
        mark = signin.known_browser(db, name)
    answer.set_cookie(
        _name(name), mark, max_age=signin.KNOWN_FOR, path="/sign-in", secure=request.is_secure, httponly=True,
        samesite="Lax",
    )  # fmt: skip
    return answer


def _name(name: str) -> str:
    database: Database = g.database
    return f"known-{database.keys.hash('cookie of a known browser', name.strip().lower())[:16]}"
