"""The life of an enquiry 咨询: somebody answers it by a time; one that was promised is kept, or told anew.

What turns out to be a complaint, or somebody who wants to buy, becomes one with a tap: nobody tells it twice.
"""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.customers.customers import Telephone
from dealer.deals.deals import Comment
from dealer.engine.fields import Kind, Options, Paragraph, ShopTime
from dealer.engine.steps import SAME, Ask, Facts, Life, Personal, Refusal, Step, no, on_facts
from dealer.house.policies import policy
from dealer.people import Actor, has, owner_or
from dealer.prospects import prospects
from dealer.prospects.cards import CardFacts
from dealer.records.complaints import ComplaintChannel
from dealer.records.enquiries import Enquiry, EnquiryState
from dealer.records.prospects import Source
from dealer.service import complaints
from dealer.service.complaint_forms import Complaining

S = EnquiryState
LISTED = 100
Words = Annotated[str, Paragraph]
Owner = Annotated[UUID, Options("enquiry_owners")]

# ── what the steps ask for ────────────────────────────────────────────────────────────────────────────────────────


class Asking(Facts):
    """Who asks what, and until when they were promised an answer."""

    question: Annotated[Words, Personal()] = Field(title="What they want to know", min_length=1, max_length=4000)
    channel: Annotated[ComplaintChannel, Kind("chips")] = Field(ComplaintChannel.PHONE, title="How it reached us")
    name: Annotated[str, Personal()] = Field("", title="Who wants to know", max_length=200)
    phone: Annotated[Telephone | None, Personal(), Kind("tel")] = Field(None, title="Phone")
    owner: Annotated[UUID | None, Options("enquiry_owners")] = Field(
        None, title="Answered by", description="Left empty: you."
    )
    at: ShopTime | None = Field(
        None, title="Promised to call back at", description="Left empty: as the house rule asks."
    )


class Promising(Facts):
    """Another time, as the customer was told."""

    at: ShopTime = Field(title="Promised to call back at")
    reason: Words = Field(title="Reason", min_length=1, max_length=2000)


class PassingOn(Facts):
    """Somebody else answers it."""

    owner: Owner = Field(title="Answered by")
    reason: Words = Field("", title="Reason", max_length=2000)


class Answering(Facts):
    """What the customer was told."""

    answer: Words = Field(title="What was answered", min_length=1, max_length=4000)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def promise_can_be_kept(enquiry: Enquiry, ask: Ask) -> Refusal | None:
    """A promise is for later, and can be called."""
    if ask.facts.at is not None and ask.facts.at <= ask.at:
        return no("This time has passed: choose a later one.", code="E-SLOT-PAST", field="at")
    if ask.facts.at is not None and not (enquiry.phone or getattr(ask.facts, "phone", None)):
        return no("Enter a phone: who was promised a call is called.", code="E-REQ-FIELD", field="phone")
    return None


@on_facts
def owner_answers_enquiries(enquiry: Enquiry, ask: Ask) -> Refusal | None:
    """Somebody of this shop whose work it is."""
    owner = ask.facts.owner
    able = {person.id for person in people.with_duty(ask.db, enquiry.store_id, "take enquiries")}
    return None if owner is None or owner in able else no("Choose one of the offered values.", code="E-REQ-FIELD",
                                                          field="owner")  # fmt: skip


def caller_is_known(enquiry: Enquiry, ask: Ask) -> Refusal | None:
    """A complaint and a card are somebody's who can be called."""
    if not enquiry.phone or not enquiry.name:
        return no("Name and phone of who asked are not known: register it by hand once they are.", code="E-REQ-FIELD")
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def as_asked(ask: Ask) -> Enquiry:
    """An enquiry as it was typed, not yet begun: begin it with "take"."""
    facts: Asking = ask.facts
    return Enquiry(
        store_id=ask.actor.store_id, owner_id=facts.owner or ask.hat.id, taken_by_id=ask.actor.id,
        channel=facts.channel, name=facts.name, phone=facts.phone, question=facts.question,
        promised=facts.at is not None, due_at=facts.at or _as_the_house_asks(ask),
    )  # fmt: skip


def _as_the_house_asks(ask: Ask) -> datetime:
    return ask.at + timedelta(minutes=policy(ask.db, ask.actor.store_id, "enquiry_minutes", ask.today))


def plan_answer(enquiry: Enquiry, ask: Ask) -> None:
    """It stands in its owner's day."""
    deadlines.cancel(ask, enquiry)
    deadlines.plan(ask, "answer_enquiry", enquiry, enquiry.due_at, owner_id=enquiry.owner_id)


def promise(enquiry: Enquiry, ask: Ask) -> None:
    """The customer knows the new time."""
    enquiry.due_at, enquiry.promised = ask.facts.at, True
    plan_answer(enquiry, ask)


def pass_on(enquiry: Enquiry, ask: Ask) -> None:
    """The time stays as it is."""
    enquiry.owner_id = ask.facts.owner
    plan_answer(enquiry, ask)


def write_answer(enquiry: Enquiry, ask: Ask) -> None:
    """What the customer was told, and when."""
    enquiry.answer, enquiry.answered_at = ask.facts.answer, ask.at
    deadlines.finish(ask, enquiry, "answer_enquiry")


def open_again(enquiry: Enquiry, ask: Ask) -> None:
    """The answer was not enough."""
    enquiry.due_at, enquiry.promised, enquiry.answered_at = _as_the_house_asks(ask), False, None
    plan_answer(enquiry, ask)


def end(enquiry: Enquiry, ask: Ask) -> None:
    """Nothing of it is due any more."""
    deadlines.cancel(ask, enquiry)


def begin_complaint(enquiry: Enquiry, ask: Ask) -> None:
    """The same words, now with the clocks of a complaint. A birth is no step of the other's life."""
    told = Complaining(words=enquiry.question, channel=enquiry.channel, name=enquiry.name, phone=enquiry.phone)
    asked = ask.with_facts(told)
    enquiry.complaint = complaints.as_told(asked)
    complaints.COMPLAINTS.begin("register", enquiry.complaint, asked)
    end(enquiry, ask)


def begin_card(enquiry: Enquiry, ask: Ask) -> None:
    """A card of whoever taps, with what was asked already."""
    asked = ask.with_facts(CardFacts(phone=enquiry.phone or "", name=enquiry.name, source=Source.CALL_IN))
    enquiry.prospect = prospects.new_card(asked)
    prospects.PROSPECTS.begin("card", enquiry.prospect, asked)
    end(enquiry, ask)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

OWNER_OR_DESK = owner_or("run the enquiry desk")

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action              from                    to          who                    asks for    refused unless …                                then …
    Step("take",             None,                   S.OPEN,     has("take enquiries"), Asking,     (promise_can_be_kept, owner_answers_enquiries), (plan_answer,)),
    Step("answer",           S.OPEN,                 S.ANSWERED, OWNER_OR_DESK,         Answering,  (),                                             (write_answer,)),
    Step("promise",          S.OPEN,                 SAME,       OWNER_OR_DESK,         Promising,  (promise_can_be_kept,),                         (promise,)),
    Step("pass_on",          S.OPEN,                 SAME,       OWNER_OR_DESK,         PassingOn,  (owner_answers_enquiries,),                     (pass_on,)),
    Step("close",            S.ANSWERED,             S.CLOSED,   OWNER_OR_DESK,         None,       (),                                             (end,)),
    Step("ask_again",        S.ANSWERED,             S.OPEN,     OWNER_OR_DESK,         Comment,    (),                                             (open_again,)),
    Step("become_complaint", (S.OPEN, S.ANSWERED),   S.CLOSED,   OWNER_OR_DESK,         None,       (caller_is_known,),                             (begin_complaint,)),
    Step("become_prospect",  (S.OPEN, S.ANSWERED),   S.CLOSED,   has("keep cards"),     None,       (caller_is_known,),                             (begin_card,)),
]
# ruff: enable[E501]
# fmt: on

ENQUIRIES = Life("enquiry", Enquiry, EnquiryState, STEPS, path=(S.OPEN, S.ANSWERED, S.CLOSED))


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def sees(who: Actor, enquiry: Enquiry) -> bool:
    """The desk and the leaders see all; others what they took or answer."""
    mine = {who.id, *(away.id for away in who.stands_in_for)} & {enquiry.owner_id, enquiry.taken_by_id}
    return enquiry.store_id == who.store_id and (bool(mine) or who.may_or_stands_in("see all enquiries"))


def _seen_by(db: Session, who: Actor) -> Select[Enquiry]:
    query = people.scoped(select(Enquiry), Enquiry, who).options(joinedload(Enquiry.owner))
    if not who.may_or_stands_in("see all enquiries"):
        mine = [who.id, *(away.id for away in who.stands_in_for)]
        query = query.where(or_(Enquiry.owner_id.in_(mine), Enquiry.taken_by_id.in_(mine)))
    return query


def waiting(db: Session, who: Actor) -> list[Enquiry]:
    """What is not answered yet, by its time: what is overdue comes first."""
    query = _seen_by(db, who).where(Enquiry.state == S.OPEN)
    return list(db.scalars(query.order_by(Enquiry.due_at).limit(LISTED)))


def answered(db: Session, who: Actor) -> list[Enquiry]:
    """What was answered or closed, newest first."""
    query = _seen_by(db, who).where(Enquiry.state != S.OPEN)
    return list(db.scalars(query.order_by(Enquiry.number.desc()).limit(LISTED)))
