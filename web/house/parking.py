"""Typed text that could not be taken, and the page where it waits: the session had ended, or it was refused."""

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from flask import current_app, g, has_request_context, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from dealer.engine.database import Database
from dealer.house import parked

TICKETS = ("csrf_token", "form_key")  # belong to the page that was sent
ASIDE = ("seen", "add_row", "remove_row")  # come with a form and are none of its fields


def park(whose: UUID) -> UUID | None:
    """Keep what came with this request for the page where its form stands. Passwords are not kept."""
    names = (name for name in request.form if name not in TICKETS and not name.startswith("password"))
    typed = [(name, value) for name in names for value in request.form.getlist(name)]
    database: Database = g.database
    with database.writing() as db:
        return parked.park(db, whose, urlsplit(form_address()).path, typed, g.now)


def form_address() -> str:
    """Where the form of this request is drawn: the page it was sent from, else its own address, else the first page."""
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc == request.host and came_from.path != request.path and _is_page(came_from.path):
        return came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return request.path if _is_page(request.path) else "/"


def _is_page(path: str) -> bool:
    try:
        current_app.url_map.bind(request.host).match(path, method="GET")
    except HTTPException:
        return False
    return True


def address(target: str, key: UUID | str | None) -> str:
    """The page again, with what was typed."""
    return f"{target}{'&' if '?' in target else '?'}{urlencode({'parked': key})}" if key else target


def where_to(query: str) -> str:
    """Where a sign-in leads: to the page of ours that its address names, with what was typed; else to the first."""
    told = dict(parse_qsl(query))
    target = told.get("next", "")
    # Browsers drop tabs and line breaks from an address and read a backslash as a slash: //elsewhere in disguise.
    ours = target.startswith("/") and not target.startswith("//") and "\\" not in target and target.isprintable()
    return address(target, told.get("parked")) if ours else "/"


def given_back(fields: Iterable[str]) -> MultiDict[str, str] | None:
    """What this person had typed into the form of these fields at this address, if the address says there is some."""
    if not has_request_context() or request.method != "GET" or "parked" not in request.args:
        return None
    try:
        key = UUID(request.args["parked"])
    except ValueError:
        return None
    database: Database = g.database
    with database.reading() as db:
        typed = parked.given_back(db, key, g.actor.id, request.path) if g.get("actor") else []
    mine = set(fields)
    # A page may hold several forms: what was typed into one is not for the others.
    strange = any(name.split("-")[0] not in mine for name, _ in typed if name not in ASIDE)
    return None if strange or not typed else MultiDict(typed)


def sent_from_here() -> bool:
    """Whether our own page sent this form, or nothing says that another one did: some browsers and proxies tell neither
    origin nor referrer. What is kept is only offered to be read and sent again, and a form of another site comes
    without this person's session anyway (SameSite)."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    return all(urlsplit(each).netloc == request.host for each in (request.origin, request.referrer) if each)
