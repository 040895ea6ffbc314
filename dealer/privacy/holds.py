"""Legal holds: what is held about somebody stays, whatever its time, until the hold is lifted."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.customers.customers import Telephone
from dealer.engine.fields import Kind, Paragraph
from dealer.engine.steps import Ask, Facts, Personal, Refusal, Refused, no, write_down
from dealer.people import Actor, has
from dealer.records.privacy import LegalHold, RetentionRun

GUARDS = has("guard personal data")
MOST_LISTED = 50


class Hold(Facts):
    """Whose data stay, and why."""

    phone: Annotated[Telephone, Personal(), Kind("tel")] = Field(title="Phone")
    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


def place(ask: Ask) -> LegalHold:
    """From today on nothing of this phone's owner is emptied."""
    _may(ask)
    facts: Hold = ask.facts
    if on(ask.db, ask.actor.store_id, facts.phone) is not None:
        raise Refused([no("There is a hold on this phone already.", code="E-HOLD", field="phone")])
    hold = LegalHold(
        store_id=ask.actor.store_id, phone=facts.phone, reason=facts.reason, from_day=ask.today,
        placed_by_id=ask.actor.id,
    )  # fmt: skip
    ask.db.add(hold)
    ask.db.flush()
    write_down(ask, "legal_hold", hold, "place", facts)
    return hold


def lift(ask: Ask, hold: LegalHold) -> None:
    """Its time counts again."""
    _may(ask)
    if hold.lifted_on is not None:
        raise Refused([no("This hold has been lifted already.", code="E-HOLD")])
    hold.lifted_on, hold.lifted_by_id = ask.today, ask.actor.id
    write_down(ask, "legal_hold", hold, "lift")


def _may(ask: Ask) -> None:
    answer = GUARDS(None, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer])


def on(db: Session, store_id: UUID, phone: str) -> LegalHold | None:
    """The hold on a phone, if there is one."""
    query = select(LegalHold).where(
        LegalHold.store_id == store_id, LegalHold.phone == phone, LegalHold.lifted_on.is_(None)
    )
    return db.scalars(query.limit(1)).first()


def newest(db: Session, who: Actor) -> list[LegalHold]:
    """Holds, those in force first."""
    query = people.scoped(select(LegalHold), LegalHold, who)
    return list(db.scalars(query.order_by(LegalHold.lifted_on.is_not(None), LegalHold.id.desc()).limit(MOST_LISTED)))


def nights(db: Session, who: Actor) -> list[RetentionRun]:
    """What retention did, the last night first."""
    query = people.scoped(select(RetentionRun), RetentionRun, who)
    return list(db.scalars(query.order_by(RetentionRun.day.desc()).limit(MOST_LISTED)))
