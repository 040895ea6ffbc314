"""Campaigns: the promotion plan of a month, one campaign with its budget, what it allows and what came of it."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, g, render_template, request

from dealer import people, workflow
from dealer.engine import history
from dealer.engine.calendar import add_months
from dealer.engine.steps import Ask
from dealer.market import campaign_effects, campaigns, source_details
from dealer.market.campaigns import Plan
from dealer.records.market import Campaign, CampaignCost, CampaignEffect, CampaignState
from dealer.reports import counting
from dealer.reports.campaign_results import CAMPAIGN_RESULTS
from dealer.reports.looking import Look
from dealer.reports.periods import Period
from dealer.reports.shape import Counts, shown
from dealer.stock import catalogue
from web import steps
from web.asking import Answer, day_asked, looking, looking_ask, me, need, or_404, write
from web.deals import timeline
from web.forms import Form, options
from web.language import money, say, short_day, show
from web.papers.papers import show_file

pages = Blueprint("campaigns", __name__)
S = CampaignState
TONES = {
    S.DRAFT: "neutral", S.SUBMITTED: "wait", S.APPROVED: "info", S.RUNNING: "ok", S.OVER: "wait", S.ENDED: "neutral",
    S.CALLED_OFF: "bad",
}  # fmt: skip
FIGURES = ("visits", "cards", "deals", "orders", "cars", "given")


def _known(campaign: Campaign, action: str) -> dict[str, Any]:
    match action:
        case "edit":
            return campaigns.known_facts(campaign)
        case "note_cost":
            return {"day": looking_ask().today}
        case _:
            return {}


def _sees(campaign: Campaign, who: people.Actor) -> bool:
    return campaign.store_id == who.store_id and who.may_or_stands_in("see campaigns")


KIND = steps.register(
    steps.Kind("campaigns", Campaign, campaigns.CAMPAIGNS, title=lambda campaign: str(campaign.name), sees=_sees,
               known=_known)
)  # fmt: skip


@options("campaigns_known")
def _running() -> list[tuple[str, str]]:
    """What a party, a card or a deal may have come because of."""
    return [(str(each.id), each.name) for each in source_details.campaigns_known(looking(), me(), looking_ask().today)]


@options("costs_of_campaign")
def _costs() -> list[tuple[str, str]]:
    campaign = steps.find(looking(), KIND, int((request.view_args or {})["number"]))
    return [
        (str(each.id), f"{short_day(each.day)} · {each.what} · ¥{money(each.amount)}")
        for each in campaigns.standing_costs(campaign)
    ]


# ── the month ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/campaigns")
def index() -> Answer:
    """The promotion plan of a month, with what it may cost and has cost."""
    need("see campaigns")
    first = (day_asked() or looking_ask().today).replace(day=1)
    found = campaigns.of_month(looking(), me(), first)
    live = [each for each in found if each.state is not S.CALLED_OFF]
    return render_template(
        "market/campaigns.html",
        title=say("{year}-{month}", year=first.year, month=f"{first.month:02}"),
        before=f"/campaigns?day={add_months(first, -1)}",
        after=f"/campaigns?day={add_months(first, 1)}",
        rows=[_row(each) for each in found],
        figures=[
            {"label": say("Campaigns of the month"), "value": str(len(live))},
            {"label": say("Budget"), "value": money(sum(each.budget for each in live)) or "0"},
            {"label": say("Spent"), "value": money(sum(map(campaigns.spent, live))) or "0"},
        ],
        plans=me().may_or_stands_in("plan campaigns"),
        reports=me().may_or_stands_in(CAMPAIGN_RESULTS.duty),
    )


def _row(campaign: Campaign) -> dict[str, Any]:
    spent = campaigns.spent(campaign)
    return {
        "url": KIND.url(campaign),
        "name": {"text": campaign.name, "note": show(campaign.kind)},
        "days": _days(campaign),
        "budget": money(campaign.budget) or "0",
        "spent": {"text": money(spent) or "0", "tone": "bad" if spent > campaign.budget else ""},
        "owner": campaign.owner.name,
        "state": {"label": show(campaign.state), "tone": TONES[campaign.state]},
    }


def _days(campaign: Campaign) -> str:
    return f"{short_day(campaign.first_day)} – {short_day(campaign.last_day)}"


# ── a new one ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/campaigns/new")
def new() -> Answer:
    """What is planned."""
    need("plan campaigns")
    return _new(Form(Plan), None)


@pages.post("/campaigns/new")
def draft() -> Answer:
    """Plan it; the general manager approves it before it counts."""
    need("plan campaigns")

    def work(ask: Ask) -> str:
        campaign = campaigns.planned(ask)
        workflow.begin(campaign, "draft", ask)
        return KIND.url(campaign)

    return write(Form.received(Plan), work, _new)


def _new(form: Form | None, trouble: Any) -> str:
    return render_template("market/campaign_new.html", form=or_404(form))


# ── one campaign ──────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/campaigns/<int:number>")
def page(number: int) -> Answer:
    """Its plan, what it has cost, what it allows, what came of it."""
    campaign = steps.find(looking(), KIND, number)
    choices = campaigns.CAMPAIGNS.choices(campaign, looking_ask())
    spent, given = campaigns.spent(campaign), campaign_effects.given_under(looking(), campaign)
    return render_template(
        "market/campaign.html",
        campaign=campaign,
        state={"label": show(campaign.state), "tone": TONES[campaign.state]},
        days=_days(campaign),
        figures=[
            {"label": say("Budget"), "value": money(campaign.budget) or "0"},
            {"label": say("Spent"), "value": money(spent) or "0", "tone": "bad" if spent > campaign.budget else "",
             "note": say("{amount} more than the budget", amount=money(spent - campaign.budget))
             if spent > campaign.budget else ""},
            {"label": say("Given to customers"), "value": money(given) or "0",
             "note": say("of {amount} at most", amount=money(campaign.grant_limit)) if campaign.effects else ""},
            {"label": say("Owner"), "person": campaign.owner.name},
        ],
        results=_results(campaign),
        effects=[_effect(each) for each in campaign.effects],
        costs=[_cost(campaign, each) for each in campaign.costs],
        buttons=steps.buttons(KIND, campaign, choices),
        timeline=timeline.entries(list(reversed(history.of_thing(looking(), campaign.store_id, campaign.id)))),
    )  # fmt: skip


def _effect(effect: CampaignEffect) -> dict[str, Any]:
    return {"cells": [catalogue.full_name(effect.model), show(effect.kind), money(effect.amount), effect.gift or "—"]}


def _cost(campaign: Campaign, cost: CampaignCost) -> dict[str, Any]:
    struck = {"text": cost.what, "note": say("struck out")} if cost.struck_at else cost.what
    receipt = {"text": say("Open"), "url": f"{KIND.url(campaign)}/costs/{cost.id}"} if cost.file_sha256 else "—"
    return {"cells": [short_day(cost.day), struck, money(cost.amount), cost.person.name, receipt]}


def _results(campaign: Campaign) -> list[dict[str, str]]:
    """The figures of the report of campaigns, for this one: each opens its rows there, for those who see reports."""
    if not me().may_or_stands_in(CAMPAIGN_RESULTS.duty):
        return []
    first, last = campaign.first_day, max(campaign.first_day, looking_ask().today)
    look = Look(looking(), me(), g.now, Period(first, last))
    counts = counting.counted_by(CAMPAIGN_RESULTS, look, "campaign").get(campaign.id)
    return [_figure(campaign, counts, name, first, last) for name in FIGURES]


def _figure(campaign: Campaign, counts: Counts | None, name: str, first: date, last: date) -> dict[str, str]:
    figure = CAMPAIGN_RESULTS.figures[name]
    number = counts.of.get(name, 0) if counts else 0
    asked = {"from": first, "to": last, "figure": name, "by": "campaign", "value": campaign.id}
    wanted = {"visits": campaign.wanted_visits, "deals": campaign.wanted_deals}.get(name)
    return {
        "label": say(figure.title),
        "value": shown(number, figure.unit),
        "url": f"/campaigns/report/rows?{urlencode(asked)}" if number else "",
        "note": say("of {count} wanted", count=wanted) if wanted else "",
    }


@pages.get("/campaigns/<int:number>/costs/<uuid:key>")
def receipt(number: int, key: Any) -> Response:
    """What shows a cost."""
    campaign = steps.find(looking(), KIND, number)
    cost = next((each for each in campaign.costs if each.id == key), None)
    return show_file(cost.file_sha256) if cost is not None else abort(404)
