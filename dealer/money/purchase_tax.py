"""The purchase tax that a buyer will probably pay for a car: an estimate, of which the tax office has the last word."""

from collections import Counter
from datetime import date
from fractions import Fraction

from sqlalchemy.orm import Session

from dealer.engine.amounts import PurchaseTax, purchase_tax
from dealer.house.policies import policy
from dealer.records.contracts import Contract
from dealer.records.vehicles import Energy, Model

CHARGEABLE = (Energy.ELECTRIC, Energy.PLUG_IN)  # 新能源汽车, if the model is in the 目录


def is_relieved(model: Model) -> bool:
    """Whether a car of the model is let off a part of its purchase tax while there is a relief."""
    return model.relief_listed and model.energy in CHARGEABLE


def estimate(db: Session, model: Model, price: int, day: date) -> PurchaseTax:
    """For one car at its price with VAT, invoiced on a day."""
    rate = Fraction(policy(db, model.store_id, "vat_permille", day), 1000)
    return purchase_tax(price, rate, day, new_energy=is_relieved(model))


def of_contract(db: Session, contract: Contract, today: date) -> int:
    """For all cars of a text in fen: each as if invoiced on the day its batch is due, or today if that is later."""
    planned = [(row.line_position, row.quantity, max(row.due_on, today)) for row in contract.plan]
    placed = Counter[int]()
    for position, quantity, _ in planned:
        placed[position] += quantity
    planned += [(line.position, line.quantity - placed[line.position], today) for line in contract.lines]
    lines = {line.position: line for line in contract.lines}
    return sum(
        quantity * estimate(db, lines[position].model, lines[position].unit_price, day).due
        for position, quantity, day in planned
        if position in lines and quantity > 0
    )
