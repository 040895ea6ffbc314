"""From the key terms typed of the customer's own paper to those of our cover sheet."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from dealer import people
from dealer.contracts import contract_terms as whole
from dealer.records.contracts import Contract, DepositKind
from dealer.terms import CoverSheetTerms, TheirVehicles


def cover_sheet_terms(db: Session, contract: Contract, day: date) -> CoverSheetTerms:
    """The terms as they stand on a day. Raises pydantic's ValidationError where they contradict each other."""
    told: dict[str, Any] = contract.their_terms or {}
    return CoverSheetTerms(
        dated=day,
        seller=whole.seller_of(contract, people.store_of(db, contract.store_id)),
        customers=tuple(whole.party_of(party) for party in contract.parties),
        their_number=told["their_number"],
        their_sha256=contract.their_paper_sha256 or "",
        quotation_number=str(contract.quotation.number),
        lines=tuple(_lines(contract, told["lines"])),
        total_fen=told["total"],
        earnest=whole.EARNEST[DepositKind(told["deposit_kind"])],
        deposit_fen=told["deposit"],
        delivery=told["delivery"],
        payment=told["payment"],
        damages=told["damages"],
        dispute=told["dispute"],
    )


def _lines(contract: Contract, typed: list[dict[str, Any]]) -> list[TheirVehicles]:
    lines = {line.position: line for line in contract.lines}
    told = []
    for row in typed:
        line = lines[row["line"]]
        car = whole.described(line.model, line.colour, "")
        for unprinted in ("engine", "manufacturer", "use"):
            del car[unprinted]
        price = row["unit_price"]
        told.append(TheirVehicles(line=row["line"], **car, quantity=row["quantity"], unit_price_fen=price))
    return told
