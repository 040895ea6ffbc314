"""The life of a campaign 促销活动: planned for its month, approved by the general manager, over with a review.

What it allows counts from its first day on and only once it is approved (K13). Two campaigns never allow something for
the same model on the same day: nobody could say which of them a price came from.
"""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.approvals.rulings import kept
from dealer.deals.deals import Comment
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Money, Options, Paragraph, Upload
from dealer.engine.refusals import not_yet
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Step, no, on_facts
from dealer.engine.words import Yuan
from dealer.people import OWNER, SYSTEM, Actor, has, not_their_own, owner_or
from dealer.prices import pricing
from dealer.records.market import (
    Campaign,
    CampaignCost,
    CampaignEffect,
    CampaignKind,
    CampaignState,
    EffectKind,
)
from dealer.records.people import Role
from dealer.records.vehicles import Model

S = CampaignState
Words = Annotated[str, Paragraph]
PLANNER, APPROVER = has("plan campaigns"), has("approve plans")
REVIEW_WITHIN = 5  # working days after its last day
LIVE = (S.SUBMITTED, S.APPROVED, S.RUNNING)
LONGEST = 366

# ── what the steps ask for ────────────────────────────────────────────────────────────────────────────────────────


class EffectRow(Facts):
    """What is allowed for one model, per car."""

    model: Annotated[UUID, Options("models")] = Field(title="Model")
    kind: Annotated[EffectKind, Kind("select")] = Field(EffectKind.GIFTS, title="What may be given")
    amount: Money = Field(title="At most, per car", gt=0)
    gift: str = Field("", title="Gift", max_length=200)


class Plan(Facts):
    """What is planned."""

    name: str = Field(title="Name of the campaign", min_length=1, max_length=100)
    kind: Annotated[CampaignKind, Kind("chips")] = Field(CampaignKind.PROMOTION, title="Kind of campaign")
    first_day: date = Field(title="First day")
    last_day: date = Field(title="Last day")
    aim: Words = Field(title="Aim of the campaign", min_length=1, max_length=2000)
    budget: Money = Field(title="Budget", ge=0)
    wanted_visits: int | None = Field(None, title="Visits wanted", ge=0, le=100_000)
    wanted_deals: int | None = Field(None, title="Deals wanted", ge=0, le=10_000)
    effects: tuple[EffectRow, ...] = Field((), title="What consultants may give meanwhile", max_length=100)
    grant_limit: Money = Field(
        0, title="At most in all", description="What may be given to customers under it, all quotations together.", ge=0
    )


class Spending(Facts):
    """What was spent, on what."""

    what: str = Field(title="Spent on", min_length=1, max_length=200)
    amount: Money = Field(title="Amount", gt=0)
    day: date = Field(title="Day")
    file: Upload | None = Field(None, title="Receipt")


class StruckOut(Facts):
    """Which cost was noted in error, and why."""

    cost: Annotated[UUID, Options("costs_of_campaign")] = Field(title="Cost")
    reason: Words = Field(title="Reason", min_length=1, max_length=2000)


class Review(Facts):
    """What came of it, and what is done otherwise the next time."""

    review: Words = Field(title="What came of the campaign", min_length=1, max_length=2000)
    lesson: Words = Field(title="What is done otherwise next time", min_length=1, max_length=2000)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def campaign_days_follow(campaign: Campaign, ask: Ask) -> Refusal | None:
    """From a day that is not over to a later one, a year at most."""
    facts: Plan = ask.facts
    if facts.last_day < facts.first_day:
        return no("The last day comes before the first: exchange them.", code="E-PERIOD", field="last_day")
    if facts.last_day < ask.today:
        return no("These days are over: choose days from today on.", code="E-DAY-PAST", field="last_day")
    if (facts.last_day - facts.first_day).days >= LONGEST:
        return no("A campaign lasts a year at most: choose an earlier last day.", code="E-PERIOD", field="last_day")
    return None


@on_facts
def effects_name_our_models_once(campaign: Campaign, ask: Ask) -> Refusal | None:
    """Two rows for one model would leave the choice to chance; another shop's models are none of ours."""
    models = [row.model for row in ask.facts.effects]
    ours = select(Model.id).where(Model.store_id == campaign.store_id, Model.id.in_(set(models)))
    if len(set(models)) != len(models) or len(ask.db.scalars(ours).all()) != len(models):
        return no("Name each model of the shop once.", code="E-MODEL-TWICE", field="effects")
    return None


@on_facts
def what_is_given_has_a_limit(campaign: Campaign, ask: Ask) -> Refusal | None:
    """The general manager approves an amount, not a blank cheque."""
    facts: Plan = ask.facts
    if facts.effects and facts.grant_limit < max(row.amount for row in facts.effects):
        return no("Enter what may be given in all: at least what one car may get.", code="E-GRANT-LIMIT",
                  field="grant_limit")  # fmt: skip
    return None


def effects_keep_the_floor(campaign: Campaign, ask: Ask) -> Refusal | None:
    """A campaign widens what a consultant may give; it never reaches below the key-account manager's floor."""
    models = {each.model_id: each for each in campaign.effects}
    prices = pricing.prices_of(ask.db, campaign.store_id, models, max(campaign.first_day, ask.today))
    for key, effect in models.items():
        price = prices.get(key)
        if price is None:
            return no("{model} is on no price list in force: have it listed, or take it out.", code="E-PRICE-NONE",
                      model=effect.model.name)  # fmt: skip
        room = price.floor_consultant - price.floor_key_account
        if effect.kind is EffectKind.PRICE and effect.amount > room:
            return no(
                "{model}: {amount} per car would reach below the key-account manager's floor; {most} is the most.",
                code="E-CAMPAIGN-FLOOR", model=effect.model.name, amount=Yuan(effect.amount), most=Yuan(room),
            )  # fmt: skip
    return None


def no_other_campaign_overlaps(campaign: Campaign, ask: Ask) -> Refusal | None:
    """For one model on one day, one campaign: whoever reads a price can tell where it comes from."""
    models = [each.model_id for each in campaign.effects]
    query = select(CampaignEffect).join(Campaign, Campaign.id == CampaignEffect.campaign_id)
    query = query.where(
        Campaign.store_id == campaign.store_id, Campaign.id != campaign.id,
        Campaign.state.in_([each.value for each in LIVE]), Campaign.first_day <= campaign.last_day,
        Campaign.last_day >= campaign.first_day, CampaignEffect.model_id.in_(models),
    )  # fmt: skip
    other = ask.db.scalars(query.order_by(Campaign.first_day).limit(1)).first()
    if other is not None:
        return no(
            "“{name}” allows something for {model} from {first} to {last} already: choose other days or leave the "
            "model out.",
            code="E-CAMPAIGN-OVERLAP", name=other.campaign.name, model=other.model.name,
            first=other.campaign.first_day, last=other.campaign.last_day,
        )  # fmt: skip
    return None


def days_are_not_over(campaign: Campaign, ask: Ask) -> Refusal | None:
    """Nobody approves what can no longer happen."""
    if campaign.last_day < ask.today:
        return no("These days are over: choose days from today on.", code="E-DAY-PAST")
    return None


def somebody_else_planned_it(campaign: Campaign, ask: Ask) -> Refusal | None:
    """Nobody approves their own campaign, nor one they submitted."""
    return not_their_own(campaign.owner_id, ask) or not_their_own(campaign.submitted_by_id, ask)


def first_day_has_come(campaign: Campaign, ask: Ask) -> Refusal | None:
    """From 0:00 of its first day."""
    return None if campaign.first_day <= ask.today else not_yet()


def campaign_days_are_over(campaign: Campaign, ask: Ask) -> Refusal | None:
    """From 0:00 of the day after."""
    return None if campaign.last_day < ask.today else not_yet()


@on_facts
def spent_by_now(campaign: Campaign, ask: Ask) -> Refusal | None:
    """What will be spent is a plan."""
    if ask.facts.day > ask.today:
        return no("This day lies ahead: enter the day on which it was spent.", code="E-DAY-AHEAD", field="day")
    return None


@on_facts
def cost_stands(campaign: Campaign, ask: Ask) -> Refusal | None:
    """A cost of this campaign that is not struck out yet."""
    if ask.facts.cost not in {each.id for each in standing_costs(campaign)}:
        return no("Choose one of the offered values.", code="E-REQ-FIELD", field="cost")
    return None


def a_cost_stands(campaign: Campaign, ask: Ask) -> Refusal | None:
    """Without a cost there is nothing to strike out."""
    if not standing_costs(campaign):
        return no("No cost has been noted.", code="E-COST-NONE", quiet=True)
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────

PLANNED = ("name", "kind", "first_day", "last_day", "aim", "budget", "wanted_visits", "wanted_deals", "grant_limit")


def write_plan(campaign: Campaign, ask: Ask) -> None:
    """The plan as typed."""
    for name in PLANNED:
        setattr(campaign, name, getattr(ask.facts, name))
    campaign.effects = [
        CampaignEffect(store_id=campaign.store_id, position=at, model_id=row.model, kind=row.kind, amount=row.amount,
                       gift=row.gift)
        for at, row in enumerate(ask.facts.effects, 1)
    ]  # fmt: skip


def note_submission(campaign: Campaign, ask: Ask) -> None:
    """The general manager has a working day."""
    campaign.submitted_by_id = ask.actor.id
    due = calendar_of(ask.db).due_after(ask.today, 1)
    deadlines.plan(ask, "approve_campaign", campaign, due, role=Role.GENERAL)


def note_approval(campaign: Campaign, ask: Ask) -> None:
    """It begins and ends by itself on its days."""
    campaign.approved_by_id, campaign.approved_at = ask.actor.id, ask.at
    deadlines.finish(ask, campaign, "approve_campaign")
    calendar = calendar_of(ask.db)
    first = max(campaign.first_day, ask.today)
    deadlines.plan(ask, "start_campaign", campaign, calendar.at(first, "00:05"), by_system=True)
    deadlines.plan(ask, "end_campaign", campaign, calendar.end_of(campaign.last_day), by_system=True)


def ask_for_the_review(campaign: Campaign, ask: Ask) -> None:
    """Its owner says within a working week what came of it."""
    due = calendar_of(ask.db).due_after(ask.today, REVIEW_WITHIN)
    deadlines.plan(ask, "review_campaign", campaign, due, owner_id=campaign.owner_id)


def write_review(campaign: Campaign, ask: Ask) -> None:
    """What came of it."""
    campaign.review, campaign.lesson = ask.facts.review, ask.facts.lesson
    deadlines.finish(ask, campaign, "review_campaign")


def note_cost(campaign: Campaign, ask: Ask) -> None:
    """A row of what it cost."""
    facts: Spending = ask.facts
    ask.db.add(
        CampaignCost(
            store_id=campaign.store_id, campaign=campaign, day=facts.day, what=facts.what, amount=facts.amount,
            file_sha256=kept(ask, facts.file), person_id=ask.actor.id,
        )
    )  # fmt: skip


def strike_cost(campaign: Campaign, ask: Ask) -> None:
    """It stays, struck out."""
    ask.db.get_one(CampaignCost, ask.facts.cost).struck_at = ask.at


def close_tasks(campaign: Campaign, ask: Ask) -> None:
    """Nobody owes it anything."""
    deadlines.cancel(ask, campaign)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

TYPED = (campaign_days_follow, effects_name_our_models_once, what_is_given_has_a_limit)
SOUND = (days_are_not_over, effects_keep_the_floor, no_other_campaign_overlaps)
UNDER_WAY = (S.APPROVED, S.RUNNING, S.OVER)

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action        from                      to            who                           asks for   refused unless …                    then …
    Step("draft",      None,                     S.DRAFT,      PLANNER,                      Plan,      TYPED,                              (write_plan,)),
    Step("edit",       S.DRAFT,                  SAME,         OWNER,                        Plan,      TYPED,                              (write_plan,)),
    Step("submit",     S.DRAFT,                  S.SUBMITTED,  OWNER,                        None,      SOUND,                              (note_submission,)),
    Step("return",     S.SUBMITTED,              S.DRAFT,      APPROVER,                     Comment,   (somebody_else_planned_it,),        (close_tasks,)),
    Step("approve",    S.SUBMITTED,              S.APPROVED,   APPROVER,                     None,      (somebody_else_planned_it, *SOUND), (note_approval,)),
    Step("call_off",   (S.DRAFT, S.SUBMITTED, S.APPROVED, S.RUNNING), S.CALLED_OFF, owner_or("approve plans"), Comment, (), (close_tasks,)),
    Step("note_cost",  UNDER_WAY,                SAME,         owner_or("record money"), Spending, (spent_by_now,),                 (note_cost,)),
    Step("strike_cost", UNDER_WAY,               SAME,         owner_or("record money"), StruckOut, (a_cost_stands, cost_stands),   (strike_cost,)),
    Step("review",     S.OVER,                   S.ENDED,      OWNER,                        Review,    (),                                 (write_review,)),
    # by itself
    Step("start",      S.APPROVED,               S.RUNNING,    SYSTEM,                       None,      (first_day_has_come,),              ()),
    Step("finish",     S.RUNNING,                S.OVER,       SYSTEM,                       None,      (campaign_days_are_over,),                (ask_for_the_review,)),
]
# ruff: enable[E501]
# fmt: on

CAMPAIGNS = Life(
    "campaign", Campaign, CampaignState, STEPS, path=(S.DRAFT, S.SUBMITTED, S.APPROVED, S.RUNNING, S.OVER, S.ENDED)
)


def planned(ask: Ask) -> Campaign:
    """A campaign that is not yet born: begin it with "draft"."""
    told = {name: getattr(ask.facts, name) for name in PLANNED}
    return Campaign(store_id=ask.actor.store_id, owner_id=ask.hat.id, **told)


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def known_facts(campaign: Campaign) -> dict[str, Any]:
    """A plan as its form shows it."""
    rows = [
        {"model": str(each.model_id), "kind": each.kind, "amount": each.amount, "gift": each.gift}
        for each in campaign.effects
    ]
    return {name: getattr(campaign, name) for name in PLANNED} | {"effects": rows}


def standing_costs(campaign: Campaign) -> list[CampaignCost]:
    """What was spent and is not struck out, by day."""
    return [each for each in campaign.costs if each.struck_at is None]


def spent(campaign: Campaign) -> int:
    """What it has cost so far."""
    return sum(each.amount for each in standing_costs(campaign))


def _here(who: Actor) -> Select[Campaign]:
    return people.scoped(select(Campaign), Campaign, who).options(joinedload(Campaign.owner))


def of_month(db: Session, who: Actor, first: date) -> list[Campaign]:
    """The promotion plan of a month: every campaign with a day in it, by first day."""
    query = _here(who).where(Campaign.first_day < add_months(first, 1), Campaign.last_day >= first)
    return list(db.scalars(query.order_by(Campaign.first_day, Campaign.number)))


def to_approve(db: Session, who: Actor) -> int:
    """How many wait for the general manager."""
    return len(db.scalars(_here(who).where(Campaign.state == S.SUBMITTED)).all())
