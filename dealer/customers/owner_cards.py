"""The owner card 保有客户管理卡 of a fleet: its cars, contracts and drives; what it was promised is in promises.py."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.people import Actor
from dealer.records.contracts import Contract, ContractState
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.testdrives import TestDrive
from dealer.records.vehicles import Unit, UnitState

LISTED = 200
SIGNED = (ContractState.EFFECTIVE, ContractState.PERFORMED)


def cars(db: Session, who: Actor, customer: Customer) -> list[Unit]:
    """What the customer drives of ours, the newest first."""
    query = select(Unit).join(Deal, Deal.id == Unit.case_id).where(Deal.customer_id == customer.id)
    query = people.scoped(query.where(Unit.state == UnitState.DELIVERED), Unit, who).options(joinedload(Unit.model))
    return list(db.scalars(query.order_by(Unit.delivered_at.desc(), Unit.number).limit(LISTED)))


def how_many_cars(db: Session, customer: Customer) -> int:
    """All of them, also beyond the list."""
    query = select(func.count()).select_from(Unit).join(Deal, Deal.id == Unit.case_id)
    return db.scalar(query.where(Deal.customer_id == customer.id, Unit.state == UnitState.DELIVERED)) or 0


def contracts(db: Session, customer: Customer) -> list[Contract]:
    """Contracts that both have signed, the newest first."""
    query = select(Contract).join(Deal, Deal.id == Contract.deal_id).where(Deal.customer_id == customer.id)
    return list(db.scalars(query.where(Contract.state.in_(SIGNED)).order_by(Contract.number.desc()).limit(LISTED)))


def drives(db: Session, customer: Customer) -> list[TestDrive]:
    """Test drives for its deals, the newest first."""
    query = select(TestDrive).join(Deal, Deal.id == TestDrive.deal_id).where(Deal.customer_id == customer.id)
    return list(db.scalars(query.order_by(TestDrive.starts_at.desc()).limit(LISTED)))
