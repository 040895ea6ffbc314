"""The life of a sub-dealer 二网: planned, active under an agreement, suspended.

It is a customer of ours as well: name, code and contacts are kept there, and visits to it are outbound visits.
"""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.customers import customers
from dealer.customers.customers import ContactFacts, ShortName, Telephone, Uscc
from dealer.deals import deal_lists
from dealer.deals.deals import Comment
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Options, Paragraph
from dealer.engine.steps import SAME, Ask, Facts, Life, Personal, Refusal, Refused, Step, no, on_facts
from dealer.house.policies import policy
from dealer.network import agreements, territories
from dealer.people import SYSTEM, Actor, has
from dealer.records.customers import ContactRole, Customer, CustomerClass
from dealer.records.deals import Deal
from dealer.records.network import SubDealer, SubDealerState
from dealer.records.outings import Outing, OutingState
from dealer.records.people import Person, Posting

S = SubDealerState
LISTED = 200
Words = Annotated[str, Paragraph]
READ_BY_THEM = "The sub-dealer reads it too."
AREAS = "Areas, parted by commas, such as Guandu, Chenggong."

# ── what the steps ask for ────────────────────────────────────────────────────────────────────────────────────────


class NewSubDealer(Facts):
    """Whom we mean to work with, whom to call there, and where they are to sell."""

    name: ShortName = Field(title="Sub-dealer name")
    uscc: Uscc = Field(title="Unified social credit code")
    legal_representative: str = Field("", title="Legal representative", max_length=200)
    address: str = Field("", title="Address", max_length=200)
    contact: Annotated[str, Personal()] = Field(title="Contact", min_length=1, max_length=200)
    phone: Annotated[Telephone | None, Personal(), Kind("tel")] = Field(None, title="Phone")
    territory: str = Field("", title="Territory", description=AREAS, max_length=1000)
    remark: Words = Field("", title="Remark", description=READ_BY_THEM, max_length=2000)

    @property
    def customer_class(self) -> CustomerClass:
        """What it is among the customers."""
        return CustomerClass.SUB_DEALER


class Keeping(Facts):
    """Where they sell, and who of us looks after them."""

    territory: str = Field("", title="Territory", description=AREAS, max_length=1000)
    owner: Annotated[UUID, Options("sub_dealer_keepers")] = Field(title="Looked after by")
    remark: Words = Field("", title="Remark", description=READ_BY_THEM, max_length=2000)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def an_agreement_is_in_force(sub_dealer: SubDealer, ask: Ask) -> Refusal | None:
    """Nobody sells for us without a paper that says how."""
    if sub_dealer.agreement_on(ask.today) is None:
        return no(
            "No confirmed agreement is in force today: record the signed one and have it confirmed.",
            code="E-NO-AGREEMENT",
        )  # fmt: skip
    return None


def somebody_can_be_called(sub_dealer: SubDealer, ask: Ask) -> Refusal | None:
    """Whom we call there."""
    if not any(each.phone for each in sub_dealer.customer.contacts):
        return no("Nobody there has a phone: enter one at the customer's contacts.", code="E-REQ-FIELD", fix="contacts")
    return None


def territory_is_named(sub_dealer: SubDealer, ask: Ask) -> Refusal | None:
    """Where they sell is agreed before they begin."""
    if not territories.areas(sub_dealer.territory):
        return no("Name the areas in which they sell.", code="E-REQ-FIELD", fix="territory")
    return None


@on_facts
def somebody_keeps_it(sub_dealer: SubDealer, ask: Ask) -> Refusal | None:
    """Somebody of this shop whose work it is."""
    keepers = {person.id for person in keepers_of(ask.db, sub_dealer.store_id)}
    if ask.facts.owner not in keepers:
        return no("Choose one of the offered values.", code="E-REQ-FIELD", field="owner")
    return None


def its_agreement_is_over(sub_dealer: SubDealer, ask: Ask) -> Refusal | None:
    """From 0:00 of the day after the last one."""
    if sub_dealer.agreement_on(ask.today) is None:
        return None
    return no("Its agreement is in force.", code="E-NOT-YET", quiet=True)


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def keep(sub_dealer: SubDealer, ask: Ask) -> None:
    """Areas, who looks after it, and what else is to be known."""
    facts: Keeping = ask.facts
    sub_dealer.territory, sub_dealer.remark = "、".join(territories.areas(facts.territory)), facts.remark
    for due in deadlines.open_for(ask.db, sub_dealer):
        if due.owner_id == sub_dealer.owner_id:
            due.owner_id = facts.owner
    sub_dealer.owner_id = facts.owner


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

KEEPER = has("keep sub-dealers")
READY = (an_agreement_is_in_force, somebody_can_be_called, territory_is_named)
RECORDED = (
    agreements.agreed_period_lies_ahead, agreements.agreed_models_are_ours_and_named_once,
    agreements.agreed_floors_keep_the_consultants,
)  # fmt: skip
CONFIRMED = (agreements.an_agreement_waits, agreements.somebody_else_recorded_it)

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action               from         to           who                            asks for                   refused unless …     then …
    Step("plan",              None,        S.PLANNED,   has("develop sub-dealers"),    NewSubDealer,              (),                  ()),
    Step("keep",              tuple(S),    SAME,        KEEPER,                        Keeping,                   (somebody_keeps_it,), (keep,)),
    Step("record_agreement",  tuple(S),    SAME,        KEEPER,                        agreements.AgreementFacts, RECORDED,            (agreements.record_agreement,)),
    Step("confirm_agreement", tuple(S),    SAME,        has("confirm sub-dealer agreements"), None,               CONFIRMED,           (agreements.confirm_agreement,)),
    Step("activate",          S.PLANNED,   S.ACTIVE,    KEEPER,                        None,                      READY,               ()),
    Step("suspend",           S.ACTIVE,    S.SUSPENDED, KEEPER,                        Comment,                   (),                  ()),
    Step("resume",            S.SUSPENDED, S.ACTIVE,    KEEPER,                        None,                      READY,               ()),
    # by itself
    Step("end",               S.ACTIVE,    S.SUSPENDED, SYSTEM,                        None,                      (its_agreement_is_over,), ()),
]
# ruff: enable[E501]
# fmt: on

SUB_DEALERS = Life("sub_dealer", SubDealer, SubDealerState, STEPS, path=(S.PLANNED, S.ACTIVE))


def as_planned(ask: Ask) -> SubDealer:
    """A sub-dealer as it was typed, not yet begun: begin it with "plan". Its code may be a customer's already."""
    facts: NewSubDealer = ask.facts
    customer = customers.by_uscc(ask.db, ask.actor, facts.uscc)
    if customer is None:
        customer = customers.new_customer(ask, facts)
    known = with_customer(ask.db, customer)
    if known is not None:
        sentence = "{name} is sub-dealer {number} already: go on with that one."
        raise Refused(
            [no(sentence, code="E-SUB-DEALER-KNOWN", field="uscc", name=customer.name, number=known.number)], "plan"
        )
    if facts.contact not in {each.name for each in customer.contacts}:
        role = ContactRole.DECIDES
        told = ContactFacts(name=facts.contact, phone=facts.phone, role=role)
        customers.add_contact(ask, customer, told)
    return SubDealer(
        store_id=ask.actor.store_id, customer_id=customer.id, customer=customer, owner_id=ask.hat.id,
        territory="、".join(territories.areas(facts.territory)), remark=facts.remark,
    )  # fmt: skip


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def sees(sub_dealer: SubDealer, who: Actor) -> bool:
    """Those whose work the network is; its own people."""
    own = not who.outside or who.sub_dealer_id == sub_dealer.id
    return own and sub_dealer.store_id == who.store_id and who.may_or_stands_in("see sub-dealers")


def every(db: Session, who: Actor) -> list[SubDealer]:
    """The sub-dealers of the shop, those who sell first, then by name."""
    query = people.scoped(select(SubDealer), SubDealer, who).join(SubDealer.customer)
    beside = (joinedload(SubDealer.customer), joinedload(SubDealer.owner))
    found = db.scalars(query.options(*beside).order_by(Customer.name).limit(LISTED))
    return sorted(found, key=lambda each: (S.ACTIVE, S.PLANNED, S.SUSPENDED).index(each.state))


def with_customer(db: Session, customer: Customer) -> SubDealer | None:
    """The sub-dealer that a customer is."""
    return db.scalars(select(SubDealer).where(SubDealer.customer_id == customer.id)).first()


def keepers_of(db: Session, store_id: UUID) -> list[Person]:
    """Who may look after one."""
    return people.with_duty(db, store_id, "develop sub-dealers")


def sellers_of(db: Session, sub_dealer: SubDealer) -> list[Person]:
    """Its people who sign in with us, by name."""
    posted = select(Posting.person_id).where(Posting.sub_dealer_id == sub_dealer.id)
    return list(db.scalars(select(Person).where(Person.id.in_(posted), Person.active).order_by(Person.name)))


def deals_of(db: Session, who: Actor, sub_dealer: SubDealer, most: int = 20) -> list[Deal]:
    """What it brought, latest first, as far as this person sees deals."""
    query = deal_lists.deals_seen_by(db, who).where(Deal.sub_dealer_id == sub_dealer.id)
    return list(db.scalars(query.order_by(Deal.number.desc()).limit(most)))


def last_visits(db: Session, who: Actor) -> dict[UUID, date]:
    """When each was last visited, by its row among the customers."""
    latest: Any = select(Outing.customer_id, func.max(Outing.made_at))
    query = people.scoped(latest, Outing, who)
    rows = db.execute(query.where(Outing.state == OutingState.MADE).group_by(Outing.customer_id))
    return {key: calendar_of(db).today(at) for key, at in rows if key is not None}


def visits_to(db: Session, who: Actor, sub_dealer: SubDealer, most: int = 10) -> list[Outing]:
    """The visits to one, planned and made, latest first; what we wrote of them is not for them."""
    query = people.scoped(select(Outing), Outing, who).where(
        Outing.customer_id == sub_dealer.customer_id, Outing.state != OutingState.CALLED_OFF
    )  # fmt: skip
    return list(db.scalars(query.options(joinedload(Outing.owner)).order_by(Outing.planned_at.desc()).limit(most)))


def visit_is_due(ask: Ask, sub_dealer: SubDealer, last: date | None) -> bool:
    """Whether an active one has not been visited for longer than the shop wants (`sub_dealer_visit_days`)."""
    days = policy(ask.db, sub_dealer.store_id, "sub_dealer_visit_days", ask.today)
    since = last or calendar_of(ask.db).today(sub_dealer.since)
    return sub_dealer.state is S.ACTIVE and (ask.today - since).days > days
