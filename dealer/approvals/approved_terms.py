"""The terms an approval is bound to: customer, model with its configuration, cars, net price, and what comes free.

They are frozen when it is given, with a fingerprint of exactly these terms. What is sold to somebody else, or in
another configuration, is another thing; what is the same thing at a worse price is not covered (authority.py).
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import object_session

from dealer.records.quotations import PriceException, QuotationLine
from dealer.records.vehicles import Model

BOUND = ("customer_id", "model_id", "model", "quantity", "net_total", "extras")


def fingerprint(terms: Mapping[str, Any]) -> str:
    """sha256 of the exact terms, whatever order they were kept in."""
    told = {name: terms[name] for name in BOUND} | {
        "extras": sorted(json.dumps(each, ensure_ascii=False, sort_keys=True) for each in terms["extras"])
    }
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def described(model: Model) -> str:
    """Brand, name and configuration, as they are put before the manager."""
    return f"{model.brand} {model.name} {model.configuration}"


def are_untouched(exception: PriceException) -> bool:
    """Whether the frozen terms are those that were approved; an approval from before fingerprints has none."""
    approved = exception.approved or {}
    return "fingerprint" not in approved or approved["fingerprint"] == fingerprint(approved)


def _model_of(line: QuotationLine, exception: PriceException) -> Model:
    """A line that is still being typed knows only the id of its model."""
    db = object_session(exception)
    return line.model if db is None else db.get_one(Model, line.model_id)


def are_of_the_same_thing(exception: PriceException, line: QuotationLine) -> bool:
    """Whether a line sells the approved model, in its configuration, to the approved customer."""
    asked, deal = exception.asked, line.quotation.deal
    return (
        exception.deal_id == line.quotation.deal_id
        and asked["customer_id"] == str(deal.customer_id)
        and asked["model_id"] == str(line.model_id)
        and asked["model"] == described(_model_of(line, exception))
    )
