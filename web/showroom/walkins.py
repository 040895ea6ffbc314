"""Walk-ins: the form at the door, and the page of one visit."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, g, redirect, render_template, request

from dealer import people, workflow
from dealer.engine import history
from dealer.engine.database import calendar_of
from dealer.engine.identifiers import mask_phone
from dealer.engine.steps import Ask
from dealer.records.customers import CustomerClass
from dealer.records.prospects import Purpose, Visit, VisitKind, VisitState
from dealer.records.vehicles import Model
from dealer.showroom import reception, showroom, visits
from dealer.showroom.showroom import Known, Turn
from dealer.showroom.visit_changes import WAS
from dealer.showroom.visits import Arriving
from dealer.stock import catalogue
from web import kept, steps
from web.asking import Answer, a_number, looking, looking_ask, me, need, write
from web.deals import timeline
from web.forms import Field, Form, options
from web.language import clock, lasting, say, short_day, show
from web.privacy import notices, privacy
from web.showroom import visit_changes

pages = Blueprint("walkins", __name__)
S = VisitState

STATE_TONES = {S.WAITING: "wait", S.RECEIVED: "info", S.LEFT: "neutral"}
# At the door a choice of five is quicker than a list of seventeen; the consultant corrects the rest.
CLASSES = (
    CustomerClass.COMPANY,
    CustomerClass.GOVERNMENT,
    CustomerClass.RENTAL,
    CustomerClass.STAFF_PURCHASE,
    CustomerClass.INDIVIDUAL,
)
MUST = ("phone", "name", "purpose", "source", "consultant")
DURING = (
    ("drove", "Drove a car"),
    ("quoted", "Got a quotation"),
    ("trade_in", "Trades in a car"),
    ("questionnaire", "Questionnaire"),
)
SELDOM = ("company", "quantity", "sex", "arrival", "area", "came_at")


def title_of(visit: Visit) -> str:
    """Who they are, as a list names them: by name, by the masked phone, or as nobody knows."""
    return visit.name or (mask_phone(visit.phone) if visit.phone else say("No name"))


def _sees(visit: Visit, who: people.Actor) -> bool:
    return who.may_or_stands_in("see visits") or visit.owner_id == who.id


def _known(visit: Visit, action: str) -> dict[str, Any]:
    match action:
        case "correct":
            return vars(visits.as_written(visit)) | {"left_at": visit.left_at, "phone": ""}
        case "complete":
            drove = showroom.happened(looking(), [visit])[visit.id].drove
            return vars(visits.as_completed(visit)) | {"phone": "", "drove": drove}
        case "assign":
            return {"consultant": visit.owner_id}
        case _:
            return {}


def _after(visit: Visit, action: str) -> str:
    """Reception goes on with the board, a consultant with the visit, whoever closes the day with the day."""
    if (day := request.form.get("closing", type=a_number)) is not None:
        return f"/showroom-days/{day}"
    return (
        f"/walkins/{visit.number}" if me().may("keep cards") or visit.state is S.LEFT else f"/walkins?day={visit.day}"
    )


KIND = steps.register(
    steps.Kind("walkins", Visit, reception.VISITS, title=title_of, sees=_sees, known=_known, after=_after)
)


# ── choices ───────────────────────────────────────────────────────────────────────────────────────────────────────


@options("consultants")
def _consultants() -> list[tuple[str, str, str]]:
    return [(str(turn.person.id), turn.person.name, how_busy(turn)) for turn in _turns(None)]


def _turns(known: Known | None) -> list[Turn]:
    return showroom.whose_turn(looking(), me().store_id, g.now, known.owner if known else None)


def how_busy(turn: Turn) -> str:
    """Free · this customer's consultant."""
    told = [say("Free") if turn.free else say("With {count}", count=turn.parties)]
    if turn.own:
        told.append(say("this customer's consultant"))
    if turn.next:
        told.append(say("next in turn"))
    return " · ".join(told)


def _model_chips() -> list[tuple[str, str]]:
    """Models by their short name where one is enough to tell them apart."""
    sold = catalogue.on_sale(looking(), me())
    names = [each.name for each in sold]

    def short(model: Model) -> str:
        return model.name if names.count(model.name) == 1 else f"{model.name} {model.configuration}"

    return [*((str(each.id), short(each)) for each in sold), ("", say("Not decided"))]


# ── the form at the door ──────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/walkins/new")
def new() -> Answer:
    """Phone first; everything else is a tap."""
    need("log visits")
    return _draw(Form(Arriving, {"purpose": Purpose.LOOK, "heads": 1}), None)


@pages.post("/walkins/lookup")
def lookup() -> Answer:
    """Who has this phone? What is known of them is filled in, what was typed stays. A page, or a part of one."""
    need("log visits")
    form = Form(Arriving)
    form.type_again(request.form)
    known = showroom.recognise(looking(), me(), str(form.typed.get("phone", "")))
    before = request.form.get("recalled", "")
    if request.headers.get("HX-Request") and known is None and not before:
        return "", 204  # nobody known, nothing to swap: whoever types on is not disturbed
    _forget(form, before)
    _fill_in(form, known)
    part = "walkins/arrival.html" if request.headers.get("HX-Request") else "walkins/new.html"
    return render_template(part, **_drawn(form, known))


def _fill_in(form: Form, known: Known | None) -> None:
    """What is known goes where nothing was typed."""
    if str(form.typed.get("consultant", "")) == request.form.get("suggested", ""):
        form.typed["consultant"] = ""
    told = Form(Arriving, reception.recall(known)).typed
    form.typed.update({name: value for name, value in told.items() if value and not form.typed.get(name)})


def _forget(form: Form, phone: str) -> None:
    """Another phone is another person: what was filled in for the one before goes."""
    told = Form(Arriving, reception.recall(showroom.recognise(looking(), me(), phone))).typed
    for name, value in told.items():
        if value and form.typed.get(name) == value:
            form.typed[name] = ""


@pages.post("/walkins/new")
def log() -> Answer:
    """Write the row; the consultant is told, a phone makes the card."""
    need("log visits")

    def work(ask: Ask) -> str:
        ask = reception.recalled(kept.as_typed(ask, "came_at"), _suggested())
        visit = reception.party_of(ask)
        workflow.begin(visit, "log", ask)
        flash(_logged(visit, people.names(ask.db, [visit.owner_id])), "success")
        return _next_page(visit)

    return write(Form.received(Arriving), work, _draw)


def _suggested() -> UUID | None:
    try:
        return UUID(request.form.get("suggested", ""))
    except ValueError:
        return None


def _logged(visit: Visit, names: dict[UUID, str]) -> str:
    for consultant in names.values():
        return say("{who} is in the register; {consultant} is told.", who=title_of(visit), consultant=consultant)
    return say("{who} is in the register.", who=title_of(visit))


def _next_page(visit: Visit) -> str:
    """Ready for the next party, or on to the test drive of this one."""
    return f"/drives/new?visit={visit.number}" if request.form.get("then") == "drive" else "/walkins/new"


def _draw(form: Form | None, trouble: Any) -> str:
    form = form or Form(Arriving)
    known = showroom.recognise(looking(), me(), str(form.typed.get("phone", "")))
    return render_template("walkins/new.html", **_drawn(form, known))


def _drawn(form: Form, known: Known | None) -> dict[str, Any]:
    """Everything the form and the board beside it show."""
    turns = _turns(known)
    suggested = str(turns[0].person.id) if turns else ""
    form.typed["consultant"] = form.typed.get("consultant") or suggested
    fields = {name: _field(form, name, turns) for name in Arriving.model_fields}
    today = calendar_of(looking()).today(g.now)
    parties = showroom.parties_of(looking(), me(), today)
    return {
        "form": form,
        "f": fields,
        "seldom": [fields[name] for name in SELDOM],
        "open": any(fields[name].error for name in SELDOM),
        "known": _introduced(known),
        "still": reception.still_here(looking(), me().store_id, known.phone, today) if known else None,
        "recalled": known.phone if known else "",
        "suggested": suggested,
        "here": sum(each.state in showroom.HERE for each in parties),
        "parties": [in_list(each) for each in parties[:12]],
        "figures": showroom.day_figures(looking(), me().store_id, today),
    }


def _field(form: Form, name: str, turns: list[Turn]) -> Field:
    """One field as reception sees it: few choices, all in sight."""
    drawn = replace(form[name], required=name in MUST)
    if name == "consultant":
        drawn.choices = [(str(turn.person.id), turn.person.name, how_busy(turn)) for turn in turns]
    elif name == "model":
        drawn = replace(drawn, kind="chips", choices=_model_chips())
    elif name == "customer_class":
        shown = [each for each in CustomerClass if each in CLASSES or each.value == drawn.value]
        drawn = replace(drawn, kind="chips", choices=[(each.value, show(each)) for each in shown])
    elif name == "phone":
        drawn.attrs = {"autofocus": True, "hx-post": "/walkins/lookup", "hx-trigger": "input changed delay:250ms",
                       "hx-target": "#arrival", "hx-swap": "outerHTML"}  # fmt: skip
    return drawn


def _introduced(known: Known | None) -> dict[str, Any] | None:
    """李建国 · 云岭租车有限公司 / 老客户 · 上次到店 9月2日 · 顾问 陈立."""
    if known is None:
        return None
    told = [say("Fleet customer") if known.customer else say("Prospect") if known.card else say("Was here before")]
    if known.last_visit:
        told.append(say("last here {day}", day=short_day(known.last_visit.came_at)))
    if known.owner:
        told.append(say("consultant {name}", name=known.owner.name))
    who = " · ".join(filter(None, (known.name, known.company)))
    return {"who": who, "note": " · ".join(told), "quiet": known.do_not_call}


# ── a row, as lists show it ───────────────────────────────────────────────────────────────────────────────────────


def in_list(visit: Visit) -> dict[str, Any]:
    """A row of the list beside the form."""
    return {
        "url": KIND.url(visit),
        "time": clock(visit.came_at),
        "who": title_of(visit),
        "what": _what(visit),
        "consultant": visit.consultant.name if visit.consultant else "—",
        "badge": _badge(visit),
    }


def _what(visit: Visit) -> str:
    """个人 · X5 × 2."""
    model = visit.model.name if visit.model else ""
    if model and visit.quantity:
        model = f"{model} × {visit.quantity}"
    return " · ".join(filter(None, (show(visit.customer_class), model))) or show(visit.purpose)


def why(visit: Visit) -> str:
    """The source, and the purpose where the need does not say it."""
    told = (show(visit.purpose), show(visit.source))
    return " · ".join(each for each in told if each != _what(visit))


def _badge(visit: Visit) -> dict[str, str]:
    if visit.deal_id:
        return {"label": say("Became a deal"), "tone": "ok"}
    if visit.kind is VisitKind.CALL:
        return {"label": show(VisitKind.CALL), "tone": "neutral"}
    return {"label": show(visit.state), "tone": STATE_TONES[visit.state]}


def stay(visit: Visit) -> str:
    """How long they were here, if somebody saw them go."""
    if visit.left_at is None or visit.kind is VisitKind.CALL:
        return ""
    return lasting(timedelta(minutes=minutes_here(visit, visit.left_at)))


def minutes_here(visit: Visit, until: datetime) -> int:
    """Whole minutes since they came; none while the machine's clock, set back, shows an earlier time."""
    return max(0, int((until - visit.came_at).total_seconds() // 60))


# ── one visit ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/walkins/<int:number>")
def page(number: int) -> Answer:
    """One row of the register with what can be done and what happened."""
    visit = steps.find(looking(), KIND, number)
    choices = reception.VISITS.choices(visit, looking_ask())
    told = history.of_thing(looking(), visit.store_id, visit.id)
    return render_template(
        "walkins/page.html",
        visit=visit,
        title=title_of(visit),
        badge=_badge(visit),
        phone=privacy.with_do_not_call(_phone(visit), visit.phone),
        ask_phone=privacy.ask_for(visit, "visits", _phone(visit) != visit.phone),
        notice_told=notices.told_about("visit", visit),
        stay=stay(visit),
        done=" · ".join(say(label) for name, label in DURING if getattr(visit, name)),
        buttons=[_button(visit, each) for each in steps.buttons(KIND, visit, choices) if _is_for_me(each)],
        card_url=_card_link(visit),
        deal_url=steps.seen_url(visit.deal) if visit.deal else "",
        changes=visit_changes.shown(visit),
        timeline=timeline.entries([row for row in reversed(told) if row.action != WAS]),
    )


def _phone(visit: Visit) -> str:
    return say("Left no phone") if visit.phone is None and visit.no_phone else privacy.phone_of_visit(visit)


def _button(visit: Visit, button: dict[str, Any]) -> dict[str, Any]:
    """A visit becomes a deal on the deal's own form, filled in."""
    return button | ({"url": _deal_form(visit)} if button["action"] == "become_deal" else {})


def _is_for_me(button: dict[str, Any]) -> bool:
    return button["action"] != "become_deal" or me().may_or_stands_in("register deals")


def _card_link(visit: Visit) -> str:
    """The address of the visitor's card, for who may open it."""
    card = visit.prospect
    return steps.seen_url(card) if card else ""


def _deal_form(visit: Visit) -> str:
    return f"/deals/new?visit={visit.number}"


@pages.get("/walkins/<int:number>/become_deal")
def become_deal(number: int) -> Response:
    """What a visit still has to tell to become a deal is asked by the deal's own form."""
    visit = steps.find(looking(), KIND, number)
    return redirect(_deal_form(visit), 303)  # type: ignore[return-value]
