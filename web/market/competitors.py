"""Competitors: what was seen of them, newest first; the page of one model; a sighting, and where a deal shows it."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from dealer import people, workflow
from dealer.deals import deal_lists
from dealer.engine import history
from dealer.engine.history import History
from dealer.engine.steps import Ask
from dealer.market import competitor_models, model_comparisons, sightings
from dealer.market.competitor_models import Naming
from dealer.market.sightings import Seen
from dealer.records.deals import Deal
from dealer.records.market import CompetitorModel, Sighting, SightingState
from web import steps
from web.asking import Answer, a_number, looking, looking_ask, me, need, or_404, write
from web.deals import deals, timeline
from web.forms import Form, options
from web.language import clock, money, say, short_day, show
from web.papers.papers import show_file
from web.prospects.outings import named_in_the_address

pages = Blueprint("competitors", __name__)
S = SightingState


def title_of(sighting: Sighting) -> str:
    """丰田 RAV4 · 2026-11-10."""
    return f"{competitor_models.full_name(sighting.model)} · {short_day(sighting.seen_on)}"


def _known(sighting: Sighting, action: str) -> dict[str, Any]:
    return sightings.known_facts(sighting) if action == "correct" else {}


KIND = steps.register(
    steps.Kind("sightings", Sighting, sightings.SIGHTINGS, title=title_of, known=_known,
               sees=lambda sighting, who: sightings.sees(who, sighting))
)  # fmt: skip

# ── choices ───────────────────────────────────────────────────────────────────────────────────────────────────────


@options("competitor_brands")
def _brands() -> list[tuple[str, str]]:
    return [(brand, "") for brand in dict.fromkeys(each.brand for each in competitor_models.listed(looking(), me()))]


@options("competitor_names")
def _names() -> list[tuple[str, str]]:
    return [(each.name, competitor_models.full_name(each)) for each in competitor_models.listed(looking(), me())]


@options("competitor_models")
def _models() -> list[tuple[str, str]]:
    return [(str(each.id), competitor_models.full_name(each)) for each in competitor_models.listed(looking(), me())]


@options("sightings_of_deal")
def _of_this_deal() -> list[tuple[str, str]]:
    """What was seen for the deal of the thing whose form this is."""
    told: dict[str, Any] = request.view_args or {}
    thing = steps.find(looking(), steps.KINDS[told["kind"]], told["number"])
    return [(str(each.id), f"{title_of(each)} · {_seen(each)}") for each in sightings.of_deal(looking(), thing.deal)]


# ── the list, and one model ───────────────────────────────────────────────────────────────────────────────────────


@pages.get("/competitors")
def index() -> Answer:
    """Everything that was seen, newest first; which models have not been looked at for long."""
    need("see the market")
    rows = sightings.newest(looking(), me())
    before = sightings.stale_before(looking(), me().store_id, looking_ask().today)
    return render_template(
        "market/competitors.html",
        rows=[_row(each, before) for each in rows],
        stale=[{"name": competitor_models.full_name(each), "url": f"/competitors/{each.number}"}
               for each in sightings.stale_models(rows, before)],
        before=before,
        sheets=[
            {"url": f"/competitors/comparisons/{each.number}", "title": f"{each.model.brand} {each.model.name}",
             "note": " · ".join(told for told in (each.customer, each.person.name, clock(each.at)) if told)}
            for each in model_comparisons.latest(looking(), me())
        ],
        records=me().may_or_stands_in("see the market"),
    )  # fmt: skip


def _row(sighting: Sighting, before: Any) -> dict[str, Any]:
    old = sighting.seen_on < before
    return {
        "url": KIND.url(sighting),
        "tone": "wait" if old else "",
        "model": competitor_models.full_name(sighting.model),
        "what": _seen(sighting),
        "day": {"text": short_day(sighting.seen_on), "note": say("long ago") if old else ""},
        "source": {"text": show(sighting.source), "note": sighting.place},
        "owner": sighting.owner.name,
        "state": _state(sighting),
    }


def _seen(sighting: Sighting) -> str:
    """What was seen, in one line."""
    price = f"¥{money(sighting.price)} {show(sighting.price_kind)}" if sighting.price else ""
    return " · ".join(each for each in (price, sighting.configuration, sighting.policy) if each)[:200]


def _state(sighting: Sighting) -> dict[str, str] | None:
    if sighting.state is S.TAKEN_BACK:
        return {"label": show(sighting.state), "tone": "bad"}
    return {"label": say("Corrected"), "tone": "neutral"} if sighting.corrected_at else None


@pages.get("/competitors/<int:number>")
def model_page(number: int) -> Answer:
    """One model: its whole history of prices, equipment and policies."""
    need("see the market")
    model = _model(number)
    before = sightings.stale_before(looking(), me().store_id, looking_ask().today)
    return render_template(
        "market/competitor.html",
        model=competitor_models.full_name(model),
        number=number,
        rows=[_row(each, before) for each in sightings.newest(looking(), me(), model)],
        lost=[{"url": steps.seen_url(each), "cells": [each.customer.name, short_day(each.lost_at), each.owner.name]}
              for each in sightings.lost_to(looking(), me(), model)],
        records=me().may_or_stands_in("see the market"),
        keeps=me().may_or_stands_in("keep the market"),
        timeline=timeline.entries(list(reversed(history.of_thing(looking(), model.store_id, model.id)))),
    )  # fmt: skip


def _model(number: int) -> CompetitorModel:
    model: CompetitorModel = or_404(people.by_number(looking(), CompetitorModel, me(), number))
    return model


@pages.get("/competitors/<int:number>/rename")
def rename_form(number: int) -> Answer:
    """How it is called now."""
    need("keep the market")
    model = _model(number)
    return _renaming(number, Form(Naming, {"brand": model.brand, "name": model.name}))


@pages.post("/competitors/<int:number>/rename")
def rename(number: int) -> Answer:
    """Call it otherwise; the history keeps how it was."""

    def work(ask: Ask) -> str:
        competitor_models.rename(ask, or_404(people.by_number(ask.db, CompetitorModel, ask.actor, number)))
        return f"/competitors/{number}"

    return write(Form.received(Naming), work, lambda form, trouble: _renaming(number, form))


def _renaming(number: int, form: Form | None) -> str:
    return render_template(
        "market/rename.html", model=competitor_models.full_name(_model(number)), number=number, form=or_404(form)
    )


# ── a sighting ────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/sightings/new")
def new() -> Answer:
    """What was seen; the page one comes from names the deal or the model."""
    need("see the market")
    known: dict[str, Any] = {"seen_on": looking_ask().today}
    deal = next(iter(named_in_the_address("deal", Deal)), None)
    if deal is not None and deal_lists.sees_deal(deal, me(), looking()):
        known["deal"] = deal.id
    number = request.args.get("model", type=a_number)
    model = people.by_number(looking(), CompetitorModel, me(), number) if number is not None else None
    return _new(Form(Seen, known | ({"brand": model.brand, "name": model.name} if model else {})), None)


@pages.post("/sightings/new")
def record() -> Answer:
    """Note it; back to the deal it was noted for."""
    need("see the market")

    def work(ask: Ask) -> str:
        sighting = sightings.recorded(ask)
        workflow.begin(sighting, "record", ask)
        return KIND.url(sighting)

    return write(Form.received(Seen), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return render_template("market/sighting_new.html", form=or_404(form))


@pages.get("/sightings/<int:number>")
def page(number: int) -> Answer:
    """One sighting, and how it was written before."""
    sighting = steps.find(looking(), KIND, number)
    choices = sightings.SIGHTINGS.choices(sighting, looking_ask())
    told = history.of_thing(looking(), sighting.store_id, sighting.id)
    return render_template(
        "market/sighting.html",
        sighting=sighting,
        title=title_of(sighting),
        facts=_facts(sighting),
        state=_state(sighting),
        buttons=steps.buttons(KIND, sighting, choices),
        timeline=timeline.entries(list(reversed(told))),
        before=[_written(*each) for each in sightings.as_written(told)],
    )


def _written(row: History, was: dict[str, Any]) -> dict[str, Any]:
    """How it read at a time: what tells one text from the other."""
    price = f"¥{money(int(was['price']))}" if was.get("price") else "—"
    words = " · ".join(each for each in (was.get("configuration"), was.get("policy")) if each) or "—"
    return {"cells": [clock(row.at), f"{was['brand']} {was['name']}", was["seen_on"], price, words]}


def _facts(sighting: Sighting) -> list[dict[str, str]]:
    model, price = sighting.model, f"¥{money(sighting.price)} · {show(sighting.price_kind)}" if sighting.price else "—"
    rows = [
        {"label": say("Model"), "value": competitor_models.full_name(model), "url": f"/competitors/{model.number}"},
        {"label": say("Price seen"), "value": price},
        {"label": say("Equipment seen"), "value": sighting.configuration or "—"},
        {"label": say("Policy seen"), "value": sighting.policy or "—"},
        {"label": say("Where it was seen"), "value": " · ".join(filter(None, (show(sighting.source), sighting.place)))},
        {"label": say("Seen by"), "value": sighting.owner.name},
    ]
    if sighting.file_sha256:
        rows.append({"label": say("Photo or paper"), "value": say("Open"), "url": f"{KIND.url(sighting)}/file"})
    if sighting.deal is not None and (url := steps.seen_url(sighting.deal)):
        rows.append({"label": say("Deal"), "value": sighting.deal.customer.name, "url": url})
    return rows


@pages.get("/sightings/<int:number>/file")
def file(number: int) -> Response:
    """The photo or paper, as it was attached."""
    return show_file(steps.find(looking(), KIND, number).file_sha256)


# ── where others show it ──────────────────────────────────────────────────────────────────────────────────────────


def as_proof(sighting: Sighting) -> dict[str, str]:
    """What proves a price exception, as its page lists it."""
    told = f"{title_of(sighting)} · {_seen(sighting)}"
    return {"label": say("Seen of a competitor"), "value": told, "url": steps.seen_url(sighting)}


def _note_it(deal: Deal) -> list[dict[str, str]]:
    """The way to note what was seen while a deal is open."""
    if deal.state not in deal_lists.BOARD or not me().may_or_stands_in("see the market"):
        return []
    return [{"label": say("Note what was seen"), "url": f"/sightings/new?deal={deal.number}", "icon": "binoculars"}]


deals.WAYS.append(_note_it)


@deals.panel
def of_deal(deal: Deal) -> dict[str, Any] | None:
    """What was seen while it is negotiated, once there is something; the first is noted from what one can do."""
    rows = sightings.of_deal(looking(), deal) if me().may_or_stands_in("see the market") else []
    if not rows:
        return None
    return {
        "title": say("Competitors"),
        "icon": "binoculars",
        "rows": [
            {"url": steps.seen_url(each), "title": competitor_models.full_name(each.model), "note": _seen(each)}
            | {"badge": short_day(each.seen_on), "tone": "neutral"}
            for each in rows
        ],
        "buttons": [{"label": say("Compare with ours"), "url": f"/competitors/comparisons/new?deal={deal.number}"}],
        "empty": "",
    }
