"""A form that a browser kept while the line was down (static/kept.js) counts from when it was typed."""

from datetime import datetime, timedelta

from flask import request

from dealer.engine.steps import Ask
from dealer.showroom.reception import DAYS_BACK
from web.asking import a_number

AT_MOST = timedelta(days=DAYS_BACK)  # what was kept for longer says itself when it was


def as_typed(ask: Ask, moment: str, not_before: datetime | None = None) -> Ask:
    """The request with the field that says when it was, where nobody filled it in: as many seconds ago as it waited.

    `not_before` is since when it could have been at all, such as the start of a drive.
    """
    ago = request.headers.get("X-Typed-Ago", 0, type=a_number)
    if getattr(ask.facts, moment) is not None or not 0 < ago <= AT_MOST.total_seconds():
        return ask
    typed = ask.at - timedelta(seconds=ago)
    return ask.with_facts(ask.facts.model_copy(update={moment: max(typed, not_before or typed)}))
