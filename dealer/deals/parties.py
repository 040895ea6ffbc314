"""Who beside the buyer has a part in a deal: is invoiced, pays, uses the cars. The contract takes it over."""

from typing import Any

from pydantic import Field
from sqlalchemy import select

from dealer import people
from dealer.contracts.contract_forms import MOST_PARTIES
from dealer.customers.customers import Uscc, by_uscc
from dealer.engine.steps import Ask, Facts, Refusal, no, on_facts
from dealer.engine.words import Word
from dealer.records.contracts import PartyRole
from dealer.records.customers import Customer
from dealer.records.deals import Deal, DealParty

MOST = MOST_PARTIES - 1  # beside the buyer


class PartyRow(Facts):
    """One of the others, and what it does in the buyer's place."""

    name: str = Field(title="Name", min_length=1, max_length=200)
    uscc: Uscc | None = Field(None, title="Unified social credit code")
    invoiced: bool = Field(False, title="Is invoiced")
    payer: bool = Field(False, title="Pays")
    user: bool = Field(False, title="Uses the cars")

    @property
    def roles(self) -> list[PartyRole]:
        """What it does."""
        return [role for role in (PartyRole.INVOICED, PartyRole.PAYER, PartyRole.USER) if getattr(self, role.value)]


class Parties(Facts):
    """The others; without any the buyer does everything."""

    parties: tuple[PartyRow, ...] = Field((), title="Who else has a part in it", max_length=MOST)


@on_facts
def others_do_something(deal: Deal, ask: Ask) -> Refusal | None:
    """Somebody who neither is invoiced nor pays nor uses the cars is no party."""
    idle = next((row for row in ask.facts.parties if not row.roles), None)
    if idle is not None:
        return no(
            "Say what {name} does: is invoiced, pays or uses the cars.", code="E-PARTY-ROLE", field="parties",
            name=idle.name,
        )  # fmt: skip
    return None


@on_facts
def each_part_is_held_once(deal: Deal, ask: Ask) -> Refusal | None:
    """One invoice has one name on it, one payment one payer."""
    held = [role for row in ask.facts.parties for role in row.roles]
    twice = next((role for role in held if held.count(role) > 1), None)
    if twice is not None:
        return no(
            "Two are named as “{role}”: choose one of them.", code="E-PARTY-ROLE", field="parties",
            role=Word("PartyRole", twice.value),
        )  # fmt: skip
    return None


@on_facts
def others_are_not_the_buyer(deal: Deal, ask: Ask) -> Refusal | None:
    """The buyer need not be named once more."""
    buyer = deal.customer
    if any(row.name == buyer.name or (row.uscc and row.uscc == buyer.uscc) for row in ask.facts.parties):
        return no("The customer buys already: name only the others.", code="E-PARTY-ROLE", field="parties")
    return None


RULES = (others_do_something, each_part_is_held_once, others_are_not_the_buyer)


def write_parties(deal: Deal, ask: Ask) -> None:
    """As they were named; one that the shop knows by code or by name is linked to what it knows."""
    deal.parties = [
        DealParty(
            store_id=deal.store_id, position=at, customer=_known(ask, row), name=row.name, uscc=row.uscc,
            roles=[role.value for role in row.roles],
        )
        for at, row in enumerate(ask.facts.parties, 1)
    ]  # fmt: skip


def _known(ask: Ask, row: PartyRow) -> Customer | None:
    if row.uscc is not None:
        return by_uscc(ask.db, ask.actor, row.uscc)
    same_name = select(Customer).where(Customer.name == row.name).order_by(Customer.number).limit(1)
    found: Customer | None = ask.db.scalars(people.scoped(same_name, Customer, ask.actor)).first()
    return found


def known_facts(deal: Deal) -> dict[str, Any]:
    """What the form starts from."""
    rows = [{"name": party.name, "uscc": party.uscc} | dict.fromkeys(party.roles, True) for party in deal.parties]
    return {"parties": rows}


def roles_of(party: DealParty) -> list[PartyRole]:
    """What one of the others does."""
    return [PartyRole(role) for role in party.roles]


def buyers_roles(deal: Deal) -> list[PartyRole]:
    """What the customer does: buys, and whatever nobody else is named for."""
    held = {role for party in deal.parties for role in party.roles}
    return [role for role in PartyRole if role.value not in held]
