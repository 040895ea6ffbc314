"""The smallest change that avoids the next tier: how much more a car must cost, or how much less the gifts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dealer.prices import pricing
from dealer.prices.pricing import Priced
from dealer.records.people import Role
from dealer.records.prices import PriceListLine
from dealer.records.quotations import Tier


@dataclass(frozen=True)
class Remedy:
    """Either of the two brings the line exactly up to a floor; None where that alone cannot do it."""

    tier: Tier  # whose decision it would then be
    raise_by: int | None  # per car, in fen: the smallest amount that does
    drop_gifts: int | None  # in all, at their cost


def remedy_for(line: Priced, price: PriceListLine, roles: Iterable[Role], day: date) -> Remedy | None:
    """What leads one tier down; None for a line that is one's own to give."""
    net = pricing.net_total(line, day)
    floors = {pricing.floor_of(roles, price), *(pricing.floor_of_tier(tier, price) for tier, _ in pricing.TIER_FLOORS)}
    missed = [floor for floor in floors if not pricing.meets(net, line.quantity, floor)]
    if pricing.meets(net, line.quantity, pricing.floor_of(roles, price)) or not missed:
        return None
    wanted = min(missed) * line.quantity
    rise, lacking = pricing.rise_to(line, wanted, day), wanted - net
    return Remedy(
        pricing.tier_for(wanted, line.quantity, price, roles),
        rise if line.unit_price + rise <= price.marked else None,
        lacking if lacking <= pricing.given_away(line) else None,
    )
