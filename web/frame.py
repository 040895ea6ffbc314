"""The frame around every page: menu by role, counters of one's own work, the person, the language."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask, g, request

from dealer import deadlines, people
from dealer.approvals import approval_lists
from dealer.money import finance_desk
from dealer.prospects import hand_ins, notes
from dealer.records.outings import NoteState
from dealer.records.people import Role
from web.asking import looking, looking_ask, me
from web.language import say, show


@dataclass(frozen=True)
class Entry:
    """One line of the menu, or one tab of it: who sees it (None: everybody), where it leads, how it looks."""

    duty: str | None
    url: str
    icon: str
    label: str  # English: the key of its translation
    also: tuple[str, ...] = ()  # further addresses whose pages belong to it


@dataclass(frozen=True)
class Tabs:
    """One line of the menu for several lists of one subject: it leads to the first that somebody sees."""

    icon: str
    label: str
    entries: tuple[Entry, ...]


MENU = (
    (
        None,
        (
            Entry(None, "/today", icon="house", label="Today"),
            Entry("see deals", "/deals", icon="briefcase", label="Deals"),
            Entry("see approvals", "/approvals", icon="patch-check", label="Approvals"),
            Entry("see visits", "/walkins", icon="person-walking", label="Walk-ins"),
        ),
    ),
    (
        "Customers",
        (
            Entry("see customers", "/customers", icon="buildings", label="Customers"),
            Entry("see cards", "/prospects", icon="person-vcard", label="Prospects"),
            Entry("see cards", "/hand-ins", icon="clipboard-check", label="Hand-ins"),
            Entry("see cards", "/outings", icon="geo-alt", label="Outbound visits"),
            Entry("see the market", "/contacts", icon="person-rolodex", label="Outside contacts"),
            Entry("see notes", "/notes", icon="chat-left-text", label="Feedback"),
            Entry(
                "see sub-dealers",
                "/network",
                icon="shop",
                label="Sub-dealers",
                also=("/support-requests", "/sub-dealer-statements"),
            ),
        ),
    ),
    (
        "Business",
        (
            Entry("see drives", "/drives", icon="calendar-week", label="Test drives"),
            Entry("ask for cars", "/trips", icon="key", label="Car requests"),
            Entry("see stock", "/deliveries", icon="truck", label="Deliveries"),
            Entry("see stock", "/stock", icon="boxes", label="Stock", also=("/allocation",)),
            Entry("see the money", "/money", icon="cash-coin", label="Money"),
            Entry("see contracts", "/contracts", icon="printer", label="Contracts"),
            Entry("see contracts", "/frameworks", icon="file-earmark-ruled", label="Frameworks"),
            Entry("see reports", "/reports", icon="bar-chart", label="Reports"),
        ),
    ),
    (
        "Management",
        (
            Entry(
                "see claims",
                "/claims",
                icon="folder-check",
                label="Rebate claims",
                also=("/sheet-layouts", "/statement-rows"),
            ),
            Entry("see plans", "/plans", icon="bullseye", label="Plans", also=("/workplans",)),
            Entry("lead a group", "/group", icon="people", label="My group"),
            Entry("see care", "/promises", icon="calendar-check", label="Promises"),
            Entry("raise risks", "/risks", icon="exclamation-triangle", label="Risks"),
            Entry("report emergencies", "/emergencies", icon="lightning", label="Emergencies"),
            Entry("ask for leave", "/leave", icon="calendar-x", label="Leave"),
            Entry("see campaigns", "/campaigns", icon="megaphone", label="Campaigns"),
            Entry("see the market", "/competitors", icon="binoculars", label="Competitors", also=("/sightings",)),
            Entry("ask for leave", "/training", icon="mortarboard", label="Training"),
            Entry(
                "see oem",
                "/oem",
                icon="award",
                label="Manufacturer: policies and rebates",
                also=("/oem-policies", "/filings", "/rebates"),
            ),
            Entry("ask for leave", "/appraisals", icon="clipboard-data", label="Appraisals"),
        ),
    ),
    (
        "After-sales",
        (
            Entry("see care", "/care", icon="telephone", label="Customer care", also=("/reviews",)),
            Entry("see complaints", "/complaints", icon="megaphone", label="Complaints"),
            Entry(
                "take enquiries",
                "/enquiries",
                icon="question-circle",
                label="Enquiries and appointments",
                also=("/appointments", "/workshop"),
            ),
        ),
    ),
    (
        "Settings",
        (
            Entry("see settings", "/pricelists", icon="tags", label="Price lists"),
            Entry("keep offer templates", "/offer-templates", icon="file-earmark-plus", label="Offer templates"),
            Entry("see clauses", "/clauses", icon="card-text", label="Clauses"),
            Entry("see inspection lists", "/inspection-lists", icon="list-check", label="Inspection lists"),
            Entry("see settings", "/people", icon="people", label="Staff"),
            Entry(
                "take data requests",
                "/requests",
                icon="shield-lock",
                label="Personal data",
                also=("/privacy", "/exports", "/sales-files"),
            ),
            Entry("see settings", "/policies", icon="sliders", label="House rules"),
            Entry("see settings", "/settings", icon="gear", label="Shop"),
        ),
    ),
)
NEW = (
    Entry("start deals", "/deals/new", icon="briefcase", label="New deal"),
    Entry("log visits", "/walkins/new", icon="person-walking", label="New walk-in"),
    Entry("book drives", "/drives/new", icon="calendar-plus", label="Book a test drive"),
    Entry("ask for cars", "/trips/new", icon="key", label="Ask for a car"),
    Entry("register complaints", "/complaints/new", icon="megaphone", label="Register a complaint"),
)


def names_of(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names of people by id."""
    return people.names(looking(), ids)


def due_now() -> int:
    """How much is due to this person: the figure at the bell."""
    if "due_now" not in g:
        g.due_now = deadlines.how_many_due_to(looking(), me(), g.now)
    return int(g.due_now)


def to_decide() -> int:
    """How many prices wait for this person: the figure at the approvals."""
    return approval_lists.how_many_wait_for(looking(), me())


def to_sign() -> int:
    """How many hand-ins wait for this person's signature: the figure at the hand-ins."""
    return hand_ins.how_many_to_sign(looking(), me())


def to_read() -> int:
    """How many notes this person has not read: the figure at the feedback."""
    return notes.how_many(looking(), me(), NoteState.SENT) if me().may_or_stands_in("answer notes") else 0


def money_to_see_to() -> int:
    """How many payments and cars without an invoice wait for this person: the figure at the money."""
    return finance_desk.how_many(looking_ask()) if me().may_or_stands_in("see the money") else 0


COUNTERS = {
    "/today": due_now, "/approvals": to_decide, "/hand-ins": to_sign, "/notes": to_read, "/money": money_to_see_to,
}  # fmt: skip
"""What is counted in the menu: one's own work."""


def role_of(actor: people.Actor) -> str:
    """The words under a person's name."""
    return show(sorted(actor.roles, key=list(Role).index)) or say("no role")


def register(app: Flask) -> None:
    """Give every page of a signed-in person its frame."""
    rules = {rule.rule for rule in app.url_map.iter_rules()}

    @app.context_processor
    def _frame() -> dict[str, Any]:
        actor = g.get("actor")
        if actor is None:
            return {}
        return {
            "nav": _menu(actor, rules),
            "lists_beside": _lists_beside(actor, rules),
            "new_items": [
                {"url": each.url, "icon": each.icon, "label": say(each.label)}
                for each in NEW
                if _shows(each, actor, rules)
            ],
            "bell": {"url": "/today", "count": due_now()},
            "person": {"name": actor.name, "role": role_of(actor), "id": actor.id},
        }


def _menu(actor: people.Actor, rules: set[str]) -> list[dict[str, Any]]:
    sections = []
    for label, items in MENU:
        shown = [line for each in items if (line := _line(each, actor, rules))]
        if shown:
            sections.append({"label": say(label) if label else None, "items": shown})
    return sections


def _shown(item: Entry | Tabs, actor: people.Actor, rules: set[str]) -> list[Entry]:
    entries = item.entries if isinstance(item, Tabs) else (item,)
    return [each for each in entries if _shows(each, actor, rules)]


def _shows(entry: Entry, actor: people.Actor, rules: set[str]) -> bool:
    return entry.url in rules and (entry.duty is None or actor.may_or_stands_in(entry.duty))


def _line(item: Entry | Tabs, actor: people.Actor, rules: set[str]) -> dict[str, Any] | None:
    """None where the person sees nothing of it; of a single tab its own name."""
    shown = _shown(item, actor, rules)
    if not shown:
        return None
    told = item if len(shown) > 1 else shown[0]
    counters = [COUNTERS[each.url] for each in shown if each.url in COUNTERS]
    return {
        "url": shown[0].url,
        "icon": told.icon,
        "label": say(told.label),
        "count": sum(counter() for counter in counters),
        "urgent": bool(counters),
        "current": any(_is_here(each) for each in shown),
    }


def _is_here(entry: Entry) -> bool:
    return any(f"{request.path}/".startswith(f"{each}/") for each in (entry.url, *entry.also))


def _lists_beside(actor: people.Actor, rules: set[str]) -> list[dict[str, Any]]:
    """Beside which other lists this one stands; none on the page of a single thing."""
    for item in (item for _, items in MENU for item in items if isinstance(item, Tabs)):
        shown = _shown(item, actor, rules)
        if len(shown) > 1 and request.path in {each.url for each in shown}:
            return [{"label": say(each.label), "url": each.url, "current": _is_here(each)} for each in shown]
    return []
