"""The monthly review on screen: what waits, red first; one month with its answers and actions."""

from datetime import date
from typing import Any

from flask import Blueprint, g, render_template, request

from dealer import people
from dealer.care import reviews
from dealer.engine import history
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of
from dealer.records.care import CorrectiveAction, MonthlyReview, MonthlyReviewState
from web import steps
from web.asking import Answer, day_asked, looking, looking_ask, me, need
from web.care import care
from web.deals import timeline
from web.forms import options
from web.language import clock, say, short_day, show

pages = Blueprint("reviews", __name__)


def title_of(review: MonthlyReview) -> str:
    """某市公安局 · 2026-11."""
    return f"{review.customer.name} · {review.month:%Y-%m}"


def _sees(review: MonthlyReview, who: people.Actor) -> bool:
    return who.may_or_stands_in("see reviews")


KIND = steps.register(steps.Kind("reviews", MonthlyReview, reviews.REVIEWS, title=title_of, sees=_sees))


@options("action_owners")
def _owners() -> list[tuple[str, str]]:
    return [(str(each.id), each.name) for each in people.with_duty(looking(), me().store_id, "own actions")]


@options("open_actions")
def _open_actions() -> list[tuple[str, str]]:
    """One's own, for the key-account manager all of them."""
    review = steps.find(looking(), KIND, int((request.view_args or {})["number"]))
    everybodys = me().may_or_stands_in("review satisfaction")
    mine = {me().id, *(away.id for away in me().stands_in_for)}
    return [
        (str(each.id), f"{each.what[:60]} · {each.owner.name}")
        for each in review.actions
        if each.done_at is None and (everybodys or each.owner_id in mine)
    ]


def _today() -> date:
    return calendar_of(looking()).today(g.now)


@pages.get("/reviews")
def index() -> Answer:
    """Everything that is open, overdue first; or one month, closed ones too."""
    need("see reviews")
    asked = day_asked("month")
    month = asked.replace(day=1) if asked else None
    rows = [_row(each) for each in reviews.listed(looking(), me(), month)]
    this = _today().replace(day=1)
    months = [add_months(this, -back) for back in range(4)]
    return render_template(
        "care/reviews.html",
        rows=sorted(rows, key=lambda row: row["tone"] != "bad"),
        months=[
            {"label": say("All that are open"), "url": "/reviews", "current": month is None},
            *({"label": f"{each:%Y-%m}", "url": f"/reviews?month={each}", "current": each == month} for each in months),
        ],
        tabs=care.tabs("reviews"),
    )


def _row(review: MonthlyReview) -> dict[str, Any]:
    found = reviews.answers(looking(), review)
    unhappy = [each for each in found if reviews.discontent([each])]
    done = sum(each.done_at is not None for each in review.actions)
    badge = _badge(review)
    return {
        "url": KIND.url(review),
        "tone": badge["tone"] if badge["tone"] == "bad" else "",
        "cells": [
            review.customer.name,
            f"{review.month:%Y-%m}",
            len(found),
            {"text": len(unhappy), "tone": "bad"} if unhappy else 0,
            f"{done} / {len(review.actions)}",
            {"text": badge["label"], "tone": badge["tone"]},
        ],
    }


def _badge(review: MonthlyReview) -> dict[str, str]:
    if reviews.is_overdue(looking(), review, _today()):
        return {"label": say("Overdue"), "tone": "bad"}
    return {"label": show(review.state), "tone": "ok" if review.state is MonthlyReviewState.CLOSED else "wait"}


@pages.get("/reviews/<int:number>")
def page(number: int) -> Answer:
    """One customer's month: what they answered, what is done about it."""
    review = steps.find(looking(), KIND, number)
    choices = reviews.REVIEWS.choices(review, looking_ask())
    return render_template(
        "care/review.html",
        title=title_of(review),
        badge=_badge(review),
        answers=[_answer(each) for each in reviews.answers(looking(), review)],
        actions=[_action(each) for each in review.actions],
        buttons=steps.buttons(KIND, review, choices),
        timeline=timeline.entries(history.of_thing(looking(), review.store_id, review.id)[::-1]),
    )


def _answer(call: Any) -> dict[str, Any]:
    unhappy = reviews.discontent([call])
    return {
        "url": steps.seen_url(call),
        "tone": "bad" if unhappy else "",
        "cells": [
            clock(call.ended_at),
            show(call.kind),
            {"text": show(call.grade), "tone": "bad" if unhappy else "ok"},
            {"text": call.reason or call.said or "—", "note": call.action},
        ],
    }


def _action(action: CorrectiveAction) -> dict[str, Any]:
    late = action.done_at is None and action.due_on < _today()
    state = {"text": say("Overdue"), "tone": "bad"} if late else {"text": say("Not done yet"), "tone": "wait"}
    if action.done_at is not None:
        state = {"text": say("Done"), "tone": "ok"}
    return {
        "tone": "bad" if late else "",
        "cells": [{"text": action.what, "note": action.result}, action.owner.name, short_day(action.due_on), state],
    }
