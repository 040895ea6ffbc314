"""What an outbound visit does to a prospect card: it is a contact, and stands in the card's record by itself."""

from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from dealer import deadlines
from dealer.engine.steps import Ask, Refusal, no
from dealer.prospects import card_lists, cards
from dealer.records.deals import Deal
from dealer.records.outings import Outing, OutingState
from dealer.records.prospects import FollowUp, Prospect, Way


def card_of(db: Session, outing: Outing) -> Prospect | None:
    """The card that a visit named, or the one that stayed of it; else the customer's, if they have only one."""
    if outing.prospect is not None:
        card = outing.prospect.merged_into or outing.prospect
        return None if card.state in cards.GONE else card
    customer_id = outing.customer_id or (outing.deal.customer_id if outing.deal else None)
    if customer_id is None:
        return None
    theirs = select(Prospect).where(Prospect.customer_id == customer_id, Prospect.state.not_in(cards.GONE))
    found = list(db.scalars(theirs.limit(2)))
    return found[0] if len(found) == 1 else None


def _not_written_yet(db: Session, card: Prospect) -> Outing | None:
    """A visit made for this card since its last contact that its record does not show."""
    theirs: list[ColumnElement[bool]] = [Outing.prospect_id.in_(card_lists.one_person(card))]
    if card.customer_id is not None:
        deals = select(Deal.id).where(Deal.customer_id == card.customer_id)
        theirs += [Outing.customer_id == card.customer_id, Outing.deal_id.in_(deals)]
    made = select(Outing).where(or_(*theirs), Outing.state == OutingState.MADE, Outing.made_at >= card.last_contact_at)
    found = (each for each in db.scalars(made.order_by(Outing.made_at)) if card_of(db, each) is card)
    return next((each for each in found if not _is_written(db, card.id, each)), None)


def _is_written(db: Session, card_id: UUID, outing: Outing) -> bool:
    entry = select(FollowUp.id).where(
        FollowUp.prospect_id == card_id, FollowUp.how == Way.HOUSE_CALL, FollowUp.at == outing.made_at
    )
    return db.scalars(entry.limit(1)).first() is not None


def has_been_visited(card: Prospect, ask: Ask) -> Refusal | None:
    """Somebody of the shop went to see them after the last contact, and has reported."""
    if _not_written_yet(ask.db, card) is None:
        return no("No outbound visit to them was reported since the last contact.", code="E-NO-VISIT")
    return None


def write_visit(card: Prospect, ask: Ask) -> None:
    """An entry of whoever went there: who was met, what came of it, what is next. The level says when to call again."""
    outing = _not_written_yet(ask.db, card)
    if outing is None or outing.made_at is None:
        return
    card.last_contact_at = outing.made_at
    if card.state in cards.LIVE:
        deadlines.finish(ask, card, "contact_prospect")
        cards.plan_next(card, ask)
        if outing.next_at is not None and card.next_contact_at is not None:
            cards.plan_at(card, ask, min(outing.next_at, card.next_contact_at))
    ask.db.add(
        FollowUp(
            store_id=card.store_id,
            prospect_id=card.id,
            at=outing.made_at,
            person_id=outing.owner_id,
            how=Way.HOUSE_CALL,
            what="\n".join((outing.met, outing.result, outing.next_step)),
            next_at=card.next_contact_at,
            level_before=card.level,
            level_after=card.level,
        )
    )
