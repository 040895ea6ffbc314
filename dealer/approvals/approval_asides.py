"""What may be done with a case beside deciding it: ask a colleague as well 加签, send it back to an earlier stage, let
somebody know 抄送, remind whoever is asked 催办."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from dealer import people
from dealer.approvals import rulings, stages
from dealer.approvals.stages import Stage
from dealer.engine.fields import Options, Paragraph
from dealer.engine.steps import Ask, Facts, Refusal, no, on_facts
from dealer.house import second_person
from dealer.house.policies import policy
from dealer.prices import pricing
from dealer.records.approvals import ApprovalCopy, Verdict
from dealer.records.quotations import PriceException

Words = Annotated[str, Paragraph]


# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class AskedWhen(StrEnum):
    """Whether somebody is asked before the present stage or after it."""

    BEFORE = "before"
    AFTER = "after"


class OneMore(Facts):
    """A colleague who is asked as well, and when."""

    colleague: Annotated[UUID, Options("colleagues")] = Field(title="Colleague")
    when: AskedWhen = Field(AskedWhen.BEFORE, title="Asked")
    comment: Words = Field(title="Comment", min_length=1, max_length=2000)


class EarlierStage(Facts):
    """Which stage it goes back to, counted from one, and why."""

    stage: Annotated[int, Options("earlier_stages")] = Field(title="Back to")
    comment: Words = Field(title="Comment", min_length=1, max_length=2000)


class CopyTo(Facts):
    """Who is to know of it."""

    colleague: Annotated[UUID, Options("colleagues")] = Field(title="Colleague")
    comment: Words = Field("", title="Comment", max_length=2000)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def colleague_is_free(exception: PriceException, ask: Ask) -> Refusal | None:
    """Somebody who works here, did not ask for it and is not asked already."""
    one = ask.facts.colleague
    staff = second_person.staff_of(ask.db, exception.store_id, ask.today)
    if one not in staff.roles:
        return no("Choose somebody who works here.", code="E-COLLEAGUE", field="colleague")
    if one in {exception.requester_id, exception.submitted_by_id}:
        sentence = "{name} asked for it: choose somebody else."
        return no(sentence, code="E-SELF-APPROVE", field="colleague", name=staff.names[one])
    spoken = {each for mark in stages.standing(exception) for each in (mark.person_id, mark.for_whom_id)}
    named = {stage.colleague for stage in stages.of(exception)[exception.stage :]}
    if one in spoken | named | {ask.actor.id, ask.hat.id}:
        sentence = "{name} is asked already, or has agreed: choose somebody else."
        return no(sentence, code="E-COLLEAGUE", field="colleague", name=staff.names[one])
    return None


@on_facts
def who_is_added_last_can_decide(exception: PriceException, ask: Ask) -> Refusal | None:
    """Whoever is asked after the last stage gives the last decision."""
    price = rulings.price_today(exception, ask)
    if ask.facts.when is AskedWhen.BEFORE or not stages.is_last(exception) or price is None:
        return None
    roles = people.roles_of(ask.db, ask.facts.colleague, exception.store_id)
    if pricing.meets(exception.net_total, exception.quantity, pricing.floor_of(roles, price)):
        return None
    sentence = "Their floor does not reach this price, and they would decide last: have them asked before."
    return no(sentence, code="E-AUTH-LIMIT", field="colleague")


def an_earlier_stage_exists(exception: PriceException, ask: Ask) -> Refusal | None:
    """In its first stage a case goes back to nobody but the requester."""
    if exception.stage == 0:
        return no("It stands at its first stage: return it to the requester.", code="E-STAGE", quiet=True)
    return None


@on_facts
def stage_is_an_earlier_one(exception: PriceException, ask: Ask) -> Refusal | None:
    """Back, not forward."""
    if not 1 <= ask.facts.stage <= exception.stage:
        sentence = "Choose a stage from 1 to {last}."
        return no(sentence, code="E-STAGE", field="stage", last=exception.stage)
    return None


@on_facts
def they_do_not_know_of_it_yet(exception: PriceException, ask: Ask) -> Refusal | None:
    """One copy each, to people of the shop."""
    one = ask.facts.colleague
    if one not in second_person.staff_of(ask.db, exception.store_id, ask.today).roles:
        return no("Choose somebody who works here.", code="E-COLLEAGUE", field="colleague")
    if one in {copy.person_id for copy in exception.copies}:
        return no("They have it already.", code="E-COPIED", field="colleague")
    return None


def they_were_not_reminded_just_now(exception: PriceException, ask: Ask) -> Refusal | None:
    """Reminding is for once in a while (house rule `remind_after_minutes`)."""
    if exception.reminded_at is None:
        return None
    minutes = policy(ask.db, exception.store_id, "remind_after_minutes", ask.today)
    again = exception.reminded_at + timedelta(minutes=minutes)
    if ask.at < again:
        sentence = "They were reminded at {at}: you can remind them again from {again} on."
        return no(sentence, code="E-REMINDED", at=exception.reminded_at, again=again)
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def add_colleague(exception: PriceException, ask: Ask) -> None:
    """A stage of their own, before the present one or after it."""
    found, before = stages.of(exception), ask.facts.when is AskedWhen.BEFORE
    key = max(stage.key for stage in found) + 1
    added = Stage(key, (), 1, colleague=ask.facts.colleague, added_by=ask.hat.id)
    found.insert(exception.stage + (0 if before else 1), added)
    exception.stages = [stage.kept() for stage in found]
    if before:
        rulings.plan_decision(exception, ask)


def go_back(exception: PriceException, ask: Ask) -> None:
    """The stage is asked again, and those after it; what was said there counts no more."""
    target = ask.facts.stage - 1
    again = {stage.key for stage in stages.of(exception)[target:]}
    stages.note(exception, ask, Verdict.RETURNED)
    for mark in stages.standing(exception):
        if mark.stage in again:
            mark.cleared_at = ask.at
    exception.stage = target


def copy(exception: PriceException, ask: Ask) -> None:
    """From now on they see the case."""
    to = ApprovalCopy(
        store_id=exception.store_id, exception_id=exception.id, person_id=ask.facts.colleague, by_id=ask.hat.id,
        at=ask.at,
    )  # fmt: skip
    exception.copies.append(to)


def remind(exception: PriceException, ask: Ask) -> None:
    """It shows in the list of whoever is asked."""
    exception.reminded_at, exception.reminders = ask.at, exception.reminders + 1
