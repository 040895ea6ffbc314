"""The life of a sighting 竞品信息: what a colleague saw of a competitor's model, on which day and where.

A fact without a day and a source is a rumour. What was wrong is corrected beside its first text, which the history
keeps; what was never so is taken back and counts no more.
"""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.approvals.rulings import kept
from dealer.deals import deal_lists
from dealer.engine.fields import Kind, Money, Options, Paragraph, Upload
from dealer.engine.history import History
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Step, no, on_facts
from dealer.house.policies import policy
from dealer.market import competitor_models
from dealer.people import Actor, has, owner_or
from dealer.records.deals import Deal
from dealer.records.market import CompetitorModel, SeenPrice, Sighting, SightingSource, SightingState

S = SightingState
Words = Annotated[str, Paragraph]
LISTED = 200
ASPECTS = ("price", "configuration", "policy")
CHECKABLE = (SightingSource.PRICE_TAG, SightingSource.WEBSITE, SightingSource.ADVERTISEMENT, SightingSource.AWARD)
"""What anybody can go and look at. An offer that a customer showed is theirs, and hearsay proves nothing: neither is
ever put before another customer (反不正当竞争法 art. 12: no misleading statements about a competitor's goods)."""

# ── what the steps ask for ────────────────────────────────────────────────────────────────────────────────────────


class Seen(Facts):
    """What was seen of which model, when and where."""

    brand: Annotated[str, Kind("suggest"), Options("competitor_brands")] = Field(
        title="Competitor's brand", min_length=1, max_length=100
    )
    name: Annotated[str, Kind("suggest"), Options("competitor_names")] = Field(
        title="Competitor's model", min_length=1, max_length=100
    )
    price: Money | None = Field(None, title="Price seen", gt=0)
    price_kind: SeenPrice = Field(SeenPrice.MARKED, title="What price it is")
    seen_on: date = Field(title="Seen on")
    source: Annotated[SightingSource, Kind("chips")] = Field(title="Where it was seen")
    place: str = Field("", title="Where exactly", description="So that somebody else finds it.", max_length=200)
    configuration: Words = Field("", title="Equipment seen", max_length=2000)
    policy: Words = Field("", title="Policy seen", description="Discounts, gifts, finance.", max_length=2000)
    file: Upload | None = Field(None, title="Photo or paper")
    deal: Annotated[UUID | None, Options("deals_to_visit")] = Field(None, title="Deal")


class Corrected(Seen):
    """As it should have been written, and why it was not."""

    reason: Words = Field(title="Reason", min_length=1, max_length=2000)


class Why(Facts):
    """A reason in words."""

    reason: Words = Field(title="Reason", min_length=1, max_length=2000)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def something_was_seen(sighting: Sighting, ask: Ask) -> Refusal | None:
    """A model alone is no news."""
    if not any(getattr(ask.facts, aspect) for aspect in ASPECTS):
        sentence = "Enter what was seen: a price, the equipment or a policy."
        return no(sentence, code="E-SIGHTING-EMPTY", field="price")
    return None


@on_facts
def seen_day_has_come(sighting: Sighting, ask: Ask) -> Refusal | None:
    """Nobody saw tomorrow's price."""
    if ask.facts.seen_on > ask.today:
        return no("This day lies ahead: enter the day on which it was seen.", code="E-DAY-AHEAD", field="seen_on")
    return None


@on_facts
def deal_of_the_sighting_is_seen(sighting: Sighting, ask: Ask) -> Refusal | None:
    """Nobody links what they saw to a deal they may not look at."""
    key = ask.facts.deal
    deal = people.by_id(ask.db, Deal, ask.actor, key) if key else None
    if key and (deal is None or not deal_lists.sees_deal(deal, ask.actor, ask.db)):
        return no("Choose one of the offered values.", code="E-REQ-FIELD", field="deal")
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def write_sighting(sighting: Sighting, ask: Ask) -> None:
    """What was seen, as typed; a file stays where no other came."""
    facts: Seen = ask.facts
    sighting.model = competitor_models.named(ask, facts.brand, facts.name)
    for name in ("seen_on", "source", "place", "price", "price_kind", "configuration", "policy"):
        setattr(sighting, name, getattr(facts, name))
    sighting.deal_id = sighting.case_id = facts.deal
    sighting.file_sha256 = kept(ask, facts.file) or sighting.file_sha256


def note_correction(sighting: Sighting, ask: Ask) -> None:
    """Whoever reads it sees that it was written otherwise before."""
    sighting.corrected_at = ask.at


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

RECORDER, KEEPER = has("see the market"), owner_or("keep the market")
TYPED = (something_was_seen, seen_day_has_come, deal_of_the_sighting_is_seen)

# fmt: off
STEPS = [
    #    action       from      to            who       asks for   refused unless …  then …
    Step("record",    None,     S.STANDS,     RECORDER, Seen,      TYPED,            ()),
    Step("correct",   S.STANDS, SAME,         KEEPER,   Corrected, TYPED,            (write_sighting, note_correction)),
    Step("take_back", S.STANDS, S.TAKEN_BACK, KEEPER,   Why,       (),               ()),
]
# fmt: on

SIGHTINGS = Life("sighting", Sighting, SightingState, STEPS, path=(S.STANDS,))


def recorded(ask: Ask) -> Sighting:
    """A sighting as it was typed, not yet begun: begin it with "record"."""
    sighting = Sighting(store_id=ask.actor.store_id, owner_id=ask.hat.id)
    write_sighting(sighting, ask)
    return sighting


def known_facts(sighting: Sighting) -> dict[str, Any]:
    """A sighting as its form shows it."""
    names = ("seen_on", "source", "place", "price", "price_kind", "configuration", "policy")
    known = {name: getattr(sighting, name) for name in names}
    return known | {"brand": sighting.model.brand, "name": sighting.model.name, "deal": sighting.deal_id}


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def sees(who: Actor, sighting: Sighting) -> bool:
    """What is known of the market is known to all who sell or decide."""
    return sighting.store_id == who.store_id and who.may_or_stands_in("see the market")


def _here(who: Actor) -> Select[Sighting]:
    query = people.scoped(select(Sighting), Sighting, who)
    return query.options(joinedload(Sighting.owner), joinedload(Sighting.model))


def newest(db: Session, who: Actor, model: CompetitorModel | None = None) -> list[Sighting]:
    """What was seen, the latest day first: of all models, or of one with what was taken back."""
    query = _here(who)
    query = query.where(Sighting.state == S.STANDS) if model is None else query.where(Sighting.model_id == model.id)
    return list(db.scalars(query.order_by(Sighting.seen_on.desc(), Sighting.number.desc()).limit(LISTED)))


def of_deal(db: Session, deal: Deal) -> list[Sighting]:
    """What was seen while a deal was negotiated, the latest first."""
    query = select(Sighting).where(Sighting.deal_id == deal.id, Sighting.state == S.STANDS)
    query = query.options(joinedload(Sighting.owner), joinedload(Sighting.model))
    return list(db.scalars(query.order_by(Sighting.seen_on.desc(), Sighting.number.desc()).limit(20)))


def lost_to(db: Session, who: Actor, model: CompetitorModel) -> list[Deal]:
    """Deals that went to this model, of those that this person sees, the latest first."""
    query = deal_lists.deals_seen_by(db, who).where(Deal.loss_model_id == model.id, Deal.lost_at.is_not(None))
    return list(db.scalars(query.order_by(Deal.lost_at.desc()).limit(50)))


def facts_of(db: Session, who: Actor, model: CompetitorModel) -> dict[str, Sighting]:
    """Of each aspect what was last seen where anybody can check it: the only facts that a customer is shown."""
    checkable = [each for each in newest(db, who, model) if each.state is S.STANDS and each.source in CHECKABLE]
    found = {aspect: next((each for each in checkable if getattr(each, aspect)), None) for aspect in ASPECTS}
    return {aspect: sighting for aspect, sighting in found.items() if sighting is not None}


def as_written(rows: Iterable[History]) -> list[tuple[History, dict[str, Any]]]:
    """How a sighting read each time it was written, latest first; nothing where it was never corrected."""
    written = [(row, json.loads(row.facts)) for row in rows if row.action in ("record", "correct")]
    return written[::-1] if len(written) > 1 else []


def stale_before(db: Session, store_id: UUID, today: date) -> date:
    """What was seen before this day may have changed since (house rule `sighting_days`)."""
    days: int = policy(db, store_id, "sighting_days", today)
    return today - timedelta(days=days)


def stale_models(rows: Iterable[Sighting], before: date) -> list[CompetitorModel]:
    """Models of which nothing newer is known, of rows that stand newest first."""
    latest: dict[UUID, Sighting] = {}
    for each in rows:
        latest.setdefault(each.model_id, each)
    return [each.model for each in latest.values() if each.seen_on < before]
