"""Training 培训: who was trained in what, until when it counts, and who may not do something without it.

Whether a training is asked for is a house rule with a date, off until a shop decides otherwise. The one question,
`untrained`, is asked by the slot of a test drive and by the inspection of a car.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.engine.fields import Kind, Options, Paragraph
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.house import staff
from dealer.house.policies import policy
from dealer.people import Actor, has, not_their_own
from dealer.records.people import Role
from dealer.records.staffing import Training, TrainingTopic

KEEPS = has("keep training")
SOON = timedelta(days=30)
LISTED = 500


class TrainingFacts(Facts):
    """Somebody was trained."""

    person: Annotated[UUID, Options("colleagues")] = Field(title="Colleague")
    topic: Annotated[TrainingTopic, Kind("chips")] = Field(title="Topic")
    held_on: date = Field(title="Held on")
    valid_until: date | None = Field(None, title="Valid until", description="Empty: without an end.")
    trainer: str = Field(title="Trained by", min_length=1, max_length=200)
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)


# ── the question ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Need:
    """What has to be known, and the house rule that asks for it."""

    topic: TrainingTopic
    rule: str


COMPANION = Need(TrainingTopic.COMPANION, "companions_need_training")
INSPECTOR = Need(TrainingTopic.INSPECTION, "inspectors_need_training")


def untrained(ask: Ask, person_id: UUID | None, need: Need, day: date) -> Refusal | None:
    """Whether the house asks for a training that this person does not have on a day."""
    if person_id is None or not policy(ask.db, ask.actor.store_id, need.rule, day):
        return None
    if _valid(ask.db, ask.actor.store_id, person_id, need.topic, day):
        return None
    return no(
        "{name} has no training “{topic}” that is valid on {day}: have it recorded, or choose somebody who has.",
        code="E-TRAINING", remover=Role.SALES, name=people.names(ask.db, [person_id]).get(person_id, ""),
        topic=need.topic, day=day,
    )  # fmt: skip


def _valid(db: Session, store_id: UUID, person_id: UUID, topic: TrainingTopic, day: date) -> bool:
    query = select(Training.id).where(
        Training.store_id == store_id, Training.person_id == person_id, Training.topic == topic,
        Training.withdrawn_at.is_(None), Training.held_on <= day,
        or_(Training.valid_until.is_(None), Training.valid_until >= day),
    )  # fmt: skip
    return db.scalars(query.limit(1)).first() is not None


# ── writing down ──────────────────────────────────────────────────────────────────────────────────────────────────


def record(ask: Ask) -> Training:
    """Somebody else says that it was held."""
    facts: TrainingFacts = ask.facts
    answer = KEEPS(None, ask)
    _refuse(
        answer if isinstance(answer, Refusal) else None,
        not_their_own(facts.person, ask),
        _is_nobody(ask, facts.person),
        _is_no_span(ask, facts),
    )
    training = Training(
        store_id=ask.actor.store_id, person_id=facts.person, recorded_by_id=ask.actor.id,
        **facts.model_dump(exclude={"person"}),
    )  # fmt: skip
    ask.db.add(training)
    ask.db.flush()
    write_down(ask, "training", training, "record", facts)
    return training


def withdraw(ask: Ask, training: Training) -> None:
    """It was written down by mistake: it counts no more, and stays where it can be read."""
    answer = KEEPS(None, ask)
    gone = no("This has been withdrawn already.", code="E-STATE") if training.withdrawn_at is not None else None
    _refuse(answer if isinstance(answer, Refusal) else None, gone)
    training.withdrawn_at, training.withdrawn_by_id = ask.at, ask.actor.id
    write_down(ask, "training", training, "withdraw")


def _refuse(*refusals: Refusal | None) -> None:
    if told := [each for each in refusals if each is not None]:
        raise Refused(told)


def _is_nobody(ask: Ask, person_id: UUID) -> Refusal | None:
    if person_id not in {each.id for each in staff.at_work(ask.db, ask.actor.store_id)}:
        return no("Choose a colleague who works in this shop.", code="E-REQ-FIELD", field="person")
    return None


def _is_no_span(ask: Ask, facts: TrainingFacts) -> Refusal | None:
    if facts.held_on > ask.today:
        return no("This day is still to come: enter when it was held.", code="E-DAY-AHEAD", field="held_on")
    if facts.valid_until is not None and facts.valid_until < facts.held_on:
        return no("It is valid from the day it was held on: enter a later day.", code="E-DAY-PAST", field="valid_until")
    return None


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def listed(db: Session, who: Actor) -> list[Training]:
    """Everybody's for those who keep them, else one's own: by name and topic, the newest first."""
    query = people.scoped(select(Training), Training, who).options(joinedload(Training.person))
    if not who.may_or_stands_in("keep training"):
        query = query.where(Training.person_id == who.id)
    found = list(db.scalars(query.order_by(Training.held_on.desc(), Training.id).limit(LISTED)))
    return sorted(found, key=lambda each: (each.person.name, each.topic))


def standing(training: Training, today: date) -> str:
    """How it stands: a word of both languages."""
    if training.withdrawn_at is not None:
        return "withdrawn"
    if training.valid_until is None or training.valid_until > today + SOON:
        return "valid"
    return "soon" if training.valid_until >= today else "lapsed"
