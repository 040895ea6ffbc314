"""Allocation: which car goes to which contract. Whose turn it is stands in allocation_queue.py.

A car is put on a delivery batch; the contract line follows from its model and colour. Out of turn it takes two: the
key-account manager asks with a reason, the general manager decides. A swap (换车) names the car that takes over; that
car steps in and the first one gives way by itself, in the same transaction.
"""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from dealer import people
from dealer.engine.fields import Options, Paragraph
from dealer.engine.refusals import not_yet
from dealer.engine.steps import Ask, Facts, Refusal, no, on_facts
from dealer.engine.words import Sentence
from dealer.people import not_their_own
from dealer.records.contracts import Contract, ContractState
from dealer.records.deals import GIVEN_UP, Deal
from dealer.records.deliveries import Batch, BatchShare, BatchState
from dealer.records.people import Role
from dealer.records.vehicles import Unit, UnitState

U = UnitState
HELD = (U.ALLOCATED, U.PDI, U.PDI_FAILED, U.READY)
"""On a contract and not yet handed over."""
ON_CONTRACT = (*HELD, U.DELIVERED)
TAKING = (BatchState.PLANNED, BatchState.RELEASED, BatchState.IN_HANDOVER, BatchState.PARTLY_ACCEPTED)

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Allocation(Facts):
    """The batch the car goes to."""

    batch: Annotated[UUID, Options("waiting_batches")] = Field(title="Delivery batch")


class Claim(Facts):
    """Why this car should go to a contract that is not next."""

    batch: Annotated[UUID, Options("waiting_batches")] = Field(title="Delivery batch")
    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


class Swap(Facts):
    """Which car takes over, and why."""

    replacement: Annotated[UUID, Options("replacements")] = Field(title="Replacement car")
    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


# ── rules: the car ────────────────────────────────────────────────────────────────────────────────────────────────


def unit_is_undamaged(unit: Unit, ask: Ask) -> Refusal | None:
    """Damage found on arrival is repaired before anybody is promised the car."""
    if unit.damage:
        return no(
            "The car is damaged: have it repaired and say so first.",
            code="E-DAMAGED", remover=Role.VEHICLES, fix="clear_damage",
        )  # fmt: skip
    return None


def vin_is_on_no_contract(unit: Unit, ask: Ask) -> Refusal | None:
    """One VIN, one contract: whoever comes second hears whose it is."""
    contract = ask.db.get(Contract, unit.contract_id) if unit.contract_id else None
    if contract is not None:
        return no(
            "This VIN is on contract {contract}: choose another car, or swap this one there.",
            code="E-VIN-TAKEN", quiet=True, contract=contract.code or contract.number,
        )  # fmt: skip
    return None


def nobody_claims_the_car(unit: Unit, ask: Ask) -> Refusal | None:
    """A car that was asked for out of turn waits for the decision."""
    if unit.claim_batch_id is not None:
        return no(
            "This car was asked for out of turn: the general manager decides first.",
            code="E-CLAIMED", remover=Role.GENERAL, fix="allocate_out_of_turn",
        )  # fmt: skip
    return None


def of_car(unit: Unit, refusal: Refusal) -> Refusal:
    """The same refusal, told about one car of many."""
    why = Sentence(refusal.sentence, refusal.values)
    return no("{vin}: {why}", code="E-NOT-ALL", remover=refusal.remover, vin=unit.vin, why=why, reason=refusal.code)


def car_has_changed(unit: Unit) -> Refusal:
    """Somebody else did something with it since the page was drawn."""
    return no("{vin} has changed meanwhile: look at the proposal again.", code="E-NOT-ALL", vin=unit.vin)


# ── rules: the batch ──────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def contract_is_effective(unit: Unit, ask: Ask) -> Refusal | None:
    """Before both sides have signed there is nobody to allocate to."""
    batch = chosen(unit, ask)
    if batch is None:
        return no("Choose one of the batches that wait for cars.", code="E-REQ-FIELD", field="batch")
    if batch.contract.state is not ContractState.EFFECTIVE or batch.state not in TAKING:
        return no("The contract is not in force: choose another batch.", code="E-CONTRACT", field="batch")
    return None


@on_facts
def unit_is_as_contracted(unit: Unit, ask: Ask) -> Refusal | None:
    """Model, configuration and colour as in a line of the contract; anything else is an amendment."""
    batch = chosen(unit, ask)
    if batch is not None and not _fitting(batch, unit):
        return no(
            "The batch has no {model} in {colour}: choose a car as contracted, or amend the contract.",
            code="E-SPEC", field="batch", model=unit.model.name, colour=unit.colour,
        )  # fmt: skip
    return None


@on_facts
def batch_has_room(unit: Unit, ask: Ask) -> Refusal | None:
    """As many cars as were agreed."""
    batch = chosen(unit, ask)
    if batch is not None and _fitting(batch, unit) and share_with_room(ask.db, batch, unit) is None:
        return no("All cars of this kind in the batch are allocated.", code="E-BATCH-FULL", field="batch")
    return None


def chosen(unit: Unit, ask: Ask) -> Batch | None:
    """The batch of the form, or the one that was asked for out of turn."""
    key = unit.claim_batch_id if ask.facts is None else ask.facts.batch
    return people.by_id(ask.db, Batch, ask.actor, key) if key else None


def _fitting(batch: Batch, unit: Unit) -> list[BatchShare]:
    return [each for each in batch.shares if (each.line.model_id, each.line.colour) == (unit.model_id, unit.colour)]


def share_with_room(db: Session, batch: Batch, unit: Unit) -> BatchShare | None:
    """The first share of a batch that this car fits and that is not full."""
    for share in _fitting(batch, unit):
        taken = db.scalar(
            select(func.count()).where(
                Unit.batch_id == batch.id,
                Unit.contract_line_id == share.contract_line_id,
                Unit.state.in_([state.value for state in ON_CONTRACT]),
            )
        )
        if (taken or 0) < share.quantity:
            return share
    return None


# ── free cars ─────────────────────────────────────────────────────────────────────────────────────────────────────


def free_cars(db: Session, like: Unit) -> int:
    """How many such cars could be allocated today, this one included."""
    return db.scalar(
        select(func.count()).select_from(_free(like.store_id, like.model_id, like.colour).subquery())
    ) or 0  # fmt: skip


def _free(store_id: UUID, model_id: UUID, colour: str) -> Select[Unit]:
    return select(Unit).where(
        Unit.store_id == store_id,
        Unit.model_id == model_id,
        Unit.colour == colour,
        Unit.state == U.IN_STOCK,
        Unit.damage.is_(None),
        Unit.claim_batch_id.is_(None),
        Unit.reserved_until.is_(None),
    )


def units_of_batch(db: Session, batch: Batch) -> list[Unit]:
    """The cars in a batch, handed over or not, in the order of their numbers."""
    query = select(Unit).where(Unit.batch_id == batch.id, Unit.state.in_([state.value for state in ON_CONTRACT]))
    return list(db.scalars(query.order_by(Unit.number)))


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def put_on_contract(unit: Unit, ask: Ask) -> None:
    """The car belongs to a batch, a line and a deal from now on."""
    batch = chosen(unit, ask)
    share = share_with_room(ask.db, batch, unit) if batch else None
    if batch is None or share is None:
        raise LookupError(f"no place for unit {unit.id}")
    unit.batch_id, unit.contract_line_id = batch.id, share.contract_line_id
    unit.contract_id, unit.case_id = batch.contract_id, batch.deal_id
    drop_claim(unit, ask)


def take_off_contract(unit: Unit, ask: Ask) -> None:
    """Back in stock and nobody's. What was wrong with it stays wrong; the next inspection starts from zero."""
    unit.batch_id = unit.contract_line_id = unit.contract_id = unit.case_id = None
    unit.pdi_passed_on = unit.promised_on = unit.replaces_id = unit.replaced_by_id = None
    unit.damage, unit.defect = unit.defect or unit.damage, None


def note_claim(unit: Unit, ask: Ask) -> None:
    """Asked for; the general manager sees who and why."""
    unit.claim_batch_id, unit.claim_reason, unit.claim_by_id = ask.facts.batch, ask.facts.reason, ask.actor.id


def drop_claim(unit: Unit, ask: Ask) -> None:
    """Decided, one way or the other."""
    unit.claim_batch_id = unit.claim_reason = unit.claim_by_id = None


# ── out of turn ───────────────────────────────────────────────────────────────────────────────────────────────────


def a_claim_waits(unit: Unit, ask: Ask) -> Refusal | None:
    """Only what was asked for can be decided."""
    if unit.claim_batch_id is None:
        return no("Nobody asked for this car out of turn.", code="E-CLAIM-NONE", quiet=True)
    return None


def somebody_else_claimed(unit: Unit, ask: Ask) -> Refusal | None:
    """Nobody grants their own request."""
    return not_their_own(unit.claim_by_id, ask)


def claimed_batch_can_take_it(unit: Unit, ask: Ask) -> Refusal | None:
    """Since it was asked the contract may have ended, or the batch may have been filled."""
    if unit.claim_batch_id is None:
        return None
    rules = (contract_is_effective, unit_is_as_contracted, batch_has_room)
    return next((refusal for rule in rules if (refusal := rule(unit, ask))), None)


# ── swapping ──────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def replacement_fits(unit: Unit, ask: Ask) -> Refusal | None:
    """Another car of the same model and colour, free and undamaged; another spec is an amendment."""
    other = people.by_id(ask.db, Unit, ask.actor, ask.facts.replacement)
    taken = other is None or other.damage or other.claim_batch_id or other.reserved_until
    if other is None or other.state is not U.IN_STOCK or taken:
        return no("Choose a free, undamaged car from stock.", code="E-SWAP", field="replacement")
    if (other.model_id, other.colour) != (unit.model_id, unit.colour):
        return no(
            "The replacement is another model or colour: that takes an amendment of the contract.",
            code="E-SPEC", field="replacement",
        )  # fmt: skip
    return None


def call_replacement(unit: Unit, ask: Ask) -> None:
    """The other car is given the place; it steps in by itself."""
    other = ask.db.get_one(Unit, ask.facts.replacement)
    other.replaces_id, other.batch_id, other.case_id = unit.id, unit.batch_id, unit.case_id
    other.contract_id, other.contract_line_id = unit.contract_id, unit.contract_line_id
    other.promised_on, unit.replaced_by_id = unit.promised_on, other.id


def is_called_in(unit: Unit, ask: Ask) -> Refusal | None:
    """A swap named it."""
    return None if unit.replaces_id is not None and unit.batch_id is not None else not_yet()


def replacement_has_stepped_in(unit: Unit, ask: Ask) -> Refusal | None:
    """Its place is taken: it gives way."""
    other = ask.db.get(Unit, unit.replaced_by_id) if unit.replaced_by_id else None
    return None if other is not None and other.state in ON_CONTRACT else not_yet()


def deal_is_over(unit: Unit, ask: Ask) -> Refusal | None:
    """Lost, cancelled, or the contract has ended: undelivered cars are free."""
    deal, contract = ask.db.get_one(Deal, unit.case_id), ask.db.get_one(Contract, unit.contract_id)
    ended = contract.state in (ContractState.TERMINATED, ContractState.VOID)
    return None if ended or deal.state in GIVEN_UP else not_yet()


def replacements(db: Session, unit: Unit, most: int = 50) -> list[Unit]:
    """Free cars that could take the place of this one, longest in stock first."""
    query = _free(unit.store_id, unit.model_id, unit.colour).order_by(Unit.arrived_on, Unit.number)
    return list(db.scalars(query.limit(most)))
