"""Hand-ins: the day's cards as a consultant hands them in, and as the sales manager checks and signs them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, g, redirect, render_template, request

from dealer import people, workflow
from dealer.engine import history
from dealer.engine.database import calendar_of
from dealer.engine.malformed import whole_number
from dealer.engine.steps import Ask
from dealer.prospects import hand_in_lines, hand_ins
from dealer.prospects.hand_in_lines import Drafted, Exceptional
from dealer.prospects.hand_ins import HandingIn
from dealer.records.hand_ins import HandIn, HandInLine, HandInState
from dealer.records.prospects import FollowUp, Prospect
from web import steps
from web.asking import Answer, day_asked, looking, looking_ask, me, need, write
from web.deals import timeline
from web.forms import Form, options
from web.frame import names_of
from web.language import clock, say, short_day, show, told

pages = Blueprint("hand_ins", __name__)
S = HandInState

STATE_TONES = {S.EXPECTED: "neutral", S.HANDED_IN: "wait", S.RETURNED: "bad", S.SIGNED: "ok"}
TONES = {Exceptional.MISSED: "bad", Exceptional.DOWNGRADED: "wait", Exceptional.NO_NEXT: "wait"}
TODAY = "/hand-ins/today"


def _sees(hand_in: HandIn, who: people.Actor) -> bool:
    return hand_ins.sees(looking(), who, hand_in)


def _known(hand_in: HandIn, action: str) -> dict[str, Any]:
    return {"card": request.args.get("card", "")} if action == "return_card" else {}


def _after(hand_in: HandIn, action: str) -> str:
    """The manager goes on with what waits, a consultant with their own page."""
    return f"/hand-ins/{hand_in.number}" if action == "hand_in" else "/hand-ins"


def _beside(hand_in: HandIn, action: str) -> dict[str, Any]:
    return {"open_cards": _open_cards(_lines(hand_in))} if action == "hand_in" else {}


KIND = steps.register(
    steps.Kind(
        "hand-ins", HandIn, hand_ins.HAND_INS,
        title=lambda hand_in: f"{hand_in.owner.name} {short_day(hand_in.day)}",
        sees=_sees, known=_known, after=_after, extra=_beside, templates={"hand_in": "handins/hand_in.html"},
    )
)  # fmt: skip


@options("hand_in_cards")
def _cards() -> list[tuple[str, str]]:
    """The cards of the hand-in whose page this is."""
    hand_in = people.by_number(looking(), HandIn, me(), (request.view_args or {}).get("number", 0))
    return [(str(line.prospect_id), line.prospect.name) for line in hand_in.lines] if hand_in else []


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _lines(hand_in: HandIn) -> list[Drafted] | list[HandInLine]:
    """As they were handed in, or as they would be now."""
    if hand_in.state in (S.HANDED_IN, S.SIGNED):
        return hand_in.lines
    return hand_in_lines.gathered(looking(), hand_in, g.now)


def _open_cards(lines: list[Drafted] | list[HandInLine]) -> list[dict[str, Any]]:
    """The cards that ask for a word of the consultant."""
    return [
        {"id": str(line.prospect.id), "name": line.prospect.name, "url": steps.seen_url(line.prospect)}
        | {"badges": _badges(line), "asked": line.asked, "due": clock(line.next_contact_at)}
        for line in lines
        if line.missed or line.asked
    ]


def _badges(line: Drafted | HandInLine) -> list[dict[str, str]]:
    return [{"label": show(each), "tone": TONES.get(each, "info")} for each in hand_in_lines.exceptions(line)]


def _row(line: Drafted | HandInLine, written: list[FollowUp]) -> dict[str, Any]:
    """One card of a hand-in, as both sides read it."""
    card: Prospect = line.prospect
    moved = line.level_before is not line.level_after
    back = getattr(line, "returned_remark", "")
    return {
        "url": steps.seen_url(card),
        "who": {"text": card.name, "note": say("New card") if line.new else card.company},
        "id": card.id,
        "badges": _badges(line) + ([{"label": say("Given back"), "tone": "bad"}] if back else []),
        "level": f"{show(line.level_before)} → {show(line.level_after)}" if moved else show(line.level_after),
        "next": clock(line.next_contact_at),
        "contacts": line.contacts,
        "said": written[0].what if written else "",
        "reason": line.reason,
        "asked": line.asked,
        "back": back,
    }


def _rows(hand_in: HandIn) -> list[dict[str, Any]]:
    lines = _lines(hand_in)
    end = hand_in.until_at or hand_in_lines.period_of(looking(), hand_in, g.now)[1]
    written = hand_in_lines.entries_of(looking(), lines, end)
    return [_row(line, written[line.prospect.id]) for line in lines]


# ── the manager's page, and the list of a day ─────────────────────────────────────────────────────────────────────


@pages.get("/hand-ins")
def index() -> Answer:
    """What waits for a signature, exceptions first; then who handed in on a day and who did not."""
    need("see cards")
    return _index()


def _index(trouble: Any = None) -> str:
    today = calendar_of(looking()).today(g.now)
    day = min(day_asked() or today, today)
    waiting = [each for each in hand_ins.to_sign(looking(), me()) if not _own(each)]
    of_day = [each for each in hand_ins.seen_on(looking(), me(), day) if each.state is not S.EXPECTED]
    cards = {each.number: _rows(each) for each in {*waiting, *of_day}}
    return render_template(
        "handins/list.html",
        day=day,
        before=(day - timedelta(days=1)).isoformat(),
        after=(day + timedelta(days=1)).isoformat() if day < today else "",
        exceptions=[_first(row, each) for each in waiting for row in cards[each.number] if row["badges"]],
        waiting=[_line(each, cards[each.number]) for each in waiting],
        rows=[_line(each, cards[each.number]) for each in of_day if each not in waiting],
        missing=[each.name for each in hand_ins.missing(looking(), me(), day, g.now)],
        due=clock(hand_ins.due_at(looking(), me().store_id, day)),
        signs=me().may_or_stands_in("sign hand-ins"),
        own=TODAY if me().may("keep cards") else "",
        refusals=[told(each) for each in trouble] if isinstance(trouble, tuple) else [],
        stale=trouble is not None and not isinstance(trouble, tuple),
    )


def _first(row: dict[str, Any], hand_in: HandIn) -> dict[str, Any]:
    """A card that the manager looks at before the rest, with the way to give it back."""
    back = "" if row["back"] else f"{KIND.step_url(hand_in, 'return_card')}?card={row['id']}"
    return row | {"owner": hand_in.owner.name, "give_back": back}


def _own(hand_in: HandIn) -> bool:
    """Whether somebody else has to sign it."""
    return hand_ins.somebody_else_handed_it_in(hand_in, looking_ask()) is not None


def _line(hand_in: HandIn, cards: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "url": KIND.url(hand_in),
        "number": hand_in.number,
        "version": hand_in.version,
        "owner": hand_in.owner.name,
        "day": short_day(hand_in.day),
        "time": clock(hand_in.until_at),
        "state": {"label": show(hand_in.state), "tone": STATE_TONES[hand_in.state]},
        "cards": len(cards),
        "contacts": sum(row["contacts"] for row in cards),
        "exceptions": sum(bool(row["badges"]) for row in cards),
        "remark": hand_in.remark,
    }


@pages.post("/hand-ins/sign")
def sign() -> Answer:
    """Sign everything that was on the page, as it was on the page."""
    seen = [each.partition(":") for each in request.form.getlist("hand_in")]
    read = [(whole_number(number), whole_number(version)) for number, _, version in seen]
    shown = [(number, version) for number, version in read if number is not None and version is not None]

    def work(ask: Ask) -> str:
        for number, version in shown:
            hand_in = steps.find(ask.db, KIND, number)
            workflow.take(hand_in, "sign", replace(ask, seen_version=version))
        return "/hand-ins"

    return write(None, work, lambda form, trouble: _index(trouble))


# ── one hand-in ───────────────────────────────────────────────────────────────────────────────────────────────────


def _own_today() -> HandIn | None:
    return hand_ins.of_person(looking(), me().store_id, me().id, looking_ask().today)


def _unasked() -> HandIn:
    """What nobody expects yet, as a page to look at: it is no row."""
    return hand_ins.expected_of(me().store_id, me().id, looking_ask().today)


@pages.get(TODAY)
def today() -> Answer:
    """One's own hand-in of today, also before anybody expects it."""
    need("keep cards")
    known = _own_today()
    return redirect(KIND.url(known), 303) if known else _page(_unasked(), None)


@pages.post(TODAY)
def hand_in_today() -> Answer:
    """Hand in: one click where nothing is open."""
    need("keep cards")

    def work(ask: Ask) -> str:
        hand_in = hand_ins.of_person(ask.db, ask.actor.store_id, ask.actor.id, ask.today)
        if hand_in is None:
            hand_in = hand_ins.expected_of(ask.actor.store_id, ask.actor.id, ask.today)
            workflow.begin(hand_in, "expect", Ask(ask.db, people.system(ask.actor.store_id), ask.at))
        workflow.take(hand_in, "hand_in", replace(ask, seen_version=None))
        return KIND.url(hand_in)

    return write(Form.received(HandingIn), work, lambda form, trouble: _page(_own_today() or _unasked(), form, trouble))


@pages.get("/hand-ins/<int:number>")
def page(number: int) -> Answer:
    """One consultant's cards of a day: as they were handed in, or as they would be now."""
    return _page(steps.find(looking(), KIND, number), None)


def _page(hand_in: HandIn, form: Form | None, trouble: Any = None) -> str:
    written = hand_in.number is not None
    owner = people.names(looking(), [hand_in.owner_id])[hand_in.owner_id]
    choices = hand_ins.HAND_INS.choices(hand_in, looking_ask()) if written else []
    may = not written or any(each.step.action == "hand_in" and each.is_open for each in choices)
    rows = _rows(hand_in)
    told_back = hand_in_lines.gathered(looking(), hand_in, g.now) if may else []
    return render_template(
        "handins/page.html",
        hand_in=hand_in,
        owner=owner,
        state={"label": show(hand_in.state or S.EXPECTED), "tone": STATE_TONES[hand_in.state or S.EXPECTED]},
        figures=_figures(hand_in, rows),
        rows=rows,
        form=(form or Form(HandingIn)) if may else None,
        again=hand_in.state in (S.HANDED_IN, S.RETURNED),
        address=KIND.step_url(hand_in, "hand_in") if written else TODAY,
        open_cards=_open_cards(told_back),
        refusals=[told(each) for each in trouble] if isinstance(trouble, tuple) else [],
        buttons=[each for each in steps.buttons(KIND, hand_in, choices) if each["action"] != "hand_in"],
        timeline=timeline.entries(_story(hand_in)) if written else [],
        by=names_of([hand_in.signed_by_id, hand_in.handed_in_by_id]),
    )


def _story(hand_in: HandIn) -> list[history.History]:
    return list(reversed(history.of_thing(looking(), hand_in.store_id, hand_in.id)))


def _figures(hand_in: HandIn, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    start, end = hand_in_lines.period_of(looking(), hand_in, g.now)
    return [
        {"label": say("Cards"), "value": len(rows)},
        {"label": say("Contacts made"), "value": sum(row["contacts"] for row in rows)},
        {"label": say("To look at first"), "value": sum(bool(row["badges"]) for row in rows)},
        {"label": say("Covers"), "value": f"{clock(hand_in.from_at or start)} – {clock(hand_in.until_at or end)}"},
    ]


# ── on the page of the day ────────────────────────────────────────────────────────────────────────────────────────


def of_today() -> dict[str, Any] | None:
    """The end of one's own day, for whoever keeps cards: what is still to do about it."""
    if not me().may("keep cards"):
        return None
    known = _own_today()
    due = hand_ins.due_at(looking(), me().store_id, looking_ask().today)
    if known is None or known.state is S.EXPECTED:
        return {"url": TODAY, "open": True, "due": clock(due), "late": due <= g.now}
    label = {"label": show(known.state), "tone": STATE_TONES[known.state]}
    return {"url": KIND.url(known), "open": False, "state": label, "time": clock(known.until_at)}
