"""Requests of people about their own data (PIPL 44–50): received, due, answered; and what the answer does.

A copy is taken out as a sheet; a correction puts right what is held (corrections.py); an objection ends calls; a
deletion empties what no law and no hold keeps, and the answer names what stays and why. Nobody gets, changes or deletes
what carries another name: a phone changes hands, and who knows it is not therefore its owner.
"""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import deadlines, people
from dealer.customers.customers import ShortName, Telephone
from dealer.drives.desk import normal_number
from dealer.engine import sealed
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Paragraph
from dealer.engine.identifiers import mask_phone
from dealer.engine.steps import SAME, Ask, Facts, Life, Personal, Refusal, Step, Unrecorded, no, on_facts
from dealer.house.policies import policy
from dealer.market import outside_contacts
from dealer.people import Actor, has, not_their_own
from dealer.privacy import after_sales_data, corrections, held, retention
from dealer.privacy.corrections import Answering, Correcting
from dealer.privacy.held import Held
from dealer.prospects.twins import called_alike
from dealer.records.people import Role
from dealer.records.privacy import DataRequest, RequestKind, RequestState
from dealer.records.testdrives import NumberKind

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
    document_name: Annotated[ShortName, Personal()] = Field(title="Name on the document that was shown")
    reached: bool = Field(
        False,
        title="They were reached on the phone that is held",
        description="Call it, or have them show a message that you send; not needed where the number was found.",
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
    """A correction has something that is right."""
    return corrections.says_what_is_right(ask.facts)


@on_facts
def what_is_put_right_is_held(request: DataRequest, ask: Ask) -> Refusal | None:
    """A correction is no way to learn more about somebody."""
    return corrections.is_held(ask.facts, found(ask.db, ask.actor, request))


@on_facts
def right_phone_is_nobody_elses(request: DataRequest, ask: Ask) -> Refusal | None:
    """One card per phone, also after a correction."""
    return corrections.phone_is_nobody_elses(ask, found(ask.db, ask.actor, request))


@on_facts
def document_shows_their_name(request: DataRequest, ask: Ask) -> Refusal | None:
    """Whoever wants their name corrected shows the right one; everybody else the one they gave."""
    shown: str = ask.facts.document_name
    if request.kind is K.CORRECT or called_alike(shown, request.name):
        return None
    return no(
        "The document shows {shown}, the request is of {name}: take it down again in the name of the document.",
        code="E-NAME-DIFFERS", field="document_name", shown=shown, name=request.name,
    )  # fmt: skip


@on_facts
def something_held_is_theirs(request: DataRequest, ask: Ask) -> Refusal | None:
    """What is held carries their name, or their number; if nothing does, this says what is missing."""
    others = others_names(ask.db, ask.actor, request)
    if not others or found(ask.db, ask.actor, request):
        return None
    return no(
        "What is held carries the name {others}, the request {name}. Missing: a document in that name, or the number "
        "of the ID or licence that is held; take the request down again with it.",
        code="E-NAME-DIFFERS", field="document_name", others=others, name=request.name,
    )  # fmt: skip


@on_facts
def phone_is_in_their_hands(request: DataRequest, ask: Ask) -> Refusal | None:
    """Name and phone of somebody are known to many; who holds the phone is asked by calling it."""
    proven = any(_has_their_number(each, request) for each in found(ask.db, ask.actor, request))
    if request.phone is None or proven or ask.facts.reached or not found(ask.db, ask.actor, request):
        return None
    return no(
        "Missing: that they were reached on {phone}. Call it, or have them show the number of the ID or licence.",
        code="E-NOT-REACHED", field="reached", phone=mask_phone(request.phone),
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
    """How we know stays with the request; from now on it is of whoever the document names."""
    request.identified = ask.facts.identified
    if request.kind is not K.CORRECT:
        request.name = ask.facts.document_name


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


def _end_calls(ask: Ask, each: Held) -> None:
    match each.kind:
        case "card" | "contact":
            each.thing.do_not_call = True
        case "drive":
            each.thing.calls_welcome = False


EMPTIES: dict[str, Callable[[Ask, Any], None]] = {
    "visit": retention.empty_visit, "card": retention.empty_card, "drive": retention.empty_driver,
    "contact": retention.empty_contact, "outside_contact": outside_contacts.empty, **after_sales_data.EMPTIES,
}  # fmt: skip


def _delete(ask: Ask, each: Held) -> None:
    if not each.stays:
        EMPTIES[each.kind](ask, each.thing)


CARRIED_OUT: dict[RequestKind, Callable[[Ask, Held], None]] = {
    K.COPY: _only_tell, K.CORRECT: corrections.put_right, K.OBJECT: _end_calls, K.DELETE: _delete,
}  # fmt: skip


def corrects_something(request: DataRequest, ask: Ask) -> bool:
    """Tells the two answers apart: this one asks for what is right."""
    return request.kind is K.CORRECT


def corrects_nothing(request: DataRequest, ask: Ask) -> bool:
    """A copy, an objection or a deletion."""
    return request.kind is not K.CORRECT


# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …
    Step("receive", None, S.RECEIVED, has("take data requests"), NewRequest,
         (somebody_can_be_found,),
         (plan_the_answer,)),
    Step("identify", S.RECEIVED, SAME, has("guard personal data"), Identifying,
         (document_shows_their_name, something_held_is_theirs, phone_is_in_their_hands),
         (note_identity,)),
    Step("copy", S.RECEIVED, SAME, has("guard personal data"), None,
         (they_are_identified,)),
    Step("answer", S.RECEIVED, S.ANSWERED, has("guard personal data"), Answering,
         (they_are_identified, somebody_else_received_a_deletion),
         (carry_out,), when=corrects_nothing),
    Step("answer", S.RECEIVED, S.ANSWERED, has("guard personal data"), Correcting,
         (they_are_identified, correction_says_what_is_right, what_is_put_right_is_held, right_phone_is_nobody_elses),
         (carry_out,), when=corrects_something),
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
    """What is held about whoever asks: under their number, or under their phone in no other name."""
    everything = held.find(db, who, request.phone, request.number_hash)
    return [each for each in everything if _is_theirs(each, request)]


def others_names(db: Session, who: Actor, request: DataRequest) -> list[str]:
    """The names under which more is held by the same phone: left out, for it is somebody else's."""
    everything = held.find(db, who, request.phone, request.number_hash)
    return sorted({each.name for each in everything if not _is_theirs(each, request)})


def _is_theirs(each: Held, request: DataRequest) -> bool:
    nameless = not each.name
    return nameless or called_alike(each.name, request.name) or _has_their_number(each, request)


def _has_their_number(each: Held, request: DataRequest) -> bool:
    return request.number_hash is not None and getattr(each.thing, "number_hash", None) == request.number_hash
