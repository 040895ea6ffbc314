"""Rebates: the page of one, and the form that begins it under a filing."""

from typing import Any

from flask import Blueprint, render_template, request

from dealer import deadlines, people, workflow
from dealer.engine.database import calendar_of
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask
from dealer.oem import filings as lives
from dealer.oem import oem_papers, rebate_rules, rebates
from dealer.oem.rebates import REBATES, ClaimedCars
from dealer.records.oem import Filing, PaperUse, Rebate, RebateCar
from dealer.stock import catalogue
from web import steps
from web.asking import Answer, looking, looking_ask, or_404, write
from web.deals import timeline
from web.forms import Form, options
from web.language import money, say, short_day, show, told
from web.oem import filings, oem

pages = Blueprint("rebates", __name__)


def _sees(rebate: Rebate, who: people.Actor) -> bool:
    return lives.sees(rebate.filing, who, looking())


def _known(rebate: Rebate, action: str) -> dict[str, Any]:
    today = looking_ask().today
    known: dict[str, dict[str, Any]] = {
        "choose_cars": {"cars": [str(car.unit_id) for car in rebate.cars]},
        "attach": filings.paper_asked(),
        "submit": {"claim_no": rebate.claim_no},
        "approve": {"audited_on": today, "amount": rebates.claimed(rebate)},
        "pay": {"amount": rebate.approved_amount, "paid_on": today},
    }
    return known.get(action, {"audited_on": today})


KIND = steps.register(
    steps.Kind("rebates", Rebate, REBATES, title=oem.title_of_rebate, sees=_sees, known=_known),
)


@options("cars_to_claim")
def _cars() -> list[tuple[str, str]]:
    asked: dict[str, Any] = request.view_args or {}
    if asked.get("kind") == "rebates":
        found = rebate_rules.claimable(looking(), steps.find(looking(), KIND, asked["number"]))
    else:
        found = rebates.claimable_under(looking_ask(), steps.find(looking(), filings.KIND, asked["number"]))
    return [(str(car.id), f"{car.vin} · {catalogue.full_name(car.model)}") for car in found]


@pages.get("/rebates/<int:number>")
def page(number: int) -> Answer:
    """Its cars, the papers of each, what the manufacturer said, and the money."""
    rebate = steps.find(looking(), KIND, number)
    cars = [car.unit for car in rebate.cars]
    gaps = oem_papers.missing(looking(), rebate.filing, PaperUse.REBATE, cars)
    return render_template(
        "oem/rebate.html",
        rebate=rebate,
        deal=rebate.filing.deal,
        title=oem.title_of_rebate(rebate),
        filing={"title": oem.title_of_filing(rebate.filing), "url": filings.KIND.url(rebate.filing)},
        badges=[{"label": show(rebate.state), "tone": oem.REBATE_TONES[rebate.state]}],
        figures=_figures(rebate),
        cars=[_car(each, gaps) for each in rebate.cars],
        total=["", "", money(rebates.claimed(rebate)), ""],
        papers=filings.papers(rebate.filing, PaperUse.REBATE, rebate),
        answer=filings.answer_facts(rebate),
        timeline=timeline.entries(of_thing(looking(), rebate.store_id, rebate.id)[::-1]),
        **oem.ways(KIND, rebate),
    )


def _figures(rebate: Rebate) -> list[dict[str, Any]]:
    ours = rebate.state in rebates.UNDER_OUR_HANDS
    told_ = [
        {"label": say("Policy of the manufacturer"), "value": filings.policy_name(rebate.filing)},
        {"label": say("Claimed"), "value": f"¥{money(rebates.claimed(rebate))}"},
        {
            "label": say("Amount approved"),
            "value": f"¥{money(rebate.approved_amount)}" if rebate.approved_amount else "—",
        },
        {"label": say("Paid"), "value": f"¥{money(rebate.paid_amount)}" if rebate.paid_amount else "—"},
    ]
    if rebate.taken_back:
        told_.append({"label": say("Taken back"), "value": f"¥{money(rebate.taken_back)}"})
    if owed := rebate_rules.owed_back(rebate):
        open_ = deadlines.open_for(looking(), rebate, "pay_rebate_back")
        due = say("by {day}", day=short_day(calendar_of(looking()).last_day(open_[0].due_at))) if open_ else ""
        told_.append({"label": say("To be paid back"), "value": f"¥{money(owed)}", "note": due, "tone": "bad"})
    if ours:
        told_.append({"label": say("Submit by"), "value": short_day(rebate.answer_by)})
    return told_


def _car(car: RebateCar, gaps: list[oem_papers.Missing]) -> dict[str, Any]:
    missing = [each.kind for each in gaps if each.unit is car.unit]
    papers = {"text": show(missing), "tone": "bad"} if missing else say("complete")
    return {"cells": [car.vin, catalogue.full_name(car.unit.model), money(car.allowance), papers]}


# ── a new one ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/filings/<int:number>/rebates/new")
def new(number: int) -> Answer:
    """All cars that may be claimed, chosen already."""
    filing = steps.find(looking(), filings.KIND, number)
    cars = [str(car.id) for car in rebates.claimable_under(looking_ask(), filing)]
    return _new(filing, Form(ClaimedCars, {"cars": cars}), ())


@pages.post("/filings/<int:number>/rebates/new")
def collect(number: int) -> Answer:
    """Begin it."""

    def work(ask: Ask) -> str:
        rebate = rebates.blank(ask, steps.find(ask.db, filings.KIND, number))
        workflow.begin(rebate, "collect", ask)
        return KIND.url(rebate)

    return write(
        Form.received(ClaimedCars),
        work,
        lambda form, trouble: _new(steps.find(looking(), filings.KIND, number), or_404(form), trouble),
    )


def _new(filing: Filing, form: Form, trouble: Any) -> str:
    standing = [told(each) for each in trouble or () if each.field is None] if isinstance(trouble, tuple) else []
    title = oem.title_of_filing(filing)
    return render_template("oem/rebate_new.html", filing=filing, title=title, form=form, standing=standing)
