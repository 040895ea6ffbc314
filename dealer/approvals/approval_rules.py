"""What refuses a step of a price-limit exception: rules of asking, of deciding, and of what follows by itself.

The table they stand in is in approvals.py; whose turn it is, stage by stage, in stages.py.
"""

from datetime import timedelta

from sqlalchemy import select

from dealer import people
from dealer.approvals import authority, rulings, stages
from dealer.approvals.authority import covering
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.engine.words import Yuan
from dealer.house.policies import policy
from dealer.people import not_their_own
from dealer.prices import pricing
from dealer.records.contracts import Contract, ContractKind, ContractState
from dealer.records.deals import GIVEN_UP
from dealer.records.market import Sighting
from dealer.records.people import Role
from dealer.records.quotations import ExceptionState, PriceException, Quotation, QuotationState, Tier

# ── rules: asking ─────────────────────────────────────────────────────────────────────────────────────────────────


def price_is_not_below_every_floor(exception: PriceException, ask: Ask) -> Refusal | None:
    """Below the general manager's floor the manufacturer's project approval must be named."""
    return _below_every_floor(exception, ask, exception.project_approval)


@on_facts
def project_approval_is_named(exception: PriceException, ask: Ask) -> Refusal | None:
    """Likewise when it is asked again."""
    return _below_every_floor(exception, ask, ask.facts.project_approval or exception.project_approval)


def _below_every_floor(exception: PriceException, ask: Ask, given: str | None) -> Refusal | None:
    price = rulings.price_today(exception, ask)
    if given or price is None or pricing.meets(exception.net_total, exception.quantity, price.floor_general):
        return None
    return hard_floor(price.floor_general)


def hard_floor(floor: int) -> Refusal:
    """Told by the quotation and by the exception alike."""
    return no(
        "This is below the general manager's floor of {floor}: raise the price or give the number of the "
        "manufacturer's project approval.",
        code="E-PRICE-HARD-FLOOR", field="project_approval", floor=Yuan(floor),
    )  # fmt: skip


def quotation_waits_for_it(exception: PriceException, ask: Ask) -> Refusal | None:
    """An exception is for a quotation that waits for its price."""
    if exception.quotation.state is not QuotationState.PENDING_PRICE:
        return no("Its quotation no longer waits for a price: ask from the new version.", code="E-STATE")
    return None


@on_facts
def sighting_is_of_this_deal(thing: PriceException | Quotation | Contract, ask: Ask) -> Refusal | None:
    """What was seen of a competitor proves a price where it was seen for this very deal."""
    key = ask.facts.sighting
    if key is None or ask.db.scalar(select(Sighting.id).where(Sighting.id == key, Sighting.deal_id == thing.deal_id)):
        return None
    return no("Choose what was seen for this deal, or note it there first.", code="E-REQ-FIELD", field="sighting")


# ── rules: deciding ───────────────────────────────────────────────────────────────────────────────────────────────


def somebody_else_asked_for_the_price(exception: PriceException, ask: Ask) -> Refusal | None:
    """Nobody approves their own request; who submitted it as a stand-in does not either."""
    return not_their_own(exception.requester_id, ask) or not_their_own(exception.submitted_by_id, ask)


def it_comes_to_this_person(exception: PriceException, ask: Ask) -> Refusal | None:
    """The last decision is given by those whom the last stage asks."""
    if stages.place_for(exception, ask) is not None or _only_their_floor_is_missing(exception, ask):
        return None
    return stages.routed(exception, ask)


def _only_their_floor_is_missing(exception: PriceException, ask: Ask) -> bool:
    """Whose case it would be at a better price hears how far their own floor reaches, not that it is another's."""
    if rulings.LANE[exception.fleet] not in ask.hat.roles or exception.tier is Tier.KEY_ACCOUNT:
        return False
    price = rulings.price_today(exception, ask)
    return price is None or not pricing.meets(exception.net_total, exception.quantity, price.floor_key_account)


def they_are_asked(exception: PriceException, ask: Ask) -> Refusal | None:
    """Returning and refusing is for whoever is asked at present, and for the general manager."""
    return None if Role.GENERAL in ask.hat.roles else stages.it_is_their_turn(exception, ask)


def price_is_within_authority(exception: PriceException, ask: Ask) -> Refusal | None:
    """Down to one's own floor of the day; the general manager below it with number and file of the project approval."""
    return _beyond(exception, ask, exception.net_total, None)


@on_facts
def counter_price_is_within_authority(exception: PriceException, ask: Ask) -> Refusal | None:
    """Nobody offers a price they could not approve."""
    return _beyond(exception, ask, ask.facts.price * exception.quantity, "price")


def _beyond(exception: PriceException, ask: Ask, total: int, field: str | None) -> Refusal | None:
    price = rulings.price_today(exception, ask)
    if price is None:
        return no("The model is not on the price list in force: have it listed first.", code="E-PRICE-NONE")
    floor = pricing.floor_of(ask.hat.roles, price)
    if pricing.meets(total, exception.quantity, floor):
        return None
    each = Yuan(pricing.per_car(total, exception.quantity))
    if Role.GENERAL not in ask.hat.roles:
        return no(
            "{price} per car is below your floor of {floor}: the general manager decides.",
            code="E-AUTH-LIMIT", remover=Role.GENERAL, field=field, price=each, floor=Yuan(floor),
        )  # fmt: skip
    if exception.project_approval and exception.project_file_sha256:
        return None
    return no(
        "{price} per car is below your floor of {floor}: attach the manufacturer's project approval with its number.",
        code="E-AUTH-LIMIT", field=field, price=each, floor=Yuan(floor),
    )  # fmt: skip


@on_facts
def approval_ends_in_time(exception: PriceException, ask: Ask) -> Refusal | None:
    """An approval is for some days (house rule `exception_validity_days`)."""
    days = policy(ask.db, exception.store_id, "exception_validity_days", ask.today)
    until, last = ask.facts.valid_until, ask.today + timedelta(days=days)
    if until is not None and not ask.today <= until <= last:
        return no("Choose a day from today to {last}.", code="E-VALIDITY", field="valid_until", last=last)
    return None


@on_facts
def counter_price_lies_between(exception: PriceException, ask: Ask) -> Refusal | None:
    """More than was asked for, and no more than the marked price."""
    total, marked = ask.facts.price * exception.quantity, exception.asked["marked"]
    gifts = exception.asked["unit_price"] * exception.quantity - exception.net_total
    if total <= exception.net_total or total + gifts > marked * exception.quantity:
        asked = pricing.per_car(exception.net_total, exception.quantity)
        return no(
            "Offer more than the {asked} asked for and no more than the marked {marked}.",
            code="E-COUNTER", field="price", asked=Yuan(asked), marked=Yuan(marked),
        )  # fmt: skip
    return None


def counter_still_holds(exception: PriceException, ask: Ask) -> Refusal | None:
    """Floors may have risen while the offer lay."""
    price, offered = rulings.price_today(exception, ask), exception.approved
    if price is None or offered is None or exception.counter_total is None:
        return no("The model is not on the price list in force: have it listed first.", code="E-PRICE-NONE")
    floor = pricing.floor_of_tier(Tier(offered["tier"]), price)
    if not pricing.meets(exception.counter_total, exception.quantity, floor):
        return no(
            "Floors have risen since this price was offered: decline it and let it be decided again.",
            code="E-APPROVAL-LAPSED",
        )  # fmt: skip
    return None


def somebody_higher_decides(exception: PriceException, ask: Ask) -> Refusal | None:
    """Forwarding leads to the general manager, who forwards to nobody."""
    if exception.tier is not Tier.KEY_ACCOUNT:
        return no("It already lies with the general manager.", code="E-ROUTED", quiet=True)
    return None


def somebody_was_faster(exception: PriceException, ask: Ask) -> Refusal | None:
    """Who comes second hears who has decided, and what."""
    if exception.decided_by_id is None or exception.state in (ExceptionState.DRAFT, ExceptionState.PENDING):
        return None
    name = people.names(ask.db, [exception.decided_by_id]).get(exception.decided_by_id, "")
    return no("{name} has decided this: “{state}”.", code="E-STATE", name=name, state=exception.state)


def may_be_returned_again(exception: PriceException, ask: Ask) -> bool:
    """Two returns, then the third is a refusal (house rule `exception_returns`)."""
    most: int = policy(ask.db, exception.store_id, "exception_returns", ask.today)
    return exception.returns < most


def was_returned_too_often(exception: PriceException, ask: Ask) -> bool:
    """Tells the two rows of `return` apart."""
    return not may_be_returned_again(exception, ask)


def they_approved_it(exception: PriceException, ask: Ask) -> Refusal | None:
    """Whoever approved takes it back, or the general manager."""
    if exception.decided_by_id in {ask.actor.id, ask.hat.id} or Role.GENERAL in ask.hat.roles:
        return None
    name = people.names(ask.db, [exception.decided_by_id]).get(exception.decided_by_id, "")  # type: ignore[arg-type]
    return no("{name} approved this: they or the general manager take it back.", code="E-NOT-YOURS", name=name)


def customer_does_not_hold_it(exception: PriceException, ask: Ask) -> Refusal | None:
    """A price the customer has been offered is kept."""
    if authority.is_with_the_customer(ask.db, exception, ask.today):
        return no("The quotation with this price was sent: it is honoured until it ends.", code="E-SENT")
    return None


# ── rules: what follows by itself ─────────────────────────────────────────────────────────────────────────────────


def a_working_day_has_passed(exception: PriceException, ask: Ask) -> Refusal | None:
    """Overdue cases are shown to the general manager as well."""
    overdue = exception.due_at is not None and ask.at >= exception.due_at
    asked = Role.GENERAL.value in stages.open_places(exception)
    return None if overdue and exception.escalated_at is None and not asked else _not_yet()


def nobody_waits_for_it(exception: PriceException, ask: Ask) -> Refusal | None:
    """The quotation was revised or withdrawn before anybody decided."""
    waits = exception.quotation.state is QuotationState.PENDING_PRICE and not _deal_has_ended(exception)
    return _not_yet() if waits else None


def approval_no_longer_fits(exception: PriceException, ask: Ask) -> Refusal | None:
    """Worse terms are asked for, an allowance has ended, a floor overtook a price nobody holds, or the deal is over."""
    if _deal_has_ended(exception) or authority.is_overtaken(ask.db, exception, ask.today):
        return None
    if authority.has_run_short(exception, ask.today):
        return None
    with_customer = authority.is_with_the_customer(ask.db, exception, ask.today)
    if not with_customer and authority.outgrown(ask.db, exception, ask.today):
        return None
    return _not_yet()


def it_ran_out_unused(exception: PriceException, ask: Ask) -> Refusal | None:
    """Its last day is over and no quotation with it lies with the customer."""
    over = exception.valid_until is not None and ask.today > exception.valid_until
    unused = over and not authority.is_with_the_customer(ask.db, exception, ask.today)
    return None if unused else _not_yet()


def contract_took_it_up(exception: PriceException, ask: Ask) -> Refusal | None:
    """A contract with this price is in effect: one approval, one use."""
    amendment = exception.quotation.amendment_id
    signed = select(Contract).where(
        Contract.deal_id == exception.deal_id,
        Contract.state.in_([ContractState.EFFECTIVE.value, ContractState.PERFORMED.value]),
        Contract.id == amendment if amendment else Contract.kind != ContractKind.AMENDMENT,
    )
    for contract in ask.db.scalars(signed):
        if amendment or exception.id in {each.id for each in covering(ask.db, contract.quotation, ask.today).values()}:
            return None
    return _not_yet()


def _deal_has_ended(exception: PriceException) -> bool:
    deal = exception.deal
    reopened = deal.void_before is not None and exception.begun_at < deal.void_before
    return reopened or deal.state in GIVEN_UP


def _not_yet() -> Refusal:
    return no("Nothing has happened that would end it.", code="E-NOT-YET", quiet=True)
