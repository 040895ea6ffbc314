"""Price-limit exceptions 特价申请: the life of one, from the request to its use in a contract.

One exception speaks of one line of a quotation. It is born by itself when a quotation is submitted below its owner's
floor (`births`), goes to the lowest tier that may decide, and binds both sides to the exact terms that were approved:
see authority.py for what an approval covers.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer import authority, people, pricing, rulings
from dealer.approval_lists import References, asked_by, decided_by, references, waiting_for
from dealer.authority import authorises, covering, unauthorised_lines
from dealer.deals import Comment
from dealer.engine.steps import SAME, Ask, Life, Refusal, Step, no, on_facts
from dealer.engine.words import Yuan
from dealer.people import OWNER, SYSTEM, has, not_their_own
from dealer.policies import policy
from dealer.records.contracts import Contract, ContractKind, ContractState
from dealer.records.deals import GIVEN_UP
from dealer.records.people import Role
from dealer.records.quotations import (
    ExceptionState,
    PriceException,
    Quotation,
    QuotationLine,
    QuotationState,
    Tier,
)
from dealer.rulings import Approval, CounterOffer, Reasons, Remark

__all__ = [
    "EXCEPTIONS",
    "Approval",
    "References",
    "asked_by",
    "authorises",
    "births",
    "covering",
    "decided_by",
    "of_deal",
    "references",
    "unauthorised_lines",
    "waiting_for",
]

S = ExceptionState
UNDECIDED = (S.DRAFT, S.PENDING, S.COUNTERED, S.RETURNED)
DECIDER = has("decide prices")

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


# ── rules: deciding ───────────────────────────────────────────────────────────────────────────────────────────────


def somebody_else_asked_for_the_price(exception: PriceException, ask: Ask) -> Refusal | None:
    """Nobody approves their own request; who submitted it as a stand-in does not either."""
    return not_their_own(exception.requester_id, ask) or not_their_own(exception.submitted_by_id, ask)


def it_comes_to_this_person(exception: PriceException, ask: Ask) -> Refusal | None:
    """Fleet cases are the key-account manager's, others the showroom manager's; what was raised is not theirs."""
    roles = ask.hat.roles
    if Role.GENERAL in roles:
        return None
    if rulings.LANE[exception.fleet] not in roles:
        return _routed(rulings.LANE[exception.fleet])
    price = rulings.price_today(exception, ask)
    reached = price is not None and pricing.meets(exception.net_total, exception.quantity, price.floor_key_account)
    return _routed(Role.GENERAL) if exception.tier is not Tier.KEY_ACCOUNT and reached else None


def its_tier_is_theirs(exception: PriceException, ask: Ask) -> Refusal | None:
    """Returning and refusing is for the tier it was routed to, and for the general manager."""
    if Role.GENERAL not in ask.hat.roles and exception.tier is not Tier.KEY_ACCOUNT:
        return _routed(Role.GENERAL)
    return it_comes_to_this_person(exception, ask)


def _routed(to: Role) -> Refusal:
    return no("This case is decided by: {who}.", code="E-ROUTED", remover=to, who=to)


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
    if overdue and exception.escalated_at is None and exception.tier is Tier.KEY_ACCOUNT:
        return None
    return _not_yet()


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


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

DECIDING = (somebody_else_asked_for_the_price, it_comes_to_this_person)
SENDING_BACK = (somebody_else_asked_for_the_price, its_tier_is_theirs)

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action             from                     to           who      asks for      refused unless …                                             then …
    Step("ask",             None,                    S.PENDING,   SYSTEM,  None,         (price_is_not_below_every_floor,),                           (rulings.plan_decision,)),
    Step("submit",          (S.DRAFT, S.RETURNED),   S.PENDING,   OWNER,   Reasons,      (quotation_waits_for_it, project_approval_is_named), (rulings.take_new_reasons, rulings.route, rulings.plan_decision)),
    Step("approve",         S.PENDING,               S.APPROVED,  DECIDER, Approval,     (*DECIDING, price_is_within_authority, approval_ends_in_time), (rulings.freeze_approval, rulings.note_ruling)),
    Step("counter",         S.PENDING,               S.COUNTERED, DECIDER, CounterOffer, (*DECIDING, counter_price_lies_between, counter_price_is_within_authority), (rulings.note_counter, rulings.note_ruling)),
    Step("return",          S.PENDING,               S.RETURNED,  DECIDER, Comment,      SENDING_BACK,                                                (rulings.note_return, rulings.note_ruling), when=may_be_returned_again),
    Step("return",          S.PENDING,               S.REFUSED,   DECIDER, Comment,      SENDING_BACK,                                                (rulings.note_ruling,), when=was_returned_too_often),
    Step("refuse",          S.PENDING,               S.REFUSED,   DECIDER, Comment,      SENDING_BACK,                                                (rulings.note_ruling,)),
    Step("forward",         S.PENDING,               SAME,        DECIDER, Comment,      (somebody_higher_decides, *SENDING_BACK),                    (rulings.route_higher, rulings.plan_decision)),
    Step("accept_counter",  S.COUNTERED,             S.APPROVED,  OWNER,   None,         (counter_still_holds,),                                      (rulings.freeze_counter,)),
    Step("decline_counter", S.COUNTERED,             S.PENDING,   OWNER,   Remark,       (),                                                          (rulings.forget_counter, rulings.plan_decision)),
    Step("withdraw",        (S.PENDING, S.COUNTERED), S.DRAFT,    OWNER,   None,         (),                                                          (rulings.forget_counter, rulings.close_tasks)),
    Step("revoke",          S.APPROVED,              S.REVOKED,   DECIDER, Comment,      (they_approved_it, customer_does_not_hold_it),               (rulings.close_tasks,)),
    # by itself
    Step("escalate",        S.PENDING,               SAME,        SYSTEM,  None,         (a_working_day_has_passed,),                                 (rulings.note_escalation,)),
    Step("lapse",           UNDECIDED,               S.LAPSED,    SYSTEM,  None,         (nobody_waits_for_it,),                                      (rulings.close_tasks,)),
    Step("lapse",           S.APPROVED,              S.LAPSED,    SYSTEM,  None,         (approval_no_longer_fits,),                                  (rulings.close_tasks,)),
    Step("expire",          S.APPROVED,              S.EXPIRED,   SYSTEM,  None,         (it_ran_out_unused,),                                        (rulings.close_tasks,)),
    Step("consume",         S.APPROVED,              S.CONSUMED,  SYSTEM,  None,         (contract_took_it_up,),                                      (rulings.close_tasks,)),
]
# ruff: enable[E501]
# fmt: on

EXCEPTIONS = Life("exception", PriceException, ExceptionState, STEPS, path=(S.PENDING, S.APPROVED, S.CONSUMED))


# ── birth ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def births(db: Session, quotation: Quotation, ask: Ask) -> list[PriceException]:
    """Begin an exception for each line that waits for its price and has not been asked for since it was submitted.

    They are the system's doing, because of the owner's step; the reasons are those typed when it was submitted.
    """
    if quotation.state is not QuotationState.PENDING_PRICE or not quotation.reason:
        return []
    system = Ask(db, people.system(quotation.store_id), ask.at, because=ask.because)
    begun = []
    for line in unauthorised_lines(db, quotation, ask.today):
        exception = None if _was_asked_for(db, line) else _exception(line, system)
        if exception is not None:
            EXCEPTIONS.begin("ask", exception, system)
            begun.append(exception)
    return begun


def _was_asked_for(db: Session, line: QuotationLine) -> bool:
    asked = select(func.count()).where(PriceException.line_id == line.id)
    return bool(db.scalar(asked.where(PriceException.begun_at >= line.quotation.submitted_at)))


def _exception(line: QuotationLine, ask: Ask) -> PriceException | None:
    quotation = line.quotation
    price = pricing.price_of(ask.db, quotation.store_id, line.model_id, ask.today)
    if price is None:
        return None
    roles = people.roles_of(ask.db, quotation.owner_id, quotation.store_id)
    exception = PriceException(
        store_id=quotation.store_id, case_id=quotation.deal_id, deal_id=quotation.deal_id, deal=quotation.deal,
        quotation_id=quotation.id, quotation=quotation, line_id=line.id, line=line,
        requester_id=quotation.owner_id, submitted_by_id=quotation.submitted_by_id or quotation.owner_id,
        fleet=pricing.is_fleet(quotation, ask.db, ask.today), reason=quotation.reason or "",
        proof_sha256=quotation.proof_sha256, project_approval=quotation.project_approval,
        project_file_sha256=quotation.project_file_sha256, asked=authority.terms_of(line, price, roles, ask.today),
        net_total=pricing.net_total(line, ask.today), quantity=line.quantity, returns=0,
    )  # fmt: skip
    exception.tier = rulings.tier_of(ask, exception, price)
    return exception


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def of_deal(db: Session, deal: Any) -> list[PriceException]:
    """All exceptions of a deal, newest first."""
    return _newest(db, PriceException.deal_id == deal.id)


def of_quotation(db: Session, quotation: Quotation) -> list[PriceException]:
    """The exceptions asked for one version, newest first."""
    return _newest(db, PriceException.quotation_id == quotation.id)


def by_line(db: Session, quotation: Quotation) -> dict[UUID, PriceException]:
    """The latest exception of each line of a version."""
    return {each.line_id: each for each in reversed(of_quotation(db, quotation))}


def _newest(db: Session, which: Any) -> list[PriceException]:
    return list(db.scalars(select(PriceException).where(which).order_by(PriceException.number.desc())))
