"""From an amendment's rows to the terms its paper prints: what differs from the text it changes."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from dealer import people
from dealer.contracts import clause_library
from dealer.contracts import contract_terms as whole
from dealer.contracts.in_force import amendments_of
from dealer.contracts.standing_clauses import OF_AN_AMENDMENT, standing_clauses
from dealer.records.contracts import Contract, ContractKind
from dealer.terms import (
    AmendedLine,
    AmendmentTerms,
    ChangedFigure,
    ChangedParticular,
    ChangedWording,
    Item,
    Particular,
)

WRITTEN = (
    "name", "uscc", "legal_representative", "address", "post_code", "phone", "bank", "bank_account", "agent",
    "agent_phone", "authorisation_number", "authorised_on",
)  # fmt: skip


def amendment_terms(db: Session, contract: Contract, day: date) -> AmendmentTerms:
    """The terms as they stand on a day. Raises pydantic's ValidationError where they contradict each other."""
    agreed = AmendmentTerms.model_validate(told(db, contract, day)[1])
    house = clause_library.in_force(db, contract.store_id, day)
    return agreed.model_copy(update={"articles": agreed.composed(whole.own_wordings(contract), house)})


def told(db: Session, contract: Contract, day: date) -> tuple[type[AmendmentTerms], dict[str, Any]]:
    """What the rows of an amendment say, by the names of its terms."""
    base, parent = contract.base, contract.parent
    if base is None or parent is None:
        raise LookupError(f"contract {contract.number} amends nothing")
    store = people.store_of(db, contract.store_id)
    return AmendmentTerms, {
        "dated": day,
        "signing_place": contract.signing_place,
        "contract_number": parent.code or "",
        "contract_day": parent.effective_on or day,
        "reason": contract.amend_reason or "",
        "seller": whole.seller_of(contract, store),
        "customers": tuple(whole.party_of(party) for party in contract.parties),
        "lines": tuple(_lines(contract)),
        "batches": tuple(whole.batches_of(contract.plan)) if _plan(contract) != _plan(base) else (),
        "instalments": tuple(whole.instalment_of(row) for row in contract.payments)
        if _payments(contract) != _payments(base)
        else (),
        "earnest": whole.EARNEST[contract.deposit_kind],
        "parties_change": _parties(contract) != _parties(base),
        "receivers_change": _receivers(contract) != _receivers(base),
        "receivers": _receivers(contract),
        "figures": tuple(_figures(contract)),
        "total_before_fen": base.total,
        "total_after_fen": contract.total,
        "public": parent.kind is ContractKind.PROCUREMENT,
        "original_fen": parent.total,
        "supplements_fen": supplements(db, contract),
        "wordings": tuple(changed_wordings(db, contract)),
        "particulars": tuple(_particulars(contract)),
        "copies_each": contract.copies_each,
        "verify_at": store.public_address,
    }


def changes_something(contract: Contract) -> bool:
    """Whether it says anything that the text before it does not."""
    base = contract.base
    return base is not None and (
        any(changed_lines(contract))
        or any(_figures(contract))
        or any(each.key not in OF_AN_AMENDMENT for each in contract.own_clauses)
        or any(_particulars(contract))
        or any(differs(contract) != differs(base) for differs in (_plan, _payments, _parties, _receivers))
    )


def fits_on_paper(db: Session, contract: Contract, day: date) -> bool:
    """Whether the paper has room for all of it."""
    try:
        amendment_terms(db, contract, day)
    except ValidationError:
        return False
    return True


def changed_wordings(db: Session, contract: Contract) -> Iterator[ChangedWording]:
    """The clauses of the contract that an amendment words anew, in the order of the contract."""
    own = {each.key: each for each in contract.own_clauses}
    standing = standing_clauses(db, contract.parent) if contract.parent and own.keys() - OF_AN_AMENDMENT else {}
    for key, (article, number, clause) in standing.items():
        if key in own and key not in OF_AN_AMENDMENT:
            yield ChangedWording(
                key=key,
                article=article.zh,
                article_en=article.en,
                number=number,
                before=clause.text(),
                zh=own[key].zh,
                en=own[key].en,
            )


def _particulars(contract: Contract) -> Iterator[ChangedParticular]:
    """What changes of the procurement that the contract carries out."""
    before, after = (_procured(each) if each else {} for each in (contract.base, contract))
    for what in Particular:
        if before.get(what.value, "") != after.get(what.value, ""):
            yield ChangedParticular(what=what, before=before.get(what.value, ""), after=after.get(what.value, ""))


def _procured(contract: Contract) -> dict[str, str]:
    procured = whole.procurement_of(contract)
    return {} if procured is None else {what.value: getattr(procured, what.value) for what in Particular}


# ── what differs ──────────────────────────────────────────────────────────────────────────────────────────────────


def changed_lines(contract: Contract) -> Iterator[tuple[Any, int]]:
    """The lines whose quantity changes, with what it was; a new line had none."""
    before = {line.root: line.quantity for line in contract.base.lines} if contract.base else {}
    for line in contract.lines:
        was = before.get(line.root, 0)
        if was != line.quantity:
            yield line, was


def added_by(contract: Contract) -> int:
    """What the cars cost that an amendment adds, at its prices."""
    return sum(max(0, line.quantity - was) * line.unit_price for line, was in changed_lines(contract))


def supplements(db: Session, contract: Contract) -> int:
    """What this amendment adds, together with those in effect."""
    earlier = amendments_of(db, contract.parent) if contract.parent else []
    return added_by(contract) + sum(added_by(each) for each in earlier if each.effective_on and each.id != contract.id)


def _lines(contract: Contract) -> Iterator[AmendedLine]:
    for line, was in changed_lines(contract):
        car = whole.described(line.model, line.colour, "")
        for unprinted in ("engine", "manufacturer", "use"):
            del car[unprinted]
        yield AmendedLine(
            line=line.position,
            **car,
            unit_price_fen=line.unit_price,
            before=was,
            after=line.quantity,
            replaces=line.replaces,
        )


def _plan(contract: Contract) -> list[Any]:
    return [
        (row.batch, row.line_position, row.quantity, row.due_on, row.place, row.sent_by_seller, row.contact)
        for row in sorted(contract.plan, key=lambda row: (row.batch, row.line_position))
    ]


def _payments(contract: Contract) -> list[Any]:
    rows = [(row.event, row.days, row.day, row.batch, row.amount) for row in contract.payments]
    return [contract.deposit_kind, *rows]


def _figures(contract: Contract) -> Iterator[ChangedFigure]:
    for item in Item if contract.base else ():
        was, becomes = getattr(contract.base, item.value) or 0, getattr(contract, item.value) or 0
        if was != becomes:
            yield ChangedFigure(item=item, before=was, after=becomes)


def _parties(contract: Contract) -> list[Any]:
    return [[getattr(party, name) for name in WRITTEN] for party in contract.parties]


def _receivers(contract: Contract) -> tuple[str, ...]:
    return tuple(f"{each.name} {each.phone}".strip() for each in contract.receivers)
