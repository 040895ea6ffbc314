"""Months of the sub-dealers: the ranking, the history of one, its report."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template

from dealer.engine.calendar import add_months
from dealer.engine.steps import Ask
from dealer.network import months, statement_papers, statements
from dealer.network.months import Month, MonthReport
from dealer.records.network import Statement, StatementState, SubDealer, SubDealerMonth
from web import steps
from web.asking import Answer, day_asked, looking, looking_ask, me, need, write
from web.forms import Form
from web.language import money, say, told, word
from web.network import network
from web.network import support as requests

pages = Blueprint("sub_dealer_months", __name__)
TONES = {
    StatementState.DRAWN: "wait", StatementState.APPROVED: "info", StatementState.PAID: "ok",
    StatementState.WITHDRAWN: "neutral",
}  # fmt: skip


def _month() -> date:
    """The month asked for; else the one before this."""
    return (day_asked("month") or add_months(looking_ask().today, -1)).replace(day=1)


def name_of(month: date) -> str:
    """2026-11 as people say it."""
    return say("{year}-{month}", year=month.year, month=f"{month.month:02}")


def points(score: int) -> str:
    """Hundredths of a point as people read them."""
    return f"{score / 100:.2f}"


# ── the ranking ───────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/network/ranking")
def ranking() -> Answer:
    """Who did how well in a month, and in the months before it."""
    need("rank sub-dealers")
    return _ranking(())


@pages.post("/network/ranking")
def evaluate() -> Answer:
    """Keep the month as it stands, now that it is over."""
    need("keep sub-dealers")
    month = _month()

    def work(ask: Ask) -> str:
        months.evaluate(ask, month)
        return f"/network/ranking?month={month}"

    return write(None, work, lambda form, trouble: _ranking(trouble if isinstance(trouble, tuple) else ()))


def _ranking(refusals: tuple[Any, ...]) -> str:
    month = _month()
    found = months.ranking(looking(), me(), month)
    kept = any(each.rank for each in months.evaluated(looking(), me(), month))
    weights = months.weights_on(looking(), me().store_id, month)
    return render_template(
        "network/ranking.html",
        title=name_of(month),
        month=month,
        before=f"/network/ranking?month={add_months(month, -1)}",
        after=f"/network/ranking?month={add_months(month, 1)}",
        tabs=requests.tabs("ranking"),
        rows=[_row(each) for each in found],
        weights=[f"{word('SubDealerPart', part)} {weight} %" for part, weight in weights.items()],
        kept=kept,
        evaluates=bool(found) and not kept and me().may_or_stands_in("keep sub-dealers"),
        refusals=[told(each) for each in refusals],
    )


def _row(each: Month) -> dict[str, Any]:
    figures = each.figures
    return {
        "url": f"{network.KIND.url(each.sub_dealer)}/months",
        "cells": [
            each.rank,
            each.sub_dealer.customer.name,
            f"{figures['delivered']} / {figures['capacity']}",
            f"{figures['visits']} / {figures['visits_wanted']}",
            figures["complaints"],
            each.points["report"],
            points(each.score),
        ],
    }


# ── the months of one ─────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/network/<int:number>/months")
def page(number: int) -> Answer:
    """How one did, what it was paid, and what it has yet to report."""
    return _page(steps.find(looking(), network.KIND, number), Form(MonthReport, {"month": _month()}))


@pages.post("/network/<int:number>/months")
def report(number: int) -> Answer:
    """Hand in the report of a month."""

    def work(ask: Ask) -> str:
        sub_dealer: SubDealer = steps.find(ask.db, network.KIND, number)
        months.hand_in(ask, sub_dealer)
        return f"{network.KIND.url(sub_dealer)}/months"

    return write(
        Form.received(MonthReport),
        work,
        lambda form, trouble: _page(steps.find(looking(), network.KIND, number), form or Form(MonthReport)),
    )


def _page(sub_dealer: SubDealer, form: Form) -> str:
    month = looking_ask().today.replace(day=1)
    return render_template(
        "network/months.html",
        title=sub_dealer.customer.name,
        here=network.KIND.url(sub_dealer),
        form=form,
        reports=me().may_or_stands_in("report months"),
        draws=me().may_or_stands_in("keep sub-dealers"),
        figures=[
            {"label": say("Delivered this month"), "value": len(months.delivered_in(looking(), sub_dealer, month))},
            {"label": say("Delivered last month"),
             "value": len(months.delivered_in(looking(), sub_dealer, add_months(month, -1)))},
        ],
        history=[_kept(each) for each in months.history_of(looking(), me(), sub_dealer)],
        statements=[statement_row(each) for each in statements.of_sub_dealer(looking(), me(), sub_dealer)],
    )  # fmt: skip


def _kept(each: SubDealerMonth) -> dict[str, Any]:
    figures = each.figures
    return {
        "cells": [
            name_of(each.month), each.rank, points(each.score), f"{figures['delivered']} / {figures['capacity']}",
            f"{figures['visits']} / {figures['visits_wanted']}", figures["complaints"], each.points["report"],
        ]
    }  # fmt: skip


def statement_row(statement: Statement) -> dict[str, Any]:
    """One statement as lists show it."""
    return {
        "url": f"/sub-dealer-statements/{statement.number}",
        "title": statement_papers.code_of(statement),
        "note": " · ".join(
            (name_of(statement.month), say("{count} cars", count=len(statement.lines)), f"¥{money(statement.total)}")
        ),
        "badge": word("StatementState", statement.state.value),
        "tone": TONES[statement.state],
    }
