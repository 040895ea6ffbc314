"""The life of a note 客户反馈: what a colleague heard of a customer or a model, to the key-account manager's list.

Read and answered by name: who wrote it sees that it did not fall on deaf ears.
"""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.engine.database import calendar_of
from dealer.engine.fields import Options, Paragraph
from dealer.engine.steps import Ask, Facts, Life, Refusal, Step, no, on_facts
from dealer.people import Actor, has
from dealer.records.customers import Customer
from dealer.records.outings import Note, NoteState
from dealer.records.people import Role
from dealer.records.vehicles import Model

S = NoteState
LISTED = 50
Words = Annotated[str, Paragraph]


class Telling(Facts):
    """What was heard, and of whom or what."""

    customer: Annotated[UUID | None, Options("customers_to_visit")] = Field(None, title="Customer")
    model: Annotated[UUID | None, Options("models")] = Field(None, title="Model")
    text: Words = Field(title="What was heard", min_length=1, max_length=2000)


class Answering(Facts):
    """What the key-account manager makes of it."""

    answer: Words = Field(title="Reply", min_length=1, max_length=2000)


@on_facts
def it_is_about_something(note: Note, ask: Ask) -> Refusal | None:
    """A note without a customer and a model is found by nobody later."""
    if ask.facts.customer is None and ask.facts.model is None:
        return no("Choose the customer or the model that it is about.", code="E-REQ-FIELD", field="customer")
    return None


@on_facts
def what_it_is_about_is_ours(note: Note, ask: Ask) -> Refusal | None:
    """Customer and model are of this shop."""
    for field, record in (("customer", Customer), ("model", Model)):
        key = getattr(ask.facts, field)
        if key is not None and people.by_id(ask.db, record, ask.actor, key) is None:
            return no("Choose one of the offered values.", code="E-REQ-FIELD", field=field)
    return None


def put_on_the_list(note: Note, ask: Ask) -> None:
    """The key-account manager reads it by the end of the next working day."""
    due = calendar_of(ask.db).due_after(ask.today, 1)
    deadlines.plan(ask, "read_note", note, due, role=Role.KEY_ACCOUNT)


def note_reading(note: Note, ask: Ask) -> None:
    """Who has read it."""
    note.read_by_id = ask.actor.id
    deadlines.finish(ask, note, "read_note")


def write_answer(note: Note, ask: Ask) -> None:
    """What becomes of it; it is read with that, too."""
    note.answer, note.answered_by_id = ask.facts.answer, ask.actor.id
    note.read_by_id = note.read_by_id or ask.actor.id
    deadlines.finish(ask, note, "read_note")


ANSWERS = has("answer notes")

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action    from              to          who                asks for   refused unless …                                     then …
    Step("send",   None,             S.SENT,     has("send notes"), Telling,   (it_is_about_something, what_it_is_about_is_ours),  (put_on_the_list,)),
    Step("read",   S.SENT,           S.READ,     ANSWERS,           None,      (),                                                 (note_reading,)),
    Step("answer", (S.SENT, S.READ), S.ANSWERED, ANSWERS,           Answering, (),                                                 (write_answer,)),
]
# ruff: enable[E501]
# fmt: on

NOTES = Life("note", Note, NoteState, STEPS, path=(S.SENT, S.READ, S.ANSWERED))


def written(ask: Ask) -> Note:
    """A note as it was typed, not yet begun: begin it with "send"."""
    facts: Telling = ask.facts
    return Note(
        store_id=ask.actor.store_id, owner_id=ask.hat.id, customer_id=facts.customer, model_id=facts.model,
        text=facts.text,
    )  # fmt: skip


def sees(who: Actor, note: Note) -> bool:
    """Who wrote it and who answers."""
    mine = note.owner_id in {who.id, *(away.id for away in who.stands_in_for)}
    return note.store_id == who.store_id and (mine or who.may_or_stands_in("answer notes"))


def listed(db: Session, who: Actor, state: NoteState | None = None) -> list[Note]:
    """The notes that a person sees, newest first; what waits for an answer can be asked for alone."""
    beside = (joinedload(Note.owner), joinedload(Note.customer), joinedload(Note.model))
    return list(db.scalars(_seen_by(who, state).options(*beside)))


def how_many(db: Session, who: Actor, state: NoteState) -> int:
    """How many of them there are, at most a list full."""
    few = _seen_by(who, state).with_only_columns(Note.id).subquery()
    return db.scalar(select(func.count()).select_from(few)) or 0


def _seen_by(who: Actor, state: NoteState | None) -> Select[Note]:
    query = people.scoped(select(Note), Note, who)
    if not who.may_or_stands_in("answer notes"):
        query = query.where(Note.owner_id == who.id)
    if state is not None:
        query = query.where(Note.state == state)
    return query.order_by(Note.number.desc()).limit(LISTED)
