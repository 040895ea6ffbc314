"""What a price list that does not count yet would do to open quotations and approvals: a card of its page."""

from typing import Any

from dealer.prices import list_effects
from dealer.records.prices import PriceList, PriceListState
from dealer.records.quotations import PriceException, Quotation
from web import steps
from web.asking import looking, looking_ask
from web.language import say, show
from web.quotations.quotation_page import summary, title_of


def effects(price_list: PriceList) -> dict[str, Any] | None:
    """The card of a list that does not count yet: what waits, what ends, what is kept; each row leads there."""
    today = looking_ask().today
    counts = price_list.state is PriceListState.APPROVED and price_list.effective_from <= today
    if counts or price_list.state is PriceListState.WITHDRAWN:
        return None
    found = list_effects.effects_of(looking(), price_list, today)
    groups = (
        (say("Cannot be sent at their price any more"), "bad", found.blocked),
        (say("Would wait for a decision"), "wait", found.waiting),
        (say("Would wait no longer"), "ok", found.released),
        (say("Approvals that lapse"), "bad", found.lapsing),
        (say("Approvals that are honoured: the customer holds them"), "info", found.honoured),
    )
    return {
        "title": say("What it does on {day}", day=found.day),
        "count": found.count,
        "groups": [
            {"label": label, "tone": tone, "rows": [_thing(each) for each in things]}
            for label, tone, things in groups
            if things
        ],
    }


def _thing(thing: Quotation | PriceException) -> dict[str, Any]:
    if isinstance(thing, Quotation):
        code, note = title_of(thing), summary(thing)
    else:
        code, note = thing.asked["model"], say("{count} cars", count=thing.quantity)
    return {
        "url": steps.seen_url(thing),
        "title": thing.deal.customer.name,
        "note": f"{code} · {note}",
        "badge": show(thing.state),
    }
