"""The approvals inbox: what waits for me, what I decided, what I asked for; and the one case one decides about."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, render_template, request

from dealer import people
from dealer.approvals import approval_lists, approvals, stages
from dealer.engine.steps import Choice
from dealer.engine.words import Yuan
from dealer.prices import pricing
from dealer.records.quotations import ExceptionState, PriceException, Tier
from web import steps
from web.approvals import approval_case, approval_stages
from web.asking import Answer, looking, looking_ask, me
from web.deals import deals
from web.forms import Form, options
from web.language import lasting, money, say, show, told, word
from web.papers.papers import show_file
from web.prices.price_look import sees_floors
from web.quotations.quotation_page import EXCEPTION_TONES

pages = Blueprint("approvals", __name__)
S = ExceptionState

Cases = Callable[[Any, people.Actor], list[PriceException]]
TABS: dict[str, tuple[str, Cases]] = {
    "waiting": ("Waiting for me", approvals.waiting_for),
    "decided": ("Decided by me", approvals.decided_by),
    "asked": ("Asked by me", approvals.asked_by),
    "copied": ("Copied to me", approvals.copied_to),
}
UNDECIDED = (S.PENDING, S.COUNTERED, S.RETURNED)
OPEN_IN = {"waiting": (S.PENDING,), "decided": UNDECIDED, "asked": UNDECIDED, "copied": UNDECIDED}
"""What a tab counts: the cases that are not over."""
DECISIONS = ("approve", "counter", "return", "refuse", "forward")


def _known(exception: PriceException, action: str) -> Mapping[str, Any]:
    match action:
        case "submit":
            return {"reason": exception.reason, "project_approval": exception.project_approval or ""}
        case "counter":
            floor = approval_case.own_floor(exception)
            return {"price": floor} if floor else {}
        case _:
            return {}


def _after(exception: PriceException, action: str) -> str:
    """Who has decided goes on to the next case."""
    if action not in DECISIONS:
        return KIND.url(exception)
    said = say("{case}: {state}.", case=exception.deal.customer.name, state=exception.state)
    if action == "approve" and exception.state is S.PENDING:
        said = say("{case}: your word is noted, others decide after you.", case=exception.deal.customer.name)
    flash(said, "success")
    return "/approvals"


KIND = steps.register(
    steps.Kind(
        "approvals",
        PriceException,
        approvals.EXCEPTIONS,
        title=lambda exception: str(exception.deal.customer.name),
        sees=lambda exception, who: approvals.sees(looking(), exception, who),
        known=_known,
        after=_after,
    )
)


@options("earlier_stages")
def _earlier_stages() -> list[tuple[int, str]]:
    exception: PriceException = steps.find(looking(), KIND, int((request.view_args or {})["number"]))
    passed = stages.of(exception)[: exception.stage]
    return [(at, approval_stages.label(stage)) for at, stage in enumerate(passed, 1)]


# ── the inbox ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/approvals")
def index() -> Answer:
    """The cases of a tab, with the first of them beside the list."""
    return _inbox(None)


@pages.get("/approvals/<int:number>")
def page(number: int) -> Answer:
    """The same, with a certain case: on a phone it stands alone."""
    return _inbox(steps.find(looking(), KIND, number))


def _inbox(chosen: PriceException | None) -> str:
    tab = _tab(chosen)
    cases = TABS[tab][1](looking(), me())
    shown = chosen or next(iter(cases), None)
    listed = cases if chosen is None or any(each.id == chosen.id for each in cases) else [chosen, *cases]
    return render_template(
        "approvals/inbox.html",
        tabs=_tabs(tab),
        tab=tab,
        note=_note(cases) if tab == "waiting" else "",
        items=_items(listed, shown, tab),
        is_open=chosen is not None,
        back={"label": say(TABS[tab][0]), "url": f"/approvals?tab={tab}"},
        to_deals=deals.to_deals(),
        case=approval_case.told(shown) | {"badge": _badge(shown)} if shown else None,
        bar=_bar(shown) if shown else None,
        buttons=_buttons(shown) if shown else [],
    )


def _tab(chosen: PriceException | None) -> str:
    """As the address says; else where a case is at home, else the first tab there is work in."""
    asked = request.args.get("tab", "")
    if asked in TABS:
        return asked
    if chosen is None:
        return "waiting" if _decides() else "asked"
    homes = [name for name, (_, cases) in TABS.items() if any(each.id == chosen.id for each in cases(looking(), me()))]
    return homes[0] if homes else "waiting"


def _tabs(current: str) -> list[dict[str, Any]]:
    return [
        {
            "label": say(label),
            "url": f"/approvals?tab={name}",
            "current": name == current,
            "count": len([each for each in cases(looking(), me()) if each.state in OPEN_IN[name]]) or None,
        }
        for name, (label, cases) in TABS.items()
        if name != "waiting" or _decides()
    ]


def _decides() -> bool:
    """Whose work this is, or who is asked to agree now."""
    return me().may_or_stands_in("decide prices") or approval_lists.how_many_wait_for(looking(), me()) > 0


def _note(cases: list[PriceException]) -> str:
    if not cases:
        return ""
    longest = max(g.now - each.since for each in cases)
    return say("{count} to decide · the longest has waited {time}", count=len(cases), time=lasting(longest))


def _items(cases: list[PriceException], shown: PriceException | None, tab: str) -> list[dict[str, Any]]:
    at = next((place for place, each in enumerate(cases) if shown and each.id == shown.id), -1)
    return [
        _item(each, tab) | {"current": place == at, "next": place == at + 1, "previous": place == at - 1}
        for place, each in enumerate(cases)
    ]


def _item(exception: PriceException, tab: str) -> dict[str, Any]:
    waits = exception.state is S.PENDING
    return {
        "url": f"{KIND.url(exception)}?tab={tab}",
        "title": exception.deal.customer.name,
        "sub": f"{deals.code_of(exception.deal)} · {exception.requester.name}",
        "tag": _tag(exception),
        "badge": _wait_badge(exception) if waits else _state_badge(exception),
    } | _figure(exception)


def _figure(exception: PriceException) -> dict[str, str]:
    """How far below the floor, for those who see floors; else the price."""
    below = approval_case.against_floor(exception)
    if not sees_floors():
        return {"figure": f"{money(approval_case.requested(exception))} × {exception.quantity}", "tone": ""}
    return {"figure": f"{money(below, sign=True)} × {exception.quantity}", "tone": "bad" if below < 0 else ""}


def _tag(exception: PriceException) -> str:
    """What makes a case stand out: that somebody has reminded of it, or that it is the general manager's."""
    if exception.reminders and exception.state is S.PENDING:
        return say("reminded")
    return show(exception.tier) if exception.tier is not Tier.KEY_ACCOUNT else ""


def _badge(exception: PriceException) -> dict[str, str]:
    """Of the case itself: how long it has waited, or what has become of it."""
    if exception.state is not S.PENDING:
        return _state_badge(exception)
    badge = _wait_badge(exception)
    return badge | {"label": say("Has waited {time}", time=badge["label"])}


def _wait_badge(exception: PriceException) -> dict[str, str]:
    late = exception.due_at is not None and g.now >= exception.due_at
    soon = g.now - exception.since >= timedelta(hours=1)
    return {"label": lasting(g.now - exception.since), "tone": "bad" if late else "wait" if soon else "neutral"}


def _state_badge(exception: PriceException) -> dict[str, str]:
    return {"label": show(exception.state), "tone": EXCEPTION_TONES.get(exception.state, "neutral")}


# ── deciding ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _choices(exception: PriceException) -> dict[str, Choice]:
    choices = approvals.EXCEPTIONS.choices(exception, looking_ask())
    return {each.step.action: each for each in choices if each.not_you is None and each.arises}


def _bar(exception: PriceException) -> dict[str, Any] | None:
    """The pinned form: comment, return, another price, and the one big button that says what it decides."""
    choices = _choices(exception)
    approve = choices.get("approve")
    if approve is None:
        return None
    form = Form(approvals.Approval)
    say_field = form["comment"]
    say_field.kind, say_field.label = "text", say("Comment")
    say_field.attrs = {"placeholder": say("Comment (needed to return)")}
    price = pricing.per_car(exception.net_total, exception.quantity)
    return {
        "say": say_field,
        "hidden": {"seen": exception.version},
        "action": KIND.step_url(exception, "approve"),
        "approve": say("Approve {price}", price=Yuan(price)),
        "refusals": [told(each) for each in approve.refusals],
        "blocked": bool(approve.refusals),
        "return": _open(exception, choices, "return"),
        "counter": _open(exception, choices, "counter"),
        "forward": _open(exception, choices, "forward") if approve.refusals else "",
    }


def _open(exception: PriceException, choices: Mapping[str, Choice], action: str) -> str:
    """The address of a step that nothing stands in the way of."""
    choice = choices.get(action)
    return KIND.step_url(exception, action) if choice is not None and not choice.refusals else ""


def _buttons(exception: PriceException) -> list[dict[str, Any]]:
    """Everything else one may do with a case: refuse or forward it, take it back, answer a counter-offer."""
    approve = _choices(exception).get("approve")
    in_bar = ("approve", "return", "counter", *(("forward",) if approve and approve.refusals else ()))
    return [
        {
            "label": word("Action exception", action),
            "url": KIND.step_url(exception, action),
            "asks": choice.step.asks_for is not None,
            "primary": action in ("accept_counter", "submit"),
        }
        for action, choice in _choices(exception).items()
        if action not in in_bar and choice.step.who is not people.SYSTEM and not choice.refusals
    ]


# ── what was attached ─────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/approvals/<int:number>/proof")
def proof(number: int) -> Answer:
    """The competitor's offer or the tender."""
    return show_file(steps.find(looking(), KIND, number).proof_sha256)


@pages.get("/approvals/<int:number>/project")
def project(number: int) -> Answer:
    """The manufacturer's project approval."""
    return show_file(steps.find(looking(), KIND, number).project_file_sha256)
