"""Vehicle units 车辆: the life of one car from the order to the customer's yard, and its stock.

Read the table `STEPS` first. Its rules live where their subject does: yard.py (stock), allocation.py (which car goes
to which contract) and allocation_queue.py (whose turn it is), inspection.py (PDI), invoices.py and finance.py (money),
handover.py (gates and signed form).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.deals.deals import Comment
from dealer.deliveries import batch_plans, handover, inspection
from dealer.deliveries.handover import HandingOver, Rejection
from dealer.deliveries.inspection import PdiReport
from dealer.engine import identifiers
from dealer.engine.steps import SAME, Ask, Life, Step
from dealer.house.policies import policy
from dealer.money import invoices
from dealer.money.finance import car_is_paid
from dealer.money.invoices import NewInvoice, RedLetter, RedLetterWanted
from dealer.oem import filing_gates
from dealer.people import OWNER, SYSTEM, Actor, has, owner_or
from dealer.records.contracts import Contract
from dealer.records.deals import GIVEN_UP, Deal
from dealer.records.deliveries import Batch
from dealer.records.vehicles import Certificate, Model, Unit, UnitState
from dealer.stock import allocation, allocation_queue, reservations, unpaid_cars, vins, yard
from dealer.stock.allocation import HELD, ON_CONTRACT, Allocation, Claim, Swap
from dealer.stock.arrivals import COMING
from dealer.stock.reservations import Reservation
from dealer.stock.unpaid_cars import PaymentNotice
from dealer.stock.yard import (
    Arrival,
    BroughtBack,
    Damage,
    GivenBack,
    Loan,
    NewDay,
    NewUnit,
    Shipment,
    TakenBack,
    UnitPapers,
)

U = UnitState
IN_HOUSE = (U.IN_STOCK, U.LOANED, *HELD)
BEFORE_HANDOVER = (*COMING, *IN_HOUSE)
PATH = (U.ORDERED, U.IN_TRANSIT, U.IN_STOCK, U.ALLOCATED, U.PDI, U.READY, U.DELIVERED)
KEEPER = has("keep stock")
ALLOCATOR = has("allocate")
MECHANIC = has("inspect")
FINANCE = has("record money")
CONSULTANT = owner_or("hand over")
PAGE = 50


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

NEW_CAR = (
    yard.model_comes_in_this_colour,
    yard.vin_is_new_here,
    vins.odd_check_digit_is_explained,
    yard.certificate_leaves_with_the_car,
)
FREE = (allocation.unit_is_undamaged, allocation.nobody_claims_the_car)
TO_CONTRACT = (allocation.contract_is_effective, allocation.unit_is_as_contracted, allocation.batch_has_room)
REPORTED = (inspection.every_item_is_judged, inspection.odometer_does_not_run_back)
GATES = (
    handover.contract_is_in_force,
    handover.batch_is_released,
    inspection.pdi_is_fresh,
    handover.certificate_is_in_the_house,
    car_is_paid,
    invoices.invoice_is_issued,
)
FORM_IS_COMPLETE = (
    handover.receiver_is_authorised,
    handover.every_point_is_answered,
    handover.papers_are_handed,
    handover.after_sales_phone_is_told,
    handover.keys_are_complete,
    inspection.odometer_does_not_run_back,
    handover.odometer_fits_the_inspection,
    handover.drive_off_is_plausible,
    handover.handover_is_signed,
    handover.house_has_signed,
    handover.adviser_introduces_the_service,
)

OFF_CONTRACT = (handover.drop_promise, unpaid_cars.end_time_to_pay, allocation.take_off_contract)

# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …

    # stock
    Step("order", None, U.ORDERED, KEEPER, NewUnit,
         NEW_CAR),
    Step("arrive", None, U.IN_STOCK, KEEPER, NewUnit,
         NEW_CAR,
         (yard.note_arrival_day,)),
    Step("ship", U.ORDERED, U.IN_TRANSIT, KEEPER, Shipment,
         (),
         (yard.note_shipment,)),
    Step("reschedule", COMING, SAME, KEEPER, NewDay,
         (),
         (yard.note_new_day,)),
    Step("receive", (U.ORDERED, U.IN_TRANSIT), U.IN_STOCK, KEEPER, Arrival,
         (yard.damage_is_photographed, yard.certificate_leaves_with_the_car),
         (yard.note_arrival,)),
    Step("report_damage", U.IN_STOCK, SAME, KEEPER, Damage,
         (yard.no_damage_is_known, yard.damage_is_photographed),
         (yard.note_damage,)),
    Step("clear_damage", U.IN_STOCK, SAME, KEEPER, Comment,
         (yard.damage_is_known,),
         (yard.forget_damage,)),
    Step("keep_papers", BEFORE_HANDOVER, SAME, KEEPER, UnitPapers,
         (yard.certificate_leaves_with_the_car,),
         (yard.note_papers,)),
    Step("lend", U.IN_STOCK, U.LOANED, KEEPER, Loan,
         (allocation.nobody_claims_the_car, reservations.car_is_kept_for_nobody),
         (yard.note_loan,)),
    Step("give_back", U.LOANED, U.IN_STOCK, KEEPER, GivenBack,
         (inspection.odometer_does_not_run_back,),
         (yard.end_loan,)),

    # kept before there is a contract
    Step("reserve", U.IN_STOCK, SAME, has("own deals"), Reservation,
         (*FREE, reservations.car_is_kept_for_nobody, reservations.contracts_in_force_have_their_cars,
          reservations.deal_has_no_contract_in_force, reservations.accepted_quotation_names_the_car,
          reservations.time_is_within_the_house_rule),
         (reservations.keep,)),
    Step("extend_reservation", U.IN_STOCK, SAME, has("decide on deals"), None,
         (reservations.a_car_is_kept, reservations.it_was_not_extended),
         (reservations.keep_longer,)),
    Step("release_reservation", U.IN_STOCK, SAME, owner_or("decide on deals"), None,
         (reservations.a_car_is_kept,),
         (reservations.forget,)),
    Step("lapse_reservation", U.IN_STOCK, SAME, SYSTEM, None,
         (reservations.reservation_is_over,),
         (reservations.forget,)),

    # allocation
    Step("allocate", U.IN_STOCK, U.ALLOCATED, ALLOCATOR, Allocation,
         (*FREE, reservations.car_is_kept_for_nobody_else, *TO_CONTRACT, allocation_queue.first_come_is_served),
         (allocation.put_on_contract, reservations.forget)),
    Step("allocate", HELD, SAME, ALLOCATOR, Allocation,
         (allocation.vin_is_on_no_contract,)),
    Step("ask_out_of_turn", U.IN_STOCK, SAME, has("ask out of turn"), Claim,
         (*FREE, reservations.car_is_kept_for_nobody_else, *TO_CONTRACT),
         (allocation.note_claim,)),
    Step("allocate_out_of_turn", U.IN_STOCK, U.ALLOCATED, has("allow out of turn"), None,
         (allocation.a_claim_waits, allocation.somebody_else_claimed, allocation.unit_is_undamaged,
          allocation.claimed_batch_can_take_it),
         (allocation.put_on_contract, reservations.forget)),
    Step("refuse_out_of_turn", U.IN_STOCK, SAME, has("allow out of turn"), Comment,
         (allocation.a_claim_waits,),
         (allocation.drop_claim,)),
    Step("swap", HELD, SAME, ALLOCATOR, Swap,
         (invoices.invoice_is_ended, allocation.replacement_fits),
         (allocation.call_replacement,)),
    Step("step_in", U.IN_STOCK, U.ALLOCATED, SYSTEM, None,
         (allocation.is_called_in,)),
    Step("give_way", HELD, U.IN_STOCK, SYSTEM, None,
         (allocation.replacement_has_stepped_in,),
         OFF_CONTRACT),
    Step("take_off", HELD, U.IN_STOCK, ALLOCATOR, Comment,
         (invoices.invoice_is_ended,),
         OFF_CONTRACT),
    Step("free_with_batch", HELD, U.IN_STOCK, SYSTEM, None,
         (batch_plans.place_is_gone, invoices.invoice_is_ended),
         OFF_CONTRACT),
    Step("free_with_deal", HELD, U.IN_STOCK, SYSTEM, None,
         (allocation.deal_is_over, invoices.invoice_is_ended),
         OFF_CONTRACT),

    # here, and not paid
    Step("give_payment_notice", HELD, SAME, owner_or("decide on deals"), PaymentNotice,
         (unpaid_cars.car_is_unpaid, unpaid_cars.customer_was_not_told),
         (unpaid_cars.note_notice,)),
    Step("release_unpaid", HELD, U.IN_STOCK, SYSTEM, None,
         (unpaid_cars.time_to_pay_is_over, unpaid_cars.car_is_unpaid, unpaid_cars.it_is_released_by_itself),
         (unpaid_cars.tell_owner, *OFF_CONTRACT)),
    Step("ask_about_unpaid", HELD, SAME, SYSTEM, None,
         (unpaid_cars.time_to_pay_is_over, unpaid_cars.car_is_unpaid, unpaid_cars.somebody_has_to_decide),
         (unpaid_cars.ask_the_manager,)),

    # inspection
    Step("start_pdi", (U.ALLOCATED, U.READY), U.PDI, MECHANIC, None,
         (inspection.inspector_is_trained,),
         (inspection.start_from_zero,)),
    Step("retry_pdi", U.PDI_FAILED, U.PDI, MECHANIC, Comment),
    Step("pdi_pass", U.PDI, U.READY, MECHANIC, PdiReport,
         (inspection.inspector_is_trained, *REPORTED, inspection.mandatory_items_pass,
          inspection.odometer_is_within_contract),
         (inspection.record_pass,)),
    Step("pdi_fail", U.PDI, U.PDI_FAILED, MECHANIC, PdiReport,
         (*REPORTED, inspection.something_failed, inspection.failures_are_shown),
         (inspection.record_failure,)),

    # invoice and hand-over
    Step("issue_invoice", ON_CONTRACT, SAME, FINANCE, NewInvoice,
         (invoices.no_invoice_lives, filing_gates.filing_is_approved_before_invoices,
          invoices.invoice_names_the_contract, invoices.invoice_states_the_contract_price,
          invoices.invoice_number_is_new, invoices.issue_is_past,
          invoices.invoice_is_under_the_contract),
         (invoices.record_invoice,)),
    Step("ask_red_letter", ON_CONTRACT, SAME, OWNER, RedLetterWanted,
         (invoices.an_invoice_lives, invoices.red_letter_is_not_asked),
         (invoices.note_red_request,)),
    Step("red_letter", ON_CONTRACT, SAME, FINANCE, RedLetter,
         (invoices.an_invoice_lives, invoices.invoice_number_is_new, invoices.issue_is_past,
          invoices.red_letter_follows_its_invoice),
         (invoices.end_invoice,)),
    Step("deliver", U.READY, U.DELIVERED, CONSULTANT, HandingOver,
         (*GATES, *FORM_IS_COMPLETE),
         (handover.write_handover, handover.keep_promise)),
    Step("reject", U.READY, U.PDI_FAILED, CONSULTANT, Rejection,
         (handover.batch_is_released, handover.new_day_is_ahead),
         (handover.note_rejection,)),

    # back from the customer
    Step("ask_to_return", U.DELIVERED, SAME, has("decide on deals"), TakenBack,
         (yard.no_return_is_asked,),
         (yard.note_return_request,)),
    Step("return", U.DELIVERED, U.RETURNED, FINANCE, BroughtBack,
         (yard.return_is_asked, yard.somebody_else_asked_to_return, invoices.invoice_is_ended, yard.papers_are_back),
         (yard.take_papers_back,)),
]
# fmt: on

UNITS = Life("unit", Unit, UnitState, STEPS, PATH)


# ── beginning and reading ─────────────────────────────────────────────────────────────────────────────────────────


def new_unit(ask: Ask) -> Unit:
    """A unit as `NewUnit` describes it, still to be begun: `UNITS.begin("order" or "arrive", unit, ask)`."""
    facts: NewUnit = ask.facts
    unit = Unit(store_id=ask.actor.store_id, model_id=facts.model, **facts.model_dump(exclude={"model", "vin_reason"}))
    model = people.by_id(ask.db, Model, ask.actor, facts.model)
    if model is not None:
        unit.model = model
    return unit


def of_deal(db: Session, deal: Deal) -> list[Unit]:
    """The deal's cars that may move by themselves: those called in by a swap with those they replace, those of a
    batch that was ended, those kept before the contract, those not paid in time, and, once the deal is over, every car
    on its contract."""
    query = select(Unit).where(Unit.case_id == deal.id)
    if deal.state in GIVEN_UP:
        query = query.where(Unit.state.in_([state.value for state in HELD]) | Unit.reserved_until.is_not(None))
    else:
        called_in = (Unit.state == U.IN_STOCK) & Unit.replaces_id.is_not(None)
        ended = select(Batch.id).join(
            Contract, (Contract.parent_id == Batch.contract_id) & (Contract.ended_batch == Batch.planned_as)
        )
        of_an_ended_batch = Unit.state.in_([state.value for state in HELD]) & Unit.batch_id.in_(
            ended.where(Batch.deal_id == deal.id)
        )
        waited_for = Unit.reserved_until.is_not(None) | Unit.noticed_on.is_not(None)
        query = query.where(or_(called_in, waited_for, Unit.replaced_by_id.is_not(None), of_an_ended_batch))
    return list(db.scalars(query.order_by(Unit.number)))


@dataclass(frozen=True)
class Wanted:
    """Which cars of the shop somebody looks for; `typed` is the end of a VIN, a colour or a place."""

    states: tuple[UnitState, ...] = ()
    model_id: UUID | None = None
    certificate: Certificate | None = None
    kept: bool | None = None  # for a deal before its contract
    arrived_by: date | None = None  # in stock since this day or longer
    typed: str = ""


def stock(db: Session, who: Actor, wanted: Wanted, above: int = 0) -> list[Unit]:
    """Cars of the shop by number, one page and one more."""
    query = people.scoped(select(Unit), Unit, who).options(joinedload(Unit.model)).where(Unit.number > above)
    if wanted.states:
        query = query.where(Unit.state.in_([state.value for state in wanted.states]))
    if wanted.model_id is not None:
        query = query.where(Unit.model_id == wanted.model_id)
    if wanted.certificate is not None:
        query = query.where(Unit.certificate == wanted.certificate)
    if wanted.kept is not None:
        query = query.where(Unit.reserved_until.is_not(None) if wanted.kept else Unit.reserved_until.is_(None))
    if wanted.arrived_by is not None:
        query = query.where(Unit.arrived_on <= wanted.arrived_by)
    if wanted.typed:
        query = query.where(_matching(wanted.typed))
    return list(db.scalars(query.order_by(Unit.number).limit(PAGE + 1)))


def present(db: Session, who: Actor, most: int) -> list[Unit]:
    """Every car that the shop has or expects, by number: the list that is taken out."""
    query = people.scoped(select(Unit), Unit, who).options(joinedload(Unit.model))
    here = query.where(Unit.state.in_([state.value for state in BEFORE_HANDOVER]))
    return list(db.scalars(here.order_by(Unit.number).limit(most)))


def by_end_of_vin(db: Session, who: Actor, typed: str, most: int) -> list[Unit]:
    """Cars by the last characters of their VIN, four at least: fewer would fit too many."""
    end = identifiers.compact(typed)
    if len(end) < 4:
        return []
    query = people.scoped(select(Unit), Unit, who).options(joinedload(Unit.model))
    fitting = query.where(Unit.vin.endswith(end, autoescape=True))
    return list(db.scalars(fitting.order_by(Unit.number.desc()).limit(most)))


def _matching(typed: str) -> ColumnElement[bool]:
    return or_(
        Unit.vin.endswith(typed.upper(), autoescape=True),
        Unit.colour.contains(typed, autoescape=True),
        Unit.place.contains(typed, autoescape=True),
    )


@dataclass(frozen=True)
class Figures:
    """The head of the stock list: how many cars stand where, and what costs money while it stands."""

    by_state: dict[UnitState, int]
    kept: int  # in stock, for a deal before its contract
    pledged: int  # in the house, the certificate at the bank
    old: int  # in the house for longer than the house rule says
    next_on: date | None  # the next day on which a car is expected

    def of(self, *states: UnitState) -> int:
        """How many are in one of these states."""
        return sum(self.by_state.get(state, 0) for state in states)

    @property
    def free(self) -> int:
        """How many anybody could have."""
        return self.of(U.IN_STOCK) - self.kept


def figures(db: Session, who: Actor, old_since: date) -> Figures:
    """What has not been handed over or given back, counted in one query; `old_since`: arrived by then is old."""
    is_old = case((Unit.arrived_on <= old_since, 1), else_=0)
    keeps = func.count(Unit.reserved_until)
    query = select(Unit.state, Unit.certificate, is_old, keeps, func.count(), func.min(Unit.expected_on)).where(
        Unit.store_id == who.store_id, Unit.state.in_([state.value for state in BEFORE_HANDOVER])
    )
    rows = db.execute(query.group_by(Unit.state, Unit.certificate, is_old)).all()
    by_state: dict[UnitState, int] = {}
    for state, *_, count, _ in rows:
        by_state[state] = by_state.get(state, 0) + count
    here = [row for row in rows if row[0] in IN_HOUSE]
    days = [day for state, *_, day in rows if state in COMING and day is not None]
    return Figures(
        by_state,
        kept=sum(kept for _, _, _, kept, _, _ in here),
        pledged=sum(count for _, certificate, _, _, count, _ in here if certificate is Certificate.PLEDGED),
        old=sum(count for _, _, old, _, count, _ in here if old),
        next_on=min(days, default=None),
    )


def old_since(db: Session, store_id: UUID, today: date) -> date:
    """The last day of arrival that makes a car old stock today."""
    days: int = policy(db, store_id, "stock_old_days", today)
    return today - timedelta(days=days + 1)


def age(unit: Unit, today: date) -> int | None:
    """Days since it arrived; of a car not yet here, or with its customer, there is none."""
    if unit.arrived_on is None or unit.state not in IN_HOUSE:
        return None
    return (today - unit.arrived_on).days
