"""Actual 实绩, to stand beside a plan: cars of contracts in effect, cars handed over, cars ordered from the factory.

An amendment in effect counts on its own day with what it changes: the lines it brings less the lines it takes the place
of. A contract that was ended since does not count. Cars count for whoever owns the deal now, and for their group.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, case, cast, literal, null, select, union_all
from sqlalchemy.orm import aliased

from dealer import people
from dealer.planning import versions
from dealer.records.contracts import Contract, ContractKind, ContractLine, ContractState
from dealer.records.customers import Customer, CustomerClass
from dealer.records.deals import Deal
from dealer.records.factory_orders import FactoryOrder, FactoryOrderLine, FactoryOrderState
from dealer.records.planning import PlanKind, PlanScope
from dealer.records.vehicles import Model, Unit, UnitState
from dealer.reports.looking import Look
from dealer.reports.shape import YUAN, Figure, Report, Source, Way
from dealer.reports.ways import MODEL, MONTH, PERSON, by_month_of, people_called, words_way

LINES_OF_A_CONTRACT = 10_000  # a text has fewer, both those it brings and those it takes away

# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_AMENDMENT = aliased(Contract)
_LINES = union_all(
    select(Contract.id.label("contract_id"), ContractLine.id.label("line_id"), literal(1).label("sign"))
    .join(ContractLine, ContractLine.contract_id == Contract.id)
    .where(Contract.effective_on.is_not(None)),
    select(_AMENDMENT.id, ContractLine.id, literal(-1))
    .join(ContractLine, ContractLine.contract_id == _AMENDMENT.base_id)
    .where(_AMENDMENT.kind == ContractKind.AMENDMENT, _AMENDMENT.effective_on.is_not(None)),
).subquery("signed_lines")
CARS = ContractLine.quantity * _LINES.c.sign


def _of_shop(rows: Any, record: Any, look: Look) -> Select[Any]:
    return people.scoped(rows, record, look.who)


def _signed(look: Look) -> Select[Any]:
    return (
        _of_shop(select(Contract, CARS, Model.name), Contract, look)
        .select_from(_LINES)
        .join(Contract, Contract.id == _LINES.c.contract_id)
        .join(ContractLine, ContractLine.id == _LINES.c.line_id)
        .join(Model, Model.id == ContractLine.model_id)
        .join(Deal, Deal.id == Contract.deal_id)
        .join(Customer, Customer.id == Deal.customer_id)
        .where(
            Contract.state != ContractState.TERMINATED, look.on_days(Contract.effective_on), look.sees(Deal.owner_id)
        )
    )


def _delivered(look: Look) -> Select[Any]:
    return (
        _of_shop(select(Unit, Customer.name, Model.name), Unit, look)
        .join(Model, Model.id == Unit.model_id)
        .join(Deal, Deal.id == Unit.case_id)
        .join(Customer, Customer.id == Deal.customer_id)
        .where(Unit.state == UnitState.DELIVERED, look.in_period(Unit.delivered_at), look.sees(Deal.owner_id))
    )


def _ordered(look: Look) -> Select[Any]:
    return (
        _of_shop(select(FactoryOrder, FactoryOrderLine.quantity, Model.name), FactoryOrder, look)
        .join(FactoryOrderLine, FactoryOrderLine.factory_order_id == FactoryOrder.id)
        .join(Model, Model.id == FactoryOrderLine.model_id)
        .where(FactoryOrder.state != FactoryOrderState.CANCELLED, look.on_days(FactoryOrder.sent_on))
    )


def _group(look: Look) -> ColumnElement[Any]:
    """The supervisor of whoever owns the deal, themselves included."""
    groups = versions.groups(look.db, look.who.store_id)
    nobody = cast(null(), Uuid)
    told = [
        (Deal.owner_id.in_([UUID(each) for each in them]), literal(UUID(head), Uuid)) for head, them in groups.items()
    ]
    return case(*told, else_=nobody) if told else nobody


SIGNED = Source(
    _signed,
    Contract.number * LINES_OF_A_CONTRACT + ContractLine.position * 2 + case((_LINES.c.sign > 0, 1), else_=0),
    Deal.owner_id,
    {
        "person": Deal.owner_id,
        "group": _group,
        "model": ContractLine.model_id,
        "customer_class": Customer.customer_class,
        "month": by_month_of(Contract.effective_on),
    },
    ("Customer", "In effect since", "Contract", "Model", "Number of cars"),
    lambda contract, cars, model: (
        contract.deal.customer.name, contract.effective_on, contract.code or "", model, f"{cars:+}".replace("-", "−"),
    ),
    thing=lambda contract, *more: contract,
)  # fmt: skip
DELIVERED = Source(
    _delivered,
    Unit.number,
    Deal.owner_id,
    {
        "person": Deal.owner_id,
        "group": _group,
        "model": Unit.model_id,
        "customer_class": Customer.customer_class,
        "month": by_month_of(Unit.delivered_at),
    },
    ("Customer", "Handed over at", "VIN", "Model"),
    lambda unit, customer, model: (customer, unit.delivered_at, unit.vin, model),
    thing=lambda unit, *more: unit,
)
ORDERED = Source(
    _ordered,
    FactoryOrder.number * LINES_OF_A_CONTRACT + FactoryOrderLine.position,
    FactoryOrder.drawn_by_id,
    {"model": FactoryOrderLine.model_id, "month": by_month_of(FactoryOrder.sent_on)},
    ("Factory's number", "Sent to the factory", "Model", "Number of cars"),
    lambda order, cars, model: (order.reference, order.sent_on, model, cars),
    thing=lambda order, *more: order,
)

# ── the two tables ────────────────────────────────────────────────────────────────────────────────────────────────

GROUP = Way("By group", UUID, people_called, nobody="Without a group")
CLASS = words_way("By customer class", CustomerClass)

SALES = Report(
    "plan",
    "Plan against actual",
    "What was signed and handed over, beside its target, and what the pipeline still promises.",
    duty="see plans",
    figures={
        "signed": Figure(
            "Signed cars", "cars of contracts that took effect in these days, with what amendments in effect changed; "
            "contracts ended since do not count", SIGNED, sums=CARS,
        ),
        "delivered": Figure("Delivered cars", "cars handed over in these days and not taken back", DELIVERED),
        "worth": Figure(
            "Signed yuan", "the same lines, cars × price with VAT", SIGNED, sums=CARS * ContractLine.unit_price,
            unit=YUAN,
        ),
    },
    ways={"person": PERSON, "group": GROUP, "model": MODEL, "customer_class": CLASS, "month": MONTH},
)  # fmt: skip
ORDERING = Report(
    "ordering",
    "Ordering plan against actual",
    "What was ordered from the factory, beside its target.",
    duty="see all plans",
    figures={
        "ordered": Figure(
            "Ordered cars", "cars of orders sent to the factory in these days and not cancelled", ORDERED,
            sums=FactoryOrderLine.quantity,
        ),
    },
    ways={"model": MODEL, "month": MONTH},
)  # fmt: skip
REPORTS = {PlanKind.SALES: SALES, PlanKind.ORDERING: ORDERING}
ACTUAL = {PlanKind.SALES: "signed", PlanKind.ORDERING: "ordered"}
"""The figure that a plan of this kind is held against."""

SCOPES = {
    "person": PlanScope.PERSON,
    "group": PlanScope.GROUP,
    "model": PlanScope.MODEL,
    "customer_class": PlanScope.CLASS,
}
