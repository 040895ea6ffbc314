"""A sheet that compares our model with competitors': which ones, and its papers in both languages."""

from typing import Any

from flask import Blueprint, Response, abort, render_template

from dealer import people
from dealer.market import model_comparisons, sightings
from dealer.market.model_comparisons import Comparing
from dealer.papers import printing
from dealer.records.deals import Deal
from dealer.records.market import ModelComparison
from web import steps
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.forms import Form
from web.language import clock
from web.papers import both_papers
from web.prospects.outings import named_in_the_address

pages = Blueprint("model_comparisons", __name__)
HERE = "/competitors/comparisons"


@pages.get(f"{HERE}/new")
def new() -> Answer:
    """For the deal that the page one comes from names: its first wanted model, and what was seen for it."""
    need("see the market")
    deal = next((each for each in named_in_the_address("deal", Deal) if steps.seen_url(each)), None)
    if deal is None:
        return _new(Form(Comparing), None)
    wanted = deal.need.lines[0].model_id if deal.need and deal.need.lines else ""
    seen = dict.fromkeys(str(each.model_id) for each in sightings.of_deal(looking(), deal))
    theirs = list(seen)[: model_comparisons.RIVALS]
    return _new(Form(Comparing, {"ours": wanted, "theirs": theirs, "deal": deal.id}), None)


@pages.post(f"{HERE}/new")
def make() -> Answer:
    """Have it printed."""
    need("see the market")
    return write(Form.received(Comparing), lambda ask: f"{HERE}/{model_comparisons.make(ask).number}", _new)


def _new(form: Form | None, trouble: Any) -> str:
    before = sightings.stale_before(looking(), me().store_id, looking_ask().today)
    return render_template("market/comparison_new.html", form=or_404(form), before=before)


def _sheet(number: int) -> ModelComparison:
    need("see the market")
    sheet: ModelComparison = or_404(people.by_number(looking(), ModelComparison, me(), number))
    return sheet


@pages.get(f"{HERE}/<int:number>")
def page(number: int) -> Answer:
    """The papers, once the press is done with them."""
    sheet = _sheet(number)
    return render_template(
        "market/comparison.html",
        title=f"{sheet.model.brand} {sheet.model.name}",
        note=" · ".join(each for each in (sheet.customer, sheet.person.name, clock(sheet.at)) if each),
        papers=both_papers.told_of(looking(), sheet.id, f"{HERE}/{number}"),
    )


@pages.get(f"{HERE}/<int:number>/press")
def press(number: int) -> Answer:
    """Asked by the page while the press is at it."""
    return both_papers.asked(looking(), _sheet(number).id)


@pages.get(f"{HERE}/<int:number>/<any(zh,en):spoken>")
def file(number: int, spoken: str) -> Response:
    """The PDF as it left the press."""
    found = printing.in_both(looking(), _sheet(number).id).get(spoken)
    return both_papers.show(found) if found is not None else abort(404)
