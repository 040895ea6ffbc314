"""The rules of a rebate's steps: which cars may be claimed, until when, and how much money that can be."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer import deadlines
from dealer.engine.calendar import add_months
from dealer.engine.refusals import not_yet
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.engine.words import Yuan
from dealer.house.policies import policy
from dealer.oem import oem_papers
from dealer.records.money import Invoice
from dealer.records.oem import Filing, FilingState, PaperUse, Rebate, RebateCar
from dealer.records.people import Role
from dealer.records.vehicles import InvoiceState, Model, Unit, UnitState
from dealer.stock.allocation import ON_CONTRACT
from dealer.stock.catalogue import full_name

# ── which cars ────────────────────────────────────────────────────────────────────────────────────────────────────


def allowances_of(filing: Filing) -> dict[UUID, int]:
    """What the policy of a filing pays for a car, by model."""
    return {row.model_id: row.amount for row in filing.policy.models} if filing.policy else {}


def claimable(db: Session, rebate: Rebate) -> list[Unit]:
    """Cars of the deal's contract that the policy pays for and that no other rebate claims.

    They need not be delivered: papers are sought before the hand-over, for what is missing then is missing for long.
    """
    filing = rebate.filing
    elsewhere = select(RebateCar.vin).where(
        RebateCar.store_id == filing.store_id, RebateCar.freed_at.is_(None), RebateCar.rebate_id != rebate.id
    )
    query = select(Unit).where(
        Unit.case_id == filing.deal_id,
        Unit.state.in_([state.value for state in ON_CONTRACT]),
        Unit.model_id.in_(allowances_of(filing)),
        Unit.vin.not_in(elsewhere),
    )
    return list(db.scalars(query.order_by(Unit.vin)))


def window_end(db: Session, store_id: UUID, cars: Iterable[UUID], otherwise: date) -> date:
    """The last day to submit: months from the earliest invoice (house rule as of its day); before it, the other day."""
    first = select(func.min(Invoice.issued_on)).where(Invoice.unit_id.in_(list(cars)), Invoice.red_on.is_(None))
    earliest = db.scalar(first)
    if earliest is None:
        return otherwise
    return add_months(earliest, policy(db, store_id, "claim_window_months", earliest))


@on_facts
def claimed_cars_may_be_claimed(rebate: Rebate, ask: Ask) -> Refusal | None:
    """On the deal's contract, paid for by the policy, and in no other claim."""
    known = {car.id for car in claimable(ask.db, rebate)}
    others = [key for key in ask.facts.cars if key not in known]
    if others:
        vins = ask.db.scalars(select(Unit.vin).where(Unit.id.in_(others), Unit.store_id == rebate.store_id))
        return no(
            "These cars cannot be claimed: {vins}. Choose cars of this deal that the policy pays for and that are in no"
            " other claim.",
            code="E-REBATE-CARS", field="cars", vins=sorted(vins),
        )  # fmt: skip
    return None


# ── before it is submitted ────────────────────────────────────────────────────────────────────────────────────────


def claimed_filing_is_approved(rebate: Rebate, ask: Ask) -> Refusal | None:
    """Without the manufacturer's approval nothing is paid."""
    filing = rebate.filing
    if filing.state is not FilingState.APPROVED:
        return no(
            "The filing stands at “{state}”: a rebate needs an approved one.",
            code="E-FILING", fix="filing", state=filing.state,
        )  # fmt: skip
    return None


def claimed_cars_are_delivered(rebate: Rebate, ask: Ask) -> Refusal | None:
    """A car that stands in the yard earns nothing yet, and one that was given back nothing any more."""
    others = [car.vin for car in rebate.cars if car.unit.state is not UnitState.DELIVERED]
    if others:
        return no(
            "{count} of these cars are not delivered, such as {vin}: wait for them, or leave them to another claim.",
            code="E-REBATE-DELIVERED", fix="choose_cars", count=len(others), vin=others[0],
        )  # fmt: skip
    return None


def claimed_cars_are_invoiced(rebate: Rebate, ask: Ask) -> Refusal | None:
    """One living invoice a car, which the time to claim is counted from."""
    others = [car.vin for car in rebate.cars if car.unit.invoice is not InvoiceState.ISSUED]
    if others:
        sentence = "{count} of these cars have no living invoice, such as {vin}."
        return no(sentence, code="E-NO-INVOICE", remover=Role.FINANCE, count=len(others), vin=others[0])
    return None


def claimed_cars_were_filed(rebate: Rebate, ask: Ask) -> Refusal | None:
    """Of each model, with all other rebates under the same filing, no more cars than were filed."""
    query = select(Unit.model_id, func.count()).join(RebateCar, RebateCar.unit_id == Unit.id)
    query = query.join(Rebate, Rebate.id == RebateCar.rebate_id).group_by(Unit.model_id)
    claimed = ask.db.execute(query.where(Rebate.filing_id == rebate.filing_id, RebateCar.freed_at.is_(None)))
    filed = Counter[UUID]()
    for line in rebate.filing.lines:
        filed[line.model_id] += line.quantity
    for model_id, cars in claimed:
        if cars > filed[model_id]:
            return no(
                "Of {model} {claimed} cars are claimed and {filed} were filed: choose fewer of them.",
                code="E-REBATE-FILED", fix="choose_cars", model=full_name(ask.db.get_one(Model, model_id)),
                claimed=cars, filed=filed[model_id],
            )  # fmt: skip
    return None


def rebate_papers_are_attached(rebate: Rebate, ask: Ask) -> Refusal | None:
    """The contract, the invoice and the registration of each car, and the proofs of the class."""
    cars = [car.unit for car in rebate.cars]
    return oem_papers.refusal_of(oem_papers.missing(ask.db, rebate.filing, PaperUse.REBATE, cars))


def claim_is_in_time(rebate: Rebate, ask: Ask) -> Refusal | None:
    """Later the manufacturer's portal is locked."""
    if ask.today > rebate.answer_by:
        day = rebate.answer_by
        return no("The last day to claim was {day}: nothing can be claimed any more.", code="E-REBATE-LATE", day=day)
    return None


# ── the money ─────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def grant_is_within_the_claim(rebate: Rebate, ask: Ask) -> Refusal | None:
    """The manufacturer approves no more than its policy pays."""
    most = sum(car.allowance for car in rebate.cars)
    if ask.facts.amount > most:
        return no(
            "The policy pays {most} for these cars: compare the answer with it.",
            code="E-REBATE-AMOUNT", field="amount", most=Yuan(most),
        )  # fmt: skip
    return None


@on_facts
def payment_day_is_past(rebate: Rebate, ask: Ask) -> Refusal | None:
    """Money is recorded once it is there."""
    if ask.facts.paid_on > ask.today:
        return no("This day is still to come.", code="E-DAY-FUTURE", field="paid_on")
    return None


@on_facts
def payment_is_within_the_grant(rebate: Rebate, ask: Ask) -> Refusal | None:
    """What exceeds the approval is no rebate of this claim."""
    granted = rebate.approved_amount or 0
    if ask.facts.amount > granted:
        return no(
            "{granted} were approved: record that much here, and ask the manufacturer what the rest is for.",
            code="E-REBATE-AMOUNT", field="amount", granted=Yuan(granted),
        )  # fmt: skip
    return None


def for_delivered(rebate: Rebate) -> int:
    """What the policy pays for those of its cars that are still delivered."""
    return sum(car.allowance for car in rebate.cars if car.unit.state is UnitState.DELIVERED)


@on_facts
def payment_is_within_the_delivered(rebate: Rebate, ask: Ask) -> Refusal | None:
    """For a car that was given back since, nothing is ours."""
    stays = for_delivered(rebate)
    if ask.facts.amount > stays:
        return no(
            "Only {stays} are for cars that are still delivered: tell the manufacturer which car came back.",
            code="E-REBATE-DELIVERED", field="amount", stays=Yuan(stays),
        )  # fmt: skip
    return None


@on_facts
def no_more_is_taken_back_than_was_paid(rebate: Rebate, ask: Ask) -> Refusal | None:
    """What is left of it."""
    left = (rebate.paid_amount or 0) - rebate.taken_back
    if ask.facts.amount > left:
        return no("Of this rebate {left} are left.", code="E-REBATE-AMOUNT", field="amount", left=Yuan(left))
    return None


def owed_back(rebate: Rebate) -> int:
    """What was paid for cars that came back since, as far as the manufacturer has not got it back."""
    return max(0, (rebate.paid_amount or 0) - rebate.taken_back - for_delivered(rebate))


def a_paid_car_came_back(rebate: Rebate, ask: Ask) -> Refusal | None:
    """Its money is the manufacturer's, and nobody was told yet."""
    if owed_back(rebate) == 0 or deadlines.open_for(ask.db, rebate, "pay_rebate_back"):
        return not_yet()
    return None


def first_invoice_says_another_day(rebate: Rebate, ask: Ask) -> Refusal | None:
    """While papers are collected the first invoice may come, or be ended by a red letter: the last day follows it."""
    cars = [car.unit_id for car in rebate.cars]
    if rebate.answer_by == window_end(ask.db, rebate.store_id, cars, rebate.answer_by):
        return not_yet()
    return None


def last_day_is_over(rebate: Rebate, ask: Ask) -> Refusal | None:
    """逾期未回复: nobody claimed, or answered a return, in time."""
    return None if ask.today > rebate.answer_by else not_yet()
