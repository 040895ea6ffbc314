"""The life of a risk item 风险项: raised by a rule or a person, overridden by name, closed when it is no more.

What raises one by itself stands in risk_watch.py. An open high one keeps the contract from being signed (DOMAIN K3):
the gate is `no_high_risk_is_open` in risk_gate.py.
"""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import case, select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.deals import deal_lists
from dealer.deals.deals import Comment
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Paragraph
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Step, no
from dealer.people import SYSTEM, Actor, has
from dealer.records.deals import GIVEN_UP, Deal, DealState
from dealer.records.people import Role
from dealer.records.risks import RiskItem, RiskKind, RiskLevel, RiskState
from dealer.risks import risk_watch

S = RiskState
LIVE = risk_watch.LIVE
ENDED = (*GIVEN_UP, DealState.CLOSED)
MOST_LISTED = 50
GRAVEST_FIRST = case({RiskLevel.HIGH.value: 0, RiskLevel.MEDIUM.value: 1}, value=RiskItem.level, else_=2)

# ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────────


class NewRisk(Facts):
    """Somebody sees that something may go wrong."""

    kind: Annotated[RiskKind, Kind("chips")] = Field(title="What is at risk")
    level: Annotated[RiskLevel, Kind("chips")] = Field(
        title="How grave", description="High keeps it from being signed."
    )
    what: Annotated[str, Paragraph] = Field(title="What may go wrong", min_length=1, max_length=2000)


class Assessment(Facts):
    """How grave it really is."""

    level: Annotated[RiskLevel, Kind("chips")] = Field(title="How grave")
    comment: Annotated[str, Paragraph] = Field(title="Comment", min_length=1, max_length=2000)


class Override(Facts):
    """Why the contract may be signed all the same; it stays in the history under the name of who says so."""

    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


def prepare(ask: Ask, deal: Deal) -> RiskItem:
    """The item that is raised, not yet born."""
    facts: NewRisk = ask.facts
    item = RiskItem(
        store_id=deal.store_id, deal_id=deal.id, case_id=deal.id, kind=facts.kind, level=facts.level, what=facts.what,
        raised_by_id=ask.hat.id,
    )  # fmt: skip
    item.deal = deal
    return item


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def its_deal_goes_on(item: RiskItem, ask: Ask) -> Refusal | None:
    """A deal that has ended runs no risk any more."""
    if item.deal.state in ENDED:
        return no("This deal has ended: there is nothing at risk any more.", code="E-DEAL-STATE")
    return None


def it_is_high(item: RiskItem, ask: Ask) -> Refusal | None:
    """Only a high one stands in anybody's way."""
    if item.level is not RiskLevel.HIGH:
        return no("This one keeps nothing from being signed.", code="E-NOT-NEEDED", quiet=True)
    return None


def somebody_else_owns_its_deal(item: RiskItem, ask: Ask) -> Refusal | None:
    """Nobody waves through a risk of their own deal, whoever raised it."""
    if item.deal.owner_id in {ask.actor.id, ask.hat.id}:
        return no("This is your own deal: somebody else decides what it risks.", code="E-SELF-APPROVE")
    return None


def a_person_raised_it(item: RiskItem, ask: Ask) -> Refusal | None:
    """What a rule saw is closed by the fact itself."""
    if item.watch:
        return no("This closes by itself as soon as it is no longer so: see to the cause.", code="E-BY-ITSELF")
    return None


def it_is_no_longer_so(item: RiskItem, ask: Ask) -> Refusal | None:
    """The fact is gone, or the deal has ended."""
    if item.deal.state in ENDED or not risk_watch.still_holds(ask.db, item, ask.today):
        return None
    return no("It is still so.", code="E-NOT-YET")


def is_high(item: RiskItem, ask: Ask) -> bool:
    """Tells the rows of `close` apart."""
    return item.level is RiskLevel.HIGH


def is_not_high(item: RiskItem, ask: Ask) -> bool:
    """Likewise."""
    return not is_high(item, ask)


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def tell_the_manager(item: RiskItem, ask: Ask) -> None:
    """A high one is for the key-account manager to decide on."""
    if item.level is RiskLevel.HIGH:
        due = calendar_of(ask.db).due_after(ask.today, 1)
        deadlines.plan(ask, "high_risk", item, due, role=Role.KEY_ACCOUNT)


def assess(item: RiskItem, ask: Ask) -> None:
    """It is graver, or less grave, than was thought."""
    item.level = ask.facts.level
    deadlines.cancel(ask, item)
    tell_the_manager(item, ask)


def override(item: RiskItem, ask: Ask) -> None:
    """Who lets it pass, and why."""
    item.overridden_by_id, item.override_reason = ask.hat.id, ask.facts.reason
    deadlines.finish(ask, item, "high_risk")


def close(item: RiskItem, ask: Ask) -> None:
    """It is over, and how."""
    item.outcome = ask.facts.comment if ask.facts else ""
    deadlines.finish(ask, item, "high_risk")


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

RAISES, KAM = has("raise risks"), has("decide on deals")

# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …
    Step("raise", None, S.OPEN, RAISES, NewRisk,
         (its_deal_goes_on,),
         (tell_the_manager,)),
    Step("detect", None, S.OPEN, SYSTEM, None,
         (),
         (tell_the_manager,)),
    Step("assess", S.OPEN, SAME, KAM, Assessment,
         (somebody_else_owns_its_deal,),
         (assess,)),
    Step("override", S.OPEN, S.OVERRIDDEN, KAM, Override,
         (it_is_high, somebody_else_owns_its_deal),
         (override,)),
    Step("close", LIVE, S.CLOSED, KAM, Comment,
         (a_person_raised_it, somebody_else_owns_its_deal),
         (close,), when=is_high),
    Step("close", LIVE, S.CLOSED, RAISES, Comment,
         (a_person_raised_it,),
         (close,), when=is_not_high),
    Step("vanish", LIVE, S.CLOSED, SYSTEM, None,
         (it_is_no_longer_so,),
         (close,)),
]
# fmt: on

RISKS = Life("risk_item", RiskItem, RiskState, STEPS)

# ── lists ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def live_of_deal(db: Session, deal: Deal) -> list[RiskItem]:
    """What is open or overridden in a deal, the gravest first."""
    query = select(RiskItem).where(RiskItem.deal_id == deal.id, RiskItem.state.in_(LIVE))
    return list(db.scalars(query.order_by(GRAVEST_FIRST, RiskItem.number)))


def listed(db: Session, who: Actor, state: RiskState, below: int | None = None) -> list[RiskItem]:
    """The items of the deals that somebody sees: open ones the gravest first, the others newest first, by pages."""
    seen = deal_lists.deals_seen_by(db, who).options().with_only_columns(Deal.id).order_by(None)
    query = people.scoped(select(RiskItem), RiskItem, who).where(RiskItem.state == state, RiskItem.deal_id.in_(seen))
    query = query.options(joinedload(RiskItem.deal).joinedload(Deal.customer))
    if state is S.CLOSED:
        query = query if below is None else query.where(RiskItem.number < below)
        return list(db.scalars(query.order_by(RiskItem.number.desc()).limit(MOST_LISTED + 1)))
    return list(db.scalars(query.order_by(GRAVEST_FIRST, RiskItem.since, RiskItem.number).limit(200)))


def sees(db: Session, who: Actor, item: RiskItem) -> bool:
    """Who sees the deal and has to do with risks."""
    return who.may_or_stands_in("raise risks") and deal_lists.sees_deal(item.deal, who, db)


def raised_by(db: Session, item: RiskItem) -> str:
    """Who raised it; empty for a rule."""
    key: UUID | None = item.raised_by_id
    return people.names(db, [key]).get(key, "") if key else ""
