"""People: who works in the shop, as what, who stands in for whom, and who is signed in where."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, g, render_template, session

from dealer import people, workflow
from dealer.engine.database import calendar_of
from dealer.engine.history import History, of_thing
from dealer.engine.steps import Ask, Facts, Stale
from dealer.house import accounts, second_factor, staff
from dealer.house.accounts import NewStandIn
from dealer.house.staff import NewGroup, NewPerson, NewPosting, PersonFacts
from dealer.records.people import Person, Posting, Role, StandIn
from web.asking import Answer, looking, me, need, or_404, write
from web.deals import timeline
from web.forms import Form, options
from web.house.browsers import sessions_of, sign_ins_of
from web.language import say, short_day, show, told

pages = Blueprint("staff", __name__)


@options("languages")
def _languages() -> list[tuple[str, str]]:
    return [("zh", "中文"), ("en", "English")]


@options("supervisors")
def _supervisors() -> list[tuple[str, str]]:
    return [(str(each.id), each.name) for each in staff.supervisors(looking(), me().store_id)]


@options("colleagues")
def _colleagues() -> list[tuple[str, str]]:
    if me().outside:  # nobody stands in for them: who works in our house is not theirs to read
        return []
    return [(str(each.id), each.name) for each in staff.at_work(looking(), me().store_id)]


def _find(db: Any, key: UUID) -> Person:
    person: Person = or_404(staff.member(db, me(), key))
    return person


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/people")
def index() -> Answer:
    """Everybody of the shop; those who left come last."""
    need("see settings")
    db, today = looking(), calendar_of(looking()).today(g.now)
    posted: dict[UUID, list[Posting]] = {}
    for posting in staff.postings_here(db, me().store_id):
        posted.setdefault(posting.person_id, []).append(posting)
    away = {row.away_id: row.stand_in.name for row in accounts.stand_ins(db, me().store_id, today)}
    rows = [_row(person, posted.get(person.id, []), away) for person in staff.of_shop(db, me().store_id)]
    return render_template("settings/people.html", rows=rows, keeps=me().may_or_stands_in("keep people"))


def _row(person: Person, postings: list[Posting], away: dict[UUID, str]) -> dict[str, Any]:
    return {
        "url": f"/people/{person.id}",
        "cells": [
            {"text": person.name, "note": person.sign_in},
            show([posting.role for posting in postings]),
            person.phone or "—",
            away.get(person.id, ""),
            "" if person.active else say("Has left"),
        ],
    }


@pages.get("/people/<uuid:key>")
def page(key: UUID) -> Answer:
    """One colleague: roles, stand-ins, sessions, and what happened."""
    need("see settings")
    return _page(key)


def _page(key: UUID, refusals: tuple[Any, ...] = ()) -> str:
    person, store_id = _find(looking(), key), me().store_id
    here = [each for each in staff.postings_here(looking(), store_id) if each.person_id == key]
    heads = {each.group_head_id for each in here if each.group_head_id}
    return render_template(
        "settings/person.html",
        colleague=person,
        keeps=me().may_or_stands_in("keep people"),
        refusals=[told(each) for each in refusals],
        given=given_password(key),
        postings=here,
        heads=people.names(looking(), heads),
        stand_ins=absences(person),
        sessions=sessions_of(person),
        sign_ins=sign_ins_of(person),
        has_factor=second_factor.has(looking(), key),
        timeline=_told(list(reversed(of_thing(looking(), store_id, key)))),
    )


def _told(rows: list[History]) -> list[dict[str, Any]]:
    """What happened; where a role came or went, which one."""
    entries = timeline.entries(rows)
    for entry, row in zip(entries, rows, strict=True):
        if role := json.loads(row.facts).get("role"):
            entry["note"] = show(Role(role))
    return entries


def absences(person: Person) -> list[dict[str, Any]]:
    """Who stands in for somebody, today and later."""
    today = calendar_of(looking()).today(g.now)
    return [
        {"id": row.id, "name": row.stand_in.name, "days": f"{short_day(row.from_day)} – {short_day(row.to_day)}",
         "reason": row.reason, "now": row.from_day <= today}
        for row in accounts.stand_ins(looking(), me().store_id, today) if row.away_id == person.id
    ]  # fmt: skip


def given_password(key: UUID) -> str:
    """The password just given to somebody: it is told once, on the next page."""
    given = session.pop("given", None)
    return str(given["password"]) if given and given["person"] == str(key) else ""


def _tell_once(person: Person, password: str) -> None:
    # The cookie goes to the very browser whose page shows it next, and the page takes it out again.
    session["given"] = {"person": str(person.id), "password": password}


# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/people/new")
def new() -> Answer:
    """The form of a new colleague."""
    need("keep people")
    return _draw(say("New colleague"), "/people/new", None, Form(NewPerson))


@pages.post("/people/new")
def add() -> Answer:
    """Add them; the first password is shown once."""
    need("keep people")

    def work(ask: Ask) -> str:
        person, given = staff.add_person(ask, ask.facts)
        _tell_once(person, given)
        return f"/people/{person.id}"

    return write(Form.received(NewPerson), work, _again(say("New colleague"), "/people/new", None))


@dataclass(frozen=True)
class Sheet:
    """A form about one colleague: what it asks for, what it starts from, and the verb it ends in."""

    title: str  # English: the key of its translation
    model: type[Facts]
    work: Callable[[Ask, Person], object]
    known: Callable[[Person], dict[str, Any]] = lambda person: {}


SHEETS = {
    "edit": Sheet(
        "Edit the particulars",
        PersonFacts,
        lambda ask, person: staff.edit_person(ask, person, ask.facts),
        lambda person: {name: getattr(person, name) for name in PersonFacts.model_fields},
    ),
    "post": Sheet("Another role", NewPosting, lambda ask, person: staff.post(ask, person, ask.facts)),
    "stand-in": Sheet(
        "Name a stand-in", NewStandIn, lambda ask, person: accounts.name_stand_in(ask, person, ask.facts)
    ),
}


@pages.get("/people/<uuid:key>/<any(edit,post,'stand-in'):sheet>")
def sheet_form(key: UUID, sheet: str) -> Answer:
    """A form about one colleague."""
    need("keep people")
    person, asked = _find(looking(), key), SHEETS[sheet]
    return _draw(say(asked.title), f"/people/{key}/{sheet}", person, Form(asked.model, asked.known(person)))


@pages.post("/people/<uuid:key>/<any(edit,post,'stand-in'):sheet>")
def fill_sheet(key: UUID, sheet: str) -> Answer:
    """Do what the form asks for."""
    need("keep people")
    asked = SHEETS[sheet]

    def work(ask: Ask) -> str:
        asked.work(ask, _find(ask.db, key))
        return f"/people/{key}"

    again = _again(say(asked.title), f"/people/{key}/{sheet}", key)
    return write(Form.received(asked.model), work, again)


@pages.get("/people/<uuid:key>/postings/<uuid:posting>")
def group_form(key: UUID, posting: UUID) -> Answer:
    """In whose group somebody works as that."""
    need("keep people")
    found = _posting(looking(), key, posting)
    form = Form(NewGroup, {"group_head": found.group_head_id})
    return _draw(show(found.role), f"/people/{key}/postings/{posting}", _find(looking(), key), form)


@pages.post("/people/<uuid:key>/postings/<uuid:posting>")
def change_group(key: UUID, posting: UUID) -> Answer:
    """Move them to another group."""
    need("keep people")

    def work(ask: Ask) -> str:
        staff.change_group(ask, _posting(ask.db, key, posting), ask.facts)
        return f"/people/{key}"

    title = show(_posting(looking(), key, posting).role)
    return write(Form.received(NewGroup), work, _again(title, f"/people/{key}/postings/{posting}", key))


def _posting(db: Any, key: UUID, posting: UUID) -> Posting:
    here = (each for each in staff.postings_here(db, me().store_id) if each.person_id == key)
    found: Posting = or_404(next((each for each in here if each.id == posting), None))
    return found


def _again(title: str, address: str, key: UUID | None) -> Callable[[Form | None, Any], Answer]:
    def draw(form: Form | None, trouble: Any) -> Answer:
        person = _find(looking(), key) if key else None
        return _draw(title, address, person, form, trouble if isinstance(trouble, Stale) else None)

    return draw


def _draw(title: str, address: str, person: Person | None, form: Form | None, stale: Stale | None = None) -> str:
    crumbs = [{"label": say("Staff"), "url": "/people"}]
    if person:
        crumbs.append({"label": person.name, "url": f"/people/{person.id}"})
    return render_template(
        "settings/form.html",
        title=title,
        address=address,
        crumbs=crumbs,
        seen=person.version if person else None,
        form=form,
        changes=timeline.entries(list(stale.since)) if stale else [],
    )


# ── deeds without a form: what happens is said first ──────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Deed:
    """Something done to an account that asks for nothing: what the page says before, and the verb."""

    label: str  # English, as everything said
    sentence: str
    work: Callable[[Ask, Person], object]
    danger: bool = True


def _give_password(ask: Ask, person: Person) -> None:
    _tell_once(person, accounts.give_password(ask, person))


DEEDS = {
    "password": Deed(
        "Give a new password",
        "Their password ends now and they are signed out everywhere. The new one is shown once, on the next page.",
        _give_password,
    ),
    "sign-out": Deed(
        "Sign out everywhere", "Every browser they are signed in with is signed out.", accounts.end_sessions
    ),
    "leave": Deed(
        "They leave",
        "They are signed out and cannot sign in any more. What they did stays in the history under their name.",
        lambda ask, person: staff.leave(ask, person, workflow.LIVES.values()),
    ),
    "come-back": Deed(
        "They come back", "They can sign in again, with the roles and the password they had.", staff.come_back, False
    ),
}


@pages.get("/people/<uuid:key>/<any(password,'sign-out',leave,'come-back'):deed>")
def confirm(key: UUID, deed: str) -> Answer:
    """What will happen, and the button that does it."""
    need("keep people")
    return _confirm(_find(looking(), key), DEEDS[deed], f"/people/{key}/{deed}")


@pages.post("/people/<uuid:key>/<any(password,'sign-out',leave,'come-back'):deed>")
def do(key: UUID, deed: str) -> Answer:
    """Do it."""
    need("keep people")

    def work(ask: Ask) -> str:
        DEEDS[deed].work(ask, _find(ask.db, key))
        return f"/people/{key}"

    def again(form: Form | None, trouble: Any) -> Answer:
        return _confirm(_find(looking(), key), DEEDS[deed], f"/people/{key}/{deed}", trouble)

    return write(None, work, again)


def _confirm(person: Person, deed: Deed, address: str, trouble: Any = ()) -> str:
    refusals = trouble if isinstance(trouble, tuple) else ()
    return render_template(
        "settings/confirm.html",
        colleague=person,
        deed=deed,
        address=address,
        refusals=[told(each) for each in refusals],
    )


@pages.post("/people/<uuid:key>/postings/<uuid:posting>/end")
def end_posting(key: UUID, posting: UUID) -> Answer:
    """They no longer work as that."""
    need("keep people")

    def work(ask: Ask) -> str:
        staff.end_posting(ask, _posting(ask.db, key, posting), workflow.LIVES.values())
        return f"/people/{key}"

    return write(None, work, lambda form, trouble: _page(key, trouble if isinstance(trouble, tuple) else ()))


@pages.post("/people/<uuid:key>/stand-ins/<uuid:named>/end")
def end_stand_in(key: UUID, named: UUID) -> Answer:
    """They are back."""
    need("keep people")

    def work(ask: Ask) -> str:
        accounts.end_stand_in(ask, absence_of(ask, key, named))
        return f"/people/{key}"

    return write(None, work, lambda form, trouble: _page(key, trouble if isinstance(trouble, tuple) else ()))


def absence_of(ask: Ask, key: UUID, named: UUID) -> StandIn:
    """One named stand-in of somebody of this shop."""
    rows = (row for row in accounts.stand_ins(ask.db, ask.actor.store_id, ask.today) if row.away_id == key)
    found: StandIn = or_404(next((row for row in rows if row.id == named), None))
    return found
