"""A customer at the door, and deals that can be put on hold, as measures of steps need them."""

from sqlalchemy import select

from dealer import workflow
from dealer.deals.deals import NewDeal
from dealer.engine.database import Database
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal, DealState
from tests.cast import Shop
from tests.conftest import at


def somebody(name: str) -> NewDeal:
    """A customer without a code: a second one of that kind clashes with nobody."""
    return NewDeal(name=name, customer_class=CustomerClass.INDIVIDUAL, contact="杨帆", phone="13888880001")


def registered(shop: Shop) -> int:
    """A deal of somebody new; its number."""
    with shop.acting("李娜", at("2026-10-10 09:00"), somebody("杨帆")) as ask:
        number: int = workflow.register(ask).number
    return number


def open_deals(database: Database) -> list[int]:
    """The numbers of some deals at the beginning, oldest first."""
    query = select(Deal.number).where(Deal.state == DealState.INQUIRY).order_by(Deal.number).limit(1000)
    with database.reading() as db:
        return list(db.scalars(query))
