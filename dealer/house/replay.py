"""Rule replay: what a draft list or a proposed value would have done to the last quarter's quotations and contracts.

Every case is asked on the day it was submitted, by the rules of its own life: once by what held then, once as if the
draft had held. Nothing is written, and no rule stands here a second time.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.contracts import contract_rules
from dealer.deals import deal_gates, deal_lists
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask, Refusal, told_once
from dealer.house.supposing import Supposed, supposing
from dealer.people import Actor
from dealer.prices import price_check
from dealer.quotations import quotation
from dealer.records.contracts import Contract, Reviewer
from dealer.records.deals import Deal
from dealer.records.people import Role
from dealer.records.quotations import Quotation

DAYS = 92  # a quarter has at most so many
MOST = 300
REPLAYED = (
    "approval_stages", "fleet_min_qty", "general_manager_threshold_fen", "gift_budget_permille",
    "accessory_least_permille", "accessory_least_showroom_permille", "accessory_least_sales_permille",
)  # fmt: skip
"""House rules whose value decides who decides, or whether at all."""


class Turn(Enum):
    """What became of a case under other rules."""

    STOPPED = "stopped"  # it would have been refused
    ELSEWHERE = "elsewhere"  # somebody else would have decided
    PASSED = "passed"  # nobody would have stopped it, or nobody had to decide


@dataclass(frozen=True)
class Outcome:
    """What the rules say of a case: why it is refused, or who has to decide."""

    refusals: tuple[Refusal, ...]
    deciders: tuple[Role | Reviewer, ...]

    @property
    def way(self) -> tuple[object, ...]:
        """What makes one case different from another: refused is refused, whatever for."""
        return ("refused",) if self.refusals else self.deciders

    @property
    def codes(self) -> tuple[str, ...]:
        """Why it is refused, in short."""
        return tuple(refusal.code for refusal in self.refusals)


@dataclass(frozen=True)
class Case:
    """A quotation or a contract that would have gone another way."""

    thing: Quotation | Contract
    on: date
    before: Outcome
    after: Outcome

    @property
    def turn(self) -> Turn:
        """Which way."""
        if self.after.refusals:
            return Turn.STOPPED
        return Turn.ELSEWHERE if self.after.deciders and not self.before.refusals else Turn.PASSED


@dataclass(frozen=True)
class Replay:
    """What was looked at, and what of it would have gone another way."""

    since: date
    quotations: int
    contracts: int
    cases: tuple[Case, ...]

    def of(self, turn: Turn) -> list[Case]:
        """The cases that would have gone one certain way."""
        return [case for case in self.cases if case.turn is turn]


def replay(db: Session, who: Actor, today: date, supposed: Supposed) -> Replay:
    """The last quarter once more, as far as this person may see its deals; the latest first."""
    since = today - timedelta(days=DAYS)
    offers, contracts = _offers(db, who, since), _contracts(db, who, since)
    asked = [*(_as_it_was(db, each) for each in offers), *(_as_it_was(db, each) for each in contracts)]
    before = [_outcome(each, ask) for each, ask in asked]
    with supposing(db, supposed):
        after = [_outcome(each, ask) for each, ask in asked]
    cases = tuple(
        Case(each, ask.today, was, now)
        for (each, ask), was, now in zip(asked, before, after, strict=True)
        if was.way != now.way
    )
    return Replay(since, len(offers), len(contracts), cases)


# ── what was submitted ────────────────────────────────────────────────────────────────────────────────────────────


def _offers(db: Session, who: Actor, since: date) -> list[Quotation]:
    start = calendar_of(db).start_of(since)
    query = _seen(db, who, Quotation).where(Quotation.submitted_at >= start)
    return list(db.scalars(query.order_by(Quotation.submitted_at.desc()).limit(MOST)))


def _contracts(db: Session, who: Actor, since: date) -> list[Contract]:
    start = calendar_of(db).start_of(since)
    query = _seen(db, who, Contract).where(Contract.submitted_by_id.is_not(None), Contract.begun_at >= start)
    return list(db.scalars(query.order_by(Contract.begun_at.desc()).limit(MOST)))


def _seen(db: Session, who: Actor, record: Any) -> Select[Any]:
    deals = deal_lists.deals_seen_by(db, who).with_only_columns(Deal.id)
    query = people.scoped(select(record).where(record.deal_id.in_(deals)), record, who)
    return query.options(joinedload(record.deal).joinedload(Deal.customer))


def _as_it_was(db: Session, thing: Quotation | Contract) -> tuple[Quotation | Contract, Ask]:
    """The case with a request as of the moment it was submitted; of a contract its draft is what is dated."""
    at = thing.submitted_at if isinstance(thing, Quotation) else thing.begun_at
    return thing, Ask(db, people.system(thing.store_id), at or thing.begun_at)


# ── what the rules say ────────────────────────────────────────────────────────────────────────────────────────────


def _outcome(thing: Quotation | Contract, ask: Ask) -> Outcome:
    return _of_offer(thing, ask) if isinstance(thing, Quotation) else _of_contract(thing, ask)


def _of_offer(offer: Quotation, ask: Ask) -> Outcome:
    looks = price_check.look_at_saved(ask.db, offer, ask.today, by_approval=False)
    deciders = dict.fromkeys(role for look in looks for role in look.decided_by)
    refusals = told_once(rule(offer, ask) for rule in quotation.PRICED)
    return Outcome(tuple(refusals), tuple(deciders))


def _of_contract(contract: Contract, ask: Ask) -> Outcome:
    refusals = told_once([deal_gates.quantity_meets_minimum(contract.deal, ask)])
    return Outcome(tuple(refusals), contract_rules.reviewers(contract, ask))
