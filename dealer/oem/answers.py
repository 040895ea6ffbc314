"""What the manufacturer answers to a filing or a rebate: who there, on which day, with which words.

It answers on its own portal; whoever reads it there writes it down here.
"""

from datetime import date
from typing import Annotated

from pydantic import Field

from dealer.engine.fields import Money, Paragraph
from dealer.engine.steps import Ask, Facts, Refusal, no, on_facts
from dealer.house.policies import policy
from dealer.records.oem import Filing, Rebate

Answered = Filing | Rebate


class Answer(Facts):
    """Yes."""

    auditor: str = Field("", title="Auditor at the manufacturer's", max_length=100)
    audited_on: date = Field(title="Day of the answer")
    audit_remark: Annotated[str, Paragraph] = Field("", title="Remark of the manufacturer", max_length=2000)


class Objection(Answer):
    """No, or not like this: why."""

    audit_remark: Annotated[str, Paragraph] = Field(title="Remark of the manufacturer", min_length=1, max_length=2000)


class Grant(Answer):
    """Yes, to an amount."""

    amount: Money = Field(title="Amount approved", gt=0)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def answer_follows_its_question(thing: Answered, ask: Ask) -> Refusal | None:
    """Nobody answers before they are asked, nor tomorrow."""
    day = ask.facts.audited_on
    if day > ask.today:
        return no("This day is still to come.", code="E-DAY-FUTURE", field="audited_on")
    if thing.submitted_on is not None and day < thing.submitted_on:
        sentence = "It was submitted on {day}: the answer cannot be older."
        return no(sentence, code="E-DAY-PAST", field="audited_on", day=thing.submitted_on)
    return None


def may_be_returned_again(thing: Answered, ask: Ask) -> bool:
    """Two returns, then the third is a refusal 驳回超过两次 (house rule `oem_returns`). Tells the rows apart."""
    most: int = policy(ask.db, thing.store_id, "oem_returns", ask.today)
    return thing.returns < most


def was_returned_too_often(thing: Answered, ask: Ask) -> bool:
    """Likewise."""
    return not may_be_returned_again(thing, ask)


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def note_answer(thing: Answered, ask: Ask) -> None:
    """Who answered what, and when."""
    answer: Answer = ask.facts
    thing.auditor, thing.audited_on, thing.audit_remark = answer.auditor, answer.audited_on, answer.audit_remark


def count_return(thing: Answered, ask: Ask) -> None:
    """It is counted: see `may_be_returned_again`."""
    thing.returns += 1
