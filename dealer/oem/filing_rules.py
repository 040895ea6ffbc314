"""The rules of a filing's steps: what has to be there before it is submitted, who else has filed, when it lapses."""

from datetime import date, timedelta

from sqlalchemy import select

from dealer import people
from dealer.engine.refusals import not_yet
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.engine.words import Word
from dealer.house.policies import policy
from dealer.oem import earnings, oem_papers, oem_policies
from dealer.records.contracts import Contract
from dealer.records.customers import Contact, Customer, CustomerClass
from dealer.records.deals import GIVEN_UP, Deal, DealState, Use
from dealer.records.money import Invoice
from dealer.records.oem import Filing, FilingState, OemPolicy, OemPolicyState, PaperUse, Rebate
from dealer.records.vehicles import Model

S = FilingState
WITH_THE_MANUFACTURER = (S.SUBMITTED, S.REGION_OK, S.APPROVED)
USE_OF_CLASS = {
    CustomerClass.RENTAL: Use.RENTAL,
    CustomerClass.TAXI: Use.PASSENGER,
    CustomerClass.RIDE_HAILING: Use.PASSENGER,
    CustomerClass.DRIVING_SCHOOL: Use.TRAINING,
}
"""Classes that are defined by what the cars are for (营运, 教练): plates and insurance follow from it."""
GAPS = ("policy", "dealer_code", "principal", "principal_phone", "contact", "lines")
WARNINGS = ("filing_first_warning_days", "filing_second_warning_days")

# ── what is typed ─────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def filed_policy_is_approved(filing: Filing, ask: Ask) -> Refusal | None:
    """A version of the shop's that was approved."""
    chosen = people.by_number(ask.db, OemPolicy, ask.actor, ask.facts.policy)
    if chosen is None or chosen.state is not OemPolicyState.APPROVED:
        return no("Choose a policy that was approved.", code="E-REQ-FIELD", field="policy")
    return None


@on_facts
def filed_contact_is_the_customers(filing: Filing, ask: Ask) -> Refusal | None:
    """Somebody at this customer's."""
    contact = ask.db.get(Contact, ask.facts.contact)
    if contact is None or contact.customer_id != filing.deal.customer_id:
        return no("Choose a contact of the customer.", code="E-REQ-FIELD", field="contact")
    return None


@on_facts
def filed_models_are_ours(filing: Filing, ask: Ask) -> Refusal | None:
    """Models of this shop."""
    wanted = {line.model for line in ask.facts.lines}
    ours = select(Model.id).where(Model.store_id == filing.store_id, Model.id.in_(wanted))
    if set(ask.db.scalars(ours)) != wanted:
        return no("Choose models from the shop's list.", code="E-REQ-FIELD", field="lines")
    return None


# ── before it is submitted ────────────────────────────────────────────────────────────────────────────────────────


def no_filing_is_open(filing: Filing, ask: Ask) -> Refusal | None:
    """One at a time; the database keeps to it when two are faster."""
    ended = [state.value for state in (S.REFUSED, S.LAPSED, S.WITHDRAWN)]
    known = select(Filing.number).where(Filing.deal_id == filing.deal_id, Filing.state.not_in(ended))
    number = ask.db.scalar(known.limit(1))
    if number is not None:
        return no("Filing {number} of this deal is open: go on with that one.", code="E-FILING-OPEN", number=number)
    return None


def filing_is_complete(filing: Filing, ask: Ask) -> Refusal | None:
    """What the manufacturer's form cannot do without."""
    told = {
        "policy": filing.policy_id, "contact": filing.contact_id, "lines": filing.lines, "principal": filing.principal,
        "principal_phone": filing.principal_phone, "dealer_code": filing.dealer_code,
    }  # fmt: skip
    gaps = [Word("FilingField", name) for name in GAPS if not told[name]]
    return no("Complete the filing: {gaps}.", code="E-FILING-GAPS", fix="edit", gaps=gaps) if gaps else None


def filed_policy_holds_today(filing: Filing, ask: Ask) -> Refusal | None:
    """Its latest version, within its days."""
    chosen = filing.policy
    if chosen is None:
        return None
    if chosen.id in {each.id for each in oem_policies.in_force(ask.db, filing.store_id, ask.today)}:
        return None
    return no(
        "{title} does not count today: choose the policy that does.",
        code="E-OEM-POLICY", fix="edit", title=oem_policies.name_of(chosen),
    )  # fmt: skip


def filed_class_is_covered(filing: Filing, ask: Ask) -> Refusal | None:
    """The policy pays for customers of this class."""
    return earnings.class_is_covered(filing.policy, filing.customer_class) if filing.policy else None


def filed_models_are_paid(filing: Filing, ask: Ask) -> Refusal | None:
    """And for the models."""
    models = (line.model_id for line in filing.lines)
    return earnings.models_are_paid(filing.policy, models) if filing.policy else None


def filed_cars_are_enough(filing: Filing, ask: Ask) -> Refusal | None:
    """As many as the policy asks for, unless the class is exempt."""
    cars = sum(line.quantity for line in filing.lines)
    return earnings.cars_are_enough(filing.policy, filing.customer_class, cars) if filing.policy else None


def use_fits_the_class(filing: Filing, ask: Ask) -> Refusal | None:
    """A rental company buys cars to rent them out, and so on: the need sheet says so."""
    wanted, need = USE_OF_CLASS.get(filing.customer_class), filing.deal.need
    if wanted is not None and (need is None or need.use is not wanted):
        return no(
            "Customers of the class {wanted} file cars for {use}: correct the use in the need sheet.",
            code="E-USE", fix="need_sheet", wanted=filing.customer_class, use=wanted,
        )  # fmt: skip
    return None


def filing_papers_are_attached(filing: Filing, ask: Ask) -> Refusal | None:
    """The application, who the customer is, and what the policy asks for beside."""
    return oem_papers.refusal_of(oem_papers.missing(ask.db, filing, PaperUse.FILING))


def nothing_is_invoiced_yet(filing: Filing, ask: Ask) -> Refusal | None:
    """Filing comes before the first invoice; one that a red letter ended does not count."""
    first = (
        select(Invoice.issued_on)
        .join(Contract, Contract.id == Invoice.contract_id)
        .where(Contract.deal_id == filing.deal_id, Invoice.red_on.is_(None))
    )
    day = ask.db.scalar(first.order_by(Invoice.issued_on).limit(1))
    if day is not None:
        return no(
            "The first car was invoiced on {day}: it is too late to file this deal.", code="E-FILING-LATE", day=day
        )
    return None


def nobody_else_filed_the_customer(filing: Filing, ask: Ask) -> Refusal | None:
    """撞单: a customer that somebody else has filed is theirs with this manufacturer, while their deal goes on."""
    customer = filing.deal.customer
    if customer.uscc is None or filing.policy is None:
        return None
    theirs = (
        select(Filing)
        .join(Deal, Deal.id == Filing.deal_id)
        .join(Customer, Customer.id == Deal.customer_id)
        .join(OemPolicy, OemPolicy.id == Filing.policy_id)
        .where(
            Filing.store_id == filing.store_id,
            Filing.id != filing.id,
            Filing.state.in_([state.value for state in WITH_THE_MANUFACTURER]),
            Customer.uscc == customer.uscc,
            OemPolicy.brand == filing.policy.brand,
            Deal.owner_id != filing.owner_id,
            Deal.state.not_in([state.value for state in (*GIVEN_UP, DealState.CLOSED)]),
        )
    )
    other = ask.db.scalars(theirs.order_by(Filing.number).limit(1)).first()
    if other is not None:
        return no(
            "{name} has filed this customer already (filing {number}): it is their customer with the manufacturer.",
            code="E-FILING-TAKEN", name=other.deal.owner.name, number=other.number,
        )  # fmt: skip
    return None


@on_facts
def filing_no_is_new(filing: Filing, ask: Ask) -> Refusal | None:
    """The manufacturer gives a number once."""
    known = select(Filing.number).where(
        Filing.store_id == filing.store_id, Filing.filing_no == ask.facts.filing_no, Filing.id != filing.id
    )
    number = ask.db.scalar(known.limit(1))
    if number is not None:
        sentence = "Filing {number} has this number: compare it with the manufacturer's portal."
        return no(sentence, code="E-FILING-NO", field="filing_no", number=number)
    return None


# ── what becomes of it by itself ──────────────────────────────────────────────────────────────────────────────────


def warning_days(filing: Filing, ask: Ask) -> list[date]:
    """When its owner and the key-account manager are reminded, as the house rules said when it was approved."""
    approved = filing.approved_on
    if approved is None or filing.claim_until is None:
        return []
    return [approved + timedelta(days=policy(ask.db, filing.store_id, name, approved)) for name in WARNINGS]


def last_day_is_unknown(filing: Filing) -> bool:
    """It was approved before filings were kept here, and nobody has said yet until when it holds."""
    return filing.state is S.APPROVED and filing.claim_until is None and filing.claimed_on is None


def last_day_is_asked_for(filing: Filing, ask: Ask) -> Refusal | None:
    """What is counted from the approval is not typed over."""
    return None if last_day_is_unknown(filing) else not_yet()


@on_facts
def last_day_follows_the_approval(filing: Filing, ask: Ask) -> Refusal | None:
    """A day that is over may be told: then it lapses."""
    approved = filing.approved_on
    if approved is not None and ask.facts.claim_until < approved:
        sentence = "It was approved on {day}: the last day to claim cannot be older."
        return no(sentence, code="E-DAY-PAST", field="claim_until", day=approved)
    return None


def a_warning_is_due(filing: Filing, ask: Ask) -> Refusal | None:
    """No rebate was applied for, and a day of warning has come that nobody was warned of."""
    reached = sum(day <= ask.today for day in warning_days(filing, ask))
    if filing.claimed_on is not None or reached <= filing.warned:
        return not_yet()
    return None


def its_days_are_over(filing: Filing, ask: Ask) -> Refusal | None:
    """报备转拒绝: as many days without a rebate application as the house rule says."""
    if filing.claimed_on is not None or filing.claim_until is None or ask.today <= filing.claim_until:
        return not_yet()
    return None


def a_rebate_was_applied_for(filing: Filing, ask: Ask) -> Refusal | None:
    """The first one under it stops its days."""
    query = select(Rebate.id).where(Rebate.filing_id == filing.id, Rebate.submitted_on.is_not(None))
    if filing.claimed_on is not None or ask.db.scalar(query.limit(1)) is None:
        return not_yet()
    return None


def filed_deal_is_given_up(filing: Filing, ask: Ask) -> Refusal | None:
    """A deal that is lost or cancelled needs no filing."""
    return None if filing.deal.state in GIVEN_UP else not_yet()


def no_rebate_was_applied_for(filing: Filing, ask: Ask) -> Refusal | None:
    """What money was asked for on the strength of is not withdrawn."""
    if filing.claimed_on is not None:
        sentence = "A rebate was applied for on {day}: the filing stays."
        return no(sentence, code="E-FILING-CLAIMED", quiet=True, day=filing.claimed_on)
    return None
