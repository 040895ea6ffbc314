"""What customers of the generated year owe, how long it is late, what they may owe: reckoned once more, by hand."""

from collections import Counter, defaultdict
from datetime import date
from typing import Any
from uuid import UUID

from dealer.engine.calendar import ShopCalendar
from dealer.records.contracts import Contract, ContractState, Instalment, PaymentEvent
from dealer.records.credit import CreditProfile, CreditState
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch, Handover
from dealer.records.money import Receipt, ReceiptState
from tests.busy_year import Year
from tests.busy_year.book import Row
from tests.busy_year.house import day_of

Owed = tuple[int, list[int], int | None]
"""What is open, what of it is late for up to 30, 60, 90 days and for longer, and the limit."""


def owed_by_hand(year: Year, calendar: ShopCalendar, today: date) -> dict[UUID, Owed]:
    """By customer, whoever owes something. In this year every contract has two instalments, and money comes unnamed."""
    buyers = {row["id"]: row["customer_id"] for row in year.book.of(Deal)}
    came, limits, plans, ends = _came(year), _limits(year, today), _by_contract(year, Instalment), _ends(year)
    still, late = Counter[UUID](), dict[UUID, list[int]]()
    for contract in year.book.of(Contract):
        if contract["state"] is not ContractState.EFFECTIVE:
            continue
        buyer, left = buyers[contract["deal_id"]], came[contract["id"]]
        begun = {PaymentEvent.SIGNING: contract["effective_on"], PaymentEvent.ACCEPTANCE: ends.get(contract["id"])}
        for row in plans[contract["id"]]:
            day, amount = begun[row["event"]], row["amount"]
            due = day and calendar.add_working_days(day, row["days"])
            missing, left = max(0, amount - left), max(0, left - amount)
            still[buyer] += missing
            if missing and due is not None and due < today:
                days = (today - due).days
                place = 0 if days <= 30 else 1 if days <= 60 else 2 if days <= 90 else 3
                late.setdefault(buyer, [0, 0, 0, 0])[place] += missing
    return {key: (owed, late.get(key, [0] * 4), limits.get(key)) for key, owed in (+still).items()}


def _came(year: Year) -> Counter[UUID]:
    """What was confirmed under each contract."""
    found = Counter[UUID]()
    for row in year.book.of(Receipt):
        if row["state"] is ReceiptState.CONFIRMED:
            found[row["contract_id"]] += row["amount"]
    return found


def _limits(year: Year, today: date) -> dict[UUID, int]:
    """Approved and not run out; a customer of this year has one profile."""
    approved = (row for row in year.book.of(CreditProfile) if row["state"] is CreditState.APPROVED)
    return {row["customer_id"]: row["limit"] for row in approved if row["valid_until"] >= today}


def _by_contract(year: Year, record: type[Any]) -> dict[UUID, list[Row]]:
    found = defaultdict[UUID, list[Row]](list)
    for row in year.book.of(record):
        found[row["contract_id"]].append(row)
    return found


def _ends(year: Year) -> dict[UUID, date]:
    """When the last car of all batches of a contract left; without those contracts that still wait for a batch."""
    left: dict[UUID, date] = {}
    for row in year.book.of(Handover):
        left[row["batch_id"]] = max(day_of(row["driven_off_at"]), left.get(row["batch_id"], date.min))
    return {
        contract: max(left[row["id"]] for row in batches)
        for contract, batches in _by_contract(year, Batch).items()
        if all("accepted_at" in row for row in batches)
    }
