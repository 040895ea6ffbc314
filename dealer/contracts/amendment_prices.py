"""The prices of an amendment: which of its cars nobody has authorised yet, and how their approval is asked for.

Cars that are added or sold at another price are put as a quotation of their own before the same functions that judge
every quotation. Where one lies below the owner's floor, that quotation is begun (nobody is sent it), and the
exceptions it needs live as any others do.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.approvals.approvals import UNDECIDED
from dealer.approvals.authority import unauthorised_lines
from dealer.approvals.rulings import Reasons, kept
from dealer.contracts.amendment_terms import changed_lines
from dealer.contracts.in_force import UNSETTLED
from dealer.engine.steps import Ask, Refusal, Rule, no
from dealer.quotations import offers, quotation, quotation_rules
from dealer.records.contracts import Contract, ContractLine
from dealer.records.quotations import ExtraKind, LineExtra, PriceException, Quotation, QuotationLine, QuotationState

ASKING = (QuotationState.PENDING_PRICE, QuotationState.READY)


def request_of(contract: Contract) -> Quotation:
    """A quotation, not yet begun, of the cars that an amendment adds or sells at another price."""
    request = quotation.blank(contract.deal)
    added = [(line, line.quantity - was) for line, was in changed_lines(contract) if line.quantity > was]
    request.lines = [_line(line, more, position) for position, (line, more) in enumerate(added, 1)]
    return request


def _line(line: ContractLine, quantity: int, position: int) -> QuotationLine:
    asked = QuotationLine(
        store_id=line.store_id, position=position, model_id=line.model_id, model=line.model, colour=line.colour,
        quantity=quantity, unit_price=line.unit_price,
    )  # fmt: skip
    # The gifts of these cars, rounded up: a floor is met with what the shop gives away taken off.
    asked.extras = [
        LineExtra(
            store_id=line.store_id, position=at, kind=ExtraKind(extra["kind"]), name=extra["name"],
            amount=-(-extra["amount"] * quantity // line.quantity),
        )
        for at, extra in enumerate(line.extras, 1)
    ]  # fmt: skip
    return asked


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _as_quoted(rule: Rule, name: str) -> Rule:
    """A rule of quotations, asked of the cars that an amendment adds."""

    def of_the_added_cars(contract: Contract, ask: Ask) -> Refusal | None:
        return rule(request_of(contract), ask)

    of_the_added_cars.__name__ = name
    of_the_added_cars.__dict__.update(rule.__dict__)
    return of_the_added_cars


added_models_are_on_the_list = _as_quoted(quotation_rules.models_are_on_the_list, "added_models_are_on_the_list")
added_prices_are_not_above_marked = _as_quoted(
    quotation_rules.prices_are_not_above_marked, "added_prices_are_not_above_marked"
)
added_price_was_not_refused = _as_quoted(quotation_rules.price_was_not_refused, "added_price_was_not_refused")
added_hard_floor_has_project_approval = _as_quoted(
    quotation_rules.hard_floor_has_project_approval, "added_hard_floor_has_project_approval"
)


def added_cars_are_authorised(contract: Contract, ask: Ask) -> Refusal | None:
    """A changed price, or more cars than were approved at a price below the floor, takes an approval of its own."""
    lacking = unauthorised_lines(ask.db, request_of(contract), ask.today)
    if lacking:
        return no(
            "{quantity} × {model} lie below your floor and no approval covers them: ask for an exception.",
            code="E-APPROVAL-LAPSED", fix="ask_price", quantity=lacking[0].quantity,
            model=f"{lacking[0].model.brand} {lacking[0].model.name}",
        )  # fmt: skip
    return None


def a_price_needs_approval(contract: Contract, ask: Ask) -> Refusal | None:
    """Nobody asks for what they may give themselves."""
    if not unauthorised_lines(ask.db, request_of(contract), ask.today):
        return no("No price of this amendment needs an approval.", code="E-PRICE-OWN", quiet=True)
    return None


def price_is_not_asked_yet(contract: Contract, ask: Ask) -> Refusal | None:
    """One request at a time; other terms are asked for anew."""
    undecided = select(PriceException.number).where(
        PriceException.quotation_id.in_([each.id for each in _carriers(ask.db, contract)]),
        PriceException.state.in_([state.value for state in UNDECIDED]),
    )
    waiting = ask.db.scalars(undecided.limit(1)).first()
    if waiting is not None:
        return no(
            "Exception {number} for these prices is being decided. Edit the cars to ask for something else.",
            code="E-PRICE-ASKED", quiet=True, number=waiting,
        )  # fmt: skip
    return None


# ── asking ────────────────────────────────────────────────────────────────────────────────────────────────────────


def note_request(contract: Contract, ask: Ask) -> None:
    """Why the price is what it is; the exceptions take it over."""
    reasons: Reasons = ask.facts
    contract.price_request = {
        "reason": reasons.reason,
        "proof_sha256": kept(ask, reasons.proof),
        "sighting": str(reasons.sighting) if reasons.sighting else None,
        "project_approval": reasons.project_approval or None,
        "project_file_sha256": kept(ask, reasons.project_file),
        "by": str(ask.actor.id),
        "at": ask.at.timestamp(),
    }


def births(db: Session, contract: Contract, ask: Ask) -> list[Quotation]:
    """Begin the quotation that carries the request of an amendment; none while it is there."""
    asked: dict[str, Any] | None = contract.price_request
    if asked is None or contract.state not in UNSETTLED:
        return []
    if any(each.submitted_at and each.submitted_at.timestamp() == asked["at"] for each in _carriers(db, contract)):
        return []
    carrier = request_of(contract)
    carrier.amendment_id, carrier.submitted_at = contract.id, ask.at
    carrier.submitted_by_id, carrier.submitted_for_id = UUID(asked["by"]), contract.owner_id
    for name in ("reason", "proof_sha256", "project_approval", "project_file_sha256"):
        setattr(carrier, name, asked[name])
    carrier.sighting_id = UUID(asked["sighting"]) if asked.get("sighting") else None
    system = Ask(db, people.system(contract.store_id), ask.at, because=ask.because)
    offers.freeze_prices(carrier, system)
    quotation.QUOTATIONS.begin("ask_for_amendment", carrier, system)
    return [carrier]


def _carriers(db: Session, contract: Contract) -> list[Quotation]:
    query = select(Quotation).where(
        Quotation.amendment_id == contract.id, Quotation.state.in_([state.value for state in ASKING])
    )
    return list(db.scalars(query))
