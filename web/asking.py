"""What a view needs of its request: a session that looks, the person, and the one way to write."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

from flask import Response, abort, g, jsonify, redirect, request

from dealer.engine.database import Busy, Conflict, Database, Full
from dealer.engine.facts import FIRST_YEAR, LAST_YEAR
from dealer.engine.malformed import whole_number
from dealer.engine.steps import Ask, Refusal, Refused, Stale, no
from dealer.house import posts
from dealer.people import Actor
from web import watched
from web.forms import Form, form_key
from web.house import parking
from web.language import language, told

Answer = Any  # what Flask takes as an answer

# Constraints two people can meet at, and what the second one is told.
MEETINGS = {
    "uq_units_vin": no("This VIN is in stock already: check the number.", code="E-VIN-TAKEN"),
    "uq_prospects_phone": no("This phone has a prospect card already: open that one.", code="E-CARD-KNOWN"),
    "uq_rebate_cars_vin": no(
        "This VIN is claimed in another rebate already: choose the cars anew.", code="E-REBATE-CARS", field="cars"
    ),
    "uq_models_code": no("There is a model of this code already: choose another code.", code="E-MODEL-KNOWN"),
    "uq_people_sign_in": no("This sign-in name is taken: choose another one.", code="E-NAME-TAKEN"),
}
NO_SUCH_VERSION = no("Enter a whole number.", code="E-FIELD", field="seen_version")
BUSY = no("Nothing was saved: somebody else is writing. Send the form again in a moment.", code="E-BUSY")
FULL = no(
    "Nothing was saved: the server's disk is full. Ask the administrator to make room, then send the form again.",
    code="E-DISK-FULL",
)
MET = no("Somebody else was faster: open the page again and look at what has changed.", code="E-CONFLICT")


def me() -> Actor:
    """Who is asking."""
    actor: Actor = g.actor
    return actor


def looking() -> Any:
    """The request's session that only looks; it is closed when the request ends."""
    if "reading" not in g:
        database: Database = g.database
        g.reading = database.reading(me().store_id if g.get("actor") else None)
        g.db = g.reading.__enter__()
    return g.db


def looking_ask() -> Ask:
    """The request as rules are asked by it while a page is drawn."""
    return Ask(looking(), me(), g.now)


def a_number(typed: str) -> int:
    """A number in an address or a form; ValueError for what nothing has."""
    value = whole_number(typed)
    if value is None:
        raise ValueError(typed)
    return value


def day_asked(name: str = "day") -> date | None:
    """The day that the address or the form names, from a time that the shop may have known; None for others."""
    try:
        value = date.fromisoformat(request.values.get(name, ""))
    except ValueError:
        return None
    return value if FIRST_YEAR <= value.year <= LAST_YEAR else None


def need(duty: str) -> None:
    """403 unless the person, or somebody they stand in for, has the duty."""
    if not me().may_or_stands_in(duty):
        abort(403)


def or_404(thing: Any) -> Any:
    """The thing, or the page that says there is none."""
    if thing is None:
        abort(404)
    return thing


def wants_json() -> bool:
    """Whether a program asks, not a browser."""
    return request.is_json or request.accept_mimetypes.best == "application/json"


NO_VERSION = -1  # what was sent is no number: nothing stands there


def seen_version() -> int | None:
    """The version of the thing that the form was drawn from; None: it was not drawn from any."""
    told = request.get_json(silent=True)
    given = request.form.get("seen") or (told.get("seen_version") if isinstance(told, dict) else None)
    if given in (None, ""):
        return None
    version = whole_number(str(given))
    return NO_VERSION if version is None else version


def write(form: Form | None, work: Callable[[Ask], str], again: Callable[[Form | None, Any], Answer]) -> Answer:
    """Do one piece of work in one transaction and go to the address it returns.

    The form counts once, however often it arrives. When the work is refused, stale or beaten to it, or the database
    cannot take it now, nothing was written and `again(form, trouble)` draws the page with every reason and with what
    was typed.
    """
    if form is not None and (form.only_rows_changed or form.facts is None):
        trouble = None if form.only_rows_changed else "form"
        return again(form, trouble) if trouble is None else _refused(form, (), again)
    if wants_json() and seen_version() == NO_VERSION:
        return jsonify({"refusals": [as_json(NO_SUCH_VERSION)]}), 422
    try:
        return _gone_to(_once(form, work))
    except Refused as refused:
        watched.not_taken(refused.thing, refused.action)
        return _refused(form, refused.refusals, again)
    except Conflict as conflict:
        return _refused(form, (MEETINGS.get(conflict.constraint, MET),), again)
    except Stale as stale:
        return _stale(form, stale, again)
    except Busy as busy:
        return _not_now(form, busy, again)


def _once(form: Form | None, work: Callable[[Ask], str]) -> str:
    database: Database = g.database
    with database.writing(me().store_id) as db:
        ask = Ask(db, me(), g.now, form.facts if form else None, seen_version())
        sent = posts.Sent(request.path[:200], form_key()[:64], _body_hash(), g.now)
        return posts.once(db, me(), sent, lambda: work(ask))[0]


def _body_hash() -> str:
    if request.is_json:
        return hashlib.sha256(request.get_data()).hexdigest()
    # A hash of a password is no place for it either.
    names = (name for name in request.form if name != "csrf_token" and not name.startswith("password"))
    told = sorted((name, value) for name in names for value in request.form.getlist(name))
    sent = sorted((name, file.filename or "") for name, file in request.files.items(multi=True))
    return hashlib.sha256(repr((told, sent)).encode()).hexdigest()


def _gone_to(address: str) -> Answer:
    if wants_json():
        return jsonify({"url": address})
    return redirect(address, 303)


def _refused(form: Form | None, refusals: tuple[Refusal, ...], again: Callable[[Form | None, Any], Answer]) -> Answer:
    watched.refused(each.code for each in refusals)
    if form is not None:
        form.refuse(refusals)
        _keep_typed()
    if wants_json():
        return jsonify(
            {"refusals": [as_json(each) for each in refusals] or form_errors(form)}
        ), 409 if refusals else 422
    return again(form, refusals), 409 if refusals else 422


def _stale(form: Form | None, stale: Stale, again: Callable[[Form | None, Any], Answer]) -> Answer:
    watched.refused(["E-STALE"])
    if wants_json():
        return jsonify({"refusals": [{"code": "E-STALE", "since": [row.action for row in stale.since]}]}), 409
    g.pop("reading", None)
    if form is not None:
        _keep_typed()
    return again(form, stale), 409


def _not_now(form: Form | None, busy: Busy, again: Callable[[Form | None, Any], Answer]) -> Answer:
    """The database cannot take it now: the page keeps what was typed, for nothing can be put aside either."""
    refusal, status = (FULL, 507) if isinstance(busy, Full) else (BUSY, 503)
    watched.refused([refusal.code])
    if form is not None:
        form.refuse((refusal,))
    if wants_json():
        return jsonify({"refusals": [as_json(refusal)]}), status
    return again(form, (refusal,)), status


def _keep_typed() -> None:
    """Whoever changes the language on the page that is drawn now finds there what they had typed."""
    if not wants_json() and request.form:
        with suppress(Busy):  # why it was refused is worth more than that
            g.parked = parking.park(me().id or abort(403))


def as_json(refusal: Refusal) -> dict[str, Any]:
    """A refusal for a program: the code is for it, the sentence for its user."""
    values = {name: str(value) for name, value in refusal.values.items()}
    return {"code": refusal.code, "sentence": told(refusal), "field": refusal.field, "values": values}


def form_errors(form: Form | None) -> list[dict[str, Any]]:
    """What is wrong in a form's fields, for a program."""
    if form is None:
        return []
    return [
        {"code": "E-FIELD", "field": field, "sentence": sentence, "language": language()}
        for field, sentence in form.all_wrong
    ]


def see_other(address: str) -> Response:
    """303: a POST ends in a GET."""
    return redirect(address, 303)  # type: ignore[return-value]
