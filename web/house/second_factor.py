"""The second factor: set up with a phone, given up, reset by the administrator; its recovery codes are shown once."""

from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, flash, render_template, session
from markupsafe import Markup

from dealer.engine.steps import Ask
from dealer.house import second_factor, staff
from dealer.house.second_factor import ResetReason, TypedCode
from dealer.records.people import Person
from web.asking import Answer, looking, me, need, or_404, write
from web.forms import Form
from web.house.browsers import end_the_others
from web.language import clock, say, told

pages = Blueprint("second_factor", __name__)


def _somebody(db: Any, key: UUID | None) -> Person:
    person: Person = or_404(staff.member(db, me(), key))
    return person


@pages.get("/account/second-factor")
def page() -> Answer:
    """Where it stands: none, begun with a picture to scan, or confirmed."""
    return _page(Form(TypedCode))


def _page(form: Form, refusals: tuple[Any, ...] = ()) -> str:
    db, person = looking(), _somebody(looking(), me().id)
    factor = second_factor.of(db, person)
    begun = factor is not None and factor.confirmed_at is None
    address = second_factor.address_of(db, person, factor) if factor and begun else ""
    return render_template(
        "settings/second_factor.html",
        form=form,
        refusals=[told(each) for each in refusals if not each.field],
        since=clock(factor.confirmed_at) if factor and factor.confirmed_at else "",
        needed=second_factor.is_needed(db, me()),
        secret=_in_groups(second_factor.secret_of(db, factor)) if factor and begun else "",
        otpauth=address,
        picture=_picture(address) if address else "",
        left=second_factor.codes_left(db, person),
    )


def _in_groups(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _picture(address: str) -> Markup:
    """segno writes only numbers into the drawing, so it needs no escaping."""
    return Markup(segno.make(address, error="m", micro=False).svg_inline(border=3, scale=4))  # noqa: S704 - see above


@pages.post("/account/second-factor/begin")
def begin() -> Answer:
    """A new secret for the phone."""

    def work(ask: Ask) -> str:
        second_factor.begin(ask, _somebody(ask.db, me().id))
        return "/account/second-factor"

    return write(None, work, lambda form, trouble: _page(Form(TypedCode), trouble))


@pages.post("/account/second-factor")
def confirm() -> Answer:
    """The first code was typed: from now on codes are asked for, and only this browser stays signed in."""

    def work(ask: Ask) -> str:
        person = _somebody(ask.db, me().id)
        _tell_once(second_factor.confirm(ask, person, ask.facts))
        end_the_others(ask, person)
        return "/account/second-factor/codes"

    return write(Form.received(TypedCode), work, lambda form, trouble: _page(or_404(form), _reasons(trouble)))


@pages.get("/account/second-factor/codes")
def codes() -> Answer:
    """The recovery codes, once, to be printed or written down."""
    return render_template("settings/recovery_codes.html", codes=session.pop("codes", []))


@pages.post("/account/second-factor/codes")
def renew_codes() -> Answer:
    """Ten new ones; those of before count no more."""

    def work(ask: Ask) -> str:
        _tell_once(second_factor.renew_codes(ask, _somebody(ask.db, me().id)))
        return "/account/second-factor/codes"

    return write(None, work, lambda form, trouble: _page(Form(TypedCode), _reasons(trouble)))


@pages.post("/account/second-factor/off")
def give_up() -> Answer:
    """Sign in by password alone again."""

    def work(ask: Ask) -> str:
        person = _somebody(ask.db, me().id)
        second_factor.give_up(ask, person)
        end_the_others(ask, person)
        return "/account"

    answer = write(None, work, lambda form, trouble: _page(Form(TypedCode), _reasons(trouble)))
    if getattr(answer, "status_code", 0) == 303:
        flash(say("From now on your password alone signs you in."), "success")
    return answer


def _tell_once(told_now: list[str]) -> None:
    # The cookie goes to the very browser whose page shows them next, and the page takes them out again.
    session["codes"] = told_now


def _reasons(trouble: Any) -> tuple[Any, ...]:
    return trouble if isinstance(trouble, tuple) else ()


# ── by the administrator ──────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/people/<uuid:key>/second-factor")
def reset_form(key: UUID) -> Answer:
    """Why somebody's is taken away."""
    need("keep people")
    form = Form(ResetReason)
    if not second_factor.has(looking(), _somebody(looking(), key).id):
        form.errors.append(say("They have no second factor: nothing has to be reset."))
    return _reset_page(key, form)


@pages.post("/people/<uuid:key>/second-factor")
def reset(key: UUID) -> Answer:
    """They set up another one at their next sign-in."""
    need("keep people")

    def work(ask: Ask) -> str:
        second_factor.reset(ask, _somebody(ask.db, key), ask.facts)
        return f"/people/{key}"

    return write(Form.received(ResetReason), work, lambda form, trouble: _reset_page(key, or_404(form)))


def _reset_page(key: UUID, form: Form) -> str:
    person = _somebody(looking(), key)
    return render_template(
        "settings/form.html",
        title=say("Reset the second factor"),
        address=f"/people/{key}/second-factor",
        crumbs=[{"label": say("Staff"), "url": "/people"}, {"label": person.name, "url": f"/people/{key}"}],
        seen=None,
        form=form,
        changes=[],
    )
