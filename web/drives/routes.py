"""Test-drive routes: which there are, and the form of one."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template

from dealer import people
from dealer.drives import routes
from dealer.drives.routes import RouteFacts
from dealer.engine.steps import Ask
from dealer.records.vehicles import Route
from web.asking import Answer, looking, me, need, or_404, write
from web.forms import Form
from web.language import say

pages = Blueprint("routes", __name__)


@pages.get("/routes")
def index() -> Answer:
    """Every route of the shop, those that are approved first."""
    need("see drives")
    keeps = me().may_or_stands_in("keep routes")
    return render_template("drives/routes.html", routes=routes.every(looking(), me().store_id), keeps=keeps)


@pages.get("/routes/new")
def new() -> Answer:
    """The form of another route."""
    need("keep routes")
    return _draw(say("New route"), "/routes/new", Form(RouteFacts), None)


@pages.post("/routes/new")
def add() -> Answer:
    """Another route."""

    def work(ask: Ask) -> str:
        routes.add(ask)
        return "/routes"

    return write(Form.received(RouteFacts), work, lambda form, told: _draw(say("New route"), "/routes/new", form, told))


@pages.get("/routes/<uuid:key>/edit")
def edit_form(key: UUID) -> Answer:
    """A route as it stands."""
    need("keep routes")
    route = _find(looking(), key)
    known = {name: getattr(route, name) for name in RouteFacts.model_fields}
    return _draw(route.code, f"/routes/{key}/edit", Form(RouteFacts, known), None)


@pages.post("/routes/<uuid:key>/edit")
def edit(key: UUID) -> Answer:
    """Correct it, or take it off."""
    code = _find(looking(), key).code

    def work(ask: Ask) -> str:
        routes.edit(ask, _find(ask.db, key))
        return "/routes"

    return write(Form.received(RouteFacts), work, lambda form, told: _draw(code, f"/routes/{key}/edit", form, told))


def _find(db: Any, key: UUID) -> Route:
    route: Route = or_404(people.by_id(db, Route, me(), key))
    return route


def _draw(title: str, address: str, form: Form | None, _: Any) -> str:
    return render_template("drives/route.html", title=title, address=address, form=or_404(form))
