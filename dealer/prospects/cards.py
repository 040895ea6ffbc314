"""What the steps of a prospect card ask for and write down: forms and effects. The rules are in prospects.py."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import deadlines
from dealer.customers.customers import ShortName, Telephone, Uscc
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Options, Paragraph, ShopTime
from dealer.engine.names import search_keys
from dealer.engine.steps import Ask, Effect, Facts, Personal, write_down
from dealer.house.policies import policy
from dealer.prospects import levels
from dealer.records.customers import CustomerClass
from dealer.records.deals import LossReason
from dealer.records.people import Person, Role
from dealer.records.prospects import FollowUp, Level, Prospect, ProspectState, Result, Source, Visit, Way

LIVE = (ProspectState.CARDED, ProspectState.FOLLOWING)
GONE = (ProspectState.MERGED, ProspectState.ERASED)  # nobody works with these any more
SALES_MANAGER = Role.SALES

# ── what the steps ask for ────────────────────────────────────────────────────────────────────────────────────────

Phone = Annotated[Telephone, Personal(), Kind("tel")]
Words = Annotated[str, Paragraph]
Graded = Annotated[Level, Kind("chips"), Options("levels")]
GOING_DOWN = "Needed to go down from H or A."
AS_THE_LEVEL_ASKS = "Left empty: as the level asks."


class CardFacts(Facts):
    """Who the prospect is. An edit asks for the same again."""

    phone: Phone = Field(title="Phone")
    name: Annotated[ShortName, Personal()] = Field(title="Name")
    company: str = Field("", title="Company or authority", max_length=200)
    uscc: Uscc | None = Field(None, title="Unified social credit code")
    customer_class: CustomerClass | None = Field(None, title="Customer class")
    model: Annotated[UUID | None, Options("models")] = Field(None, title="Model")
    source: Source = Field(title="Source")
    campaign: Annotated[UUID | None, Options("campaigns_known")] = Field(None, title="Campaign")
    do_not_call: bool = Field(False, title="Do not call")


class ImportedCard(CardFacts):
    """A card of a list: whose it becomes, and how near the purchase is if somebody judged it."""

    owner: UUID = Field(title="Owner")
    level: Level = Field(Level.N, title="Level")


class Grading(Facts):
    """How near the purchase is, and when the next contact is due if not at the latest."""

    level: Graded = Field(title="Level")
    reason: str = Field("", title="Reason for the level", description=GOING_DOWN, max_length=200)
    next_at: ShopTime | None = Field(None, title="Next contact", description=AS_THE_LEVEL_ASKS)


class Contacted(Facts):
    """What came of it, what was said, or that nobody answered."""

    how: Way = Field(title="How")
    in_vain: bool = Field(False, title="Nobody answered")
    result: Annotated[Result | None, Kind("chips")] = Field(None, title="What came of it")
    what: Words = Field("", title="What was said", max_length=2000)
    level: Graded | None = Field(None, title="Level")
    reason: str = Field("", title="Reason for the level", description=GOING_DOWN, max_length=200)
    next_at: ShopTime | None = Field(None, title="Next contact", description=AS_THE_LEVEL_ASKS)


class Rewritten(Facts):
    """A correction beside the first text, which stays."""

    follow_up: Annotated[UUID, Options("follow_ups")] = Field(title="Entry")
    what: Words = Field(title="What was said", min_length=1, max_length=2000)


class Loss(Facts):
    """Why the prospect is given up; a competitor by brand and model."""

    reason: LossReason = Field(title="Reason")
    competitor_brand: Annotated[str, Kind("suggest"), Options("competitor_brands")] = Field(
        "", title="Competitor's brand", max_length=100
    )
    competitor_model: Annotated[str, Kind("suggest"), Options("competitor_names")] = Field(
        "", title="Competitor's model", max_length=100
    )
    remark: Words = Field("", title="Remark", max_length=2000)


class Order(Facts):
    """What was ordered; a fleet's order is its deal."""

    what: Words = Field(title="What was ordered", min_length=1, max_length=2000)


class CheckCall(Facts):
    """What the customer said when the manager called to check."""

    outcome: Words = Field(title="What the customer said on the check call", min_length=1, max_length=2000)


class Why(Facts):
    """A reason in words; it stays in the history."""

    reason: Words = Field(title="Reason", min_length=1, max_length=2000)


class Handing(Facts):
    """Who goes on with the card, and why."""

    owner: Annotated[UUID, Options("card_keepers")] = Field(title="New owner")
    reason: Words = Field(title="Reason", min_length=1, max_length=2000)


class FormerOwner(Facts):
    """Whose card it was: the history names both."""

    owner: UUID


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def plan_next(card: Prospect, ask: Ask) -> None:
    """The next contact as the level asks, written on the card and into its owner's day."""
    plan_at(card, ask, levels.next_contact(ask.db, card, card.level, card.last_contact_at, ask.today))


def plan_at(card: Prospect, ask: Ask, due: datetime) -> None:
    """The next contact at a time; none for who must not be called."""
    if card.do_not_call:
        plan_nothing(card, ask)
        return
    card.next_contact_at = due
    deadlines.plan(ask, "contact_prospect", card, due, owner_id=card.owner_id)


def plan_nothing(card: Prospect, ask: Ask) -> None:
    """It ended, it rests, or they asked not to be called."""
    card.next_contact_at = None
    deadlines.cancel(ask, card, "contact_prospect")


def write_card(card: Prospect, ask: Ask) -> None:
    """What is known of the prospect, after an edit; the history keeps what stood there before."""
    facts: CardFacts = ask.facts
    write_down(ask, "prospect", card, "card_was", as_known(card))
    was_quiet = card.do_not_call
    fill_in(card, facts)
    if card.do_not_call:
        plan_nothing(card, ask)
    elif was_quiet and card.state in LIVE:
        plan_next(card, ask)


def fill_in(card: Prospect, facts: CardFacts) -> None:
    """Put what is known on the card."""
    describe(card, facts.name, facts.phone, facts.company)
    card.customer_class, card.model_id, card.source = facts.customer_class, facts.model, facts.source
    card.uscc, card.do_not_call, card.campaign_id = facts.uscc, facts.do_not_call, facts.campaign


def describe(card: Prospect, name: str, phone: str, company: str) -> None:
    """Name and phone, with the keys that the name is searched by."""
    keys = search_keys(f"{name} {company}".strip())
    card.name, card.phone, card.company = name, phone, company
    card.name_pinyin, card.name_initials = keys.pinyin, keys.initials


def as_known(card: Prospect) -> CardFacts:
    """The card as a form shows it."""
    known = {name: getattr(card, name) for name in CardFacts.model_fields if name not in ("model", "campaign")}
    return CardFacts.model_construct(**known, model=card.model_id, campaign=card.campaign_id)


def grade(card: Prospect, ask: Ask) -> None:
    """The level decides how soon they are contacted again."""
    card.level = ask.facts.level
    if ask.facts.next_at is None:
        plan_next(card, ask)
    else:
        plan_at(card, ask, ask.facts.next_at)


def note_contact(card: Prospect, ask: Ask) -> None:
    """A row of the record. A call in vain is no contact: the next try is on the next day."""
    facts: Contacted = ask.facts
    before = card.level
    card.level = facts.level or before
    deadlines.finish(ask, card, "contact_prospect")
    if not facts.in_vain:
        card.last_contact_at = ask.at
    if facts.next_at is not None:
        plan_at(card, ask, facts.next_at)
    elif facts.in_vain:
        plan_at(card, ask, levels.next_try(ask.db, card, ask.today))
    else:
        plan_next(card, ask)
    _write_contact(card, ask, before)


def note_care(card: Prospect, ask: Ask) -> None:
    """Who has ordered or owns is contacted as the owner of the card sees fit: nothing is due by the level."""
    facts: Contacted = ask.facts
    deadlines.finish(ask, card, "contact_prospect")
    card.next_contact_at = None
    if not facts.in_vain:
        card.last_contact_at = ask.at
    if facts.next_at is not None:
        plan_at(card, ask, facts.next_at)
    _write_contact(card, ask, card.level)


def _write_contact(card: Prospect, ask: Ask, level_before: Level) -> None:
    facts: Contacted = ask.facts
    ask.db.add(
        FollowUp(
            store_id=card.store_id,
            prospect_id=card.id,
            at=ask.at,
            person_id=ask.actor.id,
            how=facts.how,
            answered=not facts.in_vain,
            result=facts.result,
            what=facts.what,
            next_at=card.next_contact_at,
            level_before=level_before,
            level_after=card.level,
        )
    )


def correct_entry(card: Prospect, ask: Ask) -> None:
    """The first text stays; the correction stands beside it with its own time and writer."""
    first = ask.db.get_one(FollowUp, ask.facts.follow_up)
    ask.db.add(
        FollowUp(
            store_id=card.store_id,
            prospect_id=card.id,
            at=ask.at,
            person_id=ask.actor.id,
            how=first.how,
            answered=first.answered,
            what=ask.facts.what,
            corrects_id=first.id,
        )
    )


def note_loss(card: Prospect, ask: Ask) -> None:
    """The owner gives it up; a manager calls to check."""
    loss: Loss = ask.facts
    forget_requests(card, ask)
    put_aside(card, ask)
    card.loss_asked_by_id, card.loss_reason, card.loss_remark = ask.actor.id, loss.reason, loss.remark
    card.loss_brand, card.loss_model = loss.competitor_brand, loss.competitor_model
    deadlines.plan(ask, "check_lost_prospect", card, _next_working_day(ask), role=SALES_MANAGER)


def _next_working_day(ask: Ask) -> datetime:
    calendar = calendar_of(ask.db)
    return calendar.due_after(ask.today, 1)


def confirm_loss(card: Prospect, ask: Ask) -> None:
    """The customer said so themselves; the reason stays on the card."""
    put_aside(card, ask)
    deadlines.finish(ask, card, "check_lost_prospect")


def forget_requests(card: Prospect, ask: Ask) -> None:
    """Nobody asks to lose it or to let it rest any more."""
    deadlines.cancel(ask, card, "check_lost_prospect")
    deadlines.cancel(ask, card, "decide_rest")
    card.loss_asked_by_id = card.freeze_asked_by_id = card.loss_reason = None
    card.loss_brand = card.loss_model = card.loss_remark = card.freeze_reason = ""


def go_on(card: Prospect, ask: Ask) -> None:
    """It is not lost after all: the owner calls again, as the level asks."""
    deadlines.finish(ask, card, "check_lost_prospect")
    forget_requests(card, ask)
    plan_next(card, ask)


def note_rest_request(card: Prospect, ask: Ask) -> None:
    """The owner thinks that calling makes no sense for a while."""
    card.freeze_asked_by_id, card.freeze_reason = ask.actor.id, ask.facts.reason
    deadlines.plan(ask, "decide_rest", card, _next_working_day(ask), role=SALES_MANAGER)


def refuse_rest(card: Prospect, ask: Ask) -> None:
    """It stays among those who are followed."""
    deadlines.finish(ask, card, "decide_rest")
    card.freeze_asked_by_id, card.freeze_reason = None, ""


def let_rest(card: Prospect, ask: Ask) -> None:
    """Nobody calls until they come, or until somebody takes the card up again."""
    deadlines.finish(ask, card, "decide_rest")
    put_aside(card, ask)


def put_aside(card: Prospect, ask: Ask) -> None:
    """Nobody calls any more; from here count the days for which the owner keeps the card."""
    plan_nothing(card, ask)
    card.put_aside_at = ask.at


def begin_again_at(level: Level) -> Effect:
    """A card that begins again begins at a level, from today."""

    def begin_again(card: Prospect, ask: Ask) -> None:
        card.level, card.last_contact_at = level, ask.at
        forget_requests(card, ask)
        plan_next(card, ask)

    return begin_again


def revive(card: Prospect, ask: Ask) -> None:
    """Back among those who are followed, at the shop's level for it."""
    begin_again_at(Level(policy(ask.db, card.store_id, "revived_level", ask.today)))(card, ask)
    card.revived_at = ask.at


def welcome_back(card: Prospect, ask: Ask) -> None:
    """They came by themselves. The owner keeps the card for some days (`owner_kept_days`), then who received has it."""
    visit = last_visit(ask.db, card)
    kept = timedelta(days=policy(ask.db, card.store_id, "owner_kept_days", ask.today))
    aside = ask.at - (card.put_aside_at or ask.at)
    if visit is not None and visit.owner_id not in (None, card.owner_id) and aside > kept:
        hand_to(card, ask, visit.owner_id)
    revive(card, ask)


def count_as_contact(card: Prospect, ask: Ask) -> None:
    """A visit or call of theirs is a contact."""
    visit = last_visit(ask.db, card)
    if visit is not None:
        card.last_contact_at = visit.came_at
        plan_next(card, ask)


def join_deal(card: Prospect, ask: Ask) -> None:
    """The card belongs to the deal from now on, and its story to the deal's."""
    visit = last_visit(ask.db, card, with_deal=True)
    if visit is not None and visit.deal is not None:
        card.deal_id = card.case_id = visit.deal_id
        card.customer_id = visit.deal.customer_id


def hand_over_card(card: Prospect, ask: Ask) -> None:
    """Exactly one owner, from now on another."""
    hand_to(card, ask, ask.facts.owner)
    if card.next_contact_at is not None and card.next_contact_at < ask.at:
        plan_at(card, ask, levels.next_try(ask.db, card, ask.today))  # what was missed is not theirs to have missed


def hand_to(card: Prospect, ask: Ask, owner_id: UUID | None) -> None:
    """Change the owner; the history names both, and what is due goes along."""
    write_down(ask, "prospect", card, "owner_was", FormerOwner(owner=card.owner_id))
    for due in deadlines.open_for(ask.db, card, "contact_prospect"):
        due.owner_id = owner_id
    card.owner, card.revived_at = ask.db.get_one(Person, owner_id), None


def last_visit(db: Session, card: Prospect, *, with_deal: bool = False) -> Visit | None:
    """The last visit or call of this prospect; or the last one that became a deal."""
    query = select(Visit).where(Visit.prospect_id == card.id)
    if with_deal:
        query = query.where(Visit.deal_id.is_not(None))
    return db.scalars(query.order_by(Visit.came_at.desc()).limit(1)).first()
