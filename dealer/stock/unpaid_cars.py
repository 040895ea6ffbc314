"""A car that stands ready for a customer who does not pay (改配).

The customer is told that their car is here; that day begins the time to pay (house rule `unpaid_after_notice_days`).
Where the terms are prepaid the car is free by itself once the time is over and the money has not come. Under an order
of a framework agreement, on other terms, or once the car is invoiced, nothing happens by itself: the key-account
manager is asked.
"""

from datetime import date, timedelta

from pydantic import Field
from sqlalchemy.orm import Session

from dealer import deadlines
from dealer.engine.database import calendar_of
from dealer.engine.refusals import not_yet
from dealer.engine.steps import Ask, Facts, Refusal, no
from dealer.house.policies import policy
from dealer.money import finance, invoices
from dealer.records.contracts import Contract
from dealer.records.deals import Terms
from dealer.records.people import Role
from dealer.records.vehicles import Unit


class PaymentNotice(Facts):
    """Who was told that the car is here, and that the money is due."""

    person: str = Field(title="Who was told", min_length=1, max_length=200)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def car_is_unpaid(unit: Unit, ask: Ask) -> Refusal | None:
    """Only who owes something before the car leaves has a time to pay."""
    if finance.missing_for(ask.db, ask.db.get_one(Contract, unit.contract_id), unit):
        return None
    return no("This car is paid as far as the contract asks for it.", code="E-PAID", quiet=True)


def customer_was_not_told(unit: Unit, ask: Ask) -> Refusal | None:
    """The time runs once."""
    if unit.noticed_on is not None:
        return no(
            "The customer was told on {day}: the time to pay runs.", code="E-TOLD", quiet=True, day=unit.noticed_on
        )
    return None


def time_to_pay_is_over(unit: Unit, ask: Ask) -> Refusal | None:
    """So many days after the notice."""
    last = last_day(ask.db, unit)
    return None if last is not None and ask.today > last else not_yet()


def it_is_released_by_itself(unit: Unit, ask: Ask) -> Refusal | None:
    """Prepaid, no framework behind it, and no invoice that would have to be ended first."""
    contract = ask.db.get_one(Contract, unit.contract_id)
    prepaid = contract.terms is Terms.PREPAID and contract.framework_id is None
    return None if prepaid and invoices.invoice_is_ended(unit, ask) is None else not_yet()


def somebody_has_to_decide(unit: Unit, ask: Ask) -> Refusal | None:
    """Whatever is not released by itself."""
    return not_yet() if it_is_released_by_itself(unit, ask) is None else None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def note_notice(unit: Unit, ask: Ask) -> None:
    """The day that the time counts from; the sweep looks again when it is over."""
    unit.noticed_on = ask.today
    last = last_day(ask.db, unit) or ask.today
    deadlines.plan(ask, "time_to_pay", unit, calendar_of(ask.db).end_of(last), by_system=True)


def ask_the_manager(unit: Unit, ask: Ask) -> None:
    """Wait longer, take the car off, or have the customer told again: a person decides."""
    due = calendar_of(ask.db).due_after(ask.today, 1)
    deadlines.plan(ask, "decide_unpaid_car", unit, due, role=Role.KEY_ACCOUNT, note=unit.vin)
    unit.noticed_on = None


def tell_owner(unit: Unit, ask: Ask) -> None:
    """Whoever promised the car tells the customer that it is gone."""
    due = calendar_of(ask.db).due_after(ask.today, 1)
    deadlines.plan(ask, "tell_car_is_gone", unit.deal, due, owner_id=unit.owner_id, note=unit.vin)


def end_time_to_pay(unit: Unit, ask: Ask) -> None:
    """The car is nobody's: nothing is due for it."""
    unit.noticed_on = None
    for kind in ("time_to_pay", "decide_unpaid_car"):
        deadlines.cancel(ask, unit, kind)


# ── what screens ask ──────────────────────────────────────────────────────────────────────────────────────────────


def last_day(db: Session, unit: Unit) -> date | None:
    """Until when the customer who was told may pay."""
    if unit.noticed_on is None:
        return None
    days: int = policy(db, unit.store_id, "unpaid_after_notice_days", unit.noticed_on)
    return unit.noticed_on + timedelta(days=days)
