"""Search from the top bar: deals, customers, cards by number, name, phone; cars by VIN, demo cars by plate."""

import re

from flask import Blueprint, redirect, render_template, request

from dealer.customers import customers
from dealer.deals import deal_lists
from dealer.drives import democars
from dealer.prospects import card_lists
from dealer.records.deals import Deal
from dealer.records.prospects import Prospect
from dealer.records.vehicles import Model
from dealer.stock import vehicles
from web.asking import Answer, looking, me
from web.language import say, show
from web.privacy import privacy

pages = Blueprint("search", __name__)
MOST = 20  # of each kind


@pages.get("/search")
def page() -> Answer:
    """What fits; a deal's own number leads straight to it."""
    typed = request.args.get("q", "")[:100].strip()
    own_number = re.fullmatch(r"(?:KA-\d{4}-)?0*(\d{1,7})", typed, re.IGNORECASE)
    if own_number and typed.upper().startswith("KA"):
        return redirect(f"/deals/{int(own_number[1])}", 303)
    found = _found(typed) if typed else []
    return render_template(
        "search/page.html", typed=typed, found=found, known=privacy.known_by(typed), search_text=typed
    )


def _found(typed: str) -> list[dict[str, str]]:
    hits = [_hit(f"/deals/{deal.number}", deal.customer.name, say("Deal"), show(deal.state)) for deal in _deals(typed)]
    if me().may_or_stands_in("see customers"):
        known = customers.search(looking(), me(), typed, MOST)
        hits += [
            _hit(f"/customers/{each.number}", each.name, say("Customer"), show(each.customer_class)) for each in known
        ]
    if me().may_or_stands_in("see cards"):
        cards = card_lists.search(looking(), me(), typed, MOST)
        hits += [
            _hit(f"/prospects/{card.number}", card.name, say("Card"), " · ".join(filter(None, _of_card(card))))
            for card in cards
        ]
    if me().may_or_stands_in("see stock"):
        cars = vehicles.by_end_of_vin(looking(), me(), typed, MOST)
        hits += [
            _hit(f"/stock/{car.number}", car.vin, say("Vehicle"), f"{_called(car.model)} · {show(car.state)}")
            for car in cars
        ]
    if me().may_or_stands_in("see drives"):
        plated = democars.by_plate(looking(), me(), typed)
        hits += [_hit("/democars", car.plate, say("Demo car"), _called(car.model)) for car in plated]
    return hits


def _of_card(card: Prospect) -> tuple[str, ...]:
    return card.company, card.owner.name, show(card.state), say("Do not call") if card.do_not_call else ""


def _called(model: Model) -> str:
    return f"{model.brand} {model.name}"


def _deals(typed: str) -> list[Deal]:
    return deal_lists.deals(looking(), me(), typed=typed)[:MOST]


def _hit(url: str, title: str, kind: str, note: str) -> dict[str, str]:
    return {"url": url, "title": title, "kind": kind, "note": note}
