"""The rules of an amendment 补充协议: what of a contract may change, and what the law keeps as it is.

Those of its papers, reviews and signatures are those of every contract.
"""

from collections.abc import Iterable

from sqlalchemy import select

from dealer.contracts import clause_library, contract_clauses, contract_gaps
from dealer.contracts.amendment_forms import Amendment
from dealer.contracts.amendment_prices import (
    added_cars_are_authorised,
    added_models_are_on_the_list,
    added_prices_are_not_above_marked,
)
from dealer.contracts.amendment_terms import added_by, changes_something, fits_on_paper, supplements
from dealer.contracts.in_force import held, open_amendment, planned
from dealer.contracts.standing_clauses import OF_AN_AMENDMENT
from dealer.engine.steps import Ask, Refusal, Rule, no, on_facts
from dealer.engine.words import Yuan
from dealer.frameworks.call_off_rules import amended_order_keeps_to_its_agreement
from dealer.records.contracts import Contract, ContractKind, ContractLine, ContractState
from dealer.records.deals import DealState
from dealer.records.deliveries import Batch
from dealer.records.people import Role
from dealer.records.vehicles import Unit
from dealer.stock import catalogue
from dealer.stock.allocation import HELD

S = ContractState
SUPPLEMENT_PERCENT = 10  # 政府采购法 art. 49: of the original amount, over all supplements together
AMENDED_DURING = (DealState.TEST_DRIVE, DealState.DELIVERY)

# ── beginning ─────────────────────────────────────────────────────────────────────────────────────────────────────


def contract_is_in_effect(contract: Contract, ask: Ask) -> Refusal | None:
    """Before both have signed a text is reworked; once it is performed there is nothing left to change."""
    parent = contract.parent
    if parent is None or parent.state is not S.EFFECTIVE:
        return no(
            "Only a contract in effect is amended: before its signatures it is reworked, after its end it stays.",
            code="E-CONTRACT",
        )  # fmt: skip
    return None


def deal_is_being_delivered(contract: Contract, ask: Ask) -> Refusal | None:
    """The cars of a contract change while they are on their way."""
    if contract.deal.state not in AMENDED_DURING:
        return no(
            "The deal stands at “{state}”: a contract is amended from its signatures to its last delivery.",
            code="E-DEAL-STATE", state=contract.deal.state,
        )  # fmt: skip
    return None


def no_other_amendment_is_open(contract: Contract, ask: Ask) -> Refusal | None:
    """One at a time: each is drawn up from the text that applies when it is."""
    other = open_amendment(ask.db, contract.parent) if contract.parent else None
    if other is not None and other.id != contract.id:
        return no(
            "Amendment {number} is still open: have it signed or void it first.", code="E-AMEND-OPEN",
            number=other.code or other.number,
        )  # fmt: skip
    return None


# ── the cars ──────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def named_lines_are_there(contract: Contract, ask: Ask) -> Refusal | None:
    """Cars take the place of those of a line, or are further ones."""
    known = {line.position for line in _before(contract)}
    if any(row.line is not None and row.line not in known for row in ask.facts.cars):
        return no("Choose lines of this contract.", code="E-PLAN-LINE", field="cars")
    return None


@on_facts
def amended_models_are_ours(contract: Contract, ask: Ask) -> Refusal | None:
    """Only models of this shop's own catalogue can be sold."""
    if not catalogue.sells(ask.db, contract.store_id, {row.model for row in ask.facts.cars}):
        return no("Choose models from the shop's list.", code="E-REQ-FIELD", field="cars")
    return None


@on_facts
def typed_quantity_covers_what_is_delivered(contract: Contract, ask: Ask) -> Refusal | None:
    """What the customer has is not taken out of the contract; beside the field at once."""
    facts: Amendment = ask.facts
    delivered = held(ask.db, contract.parent, delivered=True) if contract.parent else {}
    for line in _before(contract):
        left = sum(row.quantity for row in facts.cars if row.line == line.position and row.is_as(line))
        gone = sum(count for (_, root), count in delivered.items() if root == line.root)
        if left < gone:
            return _below_delivered(line, gone, "cars")
    return None


def _below_delivered(line: ContractLine, gone: int, field: str | None = None) -> Refusal:
    return no(
        "Line {line}: {count} cars are delivered at its terms and stay in the contract.",
        code="E-AMEND-DELIVERED", field=field, line=line.position, count=gone,
    )  # fmt: skip


def something_is_changed(contract: Contract, ask: Ask) -> Refusal | None:
    """Both sides sign a change, not a copy."""
    if not changes_something(contract):
        return no(
            "Nothing is changed yet: edit the cars, the delivery, the payment, the parties or a clause.",
            code="E-AMEND-NONE",
        )
    return None


def cars_keep_their_places(contract: Contract, ask: Ask) -> Refusal | None:
    """Delivered cars stay; cars on a batch leave it before their place does. Asked again at the signature."""
    if contract.parent is None:
        return None
    lines = {line.root: line for line in contract.lines}
    wanted = planned(contract)
    for place, count in held(ask.db, contract.parent, delivered=True).items():
        if count > wanted[place]:
            return _below_delivered(lines[place[1]], count)
    for place, count in held(ask.db, contract.parent).items():
        if count > wanted[place]:
            return no(
                "Batch {batch}, line {line}: {vins} stand on it and only {places} places are left. Have {count} of "
                "these cars taken off the batch first; finance red-letters their invoices.",
                code="E-AMEND-ALLOCATED", fix="deliveries", remover=Role.VEHICLES, batch=place[0],
                line=lines[place[1]].position, vins=_vins(contract.parent, place, ask),
                places=wanted[place], count=count - wanted[place],
            )  # fmt: skip
    return None


def _vins(parent: Contract, place: tuple[int, object], ask: Ask) -> list[str]:
    query = (
        select(Unit.vin)
        .join(Batch, Batch.id == Unit.batch_id)
        .where(Unit.contract_id == parent.id, Batch.planned_as == place[0], Unit.contract_line_id == place[1])
        .where(Unit.state.in_([state.value for state in HELD]))
    )
    return list(ask.db.scalars(query.order_by(Unit.number)))


def _before(contract: Contract) -> Iterable[ContractLine]:
    return contract.base.lines if contract.base else ()


def contract_names_a_procurement(contract: Contract, ask: Ask) -> Refusal | None:
    """What is not carried out under a procurement has no particulars of one."""
    if not contract.procurement.get("project"):
        return no("The contract names no procurement.", code="E-PROCUREMENT", quiet=True)
    return None


# ── public money ──────────────────────────────────────────────────────────────────────────────────────────────────


def is_public(contract: Contract) -> bool:
    """Whether the contract that is amended carries out a public procurement."""
    return contract.parent is not None and contract.parent.kind is ContractKind.PROCUREMENT


def public_terms_stay(contract: Contract, ask: Ask) -> Refusal | None:
    """A supplement is for the same goods at the same terms (政府采购法 art. 49, 50)."""
    if not is_public(contract):
        return None
    if any(each.key not in OF_AN_AMENDMENT for each in contract.own_clauses):
        return no(
            "The terms of the award stay: restore the clause of the contract that this amendment words anew.",
            code="E-GOV-TERMS", fix="contract_text",
        )  # fmt: skip
    tendered = {(line.model_id, line.colour, line.unit_price) for line in _before(contract)}
    for line in contract.lines:
        if line.quantity and (line.model_id, line.colour, line.unit_price) not in tendered:
            return no(
                "Line {line}: model, colour and price are those of the award. Only quantities change.",
                code="E-GOV-TERMS", fix="edit_changes", line=line.position,
            )  # fmt: skip
    return None


def additions_stay_within_ten_percent(contract: Contract, ask: Ask) -> Refusal | None:
    """All supplements together add at most 10 % of the original amount; what fell away since makes no room."""
    parent = contract.parent
    if parent is None or not is_public(contract):
        return None
    most = parent.total * SUPPLEMENT_PERCENT // 100
    together = supplements(ask.db, contract)
    if added_by(contract) and together > most:
        return no(
            "The supplements add {together}, the law allows {most}: 10 % of the original amount. The rest takes a "
            "procurement of its own.",
            code="E-GOV-10PCT", fix="edit_changes", together=Yuan(together), most=Yuan(most),
        )  # fmt: skip
    return None


# ── all together ──────────────────────────────────────────────────────────────────────────────────────────────────

EDITED: tuple[Rule, ...] = (named_lines_are_there, amended_models_are_ours, typed_quantity_covers_what_is_delivered)
FACTS: tuple[Rule, ...] = (
    something_is_changed,
    contract_gaps.parties_have_valid_codes,
    contract_gaps.agents_are_authorised,
    cars_keep_their_places,
    amended_order_keeps_to_its_agreement,
    public_terms_stay,
    additions_stay_within_ten_percent,
    added_models_are_on_the_list,
    added_prices_are_not_above_marked,
    added_cars_are_authorised,
    contract_gaps.plan_delivers_every_car,
    contract_gaps.plan_lies_ahead,
    contract_gaps.payments_make_the_total,
    contract_gaps.payments_fit_the_terms,
    contract_gaps.payments_name_batches_of_the_plan,
    contract_gaps.deposit_has_kind_and_amount,
    contract_gaps.deposit_is_within_its_limit,
    contract_gaps.bond_is_within_its_limit,
    contract_gaps.retention_is_within_its_limit,
    contract_gaps.damages_are_agreed,
    clause_library.wordings_are_as_approved,
    contract_clauses.own_clauses_fit_the_text,
    contract_clauses.remarks_are_answered,
)


def amended_terms_fit_on_paper(contract: Contract, ask: Ask) -> Refusal | None:
    """The paper has room for everything. Asked last: before, the other rules say what is missing."""
    if any(rule(contract, ask) for rule in FACTS) or fits_on_paper(ask.db, contract, ask.today):
        return None
    return no("The paper has no room for these terms: shorten names, colours and lists.", code="E-TERMS")


GAPS: tuple[Rule, ...] = (*FACTS, amended_terms_fit_on_paper)
