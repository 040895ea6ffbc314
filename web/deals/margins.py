"""The margin of a deal, for those who may see it: the ladder, what it is made of, and a form for one more amount."""

from typing import Any
from uuid import UUID

from flask import Blueprint, g, render_template

from dealer.deals import margins
from dealer.deals.margins import Ladder, NewCost
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.money.credit_interest import DAYS_OF_A_YEAR, Lent
from dealer.records.costs import DealCost
from dealer.records.deals import Deal
from dealer.stock import catalogue
from web import steps
from web.asking import Answer, looking, me, need, or_404, write
from web.deals import deals
from web.forms import Form
from web.language import clock, money, say, show, told, word

pages = Blueprint("margins", __name__)


@pages.get("/deals/<int:number>/margin")
def page(number: int) -> Answer:
    """The ladder from the price of the cars to the margin."""
    need("see margins")
    return _page(steps.find(looking(), deals.KIND, number), Form(NewCost))


@pages.post("/deals/<int:number>/margin")
def record(number: int) -> Answer:
    """One more amount."""
    need("see margins")

    def work(ask: Ask) -> str:
        deal = steps.find(ask.db, deals.KIND, number)
        margins.record(deal, ask)
        return _url(deal)

    return write(Form.received(NewCost), work, lambda form, trouble: _again(number, form, trouble))


@pages.post("/deals/<int:number>/margin/<uuid:key>/withdraw")
def withdraw(number: int, key: UUID) -> Answer:
    """An amount that was entered by mistake."""
    need("see margins")

    def work(ask: Ask) -> str:
        deal = steps.find(ask.db, deals.KIND, number)
        or_404(margins.withdraw(deal, ask, key))
        return _url(deal)

    return write(None, work, lambda form, trouble: _again(number, None, trouble))


def _url(deal: Deal) -> str:
    return f"/deals/{deal.number}/margin"


def _again(number: int, form: Form | None, trouble: Any) -> str:
    refusals = trouble if isinstance(trouble, tuple) else ()
    deal = steps.find(looking(), deals.KIND, number)
    return _page(deal, form or Form(NewCost), [told(each) for each in refusals if each.field is None])


def _page(deal: Deal, form: Form, standing: list[str] | None = None) -> str:
    found = margins.ladder(looking(), deal, calendar_of(looking()).today(g.now))
    records = me().may_or_stands_in("record deal costs")
    return render_template(
        "deals/margin.html",
        deal=deal,
        deal_code=deals.code_of(deal),
        here=_url(deal),
        figures=figures(found),
        ladder=_rungs(found) if found else [],
        margin=money(found.margin, sign=True) if found else "",
        basis=_titled(found.basis) if found else "",
        lent=[_lent(each) for each in found.lent] if found else [],
        unknown=[catalogue.full_name(each) for each in found.unknown] if found else [],
        costs=[_cost(row) for row in margins.costs_of(looking(), deal)],
        form=form,
        standing=standing or [],
        records=records,
    )


def _titled(basis: Any) -> str:
    """The quotation, contract or amendment whose cars and prices count."""
    kind = steps.kind_of(basis)
    return kind.title(basis) if kind else ""


def _lent(each: Lent) -> dict[str, Any]:
    """The formula of the interest, with its figures."""
    rate = f"{each.permille / 10:g} %"
    return {
        "cells": [
            say("{since} to {until}", since=each.since, until=each.until),
            f"{money(each.amount)} × {say('{count} days', count=each.days)} × {rate} ÷ {DAYS_OF_A_YEAR}",
            money(each.interest),
        ]
    }


def figures(found: Ladder | None) -> list[dict[str, Any]]:
    """The margin in all, per car and as a share of the price."""
    if found is None or found.margin is None:
        return []
    share = found.permille or 0
    return [
        {"label": say("Margin of the deal"), "value": money(found.margin, sign=True), "unit": say("yuan")},
        {"label": say("Per car"), "value": money(found.per_car, sign=True), "unit": say("yuan")},
        {
            "label": say("Share of the price"),
            "value": f"{'−' if share < 0 else ''}{abs(share) // 10}.{abs(share) % 10} %",
        },
        {"label": say("Cars"), "value": found.cars},
    ]


def _rungs(found: Ladder) -> list[dict[str, Any]]:
    return [{"cells": [word("MarginRung", rung.what), money(rung.amount, sign=True)]} for rung in found.rungs]


def _cost(row: DealCost) -> dict[str, Any]:
    withdrawn = row.withdrawn_at is not None
    return {
        "id": row.id,
        "what": show(row.kind),
        "note": " · ".join(each for each in (row.note, row.recorded_by.name, clock(row.recorded_at)) if each),
        "amount": money(row.amount),
        "withdrawn": withdrawn,
    }
