"""The text of a contract clause by clause, whatever its kind.

A contract, an order and an amendment are made of clauses of the library; a text of the customer's own has none of ours.
"""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from dealer.contracts import amendment_terms, clause_library, contract_terms
from dealer.contracts.contract_terms import is_made_of_clauses, own_wordings, paper_of
from dealer.records.contracts import Contract
from dealer.terms import Agreement, Article, Own, revive

Told = tuple[type[Agreement], dict[str, Any]]
TOLD: dict[str, Callable[[Session, Contract, date], Told]] = {"amendment": amendment_terms.told}


def articles_of(db: Session, contract: Contract, day: date, own: tuple[Own, ...] | None = None) -> tuple[Article, ...]:
    """The text clause by clause: as it was frozen, or as it stands in a draft, however much that still lacks.

    Empty while the paper has no room for what was typed: the checklist says so (E-TERMS).
    """
    if not is_made_of_clauses(contract):
        return ()
    if contract.frozen is not None and own is None:
        frozen: Agreement = revive(paper_of(contract), json.dumps({"terms": contract.frozen}))
        return frozen.spoken
    try:
        kind, told = TOLD.get(paper_of(contract), contract_terms.told)(db, contract, day)
    except ValidationError:
        return ()
    draft: Agreement = kind.model_construct(**told)
    house = clause_library.in_force(db, contract.store_id, day)
    return draft.composed(own_wordings(contract) if own is None else own, house)
