"""Deals that a sub-dealer brings: its people register and quote, our house goes on from there."""

from dealer import people
from dealer.deals import deals
from dealer.engine.steps import Ask, Refusal, no
from dealer.records.deals import Deal
from dealer.records.network import SubDealer, SubDealerState
from dealer.records.people import Role


def sub_dealer_is_active(deal: Deal, ask: Ask) -> Refusal | None:
    """Only who sells for us brings deals."""
    sub_dealer = ask.db.get(SubDealer, deal.sub_dealer_id) if deal.sub_dealer_id else None
    if sub_dealer is None and not ask.hat.outside:
        return None
    if sub_dealer is None or sub_dealer.state is not SubDealerState.ACTIVE:
        return no(
            "{name} does not sell for us at present: ask the network manager.",
            code="E-SUB-DEALER-IDLE", remover=Role.NETWORK,
            name=sub_dealer.customer.name if sub_dealer else ask.hat.name,
        )  # fmt: skip
    return None


def our_house_owns_it(deal: Deal, ask: Ask) -> Refusal | None:
    """Contracts are made and signed by our house, whoever found the customer."""
    if people.is_outside(ask.db, deal.owner_id, deal.store_id):
        return no(
            "From here on our house goes on with it: the network manager takes the deal over first.",
            code="E-OUR-HOUSE", remover=Role.NETWORK,
        )  # fmt: skip
    return None


def a_sub_dealers_person_owns_it(deal: Deal, ask: Ask) -> Refusal | None:
    """What our house owns already needs nobody to take it over."""
    if people.is_outside(ask.db, deal.owner_id, deal.store_id):
        return None
    return no("Our house owns this deal.", code="E-OUR-HOUSE", quiet=True)


def take_over(deal: Deal, ask: Ask) -> None:
    """The network manager goes on with it; whoever brought it goes on seeing it."""
    deals.hand_to(deal, ask, ask.hat.id)
