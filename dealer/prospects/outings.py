"""The life of an outbound visit 外出拜访: planned with an aim, made with a person met, a result and a next step.

A visit that was made and says nothing is a visit nobody learns from: without these three it stays open, and shows as
overdue until somebody says what became of it.
"""

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.deals import deal_lists
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Options, Paragraph, ShopTime
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Step, no, on_facts
from dealer.house.policies import policy
from dealer.people import OWNER, Actor, has
from dealer.prospects import card_lists
from dealer.prospects.prospects import next_contact_is_ahead
from dealer.records.customers import Customer, CustomerClass
from dealer.records.deals import Deal
from dealer.records.market import OutsideContact
from dealer.records.outings import Outing, OutingKind, OutingState
from dealer.records.prospects import Prospect

S = OutingState
Words = Annotated[str, Paragraph]

CHOSEN = {Prospect: "card", Deal: "deal", Customer: "customer", OutsideContact: "outside"}
"""Whom one can choose to visit, and by which field."""

# ── what the steps ask for ────────────────────────────────────────────────────────────────────────────────────────


class Planning(Facts):
    """Whom to see, when, and what for."""

    kind: Annotated[OutingKind, Kind("chips")] = Field(OutingKind.CUSTOMER, title="Whom to visit")
    whom: str = Field("", title="Who is visited", description="Left empty: the name of what is chosen.", max_length=200)
    customer: Annotated[UUID | None, Options("customers_to_visit")] = Field(None, title="Customer")
    card: Annotated[UUID | None, Options("cards_to_visit")] = Field(None, title="Card")
    deal: Annotated[UUID | None, Options("deals_to_visit")] = Field(None, title="Deal")
    outside: Annotated[UUID | None, Options("outside_to_visit")] = Field(None, title="Outside contact")
    at: ShopTime = Field(title="Time")
    aim: Words = Field(title="Aim of the visit", min_length=1, max_length=2000)


class Moving(Facts):
    """To when."""

    at: ShopTime = Field(title="Time")


class Report(Facts):
    """What became of it."""

    met: str = Field(title="Person met", min_length=1, max_length=200)
    result: Words = Field(title="Result of the visit", min_length=1, max_length=2000)
    next_step: Words = Field(title="Next step", min_length=1, max_length=2000)
    next_at: ShopTime | None = Field(None, title="Next step by", description="Left empty: nobody is reminded.")


class Why(Facts):
    """A reason in words."""

    reason: Words = Field(title="Reason", min_length=1, max_length=2000)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def somebody_is_named(outing: Outing, ask: Ask) -> Refusal | None:
    """A visit is to somebody: by name, or as a customer, a card, a deal or an outside contact of the shop."""
    facts: Planning = ask.facts
    if not (facts.whom or facts.customer or facts.card or facts.deal or facts.outside):
        return no(
            "Enter who is visited, or choose a customer, a card, a deal or a contact.", code="E-REQ-FIELD", field="whom"
        )
    return None


@on_facts
def what_is_chosen_is_seen(outing: Outing, ask: Ask) -> Refusal | None:
    """Nobody links a visit to what they may not look at."""
    facts, db = ask.facts, ask.db
    card, deal, customer, outside = (_chosen(ask, each) for each in (Prospect, Deal, Customer, OutsideContact))
    seen = {
        "outside": outside is not None,
        "customer": customer is not None,
        "card": card is not None and card_lists.can_be_visited(db, ask.actor, card),
        "deal": deal is not None and deal_lists.sees_deal(deal, ask.actor, db),
    }
    strange = next((name for name, there in seen.items() if getattr(facts, name) and not there), None)
    return no("Choose one of the offered values.", code="E-REQ-FIELD", field=strange) if strange else None


@on_facts
def what_is_chosen_belongs_together(outing: Outing, ask: Ask) -> Refusal | None:
    """A visit is to one customer: the card and the deal are of no other."""
    card, deal, customer = (_chosen(ask, each) for each in (Prospect, Deal, Customer))
    customer = customer or (deal.customer if deal else None)
    if deal is not None and customer is not None and deal.customer_id != customer.id:
        return no("This deal is of {other}: choose a deal of {customer}, or none.", code="E-REQ-FIELD", field="deal",
                  other=deal.customer.name, customer=customer.name)  # fmt: skip
    if card is not None and customer is not None and _is_of_another(card, customer):
        return no("The card of {card} belongs to another customer than {customer}: choose another card, or none.",
                  code="E-REQ-FIELD", field="card", card=card.name, customer=customer.name)  # fmt: skip
    return None


def _chosen(ask: Ask, record: type[Any]) -> Any:
    """What of a kind was chosen, if it is the shop's."""
    key = getattr(ask.facts, CHOSEN[record])
    return people.by_id(ask.db, record, ask.actor, key) if key else None


def _is_of_another(card: Prospect, customer: Customer) -> bool:
    """By the customer it has become, else by the company it names, of which a person writes only a part."""
    if card.customer_id is not None:
        return card.customer_id != customer.id
    if card.uscc and customer.uscc:
        return card.uscc != customer.uscc
    company = card.company.strip()
    return bool(company) and company not in customer.name and customer.name not in company


@on_facts
def day_is_not_over(outing: Outing, ask: Ask) -> Refusal | None:
    """A visit of this morning may still be written down; one of an earlier day is no plan."""
    if calendar_of(ask.db).today(ask.facts.at) < ask.today:
        return no("This day is over: choose today or a later day.", code="E-VISIT-PAST", field="at")
    return None


def visit_day_has_come(outing: Outing, ask: Ask) -> Refusal | None:
    """Nobody reports a visit before its day."""
    day = calendar_of(ask.db).today(outing.planned_at)
    if day > ask.today:
        return no("It is planned for {day}: move it first if it was made earlier.", code="E-VISIT-AHEAD", day=day)
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def plan_it(outing: Outing, ask: Ask) -> None:
    """It stands in its owner's day."""
    deadlines.plan(ask, "outing", outing, outing.planned_at, owner_id=outing.owner_id)


def move_it(outing: Outing, ask: Ask) -> None:
    """To another time."""
    outing.planned_at = ask.facts.at
    plan_it(outing, ask)


def write_report(outing: Outing, ask: Ask) -> None:
    """What became of it; the next step is due to its owner."""
    facts: Report = ask.facts
    outing.met, outing.result, outing.next_step, outing.next_at = (
        facts.met, facts.result, facts.next_step, facts.next_at,
    )  # fmt: skip
    outing.made_at = ask.at
    deadlines.finish(ask, outing, "outing")
    if facts.next_at is not None:
        deadlines.plan(ask, "outing_next_step", outing, facts.next_at, owner_id=outing.owner_id, note=facts.next_step)


def forget_it(outing: Outing, ask: Ask) -> None:
    """Nobody goes."""
    deadlines.cancel(ask, outing, "outing")


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action      from        to            who                 asks for  refused unless …                                              then …
    Step("plan",     None,       S.PLANNED,    has("make visits"), Planning, (somebody_is_named, what_is_chosen_is_seen, what_is_chosen_belongs_together, day_is_not_over), (plan_it,)),
    Step("move",     S.PLANNED,  SAME,         OWNER,              Moving,   (day_is_not_over,),                                           (move_it,)),
    Step("report",   S.PLANNED,  S.MADE,       OWNER,              Report,   (visit_day_has_come, next_contact_is_ahead),                    (write_report,)),
    Step("call_off", S.PLANNED,  S.CALLED_OFF, OWNER,              Why,      (),                                                           (forget_it,)),
]
# ruff: enable[E501]
# fmt: on

OUTINGS = Life("outing", Outing, OutingState, STEPS, path=(S.PLANNED, S.MADE))


def planned(ask: Ask) -> Outing:
    """A visit as it was typed, not yet begun: begin it with "plan"."""
    facts: Planning = ask.facts
    return Outing(
        store_id=ask.actor.store_id, owner_id=ask.hat.id, kind=facts.kind, whom=facts.whom,
        customer_id=facts.customer, prospect_id=facts.card, deal_id=facts.deal, case_id=facts.deal,
        planned_at=facts.at, aim=facts.aim,
        outside_id=facts.outside,
    )  # fmt: skip


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def whom(outing: Outing) -> str:
    """Who is visited, as a list names them."""
    return (
        outing.whom
        or (outing.customer.name if outing.customer else "")
        or (outing.prospect.name if outing.prospect else "")
        or (outing.deal.customer.name if outing.deal else "")
        or (f"{outing.outside.organisation} {outing.outside.name}".strip() if outing.outside else "")
    )


def sees(db: Session, who: Actor, outing: Outing) -> bool:
    """One's own, the group's, or all: as with the cards."""
    owners = card_lists.owners_seen_by(db, who)
    return outing.store_id == who.store_id and (owners is None or outing.owner_id in owners)


def _seen_by(db: Session, who: Actor, kind: OutingKind | None) -> Select[Outing]:
    query, owners = people.scoped(select(Outing), Outing, who), card_lists.owners_seen_by(db, who)
    if owners is not None:
        query = query.where(Outing.owner_id.in_(owners))
    if kind is not None:
        query = query.where(Outing.kind == kind)
    beside = (Outing.owner, Outing.customer, Outing.prospect, Outing.outside)
    return query.options(*(joinedload(each) for each in beside), joinedload(Outing.deal).joinedload(Deal.customer))


def between(db: Session, who: Actor, start: datetime, end: datetime, kind: OutingKind | None = None) -> list[Outing]:
    """The visits of some time, earliest first; what was called off is not among them."""
    query = _seen_by(db, who, kind).where(Outing.planned_at >= start, Outing.planned_at < end)
    return list(db.scalars(query.where(Outing.state != S.CALLED_OFF).order_by(Outing.planned_at).limit(500)))


def of_deal(db: Session, deal: Deal) -> list[Outing]:
    """The visits that a deal was about, latest first."""
    query = select(Outing).where(Outing.deal_id == deal.id).options(joinedload(Outing.owner))
    return list(db.scalars(query.order_by(Outing.planned_at.desc()).limit(20)))


def overdue(db: Session, who: Actor, at: datetime, kind: OutingKind | None = None) -> list[Outing]:
    """Planned, past, and nobody has said what became of it; longest ago first."""
    query = _seen_by(db, who, kind).where(Outing.state == S.PLANNED, Outing.planned_at < at)
    return list(db.scalars(query.order_by(Outing.planned_at).limit(200)))


def neglected(db: Session, who: Actor, today: date) -> list[Customer]:
    """Sub-dealers that nobody has visited for longer than the shop wants (house rule `sub_dealer_visit_days`)."""
    days = policy(db, who.store_id, "sub_dealer_visit_days", today)
    since = calendar_of(db).start_of(today - timedelta(days=days))
    visited = exists().where(Outing.customer_id == Customer.id, Outing.state == S.MADE, Outing.made_at >= since)
    query = people.scoped(select(Customer), Customer, who)
    query = query.where(Customer.customer_class == CustomerClass.SUB_DEALER, ~visited)
    return list(db.scalars(query.order_by(Customer.name).limit(200)))
