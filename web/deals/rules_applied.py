"""Which rules a deal's quotation was priced by: the list, that day's house rules, what the manufacturer promised."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import g

from dealer.engine.database import calendar_of
from dealer.house import policies
from dealer.prices import allowances, pricing
from dealer.quotations import quotation
from dealer.records.deals import Deal
from dealer.records.quotations import Quotation
from web.asking import looking, me
from web.frame import names_of
from web.house.policies import told
from web.language import money, say, show, word

# House rules that tell who decides, or how long something stands.
APPLIED = (
    "quote_validity_most_days", "exception_validity_days", "acceptance_stands_days", "fleet_min_qty",
    "gift_budget_permille", "general_manager_threshold_fen", "vat_permille",
)  # fmt: skip


def panel(deal: Deal) -> dict[str, Any] | None:
    """The versions of the day on which a deal's quotation was submitted; of a draft, today's."""
    found = quotation.accepted(looking(), deal) or next(iter(quotation.of_deal(looking(), deal)), None)
    if found is None:
        return None
    day = calendar_of(looking()).today(found.submitted_at or g.now)
    rows = [*_list(found, day), *_promises(found, day), *(_house_rule(deal, name, day) for name in APPLIED)]
    return {
        "title": say("Rules that applied on {day}", day=day),
        "icon": "bank",
        "folded": say("{first} and {count} more", first=rows[0]["badge"], count=len(rows) - 1),
        "rows": rows,
        "buttons": [],
        "empty": "",
    }


def _list(version: Quotation, day: date) -> Iterator[dict[str, Any]]:
    """The list whose floors counted: as frozen when it was submitted or sent, else the one in force."""
    price_list = version.price_list or pricing.list_in_force(looking(), version.store_id, day)
    if price_list is not None:
        yield {
            "url": f"/pricelists/{price_list.number}" if me().may_or_stands_in("see settings") else "",
            "title": say("Price list"),
            "note": _since(price_list.effective_from, price_list.approved_by_id),
            "badge": price_list.name,
        }


def _house_rule(deal: Deal, name: str, day: date) -> dict[str, Any]:
    version = policies.version(looking(), deal.store_id, name, day)
    value = policies.policy(looking(), deal.store_id, name, day)
    return {
        "url": f"/policies/{name}" if me().may_or_stands_in("see settings") else "",
        "title": word("Policy", name),
        "note": _since(version.from_day, version.approved_by_id) if version else say("as the program brings it along"),
        "badge": told(name, value),
    }


def _since(day: date, approved_by: Any) -> str:
    name = names_of([approved_by]).get(approved_by, "")
    if not name:
        return say("since {day}", day=day)
    return say("since {day}, approved by {name}", day=day, name=name)


def _promises(version: Quotation, day: date) -> Iterator[dict[str, Any]]:
    """The manufacturer's policies: their number, until when they count, how much."""
    for line in version.lines:
        for extra in allowances.of_line(line):
            counts = pricing.stands(extra, day) and pricing.is_confirmed(line, extra)
            yield {
                "url": "",
                "title": f"{show(extra.kind)} · {extra.name}",
                "note": say("no. {number}, until {day}", number=extra.reference, day=extra.good_until),
                "badge": f"¥{money(extra.amount)}",
                "tone": "neutral" if counts else "bad",
            }
