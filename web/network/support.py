"""What sub-dealers need from us: what is open, and the page of one request."""

from typing import Any

from flask import Blueprint, render_template

from dealer import people
from dealer.engine import history
from dealer.network import support
from dealer.records.network import SupportRequest, SupportState
from web import steps
from web.asking import Answer, looking, looking_ask, me, need
from web.deals import timeline
from web.forms import options
from web.language import clock, say, show

pages = Blueprint("support", __name__)
S = SupportState

TONES = {S.OPEN: "wait", S.DONE: "ok", S.DECLINED: "neutral"}


def _title(request: SupportRequest) -> str:
    return f"{request.sub_dealer.customer.name} · {show(request.kind)}"


def _known(request: SupportRequest, action: str) -> dict[str, Any]:
    return {"owner": request.owner_id, "due_on": request.due_on} if action == "hand_on" else {}


KIND = steps.register(
    steps.Kind("support-requests", SupportRequest, support.SUPPORT, title=_title, sees=support.sees, known=_known)
)


@options("support_givers")
def _givers() -> list[tuple[str, str]]:
    return [(str(each.id), each.name) for each in people.with_duty(looking(), me().store_id, "support sub-dealers")]


def tabs(current: str) -> list[dict[str, Any]]:
    """The sub-dealers, what they need, and how they did."""
    ways = [("network", say("Sub-dealers"), "/network"), ("support", say("Support requests"), "/network/support")]
    if me().may_or_stands_in("rank sub-dealers"):
        ways.append(("ranking", say("Ranking"), "/network/ranking"))
    return [{"label": label, "url": url, "current": name == current} for name, label, url in ways]


def row(request: SupportRequest) -> dict[str, Any]:
    """One request as lists show it."""
    late = request.state is S.OPEN and request.due_on < looking_ask().today
    return {
        "url": KIND.url(request),
        "whose": request.sub_dealer.customer.name,
        "kind": show(request.kind),
        "what": request.what,
        "owner": request.owner.name,
        "due": show(request.due_on),
        "late": late,
        "badge": {
            "label": say("Overdue") if late else show(request.state),
            "tone": "bad" if late else TONES[request.state],
        },
    }


@pages.get("/network/support")
def index() -> Answer:
    """What sub-dealers wait for, the overdue first; then what was done."""
    need("see sub-dealers")
    return render_template(
        "network/support.html",
        waiting=[row(each) for each in support.waiting(looking(), me())],
        ended=[row(each) for each in support.ended(looking(), me())],
        tabs=tabs("support"),
    )


@pages.get("/support-requests/<int:number>")
def page(number: int) -> Answer:
    """One request: what they need, who sees to it, what was done."""
    request: SupportRequest = steps.find(looking(), KIND, number)
    told, happened = row(request), history.of_thing(looking(), request.store_id, request.id)
    return render_template(
        "network/request.html",
        request=request,
        title=_title(request),
        row=told,
        figures=[
            {"label": say("Needed by"), "value": told["due"], "tone": "bad" if told["late"] else ""},
            {"label": say("Seen to by"), "person": request.owner.name},
            {"label": say("Asked by"), "value": request.asked_by.name, "note": clock(request.begun_at)},
        ],
        back=steps.seen_url(request.sub_dealer),
        buttons=steps.buttons(KIND, request, support.SUPPORT.choices(request, looking_ask())),
        timeline=timeline.entries(list(reversed(happened))),
    )
