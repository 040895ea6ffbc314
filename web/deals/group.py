"""The supervisor's view of the own group: prices below the floor, what waits, what is late, what stands still."""

from typing import Any

from flask import Blueprint, g, render_template

from dealer import deadlines
from dealer.customers import promises
from dealer.deals import group_view, idle
from dealer.records.deadlines import Deadline
from web import due, steps
from web.asking import Answer, looking, looking_ask, me, need
from web.deals import deals
from web.frame import names_of
from web.language import say, show, word

pages = Blueprint("group", __name__)


@pages.get("/group")
def page() -> Answer:
    """Own group only: prices below the floor, what waits, what is late, what stands still."""
    need("lead a group")
    ask = looking_ask()
    cards, tasks = group_view.late_cards(ask), group_view.late_tasks(ask)
    below, pending, still = group_view.below_floor(ask), group_view.pending(ask), group_view.idle_deals(ask)
    late = [_card(each) for each in cards] + [_task(each) for each in tasks]
    promised = [each for each in promises.of_all(looking(), me()) if each.is_late(ask.today)]
    return render_template(
        "deals/group.html",
        people=show([each.name for each in group_view.members(looking(), me())]),
        figures=[
            {"label": say("Below the floor"), "value": len(below), "url": "#below"},
            {"label": say("Prices that wait"), "value": len(pending), "url": "#pending"},
            _red(say("Overdue follow-ups"), len(late), "#late"),
            _red(say("Standing still"), len(still), "#still"),
            _red(say("Overdue promises"), len(promised), "/promises"),
        ],
        below=[_below(each) for each in below],
        pending=[_pending(each) for each in pending],
        late=late,
        still=[_still(each) for each in still],
    )


def _red(label: str, value: int, url: str) -> dict[str, Any]:
    return {"label": label, "value": value, "url": url, "tone": "bad" if value else ""}


def _below(each: group_view.BelowFloor) -> dict[str, Any]:
    quotation = each.quotation
    return {
        "url": f"/deals/{quotation.deal.number}/quotation",
        "cells": [
            {"text": quotation.deal.customer.name, "note": deals.code_of(quotation.deal)},
            str(len(each.lines)),
            show(quotation.state),
            say("Approved") if each.approved else say("Not approved"),
        ],
    }


def _pending(exception: Any) -> dict[str, Any]:
    return {
        "url": f"/approvals/{exception.number}",
        "cells": [
            {"text": exception.deal.customer.name, "note": deals.code_of(exception.deal)},
            show(exception.tier),
            due.when(exception.due_at) if exception.due_at else "—",
        ],
    }


def _card(card: Any) -> dict[str, Any]:
    when = due.when(card.next_contact_at)
    return {
        "url": steps.seen_url(card),
        "cells": [{"text": card.name, "note": show(card.level)}, card.owner.name, when],
    }


def _task(row: Deadline) -> dict[str, Any]:
    thing = deadlines.subject_of(looking(), row)
    kind = steps.kind_of(thing)
    about = kind.title(thing) if kind else row.note
    who = names_of((row.owner_id,)).get(row.owner_id, "") if row.owner_id else ""
    what = {"text": word("Deadline", row.kind), "note": about}
    return {"url": steps.seen_url(thing), "cells": [what, who, due.when(row.due_at)]}


def _still(deal: Any) -> dict[str, Any]:
    return {
        "url": deals.KIND.url(deal),
        "cells": [
            {"text": deal.customer.name, "note": deals.code_of(deal)},
            deal.owner.name,
            show(deal.state),
            say("{days} days", days=idle.days_still(deal, g.now)),
        ],
    }
