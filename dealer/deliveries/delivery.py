"""Delivery batches 交付批次: planned by the contract, released when their cars are there, handed over car by car.

A batch moves by itself with its cars: the first hand-over begins it, the last accepted car ends it, a rejected car
keeps it partly accepted. `overdue` is no state: it follows from the day and from what has not been delivered.
Calls after the hand-over are in aftercalls.py, delay and its damages in delays.py.
"""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer import deadlines, people
from dealer.care import aftercalls
from dealer.contracts.in_force import cars_of, is_amendment, text_in_force
from dealer.deals.deals import Comment
from dealer.deliveries import batch_plans as plans
from dealer.deliveries import delays
from dealer.deliveries.handover_papers import order_list
from dealer.engine.database import calendar_of
from dealer.engine.fields import Options, Paragraph
from dealer.engine.refusals import not_yet
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Step, no, on_facts
from dealer.people import OWNER, SYSTEM, has
from dealer.records.contracts import Contract, ContractState
from dealer.records.deals import GIVEN_UP, Deal, DealState
from dealer.records.deliveries import Batch, BatchShare, BatchState
from dealer.records.people import Role
from dealer.records.vehicles import Unit, UnitState
from dealer.stock import arrivals
from dealer.stock.allocation import TAKING, units_of_batch

B = BatchState
PATH = (B.PLANNED, B.RELEASED, B.IN_HANDOVER, B.ACCEPTED, B.CLOSED)
KAM = has("decide on deals")

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class SplitShare(Facts):
    """How many cars of a line go into the new batch."""

    line: Annotated[UUID, Options("batch_lines")] = Field(title="Model")
    quantity: int = Field(title="Quantity", ge=1, le=1000)


class Split(Facts):
    """Part of a batch becomes one of its own; what was agreed with the customer stays the day that counts."""

    shares: tuple[SplitShare, ...] = Field(title="Into the new batch", min_length=1, max_length=50)
    due_on: date = Field(title="New delivery day")
    place: str = Field("", title="Place", max_length=200)
    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def deal_is_in_delivery(batch: Batch, ask: Ask) -> Refusal | None:
    """Deposit and drives were asked for when the deal began its delivery."""
    if batch.deal.state is not DealState.DELIVERY:
        return no(
            "The deal is not in delivery yet: begin its delivery first.", code="E-DEAL-PHASE", fix="begin_delivery"
        )
    return None


def every_car_is_allocated(batch: Batch, ask: Ask) -> Refusal | None:
    """As many VINs as the batch has places; a part can be split off with the same day."""
    missing = batch.quantity - len(units_of_batch(ask.db, batch))
    if missing:
        return no(
            "{missing} cars are still to be allocated, or to be split off into a later batch.",
            code="E-BATCH-SHORT", remover=Role.VEHICLES, fix="allocate", missing=missing,
        )  # fmt: skip
    return None


@on_facts
def split_leaves_both_parts(batch: Batch, ask: Ask) -> Refusal | None:
    """Each part keeps cars, and those that are allocated stay where they are."""
    places = {share.contract_line_id: share.quantity for share in batch.shares}
    taken = {key: len(list(units)) for key, units in _by_line(units_of_batch(ask.db, batch))}
    wanted: dict[UUID, int] = {}
    for share in ask.facts.shares:
        wanted[share.line] = wanted.get(share.line, 0) + share.quantity
    if any(quantity > places.get(key, 0) - taken.get(key, 0) for key, quantity in wanted.items()):
        return no(
            "Only places without a car can be split off: take cars off the batch first, or split fewer.",
            code="E-SPLIT", field="shares",
        )  # fmt: skip
    if sum(wanted.values()) >= batch.quantity:
        return no("Leave at least one car in this batch.", code="E-SPLIT", field="shares")
    return None


def _by_line(units: Iterable[Unit]) -> Iterable[tuple[UUID | None, Iterable[Unit]]]:
    return groupby(sorted(units, key=lambda unit: str(unit.contract_line_id)), key=lambda unit: unit.contract_line_id)


@on_facts
def new_day_is_ahead(batch: Batch, ask: Ask) -> Refusal | None:
    """A plan speaks of the future."""
    if ask.facts.due_on < ask.today:
        return no("This day is past.", code="E-DAY-PAST", field="due_on")
    return None


def handover_has_begun(batch: Batch, ask: Ask) -> Refusal | None:
    """The first car was accepted, or rejected."""
    begun = any(unit.delivered_at or unit.promised_on for unit in units_of_batch(ask.db, batch))
    return None if begun else not_yet()


def only_rejected_cars_are_left(batch: Batch, ask: Ask) -> Refusal | None:
    """All others are with the customer."""
    units = units_of_batch(ask.db, batch)
    left = [unit for unit in units if unit.state is not UnitState.DELIVERED]
    done = len(units) == batch.quantity and left and all(unit.promised_on for unit in left)
    return None if done else not_yet()


def every_car_is_delivered(batch: Batch, ask: Ask) -> Refusal | None:
    """The last one has gone."""
    units = units_of_batch(ask.db, batch)
    done = len(units) == batch.quantity and all(unit.state is UnitState.DELIVERED for unit in units)
    return None if done else not_yet()


def plan_has_changed(batch: Batch, ask: Ask) -> Refusal | None:
    """An amendment in effect gives the batch more cars, takes empty places from it, or moves its day."""
    return None if plans.changes(ask.db, batch) else not_yet()


def it_holds_no_car(batch: Batch, ask: Ask) -> Refusal | None:
    """All its cars fell away by amendment."""
    return None if batch.quantity == 0 else not_yet()


def deal_has_ended(batch: Batch, ask: Ask) -> Refusal | None:
    """Nothing more is delivered under it."""
    return None if batch.deal.state in (*GIVEN_UP, DealState.CLOSED) else not_yet()


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def plan_batch(batch: Batch, ask: Ask) -> None:
    """Cars are wanted from the yard, and the day is in the owner's calendar."""
    calendar = calendar_of(ask.db)
    wanted = calendar.due_after(ask.today, 1)
    deadlines.plan(ask, "allocate_cars", batch, wanted, role=Role.VEHICLES)
    deadlines.plan(ask, "deliver_batch", batch, calendar.end_of(batch.due_on), owner_id=batch.owner_id)


def note_release(batch: Batch, ask: Ask) -> None:
    """The yard has done its part."""
    deadlines.finish(ask, batch, "allocate_cars")


def note_acceptance(batch: Batch, ask: Ask) -> None:
    """All there: the list of its cars is printed, and filed with the contract."""
    deadlines.finish(ask, batch, "deliver_batch")
    order_list(ask, batch)


def end_tasks(batch: Batch, ask: Ask) -> None:
    """Nothing of it is due any more; calls to people who did receive cars are still made."""
    for kind in ("allocate_cars", "deliver_batch", "tell_customer"):
        deadlines.cancel(ask, batch, kind)


def split_off(batch: Batch, ask: Ask) -> None:
    """The new batch keeps the day that was agreed with the customer: delay is counted from there."""
    facts: Split = ask.facts
    child = Batch(
        store_id=batch.store_id,
        deal_id=batch.deal_id,
        case_id=batch.case_id,
        contract_id=batch.contract_id,
        position=_next_position(ask.db, batch.contract_id),
        planned_as=batch.planned_as,
        due_on=facts.due_on,
        original_due_on=batch.original_due_on,
        place=facts.place or batch.place,
        sent_by_seller=batch.sent_by_seller,
        contact=batch.contact,
        contact_phone=batch.contact_phone,
    )
    child.deal, child.contract = batch.deal, batch.contract
    for share in facts.shares:
        _move_share(batch, child, share)
    batch.quantity, child.quantity = (sum(each.quantity for each in part.shares) for part in (batch, child))
    BATCHES.begin("split_off", child, ask.with_facts(Comment(comment=facts.reason)))


def _move_share(batch: Batch, child: Batch, moved: SplitShare) -> None:
    share = next(each for each in batch.shares if each.contract_line_id == moved.line)
    share.quantity -= moved.quantity
    if not share.quantity:
        batch.shares.remove(share)
    child.shares.append(BatchShare(store_id=batch.store_id, contract_line_id=moved.line, quantity=moved.quantity))


def _next_position(db: Session, contract_id: UUID) -> int:
    return (db.scalar(select(func.max(Batch.position)).where(Batch.contract_id == contract_id)) or 0) + 1


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …
    Step("plan", None, B.PLANNED, SYSTEM, None,
         (),
         (plan_batch,)),
    Step("split_off", None, B.PLANNED, KAM, Comment,
         (),
         (plan_batch,)),
    Step("release", B.PLANNED, B.RELEASED, has("allocate"), None,
         (deal_is_in_delivery, every_car_is_allocated),
         (note_release,)),
    Step("split", B.PLANNED, SAME, KAM, Split,
         (split_leaves_both_parts, new_day_is_ahead),
         (split_off,)),
    Step("excuse_delay", (*TAKING, B.ACCEPTED), SAME, KAM, delays.Excuse,
         (delays.excuse_has_evidence,),
         (delays.note_excuse,)),
    Step("follow_amendment", TAKING, SAME, SYSTEM, None,
         (plan_has_changed,),
         (plans.take_over,)),
    Step("move_promise", TAKING, SAME, SYSTEM, arrivals.Promise,
         (arrivals.a_day_is_named,),
         (arrivals.move_promise,)),
    Step("note_told", (*TAKING, B.ACCEPTED), SAME, OWNER, arrivals.Told,
         (arrivals.there_is_news_to_tell,),
         (arrivals.note_told,)),
    Step("end_empty", TAKING, B.CLOSED, SYSTEM, None,
         (it_holds_no_car,),
         (end_tasks,)),
    Step("begin_handover", B.RELEASED, B.IN_HANDOVER, SYSTEM, None,
         (handover_has_begun,)),
    Step("note_rejection", B.IN_HANDOVER, B.PARTLY_ACCEPTED, SYSTEM, None,
         (only_rejected_cars_are_left,)),
    Step("accept", (B.IN_HANDOVER, B.PARTLY_ACCEPTED), B.ACCEPTED, SYSTEM, None,
         (every_car_is_delivered,),
         (note_acceptance,)),
    Step("close", B.ACCEPTED, B.CLOSED, KAM, None,
         (aftercalls.callbacks_are_made,)),
    Step("end_with_deal", (*TAKING, B.ACCEPTED), B.CLOSED, SYSTEM, None,
         (deal_has_ended,),
         (end_tasks,)),
]
# fmt: on

BATCHES = Life("batch", Batch, BatchState, STEPS, PATH)


# ── births ────────────────────────────────────────────────────────────────────────────────────────────────────────


def births(db: Session, contract: Contract, ask: Ask) -> list[Batch]:
    """The batches of a contract in effect: one for each of its annex 2, and for cars of an amendment that find none."""
    if contract.state is not ContractState.EFFECTIVE or is_amendment(contract):
        return []
    asked = Ask(db, people.system(contract.store_id), ask.at, because=ask.because)
    return [_born(contract, plan, asked) for plan in plans.without_batch(db, contract)]


def _born(contract: Contract, plan: plans.Planned, ask: Ask) -> Batch:
    batch = Batch(
        store_id=contract.store_id,
        deal_id=contract.deal_id,
        case_id=contract.deal_id,
        contract_id=contract.id,
        position=_next_position(ask.db, contract.id),
        planned_as=plan.number,
        quantity=sum(plan.cars.values()),
        due_on=plan.first.due_on,
        original_due_on=plan.first.due_on,
        place=plan.first.place,
        sent_by_seller=plan.first.sent_by_seller,
        contact=plan.first.contact,
        contact_phone=plan.first.contact_phone,
    )
    batch.deal, batch.contract = contract.deal, contract
    batch.shares = [
        BatchShare(store_id=contract.store_id, contract_line_id=line, quantity=quantity)
        for line, quantity in plan.cars.items()
    ]
    BATCHES.begin("plan", batch, ask)
    return batch


# ── what other lives and screens ask ──────────────────────────────────────────────────────────────────────────────


def of_deal(db: Session, deal: Deal) -> list[Batch]:
    """The deal's batches that may still move by themselves."""
    moving = [state.value for state in (*TAKING, B.ACCEPTED)]
    query = select(Batch).where(Batch.deal_id == deal.id, Batch.state.in_(moving))
    return list(db.scalars(query.order_by(Batch.position)))


def undelivered(db: Session, contract: Contract) -> int:
    """How many contracted cars the customer does not have yet."""
    delivered = select(func.count()).where(Unit.contract_id == contract.id, Unit.state == UnitState.DELIVERED)
    return cars_of(text_in_force(db, contract)) - (db.scalar(delivered) or 0)
