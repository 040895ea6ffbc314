"""Lists of money as rows of a sheet: what is open, by instalment, and the payments."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.engine.amounts import yuan
from dealer.engine.database import calendar_of
from dealer.money import finance_desk
from dealer.people import Actor
from dealer.records.contracts import Contract
from dealer.records.deals import Deal
from dealer.records.money import Receipt

MOST = 5_000
OPEN_HEADS = (
    "Customer", "Contract", "Instalment", "Due", "Amount, yuan", "Received, yuan", "Open, yuan",
    "1–30 days late, yuan", "31–60 days late, yuan", "61–90 days late, yuan", "over 90 days late, yuan",
    "Credit limit of the customer, yuan",
)  # fmt: skip
PAYMENT_HEADS = (
    "Number", "Day", "Customer", "Contract", "What for", "Payer or payee", "Bank reference", "Amount, yuan", "State",
)  # fmt: skip


def open_instalments(db: Session, who: Actor, *, at: datetime) -> Iterable[Sequence[Any]]:
    """What is still to come, customer by customer, what of it is late by its age, and what the customer may owe."""
    today = calendar_of(db).today(at)
    for owed in finance_desk.receivables(db, who, today):
        limit = None if owed.limit is None else yuan(owed.limit)
        for plan, row in finance_desk.open_rows([owed]):
            yield (
                owed.customer.name, plan.contract.code or "", row.position, row.due_on, yuan(row.amount),
                yuan(row.got), yuan(row.open), *map(yuan, finance_desk.by_age(row, today)), limit,
            )  # fmt: skip


def payments(db: Session, who: Actor) -> Iterable[Sequence[Any]]:
    """Every payment, newest first, also those that do not count: each with its state."""
    query = people.scoped(select(Receipt), Receipt, who).options(
        joinedload(Receipt.contract).joinedload(Contract.deal).joinedload(Deal.customer)
    )
    for row in db.scalars(query.order_by(Receipt.received_on.desc(), Receipt.number.desc()).limit(MOST)):
        yield (
            row.number, row.received_on, row.contract.deal.customer.name, row.contract.code or "", row.kind, row.payer,
            row.reference, yuan(row.amount), row.state,
        )  # fmt: skip
