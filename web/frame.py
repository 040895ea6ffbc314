"""The frame around every page: menu by role, counters of one's own work, the person, the language."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Flask, g, request

from dealer import deadlines, people
from dealer.alerts import reading
from dealer.approvals import approval_lists
from dealer.money import finance_desk
from dealer.prospects import hand_ins, notes
from dealer.records.outings import NoteState
from dealer.records.people import Role
from web.asking import looking, looking_ask, me
from web.language import say, show
from web.menu import MENU, NEW, Entry, Tabs


def names_of(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names of people by id."""
    return people.names(looking(), ids)


def due_now() -> int:
    """How much is due to this person: the figure at the page of the day."""
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
            "bell": {"url": "/alerts", "count": reading.how_many_unread(looking(), actor)},
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
    """Whether this page belongs to it; where one address begins with another, to the nearer one."""
    every = [
        each for _, items in MENU for item in items for each in (item.entries if isinstance(item, Tabs) else (item,))
    ]
    return _reach(entry) > 0 and _reach(entry) == max(_reach(each) for each in every)


def _reach(entry: Entry) -> int:
    """How much of this page's address is that of an entry."""
    here = f"{request.path}/"
    return max(len(each) if here.startswith(f"{each}/") else 0 for each in (entry.url, *entry.also))


def _lists_beside(actor: people.Actor, rules: set[str]) -> list[dict[str, Any]]:
    """Beside which other lists this one stands; none on the page of a single thing."""
    for item in (item for _, items in MENU for item in items if isinstance(item, Tabs)):
        shown = _shown(item, actor, rules)
        if len(shown) > 1 and request.path in {each.url for each in shown}:
            return [{"label": say(each.label), "url": each.url, "current": _is_here(each)} for each in shown]
    return []
