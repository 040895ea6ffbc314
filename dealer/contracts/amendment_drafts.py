"""Drawing an amendment 补充协议 up from the text in force, and writing down what it changes.

What is typed are the cars as they shall be. Delivery plan and payments follow at once in the usual way; whoever wants
them otherwise edits them as in any contract.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import inspect

from dealer.contracts.amendment_forms import AmendedCars, Amendment
from dealer.contracts.contract_terms import CHARGED
from dealer.contracts.in_force import held, text_in_force
from dealer.engine.steps import Ask
from dealer.records.contracts import (
    Contract,
    ContractKind,
    ContractLine,
    DepositKind,
    Instalment,
    Party,
    PaymentEvent,
    PlannedBatch,
    Receiver,
)

Row = TypeVar("Row", ContractLine, Party, PlannedBatch, Instalment, Receiver)

# What an amendment takes over as it stands. The award is not among it: it bound the signing of the contract itself.
TAKEN_OVER = (
    "store_id", "deal_id", "case_id", "quotation_id", "total", "terms", "deposit_kind", "deposit", "performance_bond",
    "bond_by_guarantee", "damages_permille", "damages_cap_percent", "end_after_days", "odometer_limit", "keys",
    "inspection_days", "storage_fee", "signing_place", "dispute", "arbitration", "copies_each", "copies_filed",
    "warranty_months", "warranty_km", "price_includes", "price_excludes", "services", "special", "features",
    "seller_agent", "seller_agent_phone", "seller_authorisation", "procurement",
)  # fmt: skip

# ── drawing up ────────────────────────────────────────────────────────────────────────────────────────────────────


def draw_up(ask: Ask, parent: Contract) -> Contract:
    """A draft that changes nothing yet: the text in force, to be edited."""
    base = text_in_force(ask.db, parent)
    drawn = Contract(
        kind=ContractKind.AMENDMENT,
        parent_id=parent.id,
        base_id=base.id,
        **{name: getattr(base, name) for name in TAKEN_OVER},
    )
    drawn.deal, drawn.parent, drawn.base = parent.deal, parent, base
    drawn.parties = [_copy(row) for row in base.parties]
    drawn.lines = [_copy(row, root_id=row.root, replaces=None) for row in base.lines]
    drawn.plan = [_copy(row) for row in base.plan]
    drawn.payments = [_copy(row) for row in base.payments]
    drawn.receivers = [_copy(row) for row in base.receivers]
    return drawn


def _copy(row: Row, **changed: Any) -> Row:
    names = [each.key for each in inspect(type(row)).column_attrs if each.key not in ("id", "contract_id")]
    return type(row)(**({name: getattr(row, name) for name in names} | changed))


# ── what it changes ───────────────────────────────────────────────────────────────────────────────────────────────


def write_changes(contract: Contract, ask: Ask) -> None:
    """The cars as they shall be. Only a quantity is changed in its line; anything else makes a line of its own."""
    facts: Amendment = ask.facts
    contract.amend_reason, contract.price_request = facts.reason, None
    before: Sequence[ContractLine] = contract.base.lines if contract.base else ()
    contract.lines = [*_kept(facts.cars, before), *_new(facts.cars, before, contract.store_id)]
    contract.total = sum(line.unit_price * line.quantity + charged(line) for line in contract.lines)
    _plan_again(contract, ask)
    pay_again(contract)


def _kept(cars: Sequence[AmendedCars], before: Sequence[ContractLine]) -> list[ContractLine]:
    kept = []
    for line in before:
        quantity = sum(row.quantity for row in cars if row.line == line.position and row.is_as(line))
        extras = extras_of(line, quantity, with_lump=quantity > 0)
        kept.append(_copy(line, root_id=line.root, replaces=None, quantity=quantity, extras=extras))
    return kept


def _new(cars: Sequence[AmendedCars], before: Sequence[ContractLine], store_id: Any) -> list[ContractLine]:
    known = {line.position: line for line in before}
    remaining = {row.line for row in cars if row.line in known and row.quantity and row.is_as(known[row.line])}
    lines: list[ContractLine] = []
    for row in cars:
        old = known.get(row.line) if row.line else None
        if not row.quantity or (old is not None and row.is_as(old)):
            continue
        first_for_it = row.line not in remaining and all(line.replaces != row.line for line in lines)
        lines.append(
            ContractLine(
                store_id=store_id,
                position=max(known, default=0) + len(lines) + 1,
                replaces=row.line,
                model_id=row.model,
                colour=row.colour,
                quantity=row.quantity,
                unit_price=row.unit_price,
                extras=extras_of(old, row.quantity, with_lump=first_for_it) if old is not None else [],
            )
        )
    return lines


def extras_of(line: ContractLine, quantity: int, *, with_lump: bool) -> list[dict[str, Any]]:
    """Gifts and accessories of so many cars of a line: one a car where their amount can be divided so, else all."""
    extras = []
    for extra in line.extras:
        per_car, rest = divmod(extra["amount"], line.quantity) if line.quantity else (0, extra["amount"])
        if rest == 0 and quantity:
            extras.append(extra | {"amount": per_car * quantity})
        elif rest and with_lump:
            extras.append(extra)
    return extras


def charged(line: ContractLine) -> int:
    """What the customer pays beside the cars of a line."""
    return sum(extra["amount"] for extra in line.extras if extra["kind"] in CHARGED)


# ── what follows from it ──────────────────────────────────────────────────────────────────────────────────────────


def _plan_again(contract: Contract, ask: Ask) -> None:
    """Cars that fall away leave the last batches that have no car for them yet; changed ones take their places."""
    base = contract.base
    if base is None or contract.parent is None:
        raise LookupError(f"contract {contract.number} amends nothing")
    plan = [_copy(row) for row in base.plan]
    on_batches = held(ask.db, contract.parent)
    now = {line.position: line for line in contract.lines}
    freed: dict[int, list[tuple[PlannedBatch, int]]] = {}
    for line in base.lines:
        fewer = line.quantity - now[line.position].quantity
        rows = [row for row in plan if row.line_position == line.position]
        if fewer > 0:
            taken = {row.batch: on_batches[row.batch, line.root] for row in rows}
            freed[line.position] = _free(rows, fewer, taken)
        elif fewer < 0 and rows:
            rows[-1].quantity -= fewer
        elif fewer < 0 and base.plan:
            plan.append(_copy(base.plan[-1], line_position=line.position, quantity=-fewer))
    for line in contract.lines[len(base.lines) :]:
        plan += _places(line, freed.get(line.replaces or 0, []), base.plan)
    plan = [row for row in sorted(plan, key=lambda row: (row.batch, row.line_position)) if row.quantity]
    for position, row in enumerate(plan, 1):
        row.position = position
    contract.plan = plan


def _free(rows: list[PlannedBatch], count: int, taken: dict[int, int]) -> list[tuple[PlannedBatch, int]]:
    """Take so many places out of a plan, last batch first; those that have a car only when no other is left."""
    freed = []
    for spared in (taken, {}):
        for row in reversed(rows):
            part = min(count, max(0, row.quantity - spared.get(row.batch, 0)))
            if part:
                row.quantity, count = row.quantity - part, count - part
                freed.append((row, part))
    return freed[::-1]


def _places(
    line: ContractLine, freed: list[tuple[PlannedBatch, int]], before: Sequence[PlannedBatch]
) -> list[PlannedBatch]:
    left, places = line.quantity, []
    for at, (row, count) in enumerate(freed):
        part = min(left, count)
        if part:
            places.append(_copy(row, line_position=line.position, quantity=part))
            freed[at], left = (row, count - part), left - part
    if left and places:
        places[-1].quantity += left
    elif left and before:
        places.append(_copy(before[-1], line_position=line.position, quantity=left))
    return places


def pay_again(contract: Contract, first: int | None = None) -> None:
    """The last payment takes what is dearer. What is cheaper comes off from the end.

    A batch that falls away comes `first`, deposit and retention come last.
    """
    base = contract.base
    if base is None:
        raise LookupError(f"contract {contract.number} amends nothing")
    rows = [_copy(row) for row in base.payments]
    has_deposit = contract.deposit_kind is not DepositKind.NONE
    usual = [row for row in rows[has_deposit:] if row.event is not PaymentEvent.RETENTION_END]
    others = [row for row in rows if row not in usual]
    difference = contract.total - sum(row.amount for row in rows)
    of_the_batch = [row for row in usual if first is not None and row.batch == first]
    rest = [row for row in usual if row not in of_the_batch]
    for row in [*of_the_batch, *rest[::-1], *others[::-1]]:
        part = difference if difference > 0 else max(difference, -row.amount)
        row.amount, difference = row.amount + part, difference - part
    rows = [row for row in rows if row.amount]
    for position, row in enumerate(rows, 1):
        row.position = position
    contract.payments = rows
