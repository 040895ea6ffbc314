"""One's own account: the password, and who stands in while one is away; the browsers are in browsers.py."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, render_template

from dealer.engine.steps import Ask
from dealer.house import accounts, proving, staff
from dealer.house.accounts import NewPassword, NewStandIn
from dealer.records.people import Person
from web.asking import Answer, looking, me, or_404, write
from web.forms import Form
from web.house.browsers import end_the_others, sessions_of, sign_ins_of
from web.house.staff import absence_of, absences
from web.language import say

pages = Blueprint("account", __name__)


def _myself(db: Any) -> Person:
    person: Person = or_404(staff.member(db, me(), me().id))
    return person


@pages.get("/account")
def page() -> Answer:
    """What one may change about oneself."""
    person = _myself(looking())
    return render_template(
        "settings/account.html", colleague=person, stand_ins=absences(person), sessions=sessions_of(person),
        sign_ins=sign_ins_of(person),
    )  # fmt: skip


@pages.get("/account/password")
def password_form() -> Answer:
    """Choose a password; the first page after signing in with one that somebody else gave."""
    return _draw(NewPassword, "/account/password")(Form(NewPassword), None)


@pages.post("/account/password")
def choose_password() -> Answer:
    """From now on only the new one counts, and only this browser stays signed in."""
    form = Form.received(NewPassword)
    typed = form.facts.password_now if form.facts else None
    wrong = proving.why_not(g.database, or_404(me().id), typed, "password_now", g.now) if typed else None

    def work(ask: Ask) -> str:
        staff.refuse(wrong)
        person = _myself(ask.db)
        accounts.choose_password(ask, person, ask.facts)
        end_the_others(ask, person)
        return "/account"

    answer = write(form, work, _draw(NewPassword, "/account/password"))
    if getattr(answer, "status_code", 0) == 303:
        flash(say("Your new password counts from now on."), "success")
    return answer


@pages.get("/account/stand-in")
def stand_in_form() -> Answer:
    """Name who acts while one is away."""
    return _draw(NewStandIn, "/account/stand-in")(Form(NewStandIn), None)


@pages.post("/account/stand-in")
def name_stand_in() -> Answer:
    """They may act in one's name on these days."""

    def work(ask: Ask) -> str:
        accounts.name_stand_in(ask, _myself(ask.db), ask.facts)
        return "/account"

    return write(Form.received(NewStandIn), work, _draw(NewStandIn, "/account/stand-in"))


@pages.post("/account/stand-ins/<uuid:named>/end")
def end_stand_in(named: UUID) -> Answer:
    """One is back."""

    def work(ask: Ask) -> str:
        accounts.end_stand_in(ask, absence_of(ask, or_404(me().id), named))
        return "/account"

    return write(None, work, lambda form, trouble: page())


TITLES: dict[type[Any], str] = {NewPassword: "Choose a password", NewStandIn: "Name a stand-in"}


def _draw(model: type[Any], address: str) -> Callable[[Form | None, Any], Answer]:
    def draw(form: Form | None, trouble: Any) -> Answer:
        return render_template(
            "settings/form.html",
            title=say(TITLES[model]),
            address=address,
            crumbs=[{"label": say("My account"), "url": "/account"}],
            seen=None,
            form=form,
            changes=[],
        )

    return draw
