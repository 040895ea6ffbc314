"""The queue: who waits for which cars, which cars are there, and 先到先得: first come, first served.

Its rows are read by three questions, whatever there is of contracts and cars; the arithmetic is in allocation_plan.py.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.engine.steps import Ask, Refusal, on_facts
from dealer.people import Actor
from dealer.records.contracts import Contract, ContractLine, ContractState
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch, BatchShare
from dealer.records.vehicles import Certificate, Model, Unit, UnitState
from dealer.stock import allocation
from dealer.stock.allocation import ON_CONTRACT, TAKING
from dealer.stock.allocation_plan import Car, Kept, Served, Spec, Want, beyond_kept, came_first, serve

U = UnitState
ON_THE_WAY = (U.ORDERED, U.IN_TRANSIT, U.LOANED)
"""Not here today, but ours and nobody's."""


# ── the rule ──────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def first_come_is_served(unit: Unit, ask: Ask) -> Refusal | None:
    """先到先得: contracts that took effect earlier get their cars first, unless enough are here for all."""
    batch = allocation.chosen(unit, ask)
    if batch is None or unit.reserved_until is not None:
        return None
    earlier = waiting_for(ask.db, unit, before=batch.contract)
    if earlier and allocation.free_cars(ask.db, unit) <= sum(count for _, count in earlier):
        return came_first(earlier, field="batch")
    return None


def waiting_for(db: Session, unit: Unit, before: Contract | None = None) -> list[tuple[str, int]]:
    """Which contracts wait for how many such cars beyond those that are kept for them, first come first; with `before`
    only those that came before it."""
    queue = wants(db, unit.store_id, {(unit.model_id, unit.colour)})
    if before is not None:
        turn = (before.effective_on or date.min, before.number)
        queue = [each for each in queue if each.turn[:2] < turn]
    return beyond_kept(queue, _kept(db, unit)) if queue else []


def _kept(db: Session, like: Unit) -> Counter[UUID | None]:
    """How many such cars are kept for which deals."""
    query = select(Unit.case_id, func.count()).where(
        Unit.store_id == like.store_id, Unit.model_id == like.model_id, Unit.colour == like.colour,
        Unit.state == U.IN_STOCK, Unit.reserved_until.is_not(None), Unit.damage.is_(None),
    )  # fmt: skip
    found: Counter[UUID | None] = Counter()
    for deal, count in db.execute(query.group_by(Unit.case_id)):
        found[deal] = count
    return found


# ── who waits ─────────────────────────────────────────────────────────────────────────────────────────────────────


def wants(db: Session, store_id: UUID, specs: Iterable[Spec] | None = None) -> list[Want]:
    """Empty places of live batches under contracts in force, in the order in which they are served; of some models and
    colours, or of all."""
    wanted = None if specs is None else set(specs)
    query = (
        select(
            BatchShare.batch_id, Contract.id, Contract.deal_id, Contract.code, Contract.effective_on, Contract.number,
            Batch.due_on, Batch.position, ContractLine.model_id, ContractLine.colour, Model.brand, Model.name,
            BatchShare.contract_line_id, BatchShare.quantity,
        )
        .join(Batch, Batch.id == BatchShare.batch_id)
        .join(Contract, Contract.id == Batch.contract_id)
        .join(ContractLine, ContractLine.id == BatchShare.contract_line_id)
        .join(Model, Model.id == ContractLine.model_id)
        .where(
            BatchShare.store_id == store_id,
            Contract.state == ContractState.EFFECTIVE,
            Batch.state.in_([state.value for state in TAKING]),
        )
    )  # fmt: skip
    if wanted is not None:
        query = query.where(ContractLine.model_id.in_({model for model, _ in wanted}))
    taken, found = _taken(db, store_id), []
    for row in db.execute(query):
        batch, contract, deal, code, day, number, due, position, model, colour, brand, name, line, places = row
        empty, turn = places - taken[batch, line], (day or date.min, number, due, position)
        if empty > 0 and (wanted is None or (model, colour) in wanted):
            found.append(
                Want(batch, contract, deal, code or str(number), turn, (model, colour), f"{brand} {name}", empty)
            )
    return sorted(found, key=lambda want: want.turn)


def _taken(db: Session, store_id: UUID) -> Counter[tuple[UUID | None, UUID | None]]:
    """How many cars stand on each line of each batch that still takes some."""
    query = (
        select(Unit.batch_id, Unit.contract_line_id, func.count())
        .join(Batch, Batch.id == Unit.batch_id)
        .where(
            Batch.store_id == store_id,
            Batch.state.in_([state.value for state in TAKING]),
            Unit.state.in_([state.value for state in ON_CONTRACT]),
        )
        .group_by(Unit.batch_id, Unit.contract_line_id)
    )
    return Counter({(batch, line): count for batch, line, count in db.execute(query)})


def waiting_batches(db: Session, unit: Unit) -> list[Batch]:
    """Batches with room for this car, in the order in which their contracts took effect."""
    queue = wants(db, unit.store_id, {(unit.model_id, unit.colour)})
    return [db.get_one(Batch, key) for key in dict.fromkeys(each.batch_id for each in queue)]


# ── which cars there are ──────────────────────────────────────────────────────────────────────────────────────────


def cars(db: Session, store_id: UUID, specs: Iterable[Spec]) -> list[Car]:
    """Cars of some models and colours that are on no contract: in the yard, on their way, lent."""
    wanted = set(specs)
    query = select(
        Unit.id, Unit.number, Unit.version, Unit.vin, Unit.model_id, Unit.colour, Unit.state, Unit.expected_on,
        Unit.lent_until, Unit.arrived_on, Unit.place, Unit.certificate, Unit.damage.is_not(None),
        Unit.claim_batch_id.is_not(None), Unit.case_id, Unit.reserved_until, Customer.name,
    ).outerjoin(Deal, Deal.id == Unit.case_id).outerjoin(Customer, Customer.id == Deal.customer_id).where(
        Unit.store_id == store_id,
        Unit.model_id.in_({model for model, _ in wanted}),
        Unit.state.in_([state.value for state in (U.IN_STOCK, *ON_THE_WAY)]),
    )  # fmt: skip
    found = []
    for row in db.execute(query):
        key, number, version, vin, model, colour, state, expected, until, arrived, place, *rest = row
        certificate, damaged, claimed, deal, kept_until, customer = rest
        if (model, colour) in wanted:
            kept = Kept(deal, customer, kept_until) if kept_until else None
            day, pledged = until if state is U.LOANED else expected, certificate is Certificate.PLEDGED
            found.append(
                Car(
                    key,
                    number,
                    version,
                    vin,
                    (model, colour),
                    state,
                    day,
                    arrived,
                    place,
                    pledged,
                    damaged,
                    claimed,
                    kept,
                )
            )
    return found


# ── the plan ──────────────────────────────────────────────────────────────────────────────────────────────────────


def planned(db: Session, who: Actor, today: date) -> list[Served]:
    """What is proposed for every empty place of the shop, first come first."""
    queue = wants(db, who.store_id)
    return serve(queue, cars(db, who.store_id, {each.spec for each in queue}), today)


def planned_for(db: Session, batch: Batch, today: date) -> list[Served]:
    """What is proposed for the empty places of one batch, once all who came first are thought of."""
    specs = {(share.line.model_id, share.line.colour) for share in batch.shares}
    served = serve(wants(db, batch.store_id, specs), cars(db, batch.store_id, specs), today)
    return [each for each in served if each.want.batch_id == batch.id]


def batches(db: Session, keys: Iterable[UUID]) -> dict[UUID, Batch]:
    """Batches by id, with whose they are."""
    query = select(Batch).where(Batch.id.in_(list(keys)))
    with_deal = joinedload(Batch.deal).joinedload(Deal.customer)
    return {batch.id: batch for batch in db.scalars(query.options(with_deal, joinedload(Batch.contract)))}


def by_numbers(db: Session, who: Actor, numbers: Iterable[int]) -> dict[int, Unit]:
    """Cars of the shop by number, with their models."""
    query = people.scoped(select(Unit).where(Unit.number.in_(list(numbers))), Unit, who)
    return {unit.number: unit for unit in db.scalars(query.options(joinedload(Unit.model)))}
