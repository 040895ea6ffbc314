"""The delivery calendar: by month or week, late batches first, with what each still lacks and what a delay costs."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, g, render_template, request

from dealer.deliveries import delivery_calendar
from dealer.deliveries.delivery_calendar import Entry, Lack
from dealer.engine.database import calendar_of
from dealer.engine.facts import FIRST_YEAR, LAST_YEAR
from web import steps
from web.asking import Answer, day_asked, looking, looking_ask, need
from web.deliveries.deliveries import KIND, title_of
from web.language import money, say, short_day, show

pages = Blueprint("delivery_calendar", __name__)

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NAMED = 3  # so many cars are named by the ends of their VINs


@pages.get("/deliveries/calendar")
def index() -> Answer:
    """The batches of a month or a week by day; whatever is late stands above, whichever month is shown."""
    need("see stock")
    today = calendar_of(looking()).today(g.now)
    day, by_week = day_asked() or today, request.args.get("by") == "week"
    weeks = [_week(day)] if by_week else delivery_calendar.weeks(day)
    first, last = (weeks[0][0], weeks[0][6]) if by_week else _month(day)
    found = delivery_calendar.of_days(looking_ask(), first, last)
    late = delivery_calendar.late(looking_ask())
    return render_template(
        "deliveries/calendar.html",
        by_week=by_week,
        day=day,
        period=f"{short_day(first)} – {short_day(last)}" if by_week else f"{day:%Y-%m}",
        before=_within(first - timedelta(days=1)),
        after=_within(last + timedelta(days=1)),
        weekdays=[say(each) for each in WEEKDAYS],
        weeks=[[_cell(each, found, first <= each <= last, today) for each in week] for week in weeks],
        late=[_row(each) for each in late],
        rows=[_row(each) for each in found if not each.late],
    )


def _week(day: date) -> list[date]:
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=each) for each in range(7)]


def _month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _within(day: date) -> str:
    """An address can name it."""
    return day.isoformat() if FIRST_YEAR <= day.year <= LAST_YEAR else ""


def _cell(day: date, found: Sequence[Entry], inside: bool, today: date) -> dict[str, Any]:
    """One day of the grid with its batches."""
    here = [each for each in found if each.batch.due_on == day]
    return {
        "day": day.day,
        "inside": inside,
        "today": day == today,
        "batches": [
            {
                "url": KIND.url(each.batch),
                "label": each.batch.deal.customer.name,
                "count": each.batch.quantity - each.delivered,
                "tone": "bad" if each.late else "wait" if each.lacks else "ok",
            }
            for each in here
        ],
    }


def _row(entry: Entry) -> dict[str, Any]:
    batch = entry.batch
    return {
        "url": KIND.url(batch),
        "tone": "bad" if entry.late else "",
        "cells": [
            {"text": title_of(batch), "note": f"{batch.contract.code or ''} · {batch.deal.owner.name}"},
            {"text": short_day(batch.due_on), "note": _when(entry), "tone": "bad" if entry.late else ""},
            f"{entry.delivered} / {batch.quantity}",
            {"text": show([_lack(each) for each in entry.lacks]) or say("Nothing is missing"), "note": ""},
            _costs(entry) if steps.seen_url(batch.contract) else "—",
        ],
    }


def _when(entry: Entry) -> str:
    late = say("{days} days late", days=entry.late) if entry.late else ""
    promised = entry.batch.promised_on
    told = say("promised for {day}", day=short_day(promised)) if promised else ""
    return " · ".join(each for each in (late, told) if each)


def _lack(lack: Lack) -> str:
    """2 cars: inspection, invoice (100001, 100002)."""
    told = say("{count} cars: {what}", count=lack.count, what=lack.what)
    return f"{told} ({', '.join(lack.vins)})" if 0 < len(lack.vins) <= NAMED else told


def _costs(entry: Entry) -> Any:
    """What the delay costs by today, or from which day on it will."""
    outlook, so_far = entry.outlook, entry.damages
    if outlook is None:
        return "—"
    ahead = say("¥{a_day} a day, at most ¥{most}", a_day=money(outlook.a_day), most=money(outlook.most))
    if so_far is not None and so_far.days:
        return {"text": f"¥{money(so_far.amount)}", "tone": "bad", "note": ahead}
    return {"text": say("from {day} on", day=short_day(outlook.begins_on)), "note": ahead}
