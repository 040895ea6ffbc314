"""The life of a request for support of a sub-dealer 支持请求: who sees to it, by when, what was done."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.deals.deals import Comment
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Options, Paragraph
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Step, no, on_facts
from dealer.people import Actor, has, owner_or
from dealer.records.network import SubDealer, SupportKind, SupportRequest, SupportState

S = SupportState
LISTED = 100
Words = Annotated[str, Paragraph]
Helper = Annotated[UUID | None, Options("support_givers")]

# ── what the steps ask for ────────────────────────────────────────────────────────────────────────────────────────


class Wanting(Facts):
    """What they need, by when, and who sees to it."""

    kind: Annotated[SupportKind, Kind("chips")] = Field(SupportKind.DISPLAY_CAR, title="Kind of support")
    what: Words = Field(title="What they need", min_length=1, max_length=2000)
    due_on: date = Field(title="Needed by")
    owner: Helper = Field(None, title="Seen to by", description="Left empty: who looks after the sub-dealer.")


class HandingOn(Facts):
    """Somebody else, or another day."""

    owner: Annotated[UUID, Options("support_givers")] = Field(title="Seen to by")
    due_on: date = Field(title="Needed by")


class Helped(Facts):
    """What was done."""

    result: Words = Field(title="What was done", min_length=1, max_length=2000)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def needed_day_is_ahead(request: SupportRequest, ask: Ask) -> Refusal | None:
    """Nobody is asked for something by yesterday."""
    if ask.facts.due_on < ask.today:
        return no("This day is over: choose today or a later day.", code="E-SUPPORT-DAY", field="due_on")
    return None


@on_facts
def who_helps_is_one_of_us(request: SupportRequest, ask: Ask) -> Refusal | None:
    """Somebody of this shop whose work it can be."""
    able = {person.id for person in people.with_duty(ask.db, request.store_id, "support sub-dealers")}
    if ask.facts.owner is not None and ask.facts.owner not in able:
        return no("Choose one of the offered values.", code="E-REQ-FIELD", field="owner")
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def plan_help(request: SupportRequest, ask: Ask) -> None:
    """It stands in the day of who sees to it."""
    deadlines.cancel(ask, request)
    due = calendar_of(ask.db).end_of(request.due_on)
    deadlines.plan(ask, "give_support", request, due, owner_id=request.owner_id)


def hand_on(request: SupportRequest, ask: Ask) -> None:
    """Who sees to it now, and by when."""
    request.owner_id, request.due_on = ask.facts.owner, ask.facts.due_on
    plan_help(request, ask)


def write_result(request: SupportRequest, ask: Ask) -> None:
    """What was done, and when."""
    request.result, request.ended_at = ask.facts.result, ask.at
    deadlines.finish(ask, request, "give_support")


def write_refusal(request: SupportRequest, ask: Ask) -> None:
    """Why nothing will be done."""
    request.result, request.ended_at = ask.facts.comment, ask.at
    deadlines.cancel(ask, request)


def open_again(request: SupportRequest, ask: Ask) -> None:
    """It was not enough, or it is possible after all: by a day from today on."""
    request.due_on, request.ended_at = max(request.due_on, ask.today), None
    plan_help(request, ask)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

HELPER = owner_or("keep sub-dealers")

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action     from                  to          who                     asks for   refused unless …                               then …
    Step("ask",     None,                 S.OPEN,     has("ask for support"), Wanting,   (needed_day_is_ahead, who_helps_is_one_of_us), (plan_help,)),
    Step("finish",  S.OPEN,               S.DONE,     HELPER,                 Helped,    (),                                            (write_result,)),
    Step("hand_on", S.OPEN,               SAME,       HELPER,                 HandingOn, (needed_day_is_ahead, who_helps_is_one_of_us), (hand_on,)),
    Step("decline", S.OPEN,               S.DECLINED, HELPER,                 Comment,   (),                                            (write_refusal,)),
    Step("reopen",  (S.DONE, S.DECLINED), S.OPEN,     has("ask for support"), Comment,   (),                                            (open_again,)),
]
# ruff: enable[E501]
# fmt: on

SUPPORT = Life("support_request", SupportRequest, SupportState, STEPS, path=(S.OPEN, S.DONE))


def as_asked(ask: Ask, sub_dealer: SubDealer) -> SupportRequest:
    """A request as it was typed, not yet begun: begin it with "ask"."""
    facts: Wanting = ask.facts
    return SupportRequest(
        store_id=ask.actor.store_id, sub_dealer_id=sub_dealer.id, sub_dealer=sub_dealer, kind=facts.kind,
        what=facts.what, asked_by_id=ask.actor.id, owner_id=facts.owner or sub_dealer.owner_id, due_on=facts.due_on,
    )  # fmt: skip


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def sees(request: SupportRequest, who: Actor) -> bool:
    """Those whose work the network is, who was asked to see to it, and the people of the sub-dealer."""
    if who.outside:
        return request.sub_dealer_id == who.sub_dealer_id
    mine = request.owner_id in {who.id, *(away.id for away in who.stands_in_for)}
    return request.store_id == who.store_id and (mine or who.may_or_stands_in("see sub-dealers"))


def _seen_by(who: Actor) -> Select[SupportRequest]:
    beside = (joinedload(SupportRequest.owner), joinedload(SupportRequest.sub_dealer).joinedload(SubDealer.customer))
    return people.scoped(select(SupportRequest), SupportRequest, who).options(*beside)


def waiting(db: Session, who: Actor) -> list[SupportRequest]:
    """What is open, by its day: what is overdue comes first."""
    query = _seen_by(who).where(SupportRequest.state == S.OPEN)
    return list(db.scalars(query.order_by(SupportRequest.due_on, SupportRequest.number).limit(LISTED)))


def ended(db: Session, who: Actor) -> list[SupportRequest]:
    """What was done or declined, newest first."""
    query = _seen_by(who).where(SupportRequest.state != S.OPEN)
    return list(db.scalars(query.order_by(SupportRequest.number.desc()).limit(LISTED)))


def of_sub_dealer(db: Session, who: Actor, sub_dealer: SubDealer) -> list[SupportRequest]:
    """What one has asked for, newest first."""
    query = _seen_by(who).where(SupportRequest.sub_dealer_id == sub_dealer.id)
    return list(db.scalars(query.order_by(SupportRequest.number.desc()).limit(20)))
