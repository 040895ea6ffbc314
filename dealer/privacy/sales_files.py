"""The life of a destruction 销毁: whose file of sales has had its years, and that two people say it may go.

What belongs to a purchase is kept ten years after the last delivery (汽车销售管理办法; house rule `keep_sales_years`).
Then it is listed, never emptied by itself: one person asks, another decides, a legal hold stops both. What goes is who
the people were: contacts, visits, cards, test drives, hand-overs, calls, complaints and appointments. Contracts and
printed papers are frozen: they stay as they were signed, with the names that stand in them, and the screens say so.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.engine import history
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of
from dealer.engine.fields import Paragraph
from dealer.engine.steps import Ask, Facts, Life, Refusal, Step, no, write_down
from dealer.house.policies import policy
from dealer.people import Actor, has, not_their_own
from dealer.privacy import after_sales_data, holds, retention
from dealer.privacy.data_requests import EMPTIES
from dealer.records.customers import Contact, Customer, CustomerClass
from dealer.records.deals import Deal
from dealer.records.people import Role
from dealer.records.privacy import Destruction, DestructionState
from dealer.records.prospects import Prospect, Visit
from dealer.records.testdrives import TestDrive
from dealer.records.vehicles import Unit

S = DestructionState
GUARDS = has("guard personal data")
DECIDED_WITHIN = 5  # working days: nothing is lost by waiting, but it should not lie for ever
MOST_LISTED = 100


class Why(Facts):
    """A reason in words."""

    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


# ── whose time has come ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Due:
    """A customer whose file has had its years."""

    customer: Customer
    last_delivery: date
    on_hold: bool


def due(db: Session, who: Actor, today: date) -> list[Due]:
    """Files that may be destroyed, the oldest first, but those about which somebody has asked already."""
    asked = exists().where(Destruction.customer_id == Customer.id, Destruction.state == S.ASKED)
    query = _over(who.store_id, _before(db, who.store_id, today)).where(~asked)
    calendar, rows = calendar_of(db), db.execute(query.limit(MOST_LISTED)).all()
    return [Due(customer, calendar.today(last), _is_held(db, customer)) for customer, last in rows]


def _before(db: Session, store_id: UUID, today: date) -> Any:
    years = policy(db, store_id, "keep_sales_years", today)
    return calendar_of(db).start_of(add_months(today, -12 * years))


def _over(store_id: UUID, before: Any) -> Select[Any]:
    """Customers of a shop whose last car was delivered before a moment, who have no open deal and are still named."""
    delivered = (
        select(Deal.customer_id, func.max(Unit.delivered_at).label("last"))
        .join(Unit, Unit.case_id == Deal.id)
        .where(Deal.store_id == store_id, Unit.delivered_at.is_not(None))
        .group_by(Deal.customer_id)
        .subquery()
    )
    still_open = exists().where(Deal.customer_id == Customer.id, Deal.state.not_in(retention.OVER))
    named = exists().where(Contact.customer_id == Customer.id, Contact.name != "")
    return (
        select(Customer, delivered.c.last)
        .join(delivered, delivered.c.customer_id == Customer.id)
        .where(delivered.c.last < before, ~still_open, named)
        .order_by(delivered.c.last)
    )


def in_file(db: Session, customer: Customer) -> Iterator[tuple[str, Any]]:
    """Everything that says who the people of this customer's purchases were."""
    deals = select(Deal.id).where(Deal.customer_id == customer.id)
    if customer.customer_class is CustomerClass.INDIVIDUAL:
        yield "customer", customer
    for kind, record, theirs in (
        ("contact", Contact, Contact.customer_id == customer.id),
        ("visit", Visit, or_(Visit.customer_id == customer.id, Visit.deal_id.in_(deals))),
        ("card", Prospect, or_(Prospect.customer_id == customer.id, Prospect.deal_id.in_(deals))),
        ("drive", TestDrive, TestDrive.deal_id.in_(deals)),
    ):
        yield from ((kind, each) for each in db.scalars(select(record).where(theirs, record.name != "")))
    yield from after_sales_data.in_file(db, customer)


def _empty_person(ask: Ask, customer: Customer) -> None:
    """A customer who is a person keeps a number in the place of a name."""
    customer.name, customer.name_pinyin, customer.name_initials = f"#{customer.number}", "", ""
    customer.address = customer.bank = customer.bank_account = None
    customer.remark = ""
    history.forget(ask.db, customer.store_id, customer.id, ask.at)
    write_down(ask, "customer", customer, "erase")


EMPTY = EMPTIES | {"customer": _empty_person}


def _is_held(db: Session, customer: Customer) -> bool:
    phones = {after_sales_data.told_by(thing, "phone") for _, thing in in_file(db, customer)} - {None}
    return any(holds.on(db, customer.store_id, phone) is not None for phone in phones)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def its_years_are_over(file: Destruction, ask: Ask) -> Refusal | None:
    """Ten years at least since the last car was handed over, and nothing is going on with this customer."""
    over = _over(file.store_id, _before(ask.db, file.store_id, ask.today)).where(Customer.id == file.customer_id)
    if ask.db.execute(over.limit(1)).first() is None:
        years = policy(ask.db, file.store_id, "keep_sales_years", ask.today)
        return no("This file is kept: {years} years have not passed since the last delivery, or a deal is open.",
                  code="E-FILE-KEPT", years=years)  # fmt: skip
    return None


def no_hold_keeps_it(file: Destruction, ask: Ask) -> Refusal | None:
    """What a dispute or an authority wants to see stays."""
    if _is_held(ask.db, file.customer):
        return no("A legal hold keeps this file: lift the hold first.", code="E-HOLD")
    return None


def nobody_has_asked_yet(file: Destruction, ask: Ask) -> Refusal | None:
    """One question at a time."""
    asked = select(Destruction.id).where(Destruction.customer_id == file.customer_id, Destruction.state == S.ASKED)
    if ask.db.scalars(asked.limit(1)).first() is not None:
        return no("Somebody has asked for this file already: it waits for a decision.", code="E-FILE-ASKED")
    return None


def somebody_else_asked_to_destroy(file: Destruction, ask: Ask) -> Refusal | None:
    """What is gone cannot be brought back: two people say so."""
    return not_their_own(file.asked_by_id, ask)


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def have_it_decided(file: Destruction, ask: Ask) -> None:
    """The general manager decides; where that one asked, the administrator."""
    role = Role.ADMIN if Role.GENERAL in ask.actor.roles else Role.GENERAL
    deadlines.plan(ask, "decide_destruction", file, calendar_of(ask.db).due_after(ask.today, DECIDED_WITHIN), role=role)


def destroy(file: Destruction, ask: Ask) -> None:
    """Who the people were is emptied, here and in the history; how many of which kind stays written down."""
    emptied: Counter[str] = Counter()
    for kind, thing in list(in_file(ask.db, file.customer)):
        EMPTY[kind](ask, thing)
        emptied[kind] += 1
    file.emptied, file.decided_by_id = dict(emptied), ask.actor.id
    deadlines.finish(ask, file, "decide_destruction")


def keep(file: Destruction, ask: Ask) -> None:
    """It stays, and may be asked for again."""
    file.decided_by_id = ask.actor.id
    deadlines.finish(ask, file, "decide_destruction")


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …
    Step("ask", None, S.ASKED, GUARDS, Why,
         (its_years_are_over, no_hold_keeps_it, nobody_has_asked_yet),
         (have_it_decided,)),
    Step("destroy", S.ASKED, S.DESTROYED, GUARDS, None,
         (somebody_else_asked_to_destroy, its_years_are_over, no_hold_keeps_it),
         (destroy,)),
    Step("keep", S.ASKED, S.KEPT, GUARDS, Why,
         (),
         (keep,)),
]
# fmt: on

DESTRUCTIONS = Life("destruction", Destruction, DestructionState, STEPS, path=(S.ASKED, S.DESTROYED))


def asked_for(ask: Ask, customer: Customer) -> Destruction:
    """The question about one customer's file, not yet begun: begin it with "ask"."""
    last = ask.db.scalar(
        select(func.max(Unit.delivered_at)).join(Deal, Deal.id == Unit.case_id).where(Deal.customer_id == customer.id)
    )
    day = calendar_of(ask.db).today(last) if last else None
    return Destruction(
        store_id=customer.store_id, customer_id=customer.id, customer=customer, last_delivery=day,
        asked_by_id=ask.actor.id, reason=ask.facts.reason,
    )  # fmt: skip


def newest(db: Session, who: Actor) -> list[Destruction]:
    """What was asked and decided, open questions first."""
    query = people.scoped(select(Destruction), Destruction, who).options(joinedload(Destruction.customer))
    return list(db.scalars(query.order_by(Destruction.state, Destruction.number.desc()).limit(MOST_LISTED)))
