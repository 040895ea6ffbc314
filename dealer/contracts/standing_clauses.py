"""The clauses of a contract as they stand now: as they were signed, or as the latest amendment in effect words them.

That is what an amendment changes, and what its paper prints as the text before.
"""

import json
from typing import NamedTuple

from sqlalchemy.orm import Session

from dealer.contracts.contract_terms import is_made_of_clauses, paper_of
from dealer.contracts.in_force import amendments_of
from dealer.records.contracts import Contract
from dealer.terms import Agreement, AmendmentTerms, Article, Clause, revive
from dealer.terms.clauses import kinds

OF_AN_AMENDMENT = frozenset(key for keys in kinds()["amendment"].values() for key in keys)
"""The clauses of the amendment's own paper; every other key is one of the contract it changes."""


class Standing(NamedTuple):
    """A clause in its place: its article, and its number as printed; the opening has none."""

    article: Article
    number: str
    clause: Clause


def standing_clauses(db: Session, contract: Contract) -> dict[str, Standing]:
    """By key, in the order of the paper. Nothing where a text of the customer's own was signed, or none was frozen."""
    if contract.frozen is None or not is_made_of_clauses(contract):
        return {}
    signed: Agreement = revive(paper_of(contract), json.dumps({"terms": contract.frozen}))
    found = {
        clause.key: Standing(article, f"{place}.{row}" if place else "", clause)
        for place, article in enumerate(signed.spoken)
        for row, clause in enumerate(article.clauses, 1)
    }
    for amendment in amendments_of(db, contract):
        if amendment.effective_on is None or amendment.frozen is None:
            continue
        terms: AmendmentTerms = revive("amendment", json.dumps({"terms": amendment.frozen}))
        for each in terms.wordings:
            was = found[each.key]
            changed = {"zh": (each.zh,), "en": (each.en or each.zh,), "changed": True}
            found[each.key] = was._replace(clause=was.clause.model_copy(update=changed))
    return found
