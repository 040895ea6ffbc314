"""The gates from signing to the end: a deal's rules that read deliveries, money, invoices and callbacks."""

from dealer.care import aftercalls
from dealer.contracts import contract, in_force
from dealer.deliveries import delivery
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.engine.words import Yuan
from dealer.money import finance
from dealer.records.deals import Deal
from dealer.records.people import Role
from dealer.service import complaints


def deposit_is_received(deal: Deal, ask: Ask) -> Refusal | None:
    """定金 is constituted when it is actually paid (Civil Code 586)."""
    drawn = contract.current(ask.db, deal)
    if drawn is not None and drawn.deposit and not finance.deposit_received(ask.db, drawn):
        return no(
            "{kind}: {amount} has not been received, or was paid back. Finance records the receipt.",
            code="E-DEPOSIT-UNPAID", remover=Role.FINANCE, fix="contract", kind=drawn.deposit_kind,
            amount=Yuan(drawn.deposit),
        )  # fmt: skip
    return None


def all_cars_are_delivered(deal: Deal, ask: Ask) -> Refusal | None:
    """Delivered plus cancelled by amendment equals contracted."""
    drawn = contract.current(ask.db, deal)
    left = delivery.undelivered(ask.db, drawn) if drawn else 0
    if left:
        return no("{count} cars are still to be delivered.", code="E-UNDELIVERED", fix="deliveries", count=left)
    return None


def no_amendment_is_open(deal: Deal, ask: Ask) -> Refusal | None:
    """What both sides still negotiate is signed or given up first."""
    drawn = contract.current(ask.db, deal)
    other = in_force.open_amendment(ask.db, drawn) if drawn else None
    if other is not None:
        return no(
            "Amendment {number} is still open: have it signed or void it first.", code="E-AMEND-OPEN", fix="contract",
            number=other.code or other.number,
        )  # fmt: skip
    return None


def everything_is_paid(deal: Deal, ask: Ask) -> Refusal | None:
    """Paid in full; retention money that is not due yet moves to the receivables."""
    drawn = contract.current(ask.db, deal)
    due = finance.outstanding(ask.db, drawn, ask.today) if drawn else 0
    if due > 0:
        return no(
            "{amount} is still to be paid: finance records the receipt.",
            code="E-UNPAID", remover=Role.FINANCE, fix="contract", amount=Yuan(due),
        )  # fmt: skip
    return None


def every_car_is_invoiced(deal: Deal, ask: Ask) -> Refusal | None:
    """One vehicle, one invoice."""
    drawn = contract.current(ask.db, deal)
    missing = finance.uninvoiced(ask.db, drawn) if drawn else 0
    if missing:
        return no(
            "{count} delivered cars have no invoice: finance records them.",
            code="E-NO-INVOICE", remover=Role.FINANCE, fix="deliveries", count=missing,
        )  # fmt: skip
    return None


def callbacks_are_done(deal: Deal, ask: Ask) -> Refusal | None:
    """100 % of the three-day callbacks (CS3)."""
    left = aftercalls.callbacks_due_in(ask.db, deal)
    if left:
        return no(
            "{count} callbacks are still to be made.",
            code="E-NO-CALLBACK", remover=Role.CUSTOMER_SERVICE, count=left,
        )  # fmt: skip
    return None


def no_complaint_is_open(deal: Deal, ask: Ask) -> Refusal | None:
    """An open complaint about this delivery keeps the deal open."""
    left = complaints.of_deal(ask.db, deal)
    if left:
        return no(
            "Complaint {numbers} about this delivery is open: close it first.", code="E-COMPLAINT-OPEN",
            remover=Role.CUSTOMER_SERVICE, fix="complaints", numbers=[each.number for each in left],
        )  # fmt: skip
    return None


@on_facts
def notice_is_not_in_the_future(deal: Deal, ask: Ask) -> Refusal | None:
    """A cancellation takes effect when its notice arrives (Civil Code 565)."""
    if ask.facts.notice_day > ask.today:
        return no("The notice has not arrived yet: choose a day up to today.", code="E-DAY-FUTURE", field="notice_day")
    return None
