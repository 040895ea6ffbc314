"""Offer templates: the list the key-account manager keeps, and what the editor of a new quotation offers of it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, g, render_template, request

from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.quotations import offer_templates
from dealer.quotations.offer_templates import TemplateFacts
from dealer.records.deals import Deal
from dealer.records.offer_templates import OfferTemplate
from dealer.stock import catalogue
from web.asking import Answer, looking, me, need, or_404, write
from web.forms import Form
from web.language import say, short_day, show, told

pages = Blueprint("offer_templates", __name__)
HERE = "/offer-templates"


@pages.get(HERE)
def index() -> Answer:
    """All templates of the shop."""
    need("keep offer templates")
    rows = [_row(each) for each in offer_templates.kept(looking(), me())]
    return render_template("quotations/templates.html", rows=rows)


def _row(template: OfferTemplate) -> dict[str, Any]:
    missing = _unlisted(template)
    return {
        "url": f"{HERE}/{template.id}",
        "tone": "wait" if missing else "",
        "cells": [
            {"text": template.name, "note": missing},
            show(template.customer_class),
            len(template.content["lines"]),
            {"text": template.kept_by.name, "note": short_day(template.since)},
        ],
    }


def _unlisted(template: OfferTemplate) -> str:
    """A sentence that names the models which the price list no longer knows; empty when there is none."""
    found = offer_templates.no_longer_listed(looking(), template, calendar_of(looking()).today(g.now))
    return (
        say("No longer on the price list: {models}", models=[catalogue.full_name(each) for each in found])
        if found
        else ""
    )


@pages.get(f"{HERE}/new")
def new() -> Answer:
    """The form of a new one."""
    need("keep offer templates")
    return _draw(Form(TemplateFacts), None)


@pages.post(f"{HERE}/new")
def add() -> Answer:
    """Keep it."""

    def work(ask: Ask) -> str:
        offer_templates.write(ask)
        return HERE

    return write(Form.received(TemplateFacts), work, lambda form, trouble: _draw(or_404(form), None, trouble))


@pages.get(f"{HERE}/<uuid:key>")
def page(key: UUID) -> Answer:
    """A template's form."""
    need("keep offer templates")
    template = or_404(offer_templates.find(looking(), me(), key))
    return _draw(Form(TemplateFacts, offer_templates.known_facts(template)), template)


@pages.post(f"{HERE}/<uuid:key>")
def edit(key: UUID) -> Answer:
    """Write it anew."""

    def work(ask: Ask) -> str:
        offer_templates.write(ask, or_404(offer_templates.find(ask.db, me(), key)))
        return HERE

    def again(form: Form | None, trouble: Any) -> str:
        return _draw(or_404(form), or_404(offer_templates.find(looking(), me(), key)), trouble)

    return write(Form.received(TemplateFacts), work, again)


@pages.post(f"{HERE}/<uuid:key>/drop")
def drop(key: UUID) -> Answer:
    """Offer it to nobody any more."""

    def work(ask: Ask) -> str:
        offer_templates.drop(ask, or_404(offer_templates.find(ask.db, me(), key)))
        return HERE

    return write(None, work, lambda form, trouble: (index(), 409))


def _draw(form: Form, template: OfferTemplate | None, trouble: Any = ()) -> str:
    refusals = trouble if isinstance(trouble, tuple) else ()
    return render_template(
        "quotations/template.html",
        form=form,
        template=template,
        here=f"{HERE}/{template.id}" if template else f"{HERE}/new",
        unlisted=_unlisted(template) if template else "",
        standing=[told(each) for each in refusals if each.field is None],
    )


# ── in the editor of a new quotation ──────────────────────────────────────────────────────────────────────────────


def chosen() -> OfferTemplate | None:
    """The template that the address of the editor names: `?template=…`; 404 when there is none of this id."""
    key = request.args.get("template", type=UUID)
    return or_404(offer_templates.find(looking(), me(), key)) if key is not None else None


def offered(deal: Deal) -> list[dict[str, str]]:
    """Links that open the editor of a deal with a template for customers of this class."""
    here = f"/deals/{deal.number}/quotations/new"
    found = offer_templates.of_class(looking(), me(), deal.customer.customer_class)
    return [{"label": each.name, "url": f"{here}?template={each.id}"} for each in found]


def warning(template: OfferTemplate | None) -> str:
    """What the editor says of a template that has grown old."""
    return _unlisted(template) if template else ""
