"""From a contract's rows to the terms its paper prints: everything spelled out, nothing looked up later.

The wording of the paper is Chinese, so words for codes (使用性质, 采购方式) are taken in Chinese. What was not agreed
stays empty and is printed as ×.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from dealer import people, terms
from dealer.contracts import clause_library
from dealer.engine.amounts import vat_of
from dealer.engine.words import word_of
from dealer.frameworks.call_off_conditions import agreed_payment
from dealer.prices import pricing
from dealer.records.contracts import (
    Contract,
    ContractKind,
    ContractLine,
    DepositKind,
    Dispute,
    Instalment,
    Party,
    PartyRole,
    PaymentEvent,
    PlannedBatch,
)
from dealer.records.deals import Deal, PurchaseMode, Use
from dealer.records.people import Store
from dealer.records.quotations import ExtraKind, QuotationLine
from dealer.records.vehicles import Model
from dealer.terms import CallOffTerms, Capacity, ContractTerms, Court, Earnest, Moment, Own

CAPACITIES = {
    PartyRole.BUYER: Capacity.BUYS,
    PartyRole.INVOICED: Capacity.IS_INVOICED,
    PartyRole.PAYER: Capacity.PAYS,
    PartyRole.USER: Capacity.USES,
}
MOMENTS = {
    PaymentEvent.SIGNING: Moment.AFTER_EFFECT,
    PaymentEvent.BEFORE_COLLECTION: Moment.BEFORE_DELIVERY,
    PaymentEvent.ACCEPTANCE: Moment.AFTER_ACCEPTANCE,
    PaymentEvent.RETENTION_END: Moment.ON_DAY,
}
COURTS = {
    Dispute.SELLERS_COURT: Court.SELLER,
    Dispute.BUYERS_COURT: Court.BUYER,
    Dispute.SIGNING_COURT: Court.SIGNING_PLACE,
}
EARNEST = {
    DepositKind.NONE: Earnest.NONE,
    DepositKind.PREPAYMENT: Earnest.PREPAYMENT,
    DepositKind.EARNEST: Earnest.DEPOSIT,
}
PAPERS = {ContractKind.AMENDMENT: "amendment", ContractKind.CALL_OFF: "call_off"}
OF_CLAUSES = ("contract", "call_off", "amendment")
TEXTS = {ContractKind.PROCUREMENT: "procurement", ContractKind.LEASE: "lease"}  # every other is a sale
CHARGED = {kind.value for kind in pricing.CHARGED}


def paper_of(contract: Contract) -> str:
    """Which paper a contract of its kind is; of a text of the customer's own we print the cover sheet."""
    return "cover_sheet" if contract.their_terms is not None else PAPERS.get(contract.kind, "contract")


def is_made_of_clauses(contract: Contract) -> bool:
    """Whether its text comes clause by clause from the library."""
    return paper_of(contract) in OF_CLAUSES


def contract_terms(db: Session, contract: Contract, day: date) -> ContractTerms | CallOffTerms:
    """The terms as they stand on a day. Raises pydantic's ValidationError where they contradict each other."""
    kind, rows = told(db, contract, day)
    agreed, house = kind.model_validate(rows), clause_library.in_force(db, contract.store_id, day)
    return agreed.model_copy(update={"articles": agreed.composed(own_wordings(contract), house)})


def told(db: Session, contract: Contract, day: date) -> tuple[type[ContractTerms | CallOffTerms], dict[str, Any]]:
    """Which terms a contract has, and what its rows say by their names."""
    if contract.kind is ContractKind.CALL_OFF:
        return CallOffTerms, _ordered(db, contract, day)
    return ContractTerms, _agreed(db, contract, day)


def own_wordings(contract: Contract) -> tuple[Own, ...]:
    """The clauses that this contract words otherwise than the house."""
    return tuple(Own(key=each.key, zh=each.zh, en=each.en) for each in contract.own_clauses)


def _sold(db: Session, contract: Contract, day: date) -> dict[str, Any]:
    """What every contract says: who, what, by when, where."""
    store = people.store_of(db, contract.store_id)
    vat = pricing.vat_rate(db, contract.store_id, day)
    use = use_of(contract.deal)
    return {
        "dated": day,
        "signing_place": contract.signing_place,
        "seller": seller_of(contract, store),
        "customers": tuple(party_of(party) for party in contract.parties),
        "vehicles": tuple(_line(line, use, vat) for line in contract.lines),
        "extras": tuple(extra for line in contract.lines for extra in extras_of(line.extras, line.quantity)),
        "gifts": tuple(gift for line in contract.lines for gift in gifts_of(line.extras, line.quantity)),
        "vat_percent": int(vat * 100),
        "batches": tuple(batches_of(contract.plan)),
        "receivers": tuple(terms.Contact(name=each.name, phone=each.phone) for each in contract.receivers),
        "special": lines_of(contract.special),
        "copies_each": contract.copies_each,
        "verify_at": store.public_address,
    }


def _ordered(db: Session, contract: Contract, day: date) -> dict[str, Any]:
    """What the rows of an order say; what it leaves open the framework agreement says."""
    framework, payment = contract.framework, contract.payments[0] if contract.payments else None
    own = payment is not None and framework is not None and (payment.event, payment.days) != agreed_payment(framework)
    return {
        **_sold(db, contract, day),
        "framework_number": framework.cited_as if framework else "",
        "framework_day": framework.signed_on if framework else None,
        "payment": terms.OrderPayment(moment=MOMENTS[payment.event], working_days=payment.days)
        if payment and own
        else None,
    }


def _agreed(db: Session, contract: Contract, day: date) -> dict[str, Any]:
    """What the rows of a contract say, by the names of its terms."""
    return {
        **_sold(db, contract, day),
        "kind": TEXTS.get(contract.kind, "sale"),
        "procurement": procurement_of(contract),
        "instalments": tuple(instalment_of(payment) for payment in contract.payments),
        "earnest": EARNEST[contract.deposit_kind],
        "bond": _bond(contract),
        "odometer_km": contract.odometer_limit,
        "keys": contract.keys,
        "inspection_days": contract.inspection_days,
        # One rate for both sides: what is due late costs the same, cars or money.
        "late_delivery": _late(contract),
        "late_payment": _late(contract),
        "storage_fen": contract.storage_fee,
        "service_phone": people.store_of(db, contract.store_id).after_sales_phone,
        **_wording(contract),
    }


def _wording(contract: Contract) -> dict[str, Any]:
    """What was agreed in words, one item a line."""
    arbitrated = contract.dispute is Dispute.ARBITRATION
    return {
        "price_includes": lines_of(contract.price_includes),
        "price_excludes": lines_of(contract.price_excludes),
        "services": lines_of(contract.services),
        "features": tuple(terms.Feature(**feature) for feature in contract.features),
        "warranty_months": contract.warranty_months,
        "warranty_km": contract.warranty_km,
        "arbitration": contract.arbitration if arbitrated else "",
        "court": None if arbitrated else COURTS[contract.dispute],
        "copies_filed": contract.copies_filed,
    }


def lines_of(prose: str) -> tuple[str, ...]:
    """A text of one item a line as its items."""
    return tuple(line.strip() for line in prose.splitlines() if line.strip())


# ── who ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def shop_party(store: Store) -> terms.Party:
    """The shop as the head of a paper shows it."""
    return terms.Party(
        name=store.name,
        uscc=store.uscc,
        address=store.address,
        legal_representative=store.legal_representative,
        phone=store.phone,
        bank=store.bank,
        account=store.bank_account,
    )


def seller_of(contract: Contract, store: Store) -> terms.Party:
    """The shop, and who signs for it."""
    if not contract.seller_agent:
        return shop_party(store)
    agent = terms.Agent(
        name=contract.seller_agent,
        phone=contract.seller_agent_phone,
        authorisation_number=contract.seller_authorisation,
    )
    return shop_party(store).model_copy(update={"agent": agent})


def party_of(party: Party) -> terms.Party:
    """A party on the customer's side as the head of a paper shows it."""
    agent = terms.Agent(
        name=party.agent,
        phone=party.agent_phone,
        authorisation_number=party.authorisation_number,
        authorised_on=party.authorised_on,
    )
    return terms.Party(
        name=party.name,
        uscc=party.uscc or "",
        address=party.address,
        post_code=party.post_code,
        legal_representative=party.legal_representative,
        phone=party.phone,
        bank=party.bank,
        account=party.bank_account,
        agent=agent if party.agent else None,
        capacities=tuple(CAPACITIES[role] for role in PartyRole if role.value in party.roles),
    )


def procurement_of(contract: Contract) -> terms.Procurement | None:
    """The public procurement that it carries out, if it names one."""
    facts = contract.procurement
    if not facts.get("project"):
        return None
    way = PurchaseMode(facts.get("way") or PurchaseMode.UNKNOWN)
    return terms.Procurement(
        project=facts["project"],
        number=facts.get("number", ""),
        plan_number=facts.get("plan_number", ""),
        way="" if way is PurchaseMode.UNKNOWN else word_of(way, "zh"),
        item=facts.get("item", ""),
        agency=facts.get("agency", ""),
        awarded_on=contract.award_day,
    )


# ── what ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def use_of(deal: Deal) -> str:
    """使用性质 in words; empty while nobody knows it."""
    use = deal.need.use if deal.need else Use.UNKNOWN
    return "" if use is Use.UNKNOWN else word_of(use, "zh")


def described(model: Model, colour: str, use: str) -> dict[str, Any]:
    """A car as papers describe it. A colour such as 珍珠白/深灰 names outside and inside."""
    exterior, _, interior = colour.replace("／", "/").partition("/")
    return {
        "brand": model.brand,
        "model": model.name,
        "configuration": model.configuration,
        "exterior": exterior,
        "interior": interior,
        "engine": model.displacement,
        "manufacturer": model.maker,
        "use": use,
    }


def taxed(unit_price: int, vat: Fraction) -> dict[str, Any]:
    """The price of one vehicle, which has an invoice of its own, taken apart."""
    unit = vat_of(unit_price, vat)
    return {"unit_price_fen": unit_price, "unit_net_fen": unit.net, "unit_vat_fen": unit.vat}


def _line(line: ContractLine, use: str, vat: Fraction) -> terms.Vehicles:
    car = described(line.model, line.colour, use)
    return terms.Vehicles(**car, quantity=line.quantity, **taxed(line.unit_price, vat))


def printed(line: QuotationLine) -> list[dict[str, Any]]:
    """Gifts and accessories as a contract keeps them and a paper prints them.

    What the manufacturer pays the shop is none of them: the customer neither gets nor pays it.
    """
    return [
        {"kind": extra.kind.value, "name": extra.name, "amount": extra.amount}
        for extra in line.extras
        if extra.kind is not ExtraKind.ALLOWANCE
    ]


def extras_of(extras: Iterable[dict[str, Any]], quantity: int) -> Iterator[terms.Extra]:
    """Accessories and fees the customer pays: one a car where the amount of the line can be divided so."""
    for extra in extras:
        if extra["kind"] in CHARGED:
            count = quantity if extra["amount"] % quantity == 0 else 1
            yield terms.Extra(name=extra["name"], quantity=count, unit_price_fen=extra["amount"] // count)


def gifts_of(extras: Iterable[dict[str, Any]], quantity: int) -> Iterator[terms.Gift]:
    """What comes free, one a car: what is not printed was never promised."""
    for extra in extras:
        if extra["kind"] in (ExtraKind.GIFT.value, ExtraKind.FREE_SERVICE.value):
            yield terms.Gift(name=extra["name"], quantity=quantity)


# ── how it is paid and delivered ──────────────────────────────────────────────────────────────────────────────────


def instalment_of(payment: Instalment) -> terms.Instalment:
    """One payment."""
    on_day = payment.event is PaymentEvent.RETENTION_END
    return terms.Instalment(
        amount_fen=payment.amount,
        moment=MOMENTS[payment.event],
        working_days=0 if on_day else payment.days,
        day=payment.day if on_day else None,
        batch=payment.batch,
    )


def _bond(contract: Contract) -> terms.Bond | None:
    if not contract.performance_bond:
        return None
    return terms.Bond(amount_fen=contract.performance_bond, by_guarantee=contract.bond_by_guarantee)


def batches_of(plan: Iterable[PlannedBatch]) -> Iterator[terms.Batch]:
    """Rows of one batch are one delivery."""
    by_batch = groupby(sorted(plan, key=lambda row: (row.batch, row.position)), key=lambda row: row.batch)
    for number, grouped in by_batch:
        rows = list(grouped)
        first = rows[0]
        yield terms.Batch(
            number=number,
            shares=tuple(terms.Share(line=row.line_position, quantity=row.quantity) for row in rows),
            due=first.due_on,
            place=first.place,
            sent_by_seller=first.sent_by_seller,
            contact=terms.Contact(name=first.contact, phone=first.contact_phone) if first.contact else None,
        )


def _late(contract: Contract) -> terms.Late:
    return terms.Late(
        per_ten_thousand=Decimal(contract.damages_permille or 0) / 10,
        cap_percent=contract.damages_cap_percent or 0,
        end_after_days=contract.end_after_days,
    )
