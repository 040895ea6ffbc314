"""What a running campaign lets a consultant give: the one place where promotion meets the floors.

The floor stays what the price list says. A campaign bears what a line lacks to the consultant's floor, or gifts beyond
their budget: per car no more than was approved for the model, in all no more than its limit, and never down to below
the key-account manager's floor. What it bears is frozen with the line when the quotation is submitted and sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer.engine.database import sum_of
from dealer.prices import pricing
from dealer.records.market import Campaign, CampaignEffect, CampaignState, EffectKind
from dealer.records.people import Role
from dealer.records.prices import PriceListLine
from dealer.records.quotations import Quotation, QuotationLine, QuotationState

COUNTS = (CampaignState.APPROVED, CampaignState.RUNNING)
GIVEN = (QuotationState.PENDING_PRICE, QuotationState.READY, QuotationState.SENT, QuotationState.ACCEPTED)


@dataclass(frozen=True)
class Grant:
    """What a campaign bears of one line: of what it lacks to the floor, and of its gifts beyond the budget."""

    campaign: Campaign
    relief: int
    gifts: int

    @property
    def amount(self) -> int:
        """What is counted against the limit of the campaign: a gift that takes a line below its floor counts once."""
        return max(self.relief, self.gifts)


def effects_on(db: Session, store_id: UUID, models: Iterable[UUID], day: date) -> dict[UUID, CampaignEffect]:
    """What is allowed for models on a day. Approved campaigns never overlap for a model, so there is one at most."""
    query = select(CampaignEffect).join(Campaign, Campaign.id == CampaignEffect.campaign_id)
    query = query.where(
        Campaign.store_id == store_id, Campaign.state.in_([each.value for each in COUNTS]),
        Campaign.first_day <= day, Campaign.last_day >= day, CampaignEffect.model_id.in_(set(models)),
    )  # fmt: skip
    return {each.model_id: each for each in db.scalars(query.options(joinedload(CampaignEffect.campaign)))}


def grants(
    db: Session, quotation: Quotation, prices: Mapping[UUID, PriceListLine], roles: Iterable[Role], day: date
) -> dict[UUID, Grant]:
    """What campaigns bear of the lines of a quotation, by line: only what a line could not have without it."""
    effects = effects_on(db, quotation.store_id, prices, day)
    found: dict[UUID, Grant] = {}
    left: dict[UUID, int] = {}
    for line in quotation.lines if effects else ():
        effect, price = effects.get(line.model_id), prices.get(line.model_id)
        if effect is None or price is None:
            continue
        budget = pricing.gift_budget(db, quotation.store_id, line, price.marked, day)
        # Whoever decides further down, or has a floor agreed with them, gives prices of that authority alone.
        theirs = pricing.floor_of(roles, price) == price.floor_consultant
        grant = _grant(line, effect, price if theirs else None, budget, day)
        campaign = effect.campaign
        left.setdefault(campaign.id, campaign.grant_limit - given_under(db, campaign, quotation))
        if 0 < grant.amount <= left[campaign.id]:
            left[campaign.id] -= grant.amount
            found[line.id] = grant
    return found


def _grant(line: QuotationLine, effect: CampaignEffect, price: PriceListLine | None, budget: int, day: date) -> Grant:
    """What the line lacks, if the campaign reaches that far; nothing of it if it does not."""
    most, given = effect.amount * line.quantity, pricing.given_away(line)
    relief = gifts = 0
    if price is not None:
        lacking = price.floor_consultant * line.quantity - pricing.net_total(line, day)
        room = (price.floor_consultant - price.floor_key_account) * line.quantity
        reach = min(most, room) if effect.kind is EffectKind.PRICE else min(most, room, given)
        relief = lacking if 0 < lacking <= reach else 0
    if effect.kind is EffectKind.GIFTS and 0 < given - budget <= most:
        gifts = given - budget
    return Grant(effect.campaign, relief, gifts)


def given_under(db: Session, campaign: Campaign, but_for: Quotation | None = None) -> int:
    """What was given to customers under a campaign so far, by quotations that stand; other versions of one aside."""
    query = select(sum_of(QuotationLine.campaign_amount)).join(Quotation, Quotation.id == QuotationLine.quotation_id)
    query = query.where(QuotationLine.campaign_id == campaign.id, *stands())
    if but_for is not None and but_for.series:
        query = query.where(Quotation.series != but_for.series)
    return db.scalar(query) or 0


def stands() -> tuple[ColumnElement[bool], ...]:
    """Which lines count: of quotations under way or accepted, options once they are taken or as long as they may be."""
    accepted = Quotation.state == QuotationState.ACCEPTED
    return (
        Quotation.state.in_([each.value for each in GIVEN]),
        or_(~accepted, QuotationLine.optional.is_(False), QuotationLine.taken.is_(True)),
    )


def freeze(line: QuotationLine, grant: Grant | None) -> None:
    """What holds from here on is what the campaign bore when the quotation was submitted or sent."""
    line.campaign_id = grant.campaign.id if grant else None
    line.campaign_relief, line.campaign_amount = (grant.relief, grant.amount) if grant else (0, 0)
