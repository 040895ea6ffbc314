"""Price lists: which counts today, what a new one changes, and its way to the general manager. And the models."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, g, render_template, request

from dealer import people, workflow
from dealer.engine.database import calendar_of
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask
from dealer.prices import list_effects, pricelists
from dealer.prices.pricelists import PRICE_LISTS, ListFacts
from dealer.records.prices import PriceList, PriceListLine, PriceListState
from dealer.records.vehicles import Model
from dealer.stock import catalogue
from dealer.stock.catalogue import ModelFacts
from web import steps
from web.asking import Answer, a_number, looking, looking_ask, me, need, or_404, write
from web.deals import timeline
from web.forms import Form
from web.frame import names_of
from web.language import money, say, short_day, show, told
from web.prices.pricelist_effects import effects

pages = Blueprint("pricelists", __name__)
S = PriceListState

TONES = {S.DRAFT: "neutral", S.SUBMITTED: "wait", S.APPROVED: "ok", S.WITHDRAWN: "bad"}
PRIMARY = ("submit", "approve")  # the button of the page, for whoever it is


def _sees(_: PriceList, who: people.Actor) -> bool:
    return who.may_or_stands_in("see settings")


def _known(price_list: PriceList, action: str) -> dict[str, Any]:
    return pricelists.known_facts(price_list) if action == "edit" else {}


KIND = steps.register(
    steps.Kind("pricelists", PriceList, PRICE_LISTS, title=lambda each: str(each.name), sees=_sees, known=_known)
)


def _in_force() -> PriceList | None:
    return pricelists.in_force(looking(), me(), calendar_of(looking()).today(g.now))


# ── the lists ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/pricelists")
def index() -> Answer:
    """Every list, and which of them counts today."""
    need("see settings")
    found = pricelists.newest(looking(), me())
    names = names_of(each.made_by_id for each in found)
    current = _in_force()
    return render_template(
        "pricelists/list.html",
        rows=[_row(each, current, names) for each in found],
        current=current,
        may_write=me().may_or_stands_in("write price lists"),
    )


def _row(price_list: PriceList, current: PriceList | None, names: dict[Any, str]) -> dict[str, Any]:
    counts = current is not None and price_list.id == current.id
    return {
        "url": KIND.url(price_list),
        "cells": [
            {"text": price_list.name, "note": say("In force") if counts else ""},
            show(price_list.state),
            show(price_list.effective_from),
            pricelists.count_lines(looking(), price_list),
            {"text": names.get(price_list.made_by_id, ""), "note": short_day(price_list.begun_at)},
        ],
    }


@pages.get("/pricelists/<int:number>")
def page(number: int) -> Answer:
    """One list: its prices, what it changes, whom it concerns."""
    price_list = steps.find(looking(), KIND, number)
    choices = PRICE_LISTS.choices(price_list, looking_ask())
    buttons = steps.buttons(KIND, price_list, choices)
    primary = next((each for each in buttons if each["action"] in PRIMARY), None)
    after = request.args.get("after", -1, type=a_number)
    lines = pricelists.page_of(looking(), price_list, after)
    return render_template(
        "pricelists/page.html",
        price_list=price_list,
        here=KIND.url(price_list),
        badges=[{"label": show(price_list.state), "tone": TONES[price_list.state]}],
        figures=_figures(price_list),
        primary=primary,
        standing=primary["reasons"] if primary else [],
        buttons=[each for each in buttons if each is not primary],
        rows=_lines(price_list, lines),
        sees_cost=me().may_or_stands_in("see margins"),
        more=f"{KIND.url(price_list)}?after={lines[-1].position}" if len(lines) == pricelists.PAGE else "",
        effects=effects(price_list),
        compares=bool(list_effects.others(looking(), price_list)),
        overtaken=[_overtaken(each) for each in pricelists.overtaken_by(looking(), price_list)],
        timeline=timeline.entries(of_thing(looking(), price_list.store_id, price_list.id)[::-1]),
    )


def _figures(price_list: PriceList) -> list[dict[str, Any]]:
    names = names_of([price_list.made_by_id, price_list.approved_by_id])
    approved = names.get(price_list.approved_by_id, "") if price_list.approved_by_id else ""
    return [
        {"label": say("In force from"), "value": show(price_list.effective_from)},
        {"label": say("Models"), "value": pricelists.count_lines(looking(), price_list)},
        {"label": say("Written by"), "person": names.get(price_list.made_by_id, "—")},
        {"label": say("Approved by"), "person": approved} if approved else {"label": say("Approved by"), "value": "—"},
    ]


def _lines(price_list: PriceList, lines: list[PriceListLine]) -> list[list[Any]]:
    """Prices with what they change against the list in force."""
    current = _in_force()
    before = pricelists.lines_of_models(looking(), current, [line.model_id for line in lines]) if current else {}
    same = current is None or current.id == price_list.id
    return [_line(line, None if same else before.get(line.model_id), is_new=not same) for line in lines]


def _line(line: PriceListLine, before: PriceListLine | None, *, is_new: bool) -> list[Any]:
    name = {"text": catalogue.full_name(line.model), "note": line.model.code}
    if is_new and before is None:
        name["note"] += f" · {say('new on the list')}"
    prices = [_price(line, before, each) for each in pricelists.PRICES]
    return [name, *prices, money(line.cost)]


def _price(line: PriceListLine, before: PriceListLine | None, name: str) -> dict[str, str]:
    now = getattr(line, name)
    moved = now - getattr(before, name) if before is not None else 0
    return {"text": money(now), "note": f" {money(moved, sign=True)}" if moved else ""}


def _overtaken(exception: Any) -> dict[str, Any]:
    return {
        "url": steps.seen_url(exception),
        "title": exception.deal.customer.name,
        "note": f"{exception.asked['model']} × {exception.quantity}",
        "badge": show(exception.state),
    }


@pages.get("/pricelists/new")
def new() -> Answer:
    """The form of a new list, begun from the prices that count today."""
    need("write price lists")
    current = _in_force()
    known = pricelists.known_facts(current) if current else {"lines": _all_models()}
    form = Form(ListFacts, {"lines": known["lines"]})
    return _new(form, ())


def _all_models() -> list[dict[str, Any]]:
    return [{"model": str(model.id)} for model in catalogue.on_sale(looking(), me())]


@pages.post("/pricelists/new")
def draft() -> Answer:
    """Save the draft."""

    def work(ask: Ask) -> str:
        price_list = pricelists.blank(ask, ask.facts)
        workflow.begin(price_list, "draft", ask)
        return KIND.url(price_list)

    return write(Form.received(ListFacts), work, lambda form, trouble: _new(or_404(form), trouble))


def _new(form: Form, trouble: Any) -> str:
    standing = [told(each) for each in trouble or () if each.field is None] if isinstance(trouble, tuple) else []
    return render_template("pricelists/new.html", form=form, standing=standing)


# ── the models ────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/models")
def models() -> Answer:
    """Every model the shop has sold."""
    need("see settings")
    rows = [
        {
            "url": f"/models/{model.id}",
            "cells": [
                {"text": catalogue.full_name(model), "note": model.code},
                show(model.gearbox),
                show(model.energy),
                model.seats,
                show(model.colours),
                say("On sale") if model.active else say("Off sale"),
            ],
        }
        for model in catalogue.all_models(looking(), me())
    ]
    may_write = me().may_or_stands_in("write price lists")
    return render_template("pricelists/models.html", rows=rows, may_write=may_write)


@pages.get("/models/new")
def new_model() -> Answer:
    """The form of a new model."""
    need("write price lists")
    return _model(Form(ModelFacts, {"active": True, "seats": 5}), None)


@pages.post("/models/new")
def add_model() -> Answer:
    """Add it."""

    def work(ask: Ask) -> str:
        catalogue.add(ask, ask.facts)
        return "/models"

    return write(Form.received(ModelFacts), work, lambda form, trouble: _model(or_404(form), None))


@pages.get("/models/<uuid:key>")
def model(key: UUID) -> Answer:
    """A model's form; who may not write it reads it."""
    need("see settings")
    found = or_404(people.by_id(looking(), Model, me(), key))
    return _model(Form(ModelFacts, catalogue.known_facts(found)), found)


@pages.post("/models/<uuid:key>")
def edit_model(key: UUID) -> Answer:
    """Correct it."""

    def work(ask: Ask) -> str:
        catalogue.edit(ask, people.by_id(ask.db, Model, ask.actor, key) or abort(404), ask.facts)
        return "/models"

    def again(form: Form | None, trouble: Any) -> str:
        return _model(or_404(form), or_404(people.by_id(looking(), Model, me(), key)))

    return write(Form.received(ModelFacts), work, again)


def _model(form: Form, found: Model | None) -> str:
    return render_template(
        "pricelists/model.html", form=form, model=found, may_write=me().may_or_stands_in("write price lists")
    )
