"""The browsers in which somebody is signed in, and how the last sign-ins ended: for them and the administrator."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect
from flask_login import current_user

from dealer.engine.steps import Ask
from dealer.house import accounts, sign_ins, signin, staff
from dealer.records.people import Person
from dealer.records.signing_in import SignInKind
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.language import clock, show

pages = Blueprint("browsers", __name__)


def sessions_of(person: Person) -> list[dict[str, Any]]:
    """Where somebody is signed in now, and which of these is this very browser."""
    rows, here = (
        accounts.open_sessions(looking(), looking_ask(), person),
        signin.session_of(looking(), current_user.token),
    )
    return [
        {"id": row.id, "device": device(row.device), "since": clock(row.since), "seen": clock(row.seen_at),
         "here": here is not None and row.id == here.id}
        for row in rows
    ]  # fmt: skip


def sign_ins_of(person: Person) -> list[dict[str, Any]]:
    """How the last sign-ins in somebody's name ended."""
    return [
        {"device": device(row.device), "at": clock(row.at), "kind": show(row.kind),
         "well": row.kind is SignInKind.SIGNED_IN}
        for row in sign_ins.latest(looking(), person.id)
    ]  # fmt: skip


# What a browser's own description holds → what a person calls it; the first that fits, for each claims to be others.
BROWSERS = {
    "MicroMessenger": "WeChat", "Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari",
}  # fmt: skip
SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "Mac", "Linux": "Linux",
}  # fmt: skip


def device(described: str) -> str:
    """Chrome · Windows, from what the browser said of itself."""
    found = [next((name for mark, name in each.items() if mark in described), "") for each in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in found if name) or described or "—"


def end_the_others(ask: Ask, person: Person) -> None:
    """Only this very browser stays signed in."""
    here = signin.session_of(ask.db, current_user.token)
    accounts.end_sessions(ask, person, keep=here.id if here else None)


# ── ending them ───────────────────────────────────────────────────────────────────────────────────────────────────


@pages.post("/account/sign-out-elsewhere")
def sign_out_elsewhere() -> Answer:
    """Only this browser stays signed in."""

    def work(ask: Ask) -> str:
        end_the_others(ask, _somebody(ask.db, me().id))
        return "/account"

    return write(None, work, lambda form, trouble: redirect("/account"))


@pages.post("/account/sessions/<uuid:session>/end")
def end_own(session: UUID) -> Answer:
    """Sign out in one other browser."""
    return _end(or_404(me().id), session, "/account")


@pages.post("/people/<uuid:key>/sessions/<uuid:session>/end")
def end_theirs(key: UUID, session: UUID) -> Answer:
    """Sign them out in one browser."""
    need("keep people")
    return _end(key, session, f"/people/{key}")


def _end(key: UUID, session: UUID, back: str) -> Answer:
    def work(ask: Ask) -> str:
        person = _somebody(ask.db, key)
        open_now = accounts.open_sessions(ask.db, ask, person)
        accounts.end_session(ask, person, or_404(next((row for row in open_now if row.id == session), None)))
        return back

    return write(None, work, lambda form, trouble: redirect(back))


def _somebody(db: Any, key: UUID | None) -> Person:
    person: Person = or_404(staff.member(db, me(), key))
    return person
