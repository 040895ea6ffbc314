"""Cards of a deal's page about the purchase itself: its tender, its margin, and who has a part in it."""

from typing import Any

from flask import g

from dealer import deadlines, workflow
from dealer.deals import margins, parties, tenders
from dealer.engine.database import calendar_of
from dealer.records.contracts import PartyRole
from dealer.records.customers import Customer
from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal
from web import due
from web.asking import looking, looking_ask, me
from web.language import money, say, show, told, word

# ── the tender ────────────────────────────────────────────────────────────────────────────────────────────────────


def tender(deal: Deal) -> dict[str, Any] | None:
    """The dates of a tender, each with what has become of it."""
    way = button(deal, "keep_tender")
    if deal.tender is None and not way:
        return None
    return {
        "title": say("Tender"),
        "icon": "calendar2-week",
        "hints": [*_next_dates(deal), *(told(each) for each in tenders.hints(looking(), deal))],
        "rows": [*_bond(deal), *_dates(deal)],
        "buttons": way,
        "empty": say("No date of the tender is known yet."),
    }


def _next_dates(deal: Deal) -> list[str]:
    """What its owner was warned of, or has let pass: the next things to see to, as the deadlines tell them."""
    soon = (row for row in deadlines.open_in_case(looking(), deal.id, tenders.KINDS) if row.warned_at is not None)
    return [
        say("{what} by {day}: {left}", what=word("Deadline", row.kind), day=due.when(row.due_at), left=_left(row))
        for row in sorted(soon, key=lambda row: row.due_at)
    ]


def _left(row: Deadline) -> str:
    return say("overdue") if row.due_at < g.now else due.ahead(row) or say("Today")


def button(deal: Deal, action: str) -> list[dict[str, str]]:
    """The way to a step's form, for who may take it now."""
    choices = workflow.DEALS.choices(deal, looking_ask())
    if any(each.step.action == action and each.is_open for each in choices):
        return [{"label": say("Edit"), "url": f"/deals/{deal.number}/{action}"}]
    return []


def _bond(deal: Deal) -> list[dict[str, Any]]:
    known = deal.tender
    if known is None or known.bond is None:
        return []
    if known.bond_back_on:
        badge, tone = say("Back on {day}", day=known.bond_back_on), "ok"
    elif known.bond_paid_on:
        badge, tone = say("Paid on {day}", day=known.bond_paid_on), "info"
    else:
        badge, tone = say("Not paid"), "neutral"
    return [{"title": say("Bid bond"), "note": f"¥{money(known.bond)}", "badge": badge, "tone": tone}]


def _dates(deal: Deal) -> list[dict[str, Any]]:
    rows = []
    for each in tenders.dates_of(looking(), deal):
        if each.due is not None:
            row = deadlines.latest_for(looking(), deal, each.kind)
            badge, tone = _standing(each, row)
            rows.append(
                {"title": word("Deadline", each.kind), "note": due.when(each.due), "badge": badge, "tone": tone}
            )
    return rows


def _standing(date: tenders.DateOf, row: Deadline | None) -> tuple[str, str]:
    if date.done or (row is not None and row.done_at is not None):
        return say("Done"), "ok"
    if date.due is not None and date.due < g.now:
        return say("Past"), "neutral"
    if row is not None and row.warned_at is not None:
        return due.ahead(row) or say("Today"), "wait"
    return say("To come"), "info"


# ── the margin ────────────────────────────────────────────────────────────────────────────────────────────────────


def margin(deal: Deal) -> dict[str, Any] | None:
    """What is left of the deal, for those who may see it and for nobody else."""
    if not me().may_or_stands_in("see margins"):
        return None
    found = margins.ladder(looking(), deal, calendar_of(looking()).today(g.now))
    if found is None:
        return None
    left = found.margin
    tone = "neutral" if left is None else "bad" if left < 0 else "ok"
    row = {"title": say("Margin of the deal"), "url": f"/deals/{deal.number}/margin", "note": "", "tone": tone}
    return {
        "title": say("Margin"),
        "icon": "bar-chart-steps",
        "rows": [row | {"badge": say("Cost unknown") if left is None else money(left, sign=True)}],
        "buttons": [],
        "empty": "",
    }


# ── who has a part in it ──────────────────────────────────────────────────────────────────────────────────────────


def who_takes_part(deal: Deal) -> dict[str, Any] | None:
    """Who buys, is invoiced, pays and uses the cars, where these are not one and the same."""
    way = button(deal, "name_parties")
    if not deal.parties and not way:
        return None
    rows = [_party(deal.customer.name, parties.buyers_roles(deal), deal.customer)]
    rows += [_party(each.name, parties.roles_of(each), each.customer) for each in deal.parties]
    return {
        "title": say("Who buys, pays and uses"),
        "icon": "people",
        "rows": rows if deal.parties else [],
        "buttons": way,
        "empty": say("The customer buys, is invoiced, pays and uses the cars."),
    }


def _party(name: str, roles: list[PartyRole], customer: Customer | None) -> dict[str, Any]:
    known = customer is not None and me().may_or_stands_in("see customers")
    return {
        "title": name,
        "url": f"/customers/{customer.number}" if known and customer is not None else "",
        "note": show(roles),
        "badge": say("Known customer") if customer is not None else say("Named here"),
        "tone": "neutral",
    }
