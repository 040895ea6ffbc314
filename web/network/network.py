"""Sub-dealers: the list, the page of one, a new one."""

from typing import Any

from flask import Blueprint, render_template

from dealer import people, workflow
from dealer.deals.deals import NewDeal
from dealer.engine import history
from dealer.engine.steps import Ask
from dealer.network import sub_dealers, support, territories
from dealer.network.sub_dealers import NewSubDealer
from dealer.network.support import Wanting
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.network import SubDealer, SubDealerAgreement, SubDealerState
from dealer.records.outings import Outing, OutingState
from dealer.records.people import Person
from dealer.stock import catalogue
from web import steps
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.deals import deals, timeline
from web.forms import Form, options
from web.frame import names_of
from web.language import clock, money, say, short_day, show
from web.network import support as requests
from web.papers.papers import show_file
from web.privacy import privacy

pages = Blueprint("network", __name__)
S = SubDealerState

TONES = {S.PLANNED: "wait", S.ACTIVE: "ok", S.SUSPENDED: "bad"}


def _title(sub_dealer: SubDealer) -> str:
    return str(sub_dealer.customer.name)


def _known(sub_dealer: SubDealer, action: str) -> dict[str, Any]:
    if action != "keep":
        return {}
    return {"territory": sub_dealer.territory, "owner": sub_dealer.owner_id, "remark": sub_dealer.remark}


KIND = steps.register(
    steps.Kind("network", SubDealer, sub_dealers.SUB_DEALERS, title=_title, sees=sub_dealers.sees, known=_known)
)


@options("sub_dealers")
def _sub_dealers() -> list[tuple[str, str]]:
    return [(str(each.id), _title(each)) for each in sub_dealers.every(looking(), me())]


@options("sub_dealer_keepers")
def _keepers() -> list[tuple[str, str]]:
    return [(str(each.id), each.name) for each in sub_dealers.keepers_of(looking(), me().store_id)]


# ── the list ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/network")
def index() -> Answer:
    """Every sub-dealer: until when its agreement runs, when it was last visited, what it waits for."""
    need("see sub-dealers")
    visited = sub_dealers.last_visits(looking(), me())
    waits = [each.sub_dealer_id for each in support.waiting(looking(), me())]
    rows = [_row(each, visited, waits.count(each.id)) for each in sub_dealers.every(looking(), me())]
    plans = me().may_or_stands_in("develop sub-dealers")
    return render_template("network/list.html", rows=rows, tabs=requests.tabs("network"), plans=plans)


def _row(sub_dealer: SubDealer, visited: dict[Any, Any], waits: int) -> dict[str, Any]:
    ask, last = looking_ask(), visited.get(sub_dealer.customer_id)
    agreement = sub_dealer.agreement_on(ask.today)
    late = sub_dealers.visit_is_due(ask, sub_dealer, last)
    return {
        "url": KIND.url(sub_dealer),
        "state": {"label": show(sub_dealer.state), "tone": TONES[sub_dealer.state]},
        "cells": [
            {"text": _title(sub_dealer), "note": sub_dealer.territory},
            {"text": agreement.capacity if agreement else "—"},
            {"text": show(agreement.until_day) if agreement else "—"},
            {
                "text": short_day(last) or "—",
                "note": _due(late),
                "tone": "bad" if late else "",
            },
            waits or "—",
            sub_dealer.owner.name,
        ],
    }


def _due(late: bool) -> str:
    return say("A visit is due") if late else ""


# ── one of them ───────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/network/<int:number>")
def page(number: int) -> Answer:
    """One sub-dealer: what is agreed, who was there, what they need."""
    sub_dealer: SubDealer = steps.find(looking(), KIND, number)
    buttons = steps.buttons(KIND, sub_dealer, sub_dealers.SUB_DEALERS.choices(sub_dealer, looking_ask()))
    primary = next((each for each in buttons if each["action"] in ("confirm_agreement", "activate", "resume")), None)
    told = history.of_thing(looking(), sub_dealer.store_id, sub_dealer.id)
    return render_template(
        "network/page.html",
        sub_dealer=sub_dealer,
        title=_title(sub_dealer),
        here=KIND.url(sub_dealer),
        badges=[{"label": show(sub_dealer.state), "tone": TONES[sub_dealer.state]}],
        figures=_figures(sub_dealer),
        shared=[_shared(other, areas) for other, areas in _overlaps(sub_dealer)],
        primary=primary,
        buttons=[each for each in buttons if each is not primary],
        papers=[_paper(each) for each in reversed(sub_dealer.agreements)],
        visits=[_visit(each) for each in sub_dealers.visits_to(looking(), me(), sub_dealer)],
        plans=me().may_or_stands_in("make visits"),
        requests=[requests.row(each) for each in support.of_sub_dealer(looking(), me(), sub_dealer)],
        asks=me().may_or_stands_in("ask for support"),
        contacts=[_contact(each) for each in sub_dealer.customer.contacts],
        customer_url=_customer_url(sub_dealer),
        deals=[_deal(each) for each in sub_dealers.deals_of(looking(), me(), sub_dealer)],
        registers=me().may_or_stands_in("keep sub-dealers"),
        facts=_facts(sub_dealer),
        timeline=timeline.entries(list(reversed(told))),
    )


def _overlaps(sub_dealer: SubDealer) -> list[tuple[SubDealer, tuple[str, ...]]]:
    return territories.overlaps(sub_dealer, sub_dealers.every(looking(), me()))


def _shared(other: SubDealer, areas: tuple[str, ...]) -> str:
    return say("{name} sells in {areas} too.", name=_title(other), areas="、".join(areas))


def _figures(sub_dealer: SubDealer) -> list[dict[str, Any]]:
    ask = looking_ask()
    agreement = sub_dealer.agreement_on(ask.today)
    last = sub_dealers.last_visits(looking(), me()).get(sub_dealer.customer_id)
    late = sub_dealers.visit_is_due(ask, sub_dealer, last)
    return [
        {"label": say("Agreement until"), "value": show(agreement.until_day) if agreement else "—"},
        {"label": say("Cars a month"), "value": agreement.capacity if agreement else "—"},
        {"label": say("Last visit"), "value": show(last) if last else "—",
         "note": _due(late), "tone": "bad" if late else ""},
        {"label": say("Looked after by"), "person": sub_dealer.owner.name},
    ]  # fmt: skip


def _paper(agreement: SubDealerAgreement) -> dict[str, Any]:
    counts = agreement.counts_on(looking_ask().today)
    state = say("waits to be confirmed") if agreement.confirmed_at is None else say("in force") if counts else ""
    names = names_of([agreement.recorded_by_id, agreement.confirmed_by_id])
    return {
        "title": say("Agreement {code}", code=agreement.code),
        "note": f"{show(agreement.from_day)} – {show(agreement.until_day)}",
        "badge": {"label": state, "tone": "ok" if counts else "wait"} if state else None,
        "by": " · ".join(names[key] for key in (agreement.recorded_by_id, agreement.confirmed_by_id) if key in names),
        "scan": f"/network/{agreement.sub_dealer.number}/agreements/{agreement.id}",
        "rows": [
            {"cells": [catalogue.full_name(each.model), money(each.floor), money(each.pay)]} for each in agreement.terms
        ],
    }


def _visit(outing: Outing) -> dict[str, Any]:
    made = outing.state is OutingState.MADE
    late = outing.state is OutingState.PLANNED and outing.planned_at < looking_ask().at
    return {
        "url": steps.seen_url(outing),
        "title": clock(outing.planned_at),
        "who": outing.owner.name,
        "what": outing.result if made else outing.aim,
        "next": outing.next_step,
        "badge": {"label": say("Overdue") if late else show(outing.state),
                  "tone": "bad" if late else "ok" if made else "info"},
    }  # fmt: skip


def _contact(contact: Any) -> dict[str, Any]:
    phone = privacy.phone_of_contact(contact)
    return {
        "label": contact.name,
        "value": phone,
        "url": privacy.ask_for(contact, "contacts", phone != contact.phone),
    }


def _customer_url(sub_dealer: SubDealer) -> str:
    seen = people.by_number(looking(), Customer, me(), sub_dealer.customer.number)
    return f"/customers/{sub_dealer.customer.number}" if seen and me().may_or_stands_in("see customers") else ""


def _deal(deal: Deal) -> dict[str, Any]:
    note = " · ".join(filter(None, (deals.code_of(deal), deal.title, deal.owner.name)))
    return {"url": deals.KIND.url(deal), "title": deal.customer.name, "note": note, "badge": show(deal.state)}


def _sellers(sub_dealer: SubDealer) -> list[Person]:
    return sub_dealers.sellers_of(looking(), sub_dealer)


def _facts(sub_dealer: SubDealer) -> list[dict[str, Any]]:
    customer = sub_dealer.customer
    return [
        {"label": say("Territory"), "value": sub_dealer.territory or "—"},
        {"label": say("Unified social credit code"), "value": customer.uscc or "—"},
        {"label": say("Legal representative"), "value": customer.legal_representative or "—"},
        {"label": say("Address"), "value": customer.address or "—"},
        {"label": say("Who signs in"), "value": "、".join(each.name for each in _sellers(sub_dealer)) or "—"},
        {"label": say("Remark"), "value": sub_dealer.remark or "—"},
    ]


@pages.get("/network/<int:number>/agreements/<uuid:key>")
def scan(number: int, key: Any) -> Answer:
    """The agreement as it was signed."""
    sub_dealer: SubDealer = steps.find(looking(), KIND, number)
    found = or_404(next((each for each in sub_dealer.agreements if each.id == key), None))
    return show_file(found.scan_sha256)


# ── a new one ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/network/new")
def new() -> Answer:
    """Whom we mean to work with."""
    need("develop sub-dealers")
    return _new(Form(NewSubDealer), None)


@pages.post("/network/new")
def plan() -> Answer:
    """Write it down as planned; whoever does looks after it."""
    need("develop sub-dealers")

    def work(ask: Ask) -> str:
        sub_dealer = sub_dealers.as_planned(ask)
        workflow.begin(sub_dealer, "plan", ask)
        return KIND.url(sub_dealer)

    return write(Form.received(NewSubDealer), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return render_template("network/new.html", form=form or Form(NewSubDealer))


# ── a deal they bring ─────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/network/<int:number>/deals")
def new_deal(number: int) -> Answer:
    """A customer whom they bring, written down for them."""
    need("keep sub-dealers")
    return _bring(steps.find(looking(), KIND, number), Form(NewDeal))


@pages.post("/network/<int:number>/deals")
def register_deal(number: int) -> Answer:
    """It is the network manager's, and the sub-dealer sees it."""
    need("keep sub-dealers")

    def work(ask: Ask) -> str:
        deal = workflow.register(ask, sub_dealer=steps.find(ask.db, KIND, number))
        return deals.KIND.url(deal)

    return write(
        Form.received(NewDeal),
        work,
        lambda form, trouble: _bring(steps.find(looking(), KIND, number), form or Form(NewDeal)),
    )


def _bring(sub_dealer: SubDealer, form: Form) -> str:
    return render_template("network/bring.html", form=form, name=_title(sub_dealer), here=KIND.url(sub_dealer))


# ── what they need ────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/network/<int:number>/support")
def new_request(number: int) -> Answer:
    """What they need, and by when."""
    need("ask for support")
    return _ask(_sub_dealer(looking(), number), Form(Wanting))


@pages.post("/network/<int:number>/support")
def ask_for(number: int) -> Answer:
    """It stands in the day of who sees to it."""
    need("ask for support")

    def work(ask: Ask) -> str:
        request = support.as_asked(ask, _sub_dealer(ask.db, number))
        workflow.begin(request, "ask", ask)
        return requests.KIND.url(request)

    return write(
        Form.received(Wanting), work, lambda form, trouble: _ask(_sub_dealer(looking(), number), form or Form(Wanting))
    )


def _sub_dealer(db: Any, number: int) -> SubDealer:
    found: SubDealer = steps.find(db, KIND, number)
    return found


def _ask(sub_dealer: SubDealer, form: Form) -> str:
    return render_template("network/ask.html", form=form, name=sub_dealer.customer.name, here=KIND.url(sub_dealer))
