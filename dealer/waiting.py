"""What waits for somebody's word: what a person is asked to decide, and what they asked for and others have to decide.

What is due by a day stands among the deadlines (deadlines.py); this is the other half of the page of the day.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.approvals import approval_lists
from dealer.deals import deal_lists
from dealer.duties import DUTIES
from dealer.people import Actor
from dealer.planning import versions, work_plans
from dealer.prospects import card_lists
from dealer.prospects.cards import LIVE
from dealer.records.contracts import Contract, ContractState
from dealer.records.deals import Deal, DealState
from dealer.records.people import Policy, PolicyState, Role
from dealer.records.planning import Plan, PlanState
from dealer.records.prospects import Prospect, ProspectState
from dealer.records.quotations import ExceptionState

S = DealState
MOST = 50  # of each kind


@dataclass(frozen=True)
class Waiting:
    """One thing and what it waits for: `what` has a word in both languages; `by` are the roles that decide it."""

    thing: Any
    what: str
    by: frozenset[Role] = frozenset()


def on_me(db: Session, who: Actor) -> list[Waiting]:
    """What a person, or who they stand in for, is asked to decide."""
    prices = [Waiting(each, "price") for each in approval_lists.waiting_for(db, who)]
    deals = deal_lists.waiting_for_confirmation(db, who) if who.may_or_stands_in("decide on deals") else []
    cards = card_lists.waiting_for_decision(db, who) if who.may_or_stands_in("decide on cards") else []
    plans = [Waiting(each, "plan") for each in versions.waiting_for(db, who)]
    plans += [Waiting(each, "work_plan") for each in work_plans.waiting_for(db, who)]
    return prices + plans + [_of_deal(deal) for deal in deals] + [_of_card(card) for card in cards]


def on_others(db: Session, who: Actor) -> list[Waiting]:
    """What a person, or who they stand in for, asked for and others have not decided yet."""
    ones = (who, *who.stands_in_for)
    mine = [one.id for one in ones]
    pending = [each for each in approval_lists.asked_by(db, who) if each.state is ExceptionState.PENDING]
    deals = select(Deal).where(
        or_(
            Deal.loss_asked_by_id.in_(mine) & Deal.state.not_in([S.LOST, S.CLOSED, S.CANCELLED]),
            Deal.reopen_asked_by_id.in_(mine) & (Deal.state == S.LOST),
            Deal.rework_asked_by_id.in_(mine) & (Deal.state == S.TEST_DRIVE),
            Deal.owner_id.in_(mine) & Deal.clash_settled.is_(False),
        )
    )
    cards = select(Prospect).where(
        or_(
            Prospect.loss_asked_by_id.in_(mine) & (Prospect.state == ProspectState.LOST_PENDING),
            Prospect.freeze_asked_by_id.in_(mine) & Prospect.state.in_([state.value for state in LIVE]),
        )
    )
    return [
        *(Waiting(each, "price", DUTIES["decide prices"]) for each in pending),
        *(_of_deal(deal) for deal in _here(db, who, deals.options(joinedload(Deal.customer)), Deal)),
        *(_of_card(card) for card in _here(db, who, cards, Prospect)),
        *(Waiting(each, "contract_review") for each in _contracts(db, who, mine)),
        *(Waiting(each, "house_rule", DUTIES["approve policies"]) for each in _policies(db, who, mine)),
        *(Waiting(each, "plan", DUTIES["approve plans"]) for each in _plans(db, who, mine)),
    ]


def _here(db: Session, who: Actor, query: Any, record: Any) -> list[Any]:
    return list(db.scalars(people.scoped(query, record, who).order_by(record.since).limit(MOST)))


def _contracts(db: Session, who: Actor, mine: list[Any]) -> list[Contract]:
    theirs = select(Deal.id).where(Deal.owner_id.in_(mine))
    reviewed = select(Contract).where(Contract.state == ContractState.IN_REVIEW, Contract.deal_id.in_(theirs))
    return _here(db, who, reviewed, Contract)


def _policies(db: Session, who: Actor, mine: list[Any]) -> list[Policy]:
    proposed = select(Policy).where(Policy.state == PolicyState.PROPOSED, Policy.owner_id.in_(mine))
    return _here(db, who, proposed, Policy)


def _plans(db: Session, who: Actor, mine: list[Any]) -> list[Plan]:
    submitted = select(Plan).where(Plan.state == PlanState.SUBMITTED, Plan.submitted_by_id.in_(mine))
    return _here(db, who, submitted, Plan)


def _of_deal(deal: Deal) -> Waiting:
    if not deal.clash_settled:
        return Waiting(deal, "clash", DUTIES["decide on deals"])
    if deal.state is S.LOST:
        return Waiting(deal, "reopening", DUTIES["decide on deals"])
    if deal.rework_asked_by_id is not None and deal.state is S.TEST_DRIVE:
        return Waiting(deal, "rework", DUTIES["decide on deals"])
    return Waiting(deal, "loss", DUTIES["confirm losses"])


def _of_card(card: Prospect) -> Waiting:
    what = "loss" if card.state is ProspectState.LOST_PENDING else "rest"
    return Waiting(card, what, DUTIES["decide on cards"])
