"""Which campaign a party, a card or a deal came because of: a detail of its source, chosen where it is written down."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.people import Actor
from dealer.records.market import Campaign, CampaignState

S = CampaignState
BEGUN = (S.APPROVED, S.RUNNING, S.OVER)


def campaigns_known(db: Session, who: Actor, day: date) -> list[Campaign]:
    """Campaigns that have begun and whose review is not written yet: people still come a week later."""
    query = people.scoped(select(Campaign), Campaign, who).where(Campaign.first_day <= day)
    query = query.where(Campaign.state.in_([each.value for each in BEGUN]))
    return list(db.scalars(query.order_by(Campaign.last_day.desc()).limit(50)))


@on_facts
def campaign_is_known(thing: Any, ask: Ask) -> Refusal | None:
    """A campaign of this shop that has begun; one that stands there already may stay, however long it is over."""
    key = ask.facts.campaign
    known = {each.id for each in campaigns_known(ask.db, ask.actor, ask.today)} if key else set()
    stays = thing.number is not None and thing.campaign_id == key  # before its birth nothing stands there
    if key and key not in known and not stays:
        return no("Choose one of the offered values.", code="E-REQ-FIELD", field="campaign")
    return None
