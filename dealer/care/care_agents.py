"""Whose a customer is after the sale: one agent each, handed out so that all have about as many (CS7).

A customer who is handed to somebody hears from them within a week (CS6). What is due to the customer moves along.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer import people, roster
from dealer.care import care_calls
from dealer.care.call_window import ahead_of
from dealer.engine.database import calendar_of
from dealer.engine.fields import Options
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.house.policies import policy
from dealer.people import Actor, has
from dealer.records.care import CareAgent, CareCall, CareKind, CareState
from dealer.records.customers import Customer
from dealer.records.people import Person

OF_AGENTS = (CareKind.CALLBACK, CareKind.FIRST_MONTH, CareKind.MAINTENANCE, CareKind.AGENT_CONTACT)
LISTED = 100


class Assignment(Facts):
    """Who looks after the customer from now on."""

    agent: Annotated[UUID, Options("care_agents")] = Field(title="Agent")


@dataclass(frozen=True)
class Load:
    """What one agent has: customers, and calls that are due."""

    agent: Person
    customers: int
    calls: int
    away: bool


# ── assigning ─────────────────────────────────────────────────────────────────────────────────────────────────────


def assign(ask: Ask, customer: Customer) -> None:
    """Hand a customer to an agent: their calls go along, and the first contact is due within days."""
    allowed = has("hand out calls")(customer, ask)
    refusals = [allowed] if isinstance(allowed, Refusal) else [each for each in (_calls_customers(ask),) if each]
    if refusals:
        raise Refused(refusals, "assign", customer)
    known = of_customer(ask.db, customer.id)
    if known is not None and known.agent_id == ask.facts.agent:
        return
    if known is None:
        known = CareAgent(store_id=customer.store_id, customer_id=customer.id)
        ask.db.add(known)
    known.agent_id, known.assigned_at = ask.facts.agent, ask.at
    ask.db.flush()
    write_down(ask, "customer", customer, "hand_to_agent", ask.facts)
    for call in _open_calls(ask.db, customer):
        care_calls.hand_to(call, known.agent_id, ask)
    _plan_contact(ask, customer, known.agent_id)


def _calls_customers(ask: Ask) -> Refusal | None:
    if ask.facts.agent not in {each.id for each in agents(ask.db, ask.actor)}:
        return no("Choose somebody of customer service.", code="E-REQ-FIELD", field="agent")
    return None


def _open_calls(db: Session, customer: Customer) -> list[CareCall]:
    query = select(CareCall).where(CareCall.customer_id == customer.id, CareCall.state == CareState.DUE)
    return list(db.scalars(query.where(CareCall.kind.in_(OF_AGENTS))))


def _plan_contact(ask: Ask, customer: Customer, agent_id: UUID) -> None:
    """Within a week (CS6); one that is due already is due to whoever has the customer now, by its own limit."""
    if any(each.kind is CareKind.AGENT_CONTACT for each in _open_calls(ask.db, customer)):
        return
    due_at = calendar_of(ask.db).within_days(ask.at, policy(ask.db, customer.store_id, "agent_contact_days", ask.today))
    call = CareCall(
        store_id=customer.store_id, customer_id=customer.id, kind=CareKind.AGENT_CONTACT, whom=customer.name,
        agent_id=agent_id, due_at=due_at, planned_at=ahead_of(ask.db, customer.store_id, ask.at, due_at),
    )  # fmt: skip
    call.customer = customer
    care_calls.CALLS.begin("plan", call, Ask(ask.db, people.system(customer.store_id), ask.at))


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def of_customer(db: Session, customer_id: UUID) -> CareAgent | None:
    """Who has the customer."""
    return db.scalars(select(CareAgent).where(CareAgent.customer_id == customer_id)).first()


def agents(db: Session, who: Actor) -> list[Person]:
    """Who may have customers: customer service."""
    return people.with_duty(db, who.store_id, "call back")


def loads(db: Session, who: Actor, day: date) -> list[Load]:
    """All agents, those with the fewest customers first; who is away stands at the end."""
    away = roster.away_on(db, who.store_id, day)
    theirs = Counter(db.scalars(select(CareAgent.agent_id).where(CareAgent.store_id == who.store_id)))
    open_calls = (CareCall.store_id == who.store_id, CareCall.state == CareState.DUE)
    due = Counter(db.scalars(select(CareCall.agent_id).where(*open_calls)))
    found = [Load(each, theirs[each.id], due[each.id], each.id in away) for each in agents(db, who)]
    return sorted(found, key=lambda load: (load.away, load.customers, load.calls, load.agent.name))


def suggested(db: Session, who: Actor, day: date) -> Person | None:
    """Who has the fewest customers and is there (CS7)."""
    return next((load.agent for load in loads(db, who, day) if not load.away), None)


def without_agent(db: Session, who: Actor) -> list[Customer]:
    """Customers who are called after a purchase and are nobody’s, by number."""
    bought = select(CareCall.customer_id).where(CareCall.store_id == who.store_id)
    cared_for = select(CareAgent.customer_id).where(CareAgent.store_id == who.store_id)
    query = select(Customer).where(Customer.id.in_(bought), Customer.id.not_in(cared_for))
    return list(db.scalars(people.scoped(query, Customer, who).order_by(Customer.number).limit(LISTED)))


def with_agent(db: Session, who: Actor) -> list[CareAgent]:
    """Customers and whose they are, the newest assignment first."""
    query = select(CareAgent).options(joinedload(CareAgent.customer), joinedload(CareAgent.agent))
    newest = people.scoped(query, CareAgent, who).order_by(CareAgent.assigned_at.desc())
    return list(db.scalars(newest.limit(LISTED)))
