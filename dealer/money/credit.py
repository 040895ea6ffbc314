"""Credit of a customer (K10): analysed by one person, approved by another, for a time and up to a limit.

Whoever does not prepay has a current profile, and what they would owe under all contracts on credit stays within its
limit. Public bodies pay out of approved budgets: they are asked for no profile, and what they owe late shows among the
receivables like everybody's.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.contracts.contract_drafts import keep_file
from dealer.customers.customers import PROCUREMENT_CLASSES
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Money, Paragraph, Upload
from dealer.engine.steps import Ask, Facts, Life, Refusal, Step, Unrecorded, no, on_facts
from dealer.engine.words import Yuan
from dealer.house.policies import policy
from dealer.money import payment_plans
from dealer.people import Actor, has, not_their_own
from dealer.prices.pricing import totals
from dealer.quotations import quotation
from dealer.records.contracts import Contract, ContractKind, ContractState
from dealer.records.credit import CreditGrade, CreditProfile, CreditState
from dealer.records.customers import Customer
from dealer.records.deals import Deal, Terms
from dealer.records.people import Role

S = CreditState
WARNED_BEFORE = timedelta(days=30)
Words = Annotated[str, Paragraph]

# ── what the steps ask for ────────────────────────────────────────────────────────────────────────────────────────


class Analysis(Facts):
    """What was looked at, and what it comes to."""

    grade: Annotated[CreditGrade, Kind("chips")] = Field(title="Grade")
    limit: Money = Field(title="Credit limit", gt=0)
    valid_until: date = Field(title="Valid until")
    findings: Words = Field(title="What it rests on", min_length=1, max_length=2000)
    basis: Annotated[Upload, Unrecorded()] = Field(title="Basis document", description="Accounts, register extract …")
    more: Annotated[Upload | None, Unrecorded()] = Field(None, title="Further document")


class Why(Facts):
    """A reason in words."""

    reason: Words = Field(title="Reason", min_length=1, max_length=2000)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def validity_is_reasonable(profile: CreditProfile, ask: Ask) -> Refusal | None:
    """An analysis is true for a time (house rule `credit_months`)."""
    months: int = policy(ask.db, profile.store_id, "credit_months", ask.today)
    last = add_months(ask.today, months)
    if not ask.today < ask.facts.valid_until <= last:
        return no(
            "Choose a day after today and up to {last}: an analysis counts for {months} months at most.",
            code="E-CREDIT-DAYS", field="valid_until", last=last, months=months,
        )  # fmt: skip
    return None


def analysis_is_somebody_elses(profile: CreditProfile, ask: Ask) -> Refusal | None:
    """Nobody approves their own analysis."""
    return not_their_own(profile.made_by_id, ask)


def profile_is_not_over(profile: CreditProfile, ask: Ask) -> Refusal | None:
    """What has expired while it waited is made anew."""
    if profile.valid_until < ask.today:
        return no("This analysis has expired: make a new one.", code="E-CREDIT-DAYS")
    return None


def credit_is_current(deal: Deal, ask: Ask) -> Refusal | None:
    """Whoever does not prepay has a current credit profile (K10); public bodies pay out of their budgets."""
    if _asks_for_no_credit(deal) or current(ask.db, deal.customer_id, ask.today) is not None:
        return None
    return no(
        "Payment is not in advance and the customer has no current credit profile: have one made, or prepay.",
        code="E-CREDIT", remover=Role.FINANCE, fix="credit",
    )  # fmt: skip


def credit_limit_holds(deal: Deal, ask: Ask) -> Refusal | None:
    """What is owed on credit and what this deal adds stays within the limit."""
    profile = None if _asks_for_no_credit(deal) else current(ask.db, deal.customer_id, ask.today)
    offer = quotation.accepted(ask.db, deal)
    if profile is None or offer is None:
        return None
    owed = exposure(ask.db, deal.customer_id) + totals(offer).total
    if owed > profile.limit:
        return no(
            "With this deal {owed} would be owed on credit, the limit is {limit}: have it raised, or prepay.",
            code="E-CREDIT", remover=Role.FINANCE, fix="credit", owed=Yuan(owed), limit=Yuan(profile.limit),
        )  # fmt: skip
    return None


def _asks_for_no_credit(deal: Deal) -> bool:
    return deal.terms is Terms.PREPAID or deal.customer.customer_class in PROCUREMENT_CLASSES


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def note_analyst(profile: CreditProfile, ask: Ask) -> None:
    """Who made it, and the documents it rests on."""
    facts: Analysis = ask.facts
    profile.made_by_id = ask.actor.id
    profile.documents = [
        {"name": each.name, "sha256": keep_file(ask, each)} for each in (facts.basis, facts.more) if each is not None
    ]


def note_approval(profile: CreditProfile, ask: Ask) -> None:
    """From now on it counts; finance is told before it expires."""
    profile.approved_by_id = ask.hat.id
    warned = max(ask.today, profile.valid_until - WARNED_BEFORE)
    deadlines.plan(ask, "credit_expires", profile, calendar_of(ask.db).end_of(warned), role=Role.FINANCE)


def note_reason(profile: CreditProfile, ask: Ask) -> None:
    """Why it does not count; nobody is reminded of it."""
    profile.reason = ask.facts.reason
    deadlines.cancel(ask, profile)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

# fmt: off
STEPS = [
    Step("analyse", None, S.PROPOSED, has("analyse credit"), Analysis, (validity_is_reasonable,), (note_analyst,)),
    Step("approve", S.PROPOSED, S.APPROVED, has("approve credit"), None,
         (analysis_is_somebody_elses, profile_is_not_over),
         (note_approval,)),
    Step("refuse", S.PROPOSED, S.REFUSED, has("approve credit"), Why, (), (note_reason,)),
    Step("revoke", S.APPROVED, S.REVOKED, has("approve credit"), Why, (), (note_reason,)),
]
# fmt: on

CREDIT = Life("credit", CreditProfile, CreditState, STEPS)


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def new_profile(customer: Customer, facts: Analysis) -> CreditProfile:
    """A profile as it was typed."""
    told = facts.model_dump(include={"grade", "limit", "valid_until", "findings"})
    return CreditProfile(store_id=customer.store_id, customer_id=customer.id, customer=customer, documents=[], **told)


def of_customer(db: Session, customer_id: UUID) -> list[CreditProfile]:
    """Every analysis of a customer, newest first."""
    query = select(CreditProfile).where(CreditProfile.customer_id == customer_id)
    return list(db.scalars(query.order_by(CreditProfile.number.desc())))


def waiting(db: Session, who: Actor) -> list[CreditProfile]:
    """Analyses that this person may approve, oldest first."""
    if not who.may_or_stands_in("approve credit"):
        return []
    query = select(CreditProfile).where(CreditProfile.state == S.PROPOSED).options(joinedload(CreditProfile.customer))
    return list(db.scalars(people.scoped(query, CreditProfile, who).order_by(CreditProfile.number)))


def current(db: Session, customer_id: UUID, day: date) -> CreditProfile | None:
    """The profile that counts for a customer on a day."""
    return current_of(db, [customer_id], day).get(customer_id)


def current_of(db: Session, customer_ids: Iterable[UUID], day: date) -> dict[UUID, CreditProfile]:
    """The profiles that count, by customer: a newer one takes the place of an older, also when it was revoked."""
    query = select(CreditProfile).where(
        CreditProfile.customer_id.in_(list(customer_ids)), CreditProfile.state.in_([S.APPROVED.value, S.REVOKED.value])
    )
    newest = {each.customer_id: each for each in db.scalars(query.order_by(CreditProfile.number))}
    return {key: each for key, each in newest.items() if each.state is S.APPROVED and each.valid_until >= day}


_LIMITS = (
    select(CreditProfile.customer_id, CreditProfile.state, CreditProfile.valid_until, CreditProfile.limit)
    .where(
        CreditProfile.store_id == bindparam("store"),
        CreditProfile.state.in_([S.APPROVED.value, S.REVOKED.value]),
    )
    .order_by(CreditProfile.number)
)


def limits_of(db: Session, store_id: UUID, day: date) -> dict[UUID, int]:
    """What every customer of the shop may owe who has a profile that counts, as `current_of`."""
    newest = {told.customer_id: told for told in db.execute(_LIMITS, {"store": store_id})}
    counting = {key: told for key, told in newest.items() if told.state is S.APPROVED and told.valid_until >= day}
    return {key: told.limit for key, told in counting.items()}


def exposure(db: Session, customer_id: UUID) -> int:
    """What is still to come under the contracts in effect that are not prepaid."""
    query = (
        select(*payment_plans.HEAD)
        .join(Deal, Deal.id == Contract.deal_id)
        .where(
            Deal.customer_id == customer_id,
            Contract.kind != ContractKind.AMENDMENT,
            Contract.state == ContractState.EFFECTIVE,
            Contract.terms != Terms.PREPAID,
        )
    )
    contracts = [payment_plans.Head(*told) for told in db.execute(query)]
    return sum(plan.open for plan in payment_plans.plans_of(db, contracts)) if contracts else 0
