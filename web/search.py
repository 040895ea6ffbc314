"""Search from the top bar: deals and customers by number, name, pinyin, phone."""

import re
from typing import Any

from flask import Blueprint, redirect, render_template, request

from dealer import customers, reports
from web.asking import Answer, looking, me
from web.language import say, show

pages = Blueprint("search", __name__)


@pages.get("/search")
def page() -> Answer:
    """What fits; a deal's own number leads straight to it."""
    typed = request.args.get("q", "")[:100].strip()
    own_number = re.fullmatch(r"(?:KA-\d{4}-)?0*(\d{1,7})", typed, re.IGNORECASE)
    if own_number and typed.upper().startswith("KA"):
        return redirect(f"/deals/{int(own_number[1])}", 303)
    found = _found(typed) if typed else []
    return render_template("search/page.html", typed=typed, found=found, search_text=typed)


def _found(typed: str) -> list[dict[str, Any]]:
    hits: list[dict[str, Any]] = []
    for deal in reports.deals(looking(), me(), typed=typed)[:20]:
        hits.append(
            {"url": f"/deals/{deal.number}", "title": deal.customer.name, "kind": say("Deal"), "note": show(deal.state)}
        )
    if me().may_or_stands_in("see customers"):
        for each in customers.search(looking(), me(), typed, 20):
            note = show(each.customer_class)
            hits.append({"url": f"/customers/{each.number}", "title": each.name, "kind": say("Customer"), "note": note})
    return hits
