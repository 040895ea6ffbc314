"""What a deal would earn under each policy of the manufacturer, and why another does not fit it. Amounts are fen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from dealer.contracts import contract
from dealer.contracts.in_force import text_in_force
from dealer.engine.steps import Refusal, no
from dealer.oem import oem_policies
from dealer.quotations import quotation
from dealer.records.contracts import ContractLine
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal, NeedLine
from dealer.records.oem import OemPolicy
from dealer.records.quotations import QuotationLine


@dataclass(frozen=True)
class Cars:
    """So many cars of a model in a colour."""

    model_id: UUID
    colour: str
    quantity: int


def cars_of(db: Session, deal: Deal) -> list[Cars]:
    """The cars of a deal as they stand firmest: by its contract, else its accepted quotation, else its need sheet."""
    lines: Iterable[ContractLine | QuotationLine | NeedLine] = deal.need.lines if deal.need is not None else ()
    if (drawn := contract.current(db, deal)) is not None:
        lines = text_in_force(db, drawn).lines
    elif (accepted := quotation.accepted(db, deal)) is not None:
        lines = accepted.firm_lines
    return [Cars(line.model_id, line.colour, line.quantity) for line in lines]


# ── whether a policy fits ─────────────────────────────────────────────────────────────────────────────────────────


def class_is_covered(policy: OemPolicy, wanted: CustomerClass) -> Refusal | None:
    """A policy names the classes of customers it pays for."""
    if oem_policies.class_of(policy, wanted) is None:
        return no(
            "{title} does not cover customers of the class {wanted}.",
            code="E-OEM-CLASS", title=oem_policies.name_of(policy), wanted=wanted,
        )  # fmt: skip
    return None


def models_are_paid(policy: OemPolicy, models: Iterable[UUID]) -> Refusal | None:
    """Something is paid for every model that is filed."""
    if not set(models) <= {row.model_id for row in policy.models}:
        title = oem_policies.name_of(policy)
        return no("{title} pays nothing for some of these models.", code="E-OEM-MODEL", title=title)
    return None


def cars_are_enough(policy: OemPolicy, wanted: CustomerClass, cars: int) -> Refusal | None:
    """The least number of a class, unless the class is exempt."""
    row = oem_policies.class_of(policy, wanted)
    if row is not None and row.least is not None and cars < row.least:
        return no(
            "{title} asks for {least} cars or more of this class, these are {cars}.",
            code="E-MIN-QTY", title=oem_policies.name_of(policy), least=row.least, cars=cars,
        )  # fmt: skip
    return None


# ── what comes of it ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Earning:
    """What a policy would bring: for how many cars how much; or why not."""

    policy: OemPolicy
    cars: int
    amount: int
    why_not: tuple[Refusal, ...]


def under_each(db: Session, deal: Deal, day: date) -> list[Earning]:
    """Every policy in force, those that fit first, the one that brings most on top."""
    cars = cars_of(db, deal)
    found = [_earning(policy, deal, cars) for policy in oem_policies.in_force(db, deal.store_id, day)]
    return sorted(found, key=lambda each: (bool(each.why_not), -each.amount, each.policy.number))


def _earning(policy: OemPolicy, deal: Deal, cars: list[Cars]) -> Earning:
    paid = {row.model_id: row.amount for row in policy.models}
    fitting = [each for each in cars if each.model_id in paid]
    count = sum(each.quantity for each in fitting)
    amount = sum(paid[each.model_id] * each.quantity for each in fitting)
    wanted = deal.customer.customer_class
    reasons = (class_is_covered(policy, wanted), _something_is_paid(policy, fitting),
               cars_are_enough(policy, wanted, count) if fitting else None)  # fmt: skip
    return Earning(policy, count, amount, tuple(each for each in reasons if each is not None))


def _something_is_paid(policy: OemPolicy, fitting: list[Cars]) -> Refusal | None:
    """Cars of other brands in the same deal are no obstacle, as long as some are of this one."""
    if not fitting:
        title = oem_policies.name_of(policy)
        return no("{title} pays for none of the models of this deal.", code="E-OEM-MODEL", title=title)
    return None
