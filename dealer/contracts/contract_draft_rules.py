"""The rules of drawing a contract up and of editing its draft: what is typed is judged at once, beside its field.

The gaps of a draft that is to be submitted are in contract_gaps.py, the rules of later steps in contract_rules.py.
"""

from typing import Any

from sqlalchemy import select

from dealer.contracts import contract_drafts, contract_gaps
from dealer.contracts.contract_forms import MOST_PARTIES, DeliveryFacts, FurtherParty, PaymentFacts, WordingFacts
from dealer.contracts.in_force import promised_anew, stands_alone
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.people import not_their_own
from dealer.quotations import quotation
from dealer.records.contracts import Contract, ContractKind, ContractState, Dispute, PaymentEvent
from dealer.records.deals import DealState

S = ContractState
UNDER_CONTRACT = (DealState.QUOTATION, DealState.CONTRACT_REVIEW)  # where a deal may have a contract drawn up
OVER = (S.VOID, S.TERMINATED)
KINDS_OF_A_SALE = (ContractKind.SALE, ContractKind.PROCUREMENT, ContractKind.LEASE)

# ── drawing up and editing ────────────────────────────────────────────────────────────────────────────────────────


def deal_is_before_its_contract(contract: Contract, ask: Ask) -> Refusal | None:
    """A contract is drawn up while the deal is being quoted or reviewed."""
    if contract.deal.state not in UNDER_CONTRACT:
        return no(
            "A contract is drawn up while the deal is in quotation or in review: it stands at “{state}”.",
            code="E-DEAL-STATE", state=contract.deal.state,
        )  # fmt: skip
    return None


def quotation_is_there(contract: Contract, ask: Ask) -> Refusal | None:
    """The lines of a contract are those of the accepted quotation."""
    if quotation.accepted(ask.db, contract.deal) is None:
        return no(
            "The customer has accepted no quotation yet: send one and record the answer.",
            code="E-QUOTE-NONE", fix="quotation",
        )  # fmt: skip
    return None


def no_other_contract_lives(contract: Contract, ask: Ask) -> Refusal | None:
    """One contract at a time."""
    other = ask.db.scalars(
        select(Contract).where(
            Contract.deal_id == contract.deal_id,
            Contract.state.not_in([state.value for state in OVER]),
            Contract.kind != ContractKind.AMENDMENT,
            Contract.id != contract.id,
        )
    ).first()
    if other is not None:
        return no("The deal has contract {number} already: go on with it.", code="E-CONTRACT-OPEN", number=other.number)
    return None


@on_facts
def kind_is_a_sale(contract: Contract, ask: Ask) -> Refusal | None:
    """A framework has no cars and an amendment changes another contract: neither is a text for this draft."""
    if ask.facts.kind not in KINDS_OF_A_SALE:
        return no("Choose the text of a sale, a procurement or a lease.", code="E-KIND", field="kind")
    return None


@on_facts
def purchaser_has_its_text(contract: Contract, ask: Ask) -> Refusal | None:
    """What binds a public purchaser (政府采购法 49, 50) is printed whether the two sides like it or not."""
    if contract.deal.customer.procurement and ask.facts.kind is not ContractKind.PROCUREMENT:
        return no("A public purchaser needs the text of a procurement.", code="E-KIND", field="kind")
    return None


def something_new_is_accepted(contract: Contract, ask: Ask) -> Refusal | None:
    """Only another accepted quotation can be taken over."""
    accepted = quotation.accepted(ask.db, contract.deal)
    if accepted is None or accepted.id == contract.quotation_id:
        return no("The lines are those of the accepted quotation already.", code="E-LINES-SAME", quiet=True)
    return None


def procurement_says_more_than_the_deal(contract: Contract, ask: Ask) -> Refusal | None:
    """Only what was entered can be taken out again."""
    if not contract_drafts.procurement_was_edited(contract):
        return no("The procurement is as the deal says already.", code="E-PROCUREMENT-SAME", quiet=True)
    return None


def there_is_room_for_a_party(contract: Contract, ask: Ask) -> Refusal | None:
    """Buyer, payer and user: a fourth party has nothing left to do."""
    if len(contract.parties) >= MOST_PARTIES:
        return no("There are three parties beside us already: remove one first.", code="E-PARTY-MOST", quiet=True)
    return None


@on_facts
def party_does_something(contract: Contract, ask: Ask) -> Refusal | None:
    """A further party pays, is invoiced or uses the cars; otherwise it is no party."""
    facts: FurtherParty = ask.facts
    if not facts.roles:
        return no("Choose what this party does: is invoiced, pays or uses the cars.", code="E-PARTY-ROLE", field="uses")
    return None


@on_facts
def agent_brings_a_power_of_attorney(contract: Contract, ask: Ask) -> Refusal | None:
    """A further party is entered once, with everything it brings; the buyer's letter may follow."""
    facts: FurtherParty = ask.facts
    if facts.agent and facts.authorisation is None:
        return no(
            "Attach the power of attorney of {agent}, who signs for {party}.", code="E-AUTHORISATION",
            field="authorisation", agent=facts.agent, party=facts.name,
        )  # fmt: skip
    return None


def there_is_a_further_party(contract: Contract, ask: Ask) -> Refusal | None:
    """The buyer stays."""
    if len(contract.parties) < 2:
        return no("The buyer is the only party beside us.", code="E-PARTY-NONE", quiet=True)
    return None


@on_facts
def chosen_party_is_there(contract: Contract, ask: Ask) -> Refusal | None:
    """One of the further parties, not the buyer."""
    if ask.facts.party not in {party.position for party in contract.parties[1:]}:
        return no("Choose one of the further parties.", code="E-PARTY-NONE", field="party")
    return None


@on_facts
def retention_ends_on_a_day(contract: Contract, ask: Ask) -> Refusal | None:
    """质保金 is due on a day, everything else so many working days around an event."""
    facts: PaymentFacts = ask.facts
    for row in facts.payments:
        if (row.event is PaymentEvent.RETENTION_END) != (row.day is not None):
            return no(
                "Give the last day for a retention, and only for a retention.", code="E-PAYMENT-DAY", field="payments"
            )
    return None


@on_facts
def typed_payments_make_the_total(contract: Contract, ask: Ask) -> Refusal | None:
    """Beside the field at once: what is typed comes to the price."""
    facts: PaymentFacts = ask.facts
    planned = facts.deposit + sum(row.amount for row in facts.payments)
    return contract_gaps.adds_up_wrongly(contract, planned, "payments")


@on_facts
def typed_payments_fit_the_terms(contract: Contract, ask: Ask) -> Refusal | None:
    """Likewise: whoever prepays owes nothing after acceptance."""
    return contract_gaps.paid_too_late(contract, ask.facts.payments, "payments")


@on_facts
def typed_deposit_is_within_its_limit(contract: Contract, ask: Ask) -> Refusal | None:
    """Likewise: 定金 up to 20 %."""
    return contract_gaps.deposit_above_limit(contract, ask.facts.deposit_kind, ask.facts.deposit, "deposit")


@on_facts
def typed_deposit_has_kind_and_amount(contract: Contract, ask: Ask) -> Refusal | None:
    """Likewise: the word and the amount together."""
    return contract_gaps.deposit_unclear(ask.facts.deposit_kind, ask.facts.deposit, "deposit")


@on_facts
def typed_bond_is_within_its_limit(contract: Contract, ask: Ask) -> Refusal | None:
    """Likewise: a performance bond up to 10 %."""
    return contract_gaps.bond_above_limit(contract, ask.facts.performance_bond, "performance_bond")


@on_facts
def typed_retention_is_within_its_limit(contract: Contract, ask: Ask) -> Refusal | None:
    """Likewise: 质保金 up to the share of the house, and not for ever."""
    kept = [(row.amount, row.day) for row in ask.facts.payments if row.event is PaymentEvent.RETENTION_END and row.day]
    return contract_gaps.retention_beyond(contract, kept, ask, "payments")


@on_facts
def typed_plan_delivers_every_car(contract: Contract, ask: Ask) -> Refusal | None:
    """Likewise: each line completely."""
    facts: DeliveryFacts = ask.facts
    lines = {line.position for line in contract.lines}
    if any(row.line not in lines for row in facts.plan):
        return no("Choose lines of this contract.", code="E-PLAN-LINE", field="plan")
    return contract_gaps.planned_wrongly(contract, ((row.line, row.quantity) for row in facts.plan), "plan")


@on_facts
def typed_plan_lies_ahead(contract: Contract, ask: Ask) -> Refusal | None:
    """Likewise: no day that has come."""
    facts: DeliveryFacts = ask.facts
    rows = ((row.batch, row.line, row.due_on, row.quantity) for row in facts.plan)
    return contract_gaps.promised_too_early(promised_anew(contract, rows), ask.today, "plan")


@on_facts
def batches_are_one_delivery_each(contract: Contract, ask: Ask) -> Refusal | None:
    """Cars of one batch come together: one day, one place, one way. Batches count 1, 2, 3 …"""
    facts: DeliveryFacts = ask.facts
    ways: dict[int, set[Any]] = {}
    for row in facts.plan:
        ways.setdefault(row.batch, set()).add((row.due_on, row.place, row.sent_by_seller))
    # A batch that an amendment empties keeps its number.
    if stands_alone(contract) and sorted(ways) != list(range(1, len(ways) + 1)):
        return no("Number the batches 1, 2, 3 without a gap.", code="E-PLAN-BATCH", field="plan")
    split = next((batch for batch, way in sorted(ways.items()) if len(way) > 1), None)
    if split is not None:
        return no(
            "Batch {batch} has two days or places: make them two batches.", code="E-PLAN-BATCH", field="plan",
            batch=split,
        )  # fmt: skip
    return None


@on_facts
def place_of_dispute_is_named(contract: Contract, ask: Ask) -> Refusal | None:
    """A commission for arbitration, a place for the court of signing: an unnamed one is no agreement."""
    facts: WordingFacts = ask.facts
    if facts.dispute is Dispute.ARBITRATION and not facts.arbitration:
        return no("Name the arbitration commission, or choose a court.", code="E-DISPUTE", field="arbitration")
    if facts.dispute is Dispute.SIGNING_COURT and not facts.signing_place:
        return no("Name the place of signing, or choose another court.", code="E-DISPUTE", field="signing_place")
    return None


def award_is_known(contract: Contract, ask: Ask) -> Refusal | None:
    """Without an award nothing can be late."""
    if contract.award_day is None:
        return no("There is no award that the contract could be late for.", code="E-AWARD-NONE", quiet=True)
    return None


def somebody_else_owns_the_deal(contract: Contract, ask: Ask) -> Refusal | None:
    """Nobody excuses or reviews their own deal."""
    return not_their_own(contract.owner_id, ask)
