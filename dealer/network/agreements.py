"""Agreements with sub-dealers: recorded from the signed paper, confirmed by somebody else, in force for a period.

For each model they say how low the sub-dealer may sell without asking, and what a delivered car pays them. A later
agreement takes over from its first day; a model that it does not name is sold at the marked price and pays nothing.
"""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select

from dealer import deadlines
from dealer.approvals.rulings import kept
from dealer.engine.database import calendar_of
from dealer.engine.fields import Money, Options, Upload
from dealer.engine.steps import Ask, Facts, Refusal, Unrecorded, no, on_facts
from dealer.engine.words import Yuan
from dealer.people import not_their_own
from dealer.prices import pricing
from dealer.records.network import SubDealer, SubDealerAgreement, SubDealerTerm
from dealer.records.people import Role
from dealer.records.vehicles import Model

# ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────────


class AgreedTerm(Facts):
    """What is agreed for one model."""

    model: Annotated[UUID, Options("models")] = Field(title="Model")
    floor: Money = Field(title="Lowest net price of theirs", gt=0)
    pay: Money = Field(title="Pay per delivered car", ge=0)


class AgreementFacts(Facts):
    """What the signed paper says."""

    code: str = Field(title="Number on the paper", min_length=1, max_length=40)
    from_day: date = Field(title="In force from")
    until_day: date = Field(title="In force until")
    capacity: int = Field(title="Cars a month", ge=1, le=1000)
    terms: tuple[AgreedTerm, ...] = Field(title="Agreed for each model", min_length=1, max_length=200)
    scan: Annotated[Upload, Unrecorded()] = Field(title="Scan of the signed agreement")


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def agreed_period_lies_ahead(sub_dealer: SubDealer, ask: Ask) -> Refusal | None:
    """A period has a first and a last day, in this order, and is not over yet."""
    facts: AgreementFacts = ask.facts
    if facts.until_day < max(facts.from_day, ask.today):
        return no(
            "The last day is before {day}: correct it.", code="E-AGREEMENT-DAY", field="until_day",
            day=max(facts.from_day, ask.today),
        )  # fmt: skip
    return None


@on_facts
def agreed_models_are_ours_and_named_once(sub_dealer: SubDealer, ask: Ask) -> Refusal | None:
    """Two terms for one model would leave the choice to chance."""
    models = [row.model for row in ask.facts.terms]
    ours = select(func.count()).where(Model.store_id == sub_dealer.store_id, Model.id.in_(set(models)))
    if len(set(models)) != len(models) or ask.db.scalar(ours) != len(models):
        return no("Name each model of the shop once.", code="E-MODEL-TWICE", field="terms")
    return None


@on_facts
def agreed_floors_keep_the_consultants(sub_dealer: SubDealer, ask: Ask) -> Refusal | None:
    """Nobody lends an authority larger than a consultant's: what lies below is decided case by case."""
    terms = {row.model: row.floor for row in ask.facts.terms}
    listed = pricing.prices_of(ask.db, sub_dealer.store_id, terms, ask.today)
    for model, price in listed.items():
        if terms[model] < price.floor_consultant:
            return no(
                "{model}: a consultant's floor is {floor}. Agree no lower price, ask for exceptions.",
                code="E-AGREEMENT-FLOOR", field="terms", model=price.model.name, floor=Yuan(price.floor_consultant),
            )  # fmt: skip
    return None


def an_agreement_waits(sub_dealer: SubDealer, ask: Ask) -> Refusal | None:
    """Only what was recorded can be confirmed."""
    if waiting(sub_dealer) is None:
        return no("No agreement waits to be confirmed.", code="E-NO-AGREEMENT", quiet=True)
    return None


def somebody_else_recorded_it(sub_dealer: SubDealer, ask: Ask) -> Refusal | None:
    """Pay and prices are agreed by two."""
    found = waiting(sub_dealer)
    return not_their_own(found.recorded_by_id, ask) if found else None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def record_agreement(sub_dealer: SubDealer, ask: Ask) -> None:
    """As it was signed. One that waited and was never confirmed gives way to it."""
    facts: AgreementFacts = ask.facts
    waited = waiting(sub_dealer)
    if waited is not None:
        sub_dealer.agreements.remove(waited)
        ask.db.delete(waited)
    agreement = SubDealerAgreement(
        store_id=sub_dealer.store_id, sub_dealer=sub_dealer, code=facts.code, from_day=facts.from_day,
        until_day=facts.until_day, capacity=facts.capacity, scan_sha256=kept(ask, facts.scan),
        recorded_by_id=ask.actor.id, recorded_at=ask.at,
    )  # fmt: skip
    agreement.terms = [
        SubDealerTerm(store_id=sub_dealer.store_id, position=at, model_id=row.model, floor=row.floor, pay=row.pay)
        for at, row in enumerate(facts.terms, 1)
    ]
    ask.db.add(agreement)
    calendar = calendar_of(ask.db)
    deadlines.plan(ask, "confirm_sub_dealer_agreement", sub_dealer, calendar.due_after(ask.today, 1), role=Role.GENERAL)


def confirm_agreement(sub_dealer: SubDealer, ask: Ask) -> None:
    """From now on it counts in its period; whoever looks after them is told before it ends."""
    agreement = waiting(sub_dealer)
    if agreement is None:
        return
    agreement.confirmed_by_id, agreement.confirmed_at = ask.actor.id, ask.at
    deadlines.finish(ask, sub_dealer, "confirm_sub_dealer_agreement")
    calendar, last = calendar_of(ask.db), last_day(sub_dealer)
    ends = calendar.end_of(last)
    deadlines.plan(ask, "sub_dealer_agreement_ends", sub_dealer, ends, owner_id=sub_dealer.owner_id, warn=(20, 5))
    fires = calendar.at(last + timedelta(days=1), "00:05")
    deadlines.plan(ask, "suspend_sub_dealer", sub_dealer, fires, by_system=True)


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def waiting(sub_dealer: SubDealer) -> SubDealerAgreement | None:
    """What was recorded and nobody has confirmed yet."""
    return next((each for each in sub_dealer.agreements if each.confirmed_at is None), None)


def last_day(sub_dealer: SubDealer) -> date:
    """When the last confirmed agreement ends."""
    return max(each.until_day for each in sub_dealer.agreements if each.confirmed_at is not None)
