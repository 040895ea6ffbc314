"""Drawing a contract up from the accepted quotation, and what its forms write down."""

from datetime import date
from typing import Any

from sqlalchemy import select

from dealer import people
from dealer.contracts import contract_forms as forms
from dealer.contracts.contract_terms import printed
from dealer.deals.parties import buyers_roles
from dealer.engine import files, words
from dealer.engine.fields import Uploaded
from dealer.engine.steps import Ask
from dealer.frameworks.call_off_conditions import framework_of, kind_of, pay_in_one, take_conditions
from dealer.prices import pricing
from dealer.quotations import quotation
from dealer.records.contracts import (
    Contract,
    ContractKind,
    ContractLine,
    DepositKind,
    Instalment,
    Party,
    PartyRole,
    PaymentEvent,
    PlannedBatch,
    Receiver,
)
from dealer.records.customers import Contact, ContactRole, Customer
from dealer.records.deals import Deal, PurchaseMode, Terms
from dealer.records.quotations import Quotation

PRICE_INCLUDES = ("The cars with their standard equipment", "The inspection before delivery", "The VAT of the invoices")
PRICE_EXCLUDES = ("Vehicle purchase tax", "Insurance", "Registration fees")
# What a customer of these terms usually agrees to: event and working days.
USUAL_PAYMENT = {
    Terms.PREPAID: (PaymentEvent.BEFORE_COLLECTION, 3),
    Terms.ON_DELIVERY: (PaymentEvent.ACCEPTANCE, 0),
    Terms.CREDIT: (PaymentEvent.ACCEPTANCE, 10),
}

# ── drawing up ────────────────────────────────────────────────────────────────────────────────────────────────────


def draw_up(ask: Ask, deal: Deal) -> Contract:
    """A draft: lines exactly as accepted, parties from the customer, the rest as is usual until somebody edits it.

    Without an accepted quotation it is empty, and the rules of its birth say so.
    """
    accepted = quotation.accepted(ask.db, deal)
    contract = Contract(store_id=deal.store_id, deal_id=deal.id, case_id=deal.id, terms=deal.terms, total=0)
    contract.deal = deal
    contract.damages_permille = contract.damages_cap_percent = None
    contract.parties = [_buyer(deal), *_others(deal)]
    contract.receivers = _receivers(ask, deal)
    contract.price_includes = _in_chinese(PRICE_INCLUDES)
    contract.price_excludes = _in_chinese(PRICE_EXCLUDES)
    contract.procurement, contract.award_day = _procurement(deal), _awarded_on(deal)
    if accepted is not None:
        take_lines(contract, accepted)
        contract.payments = _usual_payment(contract)
        contract.plan = _usual_plan(ask, contract)
    follow_agreement(contract, ask)
    return contract


def follow_agreement(contract: Contract, ask: Ask) -> None:
    """The text that the deal needs: an order under the agreement that it calls off from, at the agreement's conditions.

    Once the deal leaves its agreement the draft keeps them, to be edited like any other's.
    """
    contract.kind, contract.framework = kind_of(contract.deal), framework_of(contract.deal)
    if contract.framework is not None:
        take_conditions(contract, contract.framework)


def take_lines(contract: Contract, accepted: Quotation) -> None:
    """The lines of the accepted quotation with the options that were taken, and its total."""
    contract.quotation_id, contract.total = accepted.id, pricing.totals(accepted).total
    if contract.framework is not None:
        pay_in_one(contract, contract.payments[0].event, contract.payments[0].days)
    contract.lines = [
        ContractLine(
            store_id=contract.store_id,
            quotation_line_id=line.id,
            position=position,
            model_id=line.model_id,
            colour=line.colour,
            quantity=line.quantity,
            unit_price=line.unit_price,
            extras=printed(line),
        )
        for position, line in enumerate(accepted.firm_lines, 1)
    ]


def _buyer(deal: Deal) -> Party:
    roles = [role.value for role in buyers_roles(deal)]
    return Party(store_id=deal.store_id, position=1, roles=roles, **_particulars(deal.customer))


def _others(deal: Deal) -> list[Party]:
    """Who the deal names beside the buyer, with their particulars as far as the shop knows them."""
    return [
        Party(
            store_id=deal.store_id,
            position=position,
            roles=list(party.roles),
            **(_particulars(party.customer) if party.customer else {"name": party.name, "uscc": party.uscc}),
        )
        for position, party in enumerate(deal.parties, 2)
    ]


def _particulars(customer: Customer) -> dict[str, Any]:
    return {
        "name": customer.name,
        "uscc": customer.uscc,
        "legal_representative": customer.legal_representative or "",
        "address": customer.address or "",
        "bank": customer.bank or "",
        "bank_account": customer.bank_account or "",
    }


def _receivers(ask: Ask, deal: Deal) -> list[Receiver]:
    """The customer's contacts who are known to take over cars."""
    known = ask.db.scalars(
        select(Contact)
        .where(Contact.customer_id == deal.customer_id, Contact.role == ContactRole.RECEIVES)
        .order_by(Contact.id)
    )
    return [
        Receiver(store_id=deal.store_id, position=position, name=contact.name, phone=contact.phone or "")
        for position, contact in enumerate(known, 1)
    ]


def _procurement(deal: Deal) -> dict[str, Any]:
    mode = deal.need.purchase_mode if deal.need else PurchaseMode.UNKNOWN
    if mode in (PurchaseMode.DIRECT, PurchaseMode.UNKNOWN):
        return {}
    return {"project": deal.title, "way": mode.value}


def _awarded_on(deal: Deal) -> date | None:
    return deal.tender.awarded_on if deal.tender else None


def _usual_payment(contract: Contract) -> list[Instalment]:
    event, days = USUAL_PAYMENT[contract.terms]
    return [Instalment(store_id=contract.store_id, position=1, event=event, days=days, amount=contract.total)]


def _usual_plan(ask: Ask, contract: Contract) -> list[PlannedBatch]:
    """All cars in one batch on the day the customer wants them, at our place; nothing if that day is unknown."""
    wanted_by: date | None = contract.deal.need.wanted_by if contract.deal.need else None
    if wanted_by is None:
        return []
    place = people.store_of(ask.db, contract.store_id).address
    return [
        PlannedBatch(
            store_id=contract.store_id,
            position=line.position,
            batch=1,
            line_position=line.position,
            quantity=line.quantity,
            due_on=wanted_by,
            place=place,
        )
        for line in contract.lines
    ]


def _in_chinese(sentences: tuple[str, ...]) -> str:
    return "\n".join(words.say(sentence, "zh") for sentence in sentences)


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def renew_lines(contract: Contract, ask: Ask) -> None:
    """Take over what the customer has accepted since; the plans stay and are checked against it."""
    accepted = quotation.accepted(ask.db, contract.deal)
    if accepted is not None and accepted.id != contract.quotation_id:
        take_lines(contract, accepted)


def choose_kind(contract: Contract, ask: Ask) -> None:
    """The owner knows better than the customer's class: a leasing company may buy for itself."""
    contract.kind = ask.facts.kind


def write_buyer(contract: Contract, ask: Ask) -> None:
    """The buyer's particulars and who signs for us."""
    facts: forms.BuyerFacts = ask.facts
    _write_party(contract.parties[0], facts, ask)
    contract.seller_agent = facts.seller_agent
    contract.seller_agent_phone = facts.seller_agent_phone or ""
    contract.seller_authorisation = facts.seller_authorisation


def add_party(contract: Contract, ask: Ask) -> None:
    """A further party takes over what it does from whoever did it before."""
    facts: forms.FurtherParty = ask.facts
    party = Party(store_id=contract.store_id, position=len(contract.parties) + 1, roles=facts.roles, name=facts.name)
    _write_party(party, facts, ask)
    contract.parties.append(party)
    _share_out(contract, party)


def write_further_party(contract: Contract, ask: Ask) -> None:
    """The particulars of a party that stays what it is."""
    facts: forms.EditedParty = ask.facts
    _write_party(next(party for party in contract.parties if party.position == facts.party), facts, ask)


def drop_party(contract: Contract, ask: Ask) -> None:
    """A further party leaves; the buyer does again what it did."""
    contract.parties = [party for party in contract.parties if party.position != ask.facts.party]
    _share_out(contract, None)


def _share_out(contract: Contract, newest: Party | None) -> None:
    """Each role is held by one party: the newest that claims it, and the buyer holds what nobody else does."""
    buyer, *further = contract.parties
    held: set[str] = set()
    for party in sorted(further, key=lambda each: each is not newest):
        party.roles = [role for role in party.roles if role not in held]
        held |= set(party.roles)
    buyer.roles = [role.value for role in PartyRole if role.value not in held]
    contract.parties = [buyer, *(party for party in further if party.roles)]
    for position, party in enumerate(contract.parties, 1):
        party.position = position


def _write_party(party: Party, facts: forms.PartyFacts, ask: Ask) -> None:
    same_agent = party.agent == facts.agent and facts.agent != ""
    for name in forms.PARTY_FIELDS:
        value = getattr(facts, name)
        setattr(party, name, value if value is not None or name in ("uscc", "authorised_on") else "")
    if facts.authorisation is not None:
        party.authorisation_sha256 = keep_file(ask, facts.authorisation)
    elif not same_agent:
        party.authorisation_sha256 = None  # it was another agent's


def keep_file(ask: Ask, file: Uploaded) -> str:
    """Keep an uploaded file; its sha256."""
    return files.keep(ask.db, ask.actor.store_id, file.name, file.content, ask.at)


def write_payment(contract: Contract, ask: Ask) -> None:
    """The deposit first, then the other payments, and what being late costs."""
    facts: forms.PaymentFacts = ask.facts
    if contract.base is None:
        contract.terms = contract.deal.terms  # the need sheet may have changed since it was drawn up
    contract.deposit_kind, contract.deposit = facts.deposit_kind, facts.deposit
    contract.performance_bond, contract.bond_by_guarantee = facts.performance_bond, facts.bond_by_guarantee
    contract.damages_permille = None if facts.damages is None else facts.damages * 10
    contract.damages_cap_percent, contract.end_after_days = facts.damages_cap_percent, facts.end_after_days
    rows: list[dict[str, Any]] = [dict(row) for row in facts.payments]
    if facts.deposit_kind is not DepositKind.NONE:
        rows.insert(0, {"event": PaymentEvent.SIGNING, "days": facts.deposit_days, "amount": facts.deposit})
    contract.payments = [
        Instalment(store_id=contract.store_id, position=position, **row) for position, row in enumerate(rows, 1)
    ]


def write_order_payment(contract: Contract, ask: Ask) -> None:
    """When each batch of an order is paid, where that is not as the agreement has it."""
    facts: forms.OrderPayment = ask.facts
    event = PaymentEvent.BEFORE_COLLECTION if facts.before_collection else PaymentEvent.ACCEPTANCE
    pay_in_one(contract, event, facts.days)


def write_delivery(contract: Contract, ask: Ask) -> None:
    """The batches with their contact, and who may take over cars; an order says nothing of odometers and keys."""
    facts: forms.OrderDelivery = ask.facts
    for name in forms.DELIVERY_FIELDS if isinstance(facts, forms.DeliveryFacts) else ():
        setattr(contract, name, getattr(facts, name))
    contract.plan = [
        PlannedBatch(
            store_id=contract.store_id,
            position=position,
            line_position=row.line,
            contact=facts.contact,
            contact_phone=facts.contact_phone or "",
            **row.model_dump(exclude={"line"}),
        )
        for position, row in enumerate(sorted(facts.plan, key=lambda row: (row.batch, row.line)), 1)
    ]
    contract.receivers = [
        Receiver(store_id=contract.store_id, position=position, name=row.name, phone=row.phone or "")
        for position, row in enumerate(facts.receivers, 1)
    ]


def write_procurement(contract: Contract, ask: Ask) -> None:
    """What the award and the tender say."""
    contract.award_day = ask.facts.award_day
    write_particulars(contract, ask)


def write_particulars(contract: Contract, ask: Ask) -> None:
    """Which procurement it is."""
    facts: forms.Particulars = ask.facts
    contract.procurement = {
        "project": facts.project,
        "number": facts.procurement_number,
        "plan_number": facts.plan_number,
        "way": facts.way.value,
        "item": facts.item,
        "agency": facts.agency,
    }


def drop_procurement(contract: Contract, ask: Ask) -> None:
    """What was entered by mistake goes: again as the deal says, which for a direct purchase is nothing at all."""
    contract.award_day, contract.procurement = _awarded_on(contract.deal), _procurement(contract.deal)
    if contract.kind is ContractKind.PROCUREMENT:
        contract.kind = kind_of(contract.deal)


def procurement_was_edited(contract: Contract) -> bool:
    """Whether the contract says something else of a procurement than its deal."""
    told = (contract.award_day, contract.procurement)
    return told != (_awarded_on(contract.deal), _procurement(contract.deal))


def write_wording(contract: Contract, ask: Ask) -> None:
    """What is agreed in words."""
    facts: forms.WordingFacts = ask.facts
    for name in forms.WORDING_FIELDS:
        setattr(contract, name, getattr(facts, name))
    contract.features = [row.model_dump() for row in facts.features]


def write_order_wording(contract: Contract, ask: Ask) -> None:
    """What an order says beside its agreement."""
    facts: forms.OrderWording = ask.facts
    for name in forms.ORDER_WORDING_FIELDS:
        setattr(contract, name, getattr(facts, name))
