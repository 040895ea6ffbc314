"""Deals whose cars the manufacturer is to be asked a rebate for, with what they still lack."""

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from dealer.deals import deal_lists
from dealer.oem import claim_papers
from dealer.oem.claim_papers import Dossier
from dealer.people import Actor
from dealer.records.claims import ClaimPaper
from dealer.records.deals import Deal, DealState
from dealer.records.oem import Filing, FilingState

S = DealState
UNDER_WAY = (S.TEST_DRIVE, S.DELIVERY, S.CLOSED)  # from the approved contract on
MOST_LISTED = 50


def is_wanted(db: Session, deal: Deal) -> bool:
    """Whether the papers of a deal will be asked for: it is to be filed, or somebody has begun to bring them."""
    return db.scalar(select(Deal.id).where(Deal.id == deal.id, _is_wanted())) is not None


def _is_wanted() -> ColumnElement[bool]:
    filed = exists().where(Filing.deal_id == Deal.id, Filing.state != FilingState.WITHDRAWN)
    return filed | exists().where(ClaimPaper.deal_id == Deal.id)


def wanted(db: Session, who: Actor) -> list[Dossier]:
    """The newest such deals that a person sees, those with cars that are still here and lack papers first."""
    query = deal_lists.deals_seen_by(db, who).where(_is_wanted(), Deal.state.in_([state.value for state in UNDER_WAY]))
    found = db.scalars(query.order_by(Deal.number.desc()).limit(MOST_LISTED))
    return sorted((claim_papers.of_deal(db, deal) for deal in found), key=_place)


def _place(found: Dossier) -> tuple[bool, bool, int]:
    still_here = any(car.unit.delivered_at is None for car in found.cars)
    return not found.missing, not still_here, -found.deal.number
