"""Call-offs: a deal relies on a framework agreement of its customer, and what that allows and leaves.

authority.py asks `agreed_lines`: which lines of a quotation need nobody's approval because their price was agreed. Cars
are taken from the ceiling when a quotation goes to the customer, so that the last ones are promised once.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.contracts.in_force import text_in_force
from dealer.engine.database import calendar_of
from dealer.engine.fields import Options
from dealer.engine.steps import Ask, Facts, Refusal, no, on_facts
from dealer.prices import pricing
from dealer.records.contracts import Contract, ContractState
from dealer.records.deals import Deal, DealState
from dealer.records.frameworks import Framework, FrameworkState
from dealer.records.quotations import Quotation, QuotationLine, QuotationState

OVER = (DealState.LOST, DealState.CANCELLED)
WITH_THE_CUSTOMER = (QuotationState.SENT, QuotationState.ACCEPTED)

# ── the step of a deal ────────────────────────────────────────────────────────────────────────────────────────────


class CallOff(Facts):
    """Which agreement the deal calls off from."""

    framework: Annotated[int | None, Options("frameworks_of_deal")] = Field(
        None, title="Framework agreement", description="Left empty, the deal goes by the price list alone."
    )


def customer_has_an_agreement(deal: Deal, ask: Ask) -> Refusal | None:
    """There is something to call off from, or to leave."""
    if deal.framework is None and not of_customer(ask.db, deal, ask.today):
        return no("No framework agreement with this customer is in force.", code="E-FRAMEWORK", quiet=True)
    return None


@on_facts
def agreement_is_the_customers(deal: Deal, ask: Ask) -> Refusal | None:
    """Prices agreed with one customer are no prices for another."""
    chosen = ask.facts.framework
    if chosen is not None and chosen not in {each.number for each in of_customer(ask.db, deal, ask.today)}:
        return no("Choose an agreement of this customer that is in force.", code="E-FRAMEWORK", field="framework")
    return None


RULES = (customer_has_an_agreement, agreement_is_the_customers)


def write_call_off(deal: Deal, ask: Ask) -> None:
    """The deal relies on the agreement, or on none any more."""
    found = of_customer(ask.db, deal, ask.today)
    deal.framework = next((each for each in found if each.number == ask.facts.framework), None)


def known_facts(deal: Deal) -> dict[str, Any]:
    """What the form starts from."""
    return {"framework": deal.framework.number if deal.framework else ""}


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def is_in_force(framework: Framework, day: date) -> bool:
    """Approved, begun and not over."""
    return framework.state is FrameworkState.IN_FORCE and framework.from_day <= day <= framework.until_day


def of_customer(db: Session, deal: Deal, day: date) -> list[Framework]:
    """The agreements with a deal's customer that are in force, the one that ends first before the others."""
    query = select(Framework).where(
        Framework.customer_id == deal.customer_id, Framework.state == FrameworkState.IN_FORCE
    )
    return [
        each for each in db.scalars(query.order_by(Framework.until_day, Framework.number)) if is_in_force(each, day)
    ]


def agreed_lines(db: Session, quotation: Quotation, lines: Iterable[QuotationLine], day: date) -> list[QuotationLine]:
    """The lines whose price was agreed: at or above it, while the agreement is in force and cars are left of it.

    What the customer holds is honoured: it took its cars from the ceiling when it was sent.
    """
    framework = quotation.deal.framework
    if framework is None or not _counts_for(db, framework, quotation, day):
        return []
    agreed = {price.model_id: price.net_price for price in framework.prices}
    remaining = None if quotation.state in WITH_THE_CUSTOMER else left(db, framework, besides=quotation)
    covered = []
    for line in lines:
        price = agreed.get(line.model_id)
        if price is None or not pricing.meets(pricing.net_total(line, day), line.quantity, price):
            continue
        if remaining is not None:
            if line.quantity > remaining:
                continue
            remaining -= line.quantity
        covered.append(line)
    return covered


def _counts_for(db: Session, framework: Framework, quotation: Quotation, day: date) -> bool:
    if quotation.state not in WITH_THE_CUSTOMER or quotation.sent_at is None:
        return is_in_force(framework, day)
    sent_on = calendar_of(db).today(quotation.sent_at)
    begun = framework.in_force_at is not None and framework.in_force_at <= quotation.sent_at
    return begun and framework.from_day <= sent_on <= framework.until_day


def left(db: Session, framework: Framework, besides: Quotation | None = None) -> int | None:
    """How many cars may still be called off; None where there is no ceiling."""
    if framework.ceiling is None:
        return None
    return max(framework.ceiling - called_off(db, framework, besides), 0)


def room_for(db: Session, framework: Framework, accepted: Quotation) -> int | None:
    """How many cars an order may have: what was promised to other deals before it is taken."""
    if framework.ceiling is None:
        return None
    others = [
        each
        for each in _with_the_customer(db, framework)
        if each.deal_id != accepted.deal_id and each.sent_at and accepted.sent_at and each.sent_at < accepted.sent_at
    ]
    return max(framework.ceiling - _taken(db, framework, others), 0)


def called_off(db: Session, framework: Framework, besides: Quotation | None = None) -> int:
    """The cars of orders in effect and of quotations that customers hold: of a deal the accepted one, else all sent."""
    offers = _with_the_customer(db, framework)
    return _taken(db, framework, [each for each in offers if besides is None or each.id != besides.id])


def _taken(db: Session, framework: Framework, offers: Iterable[Quotation]) -> int:
    models = {price.model_id for price in framework.prices}
    orders = _orders_in_effect(db, framework)
    by_deal: dict[UUID, list[Quotation]] = {}
    for each in offers:
        by_deal.setdefault(each.deal_id, []).append(each)
    return sum(
        _ordered(db, orders[deal], models) if deal in orders else sum(_cars(each, models) for each in _standing(found))
        for deal, found in by_deal.items()
    )


def _orders_in_effect(db: Session, framework: Framework) -> dict[UUID, Contract]:
    """The order of each deal whose order both have signed."""
    query = select(Contract).where(
        Contract.framework_id == framework.id, Contract.state.in_((ContractState.EFFECTIVE, ContractState.PERFORMED))
    )
    return {each.deal_id: each for each in db.scalars(query)}


def _ordered(db: Session, order: Contract, models: set[UUID]) -> int:
    """With its amendments."""
    return sum(line.quantity for line in text_in_force(db, order).lines if line.model_id in models)


def _with_the_customer(db: Session, framework: Framework) -> list[Quotation]:
    query = (
        select(Quotation)
        .join(Deal, Deal.id == Quotation.deal_id)
        .where(
            Deal.framework_id == framework.id,
            Deal.state.not_in([state.value for state in OVER]),
            Quotation.state.in_([state.value for state in WITH_THE_CUSTOMER]),
        )
    )
    return list(db.scalars(query))


def _standing(found: list[Quotation]) -> list[Quotation]:
    accepted = [each for each in found if each.state is QuotationState.ACCEPTED]
    return accepted or found


def _cars(quotation: Quotation, models: set[UUID]) -> int:
    lines = quotation.firm_lines if quotation.state is QuotationState.ACCEPTED else quotation.lines
    return sum(line.quantity for line in lines if line.model_id in models)


def deals_of(db: Session, framework: Framework) -> list[Deal]:
    """The deals that call off from an agreement, newest first."""
    query = select(Deal).where(Deal.framework_id == framework.id).order_by(Deal.number.desc())
    return list(db.scalars(query))
