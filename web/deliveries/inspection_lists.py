"""Inspection lists: which models have one of their own, what it says, and the form of its next version."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request

from dealer import people
from dealer.deliveries import inspection, inspection_lists
from dealer.deliveries.inspection_lists import OwnList
from dealer.engine.steps import Ask
from dealer.records.deliveries import InspectionList
from dealer.records.vehicles import Model
from dealer.stock import catalogue
from web.asking import Answer, looking, me, need, or_404, write
from web.forms import Form, options
from web.frame import names_of
from web.language import clock, say, show, word

pages = Blueprint("inspection_lists", __name__)


@options("pdi_groups")
def _groups() -> list[tuple[str, str]]:
    return [(group, word("PdiGroup", group)) for group in inspection.PDI]


@options("pdi_items")
def _items() -> list[tuple[str, str]]:
    """The mandatory points of the house list for what this model runs on."""
    model = _find(looking(), UUID(str((request.view_args or {})["key"])))
    listed = inspection.items_for(model.energy).values()
    return [(item.code, word("PdiItem", item.code)) for items in listed for item in items if item.mandatory]


@pages.get("/inspection-lists")
def index() -> Answer:
    """Every model on sale, with what its list has beside the house's."""
    need("see inspection lists")
    own = inspection_lists.newest(looking(), me())
    return render_template(
        "stock/lists.html",
        rows=[_row(model, own.get(model.id)) for model in catalogue.on_sale(looking(), me())],
    )


def _row(model: Model, own: InspectionList | None) -> dict[str, Any]:
    count = sum(len(items) for items in inspection.list_of(looking(), model).values())
    names = names_of([own.kept_by_id]) if own else {}
    return {
        "url": f"/inspection-lists/{model.id}",
        "cells": [
            {"text": f"{model.brand} {model.name}", "note": model.configuration},
            say("{count} items", count=count),
            say("version {number}", number=own.version) if own else say("House list"),
            {"text": names[own.kept_by_id], "note": clock(own.at)} if own else "—",
        ],
    }


@pages.get("/inspection-lists/<uuid:key>")
def edit_form(key: UUID) -> Answer:
    """A model's list as it stands, and what it was before."""
    need("see inspection lists")
    own = inspection.own_list(looking(), _find(looking(), key))
    return _draw(key, Form(OwnList, inspection_lists.as_typed(own, list(inspection.PDI)) if own else {}), None)


@pages.post("/inspection-lists/<uuid:key>")
def keep(key: UUID) -> Answer:
    """Its next version."""

    def work(ask: Ask) -> str:
        inspection_lists.keep(ask, _find(ask.db, key))
        return f"/inspection-lists/{key}"

    return write(Form.received(OwnList), work, lambda form, trouble: _draw(key, form, trouble))


def _find(db: Any, key: UUID) -> Model:
    model: Model = or_404(people.by_id(db, Model, me(), key))
    return model


def _draw(key: UUID, form: Form | None, _: Any) -> str:
    model = _find(looking(), key)
    versions = inspection_lists.versions_of(looking(), model)
    names = names_of(each.kept_by_id for each in versions)
    return render_template(
        "stock/model_list.html",
        title=catalogue.full_name(model),
        address=f"/inspection-lists/{key}",
        form=or_404(form),
        keeps=me().may_or_stands_in("keep inspection lists"),
        seen=versions[0].version if versions else 0,
        groups=[
            (
                group_word(group),
                [(item_word(item.code, item.label), item.mandatory, bool(item.label)) for item in items],
            )
            for group, items in inspection.list_of(looking(), model).items()
        ],
        versions=[
            {
                "title": say("version {number}", number=each.version),
                "who": f"{names[each.kept_by_id]} · {clock(each.at)}",
                "reason": each.reason,
                "points": show([f"{group_word(point['group'])}：{point['what']}" for point in each.points]),
            }
            for each in versions
        ],
    )


def group_word(group: str) -> str:
    """A group of the house list in the reader's language; a model's own group as it was named."""
    return word("PdiGroup", group) if group in inspection.PDI else group


def item_word(code: str, label: str) -> str:
    """A point of the house list in the reader's language; a model's own point as it was worded."""
    return label or word("PdiItem", code)
