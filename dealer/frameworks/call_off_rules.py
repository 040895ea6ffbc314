"""What stands in the way of an order under a framework agreement, beside what stands in the way of every contract.

The agreement has to be in force when the order is submitted and when it is issued; orders that were issued before it
ended are performed under it (the agreement's own words). Cars are counted in the order in which they were promised.
"""

from dealer.contracts import clause_library, contract_clauses, contract_gaps
from dealer.contracts.in_force import is_call_off
from dealer.contracts.their_paper import THEIR_FIGURES
from dealer.engine.steps import Ask, Refusal, Rule, no
from dealer.engine.words import Yuan
from dealer.frameworks import call_offs
from dealer.frameworks.call_off_conditions import framework_of
from dealer.records.contracts import Contract, ContractState
from dealer.records.frameworks import Framework
from dealer.records.people import Role


def agreement_is_another(contract: Contract, ask: Ask) -> Refusal | None:
    """A draft follows its deal: into an agreement, out of it, or from one to the next."""
    wanted = framework_of(contract.deal)
    if contract.framework_id == (wanted.id if wanted else None):
        return no("The draft is under the agreement of its deal.", code="E-NOT-YET", quiet=True)
    return None


# ── the agreement ─────────────────────────────────────────────────────────────────────────────────────────────────


def agreement_of_the_order_is_in_force(contract: Contract, ask: Ask) -> Refusal | None:
    """An order of the day after would be under nothing."""
    framework = contract.framework
    if framework is None or call_offs.is_in_force(framework, ask.today):
        return None
    if contract.state is ContractState.APPROVED:
        return no(
            "Framework agreement {agreement} is no longer in force: have the deal reworked. Then agree a new one, or"
            " let the deal leave it and ask for its prices.",
            code="E-FRAMEWORK-OVER", agreement=_named(framework),
        )  # fmt: skip
    return no(
        "Framework agreement {agreement} is no longer in force: agree a new one and call off from that, or let the deal"
        " leave it and ask for its prices.",
        code="E-FRAMEWORK-OVER", fix="call_off", agreement=_named(framework),
    )  # fmt: skip


def agreement_of_the_order_is_filed(contract: Contract, ask: Ask) -> Refusal | None:
    """An order cites number and day of a paper that both have signed."""
    framework = contract.framework
    if framework is not None and framework.filed_by_id is None:
        return no(
            "The signed paper of framework agreement {agreement} is not filed yet: the back office files it.",
            code="E-FRAMEWORK-UNFILED", fix="framework", remover=Role.CLERK, agreement=_named(framework),
        )  # fmt: skip
    return None


def agreement_has_cars_left(contract: Contract, ask: Ask) -> Refusal | None:
    """Whoever was promised cars first has them; beyond the ceiling nothing was agreed."""
    framework = contract.framework
    if framework is None:
        return None
    room = call_offs.room_for(ask.db, framework, contract.quotation)
    return _too_many(framework, room, _cars(contract, framework))


def _too_many(framework: Framework, room: int | None, cars: int) -> Refusal | None:
    if room is None or cars <= room:
        return None
    return no(
        "Framework agreement {agreement} has {room} cars left, this takes {cars}: order fewer, or agree on more cars.",
        code="E-FRAMEWORK-FULL", fix="framework", agreement=_named(framework), room=room, cars=cars,
    )  # fmt: skip


def order_costs_no_more_than_agreed(contract: Contract, ask: Ask) -> Refusal | None:
    """The paper says so; gifts do not make up for a higher price."""
    framework = contract.framework
    return None if framework is None else _above(contract, framework)


def _above(contract: Contract, framework: Framework) -> Refusal | None:
    agreed = {price.model_id: price.net_price for price in framework.prices}
    for line in contract.lines:
        if line.quantity and line.unit_price > agreed.get(line.model_id, line.unit_price):
            return no(
                "Line {line} costs {price} a car, framework agreement {agreement} says {agreed}: quote that.",
                code="E-FRAMEWORK-PRICE", fix="quotation", line=line.position, price=Yuan(line.unit_price),
                agreement=_named(framework), agreed=Yuan(agreed[line.model_id]),
            )  # fmt: skip
    return None


def _named(framework: Framework) -> str:
    return framework.cited_as or f"{framework.number}"


def _cars(contract: Contract, framework: Framework) -> int:
    models = {price.model_id for price in framework.prices}
    return sum(line.quantity for line in contract.lines if line.model_id in models)


# ── an order that is amended ──────────────────────────────────────────────────────────────────────────────────────


def amended_order_keeps_to_its_agreement(contract: Contract, ask: Ask) -> Refusal | None:
    """More cars are ordered only while the agreement runs, within its ceiling, at its prices."""
    parent, base = contract.parent, contract.base
    if parent is None or base is None or not is_call_off(parent) or parent.framework is None:
        return None
    framework = parent.framework
    more = _cars(contract, framework) - _cars(base, framework)
    if more > 0 and not call_offs.is_in_force(framework, ask.today):
        return no(
            "Framework agreement {agreement} is no longer in force: further cars take a deal of their own.",
            code="E-FRAMEWORK-OVER", fix="edit_changes", agreement=_named(framework),
        )  # fmt: skip
    return _too_many(framework, call_offs.left(ask.db, framework), max(more, 0)) or _above(contract, framework)


# ── all together ──────────────────────────────────────────────────────────────────────────────────────────────────

UNDER_THE_AGREEMENT: tuple[Rule, ...] = (
    agreement_of_the_order_is_in_force, agreement_of_the_order_is_filed, agreement_has_cars_left,
)  # fmt: skip
FACTS: tuple[Rule, ...] = (
    *UNDER_THE_AGREEMENT,
    order_costs_no_more_than_agreed,
    contract_gaps.parties_have_valid_codes,
    contract_gaps.agents_are_authorised,
    contract_gaps.lines_are_as_accepted,
    contract_gaps.plan_delivers_every_car,
    contract_gaps.plan_lies_ahead,
)


def order_fits_on_paper(contract: Contract, ask: Ask) -> Refusal | None:
    """The paper has room for everything. Asked last: before, the other rules say what is missing."""
    return contract_gaps.fits_on_paper(contract, ask, FACTS)


GAPS: tuple[Rule, ...] = (
    *FACTS,
    *THEIR_FIGURES,
    clause_library.wordings_are_as_approved,
    contract_clauses.own_clauses_fit_the_text,
    contract_clauses.remarks_are_answered,
    order_fits_on_paper,
)
