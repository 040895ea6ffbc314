"""Reservation 预留: a car is kept for a deal before there is a contract, for a few days and no longer.

The owner asks for it on the ground of an accepted quotation, for at most the cars it names; the key-account manager
may add the same time once. Then the car is free by itself. While it is kept it belongs to the deal's story
(`case_id`), stays in stock and is allocated to that deal's contract only. Contracts in force come first: a car that
one of them waits for is not kept for anybody.
"""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.engine.database import calendar_of
from dealer.engine.fields import Options
from dealer.engine.refusals import not_yet
from dealer.engine.steps import Ask, Facts, Refusal, no, on_facts
from dealer.house.policies import policy
from dealer.people import Actor
from dealer.quotations import quotation
from dealer.records.deals import GIVEN_UP, Deal, DealState
from dealer.records.vehicles import Unit, UnitState
from dealer.stock import allocation, allocation_queue
from dealer.stock.allocation import ON_CONTRACT

BEFORE_THE_CONTRACT = (DealState.QUOTATION, DealState.CONTRACT_REVIEW, DealState.TEST_DRIVE)


class Reservation(Facts):
    """For which deal the car is kept, and how long."""

    deal: Annotated[UUID, Options("reserving_deals")] = Field(title="Deal")
    until: date = Field(title="Kept until")


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def car_is_kept_for_nobody(unit: Unit, ask: Ask) -> Refusal | None:
    """A car is kept once, and is not lent meanwhile."""
    return _kept(unit, quiet=True) if unit.reserved_until is not None else None


@on_facts
def car_is_kept_for_nobody_else(unit: Unit, ask: Ask) -> Refusal | None:
    """Allocating: a car that is kept goes to the contract of its own deal."""
    batch = allocation.chosen(unit, ask)
    if unit.reserved_until is None or (batch is not None and batch.deal_id == unit.case_id):
        return None
    return _kept(unit)


def _kept(unit: Unit, *, quiet: bool = False) -> Refusal:
    return no(
        "The car is kept for {customer} until {day}: choose another one, or have the reservation ended.",
        code="E-RESERVED", fix="release_reservation", quiet=quiet, customer=unit.deal.customer.name,
        day=unit.reserved_until,
    )  # fmt: skip


@on_facts
def deal_has_no_contract_in_force(unit: Unit, ask: Ask) -> Refusal | None:
    """The owner keeps cars for a deal of theirs; once there is a contract cars are allocated."""
    deal = people.by_id(ask.db, Deal, ask.actor, ask.facts.deal)
    if deal is None or deal.owner_id != ask.hat.id or deal.state not in BEFORE_THE_CONTRACT:
        return no("Choose a deal of yours that has no contract in force yet.", code="E-REQ-FIELD", field="deal")
    return None


@on_facts
def accepted_quotation_names_the_car(unit: Unit, ask: Ask) -> Refusal | None:
    """What the customer has said yes to, in model and colour, and no more of it."""
    deal = people.by_id(ask.db, Deal, ask.actor, ask.facts.deal)
    wanted = quoted(ask.db, deal, unit) if deal is not None else 0
    if not wanted:
        return no(
            "No accepted quotation of the deal has {model} in {colour}: record the acceptance, or choose another car.",
            code="E-RESERVE-QUOTE", field="deal", model=unit.model.name, colour=unit.colour,
        )  # fmt: skip
    if deal is not None and _kept_or_allocated(ask.db, deal, unit) >= wanted:
        return no(
            "All {count} such cars of the quotation are kept already.",
            code="E-RESERVE-QUANTITY", field="deal", count=wanted,
        )  # fmt: skip
    return None


@on_facts
def time_is_within_the_house_rule(unit: Unit, ask: Ask) -> Refusal | None:
    """A few days: house rule `reservation_days`."""
    last = last_day(ask.db, unit.store_id, ask.today)
    if not ask.today <= ask.facts.until <= last:
        return no("Choose a day from today to {last}.", code="E-RESERVE-DAYS", field="until", last=last)
    return None


def contracts_in_force_have_their_cars(unit: Unit, ask: Ask) -> Refusal | None:
    """Whoever has signed comes before whoever has not."""
    waiting = sum(count for _, count in allocation_queue.waiting_for(ask.db, unit))
    free = allocation.free_cars(ask.db, unit)
    if waiting and free <= waiting:
        return no(
            "Contracts in force wait for {waiting} such cars and {free} are free: they come first.",
            code="E-FIRST-COME", waiting=waiting, free=free,
        )  # fmt: skip
    return None


def a_car_is_kept(unit: Unit, ask: Ask) -> Refusal | None:
    """Only what was kept can be kept longer, or be given up."""
    if unit.reserved_until is None:
        return no("The car is kept for nobody.", code="E-RESERVE-NONE", quiet=True)
    return None


def it_was_not_extended(unit: Unit, ask: Ask) -> Refusal | None:
    """Once."""
    if unit.reservation_extended:
        return no("The time was added once already: the car is free on its day.", code="E-RESERVE-EXTENDED", quiet=True)
    return None


def reservation_is_over(unit: Unit, ask: Ask) -> Refusal | None:
    """Its time is up, or the deal for which it was kept has ended."""
    if unit.reserved_until is not None:
        deal = ask.db.get_one(Deal, unit.case_id)
        if ask.today > unit.reserved_until or deal.state in (*GIVEN_UP, DealState.CLOSED):
            return None
    return not_yet()


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def keep(unit: Unit, ask: Ask) -> None:
    """The car is in the deal's story from now on; the sweep frees it."""
    unit.case_id, unit.reserved_until, unit.reserved_by_id = ask.facts.deal, ask.facts.until, ask.hat.id
    unit.reservation_extended = False
    _plan_end(unit, ask)


def keep_longer(unit: Unit, ask: Ask) -> None:
    """The same time once more."""
    if unit.reserved_until is not None:
        unit.reserved_until = last_day(ask.db, unit.store_id, unit.reserved_until)
    unit.reservation_extended = True
    _plan_end(unit, ask)


def _plan_end(unit: Unit, ask: Ask) -> None:
    if unit.reserved_until is not None:
        ends = calendar_of(ask.db).end_of(unit.reserved_until)
        deadlines.plan(ask, "reservation_ends", unit, ends, by_system=True)


def forget(unit: Unit, ask: Ask) -> None:
    """Free again, unless a contract has it now."""
    if unit.reserved_until is None:
        return
    unit.reserved_until = unit.reserved_by_id = None
    unit.reservation_extended = False
    if unit.contract_id is None:
        unit.case_id = None
    deadlines.cancel(ask, unit, "reservation_ends")


# ── what rules and screens ask ────────────────────────────────────────────────────────────────────────────────────


def last_day(db: Session, store_id: UUID, day: date) -> date:
    """Until when a car may be kept from a day on."""
    days: int = policy(db, store_id, "reservation_days", day)
    return day + timedelta(days=days)


def quoted(db: Session, deal: Deal, like: Unit) -> int:
    """How many cars of this model and colour the customer has said yes to."""
    accepted = quotation.accepted(db, deal)
    lines = [line for line in accepted.lines if line.is_firm] if accepted else []
    return sum(line.quantity for line in lines if (line.model_id, line.colour) == (like.model_id, like.colour))


def _kept_or_allocated(db: Session, deal: Deal, like: Unit) -> int:
    of_deal = select(func.count()).where(
        Unit.case_id == deal.id, Unit.model_id == like.model_id, Unit.colour == like.colour,
        Unit.state.in_([state.value for state in (UnitState.IN_STOCK, *ON_CONTRACT)]),
    )  # fmt: skip
    return db.scalar(of_deal) or 0


def deals_for(db: Session, who: Actor, unit: Unit) -> list[Deal]:
    """Deals of a person, or of whom they stand in for, that could have this car kept for them."""
    owners = [who.id, *(away.id for away in who.stands_in_for)]
    query = people.scoped(select(Deal), Deal, who).where(
        Deal.owner_id.in_(owners), Deal.state.in_([state.value for state in BEFORE_THE_CONTRACT])
    )
    found = db.scalars(query.options(joinedload(Deal.customer)).order_by(Deal.number))
    return [deal for deal in found if quoted(db, deal, unit) > _kept_or_allocated(db, deal, unit)]


def of_deal(db: Session, deal: Deal) -> list[Unit]:
    """The cars that are kept for a deal, those that are free again soonest first."""
    query = select(Unit).where(Unit.case_id == deal.id, Unit.reserved_until.is_not(None))
    return list(db.scalars(query.order_by(Unit.reserved_until, Unit.number)))
