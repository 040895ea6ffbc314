"""Requests of people about their own data (PIPL 44–50): received, due, answered; and what the answer does.

A copy is taken out as a sheet; a correction writes the name anew; an objection ends calls; a deletion empties what no
law and no hold keeps, and the answer names what stays and why.
"""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import deadlines, held, people, retention
from dealer.cards import describe
from dealer.customers import ShortName, Telephone
from dealer.desk import normal_number
from dealer.engine import sealed
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Paragraph
from dealer.engine.steps import SAME, Ask, Facts, Life, Personal, Refusal, Step, Unrecorded, no, on_facts
from dealer.held import Held
from dealer.people import Actor, has, not_their_own
from dealer.policies import policy
from dealer.records.people import Role
from dealer.records.privacy import DataRequest, RequestKind, RequestState
from dealer.records.testdrives import NumberKind
from dealer.twins import called_alike

S, K = RequestState, RequestKind


class NewRequest(Facts):
    """Somebody asks about what is held about them."""

    kind: Annotated[RequestKind, Kind("chips")] = Field(RequestKind.COPY, title="What they ask for")
    name: Annotated[ShortName, Personal()] = Field(title="Name")
    phone: Annotated[Telephone | None, Personal(), Kind("tel")] = Field(None, title="Phone")
    number: Annotated[str, Unrecorded()] = Field(
        "", title="ID or licence number", max_length=40, description="Only to find test drives; it is not kept."
    )
    told: Annotated[str, Paragraph, Personal()] = Field("", title="In their own words", max_length=2000)


class Identifying(Facts):
    """How it was made sure that it is them, before anything of theirs is copied or changed."""

    identified: str = Field(title="How we know that it is them", min_length=1, max_length=200)
    other_name: Annotated[str, Personal()] = Field(
        "",
        title="Why it is them under another name",
        max_length=200,
        description="Only where what is held carries another name.",
    )


class Answering(Facts):
    """What they are told."""

    answer: Annotated[str, Paragraph] = Field("", title="What they are told", max_length=2000)
    right_name: Annotated[str, Personal()] = Field(
        "",
        title="The right name",
        max_length=60,
        description="Only to correct it; a phone is corrected where it stands.",
    )


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def somebody_can_be_found(request: DataRequest, ask: Ask) -> Refusal | None:
    """A phone or a number leads to what is held."""
    if not ask.facts.phone and not ask.facts.number:
        return no("Enter the phone, or the number of an ID or a licence.", code="E-REQ-FIELD", field="phone")
    return None


@on_facts
def correction_says_what_is_right(request: DataRequest, ask: Ask) -> Refusal | None:
    """A correction has a right name."""
    if request.kind is K.CORRECT and not ask.facts.right_name:
        return no("Enter the right name.", code="E-REQ-FIELD", field="right_name")
    return None


@on_facts
def name_is_theirs(request: DataRequest, ask: Ask) -> Refusal | None:
    """A phone changes hands: what is held under another name is somebody else's until words say otherwise."""
    held_names = {each.thing.name for each in found(ask.db, ask.actor, request)} - {""}
    others = sorted(name for name in held_names if not called_alike(name, request.name))
    if not others or ask.facts.other_name:
        return None
    return no(
        "What is held carries the name {others}, the request {name}: say why it is them, or do not go on.",
        code="E-NAME-DIFFERS", field="other_name", others=others, name=request.name,
    )  # fmt: skip


def they_are_identified(request: DataRequest, ask: Ask) -> Refusal | None:
    """Nothing leaves the house, and nothing is changed, for somebody who only says who they are."""
    if not request.identified:
        return no("First write down how we know that it is them.", code="E-NOT-IDENTIFIED")
    return None


def somebody_else_received_a_deletion(request: DataRequest, ask: Ask) -> Refusal | None:
    """What is deleted cannot be brought back: whoever took the request down does not carry it out alone."""
    return not_their_own(request.received_by_id, ask) if request.kind is K.DELETE else None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def prepare(ask: Ask) -> DataRequest:
    """The request as it was told; of a number only its keyed hash is kept, to find drives by."""
    facts: NewRequest = ask.facts
    number = normal_number(NumberKind.OTHER, facts.number) if facts.number else None
    return DataRequest(
        store_id=ask.actor.store_id, kind=facts.kind, name=facts.name, phone=facts.phone, told=facts.told,
        number_hash=sealed.hash_of(ask.db, "number", number) if number else None, received_by_id=ask.actor.id,
    )  # fmt: skip


def plan_the_answer(request: DataRequest, ask: Ask) -> None:
    """Due within some days (house rule `data_request_days`)."""
    days = policy(ask.db, request.store_id, "data_request_days", ask.today)
    request.due_at = calendar_of(ask.db).within_days(ask.at, days)
    deadlines.plan(ask, "data_request", request, request.due_at, role=Role.ADMIN)


def note_identity(request: DataRequest, ask: Ask) -> None:
    """How we know stays with the request; a name that differed stays in its history, with the words for it."""
    request.identified = ask.facts.identified


def carry_out(request: DataRequest, ask: Ask) -> None:
    """Do what was asked for, as far as the law lets us, and note what stays."""
    known = found(ask.db, ask.actor, request)
    for each in known:
        CARRIED_OUT[request.kind](ask, each)
    request.answer = ask.facts.answer
    request.answered_at, request.answered_by_id = ask.at, ask.actor.id
    request.outcome = [{"kind": each.kind, "at": each.at.isoformat(), "stays": each.stays} for each in known]
    deadlines.finish(ask, request, "data_request")


def _only_tell(ask: Ask, each: Held) -> None:
    """A copy changes nothing."""


def _write_name(ask: Ask, each: Held) -> None:
    if each.kind == "card":
        describe(each.thing, ask.facts.right_name, each.thing.phone, each.thing.company)
    else:
        each.thing.name = ask.facts.right_name


def _end_calls(ask: Ask, each: Held) -> None:
    match each.kind:
        case "card" | "contact":
            each.thing.do_not_call = True
        case "drive":
            each.thing.calls_welcome = False


EMPTIES: dict[str, Callable[[Ask, Any], None]] = {
    "visit": retention.empty_visit, "card": retention.empty_card, "drive": retention.empty_driver,
    "contact": retention.empty_contact,
}  # fmt: skip


def _delete(ask: Ask, each: Held) -> None:
    if not each.stays:
        EMPTIES[each.kind](ask, each.thing)


CARRIED_OUT: dict[RequestKind, Callable[[Ask, Held], None]] = {
    K.COPY: _only_tell, K.CORRECT: _write_name, K.OBJECT: _end_calls, K.DELETE: _delete,
}  # fmt: skip

# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …
    Step("receive", None, S.RECEIVED, has("take data requests"), NewRequest,
         (somebody_can_be_found,),
         (plan_the_answer,)),
    Step("identify", S.RECEIVED, SAME, has("guard personal data"), Identifying,
         (name_is_theirs,),
         (note_identity,)),
    Step("copy", S.RECEIVED, SAME, has("guard personal data"), None,
         (they_are_identified,)),
    Step("answer", S.RECEIVED, S.ANSWERED, has("guard personal data"), Answering,
         (they_are_identified, somebody_else_received_a_deletion, correction_says_what_is_right),
         (carry_out,)),
]
# fmt: on

REQUESTS = Life("data_request", DataRequest, RequestState, STEPS, (S.RECEIVED, S.ANSWERED))


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────────────────────

MOST_LISTED = 100


def newest(db: Session, who: Actor) -> list[DataRequest]:
    """Open requests by their day, then those that are answered, the latest first."""
    query = people.scoped(select(DataRequest), DataRequest, who)
    return list(
        db.scalars(query.order_by(DataRequest.state.desc(), DataRequest.due_at, DataRequest.id).limit(MOST_LISTED))
    )


def found(db: Session, who: Actor, request: DataRequest) -> list[Held]:
    """What is held about whoever asks."""
    return held.find(db, who, request.phone, request.number_hash)
