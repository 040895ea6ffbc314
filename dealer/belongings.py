"""What belongs to a deal of all the lives there are; and which of them it has at all, told by one question.

After every step of a deal all that belongs to it is asked whether it moves by itself. Most deals have few kinds of
things: to look for a dozen kinds one by one costs more than the step.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import Session

from dealer import after_sales, management
from dealer.approvals import approvals
from dealer.contracts import contract
from dealer.deliveries import delivery
from dealer.drives import drive_lists
from dealer.quotations import quotation
from dealer.records.complaints import Complaint
from dealer.records.contracts import Contract
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch
from dealer.records.oem import Filing
from dealer.records.prospects import Prospect, Visit
from dealer.records.quotations import PriceException, Quotation
from dealer.records.risks import RiskItem
from dealer.records.testdrives import TestDrive
from dealer.records.vehicles import Unit
from dealer.showroom import reception
from dealer.stock import vehicles

OfDeal = Callable[[Session, Deal], Sequence[Any]]
# what finds them, and where a row must name the deal for there to be any
PARTS: tuple[tuple[OfDeal, tuple[Any, ...]], ...] = (
    (quotation.of_deal, (Quotation.deal_id,)),
    (approvals.of_deal, (PriceException.deal_id,)),
    (contract.of_deal, (Contract.deal_id,)),
    (drive_lists.of_deal, (TestDrive.deal_id,)),
    (vehicles.of_deal, (Unit.case_id,)),
    (delivery.of_deal, (Batch.deal_id,)),
    (after_sales.of_deal, (Complaint.deal_id,)),
    (management.of_deal, (Filing.deal_id, RiskItem.deal_id)),  # a rebate has a filing
    (lambda db, deal: reception.of_case(db, deal.id), (Prospect.case_id, Visit.case_id)),
)


def _question() -> Select[Any]:
    named: list[Any] = [exists().where(column == bindparam("deal")) for _, columns in PARTS for column in columns]
    return select(*named)


_WHICH_THERE_ARE = _question()


def of_deal(db: Session, deal: Deal) -> list[Any]:
    """The deal with everything that belongs to it and may move by itself."""
    there = iter(_which_there_are(db, deal.id))
    found: list[Any] = [deal]
    for part, named in PARTS:
        if any(tuple(next(there) for _ in named)):
            found += part(db, deal)
    return found


def _which_there_are(db: Session, deal_id: UUID) -> Sequence[bool]:
    return db.connection().execute(_WHICH_THERE_ARE, {"deal": deal_id}).one()
