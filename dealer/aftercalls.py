"""Calls after a hand-over: the thanks within the hour, the second contact, and customer service's call-back.

They are due about a batch, once for each receiver or using unit (handover.py plans them), and noted as steps of the
batch; the history keeps outcome, grade, reason and action.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session

from dealer import deadlines
from dealer.engine.database import calendar_of
from dealer.engine.fields import Options, Paragraph
from dealer.engine.steps import Ask, Facts, Refusal, no, on_facts
from dealer.records.deadlines import Deadline
from dealer.records.deliveries import Batch
from dealer.records.people import Role

CALLS = ("thank_you_call", "thank_you_retry", "second_contact")

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Reached(StrEnum):
    """How a call ended. A message counts: nobody is called after nine in the evening."""

    SPOKEN = "spoken"
    MESSAGE = "message_sent"


class CallNote(Facts):
    """The call of thanks, or the second contact."""

    call: Annotated[str, Options("calls_due")] = Field(title="Call", max_length=260)
    outcome: Reached = Field(title="Outcome")
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)


class Satisfaction(StrEnum):
    """Three grades; so-so counts as not satisfied."""

    SATISFIED = "satisfied"
    SO_SO = "so_so"
    DISSATISFIED = "dissatisfied"


class CallbackNote(Facts):
    """What the customer said three days later."""

    call: Annotated[str, Options("callbacks_due")] = Field(title="Call", max_length=260)
    grade: Satisfaction = Field(title="Satisfaction")
    reason: Annotated[str, Paragraph] = Field("", title="Reason", max_length=2000)
    action: Annotated[str, Paragraph] = Field("", title="What is done about it", max_length=2000)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def callbacks_are_made(batch: Batch, ask: Ask) -> Refusal | None:
    """Everybody who received cars is called back."""
    if deadlines.open_for(ask.db, batch, "callback"):
        return no(
            "Customer service has not called back yet.",
            code="E-NO-CALLBACK", remover=Role.CUSTOMER_SERVICE, fix="call_back",
        )  # fmt: skip
    return None


def a_call_is_due(batch: Batch, ask: Ask) -> Refusal | None:
    """There is somebody to call."""
    return None if calls_due(ask.db, batch, CALLS) else no("No call is due.", code="E-CALL-NONE", quiet=True)


def a_callback_is_due(batch: Batch, ask: Ask) -> Refusal | None:
    """There is somebody to call back."""
    return None if calls_due(ask.db, batch, ("callback",)) else no("No call is due.", code="E-CALL-NONE", quiet=True)


@on_facts
def call_is_one_of_those_due(batch: Batch, ask: Ask) -> Refusal | None:
    """What is noted belongs to a call that was due."""
    if ask.facts.call not in {str(row.id) for row in calls_due(ask.db, batch, (*CALLS, "callback"))}:
        return no("Choose one of the calls that are due.", code="E-REQ-FIELD", field="call")
    return None


@on_facts
def discontent_has_reason_and_action(batch: Batch, ask: Ask) -> Refusal | None:
    """So-so and dissatisfied: why, and what is done about it."""
    facts: CallbackNote = ask.facts
    if facts.grade is not Satisfaction.SATISFIED and not (facts.reason and facts.action):
        field = "action" if facts.reason else "reason"
        return no("Write down why, and what is done about it.", code="E-REQ-FIELD", field=field)
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def note_call(batch: Batch, ask: Ask) -> None:
    """Done. When only a message went out, one more try follows the next morning."""
    facts: CallNote = ask.facts
    row = next(each for each in deadlines.open_for(ask.db, batch) if str(each.id) == facts.call)
    deadlines.tick(ask, row)
    if facts.outcome is Reached.MESSAGE and row.kind == "thank_you_call":
        calendar = calendar_of(ask.db)
        again = calendar.at(ask.today + timedelta(days=1), "09:30")
        deadlines.plan(ask, "thank_you_retry", batch, again, owner_id=row.owner_id, note=row.note)


def note_callback(batch: Batch, ask: Ask) -> None:
    """Done; the history keeps grade, reason and action."""
    row = next(each for each in deadlines.open_for(ask.db, batch) if str(each.id) == ask.facts.call)
    deadlines.tick(ask, row)


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def calls_due(db: Session, batch: Batch, kinds: tuple[str, ...]) -> list[Deadline]:
    """Open calls about a batch, earliest first."""
    rows = [row for row in deadlines.open_for(db, batch) if row.kind in kinds]
    return sorted(rows, key=lambda row: row.due_at)
