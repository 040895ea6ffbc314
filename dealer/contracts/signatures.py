"""Signatures on a paper that we issued, be it a contract or a framework agreement: the same text, on days that can be.

The scan is filed by the back office, who reads what came back against what went out.
"""

from datetime import date
from typing import Any, Protocol

from dealer.engine.steps import Ask, Refusal, no, on_facts

DAYS = ("seller_signed_on", "buyer_signed_on", "further_signed_on")


class Issued(Protocol):
    """Whatever was issued on a day."""

    issued_on: Any


@on_facts
def signed_text_is_the_issued_one(issued: Issued, ask: Ask) -> Refusal | None:
    """Somebody has compared what came back with what went out."""
    if not ask.facts.same_text:
        return no(
            "Compare the signed paper with the issued version and confirm it.", code="E-SIGNED-TEXT",
            field="same_text",
        )  # fmt: skip
    return None


@on_facts
def signed_after_issue_and_by_today(issued: Issued, ask: Ask) -> Refusal | None:
    """Nobody signs a text before it is there, or tomorrow."""
    for field in DAYS:
        day: date | None = getattr(ask.facts, field, None)
        if day is not None and not (issued.issued_on or day) <= day <= ask.today:
            return no(
                "Choose a day from {issued} to {today}.", code="E-SIGN-DAY", field=field, issued=issued.issued_on,
                today=ask.today,
            )  # fmt: skip
    return None


@on_facts
def signed_by_today(issued: Issued, ask: Ask) -> Refusal | None:
    """A paper that is not ours may be of any day that has come."""
    for field in DAYS:
        day: date | None = getattr(ask.facts, field, None)
        if day is not None and day > ask.today:
            return no("This day is still to come.", code="E-DAY-FUTURE", field=field)
    return None
