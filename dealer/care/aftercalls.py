"""Which calls become due after a hand-over.

T0 is the moment of driving off. From then on run the thank-you call within the hour, customer service's call-back
until 24:00 of the third day, a second contact and one after the first month. They are due once per receiver (or using
unit) and day, not per VIN: nobody wants to be thanked six times for six cars.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer import people
from dealer.care import call_window, care_agents, care_calls, maintenance
from dealer.care.call_reach import using_unit
from dealer.care.care_calls import CALLS
from dealer.care.maintenance import Reading
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask, Refusal, no
from dealer.house.policies import policy
from dealer.records.care import CareCall, CareKind, CareState
from dealer.records.deals import Deal, DealState
from dealer.records.deliveries import Batch, BatchState, Handover
from dealer.records.people import Role

K = CareKind
OF_USING_UNIT = (K.CALLBACK, K.SECOND_CONTACT, K.FIRST_MONTH, K.MAINTENANCE)
HANDED = (BatchState.IN_HANDOVER, BatchState.PARTLY_ACCEPTED, BatchState.ACCEPTED)


class Planned(NamedTuple):
    """A call that follows from a hand-over."""

    kind: CareKind
    whom: str
    agent_id: UUID | None
    due_at: datetime
    planned_at: datetime


# ── births ────────────────────────────────────────────────────────────────────────────────────────────────────────


def births(db: Session, thing: Batch | Deal, ask: Ask) -> list[CareCall]:
    """The calls after the hand-overs of a batch; the first revisit once a deal is closed."""
    asked = Ask(db, people.system(thing.store_id), ask.at, because=ask.because)
    if isinstance(thing, Deal):
        return [_first_revisit(db, thing, asked)] if _is_to_be_revisited(db, thing) else []
    return [] if thing.state not in HANDED else [_born(thing, of, call, asked) for of, call in _missing(db, thing)]


def _missing(db: Session, batch: Batch) -> Iterator[tuple[UUID, Planned]]:
    """What no call was planned for yet. The house rules are asked only where something is missing: a batch may have
    hundreds of hand-overs, and each step of their deal looks here."""
    calendar, user = calendar_of(db), using_unit(batch).name
    followed = select(CareCall.kind, CareCall.whom, Handover.driven_off_at).join(CareCall.handover)
    rows = db.execute(followed.where(CareCall.batch_id == batch.id))
    known = {(kind, whom, calendar.today(at)) for kind, whom, at in rows}
    columns = (Handover.id, Handover.receiver, Handover.consultant_id, Handover.driven_off_at)
    handovers = select(*columns).where(Handover.batch_id == batch.id)
    for key, receiver, consultant_id, left in db.execute(handovers.order_by(Handover.driven_off_at, Handover.number)):
        day = calendar.today(left)
        wanted = {(K.THANK_YOU, receiver, day), *((kind, user, day) for kind in OF_USING_UNIT)}
        if wanted <= known:
            continue
        yield from (
            (key, call)
            for call in _after(db, batch, receiver, consultant_id, left)
            if (call.kind, call.whom, day) not in known
        )
        known |= wanted


def _after(db: Session, batch: Batch, receiver: str, consultant_id: UUID, left: datetime) -> Iterator[Planned]:
    """What follows from one hand-over, by the house rules of its day."""
    calendar, user = calendar_of(db), using_unit(batch).name
    day = calendar.today(left)
    within_the_hour = left + timedelta(minutes=policy(db, batch.store_id, "thank_you_minutes", day))
    yield Planned(K.THANK_YOU, receiver, consultant_id, within_the_hour, within_the_hour)
    agent = care_agents.of_customer(db, batch.deal.customer_id)
    agent_id = agent.agent_id if agent else None
    for kind, name, caller_id in (
        (K.CALLBACK, "callback_days", agent_id),
        (K.SECOND_CONTACT, "second_contact_days", consultant_id),
        (K.FIRST_MONTH, "first_month_days", agent_id),
    ):
        due_at = calendar.within_days(left, policy(db, batch.store_id, name, day))
        yield Planned(kind, user, caller_id, due_at, call_window.ahead_of(db, batch.store_id, left, due_at))
    yield _service(db, batch, day, user, agent_id)


def _service(db: Session, batch: Batch, day: date, user: str, agent_id: UUID | None) -> Planned:
    """The first service by its date; what the customer reads of the odometer brings it forward."""
    models = [share.line.model.code for share in batch.shares]
    by = maintenance.interval(db, batch.store_id, models, day)
    due_at = calendar_of(db).end_of(maintenance.due_on(Reading(day, 0), None, by))
    return Planned(K.MAINTENANCE, user, agent_id, due_at, call_window.reminding(db, batch.store_id, due_at, day))


def _born(batch: Batch, handover_id: UUID, planned: Planned, ask: Ask) -> CareCall:
    call = CareCall(
        store_id=batch.store_id, case_id=batch.case_id, customer_id=batch.deal.customer_id, batch_id=batch.id,
        handover_id=handover_id, **planned._asdict(),
    )  # fmt: skip
    call.customer = batch.deal.customer
    CALLS.begin("plan", call, ask)
    return call


def _is_to_be_revisited(db: Session, deal: Deal) -> bool:
    if deal.state is not DealState.CLOSED:
        return False
    due = (CareCall.customer_id == deal.customer_id) & (CareCall.state == CareState.DUE)
    query = select(CareCall.id).where(CareCall.kind == K.REVISIT, due | (CareCall.case_id == deal.id))
    return db.scalars(query.limit(1)).first() is None


def _first_revisit(db: Session, deal: Deal, ask: Ask) -> CareCall:
    """The shop keeps in touch with those who bought (U5)."""
    due_at, planned_at = care_calls.revisit_times(ask, deal.store_id)
    call = CareCall(
        store_id=deal.store_id, case_id=deal.id, customer_id=deal.customer_id, kind=K.REVISIT, whom=deal.customer.name,
        agent_id=deal.owner_id, due_at=due_at, planned_at=planned_at,
    )  # fmt: skip
    call.customer = deal.customer
    CALLS.begin("plan", call, ask)
    return call


# ── rules of others ───────────────────────────────────────────────────────────────────────────────────────────────


def callbacks_are_made(batch: Batch, ask: Ask) -> Refusal | None:
    """Everybody who received cars is called back."""
    if _callbacks_due(ask.db, CareCall.batch_id == batch.id):
        return no(
            "Customer service has not called back yet.",
            code="E-NO-CALLBACK", remover=Role.CUSTOMER_SERVICE, fix="call_back",
        )  # fmt: skip
    return None


def callbacks_due_in(db: Session, deal: Deal) -> int:
    """How many call-backs of a deal are still to be made."""
    return _callbacks_due(db, CareCall.case_id == deal.id)


def _callbacks_due(db: Session, whose: object) -> int:
    query = select(func.count()).select_from(CareCall)
    due = (CareCall.kind == K.CALLBACK, CareCall.state == CareState.DUE)
    return db.scalar(query.where(whose, *due)) or 0  # type: ignore[arg-type]
