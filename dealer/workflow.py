"""The life of a fleet deal: its STEPS. Then the one place that knows several lives: `take`.

Read the table first. Each row says: this action leads from here to there, this is who may take it, this is what it
asks for, these rules refuse it (dealer/deals/deal_rules.py), these effects follow (dealer/deals/deals.py).
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import after_sales, belongings, management, people
from dealer.approvals import approvals
from dealer.care import aftercalls, care_calls, reviews
from dealer.contracts import amendment_prices, clause_versions, contract
from dealer.customers import customers
from dealer.deals import deal_closing as closing
from dealer.deals import deal_gates as gates
from dealer.deals import deal_rules as rules
from dealer.deals import deals, idle, outside, parties, tenders
from dealer.deals.deals import (
    Cancellation,
    Comment,
    Hold,
    Loss,
    NeedSheet,
    NewDeal,
    NewOwner,
    Rework,
    held_from,
    was_held_from,
)
from dealer.deals.parties import Parties
from dealer.deals.tenders import TenderDates
from dealer.deliveries import batch_handover, delivery
from dealer.drives import testdrive
from dealer.engine.steps import SAME, Ask, Life, Refusal, Refused, Stale, Step
from dealer.frameworks import call_offs, frameworks
from dealer.frameworks.call_offs import CallOff
from dealer.house import proposals, second_person
from dealer.market.source_details import campaign_is_known
from dealer.money import credit, deposit_outcomes, receipts
from dealer.oem import filing_gates, filings
from dealer.people import OWNER, SYSTEM, has, owner_or
from dealer.prices import pricelists
from dealer.privacy import data_requests, sales_files
from dealer.prospects import hand_ins, notes, outings, prospects
from dealer.quotations import quotation
from dealer.records.care import CareCall
from dealer.records.contracts import Contract
from dealer.records.customers import Contact, ContactRole, Customer
from dealer.records.deals import Deal, DealState
from dealer.records.deliveries import Batch
from dealer.records.network import SubDealer
from dealer.records.prospects import Visit
from dealer.records.quotations import Quotation
from dealer.records.vehicles import Unit
from dealer.showroom import reception, showroom_days
from dealer.showroom.visits import BecameDeal
from dealer.stock import allocation, arrivals, factory_orders, vehicles
from dealer.trips import trips

S = DealState
PATH = (S.INQUIRY, S.QUOTATION, S.CONTRACT_REVIEW, S.TEST_DRIVE, S.DELIVERY, S.CLOSED)
BEFORE_SIGNING = (S.INQUIRY, S.QUOTATION, S.CONTRACT_REVIEW, S.TEST_DRIVE)
OVER = (S.CLOSED, S.LOST, S.CANCELLED)
KAM = has("decide on deals")

# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …
    Step("register", None, S.INQUIRY, has("bring deals"), NewDeal,
         (rules.customer_has_code_unless_individual, rules.reception_met_them_first, outside.sub_dealer_is_active,
          campaign_is_known),
         (deals.plan_first_contact, deals.plan_clash_decision)),
    Step("fill_need", (S.INQUIRY, S.QUOTATION), SAME, OWNER, NeedSheet,
         (rules.wanted_models_are_ours,),
         (deals.write_need,)),
    Step("settle_clash", S.INQUIRY, SAME, KAM, Comment,
         (rules.a_clash_waits,),
         (deals.settle_clash_as_separate,)),
    Step("join_other", S.INQUIRY, S.LOST, KAM, Comment,
         (rules.a_clash_waits,),
         (deals.end_as_duplicate,)),
    Step("accompany", (S.INQUIRY, S.QUOTATION), SAME, has("keep sub-dealers"), None,
         (outside.a_sub_dealers_person_owns_it,),
         (outside.take_over,)),
    Step("start_quotation", S.INQUIRY, S.QUOTATION, OWNER, None,
         (rules.need_sheet_is_filled, rules.clash_is_settled),
         (deals.end_first_contact,)),
    Step("keep_tender", (*BEFORE_SIGNING, S.DELIVERY), SAME, OWNER, TenderDates,
         tenders.RULES,
         (tenders.write_tender, tenders.plan_tender)),
    Step("name_parties", (S.INQUIRY, S.QUOTATION), SAME, OWNER, Parties,
         parties.RULES,
         (parties.write_parties,)),
    Step("call_off", (S.INQUIRY, S.QUOTATION), SAME, OWNER, CallOff,
         call_offs.RULES,
         (call_offs.write_call_off,)),
    Step("submit_review", S.QUOTATION, S.CONTRACT_REVIEW, OWNER, None,
         (outside.our_house_owns_it, gates.need_is_decided, gates.quotation_is_accepted, gates.acceptance_still_stands,
          gates.lines_are_authorised, gates.quantity_meets_minimum, credit.credit_is_current,
          credit.credit_limit_holds, filing_gates.filing_is_approved,
          gates.contract_draft_is_complete),
         (deals.plan_reviews,)),
    Step("return", S.CONTRACT_REVIEW, S.QUOTATION, has("return deals"), Comment,
         (),
         (deals.end_reviews,)),
    Step("approve_contract", S.CONTRACT_REVIEW, S.TEST_DRIVE, SYSTEM, None,
         (gates.contract_is_approved,),
         (deals.end_reviews,)),
    Step("begin_delivery", S.TEST_DRIVE, S.DELIVERY, owner_or("begin deliveries"), None,
         (gates.contract_is_effective, closing.deposit_is_received)),
    Step("close", S.DELIVERY, S.CLOSED, KAM, None,
         (closing.all_cars_are_delivered, closing.everything_is_paid, closing.every_car_is_invoiced,
          closing.callbacks_are_done, closing.no_complaint_is_open, closing.no_amendment_is_open),
         ()),
    # back
    Step("ask_to_rework", S.TEST_DRIVE, SAME, OWNER, Rework,
         (gates.contract_is_not_effective, gates.rework_is_not_asked_yet),
         (deals.note_rework_request,)),
    Step("rework", S.TEST_DRIVE, S.CONTRACT_REVIEW, KAM, None,
         (gates.rework_is_asked, gates.somebody_else_asked_to_rework, gates.contract_is_not_effective),
         (deals.end_rework_request, deals.plan_reviews), when=lambda deal, ask: deal.rework_to is not S.QUOTATION),
    Step("rework", S.TEST_DRIVE, S.QUOTATION, KAM, None,
         (gates.rework_is_asked, gates.somebody_else_asked_to_rework, gates.contract_is_not_effective),
         (deals.end_rework_request,), when=lambda deal, ask: deal.rework_to is S.QUOTATION),
    # beside the path
    Step("ask_to_lose", (*BEFORE_SIGNING, S.ON_HOLD), SAME, OWNER, Loss,
         (gates.contract_is_not_effective, rules.loss_is_not_asked_yet, rules.competitor_is_named),
         (deals.note_loss_request,)),
    Step("keep", (*BEFORE_SIGNING, S.ON_HOLD), SAME, owner_or("confirm losses"), Comment,
         (rules.loss_is_asked,),
         (deals.withdraw_loss_request,)),
    Step("lose", (*BEFORE_SIGNING, S.ON_HOLD), S.LOST, has("confirm losses"), None,
         (rules.loss_is_asked, rules.somebody_else_asked_to_lose, gates.contract_is_not_effective),
         (deals.record_loss,)),
    Step("ask_to_reopen", S.LOST, SAME, OWNER, Comment,
         (rules.loss_is_recent,),
         (deals.note_reopen_request,)),
    Step("reopen", S.LOST, S.INQUIRY, KAM, None,
         (rules.reopening_is_asked, rules.somebody_else_asked_to_reopen, rules.loss_is_recent),
         (deals.reopen_afresh,)),
    *(Step("hold", state, S.ON_HOLD, KAM, Hold,
           (rules.hold_ends_later,),
           (held_from(state),)) for state in BEFORE_SIGNING),
    *(Step("resume", S.ON_HOLD, state, KAM, None,
           (),
           (deals.forget_hold,), when=was_held_from(state)) for state in BEFORE_SIGNING),
    Step("cancel", (S.TEST_DRIVE, S.DELIVERY), S.CANCELLED, has("cancel deals"), Cancellation,
         (gates.contract_is_effective_if_before_delivery, closing.notice_is_not_in_the_future,
          *deposit_outcomes.CANCELLATION),
         (deals.record_cancellation,)),
    Step("change_owner", (*BEFORE_SIGNING, S.DELIVERY, S.ON_HOLD), SAME, KAM, NewOwner,
         (rules.new_owner_sells, rules.nobody_hands_a_price_to_their_stand_in),
         (deals.change_owner,)),
    Step("leave_with_owner", (*BEFORE_SIGNING, S.DELIVERY), SAME, KAM, Comment,
         (idle.deal_is_proposed_to_somebody_else,),
         (deals.leave_with_owner,)),
]
# fmt: on

DEALS = Life("deal", Deal, DealState, STEPS, PATH)


# ── beginning a deal ──────────────────────────────────────────────────────────────────────────────────────────────


def register(ask: Ask, owner_id: UUID | None = None, sub_dealer: SubDealer | None = None) -> Deal:
    """A fleet customer asks for cars. A known code is the same customer; an open deal of theirs is a clash 撞单.

    `sub_dealer` brought it, when somebody of our house writes it down for them.
    """
    facts: NewDeal = ask.facts
    if refusal := customers.has_uscc_unless_individual(facts) or customers.is_of_our_house(ask, facts):
        raise Refused([refusal], "register")
    customer = customers.by_uscc(ask.db, ask.actor, facts.uscc) or customers.new_customer(ask, facts)
    other = _open_deal_of(ask.db, customer) if facts.uscc else None
    deal = Deal(
        store_id=ask.actor.store_id,
        customer_id=customer.id,
        owner_id=owner_id or ask.hat.id,
        sub_dealer_id=sub_dealer.id if sub_dealer else ask.hat.sub_dealer_id,
        contact_id=_contact(ask, customer, facts).id,
        title=facts.title,
        campaign_id=facts.campaign,
        clash_with_id=other.id if other else None,
        clash_settled=other is None,
    )
    deal.case_id = deal.id
    deal.customer = customer
    begin(deal, "register", ask)
    if facts.filing_wanted:
        begin(filings.blank(ask, deal), "open", ask.with_facts(None))
    return deal


def register_from_visit(ask: Ask, visit: Visit) -> Deal:
    """A fleet need met in the showroom becomes a deal; the visit and its card join the deal's story."""
    ask = ask.with_facts(reception.with_what_is_known(visit, ask.facts))
    deal = register(ask, None if ask.hat.may("own deals") else visit.owner_id)
    take(visit, "become_deal", ask.with_facts(BecameDeal(deal=deal.id)))
    return deal


def _open_deal_of(db: Session, customer: Customer) -> Deal | None:
    query = select(Deal).where(Deal.customer_id == customer.id, Deal.state.not_in([state.value for state in OVER]))
    return db.scalars(query.order_by(Deal.number).limit(1)).first()


def _contact(ask: Ask, customer: Customer, facts: NewDeal) -> Contact:
    """The known contact of that name and phone, or a new one."""
    for known in ask.db.scalars(select(Contact).where(Contact.customer_id == customer.id)):
        if (known.name, known.phone) == (facts.contact, facts.phone):
            return known
    contact = Contact(
        store_id=customer.store_id, customer_id=customer.id, name=facts.contact, phone=facts.phone,
        role=ContactRole.BUYS,
    )  # fmt: skip
    ask.db.add(contact)
    ask.db.flush()
    return contact


# ── several lives ─────────────────────────────────────────────────────────────────────────────────────────────────

LIVES: dict[type[Any], Life] = {
    life.record: life
    for life in (
        DEALS,
        quotation.QUOTATIONS,
        approvals.EXCEPTIONS,
        contract.CONTRACTS,
        clause_versions.CLAUSES,
        testdrive.DRIVES,
        vehicles.UNITS,
        factory_orders.FACTORY_ORDERS,
        delivery.BATCHES,
        care_calls.CALLS,
        reviews.REVIEWS,
        reception.VISITS,
        data_requests.REQUESTS,
        sales_files.DESTRUCTIONS,
        prospects.PROSPECTS,
        pricelists.PRICE_LISTS,
        proposals.POLICIES,
        frameworks.FRAMEWORKS,
        hand_ins.HAND_INS,
        trips.TRIPS,
        outings.OUTINGS,
        notes.NOTES,
        *after_sales.LIVES,
        *management.LIVES,
        showroom_days.DAYS,
        receipts.RECEIPTS,
        credit.CREDIT,
    )
}
"""The life of every kind of thing."""
second_person.LIVES.extend(LIVES.values())


def take(thing: Any, action: str, ask: Ask) -> None:
    """Take a step, then all that follows by itself in the same deal, in the same transaction."""
    was_coming = isinstance(thing, Unit) and thing.state in arrivals.COMING
    moved = LIVES[type(thing)].advance(thing, action, ask)
    settle(thing, ask, moved.seq)
    if was_coming:
        follow_expected_days(ask, moved.seq)


def follow_expected_days(ask: Ask, because: int | None = None) -> None:
    """Batches whose cars come on another day than was said have another promised day, and their owners a task."""
    store_id = ask.actor.store_id
    for batch, day in arrivals.moved(ask.db, store_id, ask.today):
        told = Ask(ask.db, people.system(store_id), ask.at, arrivals.Promise(promised_on=day), because=because)
        delivery.BATCHES.advance(batch, "move_promise", told)


def begin(thing: Any, action: str, ask: Ask) -> None:
    """The birth of a thing, then all that follows by itself."""
    moved = LIVES[type(thing)].begin(action, thing, ask)
    settle(thing, ask, moved.seq)


def allocate(ask: Ask, cars: Iterable[tuple[Unit, UUID, int]]) -> None:
    """Many cars to their batches, all of them or none: each as it was when it was chosen (its version). What follows by
    itself is tried once for each deal, when all have moved. Raises Refused with every car that cannot go, and why."""
    moved, refused = dict[UUID, tuple[Unit, int]](), list[Refusal]()
    for unit, batch, version in cars:
        asked = replace(ask, facts=allocation.Allocation(batch=batch), seen_version=version)
        try:
            seq = LIVES[Unit].advance(unit, "allocate", asked).seq
            moved[unit.case_id or unit.id] = unit, seq
        except Refused as refusal:
            refused += [allocation.of_car(unit, each) for each in refusal.refusals]
        except Stale:
            refused.append(allocation.car_has_changed(unit))
    if refused:
        raise Refused(refused, "allocate")
    for unit, seq in moved.values():
        settle(unit, ask, seq)


def hand_over(batch: Batch, ask: Ask) -> None:
    """Several cars of a batch to one receiver, all of them or none: each through its own step. What follows by itself
    is tried once, when all have left. Raises Refused with what stands in the way of every car, beside its row."""
    seq, refused = None, list[Refusal]()
    for row, unit, facts in batch_handover.cars_taken(batch, ask):
        try:
            seq = LIVES[Unit].advance(unit, "deliver", ask.with_facts(facts)).seq
        except Refused as refusal:
            refused += batch_handover.beside_its_row(refusal.refusals, row)
    if refused:
        raise Refused(batch_handover.once_each(refused), "deliver")
    settle(batch, ask, seq)


MOST_ROUNDS = 100  # what goes on for longer is a circle in our own tables


def settle(thing: Any, ask: Ask, because: int | None = None) -> None:
    """Try the SYSTEM steps of all things of the same deal until none moves; each has its own history row.

    A round asks every thing once, so that 300 cars that are freed together take two rounds and not 300.
    """
    asked = Ask(ask.db, people.system(thing.store_id), ask.at, because=because)
    for _ in range(MOST_ROUNDS):
        things = things_of_case(ask.db, thing)
        moved = [_moves_by_itself(each, asked) for each in things]
        if not any(moved) and not _born_by_itself(things, asked):
            return
    raise RuntimeError(f"the lives around {thing.__tablename__} {thing.id} chase each other")


def _moves_by_itself(thing: Any, ask: Ask) -> bool:
    life = LIVES[type(thing)]
    for step in life.steps_from(thing.state):
        applies = step.who is SYSTEM and (step.when is None or step.when(thing, ask))
        if applies and life.look(thing, step, ask).is_open:
            life.advance(thing, step.action, ask)
            return True
    return False


def _born_by_itself(things: list[Any], ask: Ask) -> bool:
    """What comes into the world because of another thing: an exception for each line below its floor, the quotation
    that carries the prices of an amendment, a batch for each row of an effective contract's delivery plan, the calls
    after a hand-over, the review of a month with its first answer, and the day of the showroom with its first visit."""
    exceptions = [approvals.births(ask.db, each, ask) for each in things if isinstance(each, Quotation)]
    contracts = [each for each in things if isinstance(each, Contract)]
    requests = [amendment_prices.births(ask.db, each, ask) for each in contracts]
    batches = [delivery.births(ask.db, each, ask) for each in contracts]
    calls = [aftercalls.births(ask.db, each, ask) for each in things if isinstance(each, Batch | Deal)]
    months = [reviews.births(ask.db, each, ask) for each in things if isinstance(each, CareCall)]
    days = [showroom_days.births(ask.db, each, ask) for each in things if isinstance(each, Visit)]
    return any(exceptions) or any(requests) or any(batches) or any(calls) or any(months) or any(days)


def things_of_case(db: Session, thing: Any) -> list[Any]:
    """The thing's deal with everything that belongs to it; a thing without a deal stands alone."""
    deal = thing if isinstance(thing, Deal) else db.get(Deal, thing.case_id) if thing.case_id else None
    if deal is None:
        return _beside(db, thing)
    theirs = belongings.of_deal(db, deal)
    own = isinstance(
        thing, CareCall
    )  # other lives of a deal are among the deal's things, or take no step by themselves
    return theirs + [each for each in _beside(db, thing) if each not in theirs and (own or each is not thing)]


def _beside(db: Session, thing: Any) -> list[Any]:
    """A thing that belongs to no deal, with what stands beside it; a call has the review of its month."""
    return [thing, *reviews.of_call(db, thing)] if isinstance(thing, CareCall) else reception.beside(db, thing)
