"""What somebody of a sub-dealer reads and may do in our house: their own sub-dealer, its deals and its customers.

`people.scoped` asks here for every read of theirs. A table that is not named is none of theirs, so that a new screen
shows them nothing until somebody has thought about it.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, select, true

from dealer.records.contracts import PrintLog
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.network import Statement, SubDealer, SubDealerMonth, SupportRequest
from dealer.records.quotations import Quotation
from dealer.records.vehicles import Model

ACTS_AS_OWNER_OF = (Deal, Quotation)
"""Lives in which they take the owner's steps; the contract and all that follows is our house's work."""


def _deals(key: UUID) -> Select[Any]:
    return select(Deal.id).where(Deal.sub_dealer_id == key)


def _quotations(key: UUID) -> Select[Any]:
    return select(Quotation.id).where(Quotation.deal_id.in_(_deals(key)))


# record → which rows of it are those of a sub-dealer
THEIRS: dict[type[Any], Callable[[UUID], ColumnElement[bool]]] = {
    Deal: lambda key: Deal.sub_dealer_id == key,
    Customer: lambda key: Customer.id.in_(select(Deal.customer_id).where(Deal.sub_dealer_id == key)),
    Quotation: lambda key: Quotation.deal_id.in_(_deals(key)),
    PrintLog: lambda key: PrintLog.subject_id.in_(_quotations(key)),
    SubDealer: lambda key: SubDealer.id == key,
    SupportRequest: lambda key: SupportRequest.sub_dealer_id == key,
    SubDealerMonth: lambda key: SubDealerMonth.sub_dealer_id == key,
    Statement: lambda key: Statement.sub_dealer_id == key,
    Model: lambda key: true(),  # what we sell is no secret
}


def theirs(record: type[Any], sub_dealer_id: UUID | None) -> ColumnElement[bool]:
    """The condition that leaves of a shop's rows those of one sub-dealer; none, while nobody has said of which."""
    if sub_dealer_id is None or record not in THEIRS:
        return false()
    return THEIRS[record](sub_dealer_id)


def owns(thing: Any) -> bool:
    """Whether somebody of a sub-dealer takes the steps of an owner with a thing of theirs."""
    return isinstance(thing, ACTS_AS_OWNER_OF)
