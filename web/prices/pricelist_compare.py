"""Two price lists side by side: which models differ, by how much, which are new and which are gone."""

from typing import Any

from flask import Blueprint, abort, render_template, request

from dealer.prices import list_effects, pricelists
from dealer.prices.list_effects import Change
from dealer.records.prices import PriceList
from dealer.stock import catalogue
from web import steps
from web.asking import Answer, a_number, looking, me
from web.language import money, say, show
from web.prices.pricelists import KIND, TONES

pages = Blueprint("pricelist_compare", __name__)


@pages.get("/pricelists/<int:number>/compare")
def compare(number: int) -> Answer:
    """A list against another: `with` names it, else the one it takes over from. Only models that differ, in pages."""
    new = steps.find(looking(), KIND, number)
    others = list_effects.others(looking(), new)
    old = _chosen(new, others)
    found = list_effects.changes(looking(), old, new)
    first = max(request.args.get("after", 0, type=a_number), 0)
    page = found[first : first + pricelists.PAGE]
    more = f"{KIND.url(new)}/compare?with={old.number}&after={first + pricelists.PAGE}"
    return render_template(
        "pricelists/compare.html",
        price_list=new,
        here=KIND.url(new),
        names=[old.name, new.name],
        tabs=[_tab(new, each, old) for each in others],
        sides=[_side(each) for each in (old, new)],
        rows=[_row(each) for each in page],
        same=pricelists.count_lines(looking(), new) - sum(each.after is not None for each in found),
        changed=len(found),
        sees_cost=me().may_or_stands_in("see margins"),
        more=more if len(found) > first + pricelists.PAGE else "",
    )


def _chosen(new: PriceList, others: list[PriceList]) -> PriceList:
    wanted = request.args.get("with", type=a_number)
    if wanted is None:
        return list_effects.nearest(looking(), new) or abort(404)
    return next((each for each in others if each.number == wanted), None) or abort(404)


def _tab(new: PriceList, other: PriceList, old: PriceList) -> dict[str, Any]:
    return {
        "label": other.name,
        "url": f"{KIND.url(new)}/compare?with={other.number}",
        "current": other.id == old.id,
    }


def _side(price_list: PriceList) -> dict[str, Any]:
    return {
        "url": KIND.url(price_list),
        "title": price_list.name,
        "note": say("in force from {day}", day=price_list.effective_from),
        "badge": show(price_list.state),
        "tone": TONES[price_list.state],
    }


def _row(change: Change) -> list[Any]:
    model = change.line.model
    note = {(True, False): say("no longer on the list"), (False, True): say("new on the list")}.get(
        (change.after is None, change.before is None)
    )
    name = {"text": catalogue.full_name(model), "note": " · ".join(filter(None, (model.code, note)))}
    return [name, *(_price(change, each) for each in list_effects.PRICED)]


def _price(change: Change, name: str) -> dict[str, str]:
    """As it is now, with the difference; a side that is missing is a dash."""
    was, now = getattr(change.before, name, None), getattr(change.after, name, None)
    if was is None or now is None or was == now:
        return {"text": money(now if change.after is not None else was), "note": ""}
    return {"text": money(now), "note": money(now - was, sign=True)}
