"""What stands in the way of a complaint's steps: whom it is about, the money, the customer's word, what closes it.

Each rule answers None or a sentence for a person that names the remedy.
"""

import json
from uuid import UUID

from sqlalchemy.orm import Session

from dealer import people
from dealer.deals import deal_lists
from dealer.engine import history
from dealer.engine.refusals import not_yet
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.engine.words import Yuan
from dealer.house.policies import policy
from dealer.people import Actor, not_their_own
from dealer.prices import pricing
from dealer.records.care import Satisfaction
from dealer.records.complaints import Cause, Complaint, ComplaintState, Severity
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch
from dealer.records.people import Role
from dealer.records.quotations import Tier
from dealer.records.vehicles import Unit, UnitState
from dealer.service.complaint_forms import AskedAfter, Complaining
from dealer.stock import vehicles

S = ComplaintState
TWICE = 2  # reopened so often, it goes to the general manager
HANDLING = ("investigate", "propose", "propose_anew", "agree", "finish")
GIVING = ("accept", "reassign", "direct")  # they name who handles it from now on
SOLD = (UnitState.DELIVERED, UnitState.RETURNED)

# ── what it is about ──────────────────────────────────────────────────────────────────────────────────────────────


def car_meant(db: Session, who: Actor, typed: str) -> list[Unit]:
    """The delivered cars whose VIN ends like that; whoever complains has theirs already."""
    return [unit for unit in vehicles.by_end_of_vin(db, who, typed, 20) if unit.state in SOLD] if typed else []


@on_facts
def somebody_complains(complaint: Complaint, ask: Ask) -> Refusal | None:
    """It is somebody's: a customer's, or that of a person one can call back."""
    facts: Complaining = ask.facts
    if facts.customer or facts.deal or facts.batch or facts.vin:
        return None
    if not facts.name:
        return no("Enter who complains, or choose a customer, a deal or a car.", code="E-REQ-FIELD", field="name")
    if not facts.phone:
        return no("Enter a phone: whoever complains is called back.", code="E-REQ-FIELD", field="phone")
    return None


@on_facts
def one_car_is_meant(complaint: Complaint, ask: Ask) -> Refusal | None:
    """The end of a VIN names one delivered car."""
    found = car_meant(ask.db, ask.actor, ask.facts.vin)
    if ask.facts.vin and not found:
        return no("No delivered car has this VIN: enter more of it, or choose the deal instead.", code="E-VIN-UNKNOWN",
                  field="vin")  # fmt: skip
    if len(found) > 1:
        return no("{count} cars end like this: enter more of the VIN.", code="E-VIN-UNKNOWN", field="vin",
                  count=len(found))  # fmt: skip
    return None


@on_facts
def what_it_is_about_is_ours_and_seen(complaint: Complaint, ask: Ask) -> Refusal | None:
    """Nobody registers a complaint about what they may not look at."""
    facts, db, who = ask.facts, ask.db, ask.actor
    deal = people.by_id(db, Deal, who, facts.deal) if facts.deal else None
    batch = people.by_id(db, Batch, who, facts.batch) if facts.batch else None
    seen = {
        "customer": bool(facts.customer) and people.by_id(db, Customer, who, facts.customer) is not None,
        "deal": deal is not None and deal_lists.sees_deal(deal, who, db),
        "batch": batch is not None and deal_lists.sees_deal(batch.deal, who, db),
    }
    strange = next((name for name, there in seen.items() if getattr(facts, name) and not there), None)
    return no("Choose one of the offered values.", code="E-REQ-FIELD", field=strange) if strange else None


@on_facts
def what_it_is_about_belongs_together(complaint: Complaint, ask: Ask) -> Refusal | None:
    """Car, batch, deal and customer are of one purchase."""
    facts, db = ask.facts, ask.db
    cars = car_meant(db, ask.actor, facts.vin)
    batch = db.get(Batch, facts.batch) if facts.batch else None
    if batch is not None and cars and cars[0].batch_id != batch.id:
        return no("This car was not delivered in that batch: leave the batch out.", code="E-REQ-FIELD", field="batch")
    deals: set[UUID | None] = {facts.deal} if facts.deal else set()
    deals |= {batch.deal_id} if batch is not None else set()
    deals |= {cars[0].case_id} if cars and cars[0].case_id else set()
    if len(deals) > 1:
        return no("The car or the batch is of another deal: leave the deal out.", code="E-REQ-FIELD", field="deal")
    deal = db.get(Deal, next(iter(deals))) if deals else None
    if deal is not None and facts.customer and deal.customer_id != facts.customer:
        return no("This deal is of {other}: choose them, or leave the customer out.", code="E-REQ-FIELD",
                  field="customer", other=deal.customer.name)  # fmt: skip
    return None


# ── who handles it ────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def handler_handles_complaints(complaint: Complaint, ask: Ask) -> Refusal | None:
    """Somebody of this shop whose work it is."""
    able = {person.id for person in people.with_duty(ask.db, complaint.store_id, "handle complaints")}
    return None if ask.facts.handler in able else no("Choose one of the offered values.", code="E-REQ-FIELD",
                                                     field="handler")  # fmt: skip


def general_manager_need_not_decide(complaint: Complaint, ask: Ask) -> Refusal | None:
    """Who failed twice does not begin a third time as if nothing had happened."""
    if complaint.reopened >= TWICE:
        return no("It has been reopened {count} times: the general manager says how it goes on.",
                  code="E-GM-DECIDES", remover=Role.GENERAL, count=complaint.reopened)  # fmt: skip
    return None


def it_failed_twice(complaint: Complaint, ask: Ask) -> Refusal | None:
    """The general manager is asked only then."""
    if complaint.reopened < TWICE:
        return no("The handler goes on with it: nothing has to be decided yet.", code="E-NOT-YET", quiet=True)
    return None


# ── the money ─────────────────────────────────────────────────────────────────────────────────────────────────────

LIMITS = {Tier.OWN: "compensation_consultant_fen", Tier.KEY_ACCOUNT: "compensation_key_account_fen"}


def may_grant(db: Session, store_id: UUID, roles: frozenset[Role], ask: Ask) -> int | None:
    """How much somebody of these roles may grant alone: by the tiers that decide prices. None: as much as it takes."""
    name = LIMITS.get(pricing.tier_of(roles))
    return None if name is None else int(policy(db, store_id, name, ask.today))


def compensation_is_allowed(complaint: Complaint, ask: Ask) -> Refusal | None:
    """What the proposer may not give alone, somebody else has allowed."""
    if complaint.compensation_allowed_by_id is not None or not needs_leave(complaint, ask):
        return None
    return no("{amount} yuan are more than the proposer may grant alone: {who} allows it first.", code="E-COMPENSATION",
              remover=decided_by(complaint, ask), amount=Yuan(complaint.compensation),
              who=decided_by(complaint, ask))  # fmt: skip


def needs_leave(complaint: Complaint, ask: Ask) -> bool:
    """Whether the compensation is beyond what its proposer may grant."""
    if complaint.proposed_by_id is None:
        return False
    roles = people.roles_of(ask.db, complaint.proposed_by_id, complaint.store_id)
    most = may_grant(ask.db, complaint.store_id, roles, ask)
    return most is not None and complaint.compensation > most


def decided_by(complaint: Complaint, ask: Ask) -> Role:
    """The lowest role whose limit it keeps to."""
    most = may_grant(ask.db, complaint.store_id, frozenset({Role.KEY_ACCOUNT}), ask)
    return Role.KEY_ACCOUNT if most is None or complaint.compensation <= most else Role.GENERAL


def compensation_waits(complaint: Complaint, ask: Ask) -> Refusal | None:
    """Somebody has to allow it, and nobody has."""
    if complaint.compensation_allowed_by_id is None and needs_leave(complaint, ask):
        return None
    return no("No compensation waits for leave.", code="E-NOT-YET", quiet=True)


def somebody_else_proposed_it(complaint: Complaint, ask: Ask) -> Refusal | None:
    """Nobody allows their own proposal, nor that of a complaint they handle."""
    return not_their_own(complaint.proposed_by_id, ask) or not_their_own(complaint.owner_id, ask)


def amount_is_within_authority(complaint: Complaint, ask: Ask) -> Refusal | None:
    """As much as the own tier may grant."""
    most = may_grant(ask.db, complaint.store_id, ask.hat.roles, ask)
    if most is not None and complaint.compensation > most:
        return no("{amount} yuan are above your limit of {most}: the general manager decides.", code="E-AUTH-LIMIT",
                  remover=Role.GENERAL, amount=Yuan(complaint.compensation), most=Yuan(most))  # fmt: skip
    return None


# ── calling back, and closing ─────────────────────────────────────────────────────────────────────────────────────


def is_asked_after(complaint: Complaint) -> bool:
    """Whether the customer was called back in this round."""
    return any(call.round_number == complaint.round_number for call in complaint.calls)


def handlers(complaint: Complaint, db: Session) -> set[UUID]:
    """Everybody who has had it in hand, in any round: whom it was given to, and who took a handler's step."""
    rows = history.of_thing(db, complaint.store_id, complaint.id)
    given = {UUID(json.loads(row.facts)["handler"]) for row in rows if row.action in GIVING}
    return given | history.hands(rows, HANDLING)


def caller_did_not_handle_it(complaint: Complaint, ask: Ask) -> Refusal | None:
    """The customer speaks freely only to somebody who never had it in hand; so nobody closes their own alone."""
    if handlers(complaint, ask.db) & {ask.hat.id, ask.actor.id}:
        return no("You handled it yourself: a colleague calls the customer back.", code="E-SELF-CALLBACK",
                  remover=Role.CUSTOMER_SERVICE)  # fmt: skip
    return None


def nobody_has_called_yet(complaint: Complaint, ask: Ask) -> Refusal | None:
    """One call-back a round."""
    if is_asked_after(complaint):
        return no("The customer has been called back already: close it.", code="E-CALL-NONE", quiet=True)
    return None


@on_facts
def discontent_has_a_reason(complaint: Complaint, ask: Ask) -> Refusal | None:
    """So-so and dissatisfied: why."""
    facts: AskedAfter = ask.facts
    if facts.grade is not Satisfaction.SATISFIED and not facts.reason:
        return no("Write down why the customer is not satisfied.", code="E-REQ-FIELD", field="reason")
    return None


def customer_is_not_satisfied(complaint: Complaint, ask: Ask) -> Refusal | None:
    """The last call-back of this round was not good: it is taken up again."""
    of_round = [call for call in complaint.calls if call.round_number == complaint.round_number]
    if of_round and of_round[-1].grade is not Satisfaction.SATISFIED:
        return None
    return not_yet()


def customer_was_called_back(complaint: Complaint, ask: Ask) -> Refusal | None:
    """CS1: no complaint is closed before the customer was asked."""
    if not is_asked_after(complaint):
        return no("Nobody has called the customer back: a colleague who did not handle it calls first.",
                  code="E-NO-CALLBACK", remover=Role.CUSTOMER_SERVICE, fix="call_back")  # fmt: skip
    return None


def cause_is_filed(complaint: Complaint, ask: Ask) -> Refusal | None:
    """Cause, analysis and corrective action: else it comes again."""
    if complaint.cause is None or not complaint.analysis or not complaint.corrective_action:
        return no("Cause, analysis and corrective action are not written down yet.", code="E-NO-CAUSE",
                  fix="file_cause")  # fmt: skip
    return None


def key_account_manager_has_commented(complaint: Complaint, ask: Ask) -> Refusal | None:
    """K8: the key-account manager takes part in every fleet complaint."""
    if complaint.fleet and not complaint.manager_comment:
        return no("The key-account manager has not commented on this fleet complaint yet.", code="E-KAM-COMMENT",
                  remover=Role.KEY_ACCOUNT, fix="comment")  # fmt: skip
    return None


@on_facts
def only_what_was_rejected_is_unfounded(complaint: Complaint, ask: Ask) -> Refusal | None:
    """What was solved for the customer had a cause."""
    if ask.facts.cause is Cause.UNFOUNDED and complaint.done:
        return no("Something was done about it: choose the cause that it had.", code="E-REQ-FIELD", field="cause")
    return None


# ── merging ───────────────────────────────────────────────────────────────────────────────────────────────────────


def staying(complaint: Complaint, ask: Ask) -> Complaint | None:
    """The other complaint that the facts name."""
    other = people.by_number(ask.db, Complaint, ask.actor, ask.facts.into)
    return other if other is not None and other.id != complaint.id else None


@on_facts
def the_other_one_stands(complaint: Complaint, ask: Ask) -> Refusal | None:
    """A duplicate goes into a complaint that is being worked on."""
    other = staying(complaint, ask)
    if other is None or other.state is S.CLOSED:
        return no("There is no other open complaint {number}: enter the number of the one that stays.",
                  code="E-MERGE-COMPLAINT", field="into", number=ask.facts.into)  # fmt: skip
    return None


@on_facts
def both_are_of_one_customer(complaint: Complaint, ask: Ask) -> Refusal | None:
    """Two customers have two complaints, however alike they are."""
    other = staying(complaint, ask)
    if other is None or _same_person(complaint, other):
        return None
    return no("Complaint {number} is of somebody else: each customer gets an answer of their own.",
              code="E-MERGE-COMPLAINT", field="into", number=other.number)  # fmt: skip


def _same_person(one: Complaint, other: Complaint) -> bool:
    if one.customer_id is not None and other.customer_id is not None:
        return one.customer_id == other.customer_id
    return one.phone is not None and one.phone == other.phone


@on_facts
def nothing_grave_is_hidden(complaint: Complaint, ask: Ask) -> Refusal | None:
    """What is grave in the duplicate is grave in the one that stays."""
    other = staying(complaint, ask)
    if other is None or complaint.severity is Severity.ORDINARY or other.severity is Severity.GRAVE:
        return None
    return no("This one is grave and complaint {number} is not: assess that one anew first.",
              code="E-MERGE-COMPLAINT", field="into", number=other.number)  # fmt: skip
