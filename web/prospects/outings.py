"""Outbound visits: the month, what is overdue, the page of one with its report."""

import calendar as months
from datetime import date
from typing import Any

from flask import Blueprint, g, render_template, request

from dealer import people, workflow
from dealer.customers import customers
from dealer.deals import deal_lists
from dealer.engine import history
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.engine.words import SHOP_ZONE
from dealer.market import outside_contacts
from dealer.prospects import card_lists, outings
from dealer.prospects.outings import Planning
from dealer.prospects.prospects import LIVE
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.market import OutsideContact, OutsideState
from dealer.records.outings import Outing, OutingKind, OutingState
from dealer.records.prospects import Prospect
from web import steps
from web.asking import Answer, a_number, day_asked, looking, looking_ask, me, need, write
from web.deals import deals, timeline
from web.forms import Form, options
from web.language import clock, say, short_day, show

pages = Blueprint("outings", __name__)
S = OutingState

TONES = {S.PLANNED: "info", S.MADE: "ok", S.CALLED_OFF: "neutral"}
MONDAY_FIRST = months.Calendar(0)


def _sees(outing: Outing, who: people.Actor) -> bool:
    return outings.sees(looking(), who, outing)


def _known(outing: Outing, action: str) -> dict[str, Any]:
    return {"at": outing.planned_at} if action == "move" else {}


KIND = steps.register(steps.Kind("outings", Outing, outings.OUTINGS, title=outings.whom, sees=_sees, known=_known))


# ── choices ───────────────────────────────────────────────────────────────────────────────────────────────────────


def named_in_the_address(name: str, record: type[Any]) -> list[Any]:
    """What the page that one comes from speaks of: it is a choice, however old."""
    number = request.args.get(name, type=a_number)
    found = people.by_number(looking(), record, me(), number) if number is not None else None
    return [found] if found is not None else []


@options("customers_to_visit")
def _customers() -> list[tuple[str, str]]:
    return once([*named_in_the_address("customer", Customer), *customers.newest(looking(), me())])


@options("cards_to_visit")
def _cards() -> list[tuple[str, str]]:
    named = [
        card for card in named_in_the_address("card", Prospect) if card_lists.can_be_visited(looking(), me(), card)
    ]
    return once([*named, *card_lists.newest(looking(), me(), LIVE)])


@options("outside_to_visit")
def _outside() -> list[tuple[str, str]]:
    known = [each for each in outside_contacts.all_of(looking(), me()) if each.state is OutsideState.ACTIVE]
    return once(
        [*named_in_the_address("outside", OutsideContact), *known], lambda each: f"{each.organisation} · {each.name}"
    )


@options("deals_to_visit")
def _deals() -> list[tuple[str, str]]:
    named = [deal for deal in named_in_the_address("deal", Deal) if deal_lists.sees_deal(deal, me(), looking())]
    found = [*named, *deal_lists.deals(looking(), me(), states=deal_lists.BOARD)]
    return once(found, lambda deal: f"{deal.customer.name} · {deal.title or deal.number}")


def once(things: list[Any], called: Any = lambda thing: thing.name) -> list[tuple[str, str]]:
    return list({str(thing.id): (str(thing.id), called(thing)) for thing in things}.values())


# ── the month ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/outings")
def index() -> Answer:
    """A month of visits, what is overdue above it, and sub-dealers that nobody goes to see."""
    need("see cards")
    today = looking_ask().today
    first, kind = (day_asked() or today).replace(day=1), _kind_asked()
    calendar, following = calendar_of(looking()), add_months(first, 1)
    found = outings.between(looking(), me(), calendar.start_of(first), calendar.start_of(following), kind)
    return render_template(
        "outings/list.html",
        title=say("{year}-{month}", year=first.year, month=f"{first.month:02}"),
        weeks=_weeks(first, found, today),
        days=[say(name) for name in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")],
        before=_url(add_months(first, -1), kind),
        after=_url(following, kind),
        tabs=[
            {"label": show(each) if each else say("All kinds"), "url": _url(first, each), "current": each is kind}
            for each in (None, *OutingKind)
        ],
        overdue=[_row(each) for each in outings.overdue(looking(), me(), g.now, kind)],
        neglected=[
            {"url": f"/customers/{each.number}", "name": each.name, "plan": f"/outings/new?customer={each.number}"}
            for each in (outings.neglected(looking(), me(), today) if kind is OutingKind.SUB_DEALER else [])
        ],
        plans=me().may_or_stands_in("make visits"),
    )


def _kind_asked() -> OutingKind | None:
    asked = request.args.get("kind", "")
    return next((kind for kind in OutingKind if kind.value == asked), None)


def _url(first: date, kind: OutingKind | None) -> str:
    return f"/outings?day={first}" + (f"&kind={kind.value}" if kind else "")


def _weeks(first: date, found: list[Outing], today: date) -> list[list[dict[str, Any]]]:
    """The month as a wall calendar, Monday first; days of other months stay blank."""
    of_day: dict[date, list[Outing]] = {}
    for each in found:
        of_day.setdefault(calendar_of(looking()).today(each.planned_at), []).append(each)
    return [
        [
            {"day": day.day, "inside": day.month == first.month, "today": day == today}
            | {"rows": [_row(each) for each in of_day.get(day, []) if day.month == first.month]}
            for day in week
        ]
        for week in MONDAY_FIRST.monthdatescalendar(first.year, first.month)
    ]


def _row(outing: Outing) -> dict[str, Any]:
    late = outing.state is S.PLANNED and outing.planned_at < g.now
    return {
        "url": KIND.url(outing),
        "whom": outings.whom(outing),
        "kind": show(outing.kind),
        "time": f"{outing.planned_at.astimezone(SHOP_ZONE):%H:%M}",
        "when": clock(outing.planned_at),
        "owner": outing.owner.name,
        "aim": outing.aim,
        "tone": "bad" if late else TONES[outing.state],
        "state": say("Overdue") if late else show(outing.state),
    }


# ── on the page of a deal ─────────────────────────────────────────────────────────────────────────────────────────


@deals.panel
def of_deal(deal: Deal) -> dict[str, Any] | None:
    """The visits that were made for it, once there is one; the first is planned from what one can do."""
    rows = [_row(each) | {"link": steps.seen_url(each)} for each in outings.of_deal(looking(), deal)]
    if not rows:
        return None
    return {
        "title": say("Outbound visits"),
        "icon": "geo-alt",
        "rows": [
            {"url": row["link"], "title": row["when"], "note": f"{row['owner']} · {row['aim']}"}
            | {"badge": row["state"], "tone": row["tone"]}
            for row in rows
        ],
        "buttons": [],
        "empty": "",
    }


# ── a new one, and the page of one ────────────────────────────────────────────────────────────────────────────────


@pages.get("/outings/new")
def new() -> Answer:
    """Whom to visit, when and what for; the page one comes from names customer, card or deal, and the kind."""
    need("make visits")
    known = {name: found[0].id for name, found in _all_named().items() if found}
    if (kind := _kind_asked()) is not None:
        known["kind"] = kind
    return _new(Form(Planning, known), None)


def _all_named() -> dict[str, list[Any]]:
    records = {"customer": Customer, "card": Prospect, "deal": Deal, "outside": OutsideContact}
    return {name: named_in_the_address(name, record) for name, record in records.items()}


@pages.post("/outings/new")
def plan() -> Answer:
    """Plan it: it stands in one's own day from then on."""
    need("make visits")

    def work(ask: Ask) -> str:
        outing = outings.planned(ask)
        workflow.begin(outing, "plan", ask)
        return KIND.url(outing)

    return write(Form.received(Planning), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return render_template("outings/new.html", form=form or Form(Planning))


@pages.get("/outings/<int:number>")
def page(number: int) -> Answer:
    """One visit: the aim, and what became of it."""
    outing = steps.find(looking(), KIND, number)
    choices = outings.OUTINGS.choices(outing, looking_ask())
    told = history.of_thing(looking(), outing.store_id, outing.id)
    return render_template(
        "outings/page.html",
        outing=outing,
        row=_row(outing),
        links=_links(outing),
        made=clock(outing.made_at),
        next_at=short_day(outing.next_at),
        buttons=steps.buttons(KIND, outing, choices),
        timeline=timeline.entries(list(reversed(told))),
    )


def _links(outing: Outing) -> list[dict[str, str]]:
    """The customer, the card and the deal that it is about, as far as this person may look at them."""
    found: list[dict[str, str]] = []
    if outing.customer and me().may_or_stands_in("see customers"):
        found.append(
            {"label": say("Customer"), "value": outing.customer.name, "url": f"/customers/{outing.customer.number}"}
        )
    for label, thing in (("Card", outing.prospect), ("Deal", outing.deal), ("Outside contact", outing.outside)):
        if thing is not None and steps.seen_url(thing):
            name = thing.customer.name if isinstance(thing, Deal) else thing.name
            found.append({"label": say(label), "value": name, "url": steps.seen_url(thing)})
    return found
