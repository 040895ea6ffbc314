"""What has stood still for too long, and which cards and deals are proposed to somebody else than their owner.

How long is too long is a house rule for each phase. Nobody loses a card or a deal by the clock: a manager hands it
over, or leaves it where it is (prospects.py, workflow.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Session

from dealer.deals import deal_lists
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask, Refusal, no
from dealer.house.policies import policies, policy
from dealer.people import Actor
from dealer.prospects import card_lists
from dealer.prospects.cards import LIVE
from dealer.records.deals import Deal, DealState
from dealer.records.prospects import Prospect, ProspectState

PHASES = (
    *(DealState.INQUIRY, DealState.QUOTATION, DealState.CONTRACT_REVIEW, DealState.TEST_DRIVE, DealState.DELIVERY),
    *(ProspectState.CARDED, ProspectState.FOLLOWING, ProspectState.ORDERED),
)


def limits(db: Session, store_id: UUID, day: date) -> dict[str, int]:
    """After how many days a deal or card of a phase has stood still for too long."""
    names = {phase.value: f"idle_{phase.value}_days" for phase in PHASES}
    values = policies(db, store_id, names.values(), day)
    return {phase: values[name] for phase, name in names.items()}


def days_still(thing: Any, at: datetime) -> int:
    """For how many days nothing has happened: a deal in its phase, a card since its last contact."""
    moved = max(thing.since, thing.last_contact_at) if isinstance(thing, Prospect) else thing.since
    return int((at - moved).days)


def is_idle(thing: Any, at: datetime, most: Mapping[str, int]) -> bool:
    """Whether it has stood still for longer than its phase allows; what has ended never has."""
    return thing.state.value in most and days_still(thing, at) > most[thing.state.value]


def deals_stand_still(db: Session, store_id: UUID, at: datetime) -> ColumnElement[bool]:
    """The same as a condition on deals, for those who count them."""
    allowed = _allowed(db, store_id, at).items()
    return or_(*((Deal.state == state) & (Deal.since <= at - days) for state, days in allowed))


def deals_came_to_stand(
    db: Session, store_id: UUID, at: datetime, start: datetime, end: datetime
) -> ColumnElement[bool]:
    """Deals whose days ran out from one moment on and before another."""
    allowed = _allowed(db, store_id, at).items()
    return or_(
        *((Deal.state == state) & (Deal.since >= start - days) & (Deal.since < end - days) for state, days in allowed)
    )


def _allowed(db: Session, store_id: UUID, at: datetime) -> dict[DealState, timedelta]:
    """After what time a deal of each phase stands still."""
    most = limits(db, store_id, calendar_of(db).today(at))
    return {state: timedelta(days=most[state.value] + 1) for state in deal_lists.BOARD}


# ── somebody else? ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Proposed:
    """What somebody else might take over, and why: a word of both languages, and since when."""

    thing: Any  # a card or a deal
    why: str
    since: datetime


def _missed_until(db: Session, store_id: UUID, today: date, rule: str = "contact_misses") -> datetime:
    """What was due before this was missed on as many working days as the house rule allows."""
    calendar = calendar_of(db)
    return calendar.end_of(calendar.working_day_before(today, policy(db, store_id, rule, today)))


def _kept_until(db: Session, store_id: UUID, at: datetime) -> datetime:
    """Who came back before this has been with the same owner for the days that the house rule leaves them."""
    return at - timedelta(days=policy(db, store_id, "owner_kept_days", calendar_of(db).today(at)))


def why_somebody_else(db: Session, card: Prospect, at: datetime) -> Proposed | None:
    """Why a card is proposed to somebody else; None for most."""
    if card.state not in LIVE:
        return None
    due, missed = card.next_contact_at, _missed_until(db, card.store_id, calendar_of(db).today(at))
    if due is not None and due < missed and (card.left_at is None or card.left_at < missed):
        return Proposed(card, "missed", due)
    if card.revived_at is not None and card.revived_at <= _kept_until(db, card.store_id, at):
        return Proposed(card, "revived", card.revived_at)
    return None


def for_somebody_else(db: Session, who: Actor, at: datetime) -> list[Proposed]:
    """The cards that are proposed, for those who hand cards over; longest due first."""
    missed = _missed_until(db, who.store_id, calendar_of(db).today(at))
    asked = card_lists.seen_by(db, who).where(
        Prospect.state.in_([state.value for state in LIVE]),
        or_(Prospect.next_contact_at < missed, Prospect.revived_at <= _kept_until(db, who.store_id, at)),
    )
    query = asked.order_by(Prospect.next_contact_at, Prospect.number).limit(card_lists.LISTED)
    cards: list[Any] = list(db.scalars(query))
    found = (why_somebody_else(db, card, at) for card in cards)
    return [each for each in found if each is not None]


def somebody_else_is_proposed(card: Prospect, ask: Ask) -> Refusal | None:
    """There is nothing to decide while contacts are made."""
    if why_somebody_else(ask.db, card, ask.at) is None:
        return no("Nobody proposes another owner for this card.", code="E-NOT-PROPOSED", quiet=True)
    return None


def leave_with_owner(card: Prospect, ask: Ask) -> None:
    """A manager leaves it where it is; the days count anew."""
    card.left_at, card.revived_at = ask.at, None


# ── the same for deals ────────────────────────────────────────────────────────────────────────────────────────────


def why_deal_to_somebody_else(db: Session, deal: Deal, at: datetime) -> Proposed | None:
    """A deal that has been red for the working days of the house rule, and whose owner nobody decided on meanwhile."""
    today = calendar_of(db).today(at)
    most = limits(db, deal.store_id, today).get(deal.state.value)
    if most is None:
        return None
    red = deal.since + timedelta(days=most + 1)
    begins, missed = max(red, deal.owner_decided_at or red), _missed_until(db, deal.store_id, today, "deal_misses")
    return Proposed(deal, "stands_still", red) if begins < missed else None


def deals_for_somebody_else(db: Session, who: Actor, at: datetime) -> list[Proposed]:
    """The deals that are proposed, among those somebody sees; longest in their phase first."""
    red = deals_stand_still(db, who.store_id, at)
    query = deal_lists.deals_seen_by(db, who).where(red).order_by(Deal.since, Deal.number)
    found = (why_deal_to_somebody_else(db, deal, at) for deal in db.scalars(query.limit(card_lists.LISTED)))
    return [each for each in found if each is not None]


def deal_is_proposed_to_somebody_else(deal: Deal, ask: Ask) -> Refusal | None:
    """There is nothing to decide while a deal moves."""
    if why_deal_to_somebody_else(ask.db, deal, ask.at) is None:
        return no("Nobody proposes another owner for this deal.", code="E-NOT-PROPOSED", quiet=True)
    return None
