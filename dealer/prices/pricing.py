"""Prices: the one net price of a line, the list in force, the floors, and who may decide below them.

A floor is per car, a line is many cars with gifts. The comparison multiplies the floor and never divides the line:
130,000 / 3 has no exact fen, 3 × 43,333.33 has.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer.engine.amounts import half_up, vat_of
from dealer.engine.database import calendar_of
from dealer.house.policies import policy
from dealer.house.supposing import supposed_in
from dealer.records.people import Role
from dealer.records.prices import PriceList, PriceListLine, PriceListState
from dealer.records.quotations import ExtraKind, LineExtra, Quotation, Tier

VAT = Fraction(13, 100)
"""Value-added tax on vehicles (增值税法 art. 10(1), in force since 2026-01-01)."""

GIVEN = (ExtraKind.GIFT, ExtraKind.FREE_SERVICE)  # lower the net price, at their cost to the shop
CHARGED = (ExtraKind.PAID, ExtraKind.AGENCY)  # raise what the customer pays, never the net price

# ── the net price ─────────────────────────────────────────────────────────────────────────────────────────────────


class Priced(Protocol):
    """What has a net price: a line of a quotation, saved or still being typed."""

    @property
    def model_id(self) -> UUID: ...
    @property
    def unit_price(self) -> int: ...
    @property
    def quantity(self) -> int: ...
    @property
    def extras(self) -> Iterable[LineExtra]: ...


def net_total(line: Priced, day: date) -> int:
    """What the shop gets for the cars of a line on a day. Floors look at this and at nothing else.

    Price × quantity, less gifts and free services, and with what the manufacturer pays the shop: as long as that is
    promised, and once somebody else than who typed it has confirmed it. The price per car is after the cash discount:
    it is what the invoice says. What the customer pays for accessories or fees neither lowers nor raises it.
    """
    return line.unit_price * line.quantity - given_away(line) + allowance(line, day)


def given_away(line: Priced) -> int:
    """Gifts and free services of a line, at their cost to the shop."""
    return sum(extra.amount for extra in line.extras if extra.kind in GIVEN)


def gift_budget(db: Session, store_id: UUID, line: Priced, marked: int, day: date) -> int:
    """What may be given away with the cars of a line, whole fen (house rule `gift_budget_permille`)."""
    permille: int = policy(db, store_id, "gift_budget_permille", day)
    return marked * line.quantity * permille // 1000


def allowance(line: Priced, day: date) -> int:
    """What the manufacturer pays the shop for the cars of a line: what is confirmed, until its last day."""
    return sum(extra.amount for extra in _promises(line, day) if is_confirmed(line, extra))


def waiting_allowance(line: Priced, day: date) -> int:
    """What the manufacturer would pay on top of that, once it is confirmed."""
    return sum(extra.amount for extra in _promises(line, day) if not is_confirmed(line, extra))


def _promises(line: Priced, day: date) -> list[LineExtra]:
    return [extra for extra in line.extras if extra.kind is ExtraKind.ALLOWANCE and stands(extra, day)]


def stands(extra: LineExtra, day: date) -> bool:
    """Whether a promise of the manufacturer reaches to a day; one without a last day never does."""
    return extra.good_until is not None and day <= extra.good_until


def is_confirmed(line: Priced, extra: LineExtra) -> bool:
    """Whether a promise was confirmed as it stands: for these cars, of this amount, number and last day."""
    return extra.confirmed_by_id is not None and extra.confirmed_terms == promise_of(line, extra)


def promise_of(line: Priced, extra: LineExtra) -> str:
    """The fingerprint of the terms of a promise: with any other it is another promise."""
    told = (line.model_id, line.quantity, extra.amount, extra.reference, extra.good_until)
    return hashlib.sha256("|".join(map(str, told)).encode()).hexdigest()


def charged(line: Priced) -> int:
    """Accessories and fees the customer pays beside the cars of a line."""
    return sum(extra.amount for extra in line.extras if extra.kind in CHARGED)


def paid(line: Priced) -> int:
    """What the customer pays for a line: the cars and what goes with them at a price."""
    return line.unit_price * line.quantity + charged(line)


def rise_to(line: Priced, net: int, day: date) -> int:
    """By how much each car must cost more so that the line brings a net total: the smallest that does, in whole fen."""
    return -(-(net - net_total(line, day)) // line.quantity)


def per_car(total: int, quantity: int) -> int:
    """A total as a figure per car, for people to read; no rule compares it."""
    return half_up(total, quantity)


@dataclass(frozen=True)
class LineTotals:
    """The figures of one line."""

    quantity: int
    vehicles: int  # price × quantity, with VAT
    charged: int
    given: int
    unit_without_vat: int
    unit_vat: int

    @property
    def total(self) -> int:
        """What the customer pays for the line."""
        return self.vehicles + self.charged

    @property
    def without_vat(self) -> int:
        """Of the vehicles."""
        return self.unit_without_vat * self.quantity

    @property
    def vat(self) -> int:
        """Of the vehicles."""
        return self.unit_vat * self.quantity


@dataclass(frozen=True)
class Totals:
    """The figures of a quotation. Tax is that of the vehicles: each has an invoice of its own."""

    lines: tuple[LineTotals, ...]

    @property
    def quantity(self) -> int:
        """How many cars."""
        return sum(line.quantity for line in self.lines)

    @property
    def vehicles(self) -> int:
        """Of all cars, with VAT."""
        return sum(line.vehicles for line in self.lines)

    @property
    def charged(self) -> int:
        """Accessories and fees."""
        return sum(line.charged for line in self.lines)

    @property
    def given(self) -> int:
        """Gifts and free services, at their cost."""
        return sum(line.given for line in self.lines)

    @property
    def total(self) -> int:
        """What the customer pays."""
        return sum(line.total for line in self.lines)

    @property
    def without_vat(self) -> int:
        """Of the vehicles: computed per car, then summed."""
        return sum(line.without_vat for line in self.lines)

    @property
    def vat(self) -> int:
        """Likewise."""
        return sum(line.vat for line in self.lines)


def totals(quotation: Quotation, vat: Fraction = VAT) -> Totals:
    """All figures of a quotation, options only if they were taken; the total in capitals is left to the paper."""
    return totals_of(quotation.firm_lines, vat)


def totals_of(lines: Iterable[Priced], vat: Fraction = VAT) -> Totals:
    """Likewise for lines that are still being typed."""
    return Totals(tuple(_line_totals(line, vat) for line in lines))


def _line_totals(line: Priced, vat: Fraction) -> LineTotals:
    unit = vat_of(line.unit_price, vat)
    return LineTotals(
        line.quantity, line.unit_price * line.quantity, charged(line), given_away(line), unit.net, unit.vat
    )


def vat_rate(db: Session, store_id: UUID, day: date) -> Fraction:
    """The rate on vehicles that the shop reckons with on a day."""
    return Fraction(policy(db, store_id, "vat_permille", day), 1000)


# ── lists and floors ──────────────────────────────────────────────────────────────────────────────────────────────


def list_in_force(db: Session, store_id: UUID, day: date) -> PriceList | None:
    """The list that counts on a day: approved by then, its first day reached, and no later one has taken over."""
    supposed = supposed_in(db, store_id)
    if supposed is not None and supposed.price_list is not None:
        return supposed.price_list
    return db.scalars(
        select(PriceList)
        .where(
            PriceList.store_id == store_id,
            PriceList.state == PriceListState.APPROVED,
            PriceList.effective_from <= day,
            PriceList.approved_at < calendar_of(db).end_of(day),
        )
        .order_by(PriceList.effective_from.desc(), PriceList.approved_at.desc())
        .limit(1)
    ).first()


def prices_of(db: Session, store_id: UUID, models: Iterable[UUID], day: date) -> dict[UUID, PriceListLine]:
    """Marked price and floors of models on a day; a model that the list in force does not name is missing."""
    price_list = list_in_force(db, store_id, day)
    if price_list is None:
        return {}
    query = select(PriceListLine).options(joinedload(PriceListLine.price_list))
    named = PriceListLine.model_id.in_(set(models))
    return {
        line.model_id: line for line in db.scalars(query.where(PriceListLine.price_list_id == price_list.id, named))
    }


def price_of(db: Session, store_id: UUID, model_id: UUID, day: date) -> PriceListLine | None:
    """Likewise for one model; None when the list does not name it."""
    return prices_of(db, store_id, (model_id,), day).get(model_id)


@dataclass(frozen=True)
class Agreed:
    """The authority of a sub-dealer's people: what its agreement says for each model, in the place of roles."""

    floors: Mapping[UUID, int]

    def __iter__(self) -> Iterator[Role]:
        return iter((Role.SUB_DEALER,))

    def floor(self, price: PriceListLine) -> int:
        """Never below a consultant's; a model that is not agreed is sold at the marked price."""
        return max(self.floors.get(price.model_id, price.marked), price.floor_consultant)


def floor_of(roles: Iterable[Role], price: PriceListLine) -> int:
    """The floor per car below which a person of these roles needs somebody else's decision."""
    if isinstance(roles, Agreed):
        return roles.floor(price)
    tier = tier_of(roles)
    return price.floor_consultant if tier is Tier.OWN else floor_of_tier(tier, price)


def tier_of(roles: Iterable[Role]) -> Tier:
    """How far the authority of a person of these roles reaches: everybody has that of a consultant."""
    held = set(roles)
    if Role.GENERAL in held:
        return Tier.GENERAL
    return Tier.KEY_ACCOUNT if held & {Role.KEY_ACCOUNT, Role.SHOWROOM, Role.SALES} else Tier.OWN


TIER_FLOORS = ((Tier.KEY_ACCOUNT, "floor_key_account"), (Tier.GENERAL, "floor_general"))


def floor_of_tier(tier: Tier, price: PriceListLine) -> int:
    """The floor a tier decides down to; the manufacturer's project approval has none."""
    return next((int(getattr(price, name)) for each, name in TIER_FLOORS if each is tier), 0)


def meets(total: int, quantity: int, floor: int) -> bool:
    """Whether a net total reaches a floor per car."""
    return total >= floor * quantity


def tier_for(total: int, quantity: int, price: PriceListLine, requester_roles: Iterable[Role]) -> Tier:
    """The lowest tier whose floor the net total of a line reaches."""
    if meets(total, quantity, floor_of(requester_roles, price)):
        return Tier.OWN
    reached = (tier for tier, _ in TIER_FLOORS if meets(total, quantity, floor_of_tier(tier, price)))
    return next(reached, Tier.PROJECT)


def is_fleet(quotation: Quotation, db: Session, day: date) -> bool:
    """Whether it is priced as a fleet: as many cars as the house asks for (`fleet_min_qty`), or more of a contract."""
    least: int = policy(db, quotation.store_id, "fleet_min_qty", day)
    return quotation.amendment_id is not None or sum(line.quantity for line in quotation.firm_lines) >= least
