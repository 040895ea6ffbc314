"""Authority over prices: which approval covers which line, and which lines nobody has approved yet.

Read by the quotation (may it be sent?), by the exception (does its approval still fit?) and by whoever reviews a
contract. An approval is bound to its terms and not to a row: a later version of the quotation may use it as long as
its terms are the same or better for the shop.
"""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.approvals import approved_terms
from dealer.frameworks import call_offs
from dealer.market import campaign_effects
from dealer.network import own_floors
from dealer.prices import pricing
from dealer.records.deals import Deal
from dealer.records.people import Role
from dealer.records.prices import PriceListLine
from dealer.records.quotations import (
    ExceptionState,
    ExtraKind,
    LineExtra,
    PriceException,
    Quotation,
    QuotationLine,
    QuotationState,
    Tier,
)

WITH_THE_CUSTOMER = (QuotationState.SENT, QuotationState.ACCEPTED)
SUBMITTED = (QuotationState.PENDING_PRICE, QuotationState.READY, *WITH_THE_CUSTOMER)


# ── one line, one approval ────────────────────────────────────────────────────────────────────────────────────────


def lines_below_own_floor(db: Session, quotation: Quotation, day: date) -> list[QuotationLine]:
    """Lines at a price that whoever owned the deal when it was submitted may not give alone, but those whose price a
    framework agreement fixed or a campaign bears.

    A new owner lends it no authority: what was not the former owner's to give goes on waiting. A quotation that is
    with the customer keeps the floors of the day it was sent: its stated validity is honoured. A model that is on no
    list has no floor anybody could rely on.
    """
    # An option is offered like the rest; once the customer has chosen, what they did not take asks for nothing.
    lines = quotation.firm_lines if quotation.state is QuotationState.ACCEPTED else quotation.lines
    prices = pricing.prices_of(db, quotation.store_id, (line.model_id for line in lines), day)
    roles = own_floors.authority_of(db, quotation.given_by_id, quotation.store_id, day)
    below = [line for line in lines if _is_below(line, prices.get(line.model_id), roles, day)]
    if below and quotation.state not in WITH_THE_CUSTOMER:
        borne = campaign_effects.grants(db, quotation, prices, roles, day)
        below = [line for line in below if line.id not in borne or not borne[line.id].relief]
    agreed = call_offs.agreed_lines(db, quotation, lines, day) if below else []
    return [line for line in below if not any(line is each for each in agreed)]


def _is_below(line: QuotationLine, price: PriceListLine | None, roles: Iterable[Role], day: date) -> bool:
    net = pricing.net_total(line, day)
    if line.quotation.state in WITH_THE_CUSTOMER and line.floor_own is not None:
        return not pricing.meets(net + line.campaign_relief, line.quantity, line.floor_own)
    return price is None or not pricing.meets(net, line.quantity, pricing.floor_of(roles, price))


def authorises(exception: PriceException, line: QuotationLine, day: date) -> bool:
    """Whether an approval covers a line: the same thing, no more cars, and a price that is as good or better."""
    approved = exception.approved_total
    if exception.state is not ExceptionState.APPROVED or approved is None or exception.valid_until is None:
        return False
    quotation = line.quotation
    return (
        approved_terms.are_untouched(exception)
        and approved_terms.are_of_the_same_thing(exception, line)
        and line.quantity <= exception.quantity
        and _is_as_good(line, exception, approved, day)
        and (day <= exception.valid_until or quotation.state in WITH_THE_CUSTOMER)
    )


def _is_as_good(line: QuotationLine, exception: PriceException, total: int, day: date) -> bool:
    # a / b ≥ c / d without dividing
    return pricing.net_total(line, day) * exception.quantity >= total * line.quantity


def outgrown(db: Session, exception: PriceException, day: date) -> bool:
    """Whether the approver's own floor has since risen above the price they approved."""
    price = pricing.price_of(db, exception.store_id, UUID(exception.asked["model_id"]), day)
    return price is not None and outgrown_by(exception, price)


def outgrown_by(exception: PriceException, price: PriceListLine) -> bool:
    """Likewise by the prices of a certain list. The manufacturer's project approval is bound to no floor of ours."""
    if exception.approved is None or exception.approved_total is None:
        return False
    tier = Tier(exception.approved["tier"])
    floor = pricing.floor_of_tier(tier, price)
    return tier is not Tier.PROJECT and not pricing.meets(exception.approved_total, exception.quantity, floor)


# ── a whole quotation ─────────────────────────────────────────────────────────────────────────────────────────────


def approvals_of(db: Session, deal: Deal) -> list[PriceException]:
    """Approvals that stand in a deal; those from before a reopening are void."""
    query = select(PriceException).where(
        PriceException.deal_id == deal.id, PriceException.state == ExceptionState.APPROVED
    )
    if deal.void_before is not None:
        query = query.where(PriceException.begun_at >= deal.void_before)
    return list(db.scalars(query.order_by(PriceException.number)))


def covering(db: Session, quotation: Quotation, day: date) -> dict[UUID, PriceException]:
    """Which approval covers which line (by id): each line takes the one closest to its own price.

    One approval never covers more cars than it was given for.
    """
    return _covering(db, quotation, lines_below_own_floor(db, quotation, day), day)


def _covering(db: Session, quotation: Quotation, below: list[QuotationLine], day: date) -> dict[UUID, PriceException]:
    standing = _usable(db, quotation, day) if below else []
    left = {exception.id: exception.quantity for exception in standing}
    covered: dict[UUID, PriceException] = {}
    for line in below:
        for exception in standing:
            if line.quantity <= left[exception.id] and authorises(exception, line, day):
                covered[line.id] = exception
                left[exception.id] -= line.quantity
                break
    return covered


def _usable(db: Session, quotation: Quotation, day: date) -> list[PriceException]:
    """Highest approved price first; for a quotation not yet sent without those that a new floor has overtaken."""
    found = approvals_of(db, quotation.deal)
    if quotation.state not in WITH_THE_CUSTOMER:
        found = [each for each in found if not outgrown(db, each, day)]
    return sorted(found, key=lambda each: Fraction(each.approved_total or 0, each.quantity), reverse=True)


def unauthorised_lines(db: Session, quotation: Quotation, day: date) -> list[QuotationLine]:
    """Lines below the owner's floor that no approval covers, in their order."""
    below = lines_below_own_floor(db, quotation, day)
    covered = _covering(db, quotation, below, day)
    return [line for line in below if line.id not in covered]


# ── what has become of an approval ────────────────────────────────────────────────────────────────────────────────


def is_with_the_customer(db: Session, exception: PriceException, day: date) -> bool:
    """Whether a quotation the customer holds relies on it: then it is honoured whatever floors do."""
    return any(_relies_on(db, quotation, exception, day) for quotation in _versions(db, exception, WITH_THE_CUSTOMER))


def is_overtaken(db: Session, exception: PriceException, day: date) -> bool:
    """Whether a later version asks for worse terms for the same model than were approved: the approval then lapses."""
    return any(
        quotation.series == exception.quotation.series
        and quotation.revision > exception.quotation.revision
        and _asks_for_more(db, quotation, exception, day)
        for quotation in _versions(db, exception, SUBMITTED)
    )


def has_run_short(exception: PriceException, day: date) -> bool:
    """Whether an allowance that was counted counts no more, so that its own line brings less than was approved."""
    approved, line = exception.approved_total, exception.line
    return (
        approved is not None
        and any(_is_void(line, extra, day) for extra in line.extras)
        and line.quotation.state in SUBMITTED
        and not _is_as_good(line, exception, approved, day)
    )


def _is_void(line: QuotationLine, extra: LineExtra, day: date) -> bool:
    counts = pricing.stands(extra, day) and pricing.is_confirmed(line, extra)
    return extra.kind is ExtraKind.ALLOWANCE and not counts


def _asks_for_more(db: Session, quotation: Quotation, exception: PriceException, day: date) -> bool:
    uncovered = (str(line.model_id) for line in unauthorised_lines(db, quotation, day))
    return exception.asked["model_id"] in uncovered and not _relies_on(db, quotation, exception, day)


def _relies_on(db: Session, quotation: Quotation, exception: PriceException, day: date) -> bool:
    return exception.id in {each.id for each in covering(db, quotation, day).values()}


def _versions(db: Session, exception: PriceException, states: Iterable[QuotationState]) -> list[Quotation]:
    return list(
        db.scalars(
            select(Quotation).where(
                Quotation.deal_id == exception.deal_id, Quotation.state.in_([state.value for state in states])
            )
        )
    )


def refused_before(db: Session, line: QuotationLine, day: date) -> PriceException | None:
    """A refusal is final for its price: the one that stands against the same or worse terms of this line, if any."""
    deal = line.quotation.deal
    query = select(PriceException).where(
        PriceException.deal_id == deal.id, PriceException.state == ExceptionState.REFUSED
    )
    if deal.void_before is not None:
        query = query.where(PriceException.begun_at >= deal.void_before)
    for exception in db.scalars(query.order_by(PriceException.number.desc())):
        no_better = pricing.net_total(line, day) * exception.quantity <= exception.net_total * line.quantity
        if exception.asked["model_id"] == str(line.model_id) and no_better:
            return exception
    return None


def terms_of(line: QuotationLine, price: PriceListLine, roles: Iterable[Role], day: date) -> dict[str, Any]:
    """The terms of a line as they are put before the manager: later changes of line or list do not change them.

    `roles` are the owner's: below whose floor it lies.
    """
    deal, model = line.quotation.deal, line.model
    return {
        "customer_id": str(deal.customer_id),
        "customer": deal.customer.name,
        "model_id": str(line.model_id),
        "model": approved_terms.described(model),
        "colour": line.colour,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "net_total": pricing.net_total(line, day),
        "extras": [_extra(line, each) for each in line.extras],
        "floor_own": pricing.floor_of(roles, price),
        **prices_in(price),
    }


def _extra(line: QuotationLine, extra: LineExtra) -> dict[str, Any]:
    until = extra.good_until.isoformat() if extra.good_until else ""
    told = {"kind": extra.kind.value, "name": extra.name, "amount": extra.amount}
    confirmed = pricing.is_confirmed(line, extra)
    return told | {"reference": extra.reference or "", "good_until": until, "confirmed": confirmed}


def prices_in(price: PriceListLine) -> dict[str, Any]:
    """Marked price, floors and cost of a list, with the list's name."""
    return {
        "price_list_id": str(price.price_list_id),
        "price_list": price.price_list.name,
        "marked": price.marked,
        "floor_consultant": price.floor_consultant,
        "floor_key_account": price.floor_key_account,
        "floor_general": price.floor_general,
        "cost": price.cost,
    }
